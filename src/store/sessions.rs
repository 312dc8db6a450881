//! Sessions: users signed in on browsers.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    Commit, CommitError, Namespace, StoreFault,
    events::OPERATIONS_OF_EVENT,
    logout_notifications,
    namespaces::{SESSIONS, SESSIONS_BY_ACCOUNT, SESSIONS_BY_TIME},
    record::{Entry, Record, Versioned, descending, pair, put, put_new},
    record_store::Store,
};
use crate::{
    account::{
        record::AccountId,
        session::{Session, Sid},
    },
    audit::{EventDetails, EventKind},
    crypto::Digest,
    oauth::grant::EndCause,
    oidc::backchannel_logout::LogoutNotification,
};

impl Record for Session {
    const NAMESPACE: Namespace = SESSIONS;
    const ENDS_WITH_EPOCH: bool = true;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.authenticated_at + LONGEST)
    }
}

/// The hash under which a user's session is stored.
#[derive(Serialize, Deserialize)]
struct SessionKey {
    digest: Digest,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

impl Record for SessionKey {
    const NAMESPACE: Namespace = SESSIONS_BY_ACCOUNT;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}

/// A session with the hash of its identifier.
pub type SessionEntry = (Digest, Versioned<Session>);

impl Store {
    /// Returns the session with this identifier hash. `account::session` decides whether it is still valid.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn session(&self, digest: &Digest) -> Result<Option<Versioned<Session>>, StoreFault> {
        self.read(key(digest))
    }

    /// Returns the session of `account` with this `sid`. `account::session` decides whether it is still valid.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn session_of(&self, account: &AccountId, sid: &Sid) -> Result<Option<SessionEntry>, StoreFault> {
        match self.read::<SessionKey>(&pair(account.as_str(), sid.as_str()))? {
            Some(place) => self.placed(place.record),
            None => Ok(None),
        }
    }

    /// Lists up to `limit` sessions of `account`, valid or not, after the key `after`, with their keys.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn sessions_of(
        &self,
        account: &AccountId,
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<Entry<Option<SessionEntry>>>, StoreFault> {
        let places = self.records::<SessionKey>(&pair(account.as_str(), ""), after, limit)?;
        places.into_iter().map(|(key, place)| Ok((key, self.placed(place.record)?))).collect()
    }

    /// Lists up to `limit` sessions, valid or not, most recent sign-in first, after the key `after`, with their keys.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn newest_sessions(
        &self,
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<Entry<Option<SessionEntry>>>, StoreFault> {
        let keys = self.keys(SESSIONS_BY_TIME, b"", after, limit)?;
        let session = |key: &[u8]| {
            let whose = key.get(size_of::<u64>()..).and_then(|rest| std::str::from_utf8(rest).ok());
            let (account, sid) = whose.and_then(|whose| whose.split_once('\0'))?;
            Some((AccountId::parse(account).ok()?, Sid::presented(sid)))
        };
        let placed = |key: Vec<u8>| {
            let found = session(&key).map(|(account, sid)| self.session_of(&account, &sid)).transpose()?.flatten();
            Ok((key, found))
        };
        keys.into_iter().map(placed).collect()
    }

    fn placed(&self, place: SessionKey) -> Result<Option<SessionEntry>, StoreFault> {
        let kept = self.session(&place.digest)?;
        Ok(kept.map(|kept| (place.digest, kept)))
    }

    /// Stores a new session, and ends the same user's previous session in this browser: an identifier from before the
    /// login must not be valid after it.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the previous session has been used or ended since it was read.
    pub async fn begin_session(
        &self,
        digest: &Digest,
        session: &Session,
        before: Option<&SessionEntry>,
    ) -> Result<(), CommitError> {
        let commit = match before {
            Some((before, kept)) => kept
                .unchanged(Commit::new(), key(before))
                .delete(SESSIONS, key(before))
                .delete(SESSIONS_BY_TIME, newest_first(&kept.record)),
            None => Commit::new(),
        };
        let commit = placed(commit, digest, session)?;
        let commit = commit.put(SESSIONS_BY_TIME, newest_first(session), [], Record::expires_at(session));
        let details = EventDetails::of(EventKind::LoginSucceeded).about(&session.account);
        let commit = self.append_events(commit, [details.in_session(session.sid.as_str())])?;
        self.commit(put_new(commit, key(digest), session)?).await
    }

    /// Records that a session was used.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if the session has changed or ended in the meantime.
    pub async fn touch_session(
        &self,
        digest: &Digest,
        kept: &Versioned<Session>,
        touched: &Session,
    ) -> Result<(), CommitError> {
        let commit = put(kept.unchanged(Commit::new(), key(digest)), key(digest), touched)?;
        let (before, after) = (newest_first(&kept.record), newest_first(touched));
        if before == after {
            return self.commit(commit).await;
        }
        let commit = commit.delete(SESSIONS_BY_TIME, before);
        self.commit(commit.put(SESSIONS_BY_TIME, after, [], Record::expires_at(touched))).await
    }

    /// Ends a session for `cause`, unless it has already ended, and stores the logout notifications in the same
    /// commit, so that none is lost or sent without reason.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails. The session is then still active.
    pub async fn end_session(
        &self,
        digest: &Digest,
        session: &Session,
        notifications: &[LogoutNotification],
        cause: EndCause,
    ) -> Result<(), CommitError> {
        let beyond = notifications.len().saturating_sub(MAX_PER_COMMIT);
        let (earlier, last) = notifications.split_at(beyond);
        for chunk in earlier.chunks(MAX_PER_COMMIT) {
            self.commit(logout_notifications::put_all(Commit::new(), chunk)?).await?;
        }
        let commit = logout_notifications::put_all(Commit::new(), last)?;
        let place = pair(session.account.as_str(), session.sid.as_str());
        let details = match cause {
            EndCause::SignedOut => EventDetails::of(EventKind::LoggedOut),
            cause => EventDetails::of(EventKind::SessionEnded).because(cause.as_str()),
        };
        let details = details.about(&session.account).in_session(session.sid.as_str());
        let commit = self.append_events(commit, [details])?;
        let commit = commit.delete(SESSIONS, key(digest)).delete(SESSIONS_BY_ACCOUNT, place);
        self.commit(commit.delete(SESSIONS_BY_TIME, newest_first(session))).await
    }
}

