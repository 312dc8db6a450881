//! A cache of verified tokens, so that the signature of a repeated token is checked only once.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use time::OffsetDateTime;

use super::AccessClaims;

/// A bounded table of verified tokens, indexed by the SHA-256 of their text. Reading takes no lock and does not
/// allocate.
///
/// Each token has four possible slots; a fifth token replaces one of them. Only valid tokens of the issuer are
/// inserted, so other parties cannot evict them.
pub(super) struct VerifiedTokens {
    places: Box<[ArcSwapOption<Remembered>]>,
}

struct Remembered {
    digest: [u8; 32],
    epoch: u64,
    claims: AccessClaims,
}

impl VerifiedTokens {
    /// Creates a table of `capacity` tokens, rounded up to a multiple of four. With 0 the cache is disabled.
    pub(super) fn new(capacity: usize) -> Self {
        Self { places: (0..capacity.next_multiple_of(WAYS)).map(|_| ArcSwapOption::empty()).collect() }
    }

    /// Returns whether the cache is enabled.
    pub(super) fn is_in_use(&self) -> bool {
        !self.places.is_empty()
    }

    /// Returns the claims of the token with this digest, if it was verified with the keys of `epoch`.
    pub(super) fn find(&self, digest: &[u8; 32], epoch: u64) -> Option<AccessClaims> {
        self.ways(digest).iter().find_map(|place| {
            let remembered = place.load();
            let remembered = remembered.as_ref()?;
            let is_it = remembered.digest == *digest && remembered.epoch == epoch;
            is_it.then(|| remembered.claims.clone())
        })
    }

    /// Stores a token that was verified with the keys of `epoch`.
    pub(super) fn remember(&self, digest: [u8; 32], epoch: u64, claims: AccessClaims) {
        let ways = self.ways(&digest);
        // The slot of this token, an empty one, or the one whose token expires first.
        let place = ways.iter().min_by_key(|place| {
            let remembered = place.load();
            remembered.as_ref().filter(|other| other.epoch == epoch && other.digest != digest).map(expiry)
        });
        if let Some(place) = place {
            place.store(Some(Remembered { digest, epoch, claims }.into()));
        }
    }

    /// Returns the slots for the token with this digest.
    fn ways(&self, digest: &[u8; 32]) -> &[ArcSwapOption<Remembered>] {
        let (head, _) = digest.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        let sets = self.places.len() / WAYS;
        let set = usize::try_from(u64::from_be_bytes(*head) % (sets.max(1) as u64)).unwrap_or_default();
        self.places.get(set * WAYS..(set + 1) * WAYS).unwrap_or_default()
    }
}

fn expiry(remembered: &Arc<Remembered>) -> OffsetDateTime {
    remembered.claims.expires_at()
}

const WAYS: usize = 4;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use time::{Duration, macros::datetime};

    use super::*;
    use crate::{crypto::sha256, jose::Claims};

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn claims(jti: &str, expires_at: OffsetDateTime) -> AccessClaims {
        let claims = json!({"sub": "a", "client_id": "b", "jti": jti, "iat": 0, "exp": expires_at.unix_timestamp()});
        let Value::Object(claims) = claims else { unreachable!() };
        AccessClaims::read(Claims::new(claims), &url::Url::parse("https://login.example.org").unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_found_by_its_whole_digest_and_epoch() {
        let tokens = VerifiedTokens::new(8);
        tokens.remember(sha256("a"), 1, claims("a", NOW));
        assert_eq!(tokens.find(&sha256("a"), 1).unwrap().jti(), "a");
        assert!(tokens.find(&sha256("a"), 2).is_none(), "the keys have changed");
        let mut other = sha256("a");
        other[31] ^= 1;
        assert!(tokens.find(&other, 1).is_none());
    }

    #[test]
    fn the_table_is_bounded_and_the_token_that_expires_first_makes_room() {
        let tokens = VerifiedTokens::new(1);
        let digest = |number: u8| [number; 32];
        for number in 0..4 {
            tokens.remember(digest(number), 0, claims("a", NOW + Duration::seconds(i64::from(number) + 1)));
        }
        tokens.remember(digest(9), 0, claims("b", NOW + Duration::HOUR));
        assert!(tokens.find(&digest(0), 0).is_none() && tokens.find(&digest(9), 0).is_some());
        assert!((1..4).all(|number| tokens.find(&digest(number), 0).is_some()));
        for number in 0..=255 {
            tokens.remember(digest(number), 0, claims("c", NOW));
        }
        assert_eq!((0..=255).filter(|number| tokens.find(&digest(*number), 0).is_some()).count(), 4);
    }

    #[test]
    fn a_token_that_is_verified_again_takes_no_place_of_another() {
        let tokens = VerifiedTokens::new(4);
        let digest = |number: u8| [number; 32];
        for number in 0..4 {
            tokens.remember(digest(number), 0, claims("a", NOW + Duration::seconds(i64::from(number))));
        }
        tokens.remember(digest(3), 0, claims("b", NOW + Duration::HOUR));
        assert!((0..4).all(|number| tokens.find(&digest(number), 0).is_some()));
        assert_eq!(tokens.find(&digest(3), 0).unwrap().jti(), "b");
    }

    #[test]
    fn each_token_has_four_places_and_all_places_are_used() {
        let tokens = VerifiedTokens::new(8);
        let digest = |number: u8| [number; 32];
        let expiry = |number: u8| NOW + Duration::seconds(i64::from(number));
        for number in 0..8 {
            tokens.remember(digest(number), 0, claims("a", expiry(number)));
        }
        assert!((0..8).all(|number| tokens.find(&digest(number), 0).is_some()));
        // Another odd one: 0 expires first, but 1 is the first of the odd ones.
        tokens.remember(digest(9), 0, claims("a", expiry(9)));
        let forgotten: Vec<_> = (0..10).filter(|number| tokens.find(&digest(*number), 0).is_none()).collect();
        assert_eq!(forgotten, [1, 8]);
    }

    #[test]
    fn with_no_capacity_nothing_is_remembered() {
        let tokens = VerifiedTokens::new(0);
        tokens.remember(sha256("a"), 0, claims("a", NOW));
        assert!(VerifiedTokens::new(1).is_in_use());
        assert!(!tokens.is_in_use() && tokens.find(&sha256("a"), 0).is_none());
    }
}
