//! A client authenticates with a JWT that it has signed:
//! [RFC 7523 §2.2 and §3](https://www.rfc-editor.org/rfc/rfc7523#section-3),
//! [OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)
//! (`client_secret_jwt` and `private_key_jwt`), and
//! [FAPI 2.0 Security Profile §5.3.2.1](https://openid.net/specs/fapi-security-profile-2_0-final.html), whose stricter
//! rules hold for all.

use std::fmt;

use time::{Duration, OffsetDateTime};

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

/// An assertion as it was sent. Nothing about it is true yet.
#[derive(Clone, Debug)]
pub struct PresentedAssertion {
    /// The JWT.
    pub unverified_jwt: Secret,
    client_id: Option<String>,
}

/// With what an assertion of a client has to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionKey {
    /// With one of its secrets, by `HS256`.
    Secret,
    /// With one of its private keys: by this algorithm, or by any that this server knows.
    Private(Option<Algorithm>),
}

/// What an assertion is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// This server.
    pub issuer: &'a Issuer,
    /// When.
    pub now: OffsetDateTime,
}

/// An assertion that keeps every rule but one: whether it was used before is the store's to say. Only [`accept`] makes one.
#[derive(Clone, Debug)]
pub struct AcceptedAssertion {
    client: Client,
    /// What stands for its `jti`.
    pub jti: Digest,
    /// Until when a second use has to be noticed.
    pub expires_at: OffsetDateTime,
}

/// Why an assertion is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionRefusal {
    /// `client_assertion_type` is another one.
    UnknownType,
    /// It is no JWT, or not one that a key of the client has signed.
    Jwt(JwtRefusal),
    /// The client is not registered to authenticate like this.
    OtherMethod,
    /// The client has no keys, or they cannot be fetched.
    NoKeys,
    /// It is signed with another algorithm than the registered one.
    OtherAlgorithm,
    /// Its `typ` or its claims are those of a JWT of another kind.
    OtherKind,
    /// `iss`, `sub` and `client_id` are not one and the same.
    OtherClient,
    /// `aud` is not this server, or not this server alone.
    Audience,
    /// It is past its `exp`.
    Expired,
    /// Its `exp` is further ahead than [`LONGEST`].
    LivesTooLong,
    /// Its `nbf` or `iat` lies ahead.
    NotYetValid,
    /// It was used before.
    Replayed,
}

impl PresentedAssertion {
    /// Finds an assertion in the form.
    ///
    /// # Errors
    ///
    /// [`TokenError::Malformed`] when one of the two parameters is missing; [`TokenError::SeveralAuthMethods`] when the
    /// client authenticates in another way too; [`AssertionRefusal::UnknownType`].
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

    /// The client that the assertion, or the form beside it, says it is from.
    ///
    /// # Errors
    ///
    /// [`AssertionRefusal::OtherClient`] when they name two: RFC 7521 §4.2 has `client_id` "identify the same client".
    pub fn client_id(&self, unverified_claims: &Claims) -> Result<ClientId, AssertionRefusal> {
        let subject = unverified_claims.text("sub")?;
        if self.client_id.as_deref().is_some_and(|client_id| client_id != subject) {
            return Err(AssertionRefusal::OtherClient);
        }
        ClientId::parse(subject).map_err(|_| AssertionRefusal::OtherClient)
    }
}

/// With what `client` has to sign. What it registered says so, never the header of what it sends
/// ([RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
///
/// # Errors
///
/// [`AssertionRefusal::OtherMethod`] when it is registered to authenticate in another way.
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

/// Judges an assertion that was signed as [`key_of`] demands, with this `typ` and these claims.
///
/// # Errors
///
/// The first rule broken, in the order of RFC 7523 §3.
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
    /// The client.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client.client_id
    }

    /// The proof, once the store has made sure that this is the first use.
    #[must_use]
    pub fn used_for_the_first_time(self) -> AuthenticatedClient {
        AuthenticatedClient::by_assertion(self.client)
    }
}

/// RFC 8725 §3.11 and §3.12: a JWT that its client made for something else does not authenticate it. A request object
/// travels through browsers and need not have a `typ`; it is known by its parameters.
fn of_this_kind(typ: Option<&str>, claims: &Claims) -> Result<(), AssertionRefusal> {
    let is_known = typ.is_none_or(|typ| {
        let name = typ.to_ascii_lowercase();
        let name = name.strip_prefix("application/").unwrap_or(&name);
        matches!(name, "jwt" | "client-authentication+jwt")
    });
    let is_request = ["response_type", "redirect_uri"].iter().any(|parameter| claims.get(parameter).is_some());
    if is_known && !is_request { Ok(()) } else { Err(AssertionRefusal::OtherKind) }
}

