//! The pages at `/device`, on which a user connects a device without a browser.

use maud::{Markup, html};

use super::client::{ClientCard, chosen};
use super::component::{Button, caution, hidden, notice};
use super::consent::{Person, Registrant, ScopeLine, requested};
use super::field::{Field, FieldState};
use super::layout::{Frame, PageContext};

/// The page that asks for the user code.
#[derive(Clone, Debug)]
pub struct DeviceCodePage {
    /// The user code as entered, and its error.
    pub user_code: FieldState,
}

/// The page that asks whether to connect the device.
#[derive(Clone, Debug)]
pub struct DeviceConfirmPage {
    /// The client on the device.
    pub client: ClientCard,
    /// Who registered the client.
    pub registrant: Registrant,
    /// The user code that the device shows.
    pub user_code: String,
    /// The signed-in user.
    pub person: Person,
    /// The requested scope. May be empty.
    pub scope: Vec<ScopeLine>,
    pub anti_forgery: String,
}

/// The page that shows the result.
#[derive(Clone, Debug)]
pub struct DeviceAnsweredPage {
    /// The `client_name`.
    pub client_name: String,
    pub is_allowed: bool,
}

impl DeviceCodePage {
    /// Renders the page. Its form is a GET, since looking up a code changes nothing.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.device;
        Frame::question(context, w.connect_a_device).around(&html! {
            section .card {
                h1 { (w.connect_a_device) }
                p .subtitle { (w.enter_the_code) }
                form method="get" action="/device" {
                    (Field::text(context.texts, "user_code", w.code).entry(&self.user_code).autocomplete("one-time-code")
                        .hint(w.code_hint).autofocus(true))
                    div .actions { (Button::primary("device-continue", w.continue_)) }
                }
            }
        })
    }
}

impl DeviceConfirmPage {
    /// Renders the page. As on the consent page, "Deny" comes first, where the Enter key activates it.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.device;
        Frame::question(context, w.connect_a_device).around(&html! {
            section .card {
                (self.client.picture())
                h1 { (w.asks_for_access(&chosen(&self.client.name))) }
                p .subtitle { (w.signed_in_as(&chosen(&self.person.username))) }
                p { (w.shows_this_code) }
                p .centred { code .copy #device-user-code { (self.user_code) } }
                (requested(&context.texts.consent, &self.scope))
                // RFC 8628 §5.4: an attacker may have sent the user a link with the code of the attacker's device.
                (caution(&html! {
                    (self.registrant.caution(&context.texts.consent))
                    p { (w.in_front_of_you) }
                }))
                form method="post" action="/device" {
                    (hidden(&self.anti_forgery, None))
                    input type="hidden" name="user_code" value=(self.user_code);
                    div .actions .pair {
                        (Button::secondary("device-deny", w.deny).deciding("deny"))
                        (Button::primary("device-allow", w.allow).deciding("allow"))
                    }
                }
            }
            (self.client.fine_print(&context.texts.client))
        })
    }
}

impl DeviceAnsweredPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.device;
        let title = if self.is_allowed { w.connected } else { w.not_connected };
        Frame::question(context, title).around(&html! {
            section .card {
                h1 { (title) }
                @if self.is_allowed {
                    (notice(w.return_to_device))
                    p { (w.can_act(&chosen(&self.client_name))) }
                } @else {
                    p { (w.was_not_given(&chosen(&self.client_name))) }
                }
                p .aside { a href="/account" { (w.your_account) } }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn html_of(markup: &Markup) -> String {
        markup.clone().into_string()
    }

    fn brand() -> Brand {
        Brand { name: "Acme".to_owned() }
    }

    // RFC 8628 §3.3 and §5.4
    #[test]
    fn the_person_sees_application_and_code_before_deciding() {
        let page = DeviceConfirmPage {
            client: ClientCard { name: "Television".to_owned(), logo: None, policy: None, terms: None },
            registrant: Registrant::Person { username: "mallory".to_owned() },
            user_code: "BCDF-GHJK".to_owned(),
            person: Person { username: "ada".to_owned(), full_name: None },
            scope: Vec::new(),
            anti_forgery: "token".to_owned(),
        };
        let html = html_of(&page.render(PageContext::english(&brand())));
        for part in [
            "Television",
            ">mallory</bdi>, not by an administrator",
            "BCDF-GHJK</code>",
            "ada",
            "role=\"note\"",
            "name=\"anti_forgery\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.find("device-deny").unwrap() < html.find("device-allow").unwrap());
    }

    #[test]
    fn looking_at_a_code_is_no_post() {
        let html = html_of(&DeviceCodePage { user_code: FieldState::default() }.render(PageContext::english(&brand())));
        assert!(html.contains("method=\"get\"") && html.contains("name=\"user_code\""), "{html}");
        for is_allowed in [true, false] {
            let page = DeviceAnsweredPage { client_name: "Television".to_owned(), is_allowed };
            assert_eq!(html_of(&page.render(PageContext::english(&brand()))).contains("not connected"), !is_allowed);
        }
    }
}
