use maud::html;

use crate::web::i18n::{
    AccountTexts, ConnectedTexts, NavigationCardTexts, OwnDataTexts, PasswordTexts, ProfileTexts, RefreshScheduleTexts,
    SessionsTexts,
};

pub(super) const ACCOUNT: AccountTexts = AccountTexts {
    your_account: "Ihr Konto",
    hello: |name| html! { "Guten Tag, " (name) },
    administrator: "Verwaltung",
    profile: "Profil",
    nothing_known: "Über Sie ist nichts bekannt außer Ihrem Benutzernamen.",
    edit_profile: "Profil bearbeiten",
    password: NavigationCardTexts {
        title: "Passwort",
        about: "Wer es ändert, meldet jedes andere Gerät ab.",
        action: "Passwort ändern",
    },
    applications: NavigationCardTexts {
        title: "Verbundene Anwendungen",
        about: "Was Sie Anwendungen erlaubt haben, und wie Sie es beenden.",
        action: "Ansehen",
    },
    sessions: NavigationCardTexts { title: "Sitzungen", about: "Wo Sie angemeldet sind.", action: "Sitzungen ansehen" },
    security: NavigationCardTexts {
        title: "Sicherheitsereignisse",
        about: "Anmeldungen, Änderungen und Versuche: was zuletzt mit Ihrem Konto geschehen ist.",
        action: "Ereignisse ansehen",
    },
    schedule: NavigationCardTexts {
        title: "Zeitplan",
        about: "Wann Anwendungen neu um Zugriff bitten müssen.",
        action: "Zeitplan setzen",
    },
    data: NavigationCardTexts {
        title: "Ihre Daten",
        about: "Nehmen Sie eine Kopie mit, oder löschen Sie Ihr Konto.",
        action: "Kopieren oder löschen",
    },
    own_applications: NavigationCardTexts {
        title: "Anwendungen",
        about: "Registrieren Sie eine eigene Anwendung, bei der andere sich anmelden.",
        action: "Anwendungen verwalten",
    },
    session: "Sitzung",
    signs_you_out: "Meldet Sie in diesem Browser von diesem Server ab.",
    sign_out: "Abmelden",
};

pub(super) const PROFILE: ProfileTexts = ProfileTexts {
    profile: "Profil",
    your_account: "Ihr Konto",
    applications_see: "Anwendungen sehen davon, was Sie sie sehen lassen.",
    save: "Speichern",
    an_administrator_decides: "Was die Verwaltung bestimmt",
    picture_title: "Bild",
    your_picture: "Ihr Bild",
    picture_rule: "Ein JPEG, PNG oder WebP bis zwei Megabyte. Es wird verkleinert und verliert, was eine Kamera \
        hineingeschrieben hat.",
    choose_a_picture: "Bild wählen",
    upload: "Hochladen",
    remove: "Entfernen",
    to_sign_in: "Zum Anmelden",
    names: "Name",
    about_you: "Über Sie",
    postal_address: "Anschrift",
    name: "Vollständiger Name",
    given_name: "Vorname",
    middle_name: "Zweiter Vorname",
    family_name: "Nachname",
    nickname: "Rufname",
    birthdate: "Geburtstag",
    birthdate_hint: "Wie 1990-12-31.",
    gender: "Geschlecht",
    phone_number: "Telefon",
    phone_number_hint: "Mit der Landesvorwahl, wie +49 30 123456.",
    profile_page: "Profilseite",
    website: "Website",
    web_address_hint: "Eine Webadresse.",
    picture: "Adresse eines Bildes",
    picture_hint: "Setzt sich von selbst, wenn Sie oben eines hochladen.",
    zoneinfo: "Zeitzone",
    zoneinfo_hint: "Wie Europe/Berlin.",
    locale: "Sprache",
    locale_hint: "Wie de-DE.",
    street_address: "Straße und Hausnummer",
    postal_code: "Postleitzahl",
    locality: "Ort",
    region: "Bundesland oder Region",
    country: "Land",
};

