use maud::html;

use crate::web::i18n::PresetTexts;

pub(super) const PRESET: PresetTexts = PresetTexts {
    title: "Vorlage wählen",
    back: "Ihre Anwendungen",
    all: "Alle Vorlagen",
    search_label: "Name",
    search: "Suchen",
    nothing: "Es gibt keine Vorlage mit diesem Namen. Registrieren Sie die Anwendung von Hand. Ihre Dokumentation \
        nennt die nötigen Einstellungen.",
    url_label: "Adresse der Anwendung",
    url_hint: |example| format!("Wo man sie öffnet, zum Beispiel {example}"),
    register: "Anwendung registrieren",
    show: "Konfiguration anzeigen",
    nothing_to_type: "Sie müssen nichts eingeben.",
    redirect_uris: "Registrierung",
    registered: |name| html! { (name) " ist registriert" },
    written_in_file: |name| html! { (name) " in der Konfigurationsdatei" },
    once: "Das Client-Geheimnis wird zehn Minuten lang angezeigt, hier und in den Beispielen unten. Kopieren Sie es \
        jetzt.",
    enter_at: |place| format!("Hier einzutragen: {place}"),
    to_paste: "Konfiguration zum Kopieren",
    change: "Anwendung bearbeiten",
    issuer: "Aussteller",
    discovery: "Discovery",
    client_id: "Client-ID",
    client_secret: "Client-Geheimnis",
    scope: "Scope",
    uris: "Redirect-URIs",
    for_administrators: "Nur für die Verwaltung",
    by_setting: "Erfordert eine Einstellung",
    by_configuration: "In der Konfigurationsdatei",
    pkce: |how| format!("PKCE: {how}"),
    by_sign_up: "Erfordert geschlossene Registrierung",
    ask: "Diese Anwendung braucht weniger strenge Sicherheitseinstellungen. Bitten Sie die Verwaltung dieses Servers, \
        sie zu registrieren.",
    ask_to_close_sign_up: "Auf diesem Server kann sich jeder registrieren, daher lässt sich diese Anwendung so nicht \
        registrieren. Bitten Sie den Betreiber des Servers, accounts.sign_up auf \"invitation\" oder \"closed\" zu \
        setzen.",
    matches_by_email: "Die Anwendung erkennt Personen an ihrer E-Mail-Adresse. Wer sich hier mit der Adresse einer \
        Person registriert, bekommt dort deren Konto.",
    matches_by_username: "Die Anwendung erkennt Personen an ihrem Benutzernamen. Wer sich hier mit dem Benutzernamen \
        einer Person registriert, bekommt dort deren Konto.",
    close_sign_up: "Auf diesem Server kann sich jeder registrieren. Schließen Sie die Registrierung, bevor die \
        Anwendung verwendet wird: accounts.sign_up = \"invitation\" oder \"closed\".",
    keep_sign_up_closed: "Die Registrierung auf diesem Server ist nicht offen. Lassen Sie sie geschlossen.",
    claims_in_id_token: "Claims im ID-Token",
    yes: "ja",
};
