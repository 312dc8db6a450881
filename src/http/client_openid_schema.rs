//! OpenAPI schema of the OpenID Connect client metadata.

use poem_openapi::{Object, types::Any};
use serde_json::Value;

use crate::oauth::openid_metadata::OpenidRequest;

/// Client metadata of OpenID Connect.
#[derive(Default, Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct OpenidBody {
    /// URL of the logo. The sign-in page shows it if the setting `openid.client_logos` is on and the URL uses `https`.
    logo_uri: Option<String>,
    /// URL to which a third party sends the browser to start a login.
    initiate_login_uri: Option<String>,
    /// Public keys of the application, as a JWK Set. Mutually exclusive with `jwks_uri`.
    jwks: Option<Any<Value>>,
    /// URL of the application's JWK Set.
    jwks_uri: Option<String>,
    /// `public`: every application receives the same `sub` for a user. `pairwise`: each sector receives its own.
    subject_type: Option<String>,
    /// URL of the JSON file that lists the redirect URIs of all applications that share pairwise subjects.
    sector_identifier_uri: Option<String>,
    /// Algorithm that signs ID tokens: `RS256`, `ES256`, `EdDSA` or `PS256`.
    id_token_signed_response_alg: Option<String>,
    /// Algorithm that signs `UserInfo` responses. They are plain JSON if it is omitted.
    userinfo_signed_response_alg: Option<String>,
    /// The only algorithm accepted for the application's request objects.
    request_object_signing_alg: Option<String>,
    /// The only algorithm accepted for the application's client assertions.
    token_endpoint_auth_signing_alg: Option<String>,
    /// Request URIs that the application may use.
    request_uris: Option<Vec<String>>,
    /// Maximum age of the login in seconds, for requests without `max_age`.
    default_max_age: Option<i64>,
    /// Whether ID tokens always contain `auth_time`.
    require_auth_time: Option<bool>,
    /// Requested `acr` values, for requests without `acr_values`.
    default_acr_values: Option<Vec<String>>,
    /// URL that receives logout tokens when a session ends.
    backchannel_logout_uri: Option<String>,
    /// Whether logout tokens must contain `sid`.
    backchannel_logout_session_required: Option<bool>,
    /// URL that the logout page loads in a frame, so that the application signs the browser out.
    frontchannel_logout_uri: Option<String>,
    /// Whether that URL receives `iss` and `sid` as query parameters.
    frontchannel_logout_session_required: Option<bool>,
    /// Whether ID tokens also contain the claims that the scope allows.
    claims_in_id_token: Option<bool>,
    /// Whether a client assertion may name the token endpoint instead of the issuer as its audience.
    token_endpoint_as_audience: Option<bool>,
}

impl From<OpenidBody> for OpenidRequest {
    fn from(body: OpenidBody) -> Self {
        Self {
            logo_uri: body.logo_uri,
            initiate_login_uri: body.initiate_login_uri,
            jwks: body.jwks.map(|jwks| jwks.0),
            jwks_uri: body.jwks_uri,
            subject_type: body.subject_type,
            sector_identifier_uri: body.sector_identifier_uri,
            id_token_signed_response_alg: body.id_token_signed_response_alg,
            userinfo_signed_response_alg: body.userinfo_signed_response_alg,
            request_object_signing_alg: body.request_object_signing_alg,
            token_endpoint_auth_signing_alg: body.token_endpoint_auth_signing_alg,
            request_uris: body.request_uris,
            default_max_age: body.default_max_age,
            require_auth_time: body.require_auth_time,
            default_acr_values: body.default_acr_values,
            backchannel_logout_uri: body.backchannel_logout_uri,
            backchannel_logout_session_required: body.backchannel_logout_session_required,
            frontchannel_logout_uri: body.frontchannel_logout_uri,
            frontchannel_logout_session_required: body.frontchannel_logout_session_required,
            claims_in_id_token: body.claims_in_id_token,
            token_endpoint_as_audience: body.token_endpoint_as_audience,
        }
    }
}
