//! The page that asks whether a setting shall be changed that would have let a refused request through.

use maud::{Markup, html};

use super::client::chosen;
use super::component::{Button, back_to, caution, hidden};
use super::layout::{Frame, NavigationItem, PageContext};
use super::own_client::path;

/// What kind of setting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the setting that it names")]
pub enum RemedyKind {
    StateOptional,
    PkceOptional,
    RedirectUri,
    PostLogoutRedirectUri,
    RequestUri,
    ResponseType,
    GrantType,
    Scope,
    TokenEndpointAsAudience,
    AnyAssertionAlgorithm,
    AnyRequestObjectAlgorithm,
}

/// A setting that would have helped, with what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemedyLine {
    /// By what it is named in an address.
    pub id: String,
    /// Which one.
    pub kind: RemedyKind,
    /// What was sent, where that is more than yes or no.
    pub value: Option<String>,
    /// How often it would have helped.
    pub count: u64,
    /// How long ago last.
    pub seconds_ago: i64,
    /// Why the person cannot change it, as a sentence that says whom to ask.
    pub obstacle: Option<String>,
}

/// The question, with what the answer costs.
#[derive(Clone, Debug)]
pub struct RemedyPage {
    /// `client_id`.
    pub client_id: String,
    /// `client_name`.
    pub name: String,
    /// The setting.
    pub remedy: RemedyLine,
    /// The member of the metadata that changes.
    pub member: &'static str,
    /// The anti-forgery token.
    pub anti_forgery: String,
}

impl RemedyPage {
    /// The page. Its form posts `remedy` to `/developer/{client_id}/remedy`, with `decision=change`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.remedy;
        let (path, remedy) = (path(&self.client_id), &self.remedy);
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
    /// The line on the page of the application at `path`, as the one of this number: a button that leads to the question,
    /// or whom to ask.
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

/// The button that leads to the question whether the setting of `remedy_id` shall be changed. It is a link: nothing changes
/// before the question is answered.
pub(super) fn remedy_button(remedy_id: &str, (about, text): (&str, &str), path: &str) -> Markup {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("remedy", remedy_id).finish();
    html! {
        a #{ (about) "-change" } .button href={ (path) "/remedy?" (query) } aria-describedby=(about) { (text) }
    }
}
