use maud::html;

use super::security::{ago, times};
use crate::web::{
    RemedyKind, RemedyLine,
    i18n::{CompatibilityTexts, DeliveryTexts, RemedyTexts},
};

pub(super) const COMPATIBILITY: CompatibilityTexts = CompatibilityTexts {
    title: "Compatibility",
    lead: "Change these only if the app needs it. Its documentation or an error above says so. Each one says what it \
        costs.",
    save: "Save compatibility settings",
    restriction_title: "Who may use it",
    restrict: "Save groups",
    yes: "Yes",
    no: "No",
    as_server: |is_on| {
        if is_on { "As the server is set: yes".to_owned() } else { "As the server is set: no".to_owned() }
    },
    as_usual: "As usual: yes for a public app, no for others",
    without_nonce: "As the server is set: yes, except for requests with openid and nonce",
    not_signed: "Not signed",
    any: "Any",
    ask_administrator: "Only an administrator can change this. Ask an administrator of this server.",
    always: "A public app always uses PKCE.",
    pkce_reserved: "Only an administrator can turn PKCE off. Ask an administrator of this server.",
    not_json: "Enter a JWK Set as JSON: an object with the array keys.",
    not_a_number: "Enter a number of seconds.",
    allowed_groups: "Groups",
    allowed_groups_cost: "One group per line. Only members can sign in to the app. Leave it empty to let in everyone.",
    require_pkce: "PKCE is required",
    require_pkce_cost: "If you choose no, a code that leaks can be redeemed by anyone who has the client secret. If you \
        choose yes, requests with openid and nonce need PKCE too.",
    require_state: "The state parameter is required",
    require_state_cost: "If you choose no and the app does not use PKCE or nonce either, another site can sign people in to \
        the app under a foreign account.",
    claims_in_id_token: "Claims in the ID token",
    claims_in_id_token_cost: "Needed by libraries that read only the ID token: Auth.js and NextAuth, Streamlit, Synapse, \
        GoToSocial, BookStack, Grafana, kube-apiserver, Apache Guacamole. Names and addresses then stand in each ID token, also in \
        logs that record it.",
    backchannel_logout_uri: "Back-channel logout address",
    backchannel_logout_uri_cost: "The server posts a logout token there when a session ends. It needs to reach the address.",
    backchannel_logout_session_required: "Logout token names the session",
    backchannel_logout_session_required_cost: "For apps that end one session rather than all of a person. It costs nothing.",
    frontchannel_logout_uri: "Front-channel logout address",
    frontchannel_logout_uri_cost: "The last page after signing out shows it in a frame. Most browsers keep cookies from \
        frames of other sites, so it often does nothing.",
    frontchannel_logout_session_required: "Front-channel logout names the session",
    frontchannel_logout_session_required_cost: "It costs nothing: issuer and session are always sent.",
    token_endpoint_auth_method: "Client authentication",
    token_endpoint_auth_method_cost: "With none, anyone can pose as the app, and only PKCE protects its codes.",
    token_endpoint_as_audience: "Assertions may name the token endpoint",
    token_endpoint_as_audience_cost: "If you choose yes, an assertion that another server tricked the app into signing for \
        this token endpoint is accepted here.",
    token_endpoint_auth_signing_alg: "Signature of assertions",
    token_endpoint_auth_signing_alg_cost: "With any, each algorithm that fits the key is accepted.",
    jwks_uri: "Address of the app's public keys",
    jwks_uri_cost: "The server fetches the keys from there. Anyone who controls the address can sign as the app.",
    jwks: "The app's public keys",
    jwks_cost: "A JWK Set as JSON. You have to change it here whenever the app changes its keys.",
    grant_types: "Grant types",
    grant_types_cost: "Each further grant is one more way to get tokens. Implicit and password expose tokens and passwords.",
    response_types: "Response types",
    response_types_cost: "Anything but code sends tokens through the browser, where other software can read them.",
    application_type: "Application type",
    application_type_cost: "A native app runs on people's devices, so another program there can pose as it.",
    rotate_refresh_tokens: "Each refresh gives a new refresh token",
    rotate_refresh_tokens_cost: "With no, a refresh token that leaks can be used until it expires. With yes, an app that \
        loses an answer has to sign people in again.",
    id_token_signed_response_alg: "Signature of ID tokens",
    id_token_signed_response_alg_cost: "Choose what the app can verify. Every library knows RS256.",
    userinfo_signed_response_alg: "Signature of UserInfo answers",
    userinfo_signed_response_alg_cost: "Most libraries expect plain JSON and fail on a signed answer.",
    subject_type: "Subject",
    subject_type_cost: "With pairwise, the app knows people by identifiers of its own. Change it only before the first \
        sign-in: afterwards the app takes everyone for a new person.",
    sector_identifier_uri: "Sector identifier address",
    sector_identifier_uri_cost: "Only for pairwise subjects that several apps share. Those apps can then compare people.",
    default_max_age: "Sign-in is not older than (seconds)",
    default_max_age_cost: "People type their password again when their sign-in is older, unless a request says otherwise.",
    require_auth_time: "ID tokens say when the person signed in",
    require_auth_time_cost: "It tells the app the time of the sign-in.",
    default_acr_values: "Default acr values",
    default_acr_values_cost: "One per line. What the server does not reach is not enforced.",
    request_object_signing_alg: "Signature of request objects",
    request_object_signing_alg_cost: "With any, each algorithm that fits the app's keys is accepted.",
    request_uris: "Addresses of request objects",
    request_uris_cost: "One per line. The server fetches requests from there, if its configuration allows it.",
    initiate_login_uri: "Address that starts a sign-in",
    initiate_login_uri_cost: "Third parties can send people there to start a sign-in to the app.",
    client_uri: "Home page",
    client_uri_cost: "Pages about the app link to it.",
    contacts: "Contacts",
    contacts_cost: "One per line. Administrators see them.",
};

