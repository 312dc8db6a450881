//! Publishing a status list: `/status/{list}`,
//! [draft-ietf-oauth-status-list §8](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-status-list#section-8).

use std::{
    io::Write,
    sync::{Arc, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::{
    crypto::sha256,
    endpoint::{InternalError, Signet},
    jose::{Algorithm, PublishedJwks, TokenType},
    oauth::status_list::{self, ListId, StatusListToken},
};

/// A status list as it is sent.
pub struct PublishedList {
    /// The Status List Token.
    pub token: String,
    /// The same in the content coding `gzip`, which takes back most of what base64url has added, twice.
    pub gzipped: Vec<u8>,
    /// The entity tag, with its quotation marks.
    pub etag: String,
    issued_at: OffsetDateTime,
    ttl: Duration,
    version: u64,
    keys: Arc<PublishedJwks>,
}

/// The list of `id` as it is now; none if there is none, or no more.
///
/// It is signed anew only when a bit has changed, the keys have, or half of its `ttl` is over: whoever fetches it may rely
/// on it for the other half at least, and nobody can make this server sign more often.
///
/// # Errors
///
/// When it cannot be signed.
pub fn publish(signet: &Signet, id: ListId) -> Result<Option<Arc<PublishedList>>, InternalError> {
    let Some(slot) = signet.status_lists.lists().get(&id).map(super::List::published) else { return Ok(None) };
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    let (now, keys) = (signet.clock.now(), signet.keys.jwks());
    let (statuses, version) = {
        let lists = signet.status_lists.lists();
        let Some((statuses, version)) = lists.get(&id).map(super::List::statuses) else { return Ok(None) };
        if let Some(published) = slot.as_ref().filter(|published| published.is_fresh(version, &keys, now)) {
            return Ok(Some(Arc::clone(published)));
        }
        (statuses.clone(), version)
    };
    let ttl = signet.lifetimes.status_list;
    let issued_at = slot.as_ref().map_or(now, |before| issued_after(before.issued_at, now));
    let claims = StatusListToken { issuer: &signet.issuer, id, list: &statuses, ttl }.claims(issued_at);
    let token = signet.keys.sign(Algorithm::Es256, TokenType::StatusList, &claims)?;
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(sha256(&token)));
    let gzipped = gzip(token.as_bytes());
    let published = Arc::new(PublishedList { token, gzipped, etag, issued_at, ttl, version, keys });
    *slot = Some(Arc::clone(&published));
    Ok(Some(published))
}

/// The addresses of all lists (§9.3).
#[must_use]
pub fn aggregation(signet: &Signet) -> Value {
    let lists: Vec<ListId> = signet.status_lists.lists().keys().copied().collect();
    status_list::aggregation(lists.into_iter(), &signet.issuer)
}

impl PublishedList {
    /// For how many seconds a copy may be kept (`Cache-Control: max-age`) so that with its time in caches it is never older
    /// than its `ttl`.
    #[must_use]
    pub fn max_age_seconds(&self, now: OffsetDateTime) -> i64 {
        (self.issued_at + self.ttl - now).clamp(Duration::ZERO, self.ttl).whole_seconds()
    }

    fn is_fresh(&self, version: u64, keys: &Arc<PublishedJwks>, now: OffsetDateTime) -> bool {
        let is_in_time = (self.issued_at - SKEW..self.issued_at + self.ttl / 2).contains(&now);
        is_in_time && self.version == version && Arc::ptr_eq(&self.keys, keys)
    }
}

/// When the list that follows one from `before` is issued. Verifiers refuse a list that is older than the one they know, so a
/// clock that is set back by a little must not take `iat` along; nor may `iat` be further ahead than verifiers allow.
fn issued_after(before: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
    if before <= now + SKEW { before.max(now) } else { now }
}

/// By how much clocks may differ for every verifier of ours.
const SKEW: Duration = Duration::seconds(30);

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_list_is_never_issued_before_the_last_one_unless_that_lies_beyond_the_skew_ahead() {
        let now = datetime!(2030-01-01 00:00 UTC);
        for (before, expected) in [(-3600, 0), (0, 0), (1, 1), (30, 30), (31, 0), (86_400 * 200, 0)] {
            let issued_at = issued_after(now + Duration::seconds(before), now);
            assert_eq!(issued_at, now + Duration::seconds(expected), "{before}");
        }
    }
}