/// FAPI 2.0 §5.3.2.1: the server "shall only accept its issuer identifier value … as a string in the aud claim received in
/// client authentication assertions". An assertion for two servers, or for an address that another server could claim, can be replayed by one at the other. A client that
/// is registered with `token_endpoint_as_audience` may name the token endpoint, as OpenID Connect Core §9 suggested, and
/// may name both.
fn audience(client: &Client, claims: &Claims, issuer: &Issuer) -> Result<(), AssertionRefusal> {
    let audience = claims.audience()?;
    let is_accepted = if client.metadata.openid.token_endpoint_as_audience {
        let endpoint = issuer.endpoint("/token");
        audience.iter().all(|one| *one == issuer.as_str() || *one == endpoint)
    } else {
        claims.get("aud").and_then(|aud| aud.as_str()) == Some(issuer.as_str())
    };
    if is_accepted { Ok(()) } else { Err(AssertionRefusal::Audience) }
}

fn expiry(claims: &Claims, now: OffsetDateTime) -> Result<OffsetDateTime, AssertionRefusal> {
    let expires_at = claims.instant("exp")?;
    if now >= expires_at {
        return Err(AssertionRefusal::Expired);
    }
    if expires_at > now + LONGEST + TOLERANCE {
        return Err(AssertionRefusal::LivesTooLong);
    }
    // FAPI 2.0 §5.3.2.1: "shall accept JWTs with an iat or nbf timestamp between 0 and 10 seconds in the future but shall
    // reject JWTs with an iat or nbf timestamp greater than 60 seconds in the future".
    for name in ["nbf", "iat"] {
        if claims.optional_instant(name)?.is_some_and(|since| since > now + TOLERANCE) {
            return Err(AssertionRefusal::NotYetValid);
        }
    }
    Ok(expires_at)
}

impl From<JwtRefusal> for AssertionRefusal {
    fn from(refusal: JwtRefusal) -> Self {
        Self::Jwt(refusal)
    }
}

impl fmt::Display for AssertionRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Jwt(refusal) => return refusal.fmt(formatter),
            Self::UnknownType => "the client_assertion_type is another one",
            Self::OtherMethod => "the client is registered to authenticate in another way",
            Self::NoKeys => "the client has no keys, or they cannot be fetched",
            Self::OtherAlgorithm => "the alg is not the one that the client has registered",
            Self::OtherKind => "it is a JWT of another kind",
            Self::OtherClient => "iss, sub and client_id are not one and the same",
            Self::Audience => "aud is not this server's issuer, as a string",
            Self::Expired => "it has expired",
            Self::LivesTooLong => "exp is more than five minutes ahead",
            Self::NotYetValid => "nbf or iat lies ahead",
            Self::Replayed => "it was used before",
        })
    }
}

impl std::error::Error for AssertionRefusal {}

/// The value of `client_assertion_type` (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far ahead `exp` may be, clocks aside. It bounds for how long used ones have to be remembered.
pub const LONGEST: Duration = Duration::minutes(5);