pub(super) const REMEDY: RemedyTexts = RemedyTexts {
    title: "Change a setting",
    lead: "These settings would have let requests through that were refused.",
    question: |client| html! { "Change a setting of " (client) "?" },
    what: |kind| match kind {
        RemedyKind::StateOptional => "Requests without the state parameter were refused.",
        RemedyKind::PkceOptional => "Requests without PKCE were refused.",
        RemedyKind::RedirectUri => "This redirect URI was sent and is not registered.",
        RemedyKind::PostLogoutRedirectUri => "This address after signing out was sent and is not registered.",
        RemedyKind::RequestUri => "This address of a request object was sent and is not registered.",
        RemedyKind::ResponseType => "The app is not registered for this response type.",
        RemedyKind::GrantType => "The app is not registered for this grant type.",
        RemedyKind::Scope => "The app is not registered for this scope.",
        RemedyKind::TokenEndpointAsAudience => {
            "Assertions named the token endpoint as their audience and were refused."
        }
        RemedyKind::AnyAssertionAlgorithm => "Assertions were signed with another algorithm than the registered one.",
        RemedyKind::AnyRequestObjectAlgorithm => {
            "Request objects were signed with another algorithm than the registered one."
        }
    },
    offer: |kind| match kind {
        RemedyKind::StateOptional => "Do not require state",
        RemedyKind::PkceOptional => "Do not require PKCE",
        RemedyKind::RedirectUri | RemedyKind::PostLogoutRedirectUri | RemedyKind::RequestUri => "Add it",
        RemedyKind::ResponseType | RemedyKind::GrantType | RemedyKind::Scope => "Register it",
        RemedyKind::TokenEndpointAsAudience => "Accept this audience",
        RemedyKind::AnyAssertionAlgorithm | RemedyKind::AnyRequestObjectAlgorithm => "Accept any algorithm",
    },
    cost: |kind| match kind {
        RemedyKind::StateOptional => COMPATIBILITY.require_state_cost,
        RemedyKind::PkceOptional => COMPATIBILITY.require_pkce_cost,
        RemedyKind::RedirectUri => {
            "Sign-ins to the app can end at this address from now on. Add it only if the address is yours."
        }
        RemedyKind::PostLogoutRedirectUri => {
            "People can be sent to this address after signing out. Add it only if the address is yours."
        }
        RemedyKind::RequestUri => COMPATIBILITY.request_uris_cost,
        RemedyKind::ResponseType => COMPATIBILITY.response_types_cost,
        RemedyKind::GrantType => COMPATIBILITY.grant_types_cost,
        RemedyKind::Scope => "The app can ask people for this, and learns or does more once they agree.",
        RemedyKind::TokenEndpointAsAudience => COMPATIBILITY.token_endpoint_as_audience_cost,
        RemedyKind::AnyAssertionAlgorithm => COMPATIBILITY.token_endpoint_auth_signing_alg_cost,
        RemedyKind::AnyRequestObjectAlgorithm => COMPATIBILITY.request_object_signing_alg_cost,
    },
    times: |line: &RemedyLine| format!("{}, last {}", times(line.count), ago(line.seconds_ago)),
    setting: |member| html! { "It changes the setting " (member) "." },
    anyone: "Anyone can send such a request in the name of the app. Change the setting only if the app sent it.",
    keep: "Keep it as it is",
    change: "Change the setting",
    ask_administrator: "Only an administrator can change this setting. Ask an administrator of this server.",
    needs_setting: |setting| {
        format!("The server is configured without it. Ask the person who runs the server for {setting}.")
    },
    only_to_look_at: |reason| format!("It cannot be changed here: {reason}."),
};

pub(super) const DELIVERY: DeliveryTexts = DeliveryTexts {
    title: "Logout tokens that could not be delivered",
    lead: "The server tells the app that a session has ended, up to five times within ten minutes.",
    not_https: "The back-channel logout address is not https.",
    private: "The back-channel logout address is in a private network. In a home network, the person who runs the server \
        sets fetch.allow_private_addresses = true.",
    unreachable: "The app could not be reached.",
    too_slow: "The app did not answer within 3 seconds.",
    status: |status| format!("The app answered with the status {status} instead of 200 or 204."),
    times: |count, seconds_ago| format!("{}, last {}", times(count), ago(seconds_ago)),
    warning_not_https: "Logout tokens cannot be delivered: the back-channel logout address is not https. In a home network, \
        the person who runs the server can allow http with fetch.allow_private_addresses = true.",
    warning_private: "Logout tokens cannot be delivered: the back-channel logout address is in a private network. In a home \
        network, the person who runs the server sets fetch.allow_private_addresses = true.",
};
