//! The page at `/account/schedule`: when applications have to ask for access anew.

use maud::{Markup, html};

use super::client::chosen;
use super::component::{Button, back_to, hidden};
use super::field::{Entry, Field};
use super::layout::{Frame, Place, Voice};

/// What the page of a refresh schedule shows.
#[derive(Clone, Debug, Default)]
pub struct SchedulePage {
    /// The application that it is for; without one it is for the whole account.
    pub application: Option<ScheduledApplication>,
    /// The schedule that is set.
    pub set: Option<ScheduleWords>,
    /// What the one that was entered would mean.
    pub preview: Option<ScheduleWords>,
    /// In the syntax of cron.
    pub cron: Entry,
    /// By its IANA name.
    pub time_zone: Entry,
    /// Whether a tick ends the grants.
    pub ends_grant: bool,
    /// What was just done, as a sentence.
    pub done: Option<String>,
    /// The anti-forgery token.
    pub anti_forgery: String,
}

/// The application that a schedule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledApplication {
    /// `client_id`.
    pub client_id: String,
    /// `client_name`.
    pub name: String,
}

/// A schedule in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleWords {
    /// What it says.
    pub description: String,
    /// The next ticks, each in words.
    pub next_ticks: Vec<String>,
}

impl SchedulePage {
    /// The page. Its forms post to `/account/schedule`: `cron`, `time_zone` and `ends_grant` with `decision=preview` or
    /// `decision=set`, or `decision=remove`; each with `client_id` if it is for one application.
    #[must_use]
    pub fn render(&self, voice: Voice<'_>) -> Markup {
        let (path, name) = match self.application {
            Some(_) => ("/account/applications", "Connected applications"),
            None => ("/account", "Your account"),
        };
        Frame::document(voice, "Refresh schedule").at(Place::Account).around(&html! {
            (back_to(path, name, self.done.as_deref()))
            h1 { "Refresh schedule" @if let Some(one) = &self.application { " for " (chosen(&one.name)) } }
            p .muted {
                "At each tick the access tokens that were issued before have expired, and "
                @if self.application.is_some() { "the application has" } @else { "every application has" }
                " to ask anew."
                @if self.application.is_none() { " An application with a schedule of its own follows that one." }
            }
            @if let Some(preview) = &self.preview { (words("It would mean", preview)) }
            (self.form(voice))
            section .card {
                @if let Some(set) = &self.set {
                    (words_inside("What is set", set))
                    form method="post" action="/account/schedule" {
                        (self.hidden())
                        div .actions { (Button::secondary("schedule-remove", "Remove").deciding("remove")) }
                    }
                } @else {
                    h2 { "What is set" }
                    p .muted { "No schedule." }
                }
            }
        })
    }

    fn form(&self, voice: Voice<'_>) -> Markup {
        html! {
            section .card {
                h2 { "A schedule" }
                form method="post" action="/account/schedule" {
                    (self.hidden())
                    (Field::text(voice.words, "cron", "When").entry(&self.cron).hint(
                        "Minute, hour, day of the month, month, day of the week, as cron has them: 0 4 * * * is every day \
                         at four, 0 20 * * FRI every Friday at eight in the evening."))
                    (Field::text(voice.words, "time_zone", "Time zone").entry(&self.time_zone).hint("As Europe/Berlin."))
                    label .check {
                        input #ends_grant type="checkbox" name="ends_grant" value="true" checked[self.ends_grant];
                        span {
                            strong { "A tick ends the access" }
                            span .muted { "Then you have to sign in at the application again." }
                        }
                    }
                    div .actions {
                        // The first button is the one that the Enter key presses.
                        (Button::secondary("schedule-preview", "Preview").deciding("preview"))
                        (Button::primary("schedule-set", "Set the schedule").deciding("set"))
                    }
                }
            }
        }
    }

    fn hidden(&self) -> Markup {
        html! {
            (hidden(&self.anti_forgery, None))
            @if let Some(one) = &self.application { input type="hidden" name="client_id" value=(one.client_id); }
        }
    }
}

fn words(title: &str, schedule: &ScheduleWords) -> Markup {
    html! { section .card { (words_inside(title, schedule)) } }
}

fn words_inside(title: &str, schedule: &ScheduleWords) -> Markup {
    html! {
        h2 { (title) }
        p { (schedule.description) }
        dl .facts {
            div { dt { "The next ticks" } @for tick in &schedule.next_ticks { dd { (tick) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn html_of(page: &SchedulePage) -> String {
        page.render(Voice::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn a_schedule_is_shown_in_words_before_it_is_set() {
        let preview =
            ScheduleWords { description: "Every day at four.".to_owned(), next_ticks: vec!["Friday".to_owned()] };
        let page = SchedulePage { preview: Some(preview), cron: Entry::of("0 4 * * *"), ..SchedulePage::default() };
        let html = html_of(&page);
        for part in ["It would mean", "Every day at four.", "<dd>Friday</dd>", "value=\"0 4 * * *\"", "No schedule."] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("schedule-remove") && !html.contains("name=\"client_id\""), "{html}");
    }

    #[test]
    fn what_is_for_one_application_names_it_and_sends_it() {
        let one = ScheduledApplication { client_id: "report".to_owned(), name: "Report".to_owned() };
        let html = html_of(&SchedulePage { application: Some(one), ..SchedulePage::default() });
        assert!(html.contains("name=\"client_id\" value=\"report\"") && html.contains(">Report</bdi>"), "{html}");
    }
}
