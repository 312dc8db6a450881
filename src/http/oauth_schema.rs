//! OpenAPI schemas of the protocol endpoints: form fields, response members and documented responses.

use poem_openapi::{Object, registry::Registry, types::Type};

use super::{
    documented::{AnswerKind, Kinds, kinds},
    error_body::ErrorBody,
};
use crate::{
    endpoint::{device::DeviceResponse, token::TokenResponse},
    secret::Secret,
};

/// Parameters of a token request. The grant type determines which of them are required.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct TokenForm {
    /// `authorization_code`, `refresh_token`, `client_credentials`, `urn:ietf:params:oauth:grant-type:device_code`, or
    /// `password` if the server enables it.
    grant_type: String,
    /// The authorization code.
    code: Option<String>,
    /// The redirect URI of the authorization request.
    redirect_uri: Option<String>,
    /// PKCE code verifier.
    code_verifier: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    /// The device code.
    device_code: Option<String>,
    /// Username, with `password`.
    username: Option<String>,
    /// Password of the user, with `password`.
    password: Option<String>,
    /// Client identifier, unless the client authenticates with the `Authorization` header.
    client_id: Option<String>,
    /// Client secret, unless the client authenticates with the `Authorization` header.
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, if the client authenticates with a JWT (RFC 7523).
    client_assertion_type: Option<String>,
    /// The client assertion: a JWT.
    client_assertion: Option<String>,
    /// Requested scope. With `refresh_token`, at most the granted scope; with `client_credentials` and `password`, at
    /// most the registered scope of the client.
    scope: Option<String>,
    /// The API that the token is for (RFC 8707).
    resource: Option<String>,
}

/// A token response.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct TokenBody {
    /// Access token: a JWT as in RFC 9068.
    access_token: String,
    /// `Bearer`.
    token_type: String,
    /// Lifetime of the access token in seconds.
    expires_in: i64,
    /// Granted scope.
    scope: String,
    /// ID token, if the scope contains `openid`.
    id_token: Option<String>,
    /// Refresh token, for clients that are registered for `refresh_token`. Store the newest one: using an older one
    /// ends the grant.
    refresh_token: Option<String>,
}

/// Parameters of a device authorization request.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct DeviceForm {
    /// Client identifier, unless the client authenticates with the `Authorization` header.
    client_id: Option<String>,
    /// Client secret, if the client has one and does not authenticate with the `Authorization` header.
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, if the client authenticates with a JWT (RFC 7523).
    client_assertion_type: Option<String>,
    /// The client assertion: a JWT.
    client_assertion: Option<String>,
    /// Requested scope.
    scope: Option<String>,
    /// The API that the token is for (RFC 8707).
    resource: Option<String>,
}

/// A device authorization response.
#[derive(Object)]
pub(super) struct DeviceBody {
    /// Device code, with which the device polls `/token`.
    device_code: String,
    /// User code, which the user enters.
    user_code: String,
    /// URL of the page where the user enters the code.
    verification_uri: String,
    /// The same URL with the user code, for a QR code.
    verification_uri_complete: String,
    /// Lifetime of the codes in seconds.
    expires_in: i64,
    /// Minimum number of seconds between two polling requests.
    interval: i64,
}

/// A token to introspect or revoke.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct TokenInForm {
    /// The token.
    token: String,
    /// Hint about the type of the token.
    token_type_hint: Option<String>,
    /// Client identifier, unless the client authenticates with the `Authorization` header.
    client_id: Option<String>,
    /// Client secret, unless the client authenticates with the `Authorization` header.
    client_secret: Option<String>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, if the client authenticates with a JWT (RFC 7523).
    client_assertion_type: Option<String>,
    /// The client assertion: a JWT.
    client_assertion: Option<String>,
}

/// An access token in a form.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct AccessTokenForm {
    /// Access token, if it is not in the `Authorization` header.
    access_token: Option<String>,
}

/// A token introspection response (RFC 7662). If the token is not active, it has no other member.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct Introspection {
    /// Whether the token is active.
    active: bool,
    /// Granted scope.
    scope: Option<String>,
    /// Client identifier of the application that the token was issued to.
    client_id: Option<String>,
    /// Subject of the token.
    sub: Option<String>,
    /// Username of the subject. Only for APIs and for clients that may see the profile.
    username: Option<String>,
    /// `Bearer`, for an access token.
    token_type: Option<String>,
    /// Expiration time, in seconds since 1970.
    exp: Option<i64>,
    /// Time of issue, in seconds since 1970.
    iat: Option<i64>,
    /// Issuer.
    iss: Option<String>,
    /// Identifier of the token.
    jti: Option<String>,
}

/// Parameters of an authorization request in a form.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct AuthorizeForm {
    /// `code`; also `token`, `id_token` and their combinations if the server enables them.
    response_type: String,
    /// The client identifier.
    client_id: String,
    /// A registered redirect URI.
    redirect_uri: Option<String>,
    /// Requested scope.
    scope: Option<String>,
    /// Random value that is returned unchanged.
    state: Option<String>,
    /// PKCE code challenge.
    code_challenge: Option<String>,
    /// `S256`.
    code_challenge_method: Option<String>,
    /// `query`, `fragment` or `form_post`.
    response_mode: Option<String>,
    /// Random value that the ID token contains.
    nonce: Option<String>,
    /// `none`, `login`, `consent` or `select_account`.
    prompt: Option<String>,
    /// Maximum age of the login, in seconds.
    max_age: Option<String>,
    /// Username that the login page fills in.
    login_hint: Option<String>,
    /// A previously issued ID token. Only its subject may sign in.
    id_token_hint: Option<String>,
    /// Requested claims as JSON.
    claims: Option<String>,
    /// The API that the token is for (RFC 8707).
    resource: Option<String>,
    /// Request object: a JWT signed by the application that replaces all parameters except `client_id` (RFC 9101).
    request: Option<String>,
}

