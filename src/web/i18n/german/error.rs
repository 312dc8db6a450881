use maud::html;

use crate::web::i18n::{CodeTexts, ErrorCodesTexts, ErrorTexts, ExplanationTexts, WrongHostTexts};

pub(super) const ERROR: ErrorTexts = ErrorTexts {
    invalid_redirect_uri: ExplanationTexts {
        title: "Ungültige Redirect-URI",
        message: "Die App wollte Sie zu einer Adresse schicken, die nicht für sie registriert ist.",
        advice: AGAIN,
    },
    redirect_uri_missing: ExplanationTexts {
        title: "Ungültige Redirect-URI",
        message: "Die App hat nicht angegeben, wohin Sie zurückkehren, und hat nicht genau eine Adresse registriert.",
        advice: "Wenden Sie sich an den Betreiber der App.",
    },
    invalid_request: ExplanationTexts {
        title: "Ungültige Anfrage",
        message: "Die App hat eine Anfrage gesendet, die dieser Server nicht verarbeiten kann.",
        advice: AGAIN,
    },
    expired: ExplanationTexts {
        title: "Diese Seite ist abgelaufen",
        message: "Sie war zu lange offen, wurde schon verwendet oder in einem anderen Browser geöffnet.",
        advice: "Gehen Sie zurück zur App und beginnen Sie neu.",
    },
    answered_already: ExplanationTexts {
        title: "Anmeldung schon abgeschlossen",
        message: "Diese Anmeldung wurde schon abgeschlossen. Jede gilt nur einmal.",
        advice: "Gehen Sie zurück zur App. Wenn Sie dort nicht angemeldet sind, melden Sie sich erneut an.",
    },
    withdrawn: ExplanationTexts {
        title: "App getrennt",
        message: "Sie haben diese App nach Beginn dieser Anmeldung getrennt. Die Anmeldung kann nicht mehr \
            abgeschlossen werden.",
        advice: "Um die App wieder zu verbinden, beginnen Sie dort neu.",
    },
    not_found: ExplanationTexts {
        title: "Seite nicht gefunden",
        message: "Unter dieser Adresse gibt es nichts.",
        advice: "Prüfen Sie die Adresse oder gehen Sie zur Startseite.",
    },
    not_allowed: ExplanationTexts {
        title: "Nicht erlaubt",
        message: "Ihr Konto hat dafür keine Berechtigung.",
        advice: "Wenn Sie meinen, dass es sie haben sollte, fragen Sie die Verwaltung dieses Servers.",
    },
    impossible: ExplanationTexts {
        title: "Aktion nicht möglich",
        message: "Das ist im aktuellen Zustand nicht möglich. Es wurde nichts geändert.",
        advice: "Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es erneut.",
    },
    too_many_requests: ExplanationTexts {
        title: "Zu viele Anfragen",
        message: "Aus Ihrem Netz kamen zu viele Anfragen.",
        advice: "Warten Sie eine Minute und versuchen Sie es erneut.",
    },
    fault: ExplanationTexts {
        title: "Etwas ist schiefgegangen",
        message: "Auf dem Server ist ein Fehler aufgetreten. Er wurde protokolliert.",
        advice: "Versuchen Sie es gleich erneut. Wenn es wieder geschieht, nennen Sie der Verwaltung die Kennung \
            unten.",
    },
    registration_closed: ExplanationTexts {
        title: "Die Registrierung ist geschlossen",
        message: "Auf diesem Server können Sie nicht selbst ein Konto anlegen.",
        advice: ASK_FOR_AN_ACCOUNT,
    },
    invitation_missing: ExplanationTexts {
        title: "Einladung erforderlich",
        message: "Sie brauchen eine Einladung, um auf diesem Server ein Konto anzulegen.",
        advice: ASK_FOR_AN_ACCOUNT,
    },
    invitation_unknown: ExplanationTexts {
        title: DEAD,
        message: "Diese Einladung gibt es nicht.",
        advice: ASK_FOR_AN_ACCOUNT,
    },
    invitation_spent: ExplanationTexts {
        title: DEAD,
        message: "Diese Einladung wurde schon verwendet.",
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
        advice: "Dieser Server ist schon eingerichtet. Melden Sie sich an oder bitten Sie die Verwaltung um ein Konto.",
    },
    setup_link_old: ExplanationTexts {
        title: DEAD,
        message: MEANT_FOR_THE_HOST,
        advice: "Es gibt einen neueren Link. Verwenden Sie ihn oder erzeugen Sie mit `signet admin setup-link` einen \
            neuen.",
    },
    setup_link_spent: ExplanationTexts {
        title: DEAD,
        message: MEANT_FOR_THE_HOST,
        advice: "Dieser Link wurde schon verwendet. Erzeugen Sie mit `signet admin setup-link` einen neuen.",
    },
    setup_link_expired: ExplanationTexts {
        title: DEAD,
        message: MEANT_FOR_THE_HOST,
        advice: "Dieser Link ist abgelaufen. Erzeugen Sie mit `signet admin setup-link` einen neuen.",
    },
    reset_link_unknown: ExplanationTexts {
        title: DEAD,
        message: "Er wurde schon verwendet, oder es gibt einen neueren Link.",
        advice: ASK_FOR_A_LINK,
    },
    reset_link_expired: ExplanationTexts {
        title: DEAD,
        message: "Dieser Link ist abgelaufen.",
        advice: ASK_FOR_A_LINK,
    },
    reset_of_disabled: ExplanationTexts {
        title: DEAD,
        message: "Dieses Konto ist gesperrt.",
        advice: "Bitten Sie die Verwaltung dieses Servers, es zu entsperren.",
    },
    form_from_elsewhere: ExplanationTexts {
        title: "Formular nicht angenommen",
        message: "Das Formular wurde von einer anderen Website gesendet. Es wurde nichts geändert.",
        advice: "Öffnen Sie die Seite auf diesem Server und senden Sie das Formular dort ab.",
    },
    form_expired: ExplanationTexts {
        title: "Dieses Formular ist abgelaufen",
        message: "Die Seite war zu lange offen. Es wurde nichts geändert.",
        advice: "Öffnen Sie die Seite neu und senden Sie das Formular erneut.",
    },
    cookies_missing: ExplanationTexts {
        title: "Cookies erforderlich",
        message: "Ihr Browser hat kein Cookie gesendet, das dieser Server für Formulare braucht. Cookies sind \
            blockiert, oder Sie haben die Seite über http geöffnet.",
        advice: "Erlauben Sie Cookies für diese Website, öffnen Sie die Seite über https und versuchen Sie es erneut.",
    },
    opened_by_http: ExplanationTexts {
        title: "Öffnen Sie diese Seite über https",
        message: "Sie haben diese Seite über http geöffnet. Ihr Browser sendet die Cookies dieses Servers nur über \
            https.",
        advice: "Öffnen Sie die Adresse unten und versuchen Sie es erneut.",
    },
    cookies_blocked: ExplanationTexts {
        title: "Ihr Browser hat kein Cookie gesendet",
        message: "Dieser Server braucht ein Cookie, um Sie anzumelden.",
        advice: "Erlauben Sie Cookies für diese Website und beginnen Sie in der App von vorn.",
    },
    to_your_account: "Zum Konto",
    for_the_developer: "Für Entwickler",
    reason: "Grund",
    reference: "Kennung: ",
};

