//! `/admin`: the overview of the administration pages.

use maud::{Markup, html};

use super::LocalPath;
use crate::web::{
    i18n::{AdminTexts, PartTexts},
    layout::{Frame, NavigationItem, PageContext},
};

/// The overview page. It shows no counts, so its cost does not depend on the amount of data.
#[derive(Clone, Copy, Debug)]
pub struct AdminPage;

impl AdminPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.admin;
        Frame::document(context, w.administration).at(NavigationItem::Administration).around(&html! {
            h1 { (w.administration) }
            ul .rows {
                @for (segment, part) in PARTS {
                    li .card {
                        h2 { a href=(LocalPath::admin(&[segment]).as_str()) { (part(w).name) } }
                        p .muted { (part(w).about) }
                    }
                }
            }
        })
    }
}

/// Selects the texts of one section.
type PartOf = fn(&AdminTexts) -> &PartTexts;

const PARTS: [(&str, PartOf); 9] = [
    ("people", |w| &w.people),
    ("groups", |w| &w.all_groups),
    ("sessions", |w| &w.all_sessions),
    ("grants", |w| &w.all_grants),
    ("invitations", |w| &w.invitations),
    ("applications", |w| &w.applications),
    ("audit", |w| &w.audit),
    ("keys", |w| &w.keys),
    ("resources", |w| &w.resources),
];
