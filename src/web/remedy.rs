//! The page that asks whether to change a setting that would have allowed a rejected request.

use maud::{Markup, html};

use super::client::chosen;
use super::component::{Button, back_to, caution, hidden};
use super::layout::{Frame, NavigationItem, PageContext};
use super::own_client_path::own_client_path;
use super::remedy_line::RemedyLine;

/// The question, with the consequences of the change.
#[derive(Clone, Debug)]
pub struct RemedyPage {
    pub client_id: String,
    /// The `client_name`.
    pub name: String,
    pub remedy: RemedyLine,
    /// The metadata member that changes.
    pub member: &'static str,
    pub anti_forgery: String,
}

impl RemedyPage {
    /// Renders the page. Its form posts `remedy` and `decision=change` to `/developer/{client_id}/remedy`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.remedy;
        let (path, remedy) = (own_client_path(&self.client_id), &self.remedy);
        Frame::question(context, w.title).at(NavigationItem::Applications).around(&html! {
            (back_to(&path, &self.name, None))
            section .card {
                h1 { (w.question(&chosen(&self.name))) }
                p #remedy-what { (w.what(remedy.kind)) }
                @if let Some(value) = &remedy.value { p { code .copy #remedy-value { (value) } } }
                p .muted { (w.setting(&html! { code { (self.member) } })) }
                (caution(&html! {
                    p #remedy-cost { (w.cost(remedy.kind)) }
                    p { (w.anyone) }
                }))
                @if let Some(obstacle) = &remedy.obstacle {
                    p #remedy-obstacle { (obstacle) }
                } @else {
                    form method="post" action={ (path) "/remedy" } {
                        (hidden(&self.anti_forgery, None))
                        input type="hidden" name="remedy" value=(remedy.id);
                        div .actions .pair {
                            a .button href=(path) { (w.keep) }
                            (Button::primary("remedy-change", w.change).deciding("change").about("remedy-cost"))
                        }
                    }
                }
            }
        })
    }
}

impl RemedyLine {
    /// Renders the line with the number `at` on the page of the application at `path`: a button that leads to the
    /// question, or who can change the setting.
    pub(super) fn render(&self, context: PageContext<'_>, at: usize, path: &str) -> Markup {
        let w = &context.texts.remedy;
        let id = format!("remedy-{at}");
        html! {
            div .row {
                div {
                    p #(id) {
                        (w.what(self.kind))
                        @if let Some(value) = &self.value { " " code { (value) } }
                    }
                    p .muted { (w.times(self)) }
                    @if let Some(obstacle) = &self.obstacle { p { (obstacle) } }
                }
                @if self.obstacle.is_none() { (remedy_button(&self.id, (&id, w.offer(self.kind)), path)) }
            }
        }
    }
}

/// The button that leads to the question about the remedy `remedy_id`. It is a link: nothing changes before the user
/// confirms.
pub(super) fn remedy_button(remedy_id: &str, (about, text): (&str, &str), path: &str) -> Markup {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("remedy", remedy_id).finish();
    html! {
        a #{ (about) "-change" } .button href={ (path) "/remedy?" (query) } aria-describedby=(about) { (text) }
    }
}
