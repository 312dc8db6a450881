//! How long a verifier relies on what it knows.

use std::path::PathBuf;

use time::Duration;

use crate::clock::Clock;

/// What happens to a token if its status list could not be refreshed within its `ttl`.
///
/// A list that says "revoked" is applied regardless of its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleStatusList {
    /// The response is 503: the API does not work without current revocation data.
    Refuse,
    /// The old list is used for this long after it was last fetched, even past its `exp`.
    AcceptFor(Duration),
}

/// What happens to a token if its status list was never fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnfetchedStatusList {
    /// The response is 503. [`Verifier::verify_fresh`](super::Verifier::verify_fresh) tries to fetch the list first.
    Refuse,
    /// The token is accepted.
    Accept,
}

/// When the verifier fetches and what it accepts.
#[derive(Clone)]
pub(super) struct Policy {
    pub(super) refresh_every: Duration,
    pub(super) unknown_kid_cooldown: Duration,
    pub(super) keys_stale_after: Duration,
    /// `None` if status lists are ignored.
    pub(super) stale: Option<StaleStatusList>,
    pub(super) unfetched: UnfetchedStatusList,
    pub(super) cache_file: Option<PathBuf>,
    pub(super) clock: Clock,
}
