use crate::web::words::{FormWords, FrameWords};

pub(super) const FRAME: FrameWords = FrameWords {
    skip_to_content: "Zum Inhalt springen",
    about_this_server: "Über diesen Server",
    api_documentation: "API-Dokumentation",
    your_pages: "Ihre Seiten",
    account: "Konto",
    applications: "Anwendungen",
    administration: "Verwaltung",
};

pub(super) const FORM: FormWords = FormWords {
    username: "Benutzername",
    email: "E-Mail",
    password: "Passwort",
    new_password: "Neues Passwort",
    optional: "(freiwillig)",
    password_rule: |minimum| format!("Mindestens {minimum} Zeichen. Gut ist ein Satz, auf den nur Sie kommen."),
    error: "Fehler: ",
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
