//! The page at `/account/applications`: the applications connected to the account.

use maud::{Markup, html};

use super::component::{Button, back_to, hidden};
use super::consent::ScopeLine;
use super::i18n::ConnectedTexts;
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug)]
pub struct ApplicationsPage {
    pub applications: Vec<ApplicationCard>,
    /// Confirmation of the last action.
    pub done: Option<String>,
    pub anti_forgery: String,
}

/// An application that holds grants of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationCard {
    pub client_id: String,
    /// The `client_name`.
    pub name: String,
    /// The granted scope.
    pub scope: Vec<ScopeLine>,
    /// When access was first given, in words.
    pub since: String,
    /// Number of grants.
    pub grants: usize,
    /// Since when consent is remembered, in words.
    pub remembered_since: Option<String>,
}

impl ApplicationsPage {
    /// Renders the page. Its forms post `client_id` to `/account/applications`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.connected;
        Frame::document(context, w.connected_applications).at(NavigationItem::Account).around(&html! {
            (back_to("/account", w.your_account, self.done.as_deref()))
            h1 { (w.connected_applications) }
            @if self.applications.is_empty() {
                p .empty { (w.none) }
            }
            @for (number, application) in self.applications.iter().enumerate() {
                (application.render(w, &format!("application-{number}"), &self.anti_forgery))
            }
        })
    }
}

impl ApplicationCard {
    fn render(&self, w: &ConnectedTexts, id: &str, anti_forgery: &str) -> Markup {
        html! {
            section .card {
                h2 #(id) { bdi { (self.name) } }
                @if self.scope.is_empty() {
                    p .muted { (w.nothing_more) }
                } @else {
                    ul .scopes {
                        @for line in &self.scope {
                            li {
                                strong { (line.title) }
                                @if !line.description.is_empty() { " " span .muted { (line.description) } }
                            }
                        }
                    }
                }
                @if self.grants > 0 { p .muted { (w.since(&self.since, self.grants)) } }
                @if let Some(since) = &self.remembered_since { p .muted { (w.remembered(since)) } }
                form method="post" action="/account/applications" {
                    (hidden(anti_forgery, None))
                    input type="hidden" name="client_id" value=(self.client_id);
                    div .actions {
                        (Button::secondary(&format!("{id}-disconnect"), w.disconnect).about(id))
                        a .button href=(schedule_of(&self.client_id)) aria-describedby=(id) { (w.refresh_schedule) }
                    }
                }
            }
        }
    }
}

/// The path of the refresh schedule of one application.
fn schedule_of(client_id: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("client_id", client_id).finish();
    format!("/account/schedule?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn html_of(applications: Vec<ApplicationCard>) -> String {
        let page = ApplicationsPage { applications, done: None, anti_forgery: "token".to_owned() };
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn an_application_says_what_it_may_do_and_can_be_disconnected() {
        let scope = vec![ScopeLine {
            token: "orders:read".to_owned(),
            title: "See your orders".to_owned(),
            description: "at Orders".to_owned(),
        }];
        let application = ApplicationCard {
            client_id: "a/b".to_owned(),
            name: "Report".to_owned(),
            scope,
            since: "1 May 2030".to_owned(),
            grants: 2,
            remembered_since: Some("1 May".to_owned()),
        };
        let html = html_of(vec![application]);
        for part in ["See your orders", ", 2 permissions.", "value=\"a/b\"", "/account/schedule?client_id=a%2Fb"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html_of(Vec::new()).contains("No app has access"));
    }
}
