use maud::html;

use crate::web::i18n::{
    ActivityTexts, AdminTexts, AllApplicationsTexts, GroupsTexts, InvitationsTexts, KeysTexts, ListTexts, PartTexts,
    PeopleTexts,
};

pub(super) const ADMIN: AdminTexts = AdminTexts {
    administration: "Verwaltung",
    where_you_are: "Wo Sie sind",
    search: "Suchen",
    search_in: "Suchen in",
    next_page: "Nächste Seite",
    goes_on: "Auf dieser Seite ist nichts, aber die Liste geht weiter.",
    nothing_here: "Hier ist nichts.",
    cancel: "Abbrechen",
    done: "Fertig",
    shown_once: |advice| format!("Es wird zehn Minuten lang gezeigt, nur in diesem Browser. {advice}"),
    delete: "Löschen",
    end: "Beenden",
    since: "Seit",
    disabled: "Gesperrt",
    administrator: "Verwaltung",
    groups: "Gruppen",
    one_per_line: "Eine pro Zeile.",
    people: PartTexts {
        name: "Konten",
        about: "Wer hier ein Konto hat: Gruppen, Rollen, Passwörter, Sitzungen und was erlaubt wurde.",
    },
    invitations: PartTexts { name: "Einladungen", about: "Links, mit denen man sich selbst ein Konto anlegt." },
    applications: PartTexts { name: "Anwendungen", about: "Wobei man sich anmeldet, wer immer es registriert hat." },
    all_groups: PartTexts { name: "Gruppen", about: "Wer in welcher Gruppe ist, andere Namen für sie, und ihr Ende." },
    all_sessions: PartTexts { name: "Sitzungen", about: "Wo jemand angemeldet ist, das Neueste zuerst." },
    all_grants: PartTexts { name: "Erlaubnisse", about: "Was Anwendungen erlaubt wurde, das Neueste zuerst." },
    audit: PartTexts {
        name: "Sicherheitsereignisse",
        about: "Was mit Konten, Anwendungen und dem Server geschehen ist, und durch wen.",
    },
    keys: PartTexts { name: "Signierschlüssel", about: "Was Tokens signiert, und wie lange noch." },
    resources: PartTexts { name: "APIs", about: "Wer Tokens dieses Servers annimmt, wie die Konfiguration es sagt." },
};

