use maud::html;

use crate::web::i18n::{
    AccountTexts, ConnectedTexts, NavigationCardTexts, OwnDataTexts, PasswordTexts, ProfileTexts, RefreshScheduleTexts,
    SessionsTexts,
};

pub(super) const ACCOUNT: AccountTexts = AccountTexts {
    your_account: "Ihr Konto",
    hello: |name| html! { "Guten Tag, " (name) },
    administrator: "Administration",
    profile: "Profil",
    nothing_known: "Ihr Profil enthält nur Ihren Benutzernamen.",
    edit_profile: "Profil bearbeiten",
    password: NavigationCardTexts {
        title: "Passwort",
        about: "Wenn Sie es ändern, werden alle anderen Geräte abgemeldet.",
        action: "Passwort ändern",
    },
    applications: NavigationCardTexts {
        title: "Verbundene Apps",
        about: "Sehen Sie, welche Apps auf Ihr Konto zugreifen dürfen, und trennen Sie sie.",
        action: "Apps ansehen",
    },
    sessions: NavigationCardTexts {
        title: "Sitzungen",
        about: "Sehen Sie, wo Sie angemeldet sind.",
        action: "Sitzungen ansehen",
    },
    security: NavigationCardTexts {
        title: "Sicherheitsereignisse",
        about: "Letzte Anmeldungen, fehlgeschlagene Versuche und Änderungen an Ihrem Konto.",
        action: "Ereignisse ansehen",
    },
    schedule: NavigationCardTexts {
        title: "Zeitplan",
        about: "Legen Sie fest, wann Apps ihren Zugriff erneuern müssen.",
        action: "Zeitplan festlegen",
    },
    data: NavigationCardTexts {
        title: "Ihre Daten",
        about: "Laden Sie eine Kopie Ihrer Daten herunter oder löschen Sie Ihr Konto.",
        action: "Herunterladen oder löschen",
    },
    own_applications: NavigationCardTexts {
        title: "Anwendungen",
        about: "Registrieren Sie eigene Anwendungen, bei denen sich andere anmelden können.",
        action: "Anwendungen verwalten",
    },
    session: "Sitzung",
    signs_you_out: "Meldet Sie in diesem Browser von diesem Server ab.",
    sign_out: "Abmelden",
};

pub(super) const PROFILE: ProfileTexts = ProfileTexts {
    profile: "Profil",
    your_account: "Ihr Konto",
    applications_see: "Apps sehen davon nur, was Sie ihnen erlauben.",
    save: "Speichern",
    an_administrator_decides: "Von der Verwaltung festgelegt",
    picture_title: "Bild",
    your_picture: "Ihr Bild",
    picture_rule: "Eine JPEG-, PNG- oder WebP-Datei bis 2 MB. Sie wird verkleinert, und Fotodaten wie der Aufnahmeort \
        werden entfernt.",
    choose_a_picture: "Bild auswählen",
    upload: "Hochladen",
    remove: "Entfernen",
    to_sign_in: "Anmeldung",
    names: "Name",
    about_you: "Über Sie",
    postal_address: "Anschrift",
    street_address: "Straße und Hausnummer",
    postal_code: "Postleitzahl",
    locality: "Ort",
    region: "Bundesland oder Region",
    country: "Land",
};

pub(super) const PASSWORD: PasswordTexts = PasswordTexts {
    password: "Passwort",
    your_account: "Ihr Konto",
    others_signed_out: "Wenn Sie es ändern, werden alle anderen Geräte abgemeldet.",
    password_current: "Aktuelles Passwort",
    new_password: "Neues Passwort",
    change_the_password: "Passwort ändern",
};

pub(super) const SESSIONS: SessionsTexts = SessionsTexts {
    sessions: "Sitzungen",
    your_account: "Ihr Konto",
    where_you_are: "Wo Sie angemeldet sind",
    all_devices: "Alle Geräte",
    signs_out_everywhere: "Meldet Sie auf allen Geräten ab, auch auf diesem.",
    sign_out_everywhere: "Überall abmelden",
    this_one: "Dieser Browser",
    used: |first, last| format!("Zuerst verwendet {first}, zuletzt {last}."),
    sign_out_there: "Gerät abmelden",
};

pub(super) const CONNECTED: ConnectedTexts = ConnectedTexts {
    connected_applications: "Verbundene Apps",
    your_account: "Ihr Konto",
    none: "Keine App hat Zugriff auf Ihr Konto.",
    nothing_more: "Sie kann Sie wiedererkennen, sieht aber sonst nichts.",
    since: |since, grants| {
        format!("Verbunden seit {since}, {grants} {}.", if grants == 1 { "Berechtigung" } else { "Berechtigungen" })
    },
    remembered: |since| {
        format!("Ihre Entscheidung ist seit {since} gespeichert. Trennen Sie die App, um wieder gefragt zu werden.")
    },
    disconnect: "Trennen",
    refresh_schedule: "Zeitplan",
};

pub(super) const REFRESH_SCHEDULE: RefreshScheduleTexts = RefreshScheduleTexts {
    refresh_schedule: "Zeitplan",
    refresh_schedule_for: |client| html! { "Zeitplan für " (client) },
    connected_applications: "Verbundene Apps",
    your_account: "Ihr Konto",
    one_asks_again: "Zu jedem geplanten Zeitpunkt sind frühere Access-Tokens abgelaufen, und die App muss ihren Zugriff \
        erneuern.",
    all_ask_again: "Zu jedem geplanten Zeitpunkt sind frühere Access-Tokens abgelaufen, und alle Apps müssen ihren \
        Zugriff erneuern. Für eine App mit eigenem Zeitplan gilt nur dieser.",
    it_would_mean: "Vorschau des Zeitplans",
    what_is_set: "Aktueller Zeitplan",
    remove: "Entfernen",
    no_schedule: "Es ist kein Zeitplan festgelegt.",
    a_schedule: "Neuer Zeitplan",
    when: "Cron-Ausdruck",
    when_hint: "Minute, Stunde, Tag des Monats, Monat, Wochentag. Zum Beispiel ist 0 4 * * * täglich um 04:00 Uhr und \
        0 20 * * FRI jeden Freitag um 20:00 Uhr.",
    time_zone: "Zeitzone",
    time_zone_hint: "Zum Beispiel Europe/Berlin.",
    ends_the_access: "Zugriff zu jedem geplanten Zeitpunkt beenden",
    sign_in_again: "Sie müssen sich dann bei der App erneut anmelden.",
    preview: "Vorschau",
    set_the_schedule: "Zeitplan festlegen",
    next_ticks: "Nächste Zeitpunkte",
};

pub(super) const OWN_DATA: OwnDataTexts = OwnDataTexts {
    your_data: "Ihre Daten",
    your_account: "Ihr Konto",
    take_a_copy: "Daten herunterladen",
    copy_holds: "Alles, was dieser Server über Sie speichert, als JSON-Datei. Passwörter und Geheimnisse sind nicht \
        enthalten.",
    download: "Herunterladen",
    delete_your_account: "Ihr Konto löschen",
    what_goes: "Ihr Profil, Ihr Bild und Ihre Sitzungen werden gelöscht, und alle Apps verlieren ihren Zugriff. \
        Anwendungen, die Sie registriert haben, bleiben bestehen. Löschen Sie sie vorher, wenn Sie sie nicht behalten \
        wollen. Das lässt sich nicht rückgängig machen.",
    password_hint: "Bestätigt, dass wirklich Sie es sind.",
    delete_the_account: "Konto löschen",
};
