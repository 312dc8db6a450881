use maud::html;

use super::security::{ago, times};
use crate::web::{
    RemedyKind, RemedyLine,
    i18n::{CompatibilityTexts, DeliveryTexts, RemedyTexts},
};

pub(super) const COMPATIBILITY: CompatibilityTexts = CompatibilityTexts {
    title: "Compatibility",
    lead: "Change these settings only if the application needs it. Its documentation or an error above tells you so. \
        Each setting explains its consequences.",
    save: "Save compatibility settings",
    restriction_title: "Who can use it",
    restrict: "Save groups",
    yes: "Yes",
    no: "No",
    as_server: |is_on| {
        if is_on { "Server default: yes".to_owned() } else { "Server default: no".to_owned() }
    },
    as_usual: "Default: yes for public applications, no for others",
    without_nonce: "Server default: yes, except for requests with openid and nonce",
    not_signed: "Not signed",
    any: "Any",
    ask_administrator: "Only an administrator can change this setting. Ask an administrator of this server.",
    always: "Public applications always use PKCE.",
    pkce_reserved: "Only an administrator can turn off PKCE. Ask an administrator of this server.",
    not_json: "Enter a JWK Set as JSON: an object with a keys array.",
    not_a_number: "Enter a number of seconds.",
    allowed_groups: "Groups",
    allowed_groups_cost: "One group per line. Only members can sign in to the application. Leave empty to allow \
        everyone.",
    require_pkce: "Require PKCE",
    require_pkce_cost: "If no, anyone with the client secret can redeem a leaked code. If yes, requests with openid \
        and nonce need PKCE too.",
    require_state: "Require the state parameter",
    require_state_cost: "If no and the application uses neither PKCE nor nonce, another site can sign people in under \
        a foreign account.",
    claims_in_id_token: "Claims in the ID token",
    claims_in_id_token_cost: "Needed by libraries that read only the ID token: Auth.js and NextAuth, Streamlit, \
        Synapse, GoToSocial, BookStack, Grafana, kube-apiserver, Apache Guacamole. ID tokens then contain names and \
        addresses, which may end up in logs.",
    backchannel_logout_uri: "Back-channel logout URI",
    backchannel_logout_uri_cost: "The server sends a logout token to this URI when a session ends. It must be able to \
        reach it.",
    backchannel_logout_session_required: "Session ID in the logout token",
    backchannel_logout_session_required_cost: "For applications that end one session instead of all sessions of a \
        person. There is no drawback.",
    frontchannel_logout_uri: "Front-channel logout URI",
    frontchannel_logout_uri_cost: "Loaded in a frame after sign-out. Most browsers block cookies in frames of other \
        sites, so it often has no effect.",
    frontchannel_logout_session_required: "Session ID in front-channel logout",
    frontchannel_logout_session_required_cost: "No drawback: issuer and session ID are always sent.",
    token_endpoint_auth_method: "Client authentication",
    token_endpoint_auth_method_cost: "With none, anyone can impersonate the application, and only PKCE protects its \
        codes.",
    token_endpoint_as_audience: "Accept the token endpoint as audience of assertions",
    token_endpoint_as_audience_cost: "If yes, this server accepts an assertion that another server tricked the \
        application into signing for this token endpoint.",
    token_endpoint_auth_signing_alg: "Signing algorithm of assertions",
    token_endpoint_auth_signing_alg_cost: "With Any, all algorithms that match the key are accepted.",
    jwks_uri: "JWKS URI",
    jwks_uri_cost: "The server fetches the application's public keys from this URI. Anyone who controls it can sign as \
        the application.",
    jwks: "Public keys of the application",
    jwks_cost: "A JWK Set as JSON. Update it here whenever the application changes its keys.",
    grant_types: "Grant types",
    grant_types_cost: "Each additional grant is another way to get tokens. Implicit exposes tokens, and password \
        exposes passwords.",
    response_types: "Response types",
    response_types_cost: "Anything but code sends tokens through the browser, where other software can read them.",
    application_type: "Application type",
    application_type_cost: "A native application runs on people's devices, where another program can impersonate it.",
    rotate_refresh_tokens: "Rotate refresh tokens",
    rotate_refresh_tokens_cost: "If no, a leaked refresh token works until it expires. If yes, an application that \
        loses a response has to sign people in again.",
    id_token_signed_response_alg: "Signing algorithm of ID tokens",
    id_token_signed_response_alg_cost: "Choose one that the application can verify. Every library supports RS256.",
    userinfo_signed_response_alg: "Signing algorithm of UserInfo responses",
    userinfo_signed_response_alg_cost: "Most libraries expect plain JSON and cannot read a signed response.",
    subject_type: "Subject type",
    subject_type_cost: "With pairwise, the application gets its own identifiers for people. Change it only before the \
        first sign-in: later, the application treats everyone as a new person.",
    sector_identifier_uri: "Sector identifier URI",
    sector_identifier_uri_cost: "Only for pairwise subjects shared by several applications. Those applications can \
        then match people to each other.",
    default_max_age: "Maximum age of the sign-in (seconds)",
    default_max_age_cost: "If the sign-in is older, people enter their password again. A request can override this.",
    require_auth_time: "Sign-in time in ID tokens",
    require_auth_time_cost: "The application learns when the person signed in.",
    default_acr_values: "Default acr values",
    default_acr_values_cost: "One per line. Values that the server does not support are not enforced.",
    request_object_signing_alg: "Signing algorithm of request objects",
    request_object_signing_alg_cost: "With Any, all algorithms that match the application's keys are accepted.",
    request_uris: "Request URIs",
    request_uris_cost: "One per line. The server fetches request objects from these URIs if its configuration allows \
        it.",
    initiate_login_uri: "Initiate login URI",
    initiate_login_uri_cost: "Third parties can send people to this URI to start a sign-in to the application.",
    client_uri: "Home page",
    client_uri_cost: "Pages about the application link to it.",
    contacts: "Contacts",
    contacts_cost: "One per line. Administrators see them.",
};

