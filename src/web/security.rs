//! The page at `/account/security`: the security events of the account.

use maud::{Markup, html};

use super::component::{back_to, notice};
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug, Default)]
pub struct SecurityPage {
    /// The events, newest first.
    pub events: Vec<EventLine>,
    /// The value of `page_token` for the next page.
    pub next_page_token: Option<String>,
}

/// A security event as shown to the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLine {
    /// Name of the event type.
    pub event: String,
    /// Name of the application that the event is about. Empty if there is none.
    pub application: String,
    pub by: Doer,
    /// Browser and operating system.
    pub device: Option<String>,
    /// IP address of the client.
    pub address: Option<String>,
    /// Names of the changed members.
    pub members: Vec<String>,
    /// Number of further identical events that were not stored.
    pub not_written: Option<u64>,
    /// Time since the event.
    pub seconds_ago: i64,
    /// Time of the event, in words.
    pub at: String,
}

/// The actor of an event in a user's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doer {
    /// The user.
    #[default]
    Oneself,
    /// An administrator of users.
    Administrator,
    /// An unauthenticated client.
    Stranger,
    Application,
    Server,
}

impl SecurityPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.security;
        Frame::document(context, w.title).at(NavigationItem::Account).around(&html! {
            (back_to("/account", w.back, None))
            h1 { (w.title) }
            p .muted { (w.lead) }
            @if self.events.is_empty() {
                @if self.next_page_token.is_some() { (notice(w.nothing_here)) } @else { p .empty { (w.nothing) } }
            } @else {
                ul .rows { @for event in &self.events { li .card { p { (w.sentence(event)) } } } }
            }
            @if let Some(token) = &self.next_page_token {
                div .actions { a #next .button rel="next" href=(next(token)) { (w.older) } }
            }
            section .card {
                h2 { (w.not_you) }
                div .actions {
                    a .button href="/account/password" { (w.change_password) }
                    a .button href="/account/sessions" { (w.end_sessions) }
                }
            }
        })
    }
}

fn next(token: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("page_token", token).finish();
    format!("/account/security?{query}")
}