/// The health of the server.
#[derive(Object)]
#[oai(rename = "Health", skip_serializing_if_is_none)]
pub(super) struct HealthBody {
    /// `ok`, or the first problem because of which the server is not fully functional.
    pub(super) status: String,
    /// All such problems, if there are several.
    pub(super) failures: Option<Vec<String>>,
    /// Problems that an administrator should look at although the server still works.
    pub(super) warnings: Option<Vec<String>>,
}

impl From<TokenResponse> for TokenBody {
    fn from(tokens: TokenResponse) -> Self {
        let exposed = |token: Secret| token.expose().to_owned();
        Self {
            access_token: exposed(tokens.access_token),
            token_type: "Bearer".to_owned(),
            expires_in: tokens.expires_in_seconds,
            scope: tokens.scope.to_string(),
            id_token: tokens.id_token.map(exposed),
            refresh_token: tokens.refresh_token.map(exposed),
        }
    }
}

impl From<DeviceResponse> for DeviceBody {
    fn from(begun: DeviceResponse) -> Self {
        Self {
            device_code: begun.device_code.expose().to_owned(),
            user_code: begun.user_code,
            verification_uri: begun.verification_uri,
            verification_uri_complete: begun.verification_uri_complete,
            expires_in: begun.expires_in_seconds,
            interval: begun.interval_seconds,
        }
    }
}

kinds!(AuthorizeKinds registers ErrorBody:
    AnswerKind::page(200, "With `response_mode=form_post`: a form that submits itself to the application"),
    AnswerKind::empty(303, "Redirect to the login page, to the consent page, or to the application with `code` or `error`, `state` and `iss`"),
    AnswerKind::page(400, "The application or its redirect URI is unknown: an error page instead of a redirect"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
);
kinds!(TokenKinds registers TokenBody, ErrorBody:
    AnswerKind::json::<TokenBody>(200, "The tokens"),
    AnswerKind::json::<ErrorBody>(400, "Invalid request; RFC 6749 §5.2 defines the error codes"),
    AnswerKind::json::<ErrorBody>(401, "Client authentication failed"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
    AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to try again"),
);
kinds!(DeviceKinds registers DeviceBody, ErrorBody:
    AnswerKind::json::<DeviceBody>(200, "The codes"),
    AnswerKind::json::<ErrorBody>(400, "Invalid request; RFC 6749 §5.2 defines the error codes"),
    AnswerKind::json::<ErrorBody>(401, "Client authentication failed"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
    AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to try again"),
);
kinds!(IntrospectionKinds registers Introspection, ErrorBody:
    AnswerKind::json::<Introspection>(200, "The content of the token, or only `active: false`"),
    AnswerKind::text("application/token-introspection+jwt", 200, "The same in a signed JWT, if the request accepts that type"),
    AnswerKind::json::<ErrorBody>(400, "Invalid request"),
    AnswerKind::json::<ErrorBody>(401, "Client authentication failed"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
    AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to try again"),
);
kinds!(RevocationKinds registers ErrorBody:
    AnswerKind::empty(200, "The token is revoked, or was already invalid"),
    AnswerKind::json::<ErrorBody>(400, "Invalid request"),
    AnswerKind::json::<ErrorBody>(401, "Client authentication failed"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
    AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to try again"),
);
kinds!(UserinfoKinds registers ErrorBody:
    AnswerKind::any_json(200, "`sub`, and the claims that the scope allows or that were requested by name"),
    AnswerKind::text("application/jwt", 200, "The same in a signed JWT, for applications with `userinfo_signed_response_alg`"),
    AnswerKind::json::<ErrorBody>(400, "The `Authorization` header is not `Bearer` with one token, or the form contains a second token"),
    AnswerKind::json::<ErrorBody>(401, "The access token is missing or invalid; `WWW-Authenticate` says why"),
    AnswerKind::json::<ErrorBody>(403, "The access token does not have the scope `openid`"),
);
kinds!(JwksKinds registers :
    AnswerKind::any_json(200, "The keys"),
    AnswerKind::empty(304, "Not modified"),
);
kinds!(StatusListKinds registers ErrorBody:
    AnswerKind::text("application/statuslist+jwt", 200, "The list, signed and compressed"),
    AnswerKind::empty(304, "Not modified"),
    AnswerKind::json::<ErrorBody>(404, "The list does not exist, or no valid token refers to it any more"),
    AnswerKind::json::<ErrorBody>(501, "Earlier versions of the list are not stored"),
);
kinds!(DocumentKinds registers : AnswerKind::any_json(200, "The document"));
kinds!(HealthKinds registers HealthBody:
    AnswerKind::json::<HealthBody>(200, "The server is healthy"),
    AnswerKind::json::<HealthBody>(503, "The server is not fully functional"),
);
