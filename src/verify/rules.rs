//! The rules of [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4), in their order, and what a status list
//! says: pure, with the keys, the list and the time as arguments.

use time::{Duration, OffsetDateTime};
use url::Url;

use super::{
    AccessClaims, StaleStatusList, VerifyRefusal,
    known::KnownList,
    status_list::Status,
    status_list_token::{Instant, StatusReference},
};
use crate::jose::{JwkSet, JwtRefusal, TokenType, UnverifiedJwt};

/// What a resource server expects of its tokens.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    pub(super) issuer: String,
    pub(super) issuer_url: Url,
    pub(super) audience: String,
    /// By how much clocks may differ.
    pub(super) leeway: Duration,
    /// Whether `typ` may be `JWT` too. An ID token is still refused, since it has no `client_id`.
    pub(super) accepts_typ_jwt: bool,
}

/// Verifies `unverified_jwt` with `keys`, except for its status. The times of a token that was verified before are
/// compared by [`in_time`] again.
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
    // RFC 7800 §3.1: whoever presents the token would have to prove possession of the key. Nothing here checks a proof,
    // and without one a stolen token would pass.
    if claims.get("cnf").is_some() {
        return Err(VerifyRefusal::Bound);
    }
    let claims = AccessClaims::read(claims, &expected.issuer_url)?;
    in_time(&claims, expected.leeway, now)?;
    Ok(claims)
}

/// Whether `claims` are valid at `now`.
pub(super) fn in_time(claims: &AccessClaims, leeway: Duration, now: OffsetDateTime) -> Result<(), VerifyRefusal> {
    // "The current time MUST be before the time represented by the "exp" claim."
    if now >= claims.expires_at() + leeway {
        return Err(VerifyRefusal::Expired);
    }
    if claims.issued_at().max(claims.not_before()) > now + leeway {
        return Err(VerifyRefusal::NotYet);
    }
    Ok(())
}

/// What `list` says of the token with `claims`, whose `reference` names it.
pub(super) fn in_force(
    claims: &AccessClaims,
    reference: &StatusReference,
    list: &KnownList,
    stale: StaleStatusList,
    now: Instant,
) -> Result<(), VerifyRefusal> {
    // What was revoked does not come back, so even an old list may say so.
    match list.token.list.status(reference.index) {
        Some(Status::Invalid) => return Err(VerifyRefusal::Revoked),
        Some(Status::Valid) if list.is_usable(stale, now) => return Ok(()),
        Some(Status::Suspended | Status::Other(_)) if list.is_usable(stale, now) => {
            return Err(VerifyRefusal::Suspended);
        }
        Some(_) => {}
        // A list grows: one that was issued before the token may not reach to it yet.
        None if list.token.issued_at > claims.issued_at() && !list.token.is_ahead_of(now) => {
            return Err(VerifyRefusal::OutsideOfList);
        }
        None => {}
    }
    Err(VerifyRefusal::StatusStale)
}