/// By how much the client's clock may be ahead.
const TOLERANCE: Duration = Duration::seconds(30);

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use time::macros::datetime;

    use super::*;
    use crate::oauth::{client_authentication::tests::client, openid_metadata::Hs256};

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
    const ISSUER: &str = "https://login.example.org";

    fn key_holder() -> Client {
        let mut client = client();
        client.secrets.clear();
        client.metadata.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        client
    }

    fn at(seconds: i64) -> Value {
        json!(NOW.unix_timestamp() + seconds)
    }

    fn claims(changes: &[(&str, Value)]) -> Claims {
        let mut claims =
            json!({"iss": "orders", "sub": "orders", "aud": ISSUER, "exp": at(60), "iat": at(0), "jti": "j"});
        for (name, value) in changes {
            match value {
                // In these tables null stands for a claim that is absent.
                Value::Null => {
                    claims.as_object_mut().unwrap().remove(*name);
                }
                value => claims[*name] = value.clone(),
            }
        }
        Claims::new(claims.as_object().unwrap().clone())
    }

    fn judge(client: Client, changes: &[(&str, Value)]) -> Result<AcceptedAssertion, AssertionRefusal> {
        let issuer = Issuer::parse(ISSUER).unwrap();
        accept(client, (None, &claims(changes)), Recipient { issuer: &issuer, now: NOW })
    }

    fn refusal(changes: &[(&str, Value)]) -> Option<AssertionRefusal> {
        judge(key_holder(), changes).err()
    }

    // RFC 7523 §3
    #[test]
    fn an_assertion_is_by_the_client_about_itself() {
        let accepted = judge(key_holder(), &[]).unwrap();
        assert_eq!((accepted.client_id().as_str(), accepted.expires_at), ("orders", NOW + Duration::MINUTE));
        for name in ["iss", "sub"] {
            assert_eq!(refusal(&[(name, json!("other"))]), Some(AssertionRefusal::OtherClient), "{name}");
            assert_eq!(refusal(&[(name, Value::Null)]), Some(JwtRefusal::MissingClaim(name).into()), "{name}");
            assert_eq!(refusal(&[(name, json!(["orders"]))]), Some(JwtRefusal::MalformedClaim(name).into()), "{name}");
        }
    }

    // J7, FAPI 2.0 §5.3.2.1
    #[test]
    fn its_audience_is_the_issuer_as_a_string() {
        let endpoint = format!("{ISSUER}/token");
        for aud in [
            json!([ISSUER]),
            json!([ISSUER, "https://evil.example"]),
            json!(endpoint),
            json!(format!("{ISSUER}/")),
            json!("https://evil.example"),
            json!(""),
        ] {
            assert_eq!(refusal(&[("aud", aud.clone())]), Some(AssertionRefusal::Audience), "{aud}");
        }
        assert_eq!(refusal(&[("aud", Value::Null)]), Some(JwtRefusal::MissingClaim("aud").into()));
        assert_eq!(refusal(&[("aud", json!([]))]), Some(JwtRefusal::MalformedClaim("aud").into()));
        assert_eq!(refusal(&[("aud", json!(1))]), Some(JwtRefusal::MalformedClaim("aud").into()));
        let mut older = key_holder();
        older.metadata.openid.token_endpoint_as_audience = true;
        for (aud, is_accepted) in [
            (json!(ISSUER), true),
            (json!(endpoint), true),
            (json!([ISSUER, endpoint]), true),
            (json!([endpoint, "https://evil.example"]), false),
            (json!(format!("{ISSUER}/userinfo")), false),
        ] {
            assert_eq!(judge(older.clone(), &[("aud", aud.clone())]).is_ok(), is_accepted, "{aud}");
        }
    }

    #[test]
    fn it_lives_for_five_minutes_at_most() {
        for (exp, expected) in [
            (at(-300), Some(AssertionRefusal::Expired)),
            (at(0), Some(AssertionRefusal::Expired)),
            (at(1), None),
            (at(300), None),
            (at(330), None),
            (at(331), Some(AssertionRefusal::LivesTooLong)),
            (json!(1_u64 << 53), Some(AssertionRefusal::LivesTooLong)),
            (Value::Null, Some(JwtRefusal::MissingClaim("exp").into())),
            (json!("1893456060"), Some(JwtRefusal::MalformedClaim("exp").into())),
            (json!(-1), Some(JwtRefusal::MalformedClaim("exp").into())),
            (json!(1e30), Some(JwtRefusal::MalformedClaim("exp").into())),
            (json!(u64::MAX), Some(JwtRefusal::MalformedClaim("exp").into())),
        ] {
            assert_eq!(refusal(&[("exp", exp.clone())]), expected, "{exp}");
        }
    }

    // FAPI 2.0 §5.3.2.1
    #[test]
    fn a_clock_may_be_ten_seconds_ahead_and_not_sixty_one() {
        for name in ["nbf", "iat"] {
            for (ahead, expected) in [(0, None), (8, None), (10, None), (61, Some(AssertionRefusal::NotYetValid))] {
                assert_eq!(refusal(&[(name, at(ahead))]), expected, "{name} {ahead}");
            }
            assert_eq!(refusal(&[(name, Value::Null)]), None, "{name}");
            assert_eq!(refusal(&[(name, json!("now"))]), Some(JwtRefusal::MalformedClaim(name).into()), "{name}");
        }
    }

    #[test]
    fn it_has_an_identifier() {
        assert_eq!(refusal(&[("jti", Value::Null)]), Some(JwtRefusal::MissingClaim("jti").into()));
        for jti in [json!(""), json!(1), json!(["j"])] {
            assert_eq!(refusal(&[("jti", jti.clone())]), Some(JwtRefusal::MalformedClaim("jti").into()), "{jti}");
        }
    }

    // J6
    #[test]
    fn a_jwt_of_another_kind_authenticates_nobody() {
        let issuer = Issuer::parse(ISSUER).unwrap();
        let of =
            |typ: &str| accept(key_holder(), (Some(typ), &claims(&[])), Recipient { issuer: &issuer, now: NOW }).err();
        for typ in ["JWT", "jwt", "client-authentication+jwt", "application/client-authentication+jwt"] {
            assert_eq!(of(typ), None, "{typ}");
        }
        for typ in ["at+jwt", "logout+jwt", "dpop+jwt", "oauth-authz-req+jwt", "statuslist+jwt", "", "text/jwt"] {
            assert_eq!(of(typ), Some(AssertionRefusal::OtherKind), "{typ}");
        }
        for parameter in ["response_type", "redirect_uri"] {
            assert_eq!(refusal(&[(parameter, json!("code"))]), Some(AssertionRefusal::OtherKind), "{parameter}");
        }
    }

    // J1
    #[test]
    fn what_is_registered_decides_what_verifies() {
        let with = |method, algorithm| {
            let mut client = key_holder();
            client.metadata.token_endpoint_auth_method = method;
            client.metadata.openid.token_endpoint_auth_signing_alg = algorithm;
            key_of(&client)
        };
        let (hs256, es256) =
            (Some(AssertionAlgorithm::Secret(Hs256::Hs256)), Some(AssertionAlgorithm::Key(Algorithm::Es256)));
        assert_eq!(with(AuthMethod::PrivateKeyJwt, None), Ok(AssertionKey::Private(None)));
        assert_eq!(with(AuthMethod::PrivateKeyJwt, es256), Ok(AssertionKey::Private(Some(Algorithm::Es256))));
        assert_eq!(with(AuthMethod::ClientSecretJwt, None), Ok(AssertionKey::Secret));
        assert_eq!(with(AuthMethod::ClientSecretJwt, hs256), Ok(AssertionKey::Secret));
        for (method, algorithm) in [
            (AuthMethod::PrivateKeyJwt, hs256),
            (AuthMethod::ClientSecretJwt, es256),
            (AuthMethod::ClientSecretBasic, None),
            (AuthMethod::ClientSecretPost, hs256),
            (AuthMethod::None, None),
        ] {
            assert_eq!(with(method, algorithm), Err(AssertionRefusal::OtherMethod), "{method:?}");
        }
    }

    #[test]
    fn an_assertion_comes_with_its_type_and_with_no_other_credentials() {
        let find = |authorization, form: &str| {
            PresentedAssertion::find(authorization, &Parameters::parse(form).unwrap()).map(|found| found.is_some())
        };
        let both = format!("client_assertion_type={JWT_BEARER}&client_assertion=a.b.c");
        assert_eq!(find(None, &both), Ok(true));
        assert_eq!(find(None, "client_id=orders"), Ok(false));
        assert_eq!(find(Some("Basic eA"), &both), Err(TokenError::SeveralAuthMethods));
        assert_eq!(find(None, &format!("{both}&client_secret=x")), Err(TokenError::SeveralAuthMethods));
        assert_eq!(
            find(None, "client_assertion=a.b.c"),
            Err(MalformedParameters::Missing("client_assertion_type").into())
        );
        assert_eq!(
            find(None, &format!("client_assertion_type={JWT_BEARER}")),
            Err(MalformedParameters::Missing("client_assertion").into())
        );
        let saml = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer&client_assertion=x";
        assert_eq!(find(None, saml), Err(AssertionRefusal::UnknownType.into()));
    }

    // RFC 7521 §4.2
    #[test]
    fn the_client_id_beside_it_names_the_same_client() {
        let named = |form: &str| {
            let form = format!("client_assertion_type={JWT_BEARER}&client_assertion=a.b.c{form}");
            let presented = PresentedAssertion::find(None, &Parameters::parse(&form).unwrap()).unwrap().unwrap();
            presented.client_id(&claims(&[])).map(|id| id.to_string())
        };
        assert_eq!(named("").as_deref(), Ok("orders"));
        assert_eq!(named("&client_id=orders").as_deref(), Ok("orders"));
        assert_eq!(named("&client_id=other"), Err(AssertionRefusal::OtherClient));
    }
}
