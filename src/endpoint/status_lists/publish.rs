//! Publishes status lists at `/status/{list}`, [draft-ietf-oauth-status-list
//! §8](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-status-list#section-8).

use std::{io::Write, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder};
use time::{Duration, OffsetDateTime};

use crate::{
    crypto::sha256,
    jose::{Algorithm, Keys, PublishedJwks, SigningFault, TokenType},
    oauth::{
        issuer::Issuer,
        status_list::{ListId, StatusList, StatusListToken},
    },
};

/// The context for signing status lists.
#[derive(Clone, Copy)]
pub struct Publisher<'a> {
    /// The issuer of the lists.
    pub issuer: &'a Issuer,
    /// The signing keys.
    pub keys: &'a Keys,
    /// How long a verifier may cache a copy.
    pub ttl: Duration,
    /// The time of the request.
    pub now: OffsetDateTime,
}

/// A list with its version number.
pub(super) struct Numbered<'a> {
    pub(super) id: ListId,
    pub(super) statuses: &'a StatusList,
    pub(super) version: u64,
}

/// A status list as returned to clients.
pub struct PublishedList {
    /// The Status List Token.
    pub token: String,
    /// The same with the content coding `gzip`, which undoes most of the growth caused by encoding with base64url
    /// twice.
    pub gzipped: Vec<u8>,
    /// The entity tag, including its quotation marks.
    pub etag: String,
    issued_at: OffsetDateTime,
    ttl: Duration,
    version: u64,
    keys: Arc<PublishedJwks>,
}

impl PublishedList {
    /// Signs `list`, which has the number `version`. `before` is the last published version.
    ///
    /// # Errors
    ///
    /// Returns a [`SigningFault`] if the list cannot be signed.
    pub(super) fn sign(
        publisher: &Publisher<'_>,
        list: &Numbered<'_>,
        before: Option<&Self>,
    ) -> Result<Self, SigningFault> {
        let Publisher { issuer, keys, ttl, now } = *publisher;
        let issued_at = before.map_or(now, |before| issued_after(before.issued_at, now));
        let claims = StatusListToken { issuer, id: list.id, list: list.statuses, ttl }.claims(issued_at);
        let jwks = keys.jwks();
        let token = keys.sign(Algorithm::Es256, TokenType::StatusList, &claims)?;
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(sha256(&token)));
        let gzipped = gzip(token.as_bytes());
        Ok(Self { token, gzipped, etag, issued_at, ttl, version: list.version, keys: jwks })
    }

    /// Maximum age of a cached copy in seconds (`Cache-Control: max-age`), so that a copy is never older than its
    /// `ttl` after its time in caches.
    #[must_use]
    pub fn max_age_seconds(&self, now: OffsetDateTime) -> i64 {
        (self.issued_at + self.ttl - now).clamp(Duration::ZERO, self.ttl).whole_seconds()
    }

    pub(super) fn is_fresh(&self, version: u64, keys: &Arc<PublishedJwks>, now: OffsetDateTime) -> bool {
        let is_in_time = (self.issued_at - SKEW..self.issued_at + self.ttl / 2).contains(&now);
        is_in_time && self.version == version && Arc::ptr_eq(&self.keys, keys)
    }
}

/// When the successor of a list issued at `before` is issued. Verifiers refuse a list older than the one they know,
/// so `iat` must not go back when the clock is set back a little. Nor may `iat` be further ahead than verifiers
/// allow.
fn issued_after(before: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
    if before <= now + SKEW { before.max(now) } else { now }
}

/// Clock skew that all our verifiers allow.
const SKEW: Duration = Duration::seconds(30);

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
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
