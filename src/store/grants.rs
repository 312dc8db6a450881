//! Grants.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::{CLIENT_GRANTS, GRANTS, GRANTS_BY_SUBJECT},
    record::{Kept, Record, Store, pair, put, put_new},
};
use crate::oauth::{
    client::ClientId,
    grant::{EndCause, Ended, Grant, GrantId},
    subject::Subject,
};

impl Record for Grant {
    const NAMESPACE: Namespace = GRANTS;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        self.forgotten_at()
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

    /// The grants of `subject`, ended or not, in the order of their identifiers, after `after`; at most `limit`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn grants_of(
        &self,
        subject: &Subject,
        after: Option<&GrantId>,
        limit: u16,
    ) -> Result<Vec<Kept<Grant>>, StoreFault> {
        let ids = self.grant_ids_of(subject, after, limit)?;
        ids.iter().filter_map(|id| self.grant(id).transpose()).collect()
    }

    fn grant_ids_of(&self, subject: &Subject, after: Option<&GrantId>, limit: u16) -> Result<Vec<GrantId>, StoreFault> {
        let prefix = pair(subject.as_str(), "");
        let after = after.map(|after| pair(subject.as_str(), after.as_str()));
        let keys = self.keys(GRANTS_BY_SUBJECT, &prefix, after.as_deref(), limit)?;
        let ids = keys.iter().filter_map(|key| std::str::from_utf8(key.strip_prefix(prefix.as_slice())?).ok());
        Ok(ids.filter_map(GrantId::parse).collect())
    }

    /// Keeps a new grant.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn begin_grant(&self, grant: &Grant) -> Result<(), CommitError> {
        self.commit(begin(Commit::new(), grant)?).await
    }

    /// Keeps `changed` in place of `kept`: of any number who try at once, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when something else changed the grant since it was read.
    pub async fn replace_grant(&self, kept: &Kept<Grant>, changed: &Grant) -> Result<(), CommitError> {
        let key = kept.record.id.as_str().as_bytes();
        self.commit(put(kept.unchanged(Commit::new(), key), key, changed)?).await
    }

    /// Ends every live grant of `subject` for which `meant` answers yes. How many it were.
    ///
    /// # Errors
    ///
    /// When one cannot be written. Then some may have ended and others not, and nobody must be told that they all have.
    pub async fn end_grants_of(
        &self,
        subject: &Subject,
        meant: impl Fn(&Grant) -> bool,
        cause: EndCause,
        at: OffsetDateTime,
    ) -> Result<usize, StoreFault> {
        let (mut after, mut ended) = (None, 0);
        loop {
            // By the identifiers: of a whole page there may be no grant left, and more behind it.
            let page = self.grant_ids_of(subject, after.as_ref(), PAGE)?;
            for id in &page {
                if self.grant(id)?.is_some_and(|kept| kept.record.is_live() && meant(&kept.record)) {
                    self.end_grant(id, cause, at).await?;
                    ended += 1;
                }
            }
            match page.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => return Ok(ended),
            }
        }
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

/// Adds the beginning of `grant` to `commit`.
pub(super) fn begin(commit: Commit, grant: &Grant) -> Result<Commit, StoreFault> {
    let commit = put_new(commit, grant.id.as_str().as_bytes(), grant)?;
    Ok(if grant.subject.is_person() {
        commit.put(GRANTS_BY_SUBJECT, pair(grant.subject.as_str(), grant.id.as_str()), [], grant.forgotten_at())
    } else {
        commit
    })
}

/// So many grants are looked at together.
const PAGE: u16 = 100;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use time::{Duration, macros::datetime};

    use super::*;
    use crate::{
        entropy::Entropy,
        oauth::grant::tests::grant,
        store::{MemoryEngine, both_engines::stores},
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[tokio::test]
    async fn a_login_is_found_until_its_client_need_not_be_told_of_its_end_any_more() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let tokens_end = Some(NOW + Duration::minutes(5));
            let plain = Grant { expires_at: tokens_end, ..grant() };
            let told = Grant { told_until: Some(NOW + Duration::DAY), ..Grant { id: grant().id, ..plain.clone() } };
            for grant in [&plain, &told] {
                store.begin_grant(grant).await.unwrap();
            }
            store.end_grant(&told.id, EndCause::RevokedByClient, NOW).await.unwrap();
            let found = || store.grants_of(&told.subject, None, 10).unwrap().len();
            assert_eq!(found(), 2);
            store.engine().sweep(NOW + Duration::hours(20)).await.unwrap();
            assert_eq!(found(), 1);
            assert!(store.grant(&told.id).unwrap().is_some());
            store.engine().sweep(NOW + Duration::hours(26)).await.unwrap();
            assert_eq!(found(), 0);
        }
    }

    // A database that was set back holds grants that are as if they had never been.
    #[tokio::test]
    async fn every_grant_is_ended_however_many_lie_before_it_that_count_no_more() {
        let engine: Arc<MemoryEngine> = Arc::default();
        let store = Store::new(engine.clone(), None);
        let now = grant().created_at;
        let draw = |created_at| Grant { id: GrantId::draw(Entropy::system()), created_at, ..grant() };
        let mut late = draw(now + Duration::HOUR);
        for _ in 0..3 * PAGE {
            let early = draw(now);
            if early.id.as_str() > late.id.as_str() {
                late.id = early.id;
            } else {
                store.begin_grant(&early).await.unwrap();
            }
        }
        store.begin_grant(&late).await.unwrap();
        let store = Store::new(engine, Some(now + Duration::HOUR));
        let ended = store.end_grants_of(&late.subject, |_| true, EndCause::SignedOut, now + Duration::HOUR).await;
        assert_eq!(ended.unwrap(), 1);
        assert!(!store.grant(&late.id).unwrap().unwrap().record.is_live());
    }
}
