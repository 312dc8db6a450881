//! The page shown after an application was registered. It shows the client secret for the only time.

use maud::{Markup, html};

use super::component::{caution, copyable};
use super::layout::{Frame, NavigationItem, PageContext};
use super::own_client_path::own_client_path;
use super::snippet::Snippets;
use crate::secret::Secret;

#[derive(Clone, Debug)]
pub struct RegisteredPage {
    pub client_name: String,
    pub client_id: String,
    /// The `client_secret`, absent for a public client.
    pub client_secret: Option<Secret>,
    pub redirect_uris: Vec<String>,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    /// URL of the discovery document.
    pub discovery: String,
    /// The configuration snippets for the application.
    pub snippets: Snippets,
}

impl RegisteredPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.registered;
        Frame::document(context, w.application_registered).at(NavigationItem::Applications).around(&html! {
            h1 { (w.is_registered(&html! { bdi { (self.client_name) } })) }
            section .card {
                h2 { (w.credentials) }
                @if self.client_secret.is_some() {
                    (caution(&html! { p { (w.shown_once) } }))
                }
                dl .facts {
                    (copyable("client-name", "client_name", &self.client_name))
                    (copyable("client-id", "client_id", &self.client_id))
                    @if let Some(secret) = &self.client_secret {
                        (copyable("client-secret", "client_secret", secret.expose()))
                    }
                    div {
                        dt { "redirect_uris" }
                        @for uri in &self.redirect_uris { dd { code .copy { (uri) } } }
                    }
                }
            }
            section .card {
                h2 { (w.addresses) }
                dl .facts {
                    (copyable("discovery", w.discovery, &self.discovery))
                    (copyable("authorization-endpoint", "authorization_endpoint", &self.authorization_endpoint))
                    (copyable("token-endpoint", "token_endpoint", &self.token_endpoint))
                }
            }
            section .card {
                h2 { (w.to_paste) }
                @if !self.redirect_uris.is_empty() {
                    p {
                        (w.replace(&html! { code { "STATE" } }, &html! { code { "CODE_CHALLENGE" } }))
                    }
                }
                (self.snippets.render(context))
            }
            p { a href=(own_client_path(&self.client_id)) { (w.change_it) } }
            p { a href="/developer" { (w.all_your_applications) } }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn page(client_secret: Option<Secret>) -> RegisteredPage {
        RegisteredPage {
            client_name: "Wiki".to_owned(),
            client_id: "wiki-1".to_owned(),
            client_secret,
            redirect_uris: vec!["https://wiki.example/cb?a=b".to_owned()],
            authorization_endpoint: "https://login.example.org/authorize".to_owned(),
            token_endpoint: "https://login.example.org/token".to_owned(),
            discovery: "https://login.example.org/.well-known/openid-configuration".to_owned(),
            snippets: Snippets::default(),
        }
    }

    fn brand() -> Brand {
        Brand { name: "Acme".to_owned() }
    }

    #[test]
    fn everything_a_developer_needs_is_there_to_copy() {
        let html = page(Some(Secret::new("s3cret"))).render(PageContext::english(&brand())).into_string();
        let table = [
            ("client-name", "Wiki"),
            ("client-id", "wiki-1"),
            ("client-secret", "s3cret"),
            ("authorization-endpoint", "https://login.example.org/authorize"),
            ("token-endpoint", "https://login.example.org/token"),
            ("discovery", "https://login.example.org/.well-known/openid-configuration"),
        ];
        for (id, value) in table {
            assert!(html.contains(&format!("id=\"{id}\">{value}</code>")), "{id}: {html}");
        }
        assert!(html.contains("https://wiki.example/cb?a=b</code>"), "{html}");
        assert!(html.contains("shown for ten minutes"), "{html}");
    }

    #[test]
    fn a_public_client_is_promised_no_secret() {
        let html = page(None).render(PageContext::english(&brand())).into_string();
        assert!(!html.contains("client-secret") && !html.contains("shown for ten minutes"), "{html}");
    }
}
