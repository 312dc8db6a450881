//! The page for a user who is in none of the groups that may use an application.

use maud::{Markup, html};

use super::client::{ClientCard, chosen};
use super::component::{Button, hidden};
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct NotAdmittedPage {
    /// The requesting client.
    pub client: ClientCard,
    /// Username of the signed-in user.
    pub username: String,
    /// The registered contacts of the client, usually e-mail addresses.
    pub contacts: Vec<String>,
    /// The pending authorization request, as an opaque text.
    pub interaction: String,
    pub anti_forgery: String,
}

impl NotAdmittedPage {
    /// Renders the page. Its buttons send `decision=switch` and `decision=deny` to `/consent`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.consent;
        Frame::question(context, w.no_access).around(&html! {
            section .card {
                (self.client.picture())
                h1 { (w.no_access) }
                p { (w.may_not_use(&chosen(&self.username), &chosen(&self.client.name))) }
                p {
                    (w.ask_an_administrator(&context.brand.name))
                    @if !self.contacts.is_empty() {
                        " " (w.or_ask(&html! {
                            @for (number, contact) in self.contacts.iter().enumerate() {
                                @if number > 0 { ", " }
                                (chosen(contact))
                            }
                        }))
                    }
                }
                form method="post" action="/consent" {
                    (hidden(&self.anti_forgery, Some(&self.interaction)))
                    div .actions {
                        (Button::primary("consent-switch", w.use_another_account).deciding("switch"))
                        (Button::secondary("consent-deny", w.go_back).deciding("deny"))
                    }
                }
            }
            (self.client.fine_print(&context.texts.client))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    #[test]
    fn a_person_who_may_not_use_an_application_learns_which_and_whom_to_ask() {
        let page = NotAdmittedPage {
            client: ClientCard { name: "Grafana".to_owned(), logo: None, policy: None, terms: None },
            username: "ada".to_owned(),
            contacts: vec!["ops@example.org".to_owned()],
            interaction: "i1".to_owned(),
            anti_forgery: "token".to_owned(),
        };
        let html = page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string();
        for part in [">ada</bdi>", ">Grafana</bdi>", "administrator of Acme", "ops@example.org", "Use another account"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        for decision in ["switch", "deny"] {
            assert!(html.contains(&format!("name=\"decision\" value=\"{decision}\"")), "{decision}: {html}");
        }
    }
}
