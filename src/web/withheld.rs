//! The page that stands between an error and an application that is not vouched for: the person decides whether to go
//! on. [RFC 9700 §4.11.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2).

use maud::{Markup, html};

use super::address::ClientLink;
use super::client::chosen;
use super::component::{Button, Fact, caution, facts};
use super::consent::ReturnsTo;
use super::layout::{Frame, PageContext};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct WithheldErrorPage {
    /// The name that the application gives itself.
    pub client_name: String,
    /// Where it is.
    pub returns_to: ReturnsTo,
    /// What the developer of the application wants to know, by the names of the specifications.
    pub details: Vec<Fact>,
    /// How the person goes on, if a page can lead there.
    pub onward: Option<Onward>,
}

/// How the person takes an answer to the application.
#[derive(Clone, Debug)]
pub enum Onward {
    /// By a link.
    Link(ClientLink),
    /// By a form that is sent there.
    Form {
        /// Where.
        action: ClientLink,
        /// What.
        parameters: Vec<(String, String)>,
    },
}

impl WithheldErrorPage {
    /// The page.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.withheld;
        let go_on = self.returns_to.go_on(w);
        Frame::question(context, w.title).around(&html! {
            section .card {
                h1 { (w.title) }
                p { (w.what_happened(&chosen(&self.client_name))) }
                (caution(&html! { p { (w.not_checked) } }))
                @match &self.onward {
                    None => p { (w.return_yourself) }
                    Some(Onward::Link(link)) => div .actions {
                        a #withheld-continue .button rel="noreferrer" href=(link.as_str()) { (go_on) }
                    }
                    Some(Onward::Form { action, parameters }) => form method="post" action=(action.as_str()) {
                        @for (name, value) in parameters { input type="hidden" name=(name) value=(value); }
                        div .actions { (Button::secondary("withheld-continue", &go_on)) }
                    }
                }
                h2 { (context.texts.error.for_the_developer) }
                (facts(&self.details))
            }
        })
    }
}
