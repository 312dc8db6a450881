//! `/admin/audit`: what has happened that somebody may have to account for.

use maud::{Markup, html};

use super::{LocalLink, LocalPath, crumbs};
use crate::web::{
    component::notice,
    layout::{Frame, NavigationItem, PageContext},
};

/// Security events, in pages.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// Which ones.
    pub filter: EventFilterForm,
    /// The events, the newest first.
    pub events: Vec<AuditRow>,
    /// The next page.
    pub next: Option<LocalPath>,
    /// What the page is part of.
    pub crumbs: Vec<LocalLink>,
}

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct EventFilterForm {
    /// The names of all events.
    pub events: Vec<String>,
    /// The name of one, or nothing.
    pub event: String,
    /// A username or an identifier, or nothing.
    pub person: String,
    /// A `client_id`, or nothing.
    pub application: String,
    /// `success`, `failure` or nothing.
    pub outcome: String,
    /// The first day, as `2030-12-31`, or nothing.
    pub from: String,
    /// The last day, or nothing.
    pub until: String,
    /// What is wrong with it, as a sentence.
    pub error: Option<String>,
}

/// An event, for an administrator.
#[derive(Clone, Debug, Default)]
pub struct AuditRow {
    /// Its name.
    pub event: String,
    /// The name of the application that it is about; empty if there is none.
    pub application_name: String,
    /// Whether something was refused.
    pub is_refusal: bool,
    /// When.
    pub at: String,
    /// Who did it.
    pub by: AuditActor,
    /// The person whom it is about.
    pub person: Option<LocalLink>,
    /// The application that it is about.
    pub application: Option<LocalLink>,
    /// Where it was done from.
    pub address: Option<String>,
    /// With what.
    pub device: Option<String>,
    /// Why, in a word.
    pub reason: Option<String>,
    /// The names of what was changed.
    pub members: Vec<String>,
    /// So many more of the same are not in the list.
    pub not_written: Option<u64>,
    /// What to look for in the log.
    pub request_id: Option<String>,
}

/// Who did something.
#[derive(Clone, Debug, Default)]
pub enum AuditActor {
    /// A person or an application.
    Known(LocalLink),
    /// Whoever runs the server.
    Operator,
    /// The server.
    #[default]
    Server,
    /// Somebody who has shown nothing.
    Nobody,
}

impl AuditPage {
    /// The page. Its form asks for the same page with `event`, `person`, `application`, `outcome`, `from` and `until`.
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
    /// Whether it leaves anything out, or is wrong.
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
            // Closed until something is chosen, so that the events are what is seen first.
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
                                AuditActor::Nobody => { (w.nobody) }
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