pub(super) const REMEDY: RemedyTexts = RemedyTexts {
    title: "Change setting",
    lead: "Some requests were rejected. With these settings, the server would have accepted them.",
    question: |client| html! { "Change a setting of " (client) "?" },
    what: |kind| match kind {
        RemedyKind::StateOptional => "Requests without the state parameter were rejected.",
        RemedyKind::PkceOptional => "Requests without PKCE were rejected.",
        RemedyKind::RedirectUri => "This redirect URI is not registered.",
        RemedyKind::PostLogoutRedirectUri => "This post-logout redirect URI is not registered.",
        RemedyKind::RequestUri => "This request URI is not registered.",
        RemedyKind::ResponseType => "The application is not registered for this response type.",
        RemedyKind::GrantType => "The application is not registered for this grant type.",
        RemedyKind::Scope => "The application is not registered for this scope.",
        RemedyKind::TokenEndpointAsAudience => "Assertions with the token endpoint as their audience were rejected.",
        RemedyKind::AnyAssertionAlgorithm => "Assertions were not signed with the registered algorithm.",
        RemedyKind::AnyRequestObjectAlgorithm => "Request objects were not signed with the registered algorithm.",
    },
    offer: |kind| match kind {
        RemedyKind::StateOptional => "Do not require state",
        RemedyKind::PkceOptional => "Do not require PKCE",
        RemedyKind::RedirectUri | RemedyKind::PostLogoutRedirectUri | RemedyKind::RequestUri => "Register URI",
        RemedyKind::ResponseType | RemedyKind::GrantType | RemedyKind::Scope => "Add to registration",
        RemedyKind::TokenEndpointAsAudience => "Accept this audience",
        RemedyKind::AnyAssertionAlgorithm | RemedyKind::AnyRequestObjectAlgorithm => "Accept any algorithm",
    },
    cost: |kind| match kind {
        RemedyKind::StateOptional => COMPATIBILITY.require_state_cost,
        RemedyKind::PkceOptional => COMPATIBILITY.require_pkce_cost,
        RemedyKind::RedirectUri => {
            "Sign-ins to the application can then end at this address. Add it only if the address is yours."
        }
        RemedyKind::PostLogoutRedirectUri => {
            "People can then be sent to this address after signing out. Add it only if the address is yours."
        }
        RemedyKind::RequestUri => COMPATIBILITY.request_uris_cost,
        RemedyKind::ResponseType => COMPATIBILITY.response_types_cost,
        RemedyKind::GrantType => COMPATIBILITY.grant_types_cost,
        RemedyKind::Scope => "The application can ask people for this scope, and gets more access if they agree.",
        RemedyKind::TokenEndpointAsAudience => COMPATIBILITY.token_endpoint_as_audience_cost,
        RemedyKind::AnyAssertionAlgorithm => COMPATIBILITY.token_endpoint_auth_signing_alg_cost,
        RemedyKind::AnyRequestObjectAlgorithm => COMPATIBILITY.request_object_signing_alg_cost,
    },
    times: |line: &RemedyLine| format!("{}, last {}", times(line.count), ago(line.seconds_ago)),
    setting: |member| html! { "This changes the setting " (member) "." },
    anyone: "Anyone can send such a request in the name of the application. Change the setting only if the application \
        sent it.",
    keep: "Keep setting",
    change: "Change setting",
    ask_administrator: "Only an administrator can change this setting. Ask an administrator of this server.",
    needs_setting: |setting| {
        format!("The server configuration does not allow this. Ask the operator of the server to set {setting}.")
    },
    only_to_look_at: |reason| format!("It cannot be changed here: {reason}."),
};

pub(super) const DELIVERY: DeliveryTexts = DeliveryTexts {
    title: "Undelivered logout tokens",
    lead: "When a session ends, the server sends the application a logout token, up to five times within ten minutes.",
    not_https: "The back-channel logout URI does not use https.",
    private: "The back-channel logout URI is in a private network. In a home network, the operator of the server can \
        set fetch.allow_private_addresses = true.",
    unreachable: "The application could not be reached.",
    too_slow: "The application did not respond within 3 seconds.",
    status: |status| format!("The application responded with status {status} instead of 200 or 204."),
    times: |count, seconds_ago| format!("{}, last {}", times(count), ago(seconds_ago)),
    warning_not_https: "Logout tokens cannot be delivered because the back-channel logout URI does not use https. In a \
        home network, the operator of the server can allow http with fetch.allow_private_addresses = true.",
    warning_private: "Logout tokens cannot be delivered because the back-channel logout URI is in a private network. \
        In a home network, the operator of the server can set fetch.allow_private_addresses = true.",
};
