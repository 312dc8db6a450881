//! Status List Tokens, and the reference to them in an access token:
//! [draft-ietf-oauth-status-list §5.1, §6 and §8.3](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-status-list#section-8.3).
//! Pure functions with keys and time as arguments.

use std::fmt;

use serde_json::Value;
use time::{Duration, OffsetDateTime};
use url::Url;

use super::status_list::{InflatedStatusList, StatusListRefusal};
use crate::{
    crypto::sha256,
    jose::{Claims, JwkSet, JwtRefusal, TokenType, UnverifiedJwt},
};

/// The position of a token's status: the claim `status.status_list` (§6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StatusReference {
    pub(super) uri: String,
    pub(super) index: u64,
}

/// A list whose signature and claims were verified.
#[derive(Debug)]
pub(super) struct VerifiedStatusList {
    /// The SHA-256 of the fetched text, which identifies the list in the cache file.
    pub(super) digest: [u8; 32],
    pub(super) list: InflatedStatusList,
    pub(super) issued_at: OffsetDateTime,
    /// When the issuer no longer guarantees the list.
    pub(super) expires_at: Option<OffsetDateTime>,
    /// How long the issuer allows a copy to be used before it is fetched again.
    pub(super) ttl: Duration,
}

/// Why a fetched document is not the requested status list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusTokenRefusal {
    /// It is not a JWT that one of the issuer's keys has signed as a status list.
    Jwt(JwtRefusal),
    /// `sub` is not the URL that it was fetched from.
    AnotherList,
    /// `iss` is present and names another issuer.
    Issuer,
    /// It has expired.
    Expired,
    /// It was issued in the future.
    NotYet,
    /// It is older than the list that is already known.
    Older,
    /// The list in the token cannot be decoded.
    List(StatusListRefusal),
}

impl StatusReference {
    /// Reads the reference of a token from the issuer at the URL `issuer`. Returns `None` if the token has none.
    ///
    /// # Errors
    ///
    /// Returns [`JwtRefusal::MalformedClaim`] if `status` is present but is not a reference to a list, or if the list
    /// is not at the origin of the issuer: a verifier fetches from nowhere else.
    pub(super) fn read(claims: &Claims, issuer: &Url) -> Result<Option<Self>, JwtRefusal> {
        let Some(status) = claims.get("status") else { return Ok(None) };
        let reference = status.get("status_list").and_then(|list| {
            let index = list.get("idx").and_then(Value::as_u64)?;
            let uri = list.get("uri").and_then(Value::as_str)?;
            let url = Url::parse(uri).ok()?;
            let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
            let is_below = url.origin() == issuer.origin() && uri.len() <= LONGEST_URI;
            (is_plain && is_below).then(|| Self { uri: uri.to_owned(), index })
        });
        reference.map(Some).ok_or(JwtRefusal::MalformedClaim("status"))
    }
}

impl VerifiedStatusList {
    /// Verifies `unverified_jwt`, which was fetched from `uri` at `now`, in the order of §8.3.
    ///
    /// # Errors
    ///
    /// Returns [`StatusTokenRefusal`], but never [`StatusTokenRefusal::Older`].
    pub(super) fn read(
        unverified_jwt: &str,
        uri: &str,
        issuer: &str,
        keys: &JwkSet,
        now: Instant,
    ) -> Result<Self, StatusTokenRefusal> {
        let unverified = UnverifiedJwt::parse_within(unverified_jwt, LONGEST)?;
        let claims = unverified.verify(keys)?.of_type(TokenType::StatusList)?.into_claims();
        if claims.text("sub")? != uri {
            return Err(StatusTokenRefusal::AnotherList);
        }
        if claims.optional_text("iss")?.is_some_and(|iss| iss != issuer) {
            return Err(StatusTokenRefusal::Issuer);
        }
        let issued_at = claims.instant("iat")?;
        if is_ahead(issued_at, now) {
            return Err(StatusTokenRefusal::NotYet);
        }
        let expires_at = claims.optional_instant("exp")?;
        if expires_at.is_some_and(|at| now.at >= at + now.leeway) {
            return Err(StatusTokenRefusal::Expired);
        }
        // §5.1: "The value of the claim MUST be a positive number".
        let ttl = match claims.optional_seconds("ttl")? {
            Some(0) => return Err(JwtRefusal::MalformedClaim("ttl").into()),
            Some(seconds) => Duration::seconds(seconds).min(LONGEST_TTL),
            None => DEFAULT_TTL,
        };
        let list = claims.get("status_list").and_then(|list| {
            Some((list.get("bits").and_then(Value::as_u64)?, list.get("lst").and_then(Value::as_str)?))
        });
        let (bits, lst) = list.ok_or(JwtRefusal::MalformedClaim("status_list"))?;
        let list = InflatedStatusList::decode(bits, lst).map_err(StatusTokenRefusal::List)?;
        Ok(Self { digest: sha256(unverified_jwt), list, issued_at, expires_at, ttl })
    }

