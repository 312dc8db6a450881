use maud::html;

use crate::web::i18n::{
    ActivityTexts, AdminTexts, AllApplicationsTexts, GroupsTexts, InvitationsTexts, KeysTexts, ListTexts, PartTexts,
    PeopleTexts,
};

pub(super) const ADMIN: AdminTexts = AdminTexts {
    administration: "Verwaltung",
    where_you_are: "Navigationspfad",
    search: "Suchen",
    search_in: "Suchen in",
    next_page: "Nächste Seite",
    goes_on: "Auf dieser Seite gibt es keine Ergebnisse, aber es gibt weitere Seiten.",
    nothing_here: "Nichts gefunden.",
    cancel: "Abbrechen",
    done: "Fertig",
    shown_once: |advice| format!("Es wird zehn Minuten lang angezeigt, nur in diesem Browser. {advice}"),
    delete: "Löschen",
    end: "Beenden",
    since: "Seit",
    disabled: "Gesperrt",
    administrator: "Administration",
    groups: "Gruppen",
    one_per_line: "Eine pro Zeile.",
    people: PartTexts {
        name: "Konten",
        about: "Konten mit ihren Gruppen, Rollen, Passwörtern, Sitzungen und verbundenen Anwendungen.",
    },
    invitations: PartTexts { name: "Einladungen", about: "Links, mit denen sich Personen selbst ein Konto anlegen." },
    applications: PartTexts { name: "Anwendungen", about: "Alle Anwendungen, bei denen man sich anmelden kann." },
    all_groups: PartTexts { name: "Gruppen", about: "Gruppen ansehen, umbenennen und entfernen." },
    all_sessions: PartTexts { name: "Sitzungen", about: "Wo Personen angemeldet sind, die neuesten zuerst." },
    all_grants: PartTexts {
        name: "Berechtigungen",
        about: "Zugriff, der Anwendungen erlaubt wurde, das Neueste zuerst.",
    },
    audit: PartTexts {
        name: "Sicherheitsereignisse",
        about: "Was mit Konten, Anwendungen und dem Server geschehen ist und durch wen.",
    },
    keys: PartTexts {
        name: "Signaturschlüssel",
        about: "Die Schlüssel, die Tokens signieren, und wann sie ersetzt \
        werden.",
    },
    resources: PartTexts { name: "APIs", about: "Die APIs in der Konfiguration, die Tokens dieses Servers annehmen." },
};

