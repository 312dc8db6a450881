//! Request objects: authorization requests that the client has signed,
//! [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101),
//! [OpenID Connect Core §6](https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests).
//!
//! The two specifications disagree about parameters outside the object. OpenID Connect Core §6.1 lets them complete it.
//! RFC 9101 §6.3, which is newer, uses only the parameters inside: unsigned parameters can be altered in the browser,
//! which the object is meant to prevent. This server uses the parameters inside, plus what OpenID Connect requires
//! outside: `client_id` must be present and equal, and `response_type` must be equal if present. If the object omits
//! `response_type` or `scope`, as only OpenID Connect allows, the outer values are used. All other outer parameters,
//! such as `state` or `redirect_uri`, are ignored.

use std::fmt;

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::{
    client::Client,
    issuer::Issuer,
    parameters::{MalformedParameters, Parameters},
};
use crate::jose::{Algorithm, Claims, JwtRefusal};

/// How a request passes its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedObject<'a> {
    /// By value, in `request`.
    Value(&'a str),
    /// By reference, in `request_uri`: a URL that the client has registered.
    Reference(&'a str),
}

/// Why a request object is rejected: the cause, for the log and the tests.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RequestObjectRefusal {
    Malformed(MalformedParameters),
    TwoObjects,
    /// The object is passed by reference, which is not enabled.
    ReferenceNotSupported,
    /// The client has not registered this `request_uri`.
    ReferenceNotRegistered,
    Unfetchable,
    /// It is not a JWT, or no key of the client verifies its signature.
    Jwt(JwtRefusal),
    /// The client has no keys, or they cannot be fetched.
    NoKeys,
    /// It is not signed with the registered algorithm.
    OtherAlgorithm,
    /// It is another kind of JWT, or could be mistaken for one.
    OtherKind,
    /// `client_id` or `iss` differs, or `client_id` is missing.
    OtherClient,
    /// `response_type` differs from the one outside the object.
    OtherResponseType,
    /// `aud` is missing or is not this server.
    Audience,
    /// It has expired.
    Expired,
    /// Its `nbf` is in the future.
    NotYetValid,
    /// It references another request object.
    Nested,
    /// A parameter has an invalid value.
    Parameter,
}

/// Returns the request object of `parameters`, if there is one.
///
/// # Errors
///
/// Returns [`RequestObjectRefusal::Malformed`] or [`RequestObjectRefusal::TwoObjects`]: by RFC 9101 §5 the two
/// parameters are mutually exclusive.
pub fn named(parameters: &Parameters) -> Result<Option<NamedObject<'_>>, RequestObjectRefusal> {
    match (parameters.one("request")?, parameters.one("request_uri")?) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(RequestObjectRefusal::TwoObjects),
        (Some(object), None) => Ok(Some(NamedObject::Value(object))),
        (None, Some(uri)) => Ok(Some(NamedObject::Reference(uri))),
    }
}

/// Returns the URL to fetch for `request_uri`.
///
/// # Errors
///
/// Returns [`RequestObjectRefusal::ReferenceNotRegistered`] unless `client` has registered the URL. Fragments are
/// ignored: by OpenID Connect Core §6.2 they change with the document.
pub fn registered_reference<'a>(client: &'a Client, request_uri: &str) -> Result<&'a str, RequestObjectRefusal> {
    fn address(uri: &str) -> &str {
        uri.split_once('#').map_or(uri, |(address, _)| address)
    }
    let registered = client.metadata.openid.request_uris.iter().map(|uri| address(uri));
    registered
        .into_iter()
        .find(|registered| *registered == address(request_uri))
        .ok_or(RequestObjectRefusal::ReferenceNotRegistered)
}

/// Checks that the object of `client` may be signed with `algorithm`.
///
/// # Errors
///
/// Returns [`RequestObjectRefusal::OtherAlgorithm`].
pub fn permit(client: &Client, algorithm: Algorithm) -> Result<(), RequestObjectRefusal> {
    match client.metadata.openid.request_object_signing_alg {
        Some(registered) if registered != algorithm => Err(RequestObjectRefusal::OtherAlgorithm),
        _ => Ok(()),
    }
}

