//! The page at `/account`: the overview of the signed-in user's account.

use maud::{Markup, html};

use super::component::{Button, Fact, facts, hidden, initial};
use super::i18n::{AccountTexts, NavigationCardTexts};
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug)]
pub struct AccountPage {
    /// Name in the greeting: the full name, or the username.
    pub name: String,
    pub username: String,
    pub profile: Vec<Fact>,
    /// Whether the user is an administrator of this server.
    pub is_administrator: bool,
    /// Anti-forgery token of the sign-out form.
    pub anti_forgery: String,
}

impl AccountPage {
    /// Renders the page. Its form posts `decision=confirm` to `/logout`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.account;
        Frame::document(context, w.your_account).at(NavigationItem::Account).around(&html! {
            div .greeting {
                span .avatar .large aria-hidden="true" { (initial(&self.name)) }
                div {
                    h1 { (w.hello(&html! { bdi { (self.name) } })) }
                    p .muted {
                        bdi { (self.username) }
                        @if self.is_administrator { " " a .badge href="/admin" { (w.administrator) } }
                    }
                }
            }
            section .card {
                h2 { (w.profile) }
                @if self.profile.is_empty() {
                    p .muted { (w.nothing_known) }
                } @else {
                    (facts(&self.profile))
                }
                div .actions { a .button href="/account/profile" { (w.edit_profile) } }
            }
            @for (path, place) in NAVIGATION_CARDS {
                section .card .row {
                    div {
                        h2 { (place(w).title) }
                        p .muted { (place(w).about) }
                    }
                    a .button href=(path) { (place(w).action) }
                }
            }
            section .card .row {
                div {
                    h2 { (w.session) }
                    p .muted { (w.signs_you_out) }
                }
                form method="post" action="/logout" {
                    (hidden(&self.anti_forgery, None))
                    (Button::secondary("sign-out", w.sign_out).deciding("confirm"))
                }
            }
        })
    }
}

/// Selects the texts of a navigation card.
type NavigationCardOf = fn(&AccountTexts) -> &NavigationCardTexts;

/// The navigation cards: path and texts.
const NAVIGATION_CARDS: [(&str, NavigationCardOf); 7] = [
    ("/account/password", |w| &w.password),
    ("/account/applications", |w| &w.applications),
    ("/account/sessions", |w| &w.sessions),
    ("/account/security", |w| &w.security),
    ("/account/schedule", |w| &w.schedule),
    ("/account/data", |w| &w.data),
    ("/developer", |w| &w.own_applications),
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
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn a_person_sees_what_is_known_and_a_way_out() {
        let html = html_of(false);
        assert!(html.contains("<bdi>Ada Lovelace</bdi>") && html.contains("<dd>ada@example.org</dd>"), "{html}");
        assert!(html.contains("<form method=\"post\" action=\"/logout\">"), "{html}");
        assert!(html.contains("name=\"anti_forgery\" value=\"token\""), "{html}");
    }

    #[test]
    fn an_administrator_is_shown_so() {
        assert!(html_of(true).contains("href=\"/admin\">Administrator<"));
        assert!(!html_of(false).contains("Administrator"));
    }
}