const AGAIN: &str = "Gehen Sie zurück zur App und versuchen Sie es erneut. Wenn es wieder geschieht, wenden Sie sich \
    an den Betreiber der App.";
const ASK_FOR_AN_ACCOUNT: &str = "Bitten Sie die Verwaltung dieses Servers um ein Konto oder eine Einladung.";
const ASK_FOR_A_LINK: &str = "Bitten Sie die Verwaltung dieses Servers um einen neuen Link.";
const DEAD: &str = "Dieser Link funktioniert nicht";
const MEANT_FOR_THE_HOST: &str = "Dieser Link dient zum Einrichten des Servers.";

pub(super) const ERROR_CODES: ErrorCodesTexts = ErrorCodesTexts {
    errors: "Fehler",
    lead: |error, error_description| {
        html! {
            "Die Codes, die eine Anwendung in " (error) " bekommt, wenn eine Anfrage fehlschlägt, und was ihr \
                Entwickler tun kann. Der Parameter " (error_description) " beschreibt die Ursache."
        }
    },
    at_authorization: "Am Authorization-Endpunkt",
    at_token: "Am Token-Endpunkt",
    at_api: "Bei einer API",
    at_registration: "Beim Registrieren einer Anwendung",
    invalid_request: CodeTexts {
        meaning: "Ein Parameter fehlt, ist wiederholt oder hat einen ungültigen Wert. Oft ist es state oder die \
            PKCE-Challenge, die dieser Server verlangt.",
        advice: "Senden Sie state und code_challenge mit code_challenge_method=S256. Ein Client mit Geheimnis, der den \
            Scope openid anfordert, kann statt code_challenge auch nonce senden.",
    },
    unauthorized_client: CodeTexts {
        meaning: "Die Anwendung ist für diesen Response-Type oder Grant nicht registriert.",
        advice: "Fügen Sie den Grant-Type und den Response-Type zu ihrer Registrierung hinzu oder verwenden Sie \
            registrierte.",
    },
    access_denied: CodeTexts {
        meaning: "Die Person hat abgelehnt oder darf diese Anwendung nicht verwenden.",
        advice: "Machen Sie ohne Zugriff weiter und bieten Sie einen neuen Versuch an.",
    },
    unsupported_response_type: CodeTexts {
        meaning: "Dieser Server unterstützt den verlangten response_type nicht.",
        advice: "Verwenden Sie response_type=code. Der Authorization-Endpunkt stellt Tokens nur direkt aus, wenn der \
            Betreiber des Servers das einschaltet.",
    },
    invalid_scope: CodeTexts {
        meaning: "Die Anwendung kann nichts vom verlangten Scope bekommen oder verlangt Verwaltungs-Scopes, für die \
            sie nicht registriert ist. Andere Scopes, die sie nicht bekommen kann, werden ausgelassen. Was gilt, steht \
            in der Antwort in scope.",
        advice: "Vergleichen Sie scope mit der Registrierung der Anwendung. Ohne scope bekommt sie alles, wofür sie \
            bei einer API registriert ist. Sind es mehrere APIs, nennen Sie eine in resource.",
    },
    invalid_target: CodeTexts {
        meaning: "Die API in resource ist unbekannt, oder die Scopes gehören zu einer anderen.",
        advice: "Senden Sie die registrierte Kennung der API und in jeder Anfrage nur Scopes dieser API.",
    },
    server_error: CodeTexts {
        meaning: "Auf dem Server ist ein Fehler aufgetreten.",
        advice: "Versuchen Sie es erneut. Wenn es wieder geschieht, nennen Sie dem Betreiber dieses Servers den \
            Zeitpunkt.",
    },
    temporarily_unavailable: CodeTexts {
        meaning: "Der Server ist überlastet oder wird gerade beendet.",
        advice: "Versuchen Sie es in einer Minute erneut.",
    },
    login_required: CodeTexts {
        meaning: "Die Person muss sich anmelden, aber prompt=none verbietet das Fragen.",
        advice: "Schicken Sie die Person ohne prompt=none erneut zum Authorization-Endpunkt.",
    },
    consent_required: CodeTexts {
        meaning: "Die Person muss zustimmen, aber prompt=none verbietet das Fragen.",
        advice: "Schicken Sie die Person ohne prompt=none erneut zum Authorization-Endpunkt.",
    },
    unmet_authentication_requirements: CodeTexts {
        meaning: "Die Anwendung verlangt einen acr-Wert (essential in claims), den dieser Server nicht unterstützt.",
        advice: "Verlangen Sie einen aus acr_values_supported in den Metadaten, oder verwenden Sie acr_values, das \
            unverbindlich ist.",
    },
    request_uri_not_supported: CodeTexts {
        meaning: "Dieser Server nimmt den Parameter request_uri nicht an.",
        advice: "Senden Sie die Parameter direkt oder das Request-Objekt im Parameter request.",
    },
    invalid_request_object: CodeTexts {
        meaning: "Das Request-Objekt ist nicht von der Anwendung signiert, ist abgelaufen oder enthält einen \
            ungültigen Claim.",
        advice: "Signieren Sie es mit einem registrierten Schlüssel und mit diesem Server als Audience.",
    },
    invalid_request_uri: CodeTexts {
        meaning: "Das Request-Objekt lässt sich nicht von request_uri abrufen.",
        advice: "Registrieren Sie die URI und prüfen Sie, ob sie innerhalb von drei Sekunden antwortet.",
    },
    invalid_client: CodeTexts {
        meaning: "Die Client-Authentifizierung ist fehlgeschlagen.",
        advice: "Vergleichen Sie client_id, das Geheimnis und die Authentifizierungsmethode mit der Registrierung.",
    },
    invalid_grant: CodeTexts {
        meaning: "Code, Refresh-Token, Device-Code oder Passwort ist falsch, wurde schon verwendet, ist abgelaufen \
            oder gehört zu einer anderen Anwendung. Vielleicht wurde es auch widerrufen.",
        advice: "Lassen Sie die Person sich neu anmelden. Wenn es immer fehlschlägt, vergleichen Sie redirect_uri und \
            code_verifier mit denen der Authorization-Anfrage.",
    },
    unsupported_grant_type: CodeTexts {
        meaning: "Dieser Server kennt diesen grant_type nicht, oder er ist abgeschaltet.",
        advice: "Verwenden Sie einen aus grant_types_supported in den Metadaten.",
    },
    authorization_pending: CodeTexts {
        meaning: "Die Person hat noch nicht geantwortet.",
        advice: "Fragen Sie nach dem Intervall erneut an.",
    },
    slow_down: CodeTexts {
        meaning: "Das Gerät fragt zu oft an.",
        advice: "Verlängern Sie den Abstand zwischen den Anfragen um fünf Sekunden.",
    },
    expired_token: CodeTexts {
        meaning: "Die Person hat nicht rechtzeitig geantwortet.",
        advice: "Beginnen Sie neu mit einem neuen Device-Code.",
    },
    invalid_token: CodeTexts {
        meaning: "Das Access-Token ist abgelaufen, wurde widerrufen oder ist für eine andere API.",
        advice: "Holen Sie ein neues mit dem Refresh-Token oder durch eine neue Anmeldung, und nennen Sie die API in \
            resource.",
    },
    insufficient_scope: CodeTexts {
        meaning: "Das Access-Token ist gültig, erlaubt das aber nicht. WWW-Authenticate nennt den nötigen Scope.",
        advice: "Fordern Sie diesen Scope am Authorization-Endpunkt an.",
    },
    insufficient_user_authentication: CodeTexts {
        meaning: "Die Anmeldung der Person liegt dafür zu lange zurück. WWW-Authenticate nennt das nötige max_age.",
        advice: "Schicken Sie die Person mit diesem max_age zum Authorization-Endpunkt und verwenden Sie das neue \
            Access-Token.",
    },
    invalid_redirect_uri: CodeTexts {
        meaning: "Eine Redirect-URI hat ein Fragment, einen Platzhalter oder ein Schema, das nicht erlaubt ist.",
        advice: "Registrieren Sie jede Redirect-URI vollständig, mit https. Verwenden Sie http nur für \
            Loopback-Adressen.",
    },
    invalid_client_metadata: CodeTexts {
        meaning: "Eine andere Angabe der Registrierung hat einen Wert, der nicht erlaubt ist.",
        advice: "Ändern Sie die Angabe, die error_description nennt.",
    },
};

pub(super) const WRONG_HOST: WrongHostTexts = WrongHostTexts {
    wrong_address: "Falsche Adresse",
    other_name: |host| html! { "Dieser Server verwendet nicht den Namen " (host) ". Seine Adresse ist:" },
    behind_proxy: "Wenn ein Reverse-Proxy davor steht",
    pass_host_on: "Der Proxy muss den Host-Header des Browsers weitergeben. Meist genügt eine Zeile:",
    if_you_run: "Wenn Sie diesen Server betreiben",
    setting: |setting| {
        html! {
            "Die Adresse ist die Einstellung " (setting) ". Setzen Sie sie auf die Adresse, die Personen verwenden, \
                und starten Sie den Server neu. Tokens und Anwendungen enthalten sie. Ändern Sie sie später nicht mehr."
        }
    },
    where_it_is_set: |key, file, variable| format!("{key} in {file} oder {variable}"),
};