/// Validates an object that `client` has signed, with this `typ` and these claims. `plain` holds the parameters
/// outside the object. Returns the effective parameters.
///
/// # Errors
///
/// Returns the first rule broken.
pub fn accept(
    client: &Client,
    (typ, claims): (Option<&str>, &Claims),
    plain: &Parameters,
    (issuer, now): (&Issuer, OffsetDateTime),
) -> Result<Parameters, RequestObjectRefusal> {
    of_this_kind(client, typ, claims)?;
    // RFC 9101 §5: "The client ID values in the client_id request parameter and in the Request Object client_id claim
    // MUST be identical."
    let client_id = client.client_id.as_str();
    let issued_by = claims.optional_text("iss")?.unwrap_or(client_id);
    if claims.text("client_id")? != client_id || issued_by != client_id {
        return Err(RequestObjectRefusal::OtherClient);
    }
    // RFC 9101 §4: "The value of aud should be the value of the authorization server's issuer". Without it, an object
    // for one server would be valid at every other. FAPI 2.0 Message Signing §5.3.1 requires it.
    if claims.get("aud").is_none() || !claims.audience()?.contains(&issuer.as_str()) {
        return Err(RequestObjectRefusal::Audience);
    }
    if claims.optional_instant("exp")?.is_some_and(|expires_at| now >= expires_at) {
        return Err(RequestObjectRefusal::Expired);
    }
    if claims.optional_instant("nbf")?.is_some_and(|since| since > now + TOLERANCE) {
        return Err(RequestObjectRefusal::NotYetValid);
    }
    // RFC 9101 §4: "request" and "request_uri" parameters "MUST NOT be included in Request Objects."
    if claims.get("request").is_some() || claims.get("request_uri").is_some() {
        return Err(RequestObjectRefusal::Nested);
    }
    let inside = parameters(claims)?;
    complete(inside, plain)
}

/// Returns the valid parameters of an object that its client has signed, to determine where to send an error response.
#[must_use]
pub fn readable(claims: &Claims) -> Parameters {
    let mut readable = Parameters::default();
    for (name, value) in parameters_of(claims) {
        values(name, value).unwrap_or_default().into_iter().for_each(|value| readable.push(name, value));
    }
    readable
}

/// Checks that the JWT is a request object. RFC 9101 §10.8: `typ`, if present, prevents other JWTs from being used as a
/// request. An object whose `sub` is the client could be used as a client assertion by anyone who sees it in a browser,
/// so it is rejected.
fn of_this_kind(client: &Client, typ: Option<&str>, claims: &Claims) -> Result<(), RequestObjectRefusal> {
    let name = typ.map(str::to_ascii_lowercase);
    let name = name.as_deref().map(|name| name.strip_prefix("application/").unwrap_or(name));
    let is_known = matches!(name, None | Some("jwt" | "oauth-authz-req+jwt"));
    let is_assertion = claims.optional_text("sub")? == Some(client.client_id.as_str());
    if is_known && !is_assertion { Ok(()) } else { Err(RequestObjectRefusal::OtherKind) }
}

fn complete(mut inside: Parameters, plain: &Parameters) -> Result<Parameters, RequestObjectRefusal> {
    for name in ["response_type", "scope"] {
        match (inside.one(name)?, plain.one(name)?) {
            (None, Some(value)) => {
                let value = value.to_owned();
                inside.push(name, value);
            }
            (Some(inside), Some(plain)) if name == "response_type" && inside != plain => {
                return Err(RequestObjectRefusal::OtherResponseType);
            }
            _ => {}
        }
    }
    Ok(inside)
}

