//! The page at `/account/security`: the security events of the account.

use maud::{Markup, html};

use super::component::{back_to, notice};
use super::event_line::EventLine;
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug, Default)]
pub struct SecurityPage {
    /// The events, newest first.
    pub events: Vec<EventLine>,
    /// The value of `page_token` for the next page.
    pub next_page_token: Option<String>,
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
