//! The confirmation page for an irreversible action.

use maud::{Markup, html};

use super::{LocalLink, PostForm, crumbs};
use crate::web::{
    component::{alert, caution},
    layout::{Frame, NavigationItem, PageContext},
};

/// A question with one answer, and a link back.
#[derive(Clone, Debug)]
pub struct ConfirmPage {
    pub question: String,
    /// The consequence of the action.
    pub consequence: String,
    /// Why the action failed.
    pub error: Option<String>,
    /// Label of the button.
    pub answer: String,
    /// The form that performs the action.
    pub form: PostForm,
    /// The breadcrumbs. The last one is the link back.
    pub crumbs: Vec<LocalLink>,
}

impl ConfirmPage {
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