pub(super) const PEOPLE: PeopleTexts = PeopleTexts {
    begins_with: "Beginnt mit",
    username: "Benutzername",
    email: "E-Mail-Adresse",
    this_person: "Dieses Konto",
    profile: "Profil",
    what_they_have: "Zugriff und Sitzungen",
    sign_out_everywhere: "Überall abmelden",
    grants_too: "Auch den Zugriff aller Anwendungen beenden",
    end_all_sessions: "Alle Sitzungen beenden",
    delete_the_account: "Konto löschen",
    delete_about: "Löscht das Konto und alle seine Daten. Sie müssen das noch bestätigen.",
    password: "Passwort",
    password_about: "Alle Sitzungen, die mit dem vorigen Passwort begonnen haben, enden.",
    set_the_password: "Passwort festlegen",
    locked_until: |until| {
        format!(
            "Es wurden zu viele falsche Passwörter eingegeben. Neue Browser können sich erst ab {until} wieder \
             anmelden."
        )
    },
    unlock: "Anmeldung freigeben",
    it_is_you: |your_account| html! { "Das ist Ihr eigenes Konto. Ändern Sie Ihr Passwort in " (your_account) "." },
    your_account: "Ihrem Konto",
    groups_and_role: "Gruppen und Rolle",
    employee_number: "Personalnummer",
    account: "Konto",
    administers: "Verwaltet diesen Server",
    email_is_theirs: "E-Mail-Adresse ist bestätigt",
    is_disabled: "Gesperrt (Anmeldung nicht möglich)",
    save: "Speichern",
    reset_link: "Link zum Zurücksetzen des Passworts",
    reset_link_about: "Geben Sie diesen Link weiter, damit die Person ein neues Passwort wählen kann. Er wird zehn \
        Minuten lang angezeigt und gilt einmal.",
    reset_link_pending: |until| format!("Ein Link ist bis {until} gültig. Ein neuer macht ihn ungültig."),
    make_a_link: "Link erstellen",
    take_the_link_back: "Link widerrufen",
    link_is_made: "Link erstellt",
    link: "Link",
    link_advice: |until| {
        format!(
            "Kopieren Sie den Link und geben Sie ihn weiter. Er gilt einmal, bis {until}. Ein neuerer Link macht \
            ihn ungültig."
        )
    },
    sessions: ListTexts { title: "Sitzungen", about: "Die Browser, in denen dieses Konto angemeldet ist." },
    this_one: "Dieser Browser",
    last_used: "Zuletzt verwendet",
    ends_unless_used: "Läuft ungenutzt ab",
    applications: ListTexts {
        title: "Verbundene Anwendungen",
        about: "Anwendungen, denen dieses Konto Zugriff gegeben hat. Das Beenden widerruft ihren gesamten Zugriff.",
    },
    may: "Berechtigungen",
    grants: ListTexts {
        title: "Berechtigungen",
        about: "Jedes Mal, wenn dieses Konto einer Anwendung Zugriff gegeben hat.",
    },
    ended: "Beendet",
    delete_question: |username| format!("{username} löschen?"),
    deletion: "Das Konto, seine Sitzungen und alle erteilten Berechtigungen werden gelöscht. Das lässt sich nicht \
        rückgängig machen. Der Benutzername wird wieder frei.",
    account_number: "Konto-ID",
    phone_number_verified: "Telefonnummer bestätigt",
    yes: "ja",
    no: "nein",
};

pub(super) const INVITATIONS: InvitationsTexts = InvitationsTexts {
    about: "Einladungen, die noch gültig sind. Links werden nur beim Erstellen angezeigt.",
    invite_someone: "Person einladen",
    is_made: "Einladung erstellt",
    link: "Link",
    advice: "Kopieren Sie den Link und geben Sie ihn weiter. Er gilt einmal.",
    days_error: "Geben Sie eine ganze Zahl von 1 bis 30 ein.",
    works_until: "Gültig bis",
    for_anybody: "Alle mit dem Link",
    take_back: "Widerrufen",
    email_hint: "Wird für die Person vorausgefüllt. Es wird keine E-Mail gesendet: Geben Sie den Link selbst weiter.",
    groups_hint: "Das neue Konto wird in diese Gruppen aufgenommen. Eine pro Zeile.",
    days: "Tage",
    days_hint: "Wie lange der Link gültig ist, 1 bis 30 Tage.",
    make_the_link: "Link erstellen",
};

pub(super) const ALL_APPLICATIONS: AllApplicationsTexts = AllApplicationsTexts {
    name_or_client_id: "Name oder Client-ID",
    client_id: "Client-ID",
    registration: "Registrierung",
    change_settings: "Einstellungen ändern",
    owner: |owner| html! { "Eigentümer: " (owner) },
    tokens: "Tokens",
    tokens_about: "Eine gesperrte Anwendung bekommt keine neuen Tokens, und dieser Server lehnt ihre bisherigen ab.",
    enable: "Entsperren",
    disable: "Sperren",
    delete_the_application: "Anwendung löschen",
    delete_about: "Niemand kann sich mehr bei ihr anmelden. Sie müssen das noch bestätigen.",
    delete_question: |client| format!("{client} löschen?"),
    deletion: "Niemand kann sich mehr bei ihr anmelden, und ihr gesamter Zugriff endet. Das lässt sich nicht \
        rückgängig machen.",
    secrets: "Geheimnisse",
    secrets_about: "Eine Anwendung kann zwei Geheimnisse haben, damit sich eines ohne Unterbrechung ersetzen lässt.",
    secret: |number| format!("Geheimnis {number}"),
    secret_since: |since| format!(", seit {since}"),
    remove: "Entfernen",
    add_a_secret: "Geheimnis hinzufügen",
    secret_is_made: "Geheimnis erstellt",
    secret_advice: "Tragen Sie es in der Anwendung ein und entfernen Sie danach das vorige.",
    only_to_look_at: |reason| format!("Sie können sie hier nur ansehen oder sperren: {reason}."),
    built_in: "Eingebaut",
    configuration: "Konfigurationsdatei",
    itself: "Hat sich selbst registriert",
    required: "erforderlich",
    required_without_nonce: "ohne nonce erforderlich",
    not_required: "nicht erforderlich",
    registered: "Registriert",
};

