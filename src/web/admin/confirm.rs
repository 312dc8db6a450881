//! The question before something that cannot be taken back.

use maud::{Markup, html};

use super::{LocalLink, PostForm, crumbs};
use crate::web::{
    component::{alert, caution},
    layout::{Frame, NavigationItem, PageContext},
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
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.admin;
        Frame::document(context, &self.question).at(NavigationItem::Administration).around(&html! {
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
