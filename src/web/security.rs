//! The page at `/account/security`: what has happened to a person's account.

use maud::{Markup, html};

use super::component::{back_to, notice};
use super::layout::{Frame, NavigationItem, PageContext};

/// What the page of one's security events shows.
#[derive(Clone, Debug, Default)]
pub struct SecurityPage {
    /// The events, the newest first.
    pub events: Vec<EventLine>,
    /// With what the next page is asked for, in the parameter `page_token`.
    pub next_page_token: Option<String>,
}

/// An event, as the person sees whom it concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLine {
    /// What has happened, by its name.
    pub event: String,
    /// The application that it is about; empty if there is none.
    pub application: String,
    /// Who did it.
    pub by: Doer,
    /// The browser and its system.
    pub device: Option<String>,
    /// The address that it was done from.
    pub address: Option<String>,
    /// The names of what was changed.
    pub members: Vec<String>,
    /// So many more of the same are not in the list.
    pub not_written: Option<u64>,
    /// How long ago.
    pub seconds_ago: i64,
    /// When, in words.
    pub at: String,
}

/// Who did something to a person's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doer {
    /// The person.
    #[default]
    Oneself,
    /// Whoever manages people.
    Administrator,
    /// Nobody knows who.
    Stranger,
    /// An application.
    Application,
    /// The server.
    Server,
}

impl SecurityPage {
    /// The page.
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
