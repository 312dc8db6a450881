//! Recent errors of an application, for the pages of its owner and of administrators.

use maud::{Markup, html};

use super::client_error_line::{ClientErrorLine, SentUri};
use super::layout::PageContext;
use super::remedy::remedy_button;
use super::remedy_line::RemedyLine;

/// The recent errors of an application.
#[derive(Clone, Debug, Default)]
pub struct ClientErrorsCard {
    /// Redirect URIs in requests that are not registered.
    pub redirect_uris: Vec<SentUri>,
    /// Other settings that would have allowed rejected requests.
    pub remedies: Vec<RemedyLine>,
    /// Errors that the application received.
    pub errors: Vec<ClientErrorLine>,
    /// Logout tokens that could not be delivered.
    pub deliveries: Vec<DeliveryLine>,
}

/// An undeliverable logout token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryLine {
    pub reason: UndeliveredReason,
    /// Number of occurrences.
    pub count: u64,
    /// Time since the last occurrence.
    pub seconds_ago: i64,
}

/// Why a logout token could not be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndeliveredReason {
    /// The URL does not use `https`.
    NotHttps,
    /// The host is in a private network.
    Private,
    /// The host did not respond.
    Unreachable,
    /// The response did not arrive in time.
    TooSlow,
    /// The response had this status.
    Status(u16),
}

impl ClientErrorsCard {
    /// Renders the section, or nothing if there are no errors. Its buttons lead to pages below `path`, the page of the
    /// application.
    pub(super) fn render(&self, context: PageContext<'_>, path: &str) -> Markup {
        let w = &context.texts.client_errors;
        html! {
            @if !self.redirect_uris.is_empty() || !self.errors.is_empty() || !self.remedies.is_empty() {
                section #client_errors .card {
                    h2 { (w.title) }
                    p .muted { (w.lead) }
                    @if !self.redirect_uris.is_empty() { p { (w.uris_lead) } }
                    @for (at, sent) in self.redirect_uris.iter().enumerate() { (sent.render(context, at, path)) }
                    @if !self.remedies.is_empty() { p { (context.texts.remedy.lead) } }
                    @for (at, remedy) in self.remedies.iter().enumerate() { (remedy.render(context, at, path)) }
                    @for error in &self.errors {
                        p {
                            code { (error.code) } " " span .muted { (w.told(error)) } " "
                            a href={ "/docs/errors#" (error.code) } { (w.what_to_do) }
                        }
                    }
                }
            }
            @if !self.deliveries.is_empty() { (self.deliveries(context)) }
        }
    }

    fn deliveries(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.delivery;
        html! {
            section #deliveries .card {
                h2 { (w.title) }
                p .muted { (w.lead) }
                @for line in &self.deliveries {
                    p {
                        @match line.reason {
                            UndeliveredReason::NotHttps => { (w.not_https) }
                            UndeliveredReason::Private => { (w.private) }
                            UndeliveredReason::Unreachable => { (w.unreachable) }
                            UndeliveredReason::TooSlow => { (w.too_slow) }
                            UndeliveredReason::Status(status) => { (w.status(status)) }
                        }
                        " " span .muted { (w.times(line.count, line.seconds_ago)) }
                    }
                }
            }
        }
    }
}

impl SentUri {
    fn render(&self, context: PageContext<'_>, at: usize, path: &str) -> Markup {
        let w = &context.texts.client_errors;
        let id = format!("sent-uri-{at}");
        html! {
            div .row {
                div {
                    p #(id) { code { (self.uri) } }
                    p .muted {
                        (w.sent(self))
                        @if self.differs_by_slash { ". " (w.only_a_slash) }
                    }
                }
                @if let Some(remedy) = &self.remedy { (remedy_button(remedy, (&id, w.add_it), path)) }
            }
        }
    }
}
