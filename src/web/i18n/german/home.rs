use maud::html;

use crate::web::i18n::{FormPostTexts, HomeTexts};

pub(super) const HOME: HomeTexts = HomeTexts {
    one_sign_in: "Eine Anmeldung für alle Ihre Apps",
    lead: "Apps schicken Sie zum Anmelden hierher. Sie entscheiden, was jede App sehen darf, und Ihr Passwort verlässt \
        diesen Server nie.",
    for_developers: "Für Entwickler",
    register_an_application: "Registrieren Sie eine Anwendung, bei der sich andere mit ihrem Konto auf diesem Server \
        anmelden.",
    your_applications: "Ihre Anwendungen",
    try_the_api: "API ausprobieren",
    for_applications: "Für Anwendungen",
    one_address: "Anwendungen, die OpenID Connect oder OAuth 2.0 unterstützen, brauchen eine Adresse:",
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
    being_returned: "Sie werden zur App zurückgeleitet.",
};
