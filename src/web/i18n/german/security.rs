use maud::{Markup, html};

use crate::web::{
    ClientErrorLine, Doer, EventLine, SentUri,
    i18n::{AuditTexts, ClientErrorsTexts, SecurityTexts},
};

pub(super) const SECURITY: SecurityTexts = SecurityTexts {
    title: "Sicherheitsereignisse",
    back: "Ihr Konto",
    lead: "Was zuletzt mit Ihrem Konto geschehen ist: was Sie getan haben, und was andere getan oder versucht haben.",
    sentence,
    nothing: "Es ist noch nichts geschehen.",
    nothing_here: "Auf dieser Seite ist nichts, aber die Liste geht weiter.",
    older: "Ältere Ereignisse",
    not_you: "Waren Sie etwas davon nicht?",
    change_password: "Passwort ändern",
    end_sessions: "Ansehen, wo Sie angemeldet sind",
};

pub(super) const AUDIT: AuditTexts = AuditTexts {
    title: "Sicherheitsereignisse",
    about: "Was mit Konten, Anwendungen und diesem Server geschehen ist, das Neueste zuerst.",
    filter: "Welche Ereignisse",
    event: "Ereignis",
    any: "Jedes",
    person: "Konto",
    person_hint: "Ein Benutzername, oder die Nummer eines Kontos.",
    application: "Anwendung",
    application_hint: "Ihre Client-ID.",
    outcome: "Ausgang",
    done: "Geschehen",
    refused: "Abgelehnt",
    from: "Ab",
    until: "Bis zum Ende des",
    day_hint: "Ein Tag in UTC.",
    show: "Zeigen",
    nothing: "Nichts davon ist geschehen.",
    look_further_about: "Unter den angesehenen Ereignissen sind keine weiteren davon, aber es gibt ältere.",
    look_further: "Weiter suchen",
    older: "Ältere Ereignisse",
    heading: phrase,
    when: "Wann",
    by: "Durch",
    operator: "Wer den Server betreibt",
    server: "Der Server",
    nobody: "Jemand, der nichts vorgewiesen hat",
    about_person: "Konto",
    about_application: "Anwendung",
    address: "Adresse",
    device: "Gerät",
    reason: "Grund",
    changed: "Geändert",
    not_written: "Nicht aufgeschrieben",
    name_of_event: "Ereignis",
    request: "Anfrage",
};

pub(super) const TROUBLES: ClientErrorsTexts = ClientErrorsTexts {
    title: "Was zuletzt schiefging",
    lead: "Anfragen im Namen dieser Anwendung, die seit dem Start des Servers abgelehnt wurden. Jeder kann eine solche \
        Anfrage senden.",
    uris_lead: "Diese Redirect-URIs wurden gesendet und sind nicht registriert. Fügen Sie eine nur hinzu, wenn sie Ihre \
        ist: Anmeldungen können von da an dort enden.",
    sent: |line: &SentUri| format!("{}, zuletzt {}", times(line.count), ago(line.seconds_ago)),
    only_a_slash: "Sie unterscheidet sich von einer registrierten nur durch den Schrägstrich am Ende.",
    add_it: "Hinzufügen",
    told: |line: &ClientErrorLine| {
        format!("{}: {}, zuletzt {}", line.cause.replace('_', " "), times(line.count), ago(line.seconds_ago))
    },
    what_to_do: "Was zu tun ist",
};

/// As "Angemeldet von Firefox on Linux, 192.0.2.7, vor 3 Minuten."
fn sentence(line: &EventLine) -> Markup {
    let place: Vec<&str> = line.device.iter().chain(&line.address).map(String::as_str).collect();
    let place = place.join(", ");
    html! {
        (phrase(&line.event, &line.application))
        @if !line.members.is_empty() { " (" (line.members.join(", ").replace('_', " ")) ")" }
        @match line.by {
            Doer::Administrator => { " durch die Verwaltung" }
            Doer::Stranger | Doer::Oneself | Doer::Application | Doer::Server => {}
        }
        @if !place.is_empty() { " von " (place) }
        @if let Some(count) = line.not_written { ", und bis dahin ebenso noch " (times(count)) }
        ", " span title=(line.at) { (ago(line.seconds_ago)) } "."
    }
}

