//! What applications do wrong, on the pages of those who look after them.

use maud::{Markup, html};

use super::component::{Button, hidden};
use super::layout::Voice;

/// What went wrong lately with an application.
#[derive(Clone, Debug, Default)]
pub struct Troubles {
    /// The redirect URIs that were sent and are not registered.
    pub redirect_uris: Vec<SentUri>,
    /// The errors that it was told.
    pub errors: Vec<TroubleLine>,
    /// Whether redirect URIs can be added to its registration.
    pub can_add: bool,
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
}

/// An error that the application was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TroubleLine {
    /// `error`, which the page at `/docs/errors` explains.
    pub code: &'static str,
    /// Its cause, in a word.
    pub cause: String,
    /// How often.
    pub count: u64,
    /// How long ago it was told last.
    pub seconds_ago: i64,
}

impl Troubles {
    /// The part of a page about it; nothing if there is nothing. Its forms post `redirect_uri` to `action`, a path of this
    /// server.
    pub(super) fn render(&self, voice: Voice<'_>, action: &str, anti_forgery: &str) -> Markup {
        let w = &voice.words.troubles;
        html! {
            @if !self.redirect_uris.is_empty() || !self.errors.is_empty() {
                section #troubles .card {
                    h2 { (w.title) }
                    p .muted { (w.lead) }
                    @if !self.redirect_uris.is_empty() { p { (w.uris_lead) } }
                    @for (at, sent) in self.redirect_uris.iter().enumerate() {
                        (self.sent(voice, (at, sent), action, anti_forgery))
                    }
                    @for error in &self.errors {
                        p {
                            code { (error.code) } " " span .muted { (w.told(error)) } " "
                            a href={ "/docs/errors#" (error.code) } { (w.what_to_do) }
                        }
                    }
                }
            }
        }
    }

    fn sent(&self, voice: Voice<'_>, (at, sent): (usize, &SentUri), action: &str, anti_forgery: &str) -> Markup {
        let w = &voice.words.troubles;
        let id = format!("sent-uri-{at}");
        html! {
            div .row {
                div {
                    p #(id) { code { (sent.uri) } }
                    p .muted {
                        (w.sent(sent))
                        @if sent.differs_by_slash { ". " (w.only_a_slash) }
                    }
                }
                @if self.can_add {
                    form method="post" action=(action) {
                        (hidden(anti_forgery, None))
                        input type="hidden" name="redirect_uri" value=(sent.uri);
                        (Button::secondary(&format!("{id}-add"), w.add_it).about(&id))
                    }
                }
            }
        }
    }
}
