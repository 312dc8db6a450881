//! The page for what cannot go on. It stays put: it never redirects and never refreshes itself.

use maud::{Markup, html};

use super::component::{Fact, facts};
use super::layout::{Frame, Voice};

/// What an error page shows.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    /// What is wrong, in a few words.
    pub title: String,
    /// What happened, in a sentence for the person who sees it.
    pub message: String,
    /// What they can do next.
    pub advice: String,
    /// What the developer of the application wants to know, as the error code and the parameter.
    pub details: Vec<Fact>,
    /// The request's id in the log.
    pub reference: Option<String>,
}

impl ErrorPage {
    /// The client is unknown, or the redirect URI is not registered for it. Nobody is redirected anywhere:
    /// [RFC 6749 §4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).
    #[must_use]
    pub fn invalid_redirect_uri() -> Self {
        Self::new(
            "Invalid redirect URI",
            "The application asked to send you to an address that is not registered for it, so you stay here.",
            "Go back and try again from the application. If it happens again, tell whoever runs it.",
        )
    }

    /// The request is not one that this server can answer.
    #[must_use]
    pub fn invalid_request() -> Self {
        Self::new(
            "Invalid request",
            "The application sent a request that this server cannot answer.",
            "Go back and try again from the application. If it happens again, tell whoever runs it.",
        )
    }

    /// The page was open for too long, was used already, or belongs to another browser.
    #[must_use]
    pub fn expired() -> Self {
        Self::new(
            "This page has expired",
            "It was open for too long, was used already, or was opened in another browser.",
            "Go back to the application and start again.",
        )
    }

    /// There is no such page.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            "Page not found",
            "There is nothing at this address.",
            "Check the address, or start at the beginning.",
        )
    }

    /// The person may not see this.
    #[must_use]
    pub fn not_allowed() -> Self {
        Self::new(
            "Not allowed",
            "Your account may not do this.",
            "If you think that it should, ask an administrator of this server.",
        )
    }

    /// What there is does not allow it.
    #[must_use]
    pub fn impossible() -> Self {
        Self::new(
            "This cannot be done",
            "What there is does not allow it, so nothing has changed.",
            "Go back and look.",
        )
    }

    /// Too many requests came from where this one came from.
    #[must_use]
    pub fn too_many_requests() -> Self {
        Self::new("Too many requests", "Too many requests came from your network.", "Wait a minute, then try again.")
    }

    /// The mistake is the server's.
    #[must_use]
    pub fn fault() -> Self {
        Self::new(
            "Something went wrong",
            "The server made a mistake. It has been written down.",
            "Try again in a moment. If it happens again, tell an administrator the reference below.",
        )
    }

    /// Adds a line for the developer.
    #[must_use]
    pub fn with_detail(mut self, label: &str, value: &str) -> Self {
        self.details.push(Fact::new(label, value));
        self
    }

    /// Adds the request's id in the log.
    #[must_use]
    pub fn with_reference(self, reference: &str) -> Self {
        Self { reference: Some(reference.to_owned()), ..self }
    }

    fn new(title: &str, message: &str, advice: &str) -> Self {
        Self {
            title: title.to_owned(),
            message: message.to_owned(),
            advice: advice.to_owned(),
            details: Vec::new(),
            reference: None,
        }
    }

    /// The page.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        Frame::question(voice, &self.title).around(&html! {
            section .card {
                h1 { (self.title) }
                p { (self.message) }
                p { (self.advice) }
                @if !self.details.is_empty() {
                    h2 { "For the developer" }
                    (facts(&self.details))
                }
                @if let Some(reference) = &self.reference {
                    p .fine { "Reference: " code .copy #reference { (reference) } }
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
        page.render(Voice::english(&Brand { name: "Acme".to_owned() })).into_string()
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
    fn details_and_reference_are_shown_when_there_are_any() {
        let page = ErrorPage::invalid_request().with_detail("error", "invalid_scope").with_reference("r-7");
        let html = html_of(&page);
        assert!(html.contains("<dt>error</dt><dd>invalid_scope</dd>"), "{html}");
        assert!(html.contains("id=\"reference\">r-7</code>"), "{html}");
        let bare = html_of(&ErrorPage::invalid_request());
        assert!(!bare.contains("For the developer") && !bare.contains("Reference"), "{bare}");
    }
}