/// Adds to `commit` the row that indexes `session` by its account and `sid`.
pub(super) fn placed(commit: Commit, digest: &Digest, session: &Session) -> Result<Commit, StoreFault> {
    let place = SessionKey { digest: digest.clone(), expires_at: session.authenticated_at + LONGEST };
    put(commit, &pair(session.account.as_str(), session.sid.as_str()), &place)
}

/// A key that orders by sign-in time, newest first.
pub(super) fn newest_first(session: &Session) -> Vec<u8> {
    let whose = pair(session.account.as_str(), session.sid.as_str());
    [&descending(session.authenticated_at)[..], &whose].concat()
}

fn key(digest: &Digest) -> &[u8] {
    digest.as_str().as_bytes()
}

/// Number of notifications stored in one commit, in addition to the end of the session and its events.
const MAX_PER_COMMIT: usize = 64 - 3 - OPERATIONS_OF_EVENT;

/// Maximum session lifetime that can be configured.
const LONGEST: Duration = Duration::days(31);

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{
        account::{
            record::{Account, Username},
            session::SessionId,
            sign_in::password_login,
        },
        entropy::Entropy,
        oauth::{client::ClientId, subject::Subject},
        store::both_engines::stores,
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn session(account: &AccountId) -> (Digest, Session) {
        let entropy = Entropy::system();
        let owner = Account { id: account.clone(), ..Account::new(Username::parse("eve").unwrap(), NOW, entropy) };
        (SessionId::generate(entropy).digest(), Session::begin(&password_login(&owner, NOW), entropy))
    }

    fn sids(store: &Store, account: &AccountId) -> Vec<String> {
        let sessions = store.sessions_of(account, None, 100).unwrap();
        let mut sids: Vec<_> =
            sessions.into_iter().map(|(_, placed)| placed.unwrap().1.record.sid.as_str().to_owned()).collect();
        sids.sort();
        sids
    }

    #[tokio::test]
    async fn the_sessions_of_a_person_are_found_until_they_end() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let (ada, eve) = (AccountId::generate(Entropy::system()), AccountId::generate(Entropy::system()));
            let [(first, one), (second, two), (third, three)] = [session(&ada), session(&ada), session(&eve)];
            for (digest, session) in [(&first, &one), (&second, &two), (&third, &three)] {
                store.begin_session(digest, session, None).await.unwrap();
            }
            let mut both = [one.sid.as_str().to_owned(), two.sid.as_str().to_owned()];
            both.sort();
            assert_eq!(sids(&store, &ada), both);
            assert!(store.session_of(&eve, &one.sid).unwrap().is_none(), "another user's session");
            assert_eq!(store.session_of(&ada, &one.sid).unwrap().unwrap().0.as_str(), first.as_str());
            store.end_session(&first, &one, &[], EndCause::SignedOut).await.unwrap();
            assert_eq!(sids(&store, &ada), [two.sid.as_str()]);
            assert!(store.session(&first).unwrap().is_none() && store.session_of(&ada, &one.sid).unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn of_two_concurrent_logins_in_place_of_one_session_one_has_to_read_again() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let account = AccountId::generate(Entropy::system());
            let (first, one) = session(&account);
            store.begin_session(&first, &one, None).await.unwrap();
            let before = (first.clone(), store.session(&first).unwrap().unwrap());
            let again = |digest: Digest| (digest, one.clone());
            let (second, two) = again(session(&account).0);
            let (third, three) = again(session(&account).0);
            store.begin_session(&second, &two, Some(&before)).await.unwrap();
            let late = store.begin_session(&third, &three, Some(&before)).await;
            assert!(matches!(late, Err(CommitError::Conflict)));
            assert!(store.session(&first).unwrap().is_none());
            assert_eq!(store.session_of(&account, &one.sid).unwrap().unwrap().0.as_str(), second.as_str());
        }
    }

    #[tokio::test]
    async fn a_user_who_is_to_be_told_is_kept_with_the_end_of_the_session_however_many_they_are() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let account = AccountId::generate(Entropy::system());
            let (digest, session) = session(&account);
            store.begin_session(&digest, &session, None).await.unwrap();
            let notification = |number: usize| {
                let client_id = ClientId::parse(&format!("app_{number}")).unwrap();
                let subject = Subject::new(account.as_str());
                LogoutNotification::new(client_id, subject, session.sid.as_str().to_owned(), NOW)
            };
            let notifications: Vec<_> = (0..200).map(notification).collect();
            store.end_session(&digest, &session, &notifications, EndCause::SignedOut).await.unwrap();
            assert!(store.session(&digest).unwrap().is_none());

            let agenda = store.logout_agenda(NOW, 8).unwrap();
            assert_eq!((agenda.due.len(), agenda.next_at), (8, Some(NOW)));
            let [first, second, ..] = agenda.due.as_slice() else { panic!() };
            store.put_back_notification(first, None).await.unwrap();
            let later = second.record.failed(NOW).unwrap();
            store.put_back_notification(second, Some(&later)).await.unwrap();
            assert!(store.put_back_notification(second, None).await.is_err(), "it was changed meanwhile");
            let agenda = store.logout_agenda(NOW, 1000).unwrap();
            assert_eq!((agenda.due.len(), agenda.next_at), (198, Some(later.next_attempt_at)));
            assert_eq!(store.logout_agenda(later.next_attempt_at, 1000).unwrap().due.len(), 199);
            assert!(store.logout_agenda(notifications[0].expires_at(), 1000).unwrap().due.is_empty());
        }
    }
}
