//! The page at `/account`: what the server knows about the person who is signed in.

use maud::{Markup, html};

use super::component::{Button, Fact, facts, hidden, initial};
use super::layout::{Frame, Place, Voice};

/// What the account page shows.
#[derive(Clone, Debug)]
pub struct AccountPage {
    /// How the person is greeted: the full name, or else the user name.
    pub name: String,
    /// The user name.
    pub username: String,
    /// What is known about them.
    pub profile: Vec<Fact>,
    /// Whether they manage this server.
    pub is_administrator: bool,
    /// The anti-forgery token of the form that signs out.
    pub anti_forgery: String,
}

impl AccountPage {
    /// The page. Its one form posts to `/logout`, with `decision=confirm`.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        Frame::document(voice, "Your account").at(Place::Account).around(&html! {
            div .greeting {
                span .avatar .large aria-hidden="true" { (initial(&self.name)) }
                div {
                    h1 { "Hello, " bdi { (self.name) } }
                    p .muted {
                        bdi { (self.username) }
                        @if self.is_administrator { " " a .badge href="/admin" { "Administrator" } }
                    }
                }
            }
            section .card {
                h2 { "Profile" }
                @if self.profile.is_empty() {
                    p .muted { "Nothing but your username is known about you." }
                } @else {
                    (facts(&self.profile))
                }
                div .actions { a .button href="/account/profile" { "Edit profile" } }
            }
            @for (title, about, path, action) in PLACES {
                section .card .row {
                    div {
                        h2 { (title) }
                        p .muted { (about) }
                    }
                    a .button href=(path) { (action) }
                }
            }
            section .card .row {
                div {
                    h2 { "Session" }
                    p .muted { "Signs you out of this server in this browser." }
                }
                form method="post" action="/logout" {
                    (hidden(&self.anti_forgery, None))
                    (Button::secondary("sign-out", "Sign out").deciding("confirm"))
                }
            }
        })
    }
}

/// Title, what is there, where, and what one does there.
const PLACES: [(&str, &str, &str, &str); 7] = [
    ("Password", "Changing it signs out every other device.", "/account/password", "Change password"),
    (
        "Connected applications",
        "What you have let applications do, and how to end it.",
        "/account/applications",
        "Look at them",
    ),
    ("Sessions", "Where you are signed in.", "/account/sessions", "Look at sessions"),
    (
        "Security events",
        "Logins, changes and attempts: what has happened to your account lately.",
        "/account/security",
        "Look at events",
    ),
    ("Refresh schedule", "When applications have to ask for access anew.", "/account/schedule", "Set a schedule"),
    ("Your data", "Take a copy of it, or delete your account.", "/account/data", "Copy or delete"),
    (
        "Applications",
        "Register your own application, and let people log in to it.",
        "/developer",
        "Manage applications",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn html_of(is_administrator: bool) -> String {
        let page = AccountPage {
            name: "Ada Lovelace".to_owned(),
            username: "ada".to_owned(),
            profile: vec![Fact::new("Email", "ada@example.org")],
            is_administrator,
            anti_forgery: "token".to_owned(),
        };
        page.render(Voice::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn a_person_sees_what_is_known_and_a_way_out() {
        let html = html_of(false);
        assert!(html.contains("<bdi>Ada Lovelace</bdi>") && html.contains("<dd>ada@example.org</dd>"), "{html}");
        assert!(html.contains("<form method=\"post\" action=\"/logout\">"), "{html}");
        assert!(html.contains("name=\"anti_forgery\" value=\"token\""), "{html}");
    }

    #[test]
    fn an_administrator_is_told_so() {
        assert!(html_of(true).contains("href=\"/admin\">Administrator<"));
        assert!(!html_of(false).contains("Administrator"));
    }
}
