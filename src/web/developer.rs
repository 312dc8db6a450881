//! The page at `/developer`: a person's own applications, and the form that registers one.

use maud::{Markup, html};

use super::client::ClientType;
use super::component::{Button, Fact, alert, facts, hidden};
use super::field::{Entry, Field};
use super::layout::{Brand, Frame, Place};

/// What the page of one's own applications shows.
#[derive(Clone, Debug)]
pub struct DeveloperPage {
    /// The applications that the person registered.
    pub clients: Vec<OwnClient>,
    /// The form for one more.
    pub registration: RegistrationForm,
    /// The anti-forgery token.
    pub anti_forgery: String,
}

/// An application that its owner looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnClient {
    /// `client_name`.
    pub name: String,
    /// `client_id`.
    pub client_id: String,
    /// Whether it has a secret.
    pub client_type: ClientType,
    /// `redirect_uris`.
    pub redirect_uris: Vec<String>,
}

/// The form that registers a client. It sends `client_name`, `redirect_uris` (one per line) and `client_type`.
#[derive(Clone, Debug, Default)]
pub struct RegistrationForm {
    /// `client_name`.
    pub client_name: Entry,
    /// `redirect_uris`, one per line.
    pub redirect_uris: Entry,
    /// `client_type`, once one was chosen.
    pub client_type: Option<ClientType>,
    /// What is wrong beside the fields, as a sentence.
    pub error: Option<String>,
}

impl DeveloperPage {
    /// The page.
    #[must_use]
    pub fn render(&self, brand: &Brand) -> Markup {
        Frame::document(brand, "Your applications").at(Place::Applications).around(&html! {
            h1 { "Your applications" }
            @if self.clients.is_empty() {
                p .empty { "You have not registered an application yet." }
            }
            @for client in &self.clients { (client.render()) }
            (self.registration.render(&self.anti_forgery))
        })
    }
}

impl OwnClient {
    fn render(&self) -> Markup {
        let about = [Fact::new("Client ID", &self.client_id), Fact::new("Type", self.client_type.description())];
        let redirect_uris: Vec<Fact> = self.redirect_uris.iter().map(|uri| Fact::new("Redirect URI", uri)).collect();
        html! {
            section .card {
                h2 { bdi { (self.name) } }
                (facts(about.iter().chain(&redirect_uris)))
            }
        }
    }
}

impl RegistrationForm {
    fn render(&self, anti_forgery: &str) -> Markup {
        html! {
            section .card {
                h2 { "Register an application" }
                @if let Some(error) = &self.error { (alert(error)) }
                form method="post" action="/developer" {
                    (hidden(anti_forgery, None))
                    (Field::text("client_name", "Name")
                        .hint("People see it when they are asked to allow access.")
                        .entry(&self.client_name))
                    (Field::lines("redirect_uris", "Redirect URIs")
                        .hint("Where people return to after signing in, one per line, exactly as you will send them.")
                        .entry(&self.redirect_uris))
                    fieldset {
                        legend { "Type" }
                        (self.choice(ClientType::Confidential, "Its server keeps a client secret."))
                        (self.choice(ClientType::Public, "It cannot keep a secret, and proves itself with PKCE."))
                    }
                    div .actions { (Button::primary("register-submit", "Register")) }
                }
            }
        }
    }

    fn choice(&self, client_type: ClientType, consequence: &str) -> Markup {
        let is_chosen = self.client_type.unwrap_or(ClientType::Confidential) == client_type;
        html! {
            label .check .choice {
                input #{ "client-type-" (client_type.as_str()) } type="radio" name="client_type"
                    value=(client_type.as_str()) checked[is_chosen];
                span { strong { (client_type.description()) } span .muted { (consequence) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html_of(clients: Vec<OwnClient>, registration: RegistrationForm) -> String {
        let page = DeveloperPage { clients, registration, anti_forgery: "token".to_owned() };
        page.render(&Brand { name: "Acme".to_owned() }).into_string()
    }

    #[test]
    fn one_s_own_applications_are_listed() {
        let client = OwnClient {
            name: "Wiki".to_owned(),
            client_id: "wiki-1".to_owned(),
            client_type: ClientType::Public,
            redirect_uris: vec!["https://wiki.example/cb".to_owned(), "http://127.0.0.1/cb".to_owned()],
        };
        let html = html_of(vec![client], RegistrationForm::default());
        for part in ["<bdi>Wiki</bdi>", "wiki-1", "https://wiki.example/cb", "http://127.0.0.1/cb"] {
            assert!(html.contains(part), "{part}");
        }
        assert!(!html.contains("not registered"), "{html}");
        assert!(html_of(Vec::new(), RegistrationForm::default()).contains("not registered an application yet"));
    }

    #[test]
    fn the_type_that_was_chosen_stays_chosen() {
        for (client_type, expected) in [
            (None, "value=\"confidential\" checked"),
            (Some(ClientType::Confidential), "value=\"confidential\" checked"),
            (Some(ClientType::Public), "value=\"public\" checked"),
        ] {
            let html = html_of(Vec::new(), RegistrationForm { client_type, ..RegistrationForm::default() });
            assert!(html.contains(expected), "{client_type:?}");
            assert_eq!(html.matches(" checked").count(), 1, "{client_type:?}");
        }
    }

    #[test]
    fn a_mistake_stands_beside_its_field() {
        let redirect_uris = Entry { value: "http://x".to_owned(), error: Some("Use https.".to_owned()) };
        let html = html_of(Vec::new(), RegistrationForm { redirect_uris, ..RegistrationForm::default() });
        assert!(html.contains("id=\"redirect_uris-error\"") && html.contains("Use https."), "{html}");
        assert!(!html_of(Vec::new(), RegistrationForm::default()).contains("-error\""));
    }
}
