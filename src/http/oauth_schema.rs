//! What the OpenAPI document says of the protocol endpoints: the members of forms and answers, and which answers there are.

use poem_openapi::{Object, registry::Registry, types::Type};

use super::documented::{AnswerKind, Kinds, kinds};

/// The parameters of a token request; which ones are needed depends on the grant type.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct TokenForm {
    /// `authorization_code`, `refresh_token`, `client_credentials`, `urn:ietf:params:oauth:grant-type:device_code`, or
    /// `password` where it is turned on.
    grant_type: String,
    /// The authorization code.
    code: Option<String>,
    /// The one of the authorization request.
    redirect_uri: Option<String>,
    /// The PKCE verifier.
    code_verifier: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    /// The device code.
    device_code: Option<String>,
    /// The person's username, with `password`.
    username: Option<String>,
    /// The person's password, with `password`.
    password: Option<String>,
    /// The client, if it does not authenticate by header.
    client_id: Option<String>,
    /// Its secret, if it does not authenticate by header.
    client_secret: Option<String>,
    /// With a JWT instead of a secret: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` (RFC 7523).
    client_assertion_type: Option<String>,
    /// That JWT.
    client_assertion: Option<String>,
    /// What to ask for: with `refresh_token` what was granted or less; with `client_credentials` and `password` what the
    /// client is registered for, or less.
    scope: Option<String>,
    /// The API that the token is for (RFC 8707).
    resource: Option<String>,
}

/// The tokens.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct TokenBody {
    /// A JWT of RFC 9068.
    access_token: String,
    /// `Bearer`.
    token_type: String,
    /// In seconds.
    expires_in: i64,
    /// What it allows.
    scope: String,
    /// With the scope `openid`.
    id_token: Option<String>,
    /// For clients that are registered for `refresh_token`. Keep the newest: an older one ends the grant.
    refresh_token: Option<String>,
}

/// What a device asks for.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct DeviceForm {
    /// The client, if it does not authenticate by header.
    client_id: Option<String>,
    /// Its secret, if it has one and does not authenticate by header.
    client_secret: Option<String>,
    /// With a JWT instead of a secret: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` (RFC 7523).
    client_assertion_type: Option<String>,
    /// That JWT.
    client_assertion: Option<String>,
    /// What to ask for.
    scope: Option<String>,
    /// The API that the token is for (RFC 8707).
    resource: Option<String>,
}

/// What a device shows, and what it keeps.
#[derive(Object)]
pub(super) struct DeviceBody {
    /// With what it asks at `/token`.
    device_code: String,
    /// What the person types.
    user_code: String,
    /// Where.
    verification_uri: String,
    /// The same with the code in it, for a QR code.
    verification_uri_complete: String,
    /// In seconds.
    expires_in: i64,
    /// How many seconds to wait between two requests.
    interval: i64,
}

/// A token about which something is asked or said.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct TokenInForm {
    /// The token.
    token: String,
    /// What it probably is.
    token_type_hint: Option<String>,
    /// The client, if it does not authenticate by header.
    client_id: Option<String>,
    /// Its secret, if it does not authenticate by header.
    client_secret: Option<String>,
    /// With a JWT instead of a secret: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` (RFC 7523).
    client_assertion_type: Option<String>,
    /// That JWT.
    client_assertion: Option<String>,
}

/// An access token in a form.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct AccessTokenForm {
    /// The access token, if it is not in the header.
    access_token: Option<String>,
}

/// What is wrong, in the form of RFC 6749 §5.2.
#[derive(Object)]
pub(super) struct ErrorBody {
    /// The code, for programs.
    error: String,
    /// What to do, for developers.
    error_description: String,
}

/// The content of a token (RFC 7662). A token that is not active has no other member.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct Introspection {
    /// Whether the token is good.
    active: bool,
    /// What it allows.
    scope: Option<String>,
    /// Who received it.
    client_id: Option<String>,
    /// Whom it is about.
    sub: Option<String>,
    /// The username of that person, for APIs and for who may see the profile.
    username: Option<String>,
    /// `Bearer`, for an access token.
    token_type: Option<String>,
    /// Until when, in seconds since 1970.
    exp: Option<i64>,
    /// Since when, in seconds since 1970.
    iat: Option<i64>,
    /// By whom.
    iss: Option<String>,
    /// Its identifier.
    jti: Option<String>,
}

