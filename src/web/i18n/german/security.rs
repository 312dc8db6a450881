use maud::{Markup, html};

use crate::web::{
    ClientErrorLine, Doer, EventLine, SentUri,
    i18n::{AuditTexts, ClientErrorsTexts, SecurityTexts},
};

pub(super) const SECURITY: SecurityTexts = SecurityTexts {
    title: "Sicherheitsereignisse",
    back: "Ihr Konto",
    lead: "Letzte Aktivitäten in Ihrem Konto: Anmeldungen, Änderungen und fehlgeschlagene Versuche.",
    sentence,
    nothing: "Es gibt noch keine Ereignisse.",
    nothing_here: "Auf dieser Seite gibt es keine Ereignisse, aber es gibt ältere.",
    older: "Ältere Ereignisse",
    not_you: "Waren Sie das nicht?",
    change_password: "Passwort ändern",
    end_sessions: "Sitzungen ansehen",
};

pub(super) const AUDIT: AuditTexts = AuditTexts {
    title: "Sicherheitsereignisse",
    about: "Was mit Konten, Anwendungen und diesem Server geschehen ist, das Neueste zuerst.",
    filter: "Ereignisse filtern",
    event: "Ereignis",
    any: "Alle",
    person: "Konto",
    person_hint: "Ein Benutzername oder eine Konto-ID.",
    unknown_username: "Es gibt kein Konto mit diesem Benutzernamen. Ein gelöschtes Konto finden Sie über seine ID.",
    application: "Anwendung",
    application_hint: "Die Client-ID der Anwendung.",
    outcome: "Ergebnis",
    done: "Erfolgreich",
    refused: "Fehlgeschlagen",
    from: "Von",
    until: "Bis einschließlich",
    day_hint: "Ein Datum in UTC.",
    not_a_day: "Geben Sie das Datum als JJJJ-MM-TT ein, zum Beispiel 2030-12-31.",
    show: "Filter anwenden",
    nothing: "Es gibt keine passenden Ereignisse.",
    look_further_about: "Unter den bisher durchsuchten Ereignissen gibt es keine weiteren Treffer. Ältere wurden noch \
        nicht durchsucht.",
    look_further: "Mehr anzeigen",
    older: "Ältere Ereignisse",
    heading: phrase,
    when: "Wann",
    by: "Ausgelöst von",
    operator: "Betreiber des Servers",
    server: "Server",
    no_one: "Nicht angemeldet",
    about_person: "Konto",
    about_application: "Anwendung",
    address: "Adresse",
    device: "Gerät",
    reason: "Grund",
    changed: "Geändert",
    not_written: "Nicht protokolliert",
    name_of_event: "Ereignis",
    request: "Anfrage",
};

pub(super) const CLIENT_ERRORS: ClientErrorsTexts = ClientErrorsTexts {
    title: "Letzte Fehler",
    lead: "Anfragen im Namen dieser Anwendung, die seit dem Start des Servers abgelehnt wurden. Jeder kann eine solche \
        Anfrage senden.",
    uris_lead: "Diese Redirect-URIs wurden angefragt, sind aber nicht registriert. Fügen Sie eine nur hinzu, wenn sie \
        Ihnen gehört: Anmeldungen können dann dort enden.",
    sent: |line: &SentUri| format!("{}, zuletzt {}", times(line.count), ago(line.seconds_ago)),
    only_a_slash: "Sie unterscheidet sich von einer registrierten nur durch den Schrägstrich am Ende.",
    add_it: "Redirect-URI hinzufügen",
    told: |line: &ClientErrorLine| {
        format!("{}: {}, zuletzt {}", line.cause.replace('_', " "), times(line.count), ago(line.seconds_ago))
    },
    what_to_do: "Was Sie tun können",
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
        @if let Some(count) = line.not_written { ", davor noch " (times(count)) }
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
            "login_throttled" => { "Eine Anmeldung wurde nach zu vielen falschen Passwörtern blockiert" }
            "logged_out" => { "Abgemeldet" }
            "session_ended" => { "In einem Browser abgemeldet" }
            "account_created" => { "Das Konto wurde angelegt" }
            "account_deleted" => { "Das Konto wurde gelöscht" }
            "account_disabled" => { "Das Konto wurde gesperrt" }
            "account_enabled" => { "Das Konto wurde entsperrt" }
            "account_unlocked" => { "Die Anmeldung wurde nach falschen Passwörtern freigegeben" }
            "password_changed" => { "Das Passwort wurde geändert" }
            "password_reset_created" => { "Ein Link zum Zurücksetzen des Passworts wurde erstellt" }
            "password_reset_withdrawn" => { "Der Link zum Zurücksetzen des Passworts wurde widerrufen" }
            "profile_changed" => { "Das Profil wurde geändert" }
            "person_changed" => { "Das Konto wurde geändert" }
            "consent_granted" => { "Zugriff erlaubt: " (application) }
            "application_disconnected" => { "Getrennt: " (application) }
            "grant_revoked" => { "Zugriff beendet: " (application) }
            "refresh_schedule_changed" => { "Ein Zeitplan wurde geändert" }
            "code_refused" => { "Eine Anmeldung bei " (application) " wurde mit falschen Parametern abgeschlossen" }
            "code_replayed" => { "Zugriff beendet: " (application) ", weil ein Autorisierungscode zweimal verwendet \
                wurde" }
            "refresh_token_replayed" => {
                "Zugriff beendet: " (application) ", weil ein Refresh-Token zweimal verwendet wurde"
            }
            "client_authentication_failed" => { "Client-Authentifizierung fehlgeschlagen: " (application) }
            "device_approved" => { "Ein Gerät wurde verbunden: " (application) }
            "device_denied" => { "Einem Gerät wurde der Zugriff verweigert: " (application) }
            "client_created" => { "Registriert: " (application) }
            "client_changed" => { "Geändert: " (application) }
            "client_deleted" => { "Gelöscht: " (application) }
            "client_disabled" => { "Gesperrt: " (application) }
            "client_enabled" => { "Entsperrt: " (application) }
            "secret_added" => { "Geheimnis hinzugefügt: " (application) }
            "secret_removed" => { "Geheimnis entfernt: " (application) }
            "invitation_created" => { "Eine Einladung wurde erstellt" }
            "invitation_withdrawn" => { "Eine Einladung wurde widerrufen" }
            "invitation_used" => { "Eine Einladung wurde verwendet" }
            "setup_link_created" => { "Ein Link für das erste Administrationskonto wurde erstellt" }
            "key_rotated" => { "Die Signaturschlüssel wurden gewechselt" }
            "key_emergency" => { "Alle Schlüssel wurden ersetzt" }
            "server_started" => { "Der Server wurde gestartet" }
            "rollback_accepted" => { "Eine Rücksetzung der Datenbank wurde akzeptiert" }
            "failures_not_written" => { "Weitere Fehlschläge wurden nicht protokolliert" }
            other => { (other) }
        }
    }
}
