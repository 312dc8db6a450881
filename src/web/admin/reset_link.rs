//! The part of a person's page about the link with which they set a password themselves.

use maud::{Markup, Render, html};

use super::PostForm;
use crate::web::component::Button;

const TITLE: &str = "Password-reset link";
const ABOUT: &str =
    "A link to hand over, with which the person chooses a new password. It is shown once and works once.";
const PENDING: &str = "One is out. A new one ends it. It works until";
const MAKE: &str = "Make a link";
const WITHDRAW: &str = "Take the link back";

/// What can be done about the link.
#[derive(Clone, Debug)]
pub struct ResetLink {
    /// The form that makes one.
    pub make: PostForm,
    /// Until when the newest one works, and the form that takes it back.
    pub pending: Option<(String, PostForm)>,
}

impl Render for ResetLink {
    fn render(&self) -> Markup {
        html! {
            section .card {
                h2 { (TITLE) }
                p .muted { (ABOUT) }
                @if let Some((until, _)) = &self.pending { p { (PENDING) " " (until) "." } }
                div .actions {
                    (self.make.around(&html! { (Button::secondary("make-reset-link", MAKE)) }))
                    @if let Some((_, withdraw)) = &self.pending {
                        (withdraw.around(&html! { (Button::secondary("withdraw-reset-link", WITHDRAW)) }))
                    }
                }
            }
        }
    }
}
