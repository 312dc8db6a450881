//! The page at `/account/schedule`: the refresh schedule of the account or of one application.

use maud::{Markup, html};

use super::client::chosen;
use super::component::{Button, back_to, hidden};
use super::field::{Field, FieldState};
use super::i18n::RefreshScheduleTexts;
use super::layout::{Frame, NavigationItem, PageContext};

#[derive(Clone, Debug, Default)]
pub struct SchedulePage {
    /// The application that the schedule is for. `None` for the whole account.
    pub application: Option<ScheduledApplication>,
    /// The current schedule.
    pub set: Option<ScheduleTexts>,
    /// The description of the entered schedule.
    pub preview: Option<ScheduleTexts>,
    /// The cron expression.
    pub cron: FieldState,
    /// The IANA name of the time zone.
    pub time_zone: FieldState,
    /// Whether each tick ends the grants.
    pub ends_grant: bool,
    /// Confirmation of the last action.
    pub done: Option<String>,
    pub anti_forgery: String,
}

/// The application that a schedule is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledApplication {
    pub client_id: String,
    /// The `client_name`.
    pub name: String,
}

/// A schedule in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleTexts {
    pub description: String,
    /// The next ticks, each in words.
    pub next_ticks: Vec<String>,
}

impl SchedulePage {
    /// Renders the page. Its forms post to `/account/schedule`: `cron`, `time_zone` and `ends_grant` with
    /// `decision=preview` or `decision=set`, or `decision=remove`; each with `client_id` if it is for one application.
    #[must_use]
    pub fn render(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.refresh_schedule;
        let (path, name) = match self.application {
            Some(_) => ("/account/applications", w.connected_applications),
            None => ("/account", w.your_account),
        };
        Frame::document(context, w.refresh_schedule).at(NavigationItem::Account).around(&html! {
            (back_to(path, name, self.done.as_deref()))
            @if let Some(one) = &self.application {
                h1 { (w.refresh_schedule_for(&chosen(&one.name))) }
                p .muted { (w.one_asks_again) }
            } @else {
                h1 { (w.refresh_schedule) }
                p .muted { (w.all_ask_again) }
            }
            @if let Some(preview) = &self.preview {
                section .card { (in_words(w, w.it_would_mean, preview)) }
            }
            (self.form(context))
            section .card {
                @if let Some(set) = &self.set {
                    (in_words(w, w.what_is_set, set))
                    form method="post" action="/account/schedule" {
                        (self.hidden())
                        div .actions { (Button::secondary("schedule-remove", w.remove).deciding("remove")) }
                    }
                } @else {
                    h2 { (w.what_is_set) }
                    p .muted { (w.no_schedule) }
                }
            }
        })
    }

    fn form(&self, context: PageContext<'_>) -> Markup {
        let w = &context.texts.refresh_schedule;
        html! {
            section .card {
                h2 { (w.a_schedule) }
                form method="post" action="/account/schedule" {
                    (self.hidden())
                    (Field::text(context.texts, "cron", w.when).entry(&self.cron).hint(w.when_hint))
                    (Field::text(context.texts, "time_zone", w.time_zone).entry(&self.time_zone).hint(w.time_zone_hint))
                    label .check {
                        input #ends_grant type="checkbox" name="ends_grant" value="true" checked[self.ends_grant];
                        span {
                            strong { (w.ends_the_access) }
                            span .muted { (w.sign_in_again) }
                        }
                    }
                    div .actions {
                        // The Enter key activates the first button.
                        (Button::secondary("schedule-preview", w.preview).deciding("preview"))
                        (Button::primary("schedule-set", w.set_the_schedule).deciding("set"))
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

fn in_words(w: &RefreshScheduleTexts, title: &str, schedule: &ScheduleTexts) -> Markup {
    html! {
        h2 { (title) }
        p { (schedule.description) }
        dl .facts {
            div { dt { (w.next_ticks) } @for tick in &schedule.next_ticks { dd { (tick) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Brand;

    fn html_of(page: &SchedulePage) -> String {
        page.render(PageContext::english(&Brand { name: "Acme".to_owned() })).into_string()
    }

    #[test]
    fn a_schedule_is_shown_in_words_before_it_is_set() {
        let preview =
            ScheduleTexts { description: "Every day at four.".to_owned(), next_ticks: vec!["Friday".to_owned()] };
        let page =
            SchedulePage { preview: Some(preview), cron: FieldState::of("0 4 * * *"), ..SchedulePage::default() };
        let html = html_of(&page);
        for part in [
            "Preview of the schedule",
            "Every day at four.",
            "<dd>Friday</dd>",
            "value=\"0 4 * * *\"",
            "No schedule is \
            set.",
        ] {
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
