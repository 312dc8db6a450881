//! The form that makes an invitation.

use maud::{Markup, html};

use super::{LocalLink, PostForm, crumbs};
use crate::web::{
    component::Button,
    field::{Entry, Field},
    layout::{Frame, Place, Voice},
};

/// Whom to invite. It sends `email`, `groups` (one per line) and `days`.
#[derive(Clone, Debug)]
pub struct InvitePage {
    /// The address of the account.
    pub email: Entry,
    /// Its groups, one per line.
    pub groups: Entry,
    /// For how many days the link works.
    pub days: Entry,
    /// What the form sends.
    pub form: PostForm,
    /// What the page is part of.
    pub crumbs: Vec<LocalLink>,
}

impl InvitePage {
    /// The page.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        Frame::document(voice, "Invite somebody").at(Place::Administration).around(&html! {
            (crumbs(&self.crumbs))
            section .card {
                h1 { "Invite somebody" }
                (self.form.around(&html! {
                    (Field::email(voice.words).autocomplete("off").entry(&self.email).optional()
                        .hint("It is filled in for them. Nothing is sent there: you hand over the link yourself."))
                    (Field::lines(voice.words, "groups", "Groups").entry(&self.groups).optional()
                        .hint("They are in these from the beginning, one per line."))
                    (Field::text(voice.words, "days", "Days").entry(&self.days).hint("For so long the link works, 1 to 30."))
                    div .actions { (Button::primary("invite-submit", "Make the link")) }
                }))
            }
        })
    }
}
