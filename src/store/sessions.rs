//! Who is signed in on which browser.

use time::{Duration, OffsetDateTime};

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::SESSIONS,
    record::{Kept, Record, Store, put, put_new},
};
use crate::{account::session::Session, crypto::Digest};

impl Record for Session {
    const NAMESPACE: Namespace = SESSIONS;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.authenticated_at + LONGEST)
    }

    fn issued_at(&self) -> Option<OffsetDateTime> {
        Some(self.authenticated_at)
    }
}

impl Store {
    /// The session whose identifier has this hash. Whether it still stands is a rule of `account::session`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn session(&self, digest: &Digest) -> Result<Option<Kept<Session>>, StoreFault> {
        self.read(key(digest))
    }

    /// Keeps a new session, and ends the one that this browser had before: an identifier from before the login is worth
    /// nothing after it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn begin_session(
        &self,
        digest: &Digest,
        session: &Session,
        before: Option<&Digest>,
    ) -> Result<(), CommitError> {
        let commit = match before {
            Some(before) => Commit::new().delete(SESSIONS, key(before)),
            None => Commit::new(),
        };
        self.commit(put_new(commit, key(digest), session)?).await
    }

    /// Writes down that a session was used.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when it was changed or ended meanwhile.
    pub async fn touch_session(
        &self,
        digest: &Digest,
        kept: &Kept<Session>,
        touched: &Session,
    ) -> Result<(), CommitError> {
        self.commit(put(kept.unchanged(Commit::new(), key(digest)), key(digest), touched)?).await
    }

    /// Ends a session, if there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be written. Then the session still stands.
    pub async fn end_session(&self, digest: &Digest) -> Result<(), CommitError> {
        self.commit(Commit::new().delete(SESSIONS, key(digest))).await
    }
}

fn key(digest: &Digest) -> &[u8] {
    digest.as_str().as_bytes()
}

/// No session may be configured to live longer than this.
const LONGEST: Duration = Duration::days(31);