pub(super) const PEOPLE: PeopleTexts = PeopleTexts {
    begins_with: "Beginnt mit",
    username: "Benutzername",
    email: "E-Mail-Adresse",
    this_person: "Dieses Konto",
    profile: "Profil",
    what_they_have: "Was dazugehört",
    sign_out_everywhere: "Überall abmelden",
    grants_too: "Auch beenden, was Anwendungen erlaubt wurde",
    end_all_sessions: "Alle Sitzungen beenden",
    delete_the_account: "Konto löschen",
    delete_about: "Mit allem, was dazugehört. Sie werden noch einmal gefragt.",
    password: "Passwort",
    password_about: "Jede Sitzung, die mit dem vorigen Passwort begann, endet.",
    set_the_password: "Passwort setzen",
    locked_until: |until| {
        format!(
            "Es wurden zu viele falsche Passwörter eingegeben. Neue Browser können sich erst wieder ab {until} anmelden."
        )
    },
    unlock: "Anmeldung freigeben",
    it_is_you: |your_account| html! { "Das sind Sie: ändern Sie Ihr eigenes Passwort in " (your_account) "." },
    your_account: "Ihrem Konto",
    groups_and_role: "Gruppen und Rolle",
    employee_number: "Personalnummer",
    account: "Konto",
    administers: "Verwaltet diesen Server",
    email_is_theirs: "Die E-Mail-Adresse gehört dazu",
    is_disabled: "Gesperrt: niemand kann sich damit anmelden",
    save: "Speichern",
    reset_link: "Link zum Setzen des Passworts",
    reset_link_about: "Ein Link zum Weitergeben, mit dem ein neues Passwort gewählt wird. Er wird zehn Minuten lang \
        gezeigt und gilt einmal.",
    reset_link_pending: |until| format!("Einer ist unterwegs. Ein neuer beendet ihn. Er gilt bis {until}."),
    make_a_link: "Link erstellen",
    take_the_link_back: "Link zurücknehmen",
    link_is_made: "Der Link ist erstellt",
    link: "Link",
    link_advice: |until| {
        format!("Kopieren Sie den Link und geben Sie ihn weiter; er gilt einmal, bis {until}. Ein neuerer beendet ihn.")
    },
    sessions: ListTexts { title: "Sitzungen", about: "Die Browser, in denen dieses Konto angemeldet ist." },
    this_one: "Diese",
    last_used: "Zuletzt benutzt",
    ends_unless_used: "Endet unbenutzt",
    applications: ListTexts {
        title: "Verbundene Anwendungen",
        about: "Was dieses Konto Anwendungen tun lässt. Wird eine beendet, endet alles, was ihr erlaubt wurde.",
    },
    may: "Darf",
    grants: ListTexts {
        title: "Erlaubnisse",
        about: "Jedes Mal, dass dieses Konto einer Anwendung etwas erlaubt hat.",
    },
    ended: "Beendet",
    delete_question: |username| format!("{username} löschen?"),
    deletion: "Das Konto, seine Sitzungen und alles, was es erlaubt hat, verschwinden und kommen nicht wieder. Der \
        Benutzername ist wieder frei.",
    account_number: "Kontonummer",
    phone_number_verified: "Telefonnummer bestätigt",
    yes: "ja",
    no: "nein",
};

pub(super) const INVITATIONS: InvitationsTexts = InvitationsTexts {
    about: "Die noch gelten. Ein Link wurde gezeigt, als er erstellt wurde, und ist hier nicht bekannt.",
    invite_somebody: "Jemanden einladen",
    is_made: "Die Einladung ist erstellt",
    link: "Link",
    advice: "Kopieren Sie den Link und geben Sie ihn weiter; er gilt einmal.",
    days_error: "Geben Sie eine ganze Zahl von 1 bis 30 ein.",
    works_until: "Gilt bis",
    for_anybody: "Für irgendjemanden",
    take_back: "Zurücknehmen",
    email_hint: "Sie ist dann schon ausgefüllt. Es wird nichts dorthin gesendet: Sie geben den Link selbst weiter.",
    groups_hint: "Zu diesen gehört das Konto von Anfang an, eine pro Zeile.",
    days: "Tage",
    days_hint: "So lange gilt der Link, 1 bis 30.",
    make_the_link: "Link erstellen",
};

pub(super) const ALL_APPLICATIONS: AllApplicationsTexts = AllApplicationsTexts {
    name_or_client_id: "Name oder Client-ID",
    client_id: "Client-ID",
    registration: "Registrierung",
    change_settings: "Einstellungen ändern",
    owner: |owner| html! { "Gehört: " (owner) },
    tokens: "Tokens",
    tokens_about: "Eine gesperrte Anwendung bekommt keine, und die sie hat, gelten hier nicht.",
    enable: "Entsperren",
    disable: "Sperren",
    delete_the_application: "Anwendung löschen",
    delete_about: "Niemand kann sich mehr dort anmelden. Sie werden noch einmal gefragt.",
    delete_question: |client| format!("{client} löschen?"),
    deletion: "Niemand kann sich mehr dort anmelden, und nichts, was ihr erlaubt wurde, stellt noch etwas aus. Sie kommt \
        nicht wieder.",
    secrets: "Geheimnisse",
    secrets_about: "Zwei können gleichzeitig gelten, damit eines das andere ablöst, während die Anwendung weiterläuft.",
    secret: |number| format!("Geheimnis {number}"),
    secret_since: |since| format!(", seit {since}"),
    remove: "Entfernen",
    add_a_secret: "Geheimnis hinzufügen",
    secret_is_made: "Das Geheimnis ist erstellt",
    secret_advice: "Geben Sie es der Anwendung, und entfernen Sie danach das vorige.",
    only_to_look_at: |reason| format!("Hier nur anzusehen und zu sperren: {reason}."),
    built_in: "Teil des Servers",
    configuration: "Konfiguration",
    itself: "Hat sich selbst registriert",
    required: "verlangt",
    required_without_nonce: "ohne nonce verlangt",
    not_required: "nicht verlangt",
    registered: "Registriert",
};

