//! Client authentication with a JWT that the client has signed:
//! [RFC 7523 §2.2 and §3](https://www.rfc-editor.org/rfc/rfc7523#section-3),
//! [OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)
//! (`client_secret_jwt` and `private_key_jwt`), and
//! [FAPI 2.0 Security Profile §5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html), whose stricter
//! rules apply to all clients.

use time::{Duration, OffsetDateTime};

pub use super::assertion_refusal::AssertionRefusal;

use super::{
    client::{AuthMethod, Client, ClientId},
    client_authentication::AuthenticatedClient,
    issuer::Issuer,
    openid_metadata::AssertionAlgorithm,
    parameters::{MalformedParameters, Parameters},
    token_error::TokenError,
};
use crate::{
    crypto::Digest,
    jose::{Algorithm, Claims, JwtRefusal},
    secret::Secret,
};

/// An assertion as it was sent, not verified yet.
#[derive(Clone, Debug)]
pub struct PresentedAssertion {
    pub unverified_jwt: Secret,
    client_id: Option<String>,
}

/// The kind of key that must sign a client's assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionKey {
    /// One of the client's secrets, with `HS256`.
    Secret,
    /// One of the client's private keys, with this algorithm, or with any supported one if it is `None`.
    Private(Option<Algorithm>),
}

/// The context in which an assertion is verified.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    pub issuer: &'a Issuer,
    pub now: OffsetDateTime,
}

/// An assertion that follows every rule except one: the store still has to check that it was not used before. Only
/// [`accept`] constructs one.
#[derive(Clone, Debug)]
pub struct AcceptedAssertion {
    client: Client,
    /// Hash that identifies the `jti`.
    pub jti: Digest,
    /// Until when a second use must be detected.
    pub expires_at: OffsetDateTime,
}

impl PresentedAssertion {
    /// Finds an assertion in the form.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::Malformed`] if one of the two parameters is missing, [`TokenError::SeveralAuthMethods`] if
    /// the client also authenticates in another way, and [`AssertionRefusal::UnknownType`] for another assertion type.
    pub fn find(authorization: Option<&str>, form: &Parameters) -> Result<Option<Self>, TokenError> {
        let (kind, assertion) = (form.one("client_assertion_type")?, form.one("client_assertion")?);
        let (kind, assertion) = match (kind, assertion) {
            (None, None) => return Ok(None),
            (None, Some(_)) => return Err(MalformedParameters::Missing("client_assertion_type").into()),
            (Some(_), None) => return Err(MalformedParameters::Missing("client_assertion").into()),
            (Some(kind), Some(assertion)) => (kind, assertion),
        };
        // RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
        if authorization.is_some() || form.one("client_secret")?.is_some() {
            return Err(TokenError::SeveralAuthMethods);
        }
        if kind != JWT_BEARER {
            return Err(AssertionRefusal::UnknownType.into());
        }
        let client_id = form.one("client_id")?.map(ToOwned::to_owned);
        Ok(Some(Self { unverified_jwt: Secret::new(assertion), client_id }))
    }

    /// Returns the client identifier from the assertion or from the form.
    ///
    /// # Errors
    ///
    /// Returns [`AssertionRefusal::OtherClient`] if they differ: RFC 7521 §4.2 requires that `client_id` "identify the
    /// same client".
    pub fn client_id(&self, unverified_claims: &Claims) -> Result<ClientId, AssertionRefusal> {
        let subject = unverified_claims.text("sub")?;
        if self.client_id.as_deref().is_some_and(|client_id| client_id != subject) {
            return Err(AssertionRefusal::OtherClient);
        }
        ClientId::parse(subject).map_err(|_| AssertionRefusal::OtherClient)
    }
}

/// Returns the kind of key with which `client` must sign. The registration decides, never the header of the JWT
/// ([RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
///
/// # Errors
///
/// Returns [`AssertionRefusal::OtherMethod`] if the client is registered for another method.
pub fn key_of(client: &Client) -> Result<AssertionKey, AssertionRefusal> {
    let registered = client.metadata.openid.token_endpoint_auth_signing_alg;
    match (client.metadata.token_endpoint_auth_method, registered) {
        (AuthMethod::ClientSecretJwt, None | Some(AssertionAlgorithm::Secret(_))) => Ok(AssertionKey::Secret),
        (AuthMethod::PrivateKeyJwt, None) => Ok(AssertionKey::Private(None)),
        (AuthMethod::PrivateKeyJwt, Some(AssertionAlgorithm::Key(algorithm))) => {
            Ok(AssertionKey::Private(Some(algorithm)))
        }
        _ => Err(AssertionRefusal::OtherMethod),
    }
}

