//! The section of a user's page about the password-reset link.

use maud::{Markup, html};

use super::PostForm;
use crate::web::{component::Button, i18n::PeopleTexts};

/// The state of the password-reset link and its forms.
#[derive(Clone, Debug)]
pub struct ResetLink {
    /// The form that creates a link.
    pub make: PostForm,
    /// The expiration time of the latest link, and the form that revokes it.
    pub pending: Option<(String, PostForm)>,
}

impl ResetLink {
    pub(super) fn render(&self, w: &PeopleTexts) -> Markup {
        html! {
            section .card {
                h2 { (w.reset_link) }
                p .muted { (w.reset_link_about) }
                @if let Some((until, _)) = &self.pending { p { (w.reset_link_pending(until)) } }
                div .actions {
                    (self.make.around(&html! { (Button::secondary("make-reset-link", w.make_a_link)) }))
                    @if let Some((_, withdraw)) = &self.pending {
                        (withdraw.around(&html! { (Button::secondary("withdraw-reset-link", w.take_the_link_back)) }))
                    }
                }
            }
        }
    }
}