pub(super) const KEYS: KeysTexts = KeysTexts {
    about: "Sie wechseln von selbst. Hier ist nichts zu tun, solange nichts geschehen ist.",
    stolen: "Ein Schlüssel wurde gestohlen",
    rotate_now: "Jetzt wechseln",
    emergency_question: "Jeden Schlüssel sofort ersetzen?",
    emergency: "Jedes Access-Token und ID-Token, das es gibt, gilt ab jetzt nicht mehr: hier sofort, anderswo, sobald die \
        neuen Schlüssel geholt sind. Angemeldete bleiben angemeldet, und Anwendungen erneuern ihre Tokens. Tun Sie es, \
        wenn jemand anders die Schlüssel hat.",
    replace_every_key: "Jeden Schlüssel ersetzen",
    next: "Nächster",
    signing: "Signiert",
    signs_since: "Signiert seit",
    followed: "Abgelöst durch den nächsten",
    retired: "Im Ruhestand",
    retired_since: "Im Ruhestand seit",
    published_until: "Veröffentlicht bis",
    published_since: "Veröffentlicht seit",
    resources_about: "Sie stehen in der Konfigurationsdatei: ändern Sie sie dort, und starten Sie den Server neu. Die erste \
        ist dieser Server.",
    access_tokens: "Access-Tokens",
    lifetime: "Lebensdauer",
    seconds: |seconds| format!("{seconds} Sekunden"),
};

pub(super) const GROUPS: GroupsTexts = GroupsTexts {
    about: "Eine Gruppe gibt es, solange jemand darin ist. In Gruppen kommt man auf der Seite seines Kontos.",
    begins_with: "Beginnt mit",
    members: "Mitglieder",
    counted: |members, is_more| if is_more { format!("{members} oder mehr") } else { members.to_string() },
    goes_on: "Es ist für einen Teil der Mitglieder geschehen. Tun Sie es noch einmal für die anderen.",
    nobody: "Niemand ist in dieser Gruppe.",
    another_name: "Ein anderer Name",
    rename_about: "Jedes Mitglied bekommt die andere Gruppe an Stelle dieser. Anwendungen, die auf diese Gruppe beschränkt \
        sind, und Programme, die nach ihrem Namen sehen, müssen es erfahren.",
    name: "Name",
    rename: "Umbenennen",
    take_away: "Wegnehmen",
    remove_about: "Jedes Mitglied verlässt diese Gruppe. Die Konten und ihre anderen Gruppen bleiben.",
    remove: "Allen die Gruppe wegnehmen",
};

pub(super) const ACTIVITY: ActivityTexts = ActivityTexts {
    sessions: ListTexts {
        title: "Sitzungen",
        about: "Die Browser, in denen jemand angemeldet ist, die mit der letzten Anmeldung zuerst.",
    },
    browser: "Browser",
    signed_in: "Angemeldet",
    username: "Benutzername",
    grants: ListTexts {
        title: "Erlaubnisse",
        about: "Jedes Mal, dass einer Anwendung etwas erlaubt wurde: von allen das Neueste zuerst, die eines Kontos oder \
            einer Anwendung ohne Reihenfolge.",
    },
    username_or_client_id: "Benutzername oder Client-ID",
    person: "Konto",
    application: "Anwendung",
    whose: "Für",
    itself: "sich selbst",
};
