use maud::html;

use crate::web::i18n::{CodeTexts, ErrorCodesTexts, ErrorTexts, ExplanationTexts, WrongHostTexts};

pub(super) const ERROR: ErrorTexts = ErrorTexts {
    invalid_redirect_uri: ExplanationTexts {
        title: "Ungültige Redirect-URI",
        message: "Die Anwendung wollte Sie an eine Adresse schicken, die nicht für sie registriert ist; deshalb bleiben Sie \
            hier.",
        advice: AGAIN,
    },
    redirect_uri_missing: ExplanationTexts {
        title: "Ungültige Redirect-URI",
        message: "Die Anwendung hat nicht gesagt, wohin es zurückgeht, und hat nicht genau eine Adresse registriert.",
        advice: "Sagen Sie es denen, die die Anwendung betreiben.",
    },
    invalid_request: ExplanationTexts {
        title: "Ungültige Anfrage",
        message: "Die Anwendung hat eine Anfrage gesendet, die dieser Server nicht beantworten kann.",
        advice: AGAIN,
    },
    expired: ExplanationTexts {
        title: "Diese Seite ist abgelaufen",
        message: "Sie war zu lange offen, wurde schon benutzt oder in einem anderen Browser geöffnet.",
        advice: "Gehen Sie zurück zur Anwendung, und fangen Sie neu an.",
    },
    answered_already: ExplanationTexts {
        title: "Sie haben schon geantwortet",
        message: "Diese Anmeldung ist schon abgeschlossen, und jede gilt einmal.",
        advice: "Gehen Sie zurück zur Anwendung. Sind Sie dort nicht angemeldet, melden Sie sich noch einmal an.",
    },
    withdrawn: ExplanationTexts {
        title: "Sie haben diese Anwendung getrennt",
        message: "Sie hatten dies erlaubt, bevor Sie die Anwendung getrennt haben. Es gilt nicht mehr.",
        advice: "Beginnen Sie neu bei der Anwendung, wenn Sie sie verbinden wollen.",
    },
    not_found: ExplanationTexts {
        title: "Seite nicht gefunden",
        message: "Unter dieser Adresse ist nichts.",
        advice: "Prüfen Sie die Adresse, oder fangen Sie vorne an.",
    },
    not_allowed: ExplanationTexts {
        title: "Nicht erlaubt",
        message: "Ihr Konto darf das nicht.",
        advice: "Wenn Sie meinen, dass es das sollte, fragen Sie die Verwaltung dieses Servers.",
    },
    impossible: ExplanationTexts {
        title: "Das geht nicht",
        message: "Was da ist, lässt es nicht zu; deshalb hat sich nichts geändert.",
        advice: "Gehen Sie zurück, und sehen Sie nach.",
    },
    too_many_requests: ExplanationTexts {
        title: "Zu viele Anfragen",
        message: "Aus Ihrem Netz kamen zu viele Anfragen.",
        advice: "Warten Sie eine Minute, und versuchen Sie es noch einmal.",
    },
    fault: ExplanationTexts {
        title: "Etwas ist schiefgegangen",
        message: "Der Server hat einen Fehler gemacht. Er ist aufgeschrieben.",
        advice: "Versuchen Sie es gleich noch einmal. Geschieht es wieder, nennen Sie der Verwaltung die Kennung darunter.",
    },
    registration_closed: ExplanationTexts {
        title: "Die Registrierung ist geschlossen",
        message: "Auf diesem Server kann man sich nicht selbst registrieren.",
        advice: ASK_FOR_AN_ACCOUNT,
    },
    invitation_missing: ExplanationTexts {
        title: "Die Registrierung braucht eine Einladung",
        message: "Auf diesem Server kann man sich nur mit einer Einladung registrieren.",
        advice: ASK_FOR_AN_ACCOUNT,
    },
    invitation_unknown: ExplanationTexts {
        title: DEAD,
        message: "Es gibt keine solche Einladung.",
        advice: ASK_FOR_AN_ACCOUNT,
    },
    invitation_spent: ExplanationTexts {
        title: DEAD,
        message: "Diese Einladung wurde schon benutzt.",
        advice: ASK_FOR_AN_ACCOUNT,
    },
    invitation_expired: ExplanationTexts {
        title: DEAD,
        message: "Diese Einladung ist abgelaufen.",
        advice: ASK_FOR_AN_ACCOUNT,
    },
    set_up_already: ExplanationTexts {
        title: DEAD,
        message: MEANT_FOR_THE_HOST,
        advice: "Dieser Server hat schon eine Verwaltung; melden Sie sich an, oder bitten Sie sie um ein Konto.",
    },
    setup_link_old: ExplanationTexts {
        title: DEAD,
        message: MEANT_FOR_THE_HOST,
        advice: "Dieser Link ist nicht der neueste; `signet admin setup-link` gibt einen neuen.",
    },
    setup_link_spent: ExplanationTexts {
        title: DEAD,
        message: MEANT_FOR_THE_HOST,
        advice: "Dieser Link wurde schon benutzt; `signet admin setup-link` gibt einen neuen.",
    },
    setup_link_expired: ExplanationTexts {
        title: DEAD,
        message: MEANT_FOR_THE_HOST,
        advice: "Dieser Link ist abgelaufen; `signet admin setup-link` gibt einen neuen.",
    },
    reset_link_unknown: ExplanationTexts {
        title: DEAD,
        message: "Er wurde schon benutzt, oder seitdem wurde ein neuerer erstellt.",
        advice: ASK_FOR_A_LINK,
    },
    reset_link_expired: ExplanationTexts { title: DEAD, message: "Er ist abgelaufen.", advice: ASK_FOR_A_LINK },
    reset_of_disabled: ExplanationTexts { title: DEAD, message: "Dieses Konto ist gesperrt.", advice: ASK_FOR_A_LINK },
    form_from_elsewhere: ExplanationTexts {
        title: "Formular nicht angenommen",
        message: "Eine andere Website hat dieses Formular gesendet, darum ist nichts geändert.",
        advice: "Öffnen Sie die Seite auf diesem Server, und senden Sie das Formular dort.",
    },
    form_expired: ExplanationTexts {
        title: "Dieses Formular ist abgelaufen",
        message: "Die Seite war zu lange offen, darum ist nichts geändert.",
        advice: "Öffnen Sie die Seite neu, und senden Sie das Formular noch einmal.",
    },
    cookies_missing: ExplanationTexts {
        title: "Ihr Browser hat kein Cookie gesendet",
        message: "Dieser Server braucht ein Cookie, um ein Formular anzunehmen. Cookies sind gesperrt, oder die Seite wurde über http geöffnet.",
        advice: "Erlauben Sie dieser Website Cookies, öffnen Sie sie unter ihrer https-Adresse, und versuchen Sie es noch einmal.",
    },
    opened_by_http: ExplanationTexts {
        title: "Öffnen Sie diese Seite über https",
        message: "Sie haben diese Seite über http geöffnet. Ihr Browser sendet die Cookies dieses Servers nur über https.",
        advice: "Öffnen Sie die Adresse unten, und versuchen Sie es noch einmal.",
    },
    for_the_developer: "Für den Entwickler",
    reason: "Grund",
    reference: "Kennung: ",
};

