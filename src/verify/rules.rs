//! The rules of [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4), in their order: pure, with the keys and the
//! time as arguments.

use time::{Duration, OffsetDateTime};

use super::{AccessClaims, VerifyRefusal};
use crate::jose::{JwkSet, JwtRefusal, TokenType, UnverifiedJwt};

/// What a resource server expects of its tokens.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    pub(super) issuer: String,
    pub(super) audience: String,
    /// By how much clocks may differ.
    pub(super) leeway: Duration,
    /// Whether `typ` may be `JWT` too. An ID token is still refused, since it has no `client_id`.
    pub(super) accepts_typ_jwt: bool,
}

/// Verifies `unverified_jwt` with `keys` at `now`.
pub(super) fn verify(
    unverified_jwt: &str,
    keys: &JwkSet,
    expected: &Expectation,
    now: OffsetDateTime,
) -> Result<AccessClaims, VerifyRefusal> {
    let unverified = UnverifiedJwt::parse(unverified_jwt)?;
    let typ = unverified.typ().unwrap_or_default();
    let is_plain = expected.accepts_typ_jwt && TokenType::IdToken.accepts(typ);
    if !TokenType::AccessToken.accepts(typ) && !is_plain {
        return Err(JwtRefusal::WrongType.into());
    }
    let claims = unverified.verify(keys)?.into_claims();
    if claims.text("iss")? != expected.issuer {
        return Err(VerifyRefusal::Issuer);
    }
    if !claims.audience()?.contains(&expected.audience.as_str()) {
        return Err(VerifyRefusal::Audience);
    }
    // "The current time MUST be before the time represented by the "exp" claim."
    if now >= claims.instant("exp")? + expected.leeway {
        return Err(VerifyRefusal::Expired);
    }
    let issued_at = claims.instant("iat")?;
    let not_before = claims.optional_instant("nbf")?.unwrap_or(issued_at);
    if issued_at.max(not_before) > now + expected.leeway {
        return Err(VerifyRefusal::NotYet);
    }
    Ok(AccessClaims::read(claims)?)
}