/// Validates the `typ` and the claims of an assertion whose signature was verified with the key that [`key_of`]
/// demands.
///
/// # Errors
///
/// Returns the first rule broken, in the order of RFC 7523 §3.
pub fn accept(
    client: Client,
    (typ, claims): (Option<&str>, &Claims),
    recipient: Recipient<'_>,
) -> Result<AcceptedAssertion, AssertionRefusal> {
    of_this_kind(typ, claims)?;
    // "1. The JWT MUST contain an "iss"", "2. … "sub" …": for client authentication both are the client_id.
    let client_id = client.client_id.as_str();
    if claims.text("iss")? != client_id || claims.text("sub")? != client_id {
        return Err(AssertionRefusal::OtherClient);
    }
    audience(&client, claims, recipient.issuer)?;
    let expires_at = expiry(claims, recipient.now)?;
    // RFC 7523 makes jti optional; OpenID Connect Core §9: "REQUIRED. … These tokens MUST only be used once".
    let jti = claims.text("jti")?;
    if jti.is_empty() {
        return Err(JwtRefusal::MalformedClaim("jti").into());
    }
    Ok(AcceptedAssertion { jti: Digest::of(jti), expires_at, client })
}

impl AcceptedAssertion {
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client.client_id
    }

    /// Returns the proof of authentication. Call it after the store has confirmed that this is the first use.
    #[must_use]
    pub fn used_for_the_first_time(self) -> AuthenticatedClient {
        AuthenticatedClient::by_assertion(self.client)
    }
}

/// Checks that the JWT is a client assertion. RFC 8725 §3.11 and §3.12: a JWT that the client created for another
/// purpose does not authenticate it. A request object passes through browsers and may have no `typ`; its parameters
/// identify it.
fn of_this_kind(typ: Option<&str>, claims: &Claims) -> Result<(), AssertionRefusal> {
    let is_known = typ.is_none_or(|typ| {
        let name = typ.to_ascii_lowercase();
        let name = name.strip_prefix("application/").unwrap_or(&name);
        matches!(name, "jwt" | "client-authentication+jwt")
    });
    let is_request = ["response_type", "redirect_uri"].iter().any(|parameter| claims.get(parameter).is_some());
    if is_known && !is_request { Ok(()) } else { Err(AssertionRefusal::OtherKind) }
}

/// Checks `aud`. FAPI 2.0 §5.3.2.1: the server "shall only accept its issuer identifier value … as a string in the aud
/// claim received in client authentication assertions". One server could replay at another an assertion that is meant
/// for both, or for an address that another server could claim. A client registered with `token_endpoint_as_audience`
/// may name the token endpoint, as OpenID Connect Core §9 suggested, and may name both.
fn audience(client: &Client, claims: &Claims, issuer: &Issuer) -> Result<(), AssertionRefusal> {
    let audience = claims.audience()?;
    let endpoint = issuer.endpoint("/token");
    let is_older_form = audience.iter().all(|one| *one == issuer.as_str() || *one == endpoint);
    let is_issuer = claims.get("aud").and_then(|aud| aud.as_str()) == Some(issuer.as_str());
    if is_issuer || (is_older_form && client.metadata.openid.token_endpoint_as_audience) {
        Ok(())
    } else if is_older_form {
        Err(AssertionRefusal::OlderAudience)
    } else {
        Err(AssertionRefusal::Audience)
    }
}

fn expiry(claims: &Claims, now: OffsetDateTime) -> Result<OffsetDateTime, AssertionRefusal> {
    let expires_at = claims.instant("exp")?;
    if now >= expires_at {
        return Err(AssertionRefusal::Expired);
    }
    if expires_at > now + LONGEST + TOLERANCE {
        return Err(AssertionRefusal::LivesTooLong);
    }
    // FAPI 2.0 §5.3.2.1: "shall accept JWTs with an iat or nbf timestamp between 0 and 10 seconds in the future but
    // shall reject JWTs with an iat or nbf timestamp greater than 60 seconds in the future".
    for name in ["nbf", "iat"] {
        if claims.optional_instant(name)?.is_some_and(|since| since > now + TOLERANCE) {
            return Err(AssertionRefusal::NotYetValid);
        }
    }
    Ok(expires_at)
}

pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Maximum remaining lifetime of an assertion, not counting clock tolerance. It bounds how long used assertions are stored.
pub const LONGEST: Duration = Duration::minutes(5);

/// Maximum accepted clock skew of the client.
const TOLERANCE: Duration = Duration::seconds(30);

#[cfg(test)]
#[path = "client_assertion_tests.rs"]
mod tests;
