//! The page at `/`: what this server is, with links to its other pages.

use maud::{Markup, html};

use super::address::WebLink;
use super::component::initial;
use super::i18n::HomeTexts;
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct HomePage {
    /// The issuer identifier.
    pub issuer: WebLink,
    /// URL of the discovery document.
    pub discovery: WebLink,
    /// Username of the signed-in user.
    pub signed_in_as: Option<String>,
    /// Whether sign-up is open to everyone.
    pub signup_open: bool,
}

impl HomePage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.home;
        Frame::document(context, w.one_sign_in).around(&html! {
            section .hero {
                h1 { (w.one_sign_in) }
                p .lead {
                    (w.lead)
                }
                (self.doors(w))
            }
            section .columns {
                div {
                    h2 { (w.for_developers) }
                    p { (w.register_an_application) }
                    p { a href="/developer" { (w.your_applications) } }
                    p { a href="/docs" { (w.try_the_api) } }
                }
                div {
                    h2 { (w.for_applications) }
                    p { (w.one_address) }
                    dl .facts {
                        div { dt { (w.issuer) } dd { code .copy #issuer { (self.issuer.as_str()) } } }
                        div { dt { (w.discovery) } dd { a href=(self.discovery.as_str()) { (self.discovery.as_str()) } } }
                    }
                }
            }
        })
    }

    fn doors(&self, w: &HomeTexts) -> Markup {
        html! {
            @if let Some(username) = &self.signed_in_as {
                p .who {
                    span .avatar aria-hidden="true" { (initial(username)) }
                    (w.signed_in_as(&html! { bdi { (username) } }))
                }
                div .actions { a .button .primary href="/account" { (w.your_account) } }
            } @else {
                div .actions {
                    a .button .primary href="/login" { (w.sign_in) }
                    @if self.signup_open { a .button href="/signup" { (w.create_an_account) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn page(signed_in_as: Option<&str>, signup_open: bool) -> String {
        let issuer = WebLink::parse("https://login.example.org").unwrap();
        let discovery = WebLink::parse("https://login.example.org/.well-known/openid-configuration").unwrap();
        let page = HomePage { issuer, discovery, signed_in_as: signed_in_as.map(str::to_owned), signup_open };
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn a_stranger_is_offered_to_sign_in_and_to_sign_up_when_that_is_open() {
        let open = page(None, true);
        assert!(open.contains("href=\"/login\"") && open.contains("href=\"/signup\""), "{open}");
        let closed = page(None, false);
        assert!(closed.contains("href=\"/login\"") && !closed.contains("href=\"/signup\""), "{closed}");
    }

    #[test]
    fn the_signed_in_are_offered_their_account() {
        let page = page(Some("ada"), true);
        assert!(page.contains("href=\"/account\"") && page.contains("<bdi>ada</bdi>"), "{page}");
        assert!(!page.contains("href=\"/login\"") && !page.contains("href=\"/signup\""), "{page}");
    }

    #[test]
    fn the_issuer_and_its_documents_are_named() {
        let page = page(None, false);
        for link in ["/developer", "/docs", "https://login.example.org/.well-known/openid-configuration"] {
            assert!(page.contains(&format!("href=\"{link}\"")), "{link}");
        }
        assert!(page.contains("id=\"issuer\">https://login.example.org</code>"), "{page}");
    }
}