pub(super) const KEYS: KeysTexts = KeysTexts {
    about: "Schlüssel werden automatisch gewechselt. Sie müssen nur handeln, wenn ein Schlüssel in falsche Hände \
        geraten ist.",
    stolen: "Wenn ein Schlüssel gestohlen wurde",
    rotate_now: "Schlüssel jetzt wechseln",
    emergency_question: "Alle Schlüssel jetzt ersetzen?",
    emergency: "Alle Access-Tokens und ID-Tokens werden ungültig: hier sofort, anderswo, sobald die neuen Schlüssel \
        abgerufen sind. Personen bleiben angemeldet, und Anwendungen erneuern ihre Tokens. Tun Sie das, wenn jemand \
        anders die Schlüssel haben könnte.",
    replace_every_key: "Alle Schlüssel ersetzen",
    next: "Nächster",
    signing: "Signiert",
    signs_since: "Signiert seit",
    followed: "Vom nächsten Schlüssel abgelöst",
    retired: "Ausgemustert",
    retired_since: "Ausgemustert seit",
    published_until: "Veröffentlicht bis",
    published_since: "Veröffentlicht seit",
    resources_about: "APIs stehen in der Konfigurationsdatei. Ändern Sie sie dort und starten Sie den Server neu. Die \
        erste ist dieser Server.",
    access_tokens: "Access-Tokens",
    lifetime: "Gültigkeitsdauer",
    seconds: |seconds| format!("{seconds} Sekunden"),
};

pub(super) const GROUPS: GroupsTexts = GroupsTexts {
    about: "Eine Gruppe existiert, solange sie Mitglieder hat. Fügen Sie Personen auf der Seite ihres Kontos hinzu.",
    begins_with: "Beginnt mit",
    members: "Mitglieder",
    counted: |members, is_more| if is_more { format!("{members} oder mehr") } else { members.to_string() },
    goes_on: "Nur ein Teil der Mitglieder wurde geändert. Wiederholen Sie die Aktion für die übrigen.",
    no_one: "Diese Gruppe hat keine Mitglieder.",
    another_name: "Gruppe umbenennen",
    rename_about: "Alle Mitglieder wechseln zum neuen Gruppennamen. Passen Sie Anwendungen an, die auf diese Gruppe \
        beschränkt sind, und Programme, die ihren Namen prüfen.",
    name: "Neuer Name",
    rename: "Umbenennen",
    take_away: "Gruppe entfernen",
    remove_about: "Alle Mitglieder verlassen diese Gruppe. Ihre Konten und anderen Gruppen bleiben unverändert.",
    remove: "Gruppe bei allen Mitgliedern entfernen",
};

pub(super) const ACTIVITY: ActivityTexts = ActivityTexts {
    sessions: ListTexts {
        title: "Sitzungen",
        about: "Die Browser, in denen Personen angemeldet sind. Die letzten Anmeldungen stehen zuerst.",
    },
    browser: "Browser",
    signed_in: "Angemeldet",
    username: "Benutzername",
    grants: ListTexts {
        title: "Berechtigungen",
        about: "Zugriff, der Anwendungen erlaubt wurde, das Neueste zuerst. Nach Konto oder Anwendung gefiltert ist \
            die Liste unsortiert.",
    },
    username_or_client_id: "Benutzername oder Client-ID",
    person: "Konto",
    application: "Anwendung",
    whose: "Für",
    itself: "sich selbst",
};
