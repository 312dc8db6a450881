//! The question before something that cannot be taken back.

use maud::{Markup, html};

use super::{LocalLink, PostForm, crumbs};
use crate::web::{
    component::{alert, caution},
    layout::{Frame, Place, Voice},
};

/// A question with one answer, and the way back.
#[derive(Clone, Debug)]
pub struct ConfirmPage {
    /// The question.
    pub question: String,
    /// What follows from yes.
    pub consequence: String,
    /// Why it could not be done.
    pub error: Option<String>,
    /// What the button says.
    pub answer: String,
    /// What it sends.
    pub form: PostForm,
    /// What the page is part of; the last leads back.
    pub crumbs: Vec<LocalLink>,
}

impl ConfirmPage {
    /// The page.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        let w = &voice.words.admin;
        Frame::document(voice, &self.question).at(Place::Administration).around(&html! {
            (crumbs(w, &self.crumbs))
            section .card {
                h1 { bdi { (self.question) } }
                @if let Some(error) = &self.error { (alert(error)) }
                (caution(&html! { p { (self.consequence) } }))
                div .actions {
                    (self.form.button("confirm", &self.answer, None))
                    @if let Some(back) = self.crumbs.last() { a .button href=(back.path.as_str()) { (w.cancel) } }
                }
            }
        })
    }
}
