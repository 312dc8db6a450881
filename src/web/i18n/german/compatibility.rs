use maud::html;

use super::security::{ago, times};
use crate::web::{
    RemedyKind, RemedyLine,
    i18n::{CompatibilityTexts, DeliveryTexts, RemedyTexts},
};

pub(super) const COMPATIBILITY: CompatibilityTexts = CompatibilityTexts {
    title: "Kompatibilität",
    lead: "Ändern Sie diese Einstellungen nur, wenn die Anwendung es braucht. Das steht in ihrer Dokumentation oder in \
        einem Fehler weiter oben. Bei jeder Einstellung stehen die Folgen.",
    save: "Kompatibilität speichern",
    restriction_title: "Wer sie verwenden darf",
    restrict: "Gruppen speichern",
    yes: "Ja",
    no: "Nein",
    as_server: |is_on| {
        if is_on { "Vorgabe des Servers: ja".to_owned() } else { "Vorgabe des Servers: nein".to_owned() }
    },
    as_usual: "Standard: ja bei öffentlichen Anwendungen, sonst nein",
    without_nonce: "Vorgabe des Servers: ja, außer bei Anfragen mit openid und nonce",
    not_signed: "Nicht signiert",
    any: "Beliebig",
    ask_administrator: "Diese Einstellung kann nur die Verwaltung dieses Servers ändern.",
    always: "Öffentliche Anwendungen verwenden immer PKCE.",
    pkce_reserved: "PKCE kann nur die Verwaltung dieses Servers abschalten.",
    not_json: "Geben Sie ein JWK-Set als JSON ein: ein Objekt mit dem Array keys.",
    not_a_number: "Geben Sie eine Anzahl von Sekunden ein.",
    allowed_groups: "Gruppen",
    allowed_groups_cost: "Eine Gruppe pro Zeile. Nur Mitglieder können sich bei der Anwendung anmelden. Leer bedeutet: \
        alle.",
    require_pkce: "PKCE verlangen",
    require_pkce_cost: "Bei Nein kann jeder mit dem Client-Geheimnis einen abgefangenen Code einlösen. Bei Ja brauchen \
        auch Anfragen mit openid und nonce PKCE.",
    require_state: "Parameter state verlangen",
    require_state_cost: "Bei Nein kann eine andere Website Personen unter einem fremden Konto anmelden, wenn die \
        Anwendung weder PKCE noch nonce verwendet.",
    claims_in_id_token: "Claims im ID-Token",
    claims_in_id_token_cost: "Nötig für Bibliotheken, die nur das ID-Token lesen: Auth.js und NextAuth, Streamlit, \
        Synapse, GoToSocial, BookStack, Grafana, kube-apiserver, Apache Guacamole. ID-Tokens enthalten dann Namen und \
        Adressen, die in Protokolle gelangen können.",
    backchannel_logout_uri: "Back-Channel-Logout-URI",
    backchannel_logout_uri_cost: "Der Server sendet ein Logout-Token an diese URI, wenn eine Sitzung endet. Er muss \
        sie erreichen können.",
    backchannel_logout_session_required: "Sitzungs-ID im Logout-Token",
    backchannel_logout_session_required_cost: "Für Anwendungen, die nur eine Sitzung statt aller Sitzungen einer \
        Person beenden. Es hat keinen Nachteil.",
    frontchannel_logout_uri: "Front-Channel-Logout-URI",
    frontchannel_logout_uri_cost: "Wird nach dem Abmelden in einem Frame geladen. Die meisten Browser blockieren \
        Cookies in Frames fremder Websites, daher bewirkt es oft nichts.",
    frontchannel_logout_session_required: "Sitzungs-ID im Front-Channel-Logout",
    frontchannel_logout_session_required_cost: "Kein Nachteil: Aussteller und Sitzungs-ID werden immer gesendet.",
    token_endpoint_auth_method: "Client-Authentifizierung",
    token_endpoint_auth_method_cost: "Mit none kann sich jeder als die Anwendung ausgeben, und nur PKCE schützt ihre \
        Codes.",
    token_endpoint_as_audience: "Token-Endpunkt als Audience von Assertions annehmen",
    token_endpoint_as_audience_cost: "Bei Ja nimmt dieser Server auch eine Assertion an, die ein anderer Server der \
        Anwendung für diesen Token-Endpunkt entlockt hat.",
    token_endpoint_auth_signing_alg: "Signaturalgorithmus von Assertions",
    token_endpoint_auth_signing_alg_cost: "Bei „Beliebig“ werden alle Algorithmen angenommen, die zum Schlüssel \
        passen.",
    jwks_uri: "JWKS-URI",
    jwks_uri_cost: "Der Server ruft die öffentlichen Schlüssel der Anwendung von dort ab. Wer die URI kontrolliert, \
        kann als die Anwendung signieren.",
    jwks: "Öffentliche Schlüssel der Anwendung",
    jwks_cost: "Ein JWK-Set als JSON. Aktualisieren Sie es hier, wenn die Anwendung ihre Schlüssel wechselt.",
    grant_types: "Grant-Types",
    grant_types_cost: "Jeder weitere Grant-Type ist ein weiterer Weg zu Tokens. Implicit gibt Tokens preis, password \
        gibt Passwörter preis.",
    response_types: "Response-Types",
    response_types_cost: "Alles außer code sendet Tokens durch den Browser, wo andere Programme sie lesen können.",
    application_type: "Art der Anwendung",
    application_type_cost: "Eine native Anwendung läuft auf den Geräten der Personen. Dort kann sich ein anderes \
        Programm als sie ausgeben.",
    rotate_refresh_tokens: "Refresh-Tokens bei jeder Verwendung wechseln",
    rotate_refresh_tokens_cost: "Bei Nein gilt ein abgefangenes Refresh-Token, bis es abläuft. Bei Ja muss eine \
        Anwendung Personen neu anmelden, wenn ihr eine Antwort verloren geht.",
    id_token_signed_response_alg: "Signaturalgorithmus von ID-Tokens",
    id_token_signed_response_alg_cost: "Wählen Sie einen, den die Anwendung prüfen kann. Jede Bibliothek unterstützt \
        RS256.",
    userinfo_signed_response_alg: "Signaturalgorithmus von UserInfo-Antworten",
    userinfo_signed_response_alg_cost: "Die meisten Bibliotheken erwarten einfaches JSON und können signierte \
        Antworten nicht lesen.",
    subject_type: "Subject-Typ",
    subject_type_cost: "Mit pairwise bekommt die Anwendung eigene Kennungen für Personen. Ändern Sie das nur vor der \
        ersten Anmeldung: Danach hält die Anwendung alle für neue Personen.",
    sector_identifier_uri: "Sector-Identifier-URI",
    sector_identifier_uri_cost: "Nur für pairwise-Kennungen, die mehrere Anwendungen teilen. Diese Anwendungen können \
        Personen dann einander zuordnen.",
    default_max_age: "Höchstalter der Anmeldung (Sekunden)",
    default_max_age_cost: "Ist die Anmeldung älter, geben Personen ihr Passwort erneut ein. Eine Anfrage kann etwas \
        anderes verlangen.",
    require_auth_time: "Anmeldezeit in ID-Tokens",
    require_auth_time_cost: "Die Anwendung erfährt, wann sich die Person angemeldet hat.",
    default_acr_values: "Standard-acr-Werte",
    default_acr_values_cost: "Einer pro Zeile. Werte, die der Server nicht unterstützt, werden nicht erzwungen.",
    request_object_signing_alg: "Signaturalgorithmus von Request-Objekten",
    request_object_signing_alg_cost: "Bei „Beliebig“ werden alle Algorithmen angenommen, die zu den Schlüsseln der \
        Anwendung passen.",
    request_uris: "Request-URIs",
    request_uris_cost: "Eine pro Zeile. Der Server ruft Request-Objekte von dort ab, wenn seine Konfiguration es \
        erlaubt.",
    initiate_login_uri: "Initiate-Login-URI",
    initiate_login_uri_cost: "Dritte können Personen zu dieser URI schicken, um eine Anmeldung bei der Anwendung zu \
        beginnen.",
    client_uri: "Startseite",
    client_uri_cost: "Seiten über die Anwendung verlinken sie.",
    contacts: "Kontakte",
    contacts_cost: "Einer pro Zeile. Die Verwaltung sieht sie.",
};

