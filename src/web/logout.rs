//! The pages at `/logout` and `/logout/done`. [OpenID Connect RP-Initiated Logout
//! 1.0](https://openid.net/specs/openid-connect-rpinitiated-1_0.html).

use maud::{Markup, html};

use super::address::{ClientLink, WebLink};
use super::client::chosen;
use super::component::{Button, caution, hidden};
use super::consent::ReturnsTo;
use super::layout::{Frame, PageContext};

/// Asks whether to sign out. §2 requires this if the request does not prove whose session it ends.
#[derive(Clone, Debug)]
pub struct LogoutPage {
    /// Username of the signed-in user, if there is one.
    pub username: Option<String>,
    /// Whether the request names an application but does not prove that it comes from it.
    pub is_unproven: bool,
    /// Name of the requesting client, if known.
    pub client_name: Option<String>,
    /// The pending logout request, as an opaque text.
    pub interaction: Option<String>,
    pub anti_forgery: String,
}

impl LogoutPage {
    /// Renders the page. Its buttons send `decision=confirm` and `decision=cancel`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.logout;
        Frame::question(context, w.sign_out).around(&html! {
            section .card {
                h1 { (w.sign_out_question) }
                p .subtitle {
                    @if let Some(name) = &self.client_name { (w.client_asks(&chosen(name))) }
                    @match &self.username {
                        Some(username) => (w.signed_in_as(&chosen(username)))
                        None => (w.session_is_over)
                    }
                }
                @if self.is_unproven { (caution(&html! { p { (w.unproven) } })) }
                form method="post" action="/logout" {
                    (hidden(&self.anti_forgery, self.interaction.as_deref()))
                    div .actions .pair {
                        (Button::secondary("logout-cancel", w.stay_signed_in).deciding("cancel"))
                        (Button::primary("logout-confirm", w.sign_out).deciding("confirm"))
                    }
                }
            }
        })
    }
}

/// The page shown after logout.
#[derive(Clone, Debug)]
pub struct LoggedOutPage {
    pub was_signed_in: bool,
    /// The application to return to, if it is known and has a page.
    pub back: Option<ReturnLink>,
    /// The URL that the browser continues to automatically.
    pub onward: Option<WebLink>,
    /// A link to the `post_logout_redirect_uri` of an application that no administrator has registered: the browser
    /// does not follow it automatically.
    pub offered: Option<(ClientLink, ReturnsTo)>,
    /// The front-channel logout URLs of the applications used in this browser.
    pub frames: Vec<WebLink>,
}

/// A link back to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnLink {
    /// The `client_name`.
    pub name: String,
    pub link: WebLink,
}

impl LoggedOutPage {
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.logout;
        Frame::question(context, w.signed_out).around(&html! {
            section .card {
                h1 { (w.you_are_signed_out) }
                p .subtitle {
                    @if !self.was_signed_in { (w.was_not_signed_in) } @else if self.frames.is_empty() { (w.applications_may_go_on) } @else { (w.applications_are_shown) }
                }
                @for frame in &self.frames {
                    iframe .unseen src=(frame.as_str()) title=(w.signed_out) tabindex="-1" aria-hidden="true"
                        sandbox="allow-scripts allow-same-origin" {}
                }
                div .actions {
                    @if let Some(onward) = &self.onward {
                        a #logout-continue .button .primary href=(onward.as_str()) { (w.go_on) }
                    }
                    @if let Some((link, place)) = &self.offered {
                        a #logout-offered .button rel="noreferrer" href=(link.as_str()) {
                            (place.go_on(&context.texts.withheld))
                        }
                    }
                    @if let Some(back) = &self.back {
                        a .button .primary href=(back.link.as_str()) {
                            (w.return_to(&html! { bdi { (back.name) } }))
                        }
                    }
                    a .button href="/login" { (w.sign_in_again) }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn brand() -> Brand {
        Brand { name: "Acme".to_owned() }
    }

    #[test]
    fn signing_out_is_asked_with_a_way_to_stay() {
        let page = LogoutPage {
            username: Some("ada".to_owned()),
            is_unproven: false,
            client_name: None,
            interaction: None,
            anti_forgery: "token".to_owned(),
        };
        let html = page.render(PageContext::english(&brand())).into_string();
        assert!(html.contains("<h1>Sign out?</h1>") && html.contains("action=\"/logout\""), "{html}");
        for (id, value) in [("logout-confirm", "confirm"), ("logout-cancel", "cancel")] {
            let button = format!("type=\"submit\" name=\"decision\" value=\"{value}\"");
            assert!(html.contains(&format!(" id=\"{id}\"")) && html.contains(&button), "{id}: {html}");
        }
    }

    #[test]
    fn who_asks_to_sign_out_is_named_when_known() {
        let page = LogoutPage {
            username: None,
            is_unproven: false,
            client_name: Some("Grafana".to_owned()),
            interaction: Some("i1".to_owned()),
            anti_forgery: "token".to_owned(),
        };
        let html = page.render(PageContext::english(&brand())).into_string();
        assert!(html.contains(">Grafana</bdi> asks you to sign out."), "{html}");
        assert!(html.contains("name=\"interaction\" value=\"i1\""), "{html}");
    }

    #[test]
    fn the_pages_say_what_is_the_case() {
        let page = LogoutPage {
            username: None,
            is_unproven: true,
            client_name: None,
            interaction: None,
            anti_forgery: "token".to_owned(),
        };
        let html = page.render(PageContext::english(&brand())).into_string();
        assert!(html.contains("has ended") && html.contains("not certain which app"), "{html}");
        let last = LoggedOutPage { was_signed_in: false, back: None, onward: None, offered: None, frames: Vec::new() };
        let html = last.render(PageContext::english(&brand())).into_string();
        assert!(html.contains("You were not signed in") && !html.contains("<form"), "{html}");
    }

    #[test]
    fn the_last_page_says_so_and_leads_back_when_it_can() {
        let link = WebLink::parse("https://rp.example/").unwrap();
        let back = Some(ReturnLink { name: "Grafana".to_owned(), link });
        let plain = LoggedOutPage { was_signed_in: true, back, onward: None, offered: None, frames: Vec::new() };
        let html = plain.render(PageContext::english(&brand())).into_string();
        assert!(html.contains("<h1>You are signed out</h1>"), "{html}");
        assert!(html.contains("href=\"https://rp.example/\">Return to <bdi>Grafana</bdi>"), "{html}");
        let html = LoggedOutPage { back: None, ..plain }.render(PageContext::english(&brand())).into_string();
        assert!(html.contains("You are signed out") && !html.contains("Return to"), "{html}");
    }

    // Front-Channel Logout §3
    #[test]
    fn the_last_page_signs_the_browser_out_elsewhere_and_leads_on() {
        let link = |uri| WebLink::parse(uri).unwrap();
        let page = LoggedOutPage {
            was_signed_in: true,
            back: None,
            onward: Some(link("https://rp.example/bye")),
            offered: None,
            frames: vec![link("https://rp.example/out?iss=a&sid=b")],
        };
        let html = page.render(PageContext::english(&brand())).into_string();
        assert!(html.contains("src=\"https://rp.example/out?iss=a&amp;sid=b\""), "{html}");
        assert!(html.contains("href=\"https://rp.example/bye\"") && html.contains(">Continue</a>"), "{html}");
        assert!(html.contains("being signed out of the apps"), "{html}");
    }
}
