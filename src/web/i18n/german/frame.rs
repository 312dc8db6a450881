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
    expired: "Diese Seite war abgelaufen, daher wurde noch nichts geändert. Prüfen Sie Ihre Eingaben und senden Sie \
        sie erneut.",
    other_person: |username| {
        format!(
            "Sie sind jetzt als {username} angemeldet, daher wurde noch nichts geändert. Prüfen Sie Ihre Eingaben und \
             senden Sie sie erneut."
        )
    },
    signed_out: "Sie wurden abgemeldet, daher wurde noch nichts geändert. Melden Sie sich an, um Ihre Eingaben \
        zurückzubekommen.",
    cookies: "Ihr Browser hat das Cookie dieser Website nicht gesendet. Erlauben Sie Cookies für diese Website und \
        senden Sie das Formular erneut.",
    gone: "Das gibt es nicht mehr, daher wurde nichts geändert. Vielleicht wurde es in einem anderen Tab gelöscht.",
    restored: "Ihre Eingaben sind wieder da. Sie werden erst gespeichert, wenn Sie sie absenden.",
};

pub(super) const FORM: FormTexts = FormTexts {
    username: "Benutzername",
    email: "E-Mail-Adresse",
    password: "Passwort",
    new_password: "Neues Passwort",
    optional: "(optional)",
    password_rule: |minimum| format!("Mindestens {minimum} Zeichen. Gut ist ein Satz, auf den nur Sie kommen."),
    error: "Fehler: ",
    problem: "Es gibt ein Problem",
    busy: "Der Server ist ausgelastet. Versuchen Sie es gleich erneut.",
    wait: |seconds| format!("Zu viele Versuche. Versuchen Sie es in {} erneut.", waiting(seconds)),
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
