//! Grants.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::{CLIENT_GRANTS, GRANTS},
    record::{Kept, Record, Store, put, put_new},
};
use crate::oauth::{
    client::ClientId,
    grant::{EndCause, Ended, Grant, GrantId},
};

impl Record for Grant {
    const NAMESPACE: Namespace = GRANTS;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        self.expires_at
    }

    fn issued_at(&self) -> Option<OffsetDateTime> {
        Some(self.created_at)
    }
}

/// The grant of a client's own credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct OwnGrant(GrantId);

impl Record for OwnGrant {
    const NAMESPACE: Namespace = CLIENT_GRANTS;
}

impl Store {
    /// The grant of `id`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn grant(&self, id: &GrantId) -> Result<Option<Kept<Grant>>, StoreFault> {
        self.read(id.as_str().as_bytes())
    }

    /// Ends a grant; one that has ended, or never was, stays as it is.
    ///
    /// # Errors
    ///
    /// When it cannot be written. Then the grant may still be live, and nobody must be told otherwise.
    pub async fn end_grant(&self, id: &GrantId, cause: EndCause, at: OffsetDateTime) -> Result<(), StoreFault> {
        let key = id.as_str().as_bytes();
        loop {
            let Some(kept) = self.grant(id)?.filter(|kept| kept.record.is_live()) else { return Ok(()) };
            let ended = Grant { ended: Some(Ended { at, cause }), ..kept.record.clone() };
            match self.commit(put(kept.unchanged(Commit::new(), key), key, &ended)?).await {
                Err(CommitError::Conflict) => {}
                Err(CommitError::Fault(fault)) => return Err(fault),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// The live grant of a client's own credentials, or `fresh`, which it becomes if there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written.
    pub async fn own_grant(&self, client_id: &ClientId, fresh: Grant) -> Result<Grant, StoreFault> {
        let key = client_id.as_str().as_bytes();
        loop {
            let own = self.read::<OwnGrant>(key)?;
            let live = own.as_ref().map(|own| self.grant(&own.record.0)).transpose()?.flatten();
            if let Some(live) = live.filter(|kept| kept.record.is_live()) {
                return Ok(live.record);
            }
            let pointer = OwnGrant(fresh.id.clone());
            let commit = match &own {
                None => put_new(Commit::new(), key, &pointer)?,
                Some(ended) => put(ended.unchanged(Commit::new(), key), key, &pointer)?,
            };
            match self.commit(put_new(commit, fresh.id.as_str().as_bytes(), &fresh)?).await {
                Err(CommitError::Conflict) => {}
                Err(CommitError::Fault(fault)) => return Err(fault),
                Ok(()) => return Ok(fresh),
            }
        }
    }
}
