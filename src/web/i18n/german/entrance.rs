use maud::html;

use crate::web::i18n::{LoginTexts, LogoutTexts, ResetTexts, SetupTexts, SignupTexts};

pub(super) const LOGIN: LoginTexts = LoginTexts {
    sign_in: "Anmelden",
    continuing_to: |client| html! { "weiter zu " (client) },
    with_account_of: |server| format!("mit Ihrem Konto bei {server}"),
    username_or_email: "Benutzername oder E-Mail",
    mismatch: "Benutzername oder Passwort ist falsch. Versuchen Sie es erneut.",
    expired: "Diese Seite ist abgelaufen. Bitte melden Sie sich erneut an.",
    cookies: "Ihr Browser hat das Cookie dieser Website nicht gesendet. Erlauben Sie Cookies für diese Website und beginnen \
        Sie in der App von vorn.",
    again: "Bitte bestätigen Sie, dass Sie es sind.",
    new_here: |sign_up| html! { "Neu hier? " (sign_up) },
    create_an_account: "Konto anlegen",
};

pub(super) const SIGNUP: SignupTexts = SignupTexts {
    create_an_account: "Konto anlegen",
    continuing_to: |client| html! { "weiter zu " (client) },
    for_server: |server| format!("für {server} und seine Apps"),
    full_name: "Vollständiger Name",
    create_account: "Konto anlegen",
    have_an_account: |sign_in| html! { "Haben Sie schon ein Konto? " (sign_in) },
    sign_in: "Anmelden",
};

pub(super) const SETUP: SetupTexts = SetupTexts {
    set_up_this_server: "Diesen Server einrichten",
    create_the_first: "Legen Sie das erste Administrationskonto an. Dieser Link gilt einmal.",
    create_administrator: "Administrationskonto anlegen",
};

pub(super) const LOGOUT: LogoutTexts = LogoutTexts {
    sign_out: "Abmelden",
    sign_out_question: "Abmelden?",
    client_asks: |client| html! { (client) " bittet Sie, sich abzumelden. " },
    signed_in_as: |username| html! { "Sie sind angemeldet als " (username) "." },
    session_is_over: "Ihre Sitzung auf diesem Server ist beendet. Sie können sich noch von den Apps abmelden, die Sie \
        verwendet haben.",
    unproven: "Es ist nicht sicher, welche App diese Anfrage gesendet hat. Melden Sie sich nur ab, wenn Sie das \
        wollen.",
    stay_signed_in: "Angemeldet bleiben",
    signed_out: "Abgemeldet",
    you_are_signed_out: "Sie sind abgemeldet",
    was_not_signed_in: "Sie waren in diesem Browser nicht bei diesem Server angemeldet.",
    applications_may_go_on: "Bei den Apps, die Sie verwendet haben, sind Sie vielleicht noch angemeldet. Schließen Sie \
        auf einem gemeinsam genutzten Computer den Browser.",
    applications_are_shown: "Sie werden von den Apps abgemeldet, die Sie verwendet haben. Schließen Sie auf einem \
        gemeinsam genutzten Computer den Browser.",
    go_on: "Weiter",
    return_to: |client| html! { "Zurück zu " (client) },
    sign_in_again: "Erneut anmelden",
};

pub(super) const RESET: ResetTexts = ResetTexts {
    title: "Neues Passwort wählen",
    for_person: |username| html! { "für " (username) },
    consequence: "Dieser Link gilt einmal. Alle Geräte und Apps werden abgemeldet.",
    new_password: "Neues Passwort",
    submit: "Passwort festlegen",
    done: "Passwort festgelegt",
    done_note: "Alle Geräte wurden abgemeldet. Der Link gilt nicht mehr.",
    sign_in: "Anmelden",
};
