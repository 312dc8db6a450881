use maud::{Markup, html};

use crate::web::{
    ClientErrorLine, Doer, EventLine, SentUri,
    i18n::{AuditTexts, ClientErrorsTexts, SecurityTexts},
};

pub(super) const SECURITY: SecurityTexts = SecurityTexts {
    title: "Security events",
    back: "Your account",
    lead: "Recent activity on your account: sign-ins, changes and failed attempts.",
    sentence,
    nothing: "There are no events yet.",
    nothing_here: "There are no events on this page, but there are older ones.",
    older: "Older events",
    not_you: "Was any of this not you?",
    change_password: "Change your password",
    end_sessions: "View your sessions",
};

pub(super) const AUDIT: AuditTexts = AuditTexts {
    title: "Security events",
    about: "What happened to people, applications and this server, newest first.",
    filter: "Filter events",
    event: "Event",
    any: "Any",
    person: "Person",
    person_hint: "A username or account ID.",
    unknown_username: "There is no account with this username. Use the account ID to find a deleted account.",
    application: "Application",
    application_hint: "The client ID of the application.",
    outcome: "Outcome",
    done: "Succeeded",
    refused: "Failed",
    from: "From",
    until: "Until (inclusive)",
    day_hint: "A date in UTC.",
    not_a_day: "Enter a date as YYYY-MM-DD, for example 2030-12-31.",
    show: "Apply filter",
    nothing: "There are no matching events.",
    look_further_about: "There are no more matches among the events searched so far. Older events were not searched \
        yet.",
    look_further: "Show more",
    older: "Older events",
    heading: phrase,
    when: "When",
    by: "By",
    operator: "Operator of the server",
    server: "Server",
    no_one: "Unauthenticated",
    about_person: "Person",
    about_application: "Application",
    address: "Address",
    device: "Device",
    reason: "Reason",
    changed: "Changed",
    not_written: "Not recorded",
    name_of_event: "Event",
    request: "Request",
};

pub(super) const CLIENT_ERRORS: ClientErrorsTexts = ClientErrorsTexts {
    title: "Recent errors",
    lead: "Requests in the name of this application that were rejected since the server started. Anyone can send such \
        a request.",
    uris_lead: "These redirect URIs were requested but are not registered. Add one only if it is yours: sign-ins can \
        then end there.",
    sent: |line: &SentUri| format!("{}, last {}", times(line.count), ago(line.seconds_ago)),
    only_a_slash: "It differs from a registered one only by the trailing slash.",
    add_it: "Add redirect URI",
    told: |line: &ClientErrorLine| {
        format!("{}: {}, last {}", line.cause.replace('_', " "), times(line.count), ago(line.seconds_ago))
    },
    what_to_do: "What to do",
};

/// As "Signed in from Firefox on Linux, 192.0.2.7, 3 minutes ago."
fn sentence(line: &EventLine) -> Markup {
    let place: Vec<&str> = line.device.iter().chain(&line.address).map(String::as_str).collect();
    let place = place.join(", ");
    html! {
        (phrase(&line.event, &line.application))
        @if !line.members.is_empty() { " (" (line.members.join(", ").replace('_', " ")) ")" }
        @match line.by {
            Doer::Administrator => { " by an administrator" }
            Doer::Stranger | Doer::Oneself | Doer::Application | Doer::Server => {}
        }
        @if !place.is_empty() { " from " (place) }
        @if let Some(count) = line.not_written { ", and again " (times(count)) " before that" }
        ", " span title=(line.at) { (ago(line.seconds_ago)) } "."
    }
}

pub(super) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

pub(super) fn ago(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit} ago") } else { format!("{count} {unit}s ago") }
}

fn phrase(event: &str, application: &str) -> Markup {
    let has_name = !application.is_empty();
    let application = html! {
        @if has_name { bdi { (application) } } @else { "an application" }
    };
    let named = html! {
        @if has_name { "The application " (application) } @else { "An application" }
    };
    html! {
        @match event {
            "login_succeeded" => { "Signed in" }
            "login_failed" => { "A wrong password was entered" }
            "login_throttled" => { "A sign-in was blocked after too many wrong passwords" }
            "logged_out" => { "Signed out" }
            "session_ended" => { "Signed out of a browser" }
            "account_created" => { "The account was created" }
            "account_deleted" => { "The account was deleted" }
            "account_disabled" => { "The account was disabled" }
            "account_enabled" => { "The account was enabled again" }
            "account_unlocked" => { "The account was unlocked after wrong passwords" }
            "password_changed" => { "The password was changed" }
            "password_reset_created" => { "A password reset link was created" }
            "password_reset_withdrawn" => { "The password reset link was revoked" }
            "profile_changed" => { "The profile was changed" }
            "person_changed" => { "The account was changed" }
            "consent_granted" => { "Access was given to " (application) }
            "application_disconnected" => { (named) " was disconnected" }
            "grant_revoked" => { "Access ended for " (application) }
            "refresh_schedule_changed" => { "A refresh schedule was changed" }
            "code_refused" => { "A sign-in to " (application) " was completed with wrong parameters" }
            "code_replayed" => { "Access ended for " (application) " because an authorization code was used twice" }
            "refresh_token_replayed" => { "Access ended for " (application) " because a refresh token was used twice" }
            "client_authentication_failed" => { "Client authentication failed for " (application) }
            "device_approved" => { "A device was connected to " (application) }
            "device_denied" => { "A device was denied access to " (application) }
            "client_created" => { (named) " was registered" }
            "client_changed" => { "The registration of " (application) " was changed" }
            "client_deleted" => { (named) " was deleted" }
            "client_disabled" => { (named) " was disabled" }
            "client_enabled" => { (named) " was enabled again" }
            "secret_added" => { "A secret was added to " (application) }
            "secret_removed" => { "A secret was removed from " (application) }
            "invitation_created" => { "An invitation was created" }
            "invitation_withdrawn" => { "An invitation was revoked" }
            "invitation_used" => { "An invitation was used" }
            "setup_link_created" => { "A setup link for the first administrator was created" }
            "key_rotated" => { "The signing keys were rotated" }
            "key_emergency" => { "All keys were replaced" }
            "server_started" => { "The server was started" }
            "rollback_accepted" => { "A rollback of the database was accepted" }
            "failures_not_written" => { "Further failures were not recorded" }
            other => { (other) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_plain_sentence() {
        let line = EventLine {
            event: "login_succeeded".to_owned(),
            by: Doer::Oneself,
            device: Some("Firefox on Linux".to_owned()),
            address: Some("192.0.2.7".to_owned()),
            seconds_ago: 185,
            at: "1 May 2030".to_owned(),
            ..EventLine::default()
        };
        let read = |line: &EventLine| {
            let html = sentence(line).into_string();
            let parts: Vec<&str> =
                html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
            parts.concat()
        };
        assert_eq!(read(&line), "Signed in from Firefox on Linux, 192.0.2.7, 3 minutes ago.");
        let changed = EventLine {
            event: "person_changed".to_owned(),
            members: vec!["groups".to_owned(), "employee_number".to_owned()],
            by: Doer::Administrator,
            seconds_ago: 86_400,
            ..EventLine::default()
        };
        assert_eq!(read(&changed), "The account was changed (groups, employee number) by an administrator, 1 day ago.");
        assert_eq!(
            [0, 59, 60, 7200, 172_800].map(ago),
            ["just now", "just now", "1 minute ago", "2 hours ago", "2 days ago"]
        );
    }
}
