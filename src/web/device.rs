//! The pages at `/device`: a person connects a device that has no browser of its own.

use maud::{Markup, html};

use super::client::{ClientCard, chosen};
use super::component::{Button, caution, hidden, notice};
use super::consent::{Person, ScopeLine, requested};
use super::field::{Entry, Field};
use super::layout::{Frame, Voice};

/// The page that asks for the code.
#[derive(Clone, Debug)]
pub struct DeviceCodePage {
    /// The code that was typed before, and what is wrong with it.
    pub user_code: Entry,
}

/// The page that asks whether the device may be connected.
#[derive(Clone, Debug)]
pub struct DeviceConfirmPage {
    /// The client on the device.
    pub client: ClientCard,
    /// The code that the device shows.
    pub user_code: String,
    /// Who is signed in.
    pub person: Person,
    /// What is asked for; may be empty.
    pub scope: Vec<ScopeLine>,
    /// The anti-forgery token.
    pub anti_forgery: String,
}

/// The page after the answer.
#[derive(Clone, Debug)]
pub struct DeviceAnsweredPage {
    /// The name of the client.
    pub client_name: String,
    /// What the person said.
    pub is_allowed: bool,
}

impl DeviceCodePage {
    /// The page. Its form is a GET: looking at a code changes nothing.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        Frame::question(voice, "Connect a device").around(&html! {
            section .card {
                h1 { "Connect a device" }
                p .subtitle { "Enter the code that the device shows." }
                form method="get" action="/device" {
                    (Field::text(voice.words, "user_code", "Code").entry(&self.user_code).autocomplete("one-time-code")
                        .hint("Eight letters, such as BCDF-GHJK.").autofocus(true))
                    div .actions { (Button::primary("device-continue", "Continue")) }
                }
            }
        })
    }
}

impl DeviceConfirmPage {
    /// The page. Like the consent page it puts "Deny" first, where the Enter key finds it.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        Frame::question(voice, "Connect a device").around(&html! {
            section .card {
                (self.client.picture())
                h1 { (chosen(&self.client.name)) " on another device asks for access to your account" }
                p .subtitle { "Signed in as " (chosen(&self.person.username)) }
                p { "The device shows this code:" }
                p .centred { code .copy #device-user-code { (self.user_code) } }
                (requested(&self.scope))
                // RFC 8628 §5.4: somebody may have sent a link to their own device.
                (caution(&html! {
                    p {
                        "Allow this only if the code stands on a device in front of you. Do not continue if somebody "
                        "else sent you this link: whoever holds the device can then do all this."
                    }
                }))
                form method="post" action="/device" {
                    (hidden(&self.anti_forgery, None))
                    input type="hidden" name="user_code" value=(self.user_code);
                    div .actions .pair {
                        (Button::secondary("device-deny", "Deny").deciding("deny"))
                        (Button::primary("device-allow", "Allow").deciding("allow"))
                    }
                }
            }
            (self.client.fine_print())
        })
    }
}

impl DeviceAnsweredPage {
    /// The page.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        let title = if self.is_allowed { "Device connected" } else { "Device not connected" };
        Frame::question(voice, title).around(&html! {
            section .card {
                h1 { (title) }
                @if self.is_allowed {
                    (notice("You can return to the device. It goes on by itself in a few seconds."))
                    p { (chosen(&self.client_name)) " can now act for you. You can disconnect it at any time." }
                } @else {
                    p { (chosen(&self.client_name)) " was not given access." }
                }
                p .aside { a href="/account" { "Your account" } }
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
            user_code: "BCDF-GHJK".to_owned(),
            person: Person { username: "ada".to_owned(), full_name: None },
            scope: Vec::new(),
            anti_forgery: "token".to_owned(),
        };
        let html = html_of(&page.render(Voice::english(&brand())));
        for part in ["Television", "BCDF-GHJK</code>", "ada", "role=\"note\"", "name=\"anti_forgery\""] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.find("device-deny").unwrap() < html.find("device-allow").unwrap());
    }

    #[test]
    fn looking_at_a_code_is_no_post() {
        let html = html_of(&DeviceCodePage { user_code: Entry::default() }.render(Voice::english(&brand())));
        assert!(html.contains("method=\"get\"") && html.contains("name=\"user_code\""), "{html}");
        for is_allowed in [true, false] {
            let page = DeviceAnsweredPage { client_name: "Television".to_owned(), is_allowed };
            assert_eq!(html_of(&page.render(Voice::english(&brand()))).contains("not connected"), !is_allowed);
        }
    }
}