pub(super) const REMEDY: RemedyTexts = RemedyTexts {
    title: "Einstellung ändern",
    lead: "Einige Anfragen wurden abgelehnt. Mit diesen Einstellungen hätte der Server sie angenommen.",
    question: |client| html! { "Eine Einstellung von " (client) " ändern?" },
    what: |kind| match kind {
        RemedyKind::StateOptional => "Anfragen ohne den Parameter state wurden abgelehnt.",
        RemedyKind::PkceOptional => "Anfragen ohne PKCE wurden abgelehnt.",
        RemedyKind::RedirectUri => "Diese Redirect-URI ist nicht registriert.",
        RemedyKind::PostLogoutRedirectUri => "Diese Post-Logout-Redirect-URI ist nicht registriert.",
        RemedyKind::RequestUri => "Diese Request-URI ist nicht registriert.",
        RemedyKind::ResponseType => "Die Anwendung ist für diesen Response-Type nicht registriert.",
        RemedyKind::GrantType => "Die Anwendung ist für diesen Grant-Type nicht registriert.",
        RemedyKind::Scope => "Die Anwendung ist für diesen Scope nicht registriert.",
        RemedyKind::TokenEndpointAsAudience => "Assertions mit dem Token-Endpunkt als Audience wurden abgelehnt.",
        RemedyKind::AnyAssertionAlgorithm => "Assertions waren nicht mit dem registrierten Algorithmus signiert.",
        RemedyKind::AnyRequestObjectAlgorithm => {
            "Request-Objekte waren nicht mit dem registrierten Algorithmus signiert."
        }
    },
    offer: |kind| match kind {
        RemedyKind::StateOptional => "state nicht verlangen",
        RemedyKind::PkceOptional => "PKCE nicht verlangen",
        RemedyKind::RedirectUri | RemedyKind::PostLogoutRedirectUri | RemedyKind::RequestUri => "URI registrieren",
        RemedyKind::ResponseType | RemedyKind::GrantType | RemedyKind::Scope => "Zur Registrierung hinzufügen",
        RemedyKind::TokenEndpointAsAudience => "Diese Audience annehmen",
        RemedyKind::AnyAssertionAlgorithm | RemedyKind::AnyRequestObjectAlgorithm => "Jeden Algorithmus annehmen",
    },
    cost: |kind| match kind {
        RemedyKind::StateOptional => COMPATIBILITY.require_state_cost,
        RemedyKind::PkceOptional => COMPATIBILITY.require_pkce_cost,
        RemedyKind::RedirectUri => {
            "Anmeldungen bei der Anwendung können dann an dieser Adresse enden. Fügen Sie sie nur hinzu, wenn sie \
             Ihnen gehört."
        }
        RemedyKind::PostLogoutRedirectUri => {
            "Personen können nach dem Abmelden zu dieser Adresse geschickt werden. Fügen Sie sie nur hinzu, wenn sie \
             Ihnen gehört."
        }
        RemedyKind::RequestUri => COMPATIBILITY.request_uris_cost,
        RemedyKind::ResponseType => COMPATIBILITY.response_types_cost,
        RemedyKind::GrantType => COMPATIBILITY.grant_types_cost,
        RemedyKind::Scope => {
            "Die Anwendung kann Personen um diesen Scope bitten und bekommt mehr Zugriff, wenn sie zustimmen."
        }
        RemedyKind::TokenEndpointAsAudience => COMPATIBILITY.token_endpoint_as_audience_cost,
        RemedyKind::AnyAssertionAlgorithm => COMPATIBILITY.token_endpoint_auth_signing_alg_cost,
        RemedyKind::AnyRequestObjectAlgorithm => COMPATIBILITY.request_object_signing_alg_cost,
    },
    times: |line: &RemedyLine| format!("{}, zuletzt {}", times(line.count), ago(line.seconds_ago)),
    setting: |member| html! { "Das ändert die Einstellung " (member) "." },
    anyone: "Jeder kann eine solche Anfrage im Namen der Anwendung senden. Ändern Sie die Einstellung nur, wenn die \
        Anwendung sie gesendet hat.",
    keep: "Einstellung beibehalten",
    change: "Einstellung ändern",
    ask_administrator: "Diese Einstellung kann nur die Verwaltung dieses Servers ändern.",
    needs_setting: |setting| {
        format!("Die Konfiguration des Servers erlaubt das nicht. Bitten Sie den Betreiber des Servers um {setting}.")
    },
    only_to_look_at: |reason| format!("Sie lässt sich hier nicht ändern: {reason}."),
};

