//! The page at `/account/sessions`: where the user is signed in.

use maud::{Markup, html};

use super::component::{Button, back_to, hidden};
use super::i18n::SessionsTexts;
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug)]
pub struct SessionsPage {
    /// The active sessions.
    pub sessions: Vec<SessionLine>,
    /// Confirmation of the last action.
    pub done: Option<String>,
    pub anti_forgery: String,
}

/// A session as shown to its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// Value of the form field `sid`.
    pub sid: String,
    /// Browser and operating system.
    pub device: String,
    /// Start of the session, in words.
    pub first_used: String,
    /// Time of the last use, in words.
    pub last_used: String,
    /// Whether it is the session of this request.
    pub is_current: bool,
}

impl SessionsPage {
    /// Renders the page. Its forms post to `/account/sessions`: `decision=end` with a `sid`, or `decision=end-all`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.sessions;
        Frame::document(context, w.sessions).at(NavigationItem::Account).around(&html! {
            (back_to("/account", w.your_account, self.done.as_deref()))
            h1 { (w.where_you_are) }
            @for (number, session) in self.sessions.iter().enumerate() {
                (session.render(w, &format!("session-{number}"), &self.anti_forgery))
            }
            section .card .row {
                div {
                    h2 { (w.all_devices) }
                    p .muted { (w.signs_out_everywhere) }
                }
                form method="post" action="/account/sessions" {
                    (hidden(&self.anti_forgery, None))
                    (Button::secondary("sign-out-everywhere", w.sign_out_everywhere).deciding("end-all"))
                }
            }
        })
    }
}

impl SessionLine {
    fn render(&self, w: &SessionsTexts, id: &str, anti_forgery: &str) -> Markup {
        html! {
            section .card .row {
                div {
                    h2 #(id) {
                        bdi { (self.device) }
                        @if self.is_current { " " span .badge { (w.this_one) } }
                    }
                    p .muted { (w.used(&self.first_used, &self.last_used)) }
                }
                @if !self.is_current {
                    form method="post" action="/account/sessions" {
                        (hidden(anti_forgery, None))
                        input type="hidden" name="sid" value=(self.sid);
                        (Button::secondary(&format!("{id}-end"), w.sign_out_there).deciding("end").about(id))
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    #[test]
    fn one_s_own_session_is_marked_and_every_other_can_be_ended() {
        let line = |sid: &str, is_current| SessionLine {
            sid: sid.to_owned(),
            device: "Firefox on Linux".to_owned(),
            first_used: "1 May 2030".to_owned(),
            last_used: "2 May 2030".to_owned(),
            is_current,
        };
        let sessions = vec![line("s1", true), line("s2", false)];
        let page = SessionsPage { sessions, done: None, anti_forgery: "token".to_owned() };
        let html = page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string();
        assert_eq!((html.matches("This browser").count(), html.matches("Sign out device").count()), (1, 1), "{html}");
        assert!(html.contains("value=\"s2\"") && !html.contains("value=\"s1\""), "{html}");
    }
}