pub(super) fn times(count: u64) -> String {
    match count {
        1 => "einmal".to_owned(),
        2 => "zweimal".to_owned(),
        count => format!("{count}-mal"),
    }
}

pub(super) fn ago(seconds: i64) -> String {
    let (count, one, many) = match seconds {
        ..60 => return "gerade eben".to_owned(),
        60..3_600 => (seconds / 60, "einer Minute", "Minuten"),
        3_600..86_400 => (seconds / 3_600, "einer Stunde", "Stunden"),
        _ => (seconds / 86_400, "einem Tag", "Tagen"),
    };
    if count == 1 { format!("vor {one}") } else { format!("vor {count} {many}") }
}

fn phrase(event: &str, application: &str) -> Markup {
    let application = html! {
        @if application.is_empty() { "eine Anwendung" } @else { bdi { (application) } }
    };
    html! {
        @match event {
            "login_succeeded" => { "Angemeldet" }
            "login_failed" => { "Ein falsches Passwort wurde eingegeben" }
            "login_throttled" => { "Ein Passwort wurde nach zu vielen falschen nicht angesehen," }
            "logged_out" => { "Abgemeldet" }
            "session_ended" => { "In einem Browser abgemeldet" }
            "account_created" => { "Das Konto wurde angelegt" }
            "account_deleted" => { "Das Konto wurde gelöscht" }
            "account_disabled" => { "Das Konto wurde gesperrt" }
            "account_enabled" => { "Das Konto wurde entsperrt" }
            "account_unlocked" => { "Die Anmeldung wurde nach falschen Passwörtern freigegeben" }
            "password_changed" => { "Das Passwort wurde geändert" }
            "password_reset_created" => { "Ein Link zum Setzen des Passworts wurde erstellt" }
            "password_reset_withdrawn" => { "Der Link zum Setzen des Passworts wurde zurückgenommen" }
            "profile_changed" => { "Das Profil wurde geändert" }
            "person_changed" => { "Das Konto wurde geändert" }
            "consent_granted" => { "Zugriff erlaubt: " (application) }
            "application_disconnected" => { "Getrennt: " (application) }
            "grant_revoked" => { "Zugriff beendet: " (application) }
            "refresh_schedule_changed" => { "Ein Zeitplan wurde geändert" }
            "code_refused" => { "Eine Anmeldung bei " (application) " wurde nicht so beendet, wie sie begann" }
            "code_replayed" => { "Zugriff beendet: " (application) ", weil ein Code zweimal benutzt wurde," }
            "refresh_token_replayed" => {
                "Zugriff beendet: " (application) ", weil ein Refresh-Token zweimal benutzt wurde,"
            }
            "client_authentication_failed" => { "Jemand konnte sich nicht ausweisen als " (application) }
            "device_approved" => { "Ein Gerät wurde zugelassen: " (application) }
            "device_denied" => { "Ein Gerät wurde abgelehnt: " (application) }
            "client_created" => { "Registriert: " (application) }
            "client_changed" => { "Geändert: " (application) }
            "client_deleted" => { "Gelöscht: " (application) }
            "client_disabled" => { "Gesperrt: " (application) }
            "client_enabled" => { "Entsperrt: " (application) }
            "secret_added" => { "Geheimnis hinzugefügt: " (application) }
            "secret_removed" => { "Geheimnis entfernt: " (application) }
            "invitation_created" => { "Eine Einladung wurde erstellt" }
            "invitation_withdrawn" => { "Eine Einladung wurde zurückgenommen" }
            "invitation_used" => { "Eine Einladung wurde benutzt" }
            "setup_link_created" => { "Ein Link für die erste Verwaltung wurde erstellt" }
            "key_rotated" => { "Andere Schlüssel signieren" }
            "key_emergency" => { "Jeder Schlüssel wurde ersetzt" }
            "server_started" => { "Der Server wurde gestartet" }
            "rollback_accepted" => { "Es wurde hingenommen, dass die Datenbank zurückgesetzt war" }
            "failures_not_written" => { "Mehr wurde abgelehnt, als hier steht" }
            other => { (other) }
        }
    }
}
