use maud::html;

use super::security::{ago, times};
use crate::web::{
    RemedyKind, RemedyLine,
    i18n::{CompatibilityTexts, DeliveryTexts, RemedyTexts},
};

pub(super) const COMPATIBILITY: CompatibilityTexts = CompatibilityTexts {
    title: "Kompatibilität",
    lead: "Ändern Sie das nur, wenn die Anwendung es braucht. Ihre Dokumentation oder ein Fehler weiter oben sagt das. \
        Überall steht dabei, was es kostet.",
    save: "Kompatibilität speichern",
    restriction_title: "Wer sie benutzen darf",
    restrict: "Gruppen speichern",
    yes: "Ja",
    no: "Nein",
    as_server: |is_on| {
        if is_on {
            "Wie der Server eingestellt ist: ja".to_owned()
        } else {
            "Wie der Server eingestellt ist: nein".to_owned()
        }
    },
    as_usual: "Wie üblich: ja bei öffentlichen Anwendungen, sonst nein",
    without_nonce: "Wie der Server eingestellt ist: ja, außer bei Anfragen mit openid und nonce",
    not_signed: "Nicht signiert",
    any: "Jeder",
    ask_administrator: "Das kann nur die Verwaltung ändern. Fragen Sie die Verwaltung dieses Servers.",
    always: "Eine öffentliche Anwendung benutzt immer PKCE.",
    pkce_reserved: "PKCE abschalten kann nur die Verwaltung. Fragen Sie die Verwaltung dieses Servers.",
    not_json: "Geben Sie ein JWK-Set als JSON ein: ein Objekt mit dem Array keys.",
    not_a_number: "Geben Sie eine Anzahl von Sekunden ein.",
    allowed_groups: "Gruppen",
    allowed_groups_cost: "Eine Gruppe pro Zeile. Nur ihre Mitglieder können sich bei der Anwendung anmelden. Lassen Sie es \
        leer, um alle einzulassen.",
    require_pkce: "PKCE wird verlangt",
    require_pkce_cost: "Bei Nein kann einen Code, der bekannt wird, jeder einlösen, der das Client-Geheimnis hat. Bei \
        Ja brauchen auch Anfragen mit openid und nonce PKCE.",
    require_state: "Der Parameter state wird verlangt",
    require_state_cost: "Bei Nein kann eine andere Website Personen unter einem fremden Konto bei der Anwendung anmelden, \
        wenn diese auch weder PKCE noch nonce benutzt.",
    claims_in_id_token: "Claims im ID-Token",
    claims_in_id_token_cost: "Nötig für Bibliotheken, die nur das ID-Token lesen: Auth.js und NextAuth, Streamlit, Synapse, \
        GoToSocial, BookStack, Grafana, kube-apiserver, Apache Guacamole. Namen und Adressen stehen dann in jedem ID-Token, auch in \
        Protokollen, die es aufzeichnen.",
    backchannel_logout_uri: "Adresse für Back-Channel-Logout",
    backchannel_logout_uri_cost: "Dorthin sendet der Server ein Logout-Token, wenn eine Sitzung endet. Er muss die Adresse \
        erreichen.",
    backchannel_logout_session_required: "Das Logout-Token nennt die Sitzung",
    backchannel_logout_session_required_cost: "Für Anwendungen, die eine Sitzung statt aller einer Person beenden. Es \
        kostet nichts.",
    frontchannel_logout_uri: "Adresse für Front-Channel-Logout",
    frontchannel_logout_uri_cost: "Die letzte Seite nach dem Abmelden zeigt sie in einem Rahmen. Die meisten Browser halten \
        Cookies von Rahmen fremder Seiten fern, daher bewirkt es oft nichts.",
    frontchannel_logout_session_required: "Front-Channel-Logout nennt die Sitzung",
    frontchannel_logout_session_required_cost: "Es kostet nichts: Aussteller und Sitzung werden immer gesendet.",
    token_endpoint_auth_method: "Authentifizierung der Anwendung",
    token_endpoint_auth_method_cost: "Mit none kann sich jeder als die Anwendung ausgeben, und nur PKCE schützt ihre Codes.",
    token_endpoint_as_audience: "Assertions dürfen den Token-Endpunkt nennen",
    token_endpoint_as_audience_cost: "Bei Ja wird hier eine Assertion angenommen, die ein anderer Server die Anwendung für \
        diesen Token-Endpunkt hat signieren lassen.",
    token_endpoint_auth_signing_alg: "Signatur von Assertions",
    token_endpoint_auth_signing_alg_cost: "Bei Jeder wird jeder Algorithmus angenommen, der zum Schlüssel passt.",
    jwks_uri: "Adresse der öffentlichen Schlüssel",
    jwks_uri_cost: "Der Server holt die Schlüssel von dort. Wer die Adresse kontrolliert, kann als die Anwendung signieren.",
    jwks: "Öffentliche Schlüssel der Anwendung",
    jwks_cost: "Ein JWK-Set als JSON. Sie müssen es hier ändern, wenn die Anwendung ihre Schlüssel wechselt.",
    grant_types: "Grant-Types",
    grant_types_cost: "Jeder weitere ist ein weiterer Weg zu Tokens. Implicit und password geben Tokens und Passwörter preis.",
    response_types: "Response-Types",
    response_types_cost: "Alles außer code sendet Tokens durch den Browser, wo andere Programme sie lesen können.",
    application_type: "Art der Anwendung",
    application_type_cost: "Eine native Anwendung läuft auf den Geräten der Personen, wo sich ein anderes Programm als sie \
        ausgeben kann.",
    rotate_refresh_tokens: "Jedes Erneuern ergibt ein neues Refresh-Token",
    rotate_refresh_tokens_cost: "Bei Nein gilt ein Refresh-Token, das bekannt wird, bis es abläuft. Bei Ja muss eine \
        Anwendung, der eine Antwort verloren geht, neu anmelden.",
    id_token_signed_response_alg: "Signatur von ID-Tokens",
    id_token_signed_response_alg_cost: "Wählen Sie, was die Anwendung prüfen kann. RS256 kennt jede Bibliothek.",
    userinfo_signed_response_alg: "Signatur von UserInfo-Antworten",
    userinfo_signed_response_alg_cost: "Die meisten Bibliotheken erwarten einfaches JSON und scheitern an einer signierten \
        Antwort.",
    subject_type: "Subjekt",
    subject_type_cost: "Mit pairwise kennt die Anwendung Personen unter eigenen Kennungen. Ändern Sie es nur vor der ersten \
        Anmeldung: danach hält die Anwendung alle für neue Personen.",
    sector_identifier_uri: "Adresse des Sektors",
    sector_identifier_uri_cost: "Nur für pairwise, wenn mehrere Anwendungen die Kennungen teilen. Sie können Personen dann \
        vergleichen.",
    default_max_age: "Anmeldung ist nicht älter als (Sekunden)",
    default_max_age_cost: "Ist die Anmeldung älter, geben Personen ihr Passwort erneut ein, wenn eine Anfrage nichts anderes \
        sagt.",
    require_auth_time: "ID-Tokens sagen, wann die Person sich angemeldet hat",
    require_auth_time_cost: "Die Anwendung erfährt den Zeitpunkt der Anmeldung.",
    default_acr_values: "Vorgegebene acr-Werte",
    default_acr_values_cost: "Einer pro Zeile. Was der Server nicht erreicht, wird nicht erzwungen.",
    request_object_signing_alg: "Signatur von Request-Objekten",
    request_object_signing_alg_cost: "Bei Jeder wird jeder Algorithmus angenommen, der zu den Schlüsseln passt.",
    request_uris: "Adressen von Request-Objekten",
    request_uris_cost: "Eine pro Zeile. Der Server holt Anfragen von dort, wenn seine Konfiguration es erlaubt.",
    initiate_login_uri: "Adresse, die eine Anmeldung beginnt",
    initiate_login_uri_cost: "Dritte können Personen dorthin senden, um eine Anmeldung bei der Anwendung zu beginnen.",
    client_uri: "Startseite",
    client_uri_cost: "Seiten über die Anwendung verweisen darauf.",
    contacts: "Kontakte",
    contacts_cost: "Einer pro Zeile. Die Verwaltung sieht sie.",
};

