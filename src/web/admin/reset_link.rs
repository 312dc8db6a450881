//! The part of a person's page about the link with which they set a password themselves.

use maud::{Markup, html};

use super::PostForm;
use crate::web::{component::Button, i18n::PeopleTexts};

/// What can be done about the link.
#[derive(Clone, Debug)]
pub struct ResetLink {
    /// The form that makes one.
    pub make: PostForm,
    /// Until when the newest one works, and the form that takes it back.
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
