//! Grants.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Affected, Commit, CommitError, Expect, Namespace, StatusEntry, StoreFault,
    namespaces::{CLIENT_GRANTS, GRANTS, GRANTS_BY_CLIENT, GRANTS_BY_SUBJECT, GRANTS_BY_TIME, STATUS_ENTRIES},
    record::{Entry, Record, Store, Versioned, descending, pair, put, put_new},
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
    /// The grant of `id`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn grant(&self, id: &GrantId) -> Result<Option<Versioned<Grant>>, StoreFault> {
        self.read(id.as_str().as_bytes())
    }

    /// The identifiers of the grants of `subject`, ended or not, in their order, after `after`; at most `limit`. Of some the
    /// grant may be gone.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn grant_ids_of(
        &self,
        subject: &Subject,
        after: Option<&GrantId>,
        limit: u16,
    ) -> Result<Vec<GrantId>, StoreFault> {
        self.grant_ids_by((GRANTS_BY_SUBJECT, subject.as_str()), after, limit)
    }

    /// The identifiers of the grants to `client_id`, ended or not, in their order, after `after`; at most `limit`. Of some
    /// the grant may be gone; those of earlier versions are not among them.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
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

    /// All grants, ended or not, the newest first, after the key `after`, with their keys; at most `limit`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn newest_grants(&self, after: Option<&[u8]>, limit: u16) -> Result<Vec<Entry<Option<Grant>>>, StoreFault> {
        let keys = self.keys(GRANTS_BY_TIME, b"", after, limit)?;
        let id = |key: &[u8]| GrantId::parse(std::str::from_utf8(key.get(size_of::<u64>()..)?).ok()?);
        let placed = |key: Vec<u8>| {
            let grant = id(&key).map(|id| self.grant(&id)).transpose()?.flatten();
            Ok((key, grant.map(|kept| kept.record)))
        };
        keys.into_iter().map(placed).collect()
    }

    /// Keeps a new grant.
    ///
    /// # Errors
    ///
    /// When it cannot be written. [`CommitError::Conflict`] when another grant has its identifier or its status index.
    pub async fn begin_grant(&self, grant: &Grant) -> Result<(), CommitError> {
        self.commit_beginning(Commit::new(), grant).await
    }

    /// Does `commit`, with which `grant` begins. Whatever ended what the grant rests on at the same time has either seen
    /// the grant, or is seen now.
    pub(super) async fn commit_beginning(&self, commit: Commit, grant: &Grant) -> Result<(), CommitError> {
        self.commit(begin(commit, grant)?).await?;
        Ok(self.tell(&Affected::Grant(grant.id.clone()))?)
    }

    /// Keeps `changed` in place of `kept`: of any number who try at once, exactly one succeeds.
    ///
    /// # Errors
    ///
    /// [`CommitError::Conflict`] when something else changed the grant since it was read.
    pub async fn replace_grant(&self, kept: &Versioned<Grant>, changed: &Grant) -> Result<(), CommitError> {
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
        loop {
            let affected = Affected::Grant(id.clone());
            // Whoever ended it may have failed before it was told.
            let Some(kept) = self.grant(id)?.filter(|kept| kept.record.is_live()) else { return self.tell(&affected) };
            let commit = self.append_events(end(Commit::new(), &kept, cause, at)?, of_end(&kept.record, cause))?;
            match self.commit_and_tell(commit, affected).await {
                Err(CommitError::Conflict) => {}
                Err(CommitError::Internal(fault)) => return Err(fault),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// The live grant of a client's own credentials, or what `fresh` makes, which it becomes if there is none, or one of an
    /// earlier version whose status is not published.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written.
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

    /// Adds the end of the grant of a client's own credentials to `commit`, if there is one.
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

/// Adds the beginning of `grant` to `commit`.
fn begin(commit: Commit, grant: &Grant) -> Result<Commit, StoreFault> {
    let commit = match grant.status {
        Some(index) => commit.expect(STATUS_ENTRIES, index.to_bytes(), Expect::Absent),
        None => commit,
    };
    indexed(put_new(commit, grant.id.as_str().as_bytes(), grant)?, grant)
}

/// Adds the end of a grant to `commit`. From then on it lives only for as long as its last access token could.
fn end(commit: Commit, kept: &Versioned<Grant>, cause: EndCause, at: OffsetDateTime) -> Result<Commit, StoreFault> {
    let key = kept.record.id.as_str().as_bytes();
    let expires_at = kept.record.expires_at.or(Some(at + access_token::LONGEST_LIFETIME));
    let ended = Grant { ended: Some(Ended { at, cause }), expires_at, ..kept.record.clone() };
    let commit = put(kept.unchanged(commit, key), key, &ended)?;
    if kept.record.expires_at.is_none() { indexed(commit, &ended) } else { Ok(commit) }
}

/// Adds the row to `commit` by which `grant` is found as that of a client's own credentials, if it is one that counts.
pub(super) fn owned(commit: Commit, grant: &Grant) -> Result<Commit, StoreFault> {
    if grant.subject.is_person() || !grant.is_live() || grant.status.is_none() {
        return Ok(commit);
    }
    put(commit, grant.client_id.as_str().as_bytes(), &OwnGrant(grant.id.clone()))
}

/// A key that orders by when grants began, the newest first.
pub(super) fn newest_first(grant: &Grant) -> Vec<u8> {
    [&descending(grant.created_at)[..], grant.id.as_str().as_bytes()].concat()
}

/// What the end of `grant` is to who has to account for it. That it ends with a session or with its client is told by
/// their end.
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

/// Adds the rows to `commit` by which `grant` is found. They live as long as it does.
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

    // A database that was set back holds grants that are as if they had never been.
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
