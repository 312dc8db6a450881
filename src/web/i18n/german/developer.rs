use maud::html;

use crate::web::i18n::{DeveloperTexts, OwnClientTexts, RegisteredTexts, SnippetTexts};

pub(super) const DEVELOPER: DeveloperTexts = DeveloperTexts {
    your_applications: "Ihre Anwendungen",
    none_yet: "Sie haben noch keine Anwendung registriert.",
    closed: "Ihr Konto darf auf diesem Server keine Anwendungen registrieren. Bitten Sie die Verwaltung darum.",
    client_id: "Client-ID",
    type_: "Art",
    redirect_uri: "Redirect-URI",
    service: "Dienst ohne Person",
    website_consequence: "Ihr Server bewahrt ein Geheimnis (client secret).",
    app_consequence: "Sie kann kein Geheimnis bewahren und weist sich mit PKCE aus.",
    service_consequence: "Er handelt für sich selbst, mit einem Geheimnis, und braucht keine Redirect-URI.",
    device: "Gerät oder Kommandozeile",
    device_consequence: "Es zeigt einen Code, und geantwortet wird auf einem anderen Gerät. Es braucht keine Redirect-URI.",
    administrators_only: " Nur die Verwaltung kann einen registrieren, denn niemand stimmt dem zu, was er tut.",
    redirect_uris: "Redirect-URIs",
    redirect_uris_hint: "Wohin man nach dem Anmelden zurückkehrt: eine pro Zeile, genau so, wie Sie sie senden werden.",
    register_an_application: "Anwendung registrieren",
    what_it_is: "Was sie ist",
    name: "Name",
    name_hint: "Man sieht ihn, wenn man um Zugriff gebeten wird.",
    register: "Registrieren",
    choose_an_application: "Oder eine Anwendung wählen",
    all_presets: "Alle Anwendungen, die dieser Server kennt",
};

pub(super) const OWN_CLIENT: OwnClientTexts = OwnClientTexts {
    your_applications: "Ihre Anwendungen",
    a_new_secret: "Ein neues Geheimnis",
    shown_once: "Es wird zehn Minuten lang gezeigt. Kopieren Sie es jetzt dorthin, wo es aufbewahrt wird.",
    who_it_is: "Wer sie ist",
    type_: "Art",
    to_paste: "Zum Einfügen",
    delete: "Löschen",
    delete_consequence: "Niemand kann sich mehr dort anmelden, und ihre Tokens enden.",
    delete_the_application: "Anwendung löschen",
    secrets: "Geheimnisse",
    two_live: "Zwei gelten gleichzeitig: fügen Sie eines hinzu, geben Sie es der Anwendung, und entfernen Sie das vorige. \
        Nur ihre Hashwerte werden aufbewahrt.",
    secret: |number, made| format!("Geheimnis {number}, vom {made}"),
    remove: "Entfernen",
    add_a_secret: "Geheimnis hinzufügen",
    what_people_see: "Was man sieht, und wohin man zurückkehrt",
    name: "Name",
    redirect_uris: "Redirect-URIs",
    redirect_uris_hint: "Eine pro Zeile, genau so, wie Sie sie senden werden.",
    post_logout_redirect_uris: "Adressen nach dem Abmelden",
    post_logout_redirect_uris_hint: "Wohin zurückkehrt, wer sich in der Anwendung abmeldet: eine pro Zeile, genau so, wie \
        sie sie sendet.",
    logo: "Adresse eines Logos",
    privacy_policy: "Datenschutz",
    terms_of_service: "Nutzungsbedingungen",
    scope: "Scope",
    scope_hint: "Worum sie bitten darf, mit Leerzeichen getrennt. Leer gelassen ist es, was jede Anwendung darf.",
    save: "Speichern",
    delete_an_application: "Anwendung löschen",
    delete_question: |client| html! { (client) " löschen?" },
    deletion_is_final: "Niemand kann sich mehr dort anmelden, und was ihr erlaubt wurde, endet. Das lässt sich nicht \
        rückgängig machen.",
    keep_it: "Behalten",
};

pub(super) const REGISTERED: RegisteredTexts = RegisteredTexts {
    application_registered: "Anwendung registriert",
    is_registered: |client| html! { (client) " ist registriert" },
    credentials: "Zugangsdaten",
    shown_once: "Das Geheimnis wird zehn Minuten lang gezeigt. Kopieren Sie es jetzt dorthin, wo es aufbewahrt wird.",
    addresses: "Adressen",
    discovery: "Discovery",
    to_paste: "Zum Einfügen",
    replace: |state, code_challenge| {
        html! {
            "Setzen Sie für jeden Besuch einen neuen zufälligen Wert an die Stelle von " (state)
            " und die S256-Challenge eines neuen Code-Verifiers an die Stelle von " (code_challenge) "."
        }
    },
    change_it: "Ändern",
    all_your_applications: "Alle Ihre Anwendungen",
};

pub(super) const SNIPPET: SnippetTexts = SnippetTexts {
    settings: "Einstellungen",
    link: "Ein Link zum Anmelden, in HTML",
    redemption: "Der Code gegen Tokens, mit curl",
    device: "Ein Code für das Gerät, mit curl",
    device_qr: "Der QR-Code, den das Gerät daneben zeigt, in HTML",
    device_token: "Tokens, sobald jemand zugestimmt hat, mit curl, alle fünf Sekunden",
    service: "Ein Token, mit curl",
    log_in_with: |server| format!("Anmelden mit {server}"),
};
