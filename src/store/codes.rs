//! Authorization codes. A used one is kept until well after its lifetime, so that a second use is noticed.

use time::{Duration, OffsetDateTime};

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::CODES,
    record::{Record, Store, Versioned, put, put_new},
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
    /// Keeps a new code under its hash.
    ///
    /// # Errors
    ///
    /// When it cannot be kept.
    pub async fn issue_code(&self, digest: &Digest, code: &IssuedCode) -> Result<(), CommitError> {
        self.commit(put_new(Commit::new(), key(digest), code)?).await
    }

    /// The code of this hash, used or not.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn code(&self, digest: &Digest) -> Result<Option<Versioned<IssuedCode>>, StoreFault> {
        self.read(key(digest))
    }

    /// Spends a code: of any number who try at once, exactly one succeeds, and its grant begins.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when somebody was first, or another grant has the status index.
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

    /// Makes a code worthless that was presented wrongly.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when it was used meanwhile.
    pub async fn burn_code(&self, digest: &Digest, fresh: &Versioned<IssuedCode>) -> Result<(), CommitError> {
        let burned = IssuedCode { state: CodeState::Burned, ..fresh.record.clone() };
        self.commit(put(fresh.unchanged(Commit::new(), key(digest)), key(digest), &burned)?).await
    }
}

fn key(digest: &Digest) -> &[u8] {
    digest.as_str().as_bytes()
}

/// How long after its lifetime a second use of a code is still noticed.
const REPLAY_NOTICED: Duration = Duration::minutes(10);
