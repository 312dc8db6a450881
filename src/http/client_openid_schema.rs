//! What the OpenAPI document says of the members that OpenID Connect adds to the registration of an application.

use poem_openapi::{Object, types::Any};
use serde_json::Value;

use crate::oauth::openid_metadata::OpenidRequest;

/// What an application registers for OpenID Connect.
#[derive(Default, Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct OpenidBody {
    /// Its logo, which people see when they sign in for it, if the setting `openid.client_logos` is on and it is at `https`.
    logo_uri: Option<String>,
    /// Where a third party sends a browser to begin a login.
    initiate_login_uri: Option<String>,
    /// Its public keys, as a JWK Set. Not together with `jwks_uri`.
    jwks: Option<Any<Value>>,
    /// Where its public keys are published.
    jwks_uri: Option<String>,
    /// `public`: every application knows a person by the same subject; `pairwise`: each sector by its own.
    subject_type: Option<String>,
    /// The address that lists the redirect URIs of all applications that share pairwise subjects.
    sector_identifier_uri: Option<String>,
    /// `RS256`, `ES256`, `EdDSA` or `PS256`.
    id_token_signed_response_alg: Option<String>,
    /// The same for answers of `UserInfo`; not signed if left out.
    userinfo_signed_response_alg: Option<String>,
    /// The one algorithm with which its request objects are signed.
    request_object_signing_alg: Option<String>,
    /// The one algorithm with which it authenticates by a JWT.
    token_endpoint_auth_signing_alg: Option<String>,
    /// The request objects that it may name by address.
    request_uris: Option<Vec<String>>,
    /// How many seconds ago a person may have signed in, if its request does not say.
    default_max_age: Option<i64>,
    /// Whether its ID tokens always say when the person signed in.
    require_auth_time: Option<bool>,
    /// The `acr` values that it asks for, if its request does not say.
    default_acr_values: Option<Vec<String>>,
    /// Where it is told that a person has signed out.
    backchannel_logout_uri: Option<String>,
    /// Whether it needs to be told of which session.
    backchannel_logout_session_required: Option<bool>,
    /// What the last page of a session shows in a frame, so that the application signs that browser out.
    frontchannel_logout_uri: Option<String>,
    /// Whether that has to say of which session.
    frontchannel_logout_session_required: Option<bool>,
    /// Whether the claims that its scope allows also stand in its ID tokens.
    claims_in_id_token: Option<bool>,
    /// Whether a JWT with which it authenticates may name the token endpoint as its audience rather than the issuer.
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