const AGAIN: &str = "Gehen Sie zurück, und versuchen Sie es von der Anwendung aus noch einmal. Geschieht es wieder, sagen Sie \
    es denen, die sie betreiben.";
const ASK_FOR_AN_ACCOUNT: &str = "Bitten Sie, wer diesen Server betreibt, um ein Konto oder eine Einladung.";
const ASK_FOR_A_LINK: &str = "Bitten Sie, wer diesen Server betreibt, um einen neuen.";
const DEAD: &str = "Dieser Link gilt nicht";
const MEANT_FOR_THE_HOST: &str = "Er war für die, die diesen Server einrichten.";

pub(super) const ERROR_CODES: ErrorCodesTexts = ErrorCodesTexts {
    errors: "Fehler",
    lead: |error, error_description| {
        html! {
            "Was eine Anwendung in " (error) " erfährt, wenn etwas nicht geht, und was ihr Entwickler tun kann. Der Satz \
             daneben, " (error_description) ", sagt, um welchen Parameter es geht."
        }
    },
    at_authorization: "Am Authorization-Endpoint",
    at_token: "Am Token-Endpoint",
    at_api: "Bei einer API",
    at_registration: "Beim Registrieren einer Anwendung",
    invalid_request: CodeTexts {
        meaning: "Ein Parameter fehlt, ist zweimal da oder hat einen Wert, den er nicht haben kann. Oft ist es state oder \
            die PKCE-Challenge, die dieser Server verlangt.",
        advice: "Senden Sie state und code_challenge mit code_challenge_method=S256. Ein Client mit Geheimnis, der um den \
            Scope openid bittet, darf statt code_challenge auch nonce senden.",
    },
    unauthorized_client: CodeTexts {
        meaning: "Die Anwendung ist für diesen Response-Type oder Grant nicht registriert.",
        advice: "Fügen Sie Grant-Type und Response-Type zu ihrer Registrierung hinzu, oder bitten Sie um einen, der da ist.",
    },
    access_denied: CodeTexts {
        meaning: "Jemand hat abgelehnt oder darf diese Anwendung nicht benutzen.",
        advice: "Lassen Sie es ohne weitergehen, und bieten Sie einen neuen Versuch an.",
    },
    unsupported_response_type: CodeTexts {
        meaning: "Dieser Server gibt nicht aus, was response_type nennt.",
        advice: "Benutzen Sie response_type=code. Tokens direkt vom Authorization-Endpoint gibt es nur, wenn der Server so \
            eingestellt ist.",
    },
    invalid_scope: CodeTexts {
        meaning: "Die Anwendung kann nichts von dem Scope haben, oder sie will diesen Server verwalten und ist dafür nicht \
            registriert. Andere Scopes, die sie nicht haben kann, werden ausgelassen; scope in der Antwort sagt, was gilt.",
        advice: "Vergleichen Sie scope mit der Registrierung der Anwendung. Ohne scope bekommt sie alles, wofür sie bei \
            einer API registriert ist; nennen Sie die API in resource, wenn es mehrere sind.",
    },
    invalid_target: CodeTexts {
        meaning: "Die API, die resource nennt, ist hier nicht bekannt, oder die Scopes gehören zu einer anderen.",
        advice: "Senden Sie die Kennung der API, wie sie registriert ist, und in jeder Anfrage Scopes einer einzigen API.",
    },
    server_error: CodeTexts {
        meaning: "Auf dieser Seite ist etwas fehlgeschlagen.",
        advice: "Versuchen Sie es einmal; geschieht es wieder, sagen Sie denen, die diesen Server betreiben, wann.",
    },
    temporarily_unavailable: CodeTexts {
        meaning: "Der Server hat zu viel zu tun oder wird gerade angehalten.",
        advice: "Versuchen Sie es in einer Minute noch einmal.",
    },
    login_required: CodeTexts {
        meaning: "Eine Anmeldung ist nötig, und prompt=none erlaubt nicht zu fragen.",
        advice: "Schicken Sie den Browser noch einmal hierher, ohne prompt=none.",
    },
    consent_required: CodeTexts {
        meaning: "Eine Zustimmung ist nötig, und prompt=none erlaubt nicht zu fragen.",
        advice: "Schicken Sie den Browser noch einmal hierher, ohne prompt=none.",
    },
    unmet_authentication_requirements: CodeTexts {
        meaning: "Die Anwendung besteht auf einer Art der Anmeldung (acr, essential in claims), die dieser Server nicht \
            hat.",
        advice: "Verlangen Sie eine aus acr_values_supported in den Metadaten, oder fragen Sie in acr_values, das auf \
            nichts besteht.",
    },
    request_uri_not_supported: CodeTexts {
        meaning: "Der Parameter request_uri wird hier nicht angenommen.",
        advice: "Senden Sie die Parameter selbst, oder das Request-Object im Parameter request.",
    },
    invalid_request_object: CodeTexts {
        meaning: "Das Request-Object ist nicht von der Anwendung signiert, ist abgelaufen oder enthält, was es nicht darf.",
        advice: "Signieren Sie es mit einem registrierten Schlüssel, mit diesem Server als Audience.",
    },
    invalid_request_uri: CodeTexts {
        meaning: "Das Request-Object lässt sich nicht von request_uri holen.",
        advice: "Registrieren Sie die Adresse, und sehen Sie nach, ob sie innerhalb von drei Sekunden antwortet.",
    },
    invalid_client: CodeTexts {
        meaning: "Die Anwendung hat nicht gezeigt, dass sie die ist, die sie zu sein sagt.",
        advice: "Vergleichen Sie client_id, das Geheimnis und die Art, es zu senden, mit der Registrierung.",
    },
    invalid_grant: CodeTexts {
        meaning: "Code, Refresh-Token, Device-Code oder Passwort ist falsch, wurde benutzt, ist abgelaufen oder gehört zu \
            einer anderen Anwendung; oder die Erlaubnis wurde zurückgenommen.",
        advice: "Schicken Sie den Browser durch eine neue Anmeldung. Ist es immer so, vergleichen Sie redirect_uri und \
            code_verifier mit denen der Authorization-Request.",
    },
    unsupported_grant_type: CodeTexts {
        meaning: "Dieser Server kennt diesen grant_type nicht, oder er ist abgeschaltet.",
        advice: "Benutzen Sie einen aus grant_types_supported in den Metadaten.",
    },
    authorization_pending: CodeTexts {
        meaning: "Es wurde noch nicht geantwortet.",
        advice: "Fragen Sie nach dem Intervall wieder.",
    },
    slow_down: CodeTexts {
        meaning: "Das Gerät fragt zu oft.",
        advice: "Warten Sie ab jetzt fünf Sekunden länger zwischen zwei Fragen.",
    },
    expired_token: CodeTexts {
        meaning: "Es wurde nicht rechtzeitig geantwortet.",
        advice: "Beginnen Sie neu, mit einem neuen Code.",
    },
    invalid_token: CodeTexts {
        meaning: "Das Access-Token ist abgelaufen, wurde zurückgenommen oder ist für eine andere API.",
        advice: "Holen Sie ein anderes mit dem Refresh-Token oder durch eine neue Anmeldung, und nennen Sie die API in \
            resource.",
    },
    insufficient_scope: CodeTexts {
        meaning: "Das Access-Token ist gut, erlaubt dies aber nicht. WWW-Authenticate nennt den Scope, der es tut.",
        advice: "Bitten Sie am Authorization-Endpoint um diesen Scope.",
    },
    insufficient_user_authentication: CodeTexts {
        meaning: "Die Person hat sich dafür vor zu langer Zeit angemeldet. WWW-Authenticate nennt in max_age, wie kurz es her \
            sein muss.",
        advice: "Schicken Sie die Person mit diesem max_age zum Authorization-Endpoint und benutzen Sie das neue \
            Access-Token.",
    },
    invalid_redirect_uri: CodeTexts {
        meaning: "Eine Redirect-URI hat ein Fragment, einen Platzhalter oder ein Schema, unter dem einer Anwendung nicht \
            geantwortet werden darf.",
        advice: "Registrieren Sie jede Adresse vollständig, mit https; http gilt nur für Adressen dieses Rechners.",
    },
    invalid_client_metadata: CodeTexts {
        meaning: "Eine andere Angabe der Registrierung hat einen Wert, den sie hier nicht haben kann.",
        advice: "Ändern Sie die Angabe, die error_description nennt.",
    },
};

pub(super) const WRONG_HOST: WrongHostTexts = WrongHostTexts {
    wrong_address: "Falsche Adresse",
    other_name: |host| html! { "Dieser Server antwortet nicht unter dem Namen " (host) ". Er ist hier:" },
    behind_proxy: "Wenn ein Reverse-Proxy davor steht",
    pass_host_on: "Der Proxy muss den Host weitergeben, nach dem der Browser gefragt hat. Meist genügt eine Zeile:",
    if_you_run: "Wenn Sie diesen Server betreiben",
    setting: |setting| {
        html! {
            "Der Name ist die Einstellung " (setting) ". Ändern Sie sie zu der Adresse, die benutzt wird, und starten Sie \
             den Server neu. Tokens und Anwendungen enthalten sie; wählen Sie also eine, und bleiben Sie dabei."
        }
    },
    where_it_is_set: |key, file, variable| format!("{key} in {file}, oder {variable}"),
};
