//! The page at `/consent`, on which a user approves or denies a client's request.

use maud::{Markup, html};

use super::client::{ClientCard, ClientType, chosen};
use super::component::{Button, caution, hidden, initial};
use super::i18n::{ConsentTexts, WithheldTexts};
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct ConsentPage {
    /// The requesting client.
    pub client: ClientCard,
    /// Whether the client can authenticate itself.
    pub client_type: ClientType,
    pub registrant: Registrant,
    /// The destination of the response: the host of the redirect URI, or its scheme.
    pub returns_to: ReturnsTo,
    /// The signed-in user.
    pub person: Person,
    /// The requested scope. May be empty.
    pub scope: Vec<ScopeLine>,
    /// Whether the page offers to remember consent.
    pub remember: Remember,
    /// How long the grant lasts, in words ("30 days"), if it expires.
    pub lifetime: Option<String>,
    /// The pending authorization request, as an opaque text.
    pub interaction: String,
    pub anti_forgery: String,
}

/// Who registered a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registrant {
    /// An administrator of this server.
    Administrator,
    /// A user of this server.
    Person { username: String },
    /// The client itself, by dynamic registration.
    Itself,
}

/// Whether a consent page offers to remember consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    /// Not offered, since it would not be stored.
    NotOffered,
    /// The user may choose it.
    EnabledGrants,
    /// Preselected, for clients registered by an administrator.
    Ticked,
}

/// The destination of an authorization response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnsTo {
    /// A website: its host, with the port if it is not the default.
    Host(String),
    /// This device, by a loopback address.
    ThisDevice,
    /// An application on this device, by its private-use URI scheme.
    Scheme(String),
}

impl ReturnsTo {
    /// The text of a link to the destination.
    pub(super) fn go_on(&self, w: &WithheldTexts) -> String {
        match self {
            Self::Host(place) | Self::Scheme(place) => w.go_on_to(place),
            Self::ThisDevice => w.go_on_to_this_device.to_owned(),
        }
    }
}

/// A user as shown to themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub username: String,
    /// The full name, if known.
    pub full_name: Option<String>,
}

/// A scope token with its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeLine {
    /// The scope token, such as "email".
    pub token: String,
    /// The meaning, such as "Your email address".
    pub title: String,
    /// Further explanation. May be empty.
    pub description: String,
}

impl ConsentPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.consent;
        Frame::question(context, w.allow_access).around(&html! {
            section .card {
                (self.client.picture())
                h1 { (w.asks_for_access(&chosen(&self.client.name))) }
                (self.person_and_switch(w))
                (self.requested(w))
                (self.cautions(w))
                (self.decision(w))
            }
            (self.client.fine_print(&context.texts.client))
        })
    }

    /// A separate form: the Enter key activates the first button of a form, which must be "Deny".
    fn person_and_switch(&self, w: &ConsentTexts) -> Markup {
        html! {
            form .identity method="post" action="/consent" {
                (hidden(&self.anti_forgery, Some(&self.interaction)))
                span .avatar aria-hidden="true" { (initial(self.person.displayed())) }
                div {
                    p { span .unseen { (w.signed_in_as) } (chosen(self.person.displayed())) }
                    p .fine {
                        @if self.person.full_name.is_some() { bdi { (self.person.username) } " · " }
                        (w.not_you) (Button::quiet("consent-switch", w.use_another_account).deciding("switch"))
                    }
                }
            }
        }
    }

    fn requested(&self, w: &ConsentTexts) -> Markup {
        html! {
            (requested(w, &self.scope))
            @if let Some(lifetime) = &self.lifetime {
                p .fine { (w.ends_after(lifetime)) }
            }
        }
    }

    fn cautions(&self, w: &ConsentTexts) -> Markup {
        let is_native = !matches!(self.returns_to, ReturnsTo::Host(_));
        let is_vouched_for = self.registrant == Registrant::Administrator;
        html! {
            @if self.client_type == ClientType::Public || is_native || !is_vouched_for {
                (caution(&html! {
                    (self.registrant.caution(w))
                    @if is_native {
                        p { (w.runs_on_device) }
                    } @else if self.client_type == ClientType::Public {
                        p { (w.runs_in_browser) }
                    }
                }))
            }
        }
    }

    fn decision(&self, w: &ConsentTexts) -> Markup {
        html! {
            form method="post" action="/consent" {
                (hidden(&self.anti_forgery, Some(&self.interaction)))
                @if self.remember != Remember::NotOffered {
                    label .check {
                        input #remember type="checkbox" name="remember" value="true"
                            checked[self.remember == Remember::Ticked];
                        span { (w.remember) }
                    }
                }
                div .actions .pair {
                    (Button::secondary("consent-deny", w.deny).deciding("deny"))
                    (Button::primary("consent-allow", w.allow).deciding("allow"))
                }
                p .fine .centred {
                    @match &self.returns_to {
                        ReturnsTo::Host(host) => (w.return_to_host(&chosen(host)))
                        ReturnsTo::ThisDevice => { (w.return_to_an_application) strong { (w.this_device) } }
                        ReturnsTo::Scheme(scheme) => (w.return_to_scheme(&chosen(scheme)))
                    }
                }
            }
        }
    }
}

