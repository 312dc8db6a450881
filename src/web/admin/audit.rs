//! `/admin/audit`: the security event log.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, crumbs};
use crate::web::{
    component::notice,
    layout::{Frame, NavigationItem, PageContext},
};

/// A page of security events.
#[derive(Clone, Debug)]
pub struct AuditPage {
    pub filter: EventFilterForm,
    /// The events, newest first.
    pub events: Vec<AuditRow>,
    pub next: Option<LocalPath>,
    /// The breadcrumbs.
    pub crumbs: Vec<LocalLink>,
}

/// The filter form with its current values. Empty fields do not filter.
#[derive(Clone, Debug, Default)]
pub struct EventFilterForm {
    /// The names of all event types.
    pub events: Vec<String>,
    /// The selected event type.
    pub event: String,
    /// A username, e-mail address or account identifier.
    pub person: String,
    /// A `client_id`.
    pub application: String,
    /// `success` or `failure`.
    pub outcome: String,
    /// The first day, such as `2030-12-31`.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Error message of the filter.
    pub error: Option<String>,
}

/// A security event as shown to an administrator.
#[derive(Clone, Debug, Default)]
pub struct AuditRow {
    /// Name of the event type.
    pub event: String,
    /// Name of the application that the event is about. Empty if there is none.
    pub application_name: String,
    /// Whether the event is a rejected request.
    pub is_refusal: bool,
    /// Time of the event.
    pub at: String,
    pub by: AuditActor,
    /// The user that the event is about.
    pub person: Option<LocalLink>,
    /// The application that the event is about.
    pub application: Option<LocalLink>,
    /// IP address of the client.
    pub address: Option<String>,
    /// Browser and operating system.
    pub device: Option<String>,
    /// Reason code.
    pub reason: Option<String>,
    /// Names of the changed members.
    pub members: Vec<String>,
    /// Number of further identical events that were not stored.
    pub not_written: Option<u64>,
    /// Request identifier, which also appears in the log.
    pub request_id: Option<String>,
}

/// The actor of a security event.
#[derive(Clone, Debug, Default)]
pub enum AuditActor {
    /// A user or an application.
    Known(LocalLink),
    /// The operator, through the command line.
    Operator,
    #[default]
    Server,
    /// An unauthenticated client.
    NoOne,
}

impl AuditPage {
    /// Renders the page. Its form is a GET to the same page with `event`, `person`, `application`, `outcome`, `from`
    /// and `until`.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.audit;
        Frame::document(context, w.title).at(NavigationItem::Administration).around(&html! {
            (crumbs(&context.texts.admin, &self.crumbs))
            h1 { (w.title) }
            p .muted { (w.about) }
            (self.filter.render(context))
            @if self.events.is_empty() {
                @if self.next.is_some() { (notice(w.look_further_about)) } @else { p .empty { (w.nothing) } }
            } @else {
                ul .rows { @for event in &self.events { (event.render(context)) } }
            }
            @if let Some(next) = &self.next {
                div .actions {
                    a #next .button rel="next" href=(next.as_str()) {
                        @if self.events.is_empty() { (w.look_further) } @else { (w.older) }
                    }
                }
            }
        })
    }
}

impl EventFilterForm {
    /// Whether the filter excludes any events or is invalid.
    fn is_set(&self) -> bool {
        let chosen = [&self.event, &self.person, &self.application, &self.outcome, &self.from, &self.until];
        self.error.is_some() || chosen.iter().any(|text| !text.is_empty())
    }

    fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.audit;
        let text = |name: &str, label: &str, (kind, value, hint): (&str, &str, &str)| {
            html! {
                div .field {
                    label for=(name) { (label) }
                    p .hint id={ (name) "-hint" } { (hint) }
                    input id=(name) type=(kind) name=(name) value=(value) autocapitalize="none" spellcheck="false"
                        aria-describedby={ (name) "-hint" };
                }
            }
        };
        html! {
            // The filter is collapsed until it is used, so that the events come first.
            details .card open[self.is_set()] {
                summary { (w.filter) }
                form method="get" action=(LocalPath::admin(&["audit"]).as_str()) role="search" {
                    @if let Some(error) = &self.error { (crate::web::component::alert(error)) }
                    div .field {
                        label for="event" { (w.event) }
                        select #event name="event" {
                            option value="" selected[self.event.is_empty()] { (w.any) }
                            @for event in &self.events {
                                option value=(event) selected[*event == self.event] { (event) }
                            }
                        }
                    }
                    (text("person", w.person, ("search", &self.person, w.person_hint)))
                    (text("application", w.application, ("search", &self.application, w.application_hint)))
                    fieldset {
                        legend { (w.outcome) }
                        @for (value, name) in [("", w.any), ("success", w.done), ("failure", w.refused)] {
                            label .check {
                                input type="radio" name="outcome" value=(value) checked[value == self.outcome];
                                (name)
                            }
                        }
                    }
                    (text("from", w.from, ("date", &self.from, w.day_hint)))
                    (text("until", w.until, ("date", &self.until, w.day_hint)))
                    div .actions { button #filter-submit .button type="submit" { (w.show) } }
                }
            }
        }
    }
}

impl AuditRow {
    fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.audit;
        let members = Some(self.members.join(", ")).filter(|members| !members.is_empty());
        let facts = [
            (w.address, &self.address),
            (w.device, &self.device),
            (w.reason, &self.reason),
            (w.changed, &members),
            (w.not_written, &self.not_written.map(|count| count.to_string())),
            (w.request, &self.request_id),
        ];
        html! {
            li .card {
                h2 {
                    (w.heading(&self.event, &self.application_name))
                    @if self.is_refusal { " " span .badge { (w.refused) } }
                }
                dl .facts {
                    div { dt { (w.when) } dd { (self.at) } }
                    div {
                        dt { (w.by) }
                        dd {
                            @match &self.by {
                                AuditActor::Known(link) => { (link) }
                                AuditActor::Operator => { (w.operator) }
                                AuditActor::Server => { (w.server) }
                                AuditActor::NoOne => { (w.no_one) }
                            }
                        }
                    }
                    @if let Some(link) = &self.person { div { dt { (w.about_person) } dd { (link) } } }
                    @if let Some(link) = &self.application { div { dt { (w.about_application) } dd { (link) } } }
                    @for (label, value) in facts {
                        @if let Some(value) = value { div { dt { (label) } dd { (value) } } }
                    }
                    div { dt { (w.name_of_event) } dd { code { (self.event) } } }
                }
            }
        }
    }
}
