//! The error page. It never redirects and never refreshes.

use maud::{Markup, html};

use super::component::{Fact, facts};
use super::i18n::{ErrorTexts, ExplanationTexts};
use super::layout::{Frame, PageContext};
use super::logout::ReturnLink;

/// Where an error page leads on this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOn {
    /// To the login page.
    SignIn,
    /// To the account of the signed-in user.
    Account,
}

#[derive(Clone)]
pub struct ErrorPage {
    explanation: fn(&ErrorTexts) -> ExplanationTexts,
    /// Details for the developer of the application, by the names in the specifications.
    details: Vec<Fact>,
    /// The cause in one sentence.
    reason: Option<String>,
    /// The request identifier, which also appears in the log.
    reference: Option<String>,
    /// The link back to the application.
    back: Option<ReturnLink>,
    /// The link on this server that is shown without `back`.
    way_on: Option<WayOn>,
}

impl ErrorPage {
    /// Creates a page from one of the explanations.
    pub(crate) fn of(explanation: fn(&ErrorTexts) -> ExplanationTexts) -> Self {
        Self { explanation, details: Vec::new(), reason: None, reference: None, back: None, way_on: None }
    }

    /// The client is unknown, or the redirect URI is not registered for it. The browser is not redirected: [RFC 6749
    /// §4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).
    #[must_use]
    pub fn invalid_redirect_uri() -> Self {
        Self::of(|w| w.invalid_redirect_uri)
    }

    /// The request is malformed or not supported.
    #[must_use]
    pub fn invalid_request() -> Self {
        Self::of(|w| w.invalid_request)
    }

    /// The page was open for too long, was already used, or belongs to another browser.
    #[must_use]
    pub fn expired() -> Self {
        Self::of(|w| w.expired)
    }

    /// The page does not exist.
    #[must_use]
    pub fn not_found() -> Self {
        Self::of(|w| w.not_found)
    }

    /// The user is not allowed to see the page.
    #[must_use]
    pub fn not_allowed() -> Self {
        Self::of(|w| w.not_allowed)
    }

    /// The action conflicts with the current state.
    #[must_use]
    pub fn impossible() -> Self {
        Self::of(|w| w.impossible)
    }

    /// The client sent too many requests.
    #[must_use]
    pub fn too_many_requests() -> Self {
        Self::of(|w| w.too_many_requests)
    }

    /// An internal error of the server.
    #[must_use]
    pub fn fault() -> Self {
        Self::of(|w| w.fault)
    }

    /// Adds a detail for the developer.
    #[must_use]
    pub fn with_detail(mut self, label: &str, value: &str) -> Self {
        self.details.push(Fact::new(label, value));
        self
    }

    /// Adds the cause, for the developer.
    #[must_use]
    pub fn with_reason(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    /// Adds the link back to the application, if there is one.
    #[must_use]
    pub fn with_return(self, back: Option<ReturnLink>) -> Self {
        Self { back, ..self }
    }

    /// Adds a link that is shown if there is no link back to an application.
    #[must_use]
    pub fn leading_to(self, way_on: WayOn) -> Self {
        Self { way_on: Some(way_on), ..self }
    }

    /// Adds the request identifier.
    #[must_use]
    pub fn with_reference(self, reference: &str) -> Self {
        Self { reference: Some(reference.to_owned()), ..self }
    }

    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.error;
        let what = (self.explanation)(w);
        let reason = self.reason.as_ref().map(|reason| Fact::new(w.reason, reason));
        let details: Vec<&Fact> = self.details.iter().chain(&reason).collect();
        Frame::question(context, what.title).around(&html! {
            section .card {
                h1 { (what.title) }
                p { (what.message) }
                p { (what.advice) }
                @if let Some(back) = &self.back {
                    div .actions {
                        a .button .primary href=(back.link.as_str()) {
                            (context.texts.logout.return_to(&html! { bdi { (back.name) } }))
                        }
                    }
                } @else if let Some(way_on) = self.way_on {
                    div .actions {
                        @match way_on {
                            WayOn::SignIn => a #way-on .button .primary href="/login" { (context.texts.login.sign_in) }
                            WayOn::Account => a #way-on .button .primary href="/account" { (w.to_your_account) }
                        }
                    }
                }
                @if !details.is_empty() {
                    h2 { (w.for_the_developer) }
                    (facts(details))
                }
                @if let Some(reference) = &self.reference {
                    p .fine { (w.reference) code .copy #reference { (reference) } }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn html_of(page: &ErrorPage) -> String {
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn the_sentences_that_others_rely_on_are_shown() {
        let table = [
            (ErrorPage::invalid_redirect_uri(), "<h1>Invalid redirect URI</h1>"),
            (ErrorPage::invalid_request(), "<h1>Invalid request</h1>"),
        ];
        for (page, expected) in table {
            assert!(html_of(&page).contains(expected), "{expected}");
        }
    }

    #[test]
    fn an_error_page_stays_put() {
        let html = html_of(&ErrorPage::invalid_redirect_uri());
        for moving in ["http-equiv", "<script", "<form", "<iframe"] {
            assert!(!html.contains(moving), "{moving}");
        }
    }

    #[test]
    fn the_way_on_is_shown_unless_there_is_one_back_to_the_application() {
        let link = |html: &str| html.contains("id=\"way-on\"");
        assert!(!link(&html_of(&ErrorPage::not_found())));
        for (way_on, path) in [(WayOn::SignIn, "/login"), (WayOn::Account, "/account")] {
            let html = html_of(&ErrorPage::not_found().leading_to(way_on));
            assert!(link(&html) && html.contains(&format!("href=\"{path}\"")), "{html}");
        }
        let link_back = crate::web::WebLink::parse("https://rp.example/").unwrap();
        let back = Some(ReturnLink { name: "Grafana".to_owned(), link: link_back });
        let html = html_of(&ErrorPage::expired().leading_to(WayOn::SignIn).with_return(back));
        assert!(html.contains("https://rp.example/") && !link(&html), "{html}");
    }

    #[test]
    fn details_and_reference_are_shown_when_there_are_any() {
        let page = ErrorPage::invalid_request().with_detail("error", "invalid_scope").with_reference("r-7");
        let html = html_of(&page);
        assert!(html.contains("<dt>error</dt><dd>invalid_scope</dd>"), "{html}");
        assert!(html.contains("id=\"reference\">r-7</code>"), "{html}");
        let bare = html_of(&ErrorPage::invalid_request());
        assert!(!bare.contains("For developers") && !bare.contains("Reference"), "{bare}");
    }
}
