use maud::html;

use crate::web::i18n::{FormPostTexts, HomeTexts};

pub(super) const HOME: HomeTexts = HomeTexts {
    one_sign_in: "Eine Anmeldung für Ihre Anwendungen",
    lead: "Anwendungen schicken Sie zum Anmelden hierher. Sie entscheiden, was jede von ihnen sehen darf, und Ihr Passwort \
        verlässt diesen Server nie.",
    for_developers: "Für Entwickler",
    register_an_application: "Registrieren Sie eine Anwendung, und lassen Sie andere sich dort mit ihrem Konto anmelden.",
    your_applications: "Ihre Anwendungen",
    try_the_api: "Die API ausprobieren",
    for_applications: "Für Anwendungen",
    one_address: "Was OpenID Connect oder OAuth 2.0 spricht, braucht eine Adresse:",
    issuer: "Aussteller",
    discovery: "Discovery",
    signed_in_as: |username| html! { "Angemeldet als " (username) },
    your_account: "Ihr Konto",
    sign_in: "Anmelden",
    create_an_account: "Konto anlegen",
};

pub(super) const FORM_POST: FormPostTexts = FormPostTexts {
    continue_: "Weiter",
    almost_there: "Fast geschafft",
    being_returned: "Sie werden zur Anwendung zurückgeleitet.",
};