/// The parameters of an authorization request in a form.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct AuthorizeForm {
    /// `code`; where they are turned on also `token`, `id_token` and their combinations.
    response_type: String,
    /// The application.
    client_id: String,
    /// Where to come back.
    redirect_uri: Option<String>,
    /// What to ask for.
    scope: Option<String>,
    /// A random value that comes back.
    state: Option<String>,
    /// The PKCE challenge.
    code_challenge: Option<String>,
    /// `S256`.
    code_challenge_method: Option<String>,
    /// `query`, `fragment` or `form_post`.
    response_mode: Option<String>,
    /// A random value that stands in the ID token.
    nonce: Option<String>,
    /// `none`, `login`, `consent` or `select_account`.
    prompt: Option<String>,
    /// How many seconds ago the person may have signed in.
    max_age: Option<String>,
    /// The username, if the application knows it.
    login_hint: Option<String>,
    /// An ID token that the application got earlier.
    id_token_hint: Option<String>,
    /// Claims by name, as JSON.
    claims: Option<String>,
    /// The API that the token is for (RFC 8707).
    resource: Option<String>,
    /// The parameters, signed by the application, in place of those here but `client_id` (RFC 9101).
    request: Option<String>,
}

kinds!(AuthorizeKinds registers ErrorBody:
    AnswerKind::page(200, "With `response_mode=form_post`: a form that sends itself to the application"),
    AnswerKind::empty(303, "To the login page, the consent page, or back to the application with `code` or `error`, `state` and `iss`"),
    AnswerKind::page(400, "The application or its redirect URI is not known: a page for the person, and no redirect"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
);
kinds!(TokenKinds registers TokenBody, ErrorBody:
    AnswerKind::json::<TokenBody>(200, "The tokens"),
    AnswerKind::json::<ErrorBody>(400, "The request breaks a rule; RFC 6749 §5.2 defines the codes"),
    AnswerKind::json::<ErrorBody>(401, "The client did not authenticate"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
    AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to come back"),
);
kinds!(DeviceKinds registers DeviceBody, ErrorBody:
    AnswerKind::json::<DeviceBody>(200, "The codes"),
    AnswerKind::json::<ErrorBody>(400, "The request breaks a rule; RFC 6749 §5.2 defines the codes"),
    AnswerKind::json::<ErrorBody>(401, "The client did not authenticate"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
    AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to come back"),
);
kinds!(IntrospectionKinds registers Introspection, ErrorBody:
    AnswerKind::json::<Introspection>(200, "The content of the token, or only that it is not active"),
    AnswerKind::text("application/token-introspection+jwt", 200, "The same in a signed JWT, for who accepts that type"),
    AnswerKind::json::<ErrorBody>(400, "The request breaks a rule"),
    AnswerKind::json::<ErrorBody>(401, "The client did not authenticate"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
    AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to come back"),
);
kinds!(RevocationKinds registers ErrorBody:
    AnswerKind::empty(200, "The token is worthless, or was before"),
    AnswerKind::json::<ErrorBody>(400, "The request breaks a rule"),
    AnswerKind::json::<ErrorBody>(401, "The client did not authenticate"),
    AnswerKind::json::<ErrorBody>(415, "The body is not a form"),
    AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to come back"),
);
kinds!(UserinfoKinds registers ErrorBody:
    AnswerKind::any_json(200, "`sub`, and the claims that the scope allows or that were asked for by name"),
    AnswerKind::text("application/jwt", 200, "The same in a signed JWT, for applications with `userinfo_signed_response_alg`"),
    AnswerKind::json::<ErrorBody>(400, "The Authorization header is not `Bearer` and one token, or there is another token in the form"),
    AnswerKind::json::<ErrorBody>(401, "No access token, or one that is not good here; `WWW-Authenticate` says why"),
    AnswerKind::json::<ErrorBody>(403, "The access token does not have the scope `openid`"),
);
kinds!(JwksKinds registers :
    AnswerKind::any_json(200, "The keys"),
    AnswerKind::empty(304, "They have not changed"),
);
kinds!(StatusListKinds registers ErrorBody:
    AnswerKind::text("application/statuslist+jwt", 200, "The list, signed and compressed"),
    AnswerKind::empty(304, "It has not changed"),
    AnswerKind::json::<ErrorBody>(404, "There is no such list, or no more: no token that names it can be alive"),
    AnswerKind::json::<ErrorBody>(501, "The list as it was at another time, which is not kept"),
);
kinds!(DocumentKinds registers : AnswerKind::any_json(200, "The document"));
kinds!(HealthKinds registers :
    AnswerKind::any_json(200, "It is well"),
    AnswerKind::any_json(503, "It does not do all that it should"),
);
