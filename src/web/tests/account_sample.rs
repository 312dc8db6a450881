//! The account pages, with every text of their views set to one text.

use maud::Markup;

use super::sample::{entry, some};
use crate::web::{
    AccountPage, ApplicationCard, ApplicationsPage, Doer, EventLine, Fact, ImageSource, OwnDataPage, PageContext,
    PasswordPage, ProfilePage, SchedulePage, ScheduleTexts, ScheduledApplication, ScopeLine, SecurityPage, SessionLine,
    SessionsPage,
};

/// Name and markup of each page.
pub(super) fn pages(text: &str, context: PageContext<'_>) -> Vec<(&'static str, Markup)> {
    vec![
        ("account", account(text).render(context)),
        ("profile", profile(text).render(context)),
        ("password", password(text).render(context)),
        ("applications", applications(text).render(context)),
        ("schedule", schedule(text).render(context)),
        ("own data", own_data(text).render(context)),
        ("sessions", sessions(text).render(context)),
        ("security", security(text).render(context)),
        ("security, empty", SecurityPage::default().render(context)),
    ]
}

fn security(text: &str) -> SecurityPage {
    let line = EventLine {
        event: text.to_owned(),
        application: text.to_owned(),
        by: Doer::Administrator,
        device: some(text),
        address: some(text),
        members: vec![text.to_owned()],
        not_written: Some(3),
        seconds_ago: 4000,
        at: text.to_owned(),
    };
    let consent = EventLine { event: "consent_granted".to_owned(), ..line.clone() };
    SecurityPage { events: vec![line, consent], next_page_token: some(text) }
}

fn account(text: &str) -> AccountPage {
    AccountPage {
        name: text.to_owned(),
        username: text.to_owned(),
        profile: vec![Fact::new(text, text)],
        is_administrator: true,
        anti_forgery: text.to_owned(),
    }
}

fn profile(text: &str) -> ProfilePage {
    ProfilePage {
        entries: ProfilePage::fields().map(|name| (name, entry(text))).collect(),
        ordered: vec![Fact::new(text, text)],
        picture: ImageSource::parse(text).or_else(|| ImageSource::parse("/users/1/picture")),
        picture_error: some(text),
        error: some(text),
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn password(text: &str) -> PasswordPage {
    PasswordPage {
        username: text.to_owned(),
        current_error: some(text),
        new_error: some(text),
        error: some(text),
        done: some(text),
        minimum_password_length: 15,
        anti_forgery: text.to_owned(),
    }
}

fn applications(text: &str) -> ApplicationsPage {
    let application = ApplicationCard {
        client_id: text.to_owned(),
        name: text.to_owned(),
        scope: vec![ScopeLine { token: text.to_owned(), title: text.to_owned(), description: text.to_owned() }],
        since: text.to_owned(),
        grants: 2,
        remembered_since: some(text),
    };
    let applications = vec![application.clone(), ApplicationCard { scope: Vec::new(), ..application }];
    ApplicationsPage { applications, done: some(text), anti_forgery: text.to_owned() }
}

fn schedule(text: &str) -> SchedulePage {
    let texts = ScheduleTexts { description: text.to_owned(), next_ticks: vec![text.to_owned()] };
    SchedulePage {
        application: Some(ScheduledApplication { client_id: text.to_owned(), name: text.to_owned() }),
        set: Some(texts.clone()),
        preview: Some(texts),
        cron: entry(text),
        time_zone: entry(text),
        ends_grant: true,
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn own_data(text: &str) -> OwnDataPage {
    OwnDataPage {
        username: text.to_owned(),
        password_error: some(text),
        error: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn sessions(text: &str) -> SessionsPage {
    let line = |is_current| SessionLine {
        sid: text.to_owned(),
        device: text.to_owned(),
        first_used: text.to_owned(),
        last_used: text.to_owned(),
        is_current,
    };
    SessionsPage {
        sessions: vec![line(true), line(false), line(false)],
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}