pub(super) const DELIVERY: DeliveryTexts = DeliveryTexts {
    title: "Nicht zugestellte Logout-Tokens",
    lead: "Wenn eine Sitzung endet, sendet der Server der Anwendung ein Logout-Token, bis zu fünfmal innerhalb von \
        zehn Minuten.",
    not_https: "Die Back-Channel-Logout-URI verwendet kein https.",
    private: "Die Back-Channel-Logout-URI liegt in einem privaten Netz. In einem Heimnetz kann der Betreiber des \
        Servers fetch.allow_private_addresses = true setzen.",
    unreachable: "Die Anwendung war nicht erreichbar.",
    too_slow: "Die Anwendung hat nicht innerhalb von 3 Sekunden geantwortet.",
    status: |status| format!("Die Anwendung hat mit Status {status} statt 200 oder 204 geantwortet."),
    times: |count, seconds_ago| format!("{}, zuletzt {}", times(count), ago(seconds_ago)),
    warning_not_https: "Logout-Tokens können nicht zugestellt werden, weil die Back-Channel-Logout-URI kein https \
        verwendet. In einem Heimnetz kann der Betreiber des Servers http mit fetch.allow_private_addresses = true \
        erlauben.",
    warning_private: "Logout-Tokens können nicht zugestellt werden, weil die Back-Channel-Logout-URI in einem privaten \
        Netz liegt. In einem Heimnetz kann der Betreiber des Servers fetch.allow_private_addresses = true setzen.",
};
