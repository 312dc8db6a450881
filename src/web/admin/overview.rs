//! `/admin`: the way to everything that an administrator manages.

use maud::{Markup, html};

use super::LocalPath;
use crate::web::layout::{Frame, Place, Voice};

/// The first page of the administration. It counts nothing, so that it costs the same whatever is there.
#[derive(Clone, Copy, Debug)]
pub struct AdminPage;

impl AdminPage {
    /// The page.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        Frame::document(voice, "Administration").at(Place::Administration).around(&html! {
            h1 { "Administration" }
            ul .rows {
                @for (segment, name, about) in PARTS {
                    li .card {
                        h2 { a href=(LocalPath::admin(&[segment]).as_str()) { (name) } }
                        p .muted { (about) }
                    }
                }
            }
        })
    }
}

const PARTS: [(&str, &str, &str); 8] = [
    ("people", "People", "Who has an account here: groups, roles, passwords, sessions and what they have allowed."),
    ("groups", "Groups", "Who is in which group, other names for them, and their end."),
    ("sessions", "Sessions", "Where people are signed in, the newest first."),
    ("grants", "Grants", "What was granted to applications, the newest first."),
    ("invitations", "Invitations", "Links with which people make an account for themselves."),
    ("applications", "Applications", "What people sign in to, whoever registered it."),
    ("keys", "Signing keys", "What signs tokens, and how long it still does."),
    ("resources", "APIs", "Who accepts tokens of this server, as the configuration says."),
];