pub(super) const REMEDY: RemedyTexts = RemedyTexts {
    title: "Einstellung ändern",
    lead: "Diese Einstellungen hätten Anfragen durchgelassen, die abgelehnt wurden.",
    question: |client| html! { "Eine Einstellung von " (client) " ändern?" },
    what: |kind| match kind {
        RemedyKind::StateOptional => "Anfragen ohne den Parameter state wurden abgelehnt.",
        RemedyKind::PkceOptional => "Anfragen ohne PKCE wurden abgelehnt.",
        RemedyKind::RedirectUri => "Diese Redirect-URI wurde gesendet und ist nicht registriert.",
        RemedyKind::PostLogoutRedirectUri => {
            "Diese Adresse nach dem Abmelden wurde gesendet und ist nicht registriert."
        }
        RemedyKind::RequestUri => "Diese Adresse eines Request-Objekts wurde gesendet und ist nicht registriert.",
        RemedyKind::ResponseType => "Die Anwendung ist für diesen Response-Type nicht registriert.",
        RemedyKind::GrantType => "Die Anwendung ist für diesen Grant-Type nicht registriert.",
        RemedyKind::Scope => "Die Anwendung ist für diesen Scope nicht registriert.",
        RemedyKind::TokenEndpointAsAudience => {
            "Assertions nannten den Token-Endpunkt als Audience und wurden abgelehnt."
        }
        RemedyKind::AnyAssertionAlgorithm => {
            "Assertions waren mit einem anderen Algorithmus als dem registrierten signiert."
        }
        RemedyKind::AnyRequestObjectAlgorithm => {
            "Request-Objekte waren mit einem anderen Algorithmus als dem registrierten signiert."
        }
    },
    offer: |kind| match kind {
        RemedyKind::StateOptional => "State nicht verlangen",
        RemedyKind::PkceOptional => "PKCE nicht verlangen",
        RemedyKind::RedirectUri | RemedyKind::PostLogoutRedirectUri | RemedyKind::RequestUri => "Hinzufügen",
        RemedyKind::ResponseType | RemedyKind::GrantType | RemedyKind::Scope => "Registrieren",
        RemedyKind::TokenEndpointAsAudience => "Diese Audience annehmen",
        RemedyKind::AnyAssertionAlgorithm | RemedyKind::AnyRequestObjectAlgorithm => "Jeden Algorithmus annehmen",
    },
    cost: |kind| match kind {
        RemedyKind::StateOptional => COMPATIBILITY.require_state_cost,
        RemedyKind::PkceOptional => COMPATIBILITY.require_pkce_cost,
        RemedyKind::RedirectUri => {
            "Anmeldungen bei der Anwendung können von da an dort enden. Fügen Sie sie nur hinzu, wenn sie Ihre ist."
        }
        RemedyKind::PostLogoutRedirectUri => {
            "Personen können nach dem Abmelden dorthin gesendet werden. Fügen Sie sie nur hinzu, wenn sie Ihre ist."
        }
        RemedyKind::RequestUri => COMPATIBILITY.request_uris_cost,
        RemedyKind::ResponseType => COMPATIBILITY.response_types_cost,
        RemedyKind::GrantType => COMPATIBILITY.grant_types_cost,
        RemedyKind::Scope => {
            "Die Anwendung kann Personen darum bitten, und erfährt oder tut mehr, sobald sie zustimmen."
        }
        RemedyKind::TokenEndpointAsAudience => COMPATIBILITY.token_endpoint_as_audience_cost,
        RemedyKind::AnyAssertionAlgorithm => COMPATIBILITY.token_endpoint_auth_signing_alg_cost,
        RemedyKind::AnyRequestObjectAlgorithm => COMPATIBILITY.request_object_signing_alg_cost,
    },
    times: |line: &RemedyLine| format!("{}, zuletzt {}", times(line.count), ago(line.seconds_ago)),
    setting: |member| html! { "Das ändert die Einstellung " (member) "." },
    anyone: "Jeder kann eine solche Anfrage im Namen der Anwendung senden. Ändern Sie die Einstellung nur, wenn die Anwendung \
        sie gesendet hat.",
    keep: "So lassen",
    change: "Einstellung ändern",
    ask_administrator: "Diese Einstellung kann nur die Verwaltung ändern. Fragen Sie die Verwaltung dieses Servers.",
    needs_setting: |setting| {
        format!("Der Server ist ohne das konfiguriert. Fragen Sie die Person, die ihn betreibt, nach {setting}.")
    },
    only_to_look_at: |reason| format!("Sie lässt sich hier nicht ändern: {reason}."),
};

