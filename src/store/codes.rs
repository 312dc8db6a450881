//! Authorization codes. A used code is kept until well after its lifetime, so that a replay is detected.

use time::{Duration, OffsetDateTime};

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::CODES,
    record::{Record, Versioned, put, put_new},
    record_store::Store,
};
use crate::{
    crypto::Digest,
    oauth::{
        authorization_code::{CodeState, IssuedCode},
        grant::Grant,
    },
};

impl Record for IssuedCode {
    const NAMESPACE: Namespace = CODES;
    const ENDS_WITH_EPOCH: bool = true;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at + REPLAY_NOTICED)
    }
}

impl Store {
    /// Stores a new code under its hash.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails.
    pub async fn issue_code(&self, digest: &Digest, code: &IssuedCode) -> Result<(), CommitError> {
        self.commit(put_new(Commit::new(), key(digest), code)?).await
    }

    /// Returns the code with this hash, used or not.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn code(&self, digest: &Digest) -> Result<Option<Versioned<IssuedCode>>, StoreFault> {
        self.read(key(digest))
    }

    /// Marks a code as used and stores its grant. Of concurrent attempts, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if a concurrent attempt was first, or another grant has the status index.
    pub async fn spend_code(
        &self,
        digest: &Digest,
        fresh: &Versioned<IssuedCode>,
        spent: &IssuedCode,
        grant: &Grant,
    ) -> Result<(), CommitError> {
        let commit = put(fresh.unchanged(Commit::new(), key(digest)), key(digest), spent)?;
        self.commit_beginning(commit, grant).await
    }

    /// Invalidates a code after a failed attempt to redeem it.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if it has been used in the meantime.
    pub async fn burn_code(&self, digest: &Digest, fresh: &Versioned<IssuedCode>) -> Result<(), CommitError> {
        let burned = IssuedCode { state: CodeState::Burned, ..fresh.record.clone() };
        self.commit(put(fresh.unchanged(Commit::new(), key(digest)), key(digest), &burned)?).await
    }
}

fn key(digest: &Digest) -> &[u8] {
    digest.as_str().as_bytes()
}

/// How long after the end of its lifetime a replay of a code is still detected.
const REPLAY_NOTICED: Duration = Duration::minutes(10);
