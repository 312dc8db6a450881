//! What went wrong with applications, on the pages of those who look after them.

use maud::{Markup, html};

use super::layout::PageContext;
use super::remedy::{RemedyLine, remedy_button};

/// What went wrong lately with an application.
#[derive(Clone, Debug, Default)]
pub struct ClientErrorsCard {
    /// The redirect URIs that were sent and are not registered.
    pub redirect_uris: Vec<SentUri>,
    /// The other settings that would have helped.
    pub remedies: Vec<RemedyLine>,
    /// The errors that it was told.
    pub errors: Vec<ClientErrorLine>,
    /// The logout tokens that could not be delivered.
    pub deliveries: Vec<DeliveryLine>,
}

/// A redirect URI that was sent and is not registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentUri {
    /// The URI, as it was sent.
    pub uri: String,
    /// How often.
    pub count: u64,
    /// How long ago it was sent last.
    pub seconds_ago: i64,
    /// Whether it differs from a registered one by the slash at its end alone.
    pub differs_by_slash: bool,
    /// By what adding it is named in an address; nothing if it cannot be added.
    pub remedy: Option<String>,
}

/// An error that the application was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientErrorLine {
    /// `error`, which the page at `/docs/errors` explains.
    pub code: &'static str,
    /// Its cause, in a word.
    pub cause: String,
    /// How often.
    pub count: u64,
    /// How long ago it was told last.
    pub seconds_ago: i64,
}

/// A logout token that could not be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryLine {
    /// Why.
    pub reason: UndeliveredReason,
    /// How often.
    pub count: u64,
    /// How long ago last.
    pub seconds_ago: i64,
}

/// Why a logout token was not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndeliveredReason {
    /// The address is not `https`.
    NotHttps,
    /// The address is in a private network.
    Private,
    /// There was no answer.
    Unreachable,
    /// There was no answer in time.
    TooSlow,
    /// The answer had this status.
    Status(u16),
}

impl ClientErrorsCard {
    /// The part of a page about it; nothing if there is nothing. Its buttons lead to below `path`, where the application is
    /// looked after.
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
