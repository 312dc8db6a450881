use crate::web::i18n::{FormTexts, FrameTexts, ProofTexts};

pub(super) const FRAME: FrameTexts = FrameTexts {
    skip_to_content: "Zum Inhalt springen",
    about_this_server: "Über diesen Server",
    api_documentation: "API-Dokumentation",
    your_pages: "Ihre Seiten",
    account: "Konto",
    applications: "Anwendungen",
    administration: "Verwaltung",
};

pub(super) const PROOF: ProofTexts = ProofTexts {
    expired: "Noch ist nichts geändert, denn diese Seite war abgelaufen. Prüfen Sie Ihre Eingaben, und senden Sie sie \
        noch einmal.",
    other_person: |username| {
        format!(
            "Noch ist nichts geändert, denn Sie sind jetzt als {username} angemeldet. Prüfen Sie Ihre Eingaben, und \
             senden Sie sie noch einmal."
        )
    },
    signed_out: "Sie wurden abgemeldet, darum ist noch nichts geändert. Melden Sie sich an, dann kommen Ihre Eingaben zurück.",
    cookies: "Ihr Browser hat das Cookie dieser Website nicht gesendet. Erlauben Sie ihr Cookies, und senden Sie das \
        Formular noch einmal.",
    restored: "Ihre Eingaben sind wieder da. Gespeichert wird erst, wenn Sie sie noch einmal senden.",
};

pub(super) const FORM: FormTexts = FormTexts {
    username: "Benutzername",
    email: "E-Mail",
    password: "Passwort",
    new_password: "Neues Passwort",
    optional: "(freiwillig)",
    password_rule: |minimum| format!("Mindestens {minimum} Zeichen. Gut ist ein Satz, auf den nur Sie kommen."),
    error: "Fehler: ",
    problem: "Es gibt ein Problem",
    busy: "Der Server ist beschäftigt. Versuchen Sie es gleich noch einmal.",
    wait: |seconds| format!("Zu viele Versuche. Versuchen Sie es in {} noch einmal.", waiting(seconds)),
};

/// A waiting time in words, rounded up to what a person plans by.
fn waiting(seconds: u64) -> String {
    match seconds {
        0 | 1 => "einer Sekunde".to_owned(),
        2..=119 => format!("{seconds} Sekunden"),
        120..=7199 => format!("{} Minuten", seconds.div_ceil(60)),
        7200.. => format!("{} Stunden", seconds.div_ceil(3600)),
    }
}
