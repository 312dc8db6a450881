//! How pages present a client: name, logo, privacy policy and terms of service.

use maud::{Markup, html};

use super::address::{ImageSource, WebLink};
use super::component::{external, initial};
use super::i18n::ClientTexts;
use super::layout::seal;

/// The client data shown to a user. All of it is claimed by the client itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCard {
    /// The `client_name`.
    pub name: String,
    /// The logo. Without one, the first letter of the name is shown.
    pub logo: Option<ImageSource>,
    /// The `policy_uri`.
    pub policy: Option<WebLink>,
    /// The `tos_uri`.
    pub terms: Option<WebLink>,
}

/// The client types of [RFC 6749 §2.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientType {
    /// Can keep a secret: a website with a backend.
    Confidential,
    /// Cannot keep a secret: a single-page or native application.
    Public,
}

impl ClientType {
    /// The value of the form field `client_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }

    /// Parses the form field `client_type`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Confidential, Self::Public].into_iter().find(|kind| kind.as_str() == text)
    }

    /// The description of the type for developers.
    pub(super) fn description(self, w: &ClientTexts) -> &'static str {
        match self {
            Self::Confidential => w.confidential,
            Self::Public => w.public,
        }
    }
}

/// A user-chosen name, isolated so that right-to-left characters in it do not reorder the sentence around it.
pub(super) fn chosen(name: &str) -> Markup {
    html! { bdi .chosen { (name) } }
}

impl ClientCard {
    /// The client's picture next to the server's seal.
    pub(super) fn picture(&self) -> Markup {
        html! {
            div .meeting aria-hidden="true" {
                span .tile {
                    @if let Some(logo) = &self.logo {
                        img src=(logo.as_str()) alt="" width="48" height="48" referrerpolicy="no-referrer";
                    } @else {
                        (initial(&self.name))
                    }
                }
                span .tie {}
                span .tile { (seal()) }
            }
        }
    }

    /// The links to the client's policy and terms, as far as they are registered.
    pub(super) fn fine_print(&self, w: &ClientTexts) -> Markup {
        html! {
            @if self.policy.is_some() || self.terms.is_some() {
                p .fine {
                    (chosen(&self.name)) ": "
                    @if let Some(policy) = &self.policy { (external(policy, &html! { (w.privacy_policy) })) }
                    @if self.policy.is_some() && self.terms.is_some() { " · " }
                    @if let Some(terms) = &self.terms { (external(terms, &html! { (w.terms_of_service) })) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::i18n::preferred;

    fn card() -> ClientCard {
        ClientCard { name: "Grafana".to_owned(), logo: None, policy: None, terms: None }
    }

    #[test]
    fn a_client_without_a_logo_has_its_first_letter() {
        let without = card().picture().into_string();
        assert!(without.contains(">G</span>") && !without.contains("<img"), "{without}");
        let with = ClientCard { logo: ImageSource::parse("/logos/1.png"), ..card() }.picture().into_string();
        assert!(with.contains("<img src=\"/logos/1.png\""), "{with}");
    }

    #[test]
    fn the_fine_print_holds_what_the_client_gave() {
        assert_eq!(card().fine_print(&preferred("", "").client).into_string(), "");
        let policy = WebLink::parse("https://rp.example/policy");
        let one = ClientCard { policy: policy.clone(), ..card() }.fine_print(&preferred("", "").client).into_string();
        assert!(one.contains("href=\"https://rp.example/policy\"") && !one.contains("Terms"), "{one}");
        let both = ClientCard { policy, terms: WebLink::parse("https://rp.example/terms"), ..card() };
        let both = both.fine_print(&preferred("", "").client).into_string();
        assert!(both.contains("Privacy policy") && both.contains("href=\"https://rp.example/terms\""), "{both}");
    }

    #[test]
    fn a_client_type_is_read_as_it_is_written() {
        for kind in [ClientType::Confidential, ClientType::Public] {
            assert_eq!(ClientType::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(ClientType::parse("Public"), None);
    }
}
