use maud::html;

use crate::web::i18n::{ClientTexts, ConsentTexts, DeviceTexts, WithheldTexts};

pub(super) const CLIENT: ClientTexts = ClientTexts {
    privacy_policy: "Datenschutz",
    terms_of_service: "Nutzungsbedingungen",
    confidential: "Website mit einem Server",
    public: "Anwendung im Browser oder auf dem Gerät",
};

pub(super) const CONSENT: ConsentTexts = ConsentTexts {
    allow_access: "Zugriff erlauben",
    asks_for_access: |client| html! { (client) " bittet um Zugriff auf Ihr Konto" },
    signed_in_as: "Angemeldet als ",
    not_you: "Nicht Sie? ",
    use_another_account: "Anderes Konto benutzen",
    ends_after: |lifetime| format!("Die Erlaubnis endet von selbst nach {lifetime}."),
    registered_by: |username| {
        html! { "Diese Anwendung wurde von " (username) " registriert, nicht von der Verwaltung." }
    },
    somebody: "jemandem",
    registered_itself: "Diese Anwendung hat sich selbst registriert. Niemand hier hat geprüft, ob sie ist, was sie sagt.",
    runs_on_device: "Sie läuft auf Ihrem Gerät. Erlauben Sie es nur, wenn Sie sie gerade selbst gestartet haben.",
    runs_in_browser: "Sie läuft in Ihrem Browser. Erlauben Sie es nur, wenn Sie gerade von ihr kommen.",
    no_access: "Sie haben keinen Zugang",
    may_not_use: |username, client| html! { "Ihr Konto " (username) " darf " (client) " nicht benutzen." },
    ask_an_administrator: |server| format!("Bitten Sie die Verwaltung von {server} um Zugang."),
    or_ask: |contacts| html! { "Die Anwendung nennt diese Ansprechpartner: " (contacts) "." },
    go_back: "Zurück zur Anwendung",
    remember: "Bei gleichem Zugriff nicht wieder fragen",
    deny: "Ablehnen",
    allow: "Erlauben",
    return_to_host: |host| html! { "Danach geht es zurück zu " (host) },
    return_to_an_application: "Danach geht es zurück zu einer Anwendung auf ",
    this_device: "diesem Gerät",
    return_to_scheme: |scheme| html! { "Danach geht es zurück zur Anwendung für " (scheme) },
    only_learns: "Sie erfährt nur, dass Sie hier ein Konto haben. Mehr wird nicht verlangt.",
    it_can: "Wenn Sie es erlauben, kann sie",
};

pub(super) const WITHHELD: WithheldTexts = WithheldTexts {
    title: "Die Anmeldung hat nicht funktioniert",
    what_happened: |client| {
        html! { (client) " hat Sie mit einer Anfrage hierher geschickt, die dieser Server nicht beantworten konnte." }
    },
    not_checked: "Jemand hat diese App selbst registriert. Die Verwaltung dieses Servers hat sie nicht geprüft. Gehen Sie nur \
        weiter, wenn Sie die Adresse unten kennen.",
    go_on_to: |place| format!("Weiter zu {place}"),
    go_on_to_this_device: "Weiter zur App auf diesem Gerät",
    return_yourself: "Kehren Sie selbst zur App zurück und beginnen Sie neu.",
};

pub(super) const DEVICE: DeviceTexts = DeviceTexts {
    connect_a_device: "Gerät verbinden",
    enter_the_code: "Geben Sie den Code ein, den das Gerät zeigt.",
    code: "Code",
    code_hint: "Acht Buchstaben, etwa BCDF-GHJK.",
    unknown_code: "Kein Gerät wartet mit diesem Code. Vergleichen Sie ihn mit dem Gerät, oder lassen Sie es einen neuen \
        zeigen.",
    too_many_codes: |minutes| format!("Zu viele falsche Codes. Versuchen Sie es in {minutes} Minuten noch einmal."),
    continue_: "Weiter",
    asks_for_access: |client| html! { (client) " auf einem anderen Gerät bittet um Zugriff auf Ihr Konto" },
    signed_in_as: |username| html! { "Angemeldet als " (username) },
    shows_this_code: "Das Gerät zeigt diesen Code:",
    in_front_of_you: "Erlauben Sie es nur, wenn der Code auf einem Gerät vor Ihnen steht. Machen Sie nicht weiter, wenn \
        Ihnen jemand anders diesen Link geschickt hat: wer das Gerät hat, kann danach all das tun.",
    deny: "Ablehnen",
    allow: "Erlauben",
    connected: "Gerät verbunden",
    not_connected: "Gerät nicht verbunden",
    return_to_device: "Sie können zum Gerät zurückkehren. Es macht in wenigen Sekunden von selbst weiter.",
    can_act: |client| html! { (client) " kann jetzt für Sie handeln. Sie können es jederzeit trennen." },
    was_not_given: |client| html! { (client) " hat keinen Zugriff bekommen." },
    your_account: "Ihr Konto",
};
