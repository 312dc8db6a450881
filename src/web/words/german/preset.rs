use maud::html;

use crate::web::words::PresetWords;

pub(super) const PRESET: PresetWords = PresetWords {
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
    once: "Das Geheimnis wird einmal gezeigt, hier und in den Texten darunter. Kopieren Sie es jetzt.",
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
    ask: "Sie braucht Einstellungen, die eine Regel aufweichen; die gibt nur die Verwaltung. Fragen Sie, wer diesen Server \
        betreibt.",
    not_required: "nicht verlangt",
    claims_in_id_token: "Claims im ID-Token",
    yes: "ja",
};
