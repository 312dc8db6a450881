//! The form that creates an invitation.

use maud::{Markup, html};

use super::{LocalLink, PostForm, crumbs};
use crate::web::{
    component::Button,
    field::{Field, FieldState},
    layout::{Frame, NavigationItem, PageContext},
};

/// Data of the page. Its form sends `email`, `groups` (one per line) and `days`.
#[derive(Clone, Debug)]
pub struct InvitePage {
    /// E-mail address of the account.
    pub email: FieldState,
    /// Groups of the account, one per line.
    pub groups: FieldState,
    /// Lifetime of the link in days.
    pub days: FieldState,
    pub form: PostForm,
    /// The breadcrumbs.
    pub crumbs: Vec<LocalLink>,
}

impl InvitePage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.invitations;
        let admin = &context.texts.admin;
        Frame::document(context, w.invite_someone).at(NavigationItem::Administration).around(&html! {
            (crumbs(admin, &self.crumbs))
            section .card {
                h1 { (w.invite_someone) }
                (self.form.around(&html! {
                    (Field::email(context.texts).autocomplete("off").entry(&self.email).optional()
                        .hint(w.email_hint))
                    (Field::lines(context.texts, "groups", admin.groups).entry(&self.groups).optional()
                        .hint(w.groups_hint))
                    (Field::text(context.texts, "days", w.days).entry(&self.days).hint(w.days_hint))
                    div .actions { (Button::primary("invite-submit", w.make_the_link)) }
                }))
            }
        })
    }
}
