//! Grants.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Affected, Commit, CommitError, Expect, Namespace, StatusEntry, StoreFault,
    namespaces::{CLIENT_GRANTS, GRANTS, GRANTS_BY_CLIENT, GRANTS_BY_SUBJECT, GRANTS_BY_TIME, STATUS_ENTRIES},
    record::{Entry, Record, Versioned, descending, pair, put, put_new},
    record_store::Store,
};
use crate::{
    audit::{EventDetails, EventKind},
    oauth::{
        access_token,
        client::ClientId,
        grant::{EndCause, Ended, Grant, GrantId},
        subject::Subject,
    },
};

impl Record for Grant {
    const NAMESPACE: Namespace = GRANTS;
    const ENDS_WITH_EPOCH: bool = true;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        self.forgotten_at()
    }
}

/// The grant of a client's own credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct OwnGrant(GrantId);

impl Record for OwnGrant {
    const NAMESPACE: Namespace = CLIENT_GRANTS;
}

impl Store {
    /// Returns the grant `id`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn grant(&self, id: &GrantId) -> Result<Option<Versioned<Grant>>, StoreFault> {
        self.read(id.as_str().as_bytes())
    }

    /// Lists the identifiers of up to `limit` grants of `subject`, active or ended, after `after`, in order. Some of
    /// the grants may have been deleted.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn grant_ids_of(
        &self,
        subject: &Subject,
        after: Option<&GrantId>,
        limit: u16,
    ) -> Result<Vec<GrantId>, StoreFault> {
        self.grant_ids_by((GRANTS_BY_SUBJECT, subject.as_str()), after, limit)
    }

    /// Lists the identifiers of up to `limit` grants to `client_id`, active or ended, after `after`, in order. Some
    /// of the grants may have been deleted. Grants made by earlier versions are not included.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn grant_ids_to(
        &self,
        client_id: &ClientId,
        after: Option<&GrantId>,
        limit: u16,
    ) -> Result<Vec<GrantId>, StoreFault> {
        self.grant_ids_by((GRANTS_BY_CLIENT, client_id.as_str()), after, limit)
    }

    fn grant_ids_by(
        &self,
        (index, whose): (Namespace, &str),
        after: Option<&GrantId>,
        limit: u16,
    ) -> Result<Vec<GrantId>, StoreFault> {
        let prefix = pair(whose, "");
        let after = after.map(|after| pair(whose, after.as_str()));
        let keys = self.keys(index, &prefix, after.as_deref(), limit)?;
        let ids = keys.iter().filter_map(|key| std::str::from_utf8(key.strip_prefix(prefix.as_slice())?).ok());
        Ok(ids.filter_map(GrantId::parse).collect())
    }

    /// Lists up to `limit` grants, active or ended, newest first, after the key `after`, with their keys.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn newest_grants(&self, after: Option<&[u8]>, limit: u16) -> Result<Vec<Entry<Option<Grant>>>, StoreFault> {
        let keys = self.keys(GRANTS_BY_TIME, b"", after, limit)?;
        let id = |key: &[u8]| GrantId::parse(std::str::from_utf8(key.get(size_of::<u64>()..)?).ok()?);
        let placed = |key: Vec<u8>| {
            let grant = id(&key).map(|id| self.grant(&id)).transpose()?.flatten();
            Ok((key, grant.map(|kept| kept.record)))
        };
        keys.into_iter().map(placed).collect()
    }

    /// Stores a new grant.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if another grant has its identifier or its status index, and a
    /// [`CommitError`] if the write fails.
    pub async fn begin_grant(&self, grant: &Grant) -> Result<(), CommitError> {
        self.commit_beginning(Commit::new(), grant).await
    }

    /// Applies `commit`, in which `grant` begins. An event that concurrently ended what the grant depends on either
    /// saw the grant, or is seen here.
    pub(super) async fn commit_beginning(&self, commit: Commit, grant: &Grant) -> Result<(), CommitError> {
        self.commit(begin(commit, grant)?).await?;
        Ok(self.tell(&Affected::Grant(grant.id.clone()))?)
    }

    /// Replaces `kept` by `changed`. Of concurrent attempts, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the grant has changed since it was read.
    pub async fn replace_grant(&self, kept: &Versioned<Grant>, changed: &Grant) -> Result<(), CommitError> {
        let key = kept.record.id.as_str().as_bytes();
        self.commit(put(kept.unchanged(Commit::new(), key), key, changed)?).await
    }

    /// Ends every active grant of `subject` for which `meant` returns `true`. Returns their number.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if a write fails. Some grants may then have ended and others not, and the response
    /// must not claim that all have.
    pub async fn end_grants_of(
        &self,
        subject: &Subject,
        meant: impl Fn(&Grant) -> bool,
        cause: EndCause,
        at: OffsetDateTime,
    ) -> Result<usize, StoreFault> {
        let (mut after, mut ended) = (None, 0);
        loop {
            // Paginated by identifier, because all grants of a page may be deleted while more follow.
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

    /// Ends a grant. One that has ended or does not exist is left unchanged.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the write fails. The grant may then still be active, and the response must not
    /// claim otherwise.
    pub async fn end_grant(&self, id: &GrantId, cause: EndCause, at: OffsetDateTime) -> Result<(), StoreFault> {
        loop {
            let affected = Affected::Grant(id.clone());
            // An earlier call may have ended it and failed before notifying the watcher.
            let Some(kept) = self.grant(id)?.filter(|kept| kept.record.is_live()) else { return self.tell(&affected) };
            let commit = self.append_events(end(Commit::new(), &kept, cause, at)?, of_end(&kept.record, cause))?;
            match self.commit_and_tell(commit, affected).await {
                Err(CommitError::Conflict) => {}
                Err(CommitError::Internal(fault)) => return Err(fault),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Returns the active grant of a client's own credentials. If there is none, or it comes from an earlier version
    /// and has no published status, the grant created by `fresh` is stored and returned.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read or written.
    pub async fn own_grant(
        &self,
        client_id: &ClientId,
        fresh: impl Fn() -> Grant + Send + Sync,
    ) -> Result<Grant, StoreFault> {
        let key = client_id.as_str().as_bytes();
        loop {
            let own = self.read::<OwnGrant>(key)?;
            let live = own.as_ref().map(|own| self.grant(&own.record.0)).transpose()?.flatten();
            if let Some(live) = live.filter(|kept| kept.record.is_live() && kept.record.status.is_some()) {
                return Ok(live.record);
            }
            let fresh = fresh();
            let pointer = OwnGrant(fresh.id.clone());
            let commit = match &own {
                None => put_new(Commit::new(), key, &pointer)?,
                Some(ended) => put(ended.unchanged(Commit::new(), key), key, &pointer)?,
            };
            match self.commit_beginning(commit, &fresh).await {
                Err(CommitError::Conflict) => {}
                Err(CommitError::Internal(fault)) => return Err(fault),
                Ok(()) => return Ok(fresh),
            }
        }
    }

    /// Adds to `commit` the end of the grant of a client's own credentials, if there is one.
    pub(super) fn end_own_grant(
        &self,
        commit: Commit,
        client_id: &ClientId,
        at: OffsetDateTime,
    ) -> Result<Commit, StoreFault> {
        let key = client_id.as_str().as_bytes();
        let Some(own) = self.read::<OwnGrant>(key)? else { return Ok(commit) };
        let commit = own.unchanged(commit, key).delete(CLIENT_GRANTS, key);
        match self.grant(&own.record.0)?.filter(|kept| kept.record.is_live()) {
            Some(kept) => end(commit, &kept, EndCause::ClientDeleted, at),
            None => Ok(commit),
        }
    }
}

/// Adds to `commit` the beginning of `grant`.
fn begin(commit: Commit, grant: &Grant) -> Result<Commit, StoreFault> {
    let commit = match grant.status {
        Some(index) => commit.expect(STATUS_ENTRIES, index.to_bytes(), Expect::Absent),
        None => commit,
    };
    indexed(put_new(commit, grant.id.as_str().as_bytes(), grant)?, grant)
}

/// Adds to `commit` the end of a grant. It is then kept only as long as its last access token could be valid.
fn end(commit: Commit, kept: &Versioned<Grant>, cause: EndCause, at: OffsetDateTime) -> Result<Commit, StoreFault> {
    let key = kept.record.id.as_str().as_bytes();
    let expires_at = kept.record.expires_at.or(Some(at + access_token::LONGEST_LIFETIME));
    let ended = Grant { ended: Some(Ended { at, cause }), expires_at, ..kept.record.clone() };
    let commit = put(kept.unchanged(commit, key), key, &ended)?;
    if kept.record.expires_at.is_none() { indexed(commit, &ended) } else { Ok(commit) }
}

/// Adds to `commit` the row that indexes `grant` as that of a client's own credentials, if it is one and is valid.
pub(super) fn owned(commit: Commit, grant: &Grant) -> Result<Commit, StoreFault> {
    if grant.subject.is_person() || !grant.is_live() || grant.status.is_none() {
        return Ok(commit);
    }
    put(commit, grant.client_id.as_str().as_bytes(), &OwnGrant(grant.id.clone()))
}

/// A key that orders by the beginning of grants, newest first.
pub(super) fn newest_first(grant: &Grant) -> Vec<u8> {
    [&descending(grant.created_at)[..], grant.id.as_str().as_bytes()].concat()
}

/// The event recorded for the end of `grant`. Grants that end with a session or with their client get none, because
/// that is an event itself.
fn of_end(grant: &Grant, cause: EndCause) -> Option<EventDetails> {
    let details = match cause {
        EndCause::SignedOut | EndCause::ClientDeleted => return None,
        EndCause::CodeReplayed => EventDetails::of(EventKind::CodeReplayed),
        EndCause::RefreshReplayed => EventDetails::of(EventKind::RefreshTokenReplayed),
        EndCause::RevokedByClient | EndCause::RevokedByPerson | EndCause::RevokedByAdministrator => {
            EventDetails::of(EventKind::GrantRevoked).because(cause.as_str())
        }
    };
    Some(details.about_subject(&grant.subject).with_client(&grant.client_id).of_grant(&grant.id))
}

/// Adds to `commit` the rows that index `grant`. They expire with it.
pub(super) fn indexed(commit: Commit, grant: &Grant) -> Result<Commit, StoreFault> {
    let (id, expires_at) = (grant.id.as_str(), grant.forgotten_at());
    let commit = commit.put(GRANTS_BY_CLIENT, pair(grant.client_id.as_str(), id), [], expires_at);
    let commit = commit.put(GRANTS_BY_TIME, newest_first(grant), [], expires_at);
    let commit = if grant.subject.is_person() {
        commit.put(GRANTS_BY_SUBJECT, pair(grant.subject.as_str(), id), [], expires_at)
    } else {
        commit
    };
    match grant.status {
        Some(index) => put(commit, &index.to_bytes(), &StatusEntry::of(grant)),
        None => Ok(commit),
    }
}

/// Number of grants read per page.
const PAGE: u16 = 100;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use time::{Duration, macros::datetime};

    use super::*;
    use crate::{
        entropy::Entropy,
        oauth::grant::tests::grant,
        store::{Engine, Epoch, MemoryEngine, both_engines::stores},
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[tokio::test]
    async fn a_login_is_found_until_its_client_need_not_be_told_of_its_end_any_more() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let tokens_end = Some(NOW + Duration::minutes(5));
            let plain = Grant { expires_at: tokens_end, ..grant() };
            let told =
                Grant { notify_logout_until: Some(NOW + Duration::DAY), ..Grant { id: grant().id, ..plain.clone() } };
            for grant in [&plain, &told] {
                store.begin_grant(grant).await.unwrap();
            }
            store.end_grant(&told.id, EndCause::RevokedByClient, NOW).await.unwrap();
            let found = || store.grant_ids_of(&told.subject, None, 10).unwrap().len();
            assert_eq!(found(), 2);
            store.engine().sweep(NOW + Duration::hours(20)).await.unwrap();
            assert_eq!(found(), 1);
            assert!(store.grant(&told.id).unwrap().is_some());
            store.engine().sweep(NOW + Duration::hours(26)).await.unwrap();
            assert_eq!(found(), 0);
        }
    }

    // A database that was restored from a backup contains grants that no longer count.
    #[tokio::test]
    async fn every_grant_is_ended_however_many_lie_before_it_that_count_no_more() {
        let engine: Arc<MemoryEngine> = Arc::default();
        let store = Store::new(engine.clone(), None);
        let now = grant().created_at;
        let generate = |created_at| Grant { id: GrantId::generate(Entropy::system()), created_at, ..grant() };
        let mut late = generate(now + Duration::HOUR);
        for _ in 0..3 * PAGE {
            let early = generate(now);
            if early.id.as_str() > late.id.as_str() {
                late.id = early.id;
            } else {
                store.begin_grant(&early).await.unwrap();
            }
        }
        store.begin_grant(&late).await.unwrap();
        let sequence = engine.get(GRANTS, late.id.as_str().as_bytes()).unwrap().unwrap().version;
        let store = Store::new(engine, Some(Epoch { sequence, begun_at: now }));
        let ended = store.end_grants_of(&late.subject, |_| true, EndCause::SignedOut, now + Duration::HOUR).await;
        assert_eq!(ended.unwrap(), 1);
        assert!(!store.grant(&late.id).unwrap().unwrap().record.is_live());
    }
}
