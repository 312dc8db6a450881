//! The page that shows a newly created secret once.

use maud::{Markup, html};

use super::{LocalLink, crumbs};
use crate::{
    secret::Secret,
    web::{
        component::{caution, copyable},
        layout::{Frame, NavigationItem, PageContext},
    },
};

#[derive(Clone, Debug)]
pub struct ToldOncePage {
    pub title: String,
    /// The label of the secret.
    pub label: String,
    pub secret: Secret,
    /// Instructions for using the secret.
    pub advice: String,
    /// The breadcrumbs. The last one is the link back.
    pub crumbs: Vec<LocalLink>,
}

impl ToldOncePage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.admin;
        Frame::document(context, &self.title).at(NavigationItem::Administration).around(&html! {
            (crumbs(w, &self.crumbs))
            section .card {
                h1 { (self.title) }
                (caution(&html! { p { (w.shown_once(&self.advice)) } }))
                dl .facts { (copyable("secret", &self.label, self.secret.expose())) }
                @if let Some(back) = self.crumbs.last() {
                    div .actions { a .button .primary href=(back.path.as_str()) { (w.done) } }
                }
            }
        })
    }
}
