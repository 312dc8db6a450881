//! The page after an application was registered: the one time that its secret is shown.

use maud::{Markup, html};

use super::component::{caution, code_block, copyable};
use super::layout::{Brand, Frame, Place};
use crate::secret::Secret;

/// What the page of a newly registered application shows.
#[derive(Clone, Debug)]
pub struct RegisteredPage {
    /// `client_name`.
    pub client_name: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`, which a public client has none of.
    pub client_secret: Option<Secret>,
    /// `redirect_uris`.
    pub redirect_uris: Vec<String>,
    /// `authorization_endpoint`.
    pub authorization_endpoint: String,
    /// `token_endpoint`.
    pub token_endpoint: String,
    /// Where the discovery document is.
    pub discovery: String,
}

impl RegisteredPage {
    /// The page.
    #[must_use]
    pub fn render(&self, brand: &Brand) -> Markup {
        Frame::document(brand, "Application registered").at(Place::Applications).around(&html! {
            h1 { bdi { (self.client_name) } " is registered" }
            section .card {
                h2 { "Credentials" }
                @if self.client_secret.is_some() {
                    (caution(&html! { p { "The client secret is shown once. Copy it now to where it is kept." } }))
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
                h2 { "Addresses" }
                dl .facts {
                    (copyable("discovery", "Discovery", &self.discovery))
                    (copyable("authorization-endpoint", "authorization_endpoint", &self.authorization_endpoint))
                    (copyable("token-endpoint", "token_endpoint", &self.token_endpoint))
                }
            }
            @if let Some(redirect_uri) = self.redirect_uris.first() {
                section .card {
                    h2 { "A link to log in with" }
                    p {
                        "Put it on your page. For each visitor, write a new random value in place of " code { "STATE" }
                        ", and the S256 challenge of a new code verifier in place of " code { "CODE_CHALLENGE" } "."
                    }
                    (code_block("snippet", "HTML of the link", &self.snippet(brand, redirect_uri)))
                }
            }
            p { a href="/developer" { "All your applications" } }
        })
    }

    /// The link as HTML to paste: escaped once here, and once more when it is shown.
    fn snippet(&self, brand: &Brand, redirect_uri: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", "openid profile email")
            .append_pair("state", "STATE")
            .append_pair("code_challenge", "CODE_CHALLENGE")
            .append_pair("code_challenge_method", "S256")
            .finish();
        let link = html! { a href={ (self.authorization_endpoint) "?" (query) } { "Log in with " (brand.name) } };
        link.into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(client_secret: Option<Secret>) -> RegisteredPage {
        RegisteredPage {
            client_name: "Wiki".to_owned(),
            client_id: "wiki-1".to_owned(),
            client_secret,
            redirect_uris: vec!["https://wiki.example/cb?a=b".to_owned()],
            authorization_endpoint: "https://login.example.org/authorize".to_owned(),
            token_endpoint: "https://login.example.org/token".to_owned(),
            discovery: "https://login.example.org/.well-known/openid-configuration".to_owned(),
        }
    }

    fn brand() -> Brand {
        Brand { name: "Acme".to_owned() }
    }

    #[test]
    fn everything_a_developer_needs_is_there_to_copy() {
        let html = page(Some(Secret::new("s3cret"))).render(&brand()).into_string();
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
        assert!(html.contains("shown once"), "{html}");
    }

    #[test]
    fn a_public_client_is_promised_no_secret() {
        let html = page(None).render(&brand()).into_string();
        assert!(!html.contains("client-secret") && !html.contains("shown once"), "{html}");
    }

    #[test]
    fn the_link_works_when_pasted() {
        let snippet = page(None).snippet(&brand(), "https://wiki.example/cb?a=b");
        let expected = "<a href=\"https://login.example.org/authorize?response_type=code&amp;client_id=wiki-1\
            &amp;redirect_uri=https%3A%2F%2Fwiki.example%2Fcb%3Fa%3Db&amp;scope=openid+profile+email&amp;state=STATE\
            &amp;code_challenge=CODE_CHALLENGE&amp;code_challenge_method=S256\">Log in with Acme</a>";
        assert_eq!(snippet, expected);
    }
}
