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
        let w = &voice.words.invitations;
        let admin = &voice.words.admin;
        Frame::document(voice, w.invite_somebody).at(Place::Administration).around(&html! {
            (crumbs(admin, &self.crumbs))
            section .card {
                h1 { (w.invite_somebody) }
                (self.form.around(&html! {
                    (Field::email(voice.words).autocomplete("off").entry(&self.email).optional()
                        .hint(w.email_hint))
                    (Field::lines(voice.words, "groups", admin.groups).entry(&self.groups).optional()
                        .hint(w.groups_hint))
                    (Field::text(voice.words, "days", w.days).entry(&self.days).hint(w.days_hint))
                    div .actions { (Button::primary("invite-submit", w.make_the_link)) }
                }))
            }
        })
    }
}
