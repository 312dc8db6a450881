//! The page shown instead of an error redirect to an application that no administrator has registered: the user decides
//! whether to continue. [RFC 9700 §4.11.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2).

use maud::{Markup, html};

use super::address::ClientLink;
use super::client::chosen;
use super::component::{Button, Fact, caution, facts};
use super::consent::ReturnsTo;
use super::layout::{Frame, PageContext};

#[derive(Clone, Debug)]
pub struct WithheldErrorPage {
    /// The name that the application claims.
    pub client_name: String,
    /// The destination of the response.
    pub returns_to: ReturnsTo,
    /// Details for the developer of the application, by the names in the specifications.
    pub details: Vec<Fact>,
    /// How the user continues, if a page can lead there.
    pub onward: Option<Onward>,
}

/// How the user takes the response to the application.
#[derive(Clone, Debug)]
pub enum Onward {
    /// By a link.
    Link(ClientLink),
    /// By submitting a form.
    Form { action: ClientLink, parameters: Vec<(String, String)> },
}

impl WithheldErrorPage {
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
