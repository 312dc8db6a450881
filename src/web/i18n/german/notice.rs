use time::{Month, UtcOffset, Weekday};

use crate::web::i18n::{DoneTexts, ScopeTexts, TimeTexts};

pub(super) const DONE: DoneTexts = DoneTexts {
    done: "Änderung gespeichert.",
    application_disconnected: "App getrennt.",
    application_deleted: "Anwendung gelöscht.",
    saved: "Gespeichert.",
    setting_changed: "Einstellung geändert.",
    secret_removed: "Geheimnis entfernt.",
    password_changed: "Passwort geändert. Alle anderen Geräte wurden abgemeldet.",
    picture_taken: "Bild gespeichert.",
    picture_removed: "Bild entfernt.",
    schedule_set: "Zeitplan festgelegt.",
    schedule_removed: "Zeitplan entfernt.",
    device_signed_out: "Das andere Gerät wurde abgemeldet.",
};

pub(super) const SCOPE: ScopeTexts = ScopeTexts {
    at: |api| format!("bei {api}"),
    openid: "Sie an einer Konto-ID wiedererkennen",
    profile: "Ihren Namen, Benutzernamen, Ihr Bild und weitere Profildaten sehen",
    email: "Ihre E-Mail-Adresse sehen",
    address: "Ihre Postanschrift sehen",
    phone: "Ihre Telefonnummer sehen",
    groups: "Sehen, zu welchen Gruppen Sie gehören",
    offline_access: "Verbunden bleiben, wenn Sie sie nicht verwenden",
    signet_account: "Ihr Konto auf diesem Server verwalten",
    signet_clients: "Anwendungen auf diesem Server registrieren und ändern",
    signet_users: "Die Konten auf diesem Server verwalten",
    signet_admin: "Alles auf diesem Server verwalten",
};

pub(super) const TIME: TimeTexts = TimeTexts {
    moment: |at| {
        let at = at.to_offset(UtcOffset::UTC);
        let (day, month, year) = (at.day(), month(at.month()), at.year());
        format!("{day}. {month} {year}, {:02}:{:02} UTC", at.hour(), at.minute())
    },
    local: |at| {
        let (hours, minutes, _) = at.offset().as_hms();
        let (day, month, year) = (at.day(), month(at.month()), at.year());
        let (weekday, minutes) = (weekday(at.weekday()), minutes.unsigned_abs());
        format!(
            "{weekday}, {day}. {month} {year}, {:02}:{:02} Uhr (UTC{hours:+03}:{minutes:02})",
            at.hour(),
            at.minute()
        )
    },
    schedule: |cron, time_zone, _| {
        let fields: Vec<&str> = cron.split_whitespace().collect();
        match (fields.as_slice(), time_of_day(&fields)) {
            ([_, _, "*", "*", "*"], Some(time)) => format!("täglich um {time} Uhr ({time_zone})"),
            _ => format!("nach der Regel {cron} ({time_zone})"),
        }
    },
};

/// The time of a rule that has one.
fn time_of_day(fields: &[&str]) -> Option<String> {
    let (minute, hour) = (fields.first()?.parse::<u8>().ok()?, fields.get(1)?.parse::<u8>().ok()?);
    Some(format!("{hour:02}:{minute:02}"))
}

fn month(month: Month) -> &'static str {
    match month {
        Month::January => "Januar",
        Month::February => "Februar",
        Month::March => "März",
        Month::April => "April",
        Month::May => "Mai",
        Month::June => "Juni",
        Month::July => "Juli",
        Month::August => "August",
        Month::September => "September",
        Month::October => "Oktober",
        Month::November => "November",
        Month::December => "Dezember",
    }
}

fn weekday(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Montag",
        Weekday::Tuesday => "Dienstag",
        Weekday::Wednesday => "Mittwoch",
        Weekday::Thursday => "Donnerstag",
        Weekday::Friday => "Freitag",
        Weekday::Saturday => "Samstag",
        Weekday::Sunday => "Sonntag",
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_is_written_as_in_german() {
        let at = datetime!(2026-03-29 03:00 +2);
        assert_eq!((TIME.local)(at), "Sonntag, 29. März 2026, 03:00 Uhr (UTC+02:00)");
        assert_eq!((TIME.moment)(at), "29. März 2026, 01:00 UTC");
    }

    #[test]
    fn a_daily_rule_is_said_and_every_other_shown() {
        let said = |cron| (TIME.schedule)(cron, "Europe/Berlin", "");
        assert_eq!(said("0 4 * * *"), "täglich um 04:00 Uhr (Europe/Berlin)");
        for other in ["0 4 * * FRI", "*/5 * * * *", "0 4,6 * * *", "0 4 1 * *"] {
            assert_eq!(said(other), format!("nach der Regel {other} (Europe/Berlin)"));
        }
    }
}