/// The list of requested scope tokens.
pub(super) fn requested(w: &ConsentTexts, scope: &[ScopeLine]) -> Markup {
    html! {
        @if scope.is_empty() {
            p { (w.only_learns) }
        } @else {
            h2 { (w.it_can) }
            ul .scopes {
                @for line in scope {
                    li data-scope=(line.token) {
                        strong { (line.title) }
                        @if !line.description.is_empty() { span .muted { (line.description) } }
                    }
                }
            }
        }
    }
}

impl Registrant {
    /// The warning about a client that no administrator has registered.
    pub(super) fn caution(&self, w: &ConsentTexts) -> Markup {
        html! {
            @match self {
                Self::Administrator => {}
                Self::Person { username } => p { (w.registered_by(&chosen(username))) }
                Self::Itself => p { (w.registered_itself) }
            }
        }
    }
}

impl Person {
    fn displayed(&self) -> &str {
        self.full_name.as_deref().unwrap_or(&self.username)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn page() -> ConsentPage {
        ConsentPage {
            client: ClientCard { name: "Grafana".to_owned(), logo: None, policy: None, terms: None },
            client_type: ClientType::Confidential,
            registrant: Registrant::Administrator,
            returns_to: ReturnsTo::Host("grafana.example.org".to_owned()),
            person: Person { username: "ada".to_owned(), full_name: None },
            scope: vec![ScopeLine {
                token: "email".to_owned(),
                title: "Your email address".to_owned(),
                description: String::new(),
            }],
            remember: Remember::Ticked,
            lifetime: None,
            interaction: "i1".to_owned(),
            anti_forgery: "token".to_owned(),
        }
    }

    fn html_of(page: &ConsentPage) -> String {
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn one_may_allow_deny_or_be_someone_else() {
        let html = html_of(&page());
        for (id, value) in [("consent-allow", "allow"), ("consent-deny", "deny"), ("consent-switch", "switch")] {
            assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
            assert!(html.contains(&format!("name=\"decision\" value=\"{value}\"")), "{value}");
        }
        assert_eq!(html.matches("action=\"/consent\"").count(), 2);
        assert_eq!(html.matches("name=\"anti_forgery\"").count(), 2, "each form is protected");
        assert_eq!(html.matches("name=\"interaction\"").count(), 2, "each form says what it continues");
    }

    #[test]
    fn the_enter_key_does_not_allow() {
        let html = html_of(&page());
        let form = html.rsplit("<form").next().unwrap();
        assert!(form.find("consent-deny").unwrap() < form.find("consent-allow").unwrap(), "{form}");
        assert!(!form.contains("consent-switch"), "{form}");
    }

    #[test]
    fn what_is_asked_and_where_one_returns_to_is_said() {
        let html = html_of(&page());
        for part in ["Your email address", "data-scope=\"email\"", ">grafana.example.org</bdi>", ">ada</bdi>"] {
            assert!(html.contains(part), "{part}");
        }
        assert!(html.contains("name=\"remember\" value=\"true\" checked"), "{html}");
        let native = html_of(&ConsentPage { returns_to: ReturnsTo::Scheme("app.immich".to_owned()), ..page() });
        assert!(native.contains(">app.immich</bdi>"), "{native}");
        let nothing = html_of(&ConsentPage { scope: Vec::new(), ..page() });
        assert!(nothing.contains("It only learns that"), "{nothing}");
    }

    #[test]
    fn not_to_be_asked_again_is_offered_where_it_is_kept_and_ticked_where_the_host_vouches() {
        for (remember, is_offered, is_ticked) in [
            (Remember::NotOffered, false, false),
            (Remember::EnabledGrants, true, false),
            (Remember::Ticked, true, true),
        ] {
            let html = html_of(&ConsentPage { remember, ..page() });
            assert_eq!(html.contains("name=\"remember\""), is_offered, "{remember:?}");
            assert_eq!(html.contains("value=\"true\" checked"), is_ticked, "{remember:?}");
        }
    }

    // RFC 8252 §8.6 and OWASP ASVS 5.0 10.4.7: impersonation of public, native and unchecked clients.
    #[test]
    fn a_client_that_no_one_vouches_for_comes_with_a_caution() {
        let person = Registrant::Person { username: "mallory".to_owned() };
        let table = [
            (ConsentPage { registrant: person, ..page() }, ">mallory</bdi>, not by an administrator"),
            (ConsentPage { registrant: Registrant::Itself, ..page() }, "registered itself"),
            (ConsentPage { client_type: ClientType::Public, ..page() }, "runs in your browser"),
            (ConsentPage { returns_to: ReturnsTo::ThisDevice, ..page() }, "runs on your device"),
        ];
        for (deviation, expected) in table {
            let html = html_of(&deviation);
            assert!(html.contains("role=\"note\"") && html.contains(expected), "{expected}: {html}");
        }
        assert!(!html_of(&page()).contains("role=\"note\""));
    }

    #[test]
    fn the_end_of_the_permission_is_said_when_it_has_one() {
        assert!(!html_of(&page()).contains("ends automatically"));
        let html = html_of(&ConsentPage { lifetime: Some("30 days".to_owned()), ..page() });
        assert!(html.contains("ends automatically after 30 days."), "{html}");
    }
}
