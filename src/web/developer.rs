//! The page at `/developer`: a user's own applications, and the registration form.

use maud::{Markup, html};

use super::client::ClientType;
use super::component::{Button, Fact, alert, facts, hidden, notice};
use super::field::{Field, FieldState};
use super::i18n::{DeveloperTexts, Texts};
use super::layout::{Frame, NavigationItem, PageContext};
use super::own_client_path::own_client_path;
use super::presets::{PRESETS, preset_search};

#[derive(Clone, Debug)]
pub struct DeveloperPage {
    /// The applications that the user owns.
    pub clients: Vec<OwnClient>,
    /// Whether the user may not register applications.
    pub is_closed: bool,
    /// The registration form.
    pub registration: RegistrationForm,
    /// Confirmation of the last action.
    pub done: Option<String>,
    pub anti_forgery: String,
}

/// An application in the owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnClient {
    /// The `client_name`.
    pub name: String,
    pub client_id: String,
    pub client_type: ClientType,
    pub redirect_uris: Vec<String>,
}

/// The kind of application, as chosen by the developer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A website with a backend: a confidential client.
    Website,
    /// A single-page or native application: a public client.
    App,
    /// A device or a command-line program without a browser: a public client.
    Device,
    /// A program that acts on its own behalf, without a user.
    Service,
}

/// The registration form. It sends `client_name`, `redirect_uris` (one per line) and `client_type`.
#[derive(Clone, Debug, Default)]
pub struct RegistrationForm {
    pub client_name: FieldState,
    /// The redirect URIs, one per line.
    pub redirect_uris: FieldState,
    /// The selected kind, if any.
    pub purpose: Option<Purpose>,
    /// Whether the user may register a service.
    pub offers_service: bool,
    /// Error message that belongs to no field.
    pub error: Option<String>,
}

impl DeveloperPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.developer;
        Frame::document(context, w.your_applications).at(NavigationItem::Applications).around(&html! {
            @if let Some(done) = &self.done { (notice(done)) }
            h1 { (w.your_applications) }
            @if self.clients.is_empty() {
                p .empty { (w.none_yet) }
            }
            @for client in &self.clients { (client.render(context)) }
            @if self.is_closed {
                p { (w.closed) }
            } @else {
                (self.registration.render(context, &self.anti_forgery))
                h2 { (w.choose_an_application) }
                (preset_search(&context.texts.preset, ""))
                p { a href=(PRESETS) { (w.all_presets) } }
            }
        })
    }
}

impl OwnClient {
    fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.developer;
        let client_type = self.client_type.description(&context.texts.client);
        let about = [Fact::new(w.client_id, &self.client_id), Fact::new(w.type_, client_type)];
        let redirect_uris: Vec<Fact> = self.redirect_uris.iter().map(|uri| Fact::new(w.redirect_uri, uri)).collect();
        html! {
            section .card {
                h2 { a href=(own_client_path(&self.client_id)) { bdi { (self.name) } } }
                (facts(about.iter().chain(&redirect_uris)))
            }
        }
    }
}

impl Purpose {
    /// All kinds, in the order of the page.
    const ALL: [Self; 4] = [Self::Website, Self::App, Self::Device, Self::Service];

    /// The value of the form field `client_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Website => ClientType::Confidential.as_str(),
            Self::App => ClientType::Public.as_str(),
            Self::Device => "device",
            Self::Service => "service",
        }
    }

    /// Parses the form field `client_type`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }

    fn title(self, texts: &Texts) -> &'static str {
        match self {
            Self::Website => ClientType::Confidential.description(&texts.client),
            Self::App => ClientType::Public.description(&texts.client),
            Self::Device => texts.developer.device,
            Self::Service => texts.developer.service,
        }
    }

    fn consequence(self, w: &DeveloperTexts) -> &'static str {
        match self {
            Self::Website => w.website_consequence,
            Self::App => w.app_consequence,
            Self::Device => w.device_consequence,
            Self::Service => w.service_consequence,
        }
    }
}

impl RegistrationForm {
    fn render(&self, context: PageContext<'_>, anti_forgery: &str) -> Markup {
        let w = &context.texts.developer;
        let uris = Field::lines(context.texts, "redirect_uris", w.redirect_uris)
            .hint(w.redirect_uris_hint)
            .entry(&self.redirect_uris);
        html! {
            section .card {
                h2 { (w.register_an_application) }
                @if let Some(error) = &self.error { (alert(error)) }
                form method="post" action="/developer" {
                    (hidden(anti_forgery, None))
                    fieldset {
                        legend { (w.what_it_is) }
                        @for purpose in Purpose::ALL { (self.choice(context.texts, purpose)) }
                    }
                    (Field::text(context.texts, "client_name", w.name)
                        .hint(w.name_hint)
                        .entry(&self.client_name))
                    // Devices and services leave the field empty; the server requires it of the others at registration.
                    (uris.optional())
                    div .actions { (Button::primary("register-submit", w.register)) }
                }
            }
        }
    }

    fn choice(&self, texts: &Texts, purpose: Purpose) -> Markup {
        let w = &texts.developer;
        let is_chosen = self.purpose.unwrap_or(Purpose::Website) == purpose;
        let is_for_others = purpose == Purpose::Service && !self.offers_service;
        html! {
            label .check .choice {
                input #{ "client-type-" (purpose.as_str()) } type="radio" name="client_type"
                    value=(purpose.as_str()) checked[is_chosen && !is_for_others] disabled[is_for_others];
                span {
                    strong { (purpose.title(texts)) }
                    span .muted {
                        (purpose.consequence(w))
                        @if is_for_others { (w.administrators_only) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn html_of(clients: Vec<OwnClient>, registration: RegistrationForm) -> String {
        let page =
            DeveloperPage { clients, is_closed: false, registration, done: None, anti_forgery: "token".to_owned() };
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
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
        assert!(html_of(Vec::new(), RegistrationForm::default()).contains("not registered any applications yet"));
    }

    #[test]
    fn the_type_that_was_chosen_stays_chosen() {
        for (purpose, offers_service, expected) in [
            (None, false, "value=\"confidential\" checked"),
            (Some(Purpose::Website), false, "value=\"confidential\" checked"),
            (Some(Purpose::App), false, "value=\"public\" checked"),
            (Some(Purpose::Device), false, "value=\"device\" checked"),
            (Some(Purpose::Service), true, "value=\"service\" checked"),
        ] {
            let form = RegistrationForm { purpose, offers_service, ..RegistrationForm::default() };
            let html = html_of(Vec::new(), form);
            assert!(html.contains(expected), "{purpose:?}");
            assert_eq!(html.matches(" checked").count(), 1, "{purpose:?}");
            assert_eq!(html.contains("value=\"service\" disabled"), !offers_service, "{purpose:?}");
            assert_eq!(html.contains("Only an administrator"), !offers_service, "{purpose:?}");
        }
    }

    #[test]
    fn a_mistake_stands_next_to_its_field() {
        let redirect_uris = FieldState { value: "http://x".to_owned(), error: Some("Use https.".to_owned()) };
        let html = html_of(Vec::new(), RegistrationForm { redirect_uris, ..RegistrationForm::default() });
        assert!(html.contains("id=\"redirect_uris-error\"") && html.contains("Use https."), "{html}");
        assert!(!html_of(Vec::new(), RegistrationForm::default()).contains("-error\""));
    }
}
