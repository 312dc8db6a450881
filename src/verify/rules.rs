//! The rules of [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4), in their order, and the evaluation of
//! a status list. Pure functions with the keys, the list and the time as arguments.

use time::{Duration, OffsetDateTime};
use url::Url;

use super::{
    AccessClaims, StaleStatusList, VerifyRefusal,
    known::KnownList,
    status_list::Status,
    status_list_token::{Instant, StatusReference},
};
use crate::jose::{JwkSet, JwtRefusal, TokenType, UnverifiedJwt};

/// What a resource server requires of its tokens.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    pub(super) issuer: String,
    pub(super) issuer_url: Url,
    pub(super) audience: String,
    /// The tolerated clock difference.
    pub(super) leeway: Duration,
    /// Whether `typ` may also be `JWT`. An ID token is still rejected, since it has no `client_id`.
    pub(super) accepts_typ_jwt: bool,
}

/// Verifies `unverified_jwt` with `keys`, except for its status. [`in_time`] checks the times of a cached token again.
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
    // RFC 7800 §3.1: the presenter would have to prove possession of the key. Proofs are not supported here, and
    // without one a stolen token would be accepted.
    if claims.get("cnf").is_some() {
        return Err(VerifyRefusal::Bound);
    }
    let claims = AccessClaims::read(claims, &expected.issuer_url)?;
    in_time(&claims, expected.leeway, now)?;
    Ok(claims)
}

/// Checks that `claims` are valid at `now`.
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

/// Checks the status in `list` of the token with `claims`. `reference` is its position in the list.
pub(super) fn in_force(
    claims: &AccessClaims,
    reference: &StatusReference,
    list: &KnownList,
    stale: StaleStatusList,
    now: Instant,
) -> Result<(), VerifyRefusal> {
    // A revocation is final, so a list of any age can prove it.
    match list.token.list.status(reference.index) {
        Some(Status::Invalid) => return Err(VerifyRefusal::Revoked),
        Some(Status::Valid) if list.is_usable(stale, now) => return Ok(()),
        Some(Status::Suspended | Status::Other(_)) if list.is_usable(stale, now) => {
            return Err(VerifyRefusal::Suspended);
        }
        Some(_) => {}
        // Lists grow. A list that was issued before the token may not contain its index yet.
        None if list.token.issued_at > claims.issued_at() && !list.token.is_ahead_of(now) => {
            return Err(VerifyRefusal::OutsideOfList);
        }
        None => {}
    }
    Err(VerifyRefusal::StatusStale)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Map, Value, json};
    use time::macros::datetime;

    use super::*;
    use crate::{
        crypto::sha256,
        jose::Claims,
        oauth::status_list::{StatusBits, StatusList as PackedList},
        verify::{status_list::InflatedStatusList, status_list_token::VerifiedStatusList},
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn claims() -> AccessClaims {
        let at = NOW.unix_timestamp();
        let claims =
            json!({"iss": "https://a.example", "sub": "s", "client_id": "c", "jti": "j", "iat": at, "exp": at + 300});
        let claims: Map<String, Value> = claims.as_object().unwrap().clone();
        AccessClaims::read(Claims::new(claims), &Url::parse("https://a.example").unwrap()).unwrap()
    }

    /// Returns a list of four statuses with a `ttl` of a minute, issued and fetched `age` seconds ago.
    fn list(age: i64) -> KnownList {
        let mut packed = PackedList::new(StatusBits::Two, 4);
        for idx in 0..4 {
            packed.set(idx, u8::try_from(idx).unwrap());
        }
        let lst = packed.to_json()["lst"].as_str().unwrap().to_owned();
        let fetched_at = NOW - Duration::seconds(age);
        let token = VerifiedStatusList {
            digest: sha256("list"),
            list: InflatedStatusList::decode(2, &lst).unwrap(),
            issued_at: fetched_at,
            expires_at: None,
            ttl: Duration::MINUTE,
        };
        KnownList::new(Arc::new(token), None, fetched_at, 0.0)
    }

    #[test]
    fn a_stale_list_says_only_who_was_revoked() {
        use VerifyRefusal::{OutsideOfList, Revoked, StatusStale, Suspended};
        let accepted: Result<(), VerifyRefusal> = Ok(());
        let ten_minutes = StaleStatusList::AcceptFor(Duration::minutes(10));
        // The indexes 0 to 3 are valid, revoked, suspended and unknown; the last one is beyond the end.
        let usable = [accepted, Err(Revoked), Err(Suspended), Err(Suspended), Err(StatusStale)];
        let stale = [Err(StatusStale), Err(Revoked), Err(StatusStale), Err(StatusStale), Err(StatusStale)];
        let ahead = &stale;
        let newer = [Ok(()), Err(Revoked), Err(Suspended), Err(Suspended), Err(OutsideOfList)];
        for (policy, age, expected) in [
            (StaleStatusList::Refuse, 59, &usable),
            (StaleStatusList::Refuse, 60, &stale),
            // A list of the token's own second may have been issued before it.
            (ten_minutes, 0, &usable),
            (ten_minutes, 600, &usable),
            (ten_minutes, 601, &stale),
            (ten_minutes, -30, &newer),
            (ten_minutes, -31, ahead),
        ] {
            for (index, expected) in (0..).zip(expected) {
                let reference = StatusReference { uri: String::new(), index: if index == 4 { 1000 } else { index } };
                let now = Instant { at: NOW, leeway: Duration::seconds(30) };
                let judged = in_force(&claims(), &reference, &list(age), policy, now);
                assert_eq!(&judged, expected, "{policy:?}, {age} s old, index {index}");
            }
        }
    }
}
