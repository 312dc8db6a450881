//! An authorization request that the client has signed: a request object,
//! [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101),
//! [OpenID Connect Core §6](https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests).
//!
//! The two disagree about parameters that stand beside the object. OpenID Connect Core §6.1 lets them complete it; RFC 9101
//! §6.3, which is newer, uses those inside alone: what is not signed can be altered on its way through the browser, which
//! is what the object is there to prevent. Here those inside count, with what OpenID Connect demands to stand beside the
//! object: `client_id` must be there and be the same; `response_type`, if it is there, must be the same; and where the object
//! leaves out `response_type` or `scope`, which it may do by OpenID Connect alone, those beside it are taken. Everything
//! else beside it (a `state`, a `redirect_uri`) is as if it had not been sent.

use std::fmt;

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::{
    client::Client,
    issuer::Issuer,
    parameters::{MalformedParameters, Parameters},
};
use crate::jose::{Algorithm, Claims, JwtRefusal};

/// How a request names its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedObject<'a> {
    /// By value, in `request`.
    Value(&'a str),
    /// By reference, in `request_uri`: an address that the client has registered.
    Reference(&'a str),
}

/// Why a request object is refused: the cause, for the log and the tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestObjectRefusal {
    /// A parameter is repeated.
    Malformed(MalformedParameters),
    /// Both `request` and `request_uri` were sent.
    TwoObjects,
    /// By reference, which this server does not do.
    ReferenceNotSupported,
    /// By a reference that the client has not registered.
    ReferenceNotRegistered,
    /// The document cannot be fetched.
    Unfetchable,
    /// It is no JWT, or not one that a key of the client has signed.
    Jwt(JwtRefusal),
    /// The client has no keys, or they cannot be fetched.
    NoKeys,
    /// It is signed with another algorithm than the registered one.
    OtherAlgorithm,
    /// It is a JWT of another kind, or could be taken for one.
    OtherKind,
    /// `client_id` or `iss` is another one, or `client_id` is missing.
    OtherClient,
    /// `response_type` is not the one beside the object.
    OtherResponseType,
    /// `aud` is missing, or is not this server.
    Audience,
    /// It is past its `exp`.
    Expired,
    /// Its `nbf` lies ahead.
    NotYetValid,
    /// It names another object.
    Nested,
    /// A parameter has a value that none can have.
    Parameter,
}

/// Finds out whether `parameters` name a request object.
///
/// # Errors
///
/// [`RequestObjectRefusal::Malformed`] and [`RequestObjectRefusal::TwoObjects`]: RFC 9101 §5 has the two exclude each other.
pub fn named(parameters: &Parameters) -> Result<Option<NamedObject<'_>>, RequestObjectRefusal> {
    match (parameters.one("request")?, parameters.one("request_uri")?) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(RequestObjectRefusal::TwoObjects),
        (Some(object), None) => Ok(Some(NamedObject::Value(object))),
        (None, Some(uri)) => Ok(Some(NamedObject::Reference(uri))),
    }
}

/// The address to fetch for `request_uri`.
///
/// # Errors
///
/// [`RequestObjectRefusal::ReferenceNotRegistered`] unless `client` has registered it, whatever the fragments are: OpenID
/// Connect Core §6.2 has them change with the document.
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

/// Whether the object of `client` may be signed with `algorithm`.
///
/// # Errors
///
/// [`RequestObjectRefusal::OtherAlgorithm`].
pub fn permit(client: &Client, algorithm: Algorithm) -> Result<(), RequestObjectRefusal> {
    match client.metadata.openid.request_object_signing_alg {
        Some(registered) if registered != algorithm => Err(RequestObjectRefusal::OtherAlgorithm),
        _ => Ok(()),
    }
}

/// Judges an object that `client` has signed, with this `typ` and these claims, sent beside the parameters `beside`. The
/// parameters that count from here on.
///
/// # Errors
///
/// The first rule broken.
pub fn accept(
    client: &Client,
    (typ, claims): (Option<&str>, &Claims),
    beside: &Parameters,
    (issuer, now): (&Issuer, OffsetDateTime),
) -> Result<Parameters, RequestObjectRefusal> {
    of_this_kind(client, typ, claims)?;
    // RFC 9101 §5: "The client ID values in the client_id request parameter and in the Request Object client_id claim MUST
    // be identical."
    let client_id = client.client_id.as_str();
    let issued_by = claims.optional_text("iss")?.unwrap_or(client_id);
    if claims.text("client_id")? != client_id || issued_by != client_id {
        return Err(RequestObjectRefusal::OtherClient);
    }
    // RFC 9101 §4: "The value of aud should be the value of the authorization server's issuer"; without it, an object that
    // was made for one server would be good at every other. FAPI 2.0 Message Signing §5.3.1 demands it.
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
    complete(inside, beside)
}