    /// Returns whether it was issued in the future. A list is checked when it is read, but the clock may have been set
    /// back since.
    pub(super) fn is_ahead_of(&self, now: Instant) -> bool {
        is_ahead(self.issued_at, now)
    }
}

fn is_ahead(issued_at: OffsetDateTime, now: Instant) -> bool {
    issued_at > now.at + now.leeway
}

/// The current time, and the tolerated difference to the issuer's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instant {
    pub(super) at: OffsetDateTime,
    pub(super) leeway: Duration,
}

impl From<JwtRefusal> for StatusTokenRefusal {
    fn from(refusal: JwtRefusal) -> Self {
        Self::Jwt(refusal)
    }
}

impl fmt::Display for StatusTokenRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Jwt(refusal) => return refusal.fmt(formatter),
            Self::List(refusal) => return refusal.fmt(formatter),
            Self::AnotherList => "sub is not the URI of the list",
            Self::Issuer => "iss is not the expected issuer",
            Self::Expired => "the list has expired",
            Self::NotYet => "iat of the list is in the future",
            Self::Older => "the list is older than the known one",
        })
    }
}

impl std::error::Error for StatusTokenRefusal {}

/// Maximum length of a document: an incompressible list of 2 MiB, base64url-encoded twice.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;
const LONGEST_URI: usize = 512;
/// For a list without `ttl`.
const DEFAULT_TTL: Duration = Duration::MINUTE;
const LONGEST_TTL: Duration = Duration::DAY;

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};
    use time::macros::datetime;

    use super::*;
    use crate::{
        entropy::Entropy,
        jose::{Algorithm, PublicKey, SigningKey},
        oauth::status_list::{StatusBits, StatusList as PackedList},
        verify::status_list::Status,
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
    const ISSUER: &str = "https://login.example.org";
    const URI: &str = "https://login.example.org/status/1";

    fn claims() -> Value {
        let at = NOW.unix_timestamp();
        json!({"sub": URI, "iss": ISSUER, "iat": at, "exp": at + 600, "ttl": 60,
            "status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}})
    }

    fn read(typ: TokenType, claims: &Value) -> Result<VerifiedStatusList, StatusTokenRefusal> {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let jwt = key.sign(typ, claims.as_object().unwrap()).unwrap();
        let keys = JwkSet::new([PublicKey::new(key.public_jwk().clone()).unwrap()]);
        VerifiedStatusList::read(&jwt, URI, ISSUER, &keys, Instant { at: NOW, leeway: Duration::ZERO })
    }

    #[test]
    fn a_list_is_read_with_what_the_issuer_promises() {
        let token = read(TokenType::StatusList, &claims()).unwrap();
        assert_eq!((token.ttl, token.expires_at), (Duration::MINUTE, Some(NOW + Duration::minutes(10))));
        let mut bare = claims();
        for name in ["iss", "exp", "ttl"] {
            bare.as_object_mut().unwrap().remove(name);
        }
        let token = read(TokenType::StatusList, &bare).unwrap();
        assert_eq!((token.ttl, token.expires_at), (DEFAULT_TTL, None));
    }

    #[test]
    fn a_list_of_a_million_tokens_is_kept_in_its_bits_and_nothing_more() {
        let mut packed = PackedList::new(StatusBits::One, 1_000_000);
        for idx in 0..1_000_000 {
            packed.set(idx, u8::from(u32::from_be_bytes(Entropy::system().bytes()).is_multiple_of(10)));
        }
        let mut claims = claims();
        claims["status_list"] = packed.to_json();
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let jwt = key.sign(TokenType::StatusList, claims.as_object().unwrap()).unwrap();
        let keys = JwkSet::new([PublicKey::new(key.public_jwk().clone()).unwrap()]);
        let now = Instant { at: NOW, leeway: Duration::ZERO };
        let mut token = None;
        let reading = allocation_counter::measure(|| {
            token = Some(VerifiedStatusList::read(&jwt, URI, ISSUER, &keys, now).unwrap());
        });
        assert_eq!(token.unwrap().list.status(999_999), Some(Status::from(packed.get(999_999).unwrap())));
        assert_eq!(reading.bytes_current, 125_000);
        assert!(reading.bytes_max < 6 * 125_000, "{} bytes allocated for a text of {}", reading.bytes_max, jwt.len());
    }

    // §8.3
    #[test]
    fn each_rule_refuses_what_breaks_it() {
        let at = NOW.unix_timestamp();
        let malformed = |name| StatusTokenRefusal::Jwt(JwtRefusal::MalformedClaim(name));
        for (name, value, refusal) in [
            ("sub", json!("https://login.example.org/status/2"), StatusTokenRefusal::AnotherList),
            ("iss", json!("https://evil.example"), StatusTokenRefusal::Issuer),
            ("iat", json!(at + 1), StatusTokenRefusal::NotYet),
            ("iat", json!("now"), malformed("iat")),
            ("exp", json!(at), StatusTokenRefusal::Expired),
            ("ttl", json!(0), malformed("ttl")),
            ("ttl", json!(1.5), malformed("ttl")),
            ("status_list", json!({"bits": 1}), malformed("status_list")),
            (
                "status_list",
                json!({"bits": 1, "lst": "AAAA"}),
                StatusTokenRefusal::List(StatusListRefusal::Compression),
            ),
        ] {
            let mut claims = claims();
            claims[name] = value;
            assert_eq!(read(TokenType::StatusList, &claims).err(), Some(refusal), "{claims}");
        }
        for typ in [TokenType::AccessToken, TokenType::IdToken, TokenType::Logout] {
            let refusal = read(typ, &claims()).err();
            assert_eq!(refusal, Some(StatusTokenRefusal::Jwt(JwtRefusal::WrongType)), "{typ}");
        }
    }

    #[test]
    fn a_list_is_read_until_the_instant_of_exp_and_the_leeway() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let jwt = key.sign(TokenType::StatusList, claims().as_object().unwrap()).unwrap();
        let keys = JwkSet::new([PublicKey::new(key.public_jwk().clone()).unwrap()]);
        for (seconds, expected) in [(629, None), (630, Some(StatusTokenRefusal::Expired))] {
            let now = Instant { at: NOW + Duration::seconds(seconds), leeway: Duration::seconds(30) };
            let read = VerifiedStatusList::read(&jwt, URI, ISSUER, &keys, now);
            assert_eq!(read.err(), expected, "{seconds} s");
        }
    }

    #[test]
    fn a_reference_stays_at_the_origin_of_the_issuer() {
        let issuer = Url::parse(ISSUER).unwrap();
        let reference = |status: Value| {
            let claims = Claims::new(Map::from_iter([("status".to_owned(), status)]));
            StatusReference::read(&claims, &issuer)
        };
        let list = |idx: Value, uri: &str| reference(json!({"status_list": {"idx": idx, "uri": uri}}));
        assert_eq!(list(json!(7), URI), Ok(Some(StatusReference { uri: URI.to_owned(), index: 7 })));
        for uri in [
            "https://evil.example/status/1",
            "http://login.example.org/status/1",
            "https://login.example.org:8443/status/1",
            "https://login.example.org.evil.example/1",
            "https://login.example.org@evil.example/1",
            "https://me@login.example.org/status/1",
            "https://login.example.org/status/1#a",
            "/status/1",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(list(json!(7), uri), Err(JwtRefusal::MalformedClaim("status")), "{uri}");
        }
        for idx in [json!(-1), json!(1.0), json!("1"), json!(null)] {
            assert!(list(idx.clone(), URI).is_err(), "{idx}");
        }
        for status in [json!({}), json!(null), json!("revoked"), json!({"other": 1})] {
            assert!(reference(status.clone()).is_err(), "{status}");
        }
        assert_eq!(StatusReference::read(&Claims::new(Map::new()), &issuer), Ok(None));
    }
}
