use maud::html;

use crate::web::i18n::{DeveloperTexts, OwnClientTexts, RegisteredTexts, SnippetTexts};

pub(super) const DEVELOPER: DeveloperTexts = DeveloperTexts {
    your_applications: "Ihre Anwendungen",
    none_yet: "Sie haben noch keine Anwendung registriert.",
    closed: "Ihr Konto kann auf diesem Server keine Anwendungen registrieren. Bitten Sie die Verwaltung, Ihre zu \
        registrieren.",
    client_id: "Client-ID",
    type_: "Art",
    redirect_uri: "Redirect-URI",
    service: "Dienst ohne Benutzer",
    website_consequence: "Ihr Server speichert ein Client-Geheimnis.",
    app_consequence: "Sie kann kein Geheimnis bewahren und verwendet stattdessen PKCE.",
    service_consequence: "Er handelt im eigenen Namen mit einem Client-Geheimnis. Er braucht keine Redirect-URI.",
    device: "Gerät oder Kommandozeile",
    device_consequence: "Es zeigt einen Code an, der auf einem anderen Gerät bestätigt wird. Es braucht keine \
        Redirect-URI.",
    administrators_only: " Nur die Verwaltung kann einen Dienst registrieren, weil niemand seinem Zugriff zustimmt.",
    redirect_uris: "Redirect-URIs",
    redirect_uris_hint: "Wohin Personen nach dem Anmelden zurückkehren. Eine pro Zeile, genau so, wie Ihre Anwendung \
        sie sendet.",
    register_an_application: "Anwendung registrieren",
    what_it_is: "Art der Anwendung",
    name: "Name",
    name_hint: "Personen sehen ihn, wenn sie um Zugriff gebeten werden.",
    register: "Anwendung registrieren",
    choose_an_application: "Oder eine Vorlage wählen",
    all_presets: "Alle Vorlagen",
};

pub(super) const OWN_CLIENT: OwnClientTexts = OwnClientTexts {
    your_applications: "Ihre Anwendungen",
    a_new_secret: "Neues Geheimnis",
    shown_once: "Das Geheimnis wird zehn Minuten lang angezeigt. Kopieren Sie es jetzt und bewahren Sie es sicher auf.",
    who_it_is: "Client",
    type_: "Art",
    to_paste: "Codebeispiele",
    delete: "Löschen",
    delete_consequence: "Niemand kann sich mehr bei ihr anmelden, und ihre Tokens werden ungültig.",
    delete_the_application: "Anwendung löschen",
    secrets: "Geheimnisse",
    two_live: "Eine Anwendung kann zwei Geheimnisse haben. Um eines zu ersetzen, fügen Sie ein neues hinzu, tragen es \
        in der Anwendung ein und entfernen das vorige. Gespeichert werden nur Hashwerte.",
    secret: |number, made| format!("Geheimnis {number}, erstellt am {made}"),
    remove: "Entfernen",
    add_a_secret: "Geheimnis hinzufügen",
    what_people_see: "Name und Adressen",
    name: "Name",
    redirect_uris: "Redirect-URIs",
    redirect_uris_hint: "Eine pro Zeile, genau so, wie Ihre Anwendung sie sendet.",
    post_logout_redirect_uris: "Post-Logout-Redirect-URIs",
    post_logout_redirect_uris_hint: "Wohin Personen nach dem Abmelden zurückkehren. Eine pro Zeile, genau so, wie Ihre \
        Anwendung sie sendet.",
    logo: "URL des Logos",
    privacy_policy: "Datenschutzerklärung",
    terms_of_service: "Nutzungsbedingungen",
    scope: "Scope",
    scope_hint: "Die Scopes, die sie anfordern kann, durch Leerzeichen getrennt. Leer gilt die Vorgabe.",
    save: "Speichern",
    delete_an_application: "Anwendung löschen",
    delete_question: |client| html! { (client) " löschen?" },
    deletion_is_final: "Niemand kann sich mehr bei ihr anmelden, und ihr gesamter Zugriff endet. Das lässt sich nicht \
        rückgängig machen.",
    keep_it: "Abbrechen",
};

pub(super) const REGISTERED: RegisteredTexts = RegisteredTexts {
    application_registered: "Anwendung registriert",
    is_registered: |client| html! { (client) " ist registriert" },
    credentials: "Zugangsdaten",
    shown_once: "Das Client-Geheimnis wird zehn Minuten lang angezeigt. Kopieren Sie es jetzt und bewahren Sie es \
        sicher auf.",
    addresses: "Endpunkte",
    discovery: "Discovery",
    to_paste: "Codebeispiele",
    replace: |state, code_challenge| {
        html! {
            "Ersetzen Sie bei jeder Anmeldung " (state)
            " durch einen neuen Zufallswert und " (code_challenge) " durch die \
                S256-Challenge eines neuen Code-Verifiers."
        }
    },
    change_it: "Anwendung bearbeiten",
    all_your_applications: "Alle Ihre Anwendungen",
};

pub(super) const SNIPPET: SnippetTexts = SnippetTexts {
    settings: "Einstellungen",
    link: "Anmeldelink (HTML)",
    redemption: "Code gegen Tokens tauschen (curl)",
    device: "Device-Code anfordern (curl)",
    device_qr: "QR-Code zur Anzeige auf dem Gerät (HTML)",
    device_token: "Tokens alle fünf Sekunden abfragen (curl)",
    service: "Token anfordern (curl)",
    log_in_with: |server| format!("Anmelden mit {server}"),
};