/// The parameters inside an object that its client has signed, as far as they can be read: where to tell the client what
/// is wrong with it.
#[must_use]
pub fn readable(claims: &Claims) -> Parameters {
    let mut readable = Parameters::default();
    for (name, value) in parameters_of(claims) {
        values(name, value).unwrap_or_default().into_iter().for_each(|value| readable.push(name, value));
    }
    readable
}

/// RFC 9101 §10.8: `typ`, where there is one, keeps other JWTs from being taken for a request. One whose `sub` is the client
/// could itself be taken for a client assertion by whoever sees it in a browser, so that no client gets used to making such.
fn of_this_kind(client: &Client, typ: Option<&str>, claims: &Claims) -> Result<(), RequestObjectRefusal> {
    let name = typ.map(str::to_ascii_lowercase);
    let name = name.as_deref().map(|name| name.strip_prefix("application/").unwrap_or(name));
    let is_known = matches!(name, None | Some("jwt" | "oauth-authz-req+jwt"));
    let is_assertion = claims.optional_text("sub")? == Some(client.client_id.as_str());
    if is_known && !is_assertion { Ok(()) } else { Err(RequestObjectRefusal::OtherKind) }
}

fn complete(mut inside: Parameters, beside: &Parameters) -> Result<Parameters, RequestObjectRefusal> {
    for name in ["response_type", "scope"] {
        match (inside.one(name)?, beside.one(name)?) {
            (None, Some(value)) => {
                let value = value.to_owned();
                inside.push(name, value);
            }
            (Some(inside), Some(beside)) if name == "response_type" && inside != beside => {
                return Err(RequestObjectRefusal::OtherResponseType);
            }
            _ => {}
        }
    }
    Ok(inside)
}

/// The claims as parameters. RFC 9101 §4: strings are strings, numbers are JSON numbers; `claims` (OpenID Connect Core §5.5) is
/// a JSON object; `resource` (RFC 8707) may be several.
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
    /// The value of `error` (RFC 9101 §6, OpenID Connect Core §3.1.2.6).
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

    /// What the client's developer has to change, in the characters that RFC 6749 §4.1.2.1 permits.
    #[must_use]
    pub fn description(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "a parameter is repeated",
            Self::TwoObjects => "request and request_uri exclude each other",
            Self::ReferenceNotSupported => "request_uri is not supported; send the object itself in request",
            Self::ReferenceNotRegistered => "the client has not registered this request_uri",
            Self::Unfetchable => "the document at request_uri cannot be fetched",
            Self::Jwt(JwtRefusal::MissingClaim(_) | JwtRefusal::MalformedClaim(_)) => {
                "a claim of the request object is missing or has the wrong type"
            }
            Self::Jwt(_) => "the request object is not a JWT that a registered key has signed",
            Self::NoKeys => "the client has registered no keys, or they cannot be fetched",
            Self::OtherAlgorithm => "the request object is not signed with the registered algorithm",
            Self::OtherKind => "the typ of the request object is that of another JWT, or its sub is the client",
            Self::OtherClient => "client_id and iss of the request object must be the client_id beside it",
            Self::OtherResponseType => "response_type is not the same inside the request object and beside it",
            Self::Audience => "aud of the request object is missing, or is not the issuer of this server",
            Self::Expired => "the request object has expired",
            Self::NotYetValid => "nbf of the request object lies ahead",
            Self::Nested => "a request object must not hold request or request_uri",
            Self::Parameter => "a parameter of the request object has a value that it cannot have",
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

/// The claims that say something of the JWT and are no parameters of the request.
const OF_THE_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// By how much the client's clock may be ahead.
const TOLERANCE: Duration = Duration::seconds(30);

#[cfg(test)]
#[path = "request_object_tests.rs"]
mod tests;
