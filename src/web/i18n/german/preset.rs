use maud::html;

use crate::web::i18n::PresetTexts;

pub(super) const PRESET: PresetTexts = PresetTexts {
    title: "Anwendung wählen",
    back: "Ihre Anwendungen",
    all: "Alle Anwendungen",
    search_label: "Name",
    search: "Suchen",
    nothing: "Es gibt keine dieses Namens. Registrieren Sie sie von Hand: was sie braucht, steht in ihrer Dokumentation.",
    url_label: "Adresse der Anwendung",
    url_hint: |example| format!("Wo man sie öffnet, etwa {example}"),
    register: "Registrieren",
    show: "Zeigen, was zu schreiben ist",
    nothing_to_type: "Es ist nichts einzugeben: es ist überall gleich.",
    redirect_uris: "Sie wird registriert mit",
    registered: |name| html! { (name) " ist registriert" },
    written_in_file: |name| html! { (name) " in der Konfigurationsdatei" },
    once: "Das Geheimnis wird zehn Minuten lang gezeigt, hier und in den Texten darunter. Kopieren Sie es jetzt.",
    enter_at: |place| format!("Geben Sie dies ein bei: {place}"),
    to_paste: "Fertig zum Einfügen",
    change: "Ändern",
    issuer: "Aussteller",
    discovery: "Discovery",
    client_id: "Client-ID",
    client_secret: "Client-Geheimnis",
    scope: "Scope",
    uris: "Redirect-URIs",
    for_administrators: "Für die Verwaltung",
    by_setting: "Braucht eine Einstellung",
    by_configuration: "In der Konfigurationsdatei",
    pkce: |how| format!("PKCE: {how}"),
    by_sign_up: "Braucht geschlossene Registrierung",
    ask: "Sie braucht Einstellungen, die eine Regel aufweichen; die gibt nur die Verwaltung. Fragen Sie, wer diesen Server \
        betreibt.",
    ask_to_close_sign_up: "Auf diesem Server kann sich jeder registrieren, daher lässt sie sich so nicht registrieren. Bitten \
        Sie die Person, die den Server betreibt, accounts.sign_up auf \"invitation\" oder \"closed\" zu setzen.",
    matches_by_email: "Die Anwendung erkennt Personen an ihrer E-Mail-Adresse. Wer sich mit der Adresse einer Person dort \
        registriert, wird zu dieser Person.",
    matches_by_username: "Die Anwendung erkennt Personen an ihrem Benutzernamen. Wer sich mit dem Namen einer Person dort \
        registriert, wird zu dieser Person.",
    close_sign_up: "Auf diesem Server kann sich jetzt jeder registrieren. Schließen Sie die Registrierung, bevor die \
        Anwendung benutzt wird: accounts.sign_up = \"invitation\" oder \"closed\".",
    keep_sign_up_closed: "Die Registrierung auf diesem Server ist nicht offen. Belassen Sie es dabei.",
    claims_in_id_token: "Claims im ID-Token",
    yes: "ja",
};