pub(super) const DELIVERY: DeliveryTexts = DeliveryTexts {
    title: "Logout-Tokens, die nicht zugestellt wurden",
    lead: "Der Server teilt der Anwendung mit, dass eine Sitzung geendet hat, bis zu fünfmal innerhalb von zehn Minuten.",
    not_https: "Die Adresse für Back-Channel-Logout ist nicht https.",
    private: "Die Adresse für Back-Channel-Logout liegt in einem privaten Netz. In einem Heimnetz setzt die Person, die den \
        Server betreibt, fetch.allow_private_addresses = true.",
    unreachable: "Die Anwendung war nicht zu erreichen.",
    too_slow: "Die Anwendung hat nicht innerhalb von 3 Sekunden geantwortet.",
    status: |status| format!("Die Anwendung hat mit dem Status {status} statt mit 200 oder 204 geantwortet."),
    times: |count, seconds_ago| format!("{}, zuletzt {}", times(count), ago(seconds_ago)),
    warning_not_https: "Logout-Tokens können nicht zugestellt werden: die Adresse für Back-Channel-Logout ist nicht https. In \
        einem Heimnetz kann die Person, die den Server betreibt, http mit fetch.allow_private_addresses = true erlauben.",
    warning_private: "Logout-Tokens können nicht zugestellt werden: die Adresse für Back-Channel-Logout liegt in einem \
        privaten Netz. In einem Heimnetz setzt die Person, die den Server betreibt, fetch.allow_private_addresses = true.",
};
