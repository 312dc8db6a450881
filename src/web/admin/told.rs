//! A secret that is told once.

use maud::{Markup, html};

use super::{LocalLink, crumbs};
use crate::{
    secret::Secret,
    web::{
        component::{caution, copyable},
        layout::{Frame, NavigationItem, PageContext},
    },
};

/// What was just made, with its secret.
#[derive(Clone, Debug)]
pub struct ToldOncePage {
    /// What was made.
    pub title: String,
    /// What the secret is.
    pub label: String,
    /// The secret.
    pub secret: Secret,
    /// What to do with it.
    pub advice: String,
    /// What the page is part of; the last leads back.
    pub crumbs: Vec<LocalLink>,
}

impl ToldOncePage {
    /// The page.
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