pub(super) const PASSWORD: PasswordTexts = PasswordTexts {
    password: "Passwort",
    your_account: "Ihr Konto",
    others_signed_out: "Jedes andere Gerät wird abgemeldet, wenn Sie es ändern.",
    password_of_today: "Heutiges Passwort",
    new_password: "Neues Passwort",
    change_the_password: "Passwort ändern",
};

pub(super) const SESSIONS: SessionsTexts = SessionsTexts {
    sessions: "Sitzungen",
    your_account: "Ihr Konto",
    where_you_are: "Wo Sie angemeldet sind",
    all_devices: "Alle Geräte",
    signs_out_everywhere: "Meldet Sie auf jedem Gerät ab, auch auf diesem.",
    sign_out_everywhere: "Überall abmelden",
    this_one: "Diese",
    used: |first, last| format!("Zuerst benutzt {first}, zuletzt {last}."),
    sign_out_there: "Dort abmelden",
};

pub(super) const CONNECTED: ConnectedTexts = ConnectedTexts {
    connected_applications: "Verbundene Anwendungen",
    your_account: "Ihr Konto",
    none: "Keine Anwendung hat Zugriff auf Ihr Konto.",
    nothing_more: "Sie kann sehen, dass Sie es sind, und nicht mehr.",
    since: |since, grants| {
        format!("Seit {since}, durch {grants} {}.", if grants == 1 { "Erlaubnis" } else { "Erlaubnisse" })
    },
    remembered: |since| {
        format!("Seit {since} werden Sie nicht mehr gefragt. Trennen Sie die Anwendung, um wieder gefragt zu werden.")
    },
    disconnect: "Trennen",
    refresh_schedule: "Zeitplan",
};

pub(super) const REFRESH_SCHEDULE: RefreshScheduleTexts = RefreshScheduleTexts {
    refresh_schedule: "Zeitplan",
    refresh_schedule_for: |client| html! { "Zeitplan für " (client) },
    connected_applications: "Verbundene Anwendungen",
    your_account: "Ihr Konto",
    one_asks_anew: "Zu jedem Zeitpunkt sind die vorher ausgestellten Access-Tokens abgelaufen, und die Anwendung muss neu \
        bitten.",
    all_ask_anew: "Zu jedem Zeitpunkt sind die vorher ausgestellten Access-Tokens abgelaufen, und jede Anwendung muss neu \
        bitten. Eine Anwendung mit eigenem Zeitplan folgt dem ihren.",
    it_would_mean: "Es würde bedeuten",
    what_is_set: "Was gilt",
    remove: "Entfernen",
    no_schedule: "Kein Zeitplan.",
    a_schedule: "Ein Zeitplan",
    when: "Wann",
    when_hint: "Minute, Stunde, Tag des Monats, Monat, Wochentag, wie bei cron: 0 4 * * * ist täglich um vier, 0 20 * * \
        FRI jeden Freitag um acht Uhr abends.",
    time_zone: "Zeitzone",
    time_zone_hint: "Wie Europe/Berlin.",
    ends_the_access: "Ein Zeitpunkt beendet den Zugriff",
    sign_in_again: "Dann müssen Sie sich bei der Anwendung wieder anmelden.",
    preview: "Vorschau",
    set_the_schedule: "Zeitplan setzen",
    next_ticks: "Die nächsten Zeitpunkte",
};

pub(super) const OWN_DATA: OwnDataTexts = OwnDataTexts {
    your_data: "Ihre Daten",
    your_account: "Ihr Konto",
    take_a_copy: "Kopie mitnehmen",
    copy_holds: "Alles, was dieser Server von Ihnen weiß, als JSON-Datei. Kein Passwort und kein Geheimnis ist darin.",
    download: "Herunterladen",
    delete_your_account: "Ihr Konto löschen",
    what_goes: "Ihr Profil, Ihr Bild und Ihre Sitzungen verschwinden, und jede Anwendung verliert ihren Zugriff. \
        Anwendungen, die Sie registriert haben, bleiben: löschen Sie sie vorher, wenn auch sie gehen sollen. Das lässt \
        sich nicht rückgängig machen.",
    password_hint: "Damit es niemand anders an Ihrem Platz tun kann.",
    delete_the_account: "Konto löschen",
};
