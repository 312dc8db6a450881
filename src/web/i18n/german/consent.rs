use maud::html;

use crate::web::i18n::{ClientTexts, ConsentTexts, DeviceTexts, WithheldTexts};

pub(super) const CLIENT: ClientTexts = ClientTexts {
    privacy_policy: "Datenschutzerklärung",
    terms_of_service: "Nutzungsbedingungen",
    confidential: "Website mit Backend",
    public: "Single-Page-Anwendung oder native Anwendung",
};

pub(super) const CONSENT: ConsentTexts = ConsentTexts {
    allow_access: "Zugriff erlauben",
    asks_for_access: |client| html! { (client) " möchte auf Ihr Konto zugreifen" },
    signed_in_as: "Angemeldet als ",
    not_you: "Nicht Sie? ",
    use_another_account: "Anderes Konto verwenden",
    ends_after: |lifetime| format!("Der Zugriff endet automatisch nach {lifetime}."),
    registered_by: |username| {
        html! { "Diese App wurde von " (username) " registriert, nicht von der Verwaltung." }
    },
    someone: "einer anderen Person",
    registered_itself: "Diese App hat sich selbst registriert. Die Verwaltung hat sie nicht geprüft.",
    runs_on_device: "Sie läuft auf Ihrem Gerät. Erlauben Sie den Zugriff nur, wenn Sie sie gerade selbst gestartet \
        haben.",
    runs_in_browser: "Sie läuft in Ihrem Browser. Erlauben Sie den Zugriff nur, wenn Sie sie gerade selbst geöffnet \
        haben.",
    no_access: "Kein Zugriff",
    may_not_use: |username, client| html! { "Ihr Konto " (username) " darf " (client) " nicht verwenden." },
    ask_an_administrator: |server| format!("Bitten Sie die Verwaltung von {server} um Zugriff."),
    or_ask: |contacts| html! { "Sie können sich auch an die App wenden: " (contacts) "." },
    go_back: "Zurück zur App",
    remember: "Bei gleichem Zugriff nicht mehr fragen",
    deny: "Ablehnen",
    allow: "Erlauben",
    return_to_host: |host| html! { "Sie kehren danach zurück zu " (host) },
    return_to_an_application: "Sie kehren danach zurück zu einer App auf ",
    this_device: "diesem Gerät",
    return_to_scheme: |scheme| html! { "Sie kehren danach zurück zur App für " (scheme) },
    only_learns: "Sie erfährt nur, dass Sie hier ein Konto haben.",
    it_can: "Wenn Sie den Zugriff erlauben, kann sie",
};

pub(super) const WITHHELD: WithheldTexts = WithheldTexts {
    title: "Anmeldung fehlgeschlagen",
    what_happened: |client| {
        html! { (client) " hat eine Anfrage gesendet, die dieser Server nicht verarbeiten konnte." }
    },
    not_checked: "Diese App wurde nicht von der Verwaltung registriert und nicht von ihr geprüft. Fahren Sie nur fort, \
        wenn Sie die Adresse unten kennen.",
    go_on_to: |place| format!("Weiter zu {place}"),
    go_on_to_this_device: "Weiter zur App auf diesem Gerät",
    return_yourself: "Gehen Sie zurück zur App und beginnen Sie neu.",
};

pub(super) const DEVICE: DeviceTexts = DeviceTexts {
    connect_a_device: "Gerät verbinden",
    enter_the_code: "Geben Sie den Code ein, den Ihr Gerät anzeigt.",
    code: "Code",
    code_hint: "Acht Buchstaben, zum Beispiel BCDF-GHJK.",
    unknown_code: "Dieser Code ist nicht gültig. Prüfen Sie den Code auf dem Gerät oder fordern Sie dort einen neuen \
        an.",
    too_many_codes: |minutes| format!("Zu viele falsche Codes. Versuchen Sie es in {minutes} Minuten erneut."),
    continue_: "Weiter",
    asks_for_access: |client| html! { (client) " auf einem anderen Gerät möchte auf Ihr Konto zugreifen" },
    signed_in_as: |username| html! { "Angemeldet als " (username) },
    shows_this_code: "Ihr Gerät zeigt diesen Code an:",
    in_front_of_you: "Erlauben Sie den Zugriff nur, wenn ein Gerät vor Ihnen diesen Code anzeigt. Fahren Sie nicht \
        fort, wenn Ihnen jemand diesen Link geschickt hat: Er bekäme Zugriff auf Ihr Konto.",
    deny: "Ablehnen",
    allow: "Erlauben",
    connected: "Gerät verbunden",
    not_connected: "Gerät nicht verbunden",
    return_to_device: "Sie können zum Gerät zurückkehren. Es macht in wenigen Sekunden automatisch weiter.",
    can_act: |client| html! { (client) " hat jetzt Zugriff auf Ihr Konto. Sie können die App jederzeit trennen." },
    was_not_given: |client| html! { (client) " hat keinen Zugriff bekommen." },
    your_account: "Ihr Konto",
};