/// Converts the claims to parameters. RFC 9101 §4: strings are strings, numbers are JSON numbers; `claims` (OpenID
/// Connect Core §5.5) is a JSON object; `resource` (RFC 8707) may have several values.
fn parameters(claims: &Claims) -> Result<Parameters, RequestObjectRefusal> {
    let mut parameters = Parameters::default();
    for (name, value) in parameters_of(claims) {
        values(name, value)?.into_iter().for_each(|value| parameters.push(name, value));
    }
    Ok(parameters)
}

fn parameters_of(claims: &Claims) -> impl Iterator<Item = (&String, &Value)> {
    claims.as_map().iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str()))
}

fn values(name: &str, value: &Value) -> Result<Vec<String>, RequestObjectRefusal> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(vec![number.to_string()]),
        Value::Object(_) | Value::Bool(_) => Ok(vec![value.to_string()]),
        Value::Array(values) if name == "resource" => {
            let texts = values.iter().map(|value| value.as_str().map(ToOwned::to_owned));
            texts.collect::<Option<_>>().ok_or(RequestObjectRefusal::Parameter)
        }
        Value::Null | Value::Number(_) | Value::Array(_) => Err(RequestObjectRefusal::Parameter),
    }
}

impl RequestObjectRefusal {
    /// Returns the value of `error` (RFC 9101 §6, OpenID Connect Core §3.1.2.6).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::TwoObjects => "invalid_request",
            Self::ReferenceNotSupported => "request_uri_not_supported",
            Self::ReferenceNotRegistered | Self::Unfetchable => "invalid_request_uri",
            Self::Jwt(_)
            | Self::NoKeys
            | Self::OtherAlgorithm
            | Self::OtherKind
            | Self::OtherClient
            | Self::OtherResponseType
            | Self::Audience
            | Self::Expired
            | Self::NotYetValid
            | Self::Nested
            | Self::Parameter => "invalid_request_object",
        }
    }

    /// Returns what the client's developer has to change, in the characters that RFC 6749 §4.1.2.1 permits.
    #[must_use]
    pub fn description(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "a parameter is repeated",
            Self::TwoObjects => "request and request_uri cannot be combined",
            Self::ReferenceNotSupported => "request_uri is not supported; send the object itself in request",
            Self::ReferenceNotRegistered => "the client has not registered this request_uri",
            Self::Unfetchable => "the document at request_uri cannot be fetched",
            Self::Jwt(JwtRefusal::MissingClaim(_) | JwtRefusal::MalformedClaim(_)) => {
                "a claim of the request object is missing or has the wrong type"
            }
            Self::Jwt(_) => "the request object is not a JWT signed with a registered key",
            Self::NoKeys => "the client has registered no keys, or they cannot be fetched",
            Self::OtherAlgorithm => "the request object is not signed with the registered algorithm",
            Self::OtherKind => "the typ of the request object is that of another JWT, or its sub is the client",
            Self::OtherClient => "client_id and iss of the request object must equal the parameter client_id",
            Self::OtherResponseType => "response_type in the request object differs from the parameter response_type",
            Self::Audience => "aud of the request object is missing, or is not the issuer of this server",
            Self::Expired => "the request object has expired",
            Self::NotYetValid => "nbf of the request object is in the future",
            Self::Nested => "a request object must not contain request or request_uri",
            Self::Parameter => "a parameter of the request object has an invalid value",
        }
    }
}

impl From<JwtRefusal> for RequestObjectRefusal {
    fn from(refusal: JwtRefusal) -> Self {
        Self::Jwt(refusal)
    }
}

impl From<MalformedParameters> for RequestObjectRefusal {
    fn from(malformed: MalformedParameters) -> Self {
        Self::Malformed(malformed)
    }
}

impl fmt::Display for RequestObjectRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({self:?})", self.description())
    }
}

impl std::error::Error for RequestObjectRefusal {}

/// The claims that describe the JWT and are not request parameters.
const OF_THE_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Maximum accepted clock skew of the client.
const TOLERANCE: Duration = Duration::seconds(30);

#[cfg(test)]
#[path = "request_object_tests.rs"]
mod tests;
