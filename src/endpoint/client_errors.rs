//! Recent errors of applications, for their developers: unregistered redirect URIs, the latest errors, and settings that
//! would have prevented them.
//!
//! The log is kept only in memory and is bounded in every dimension, because anyone can send requests in the name of
//! any application. It is not worth a write to the database, and is empty after a restart.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::OffsetDateTime;

use crate::{
    audit::fingerprint,
    oauth::{
        authorization_error::UntrustedRequest, client::ClientId, reason::Reason, redirect_uri::UntrustedRedirectUri,
        remedy::Remedy,
    },
};

/// The recent errors of all applications.
#[derive(Debug, Default)]
pub struct ClientErrorLogs(Mutex<HashMap<ClientId, ClientErrorLog>>);

/// The recent errors of one application, latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientErrorLog {
    /// Redirect URIs that were sent but are not registered.
    pub redirect_uris: Vec<Repeated<String>>,
    /// Errors that were returned to the application.
    pub errors: Vec<Repeated<ClientError>>,
    /// Settings that would have prevented an error, except redirect URIs.
    pub remedies: Vec<Repeated<Remedy>>,
}

/// An error with the number of its occurrences and the time of the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated<T> {
    pub what: T,
    /// Number of occurrences since the first one was recorded.
    pub count: u64,
    /// Time of the latest occurrence.
    pub at: OffsetDateTime,
}

/// An error that was returned to an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientError {
    /// The `error` code.
    pub code: &'static str,
    /// The name of the cause, which is not sent to the application.
    pub cause: String,
}

impl ClientErrorLogs {
    /// Records an error returned to the registered client `client_id` at `now`.
    pub fn note(&self, client_id: &ClientId, trouble: ClientError, now: OffsetDateTime) {
        let mut clients = self.clients();
        count(&mut of(&mut clients, client_id).errors, trouble, now);
    }

    /// Records why the server did not redirect to the registered client `client_id`. A redirect URI that is too long
    /// to be registered is ignored.
    pub fn note_untrusted(&self, client_id: &ClientId, refusal: &UntrustedRequest, now: OffsetDateTime) {
        if let UntrustedRequest::RedirectUri(UntrustedRedirectUri::NotRegistered(sent)) = refusal
            && sent.len() <= LONGEST_URI
        {
            let mut clients = self.clients();
            count(&mut of(&mut clients, client_id).redirect_uris, sent.clone(), now);
        } else {
            self.note(client_id, ClientError::of("invalid_request", refusal), now);
        }
    }

    /// Records the setting that would have let a request of `client_id` through, if there is one. A setting with more
    /// than can be registered is ignored, and redirect URIs are recorded by [`Self::note_untrusted`].
    pub fn note_remedy(&self, client_id: &ClientId, remedy: Option<Remedy>, now: OffsetDateTime) {
        let is_short = |remedy: &Remedy| remedy.value().is_none_or(|value| value.len() <= LONGEST_URI);
        let remedy = remedy.filter(|remedy| is_short(remedy) && !matches!(remedy, Remedy::RedirectUri(_)));
        if let Some(remedy) = remedy {
            count(&mut of(&mut self.clients(), client_id).remedies, remedy, now);
        }
    }

    /// Returns the remedy `id` recorded for `client_id`.
    #[must_use]
    pub fn remedy(&self, client_id: &ClientId, id: &str) -> Option<Repeated<Remedy>> {
        let log = self.of(client_id);
        let uris = log.redirect_uris.into_iter();
        let uris = uris.map(|one| Repeated { what: Remedy::RedirectUri(one.what), count: one.count, at: one.at });
        log.remedies.into_iter().chain(uris).find(|one| remedy_id(&one.what) == id)
    }

    /// Removes a remedy once it has been applied, so it is no longer offered.
    pub fn forget_remedy(&self, client_id: &ClientId, remedy: &Remedy) {
        if let Remedy::RedirectUri(uri) = remedy {
            self.forget_redirect_uri(client_id, uri);
        } else if let Some(log) = self.clients().get_mut(client_id) {
            log.remedies.retain(|one| one.what != *remedy);
        }
    }

    /// Returns the recent errors of `client_id`.
    #[must_use]
    pub fn of(&self, client_id: &ClientId) -> ClientErrorLog {
        let mut log = self.clients().get(client_id).cloned().unwrap_or_default();
        log.redirect_uris.sort_by_key(|one| Reverse(one.at));
        log.errors.sort_by_key(|one| Reverse(one.at));
        log.remedies.sort_by_key(|one| Reverse(one.at));
        log
    }

    /// Removes a redirect URI once it has been registered.
    fn forget_redirect_uri(&self, client_id: &ClientId, redirect_uri: &str) {
        if let Some(log) = self.clients().get_mut(client_id) {
            log.redirect_uris.retain(|one| one.what != redirect_uri);
        }
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<ClientId, ClientErrorLog>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientError {
    /// Creates an error from a code and a cause. Only the [reason](Reason::reason) of the cause is kept.
    #[must_use]
    pub fn of(code: &'static str, cause: &impl Reason) -> Self {
        Self { code, cause: cause.reason() }
    }
}

impl ClientErrorLog {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.redirect_uris.is_empty() && self.errors.is_empty() && self.remedies.is_empty()
    }

    fn latest(&self) -> Option<OffsetDateTime> {
        let uris = self.redirect_uris.iter().map(|one| one.at);
        let others = self.errors.iter().map(|one| one.at).chain(self.remedies.iter().map(|one| one.at));
        uris.chain(others).max()
    }
}

/// The identifier of a remedy in a URL. It reveals nothing about the request.
#[must_use]
pub fn remedy_id(remedy: &Remedy) -> String {
    fingerprint(&format!("{remedy:?}"))
}

/// Returns the log of a client. If there are too many, the log of the client whose latest error is the oldest is
/// dropped.
fn of<'a>(clients: &'a mut HashMap<ClientId, ClientErrorLog>, client_id: &ClientId) -> &'a mut ClientErrorLog {
    if clients.len() >= MOST_CLIENTS && !clients.contains_key(client_id) {
        let oldest = clients.iter().min_by_key(|(_, log)| log.latest()).map(|(id, _)| id.clone());
        oldest.and_then(|oldest| clients.remove(&oldest));
    }
    clients.entry(client_id.clone()).or_default()
}

fn count<T: PartialEq>(known: &mut Vec<Repeated<T>>, what: T, now: OffsetDateTime) {
    if let Some(one) = known.iter_mut().find(|one| one.what == what) {
        one.count = one.count.saturating_add(1);
        one.at = now;
        return;
    }
    if known.len() >= MOST_OF_ONE {
        let oldest = known.iter().enumerate().min_by_key(|(_, one)| one.at).map(|(at, _)| at);
        oldest.map(|at| known.swap_remove(at));
    }
    known.push(Repeated { what, count: 1, at: now });
}

/// Maximum number of clients in the log.
const MOST_CLIENTS: usize = 256;

/// Maximum number of redirect URIs, and of errors, per client.
const MOST_OF_ONE: usize = 8;

/// Length of the longest redirect URI that is recorded, in bytes.
const LONGEST_URI: usize = 512;

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn id(at: usize) -> ClientId {
        ClientId::parse(&format!("client-{at}")).unwrap()
    }

    fn sent(uri: &str) -> UntrustedRequest {
        UntrustedRequest::RedirectUri(UntrustedRedirectUri::NotRegistered(uri.to_owned()))
    }

    #[test]
    fn what_is_sent_again_is_counted_and_the_latest_comes_first() {
        let log = ClientErrorLogs::default();
        for (seconds, uri) in [(0, "https://a.example"), (1, "https://b.example"), (2, "https://a.example")] {
            log.note_untrusted(&id(1), &sent(uri), NOW + Duration::seconds(seconds));
        }
        let found: Vec<_> = log.of(&id(1)).redirect_uris.into_iter().map(|one| (one.what, one.count)).collect();
        assert_eq!(found, [("https://a.example".to_owned(), 2), ("https://b.example".to_owned(), 1)]);
        assert!(log.of(&id(2)).is_empty());
        log.forget_redirect_uri(&id(1), "https://a.example");
        assert_eq!(log.of(&id(1)).redirect_uris.len(), 1);
    }

    #[test]
    fn a_remedy_is_found_by_its_id_until_it_is_registered() {
        let log = ClientErrorLogs::default();
        log.note_untrusted(&id(1), &sent("https://a.example"), NOW);
        for _ in 0..2 {
            log.note_remedy(&id(1), Some(Remedy::StateOptional), NOW);
        }
        log.note_remedy(&id(1), None, NOW);
        log.note_remedy(&id(1), Some(Remedy::RequestUri("a".repeat(LONGEST_URI + 1))), NOW);
        for (remedy, times) in [(Remedy::StateOptional, 2), (Remedy::RedirectUri("https://a.example".to_owned()), 1)] {
            let found = log.remedy(&id(1), &remedy_id(&remedy));
            assert_eq!(found.map(|one| (one.what, one.count)), Some((remedy.clone(), times)));
            assert_eq!(log.remedy(&id(2), &remedy_id(&remedy)), None, "of another application");
            log.forget_remedy(&id(1), &remedy);
            assert_eq!(log.remedy(&id(1), &remedy_id(&remedy)), None);
        }
        assert!(log.of(&id(1)).is_empty());
    }

    #[test]
    fn however_much_is_sent_little_is_kept() {
        let log = ClientErrorLogs::default();
        for client in 0..2 * MOST_CLIENTS {
            for uri in 0..20 {
                let now = NOW + Duration::seconds(i64::try_from(client * 20 + uri).unwrap());
                log.note_untrusted(&id(client), &sent(&format!("https://{uri}.example")), now);
                let missing = UntrustedRequest::RedirectUri(UntrustedRedirectUri::Missing);
                log.note_untrusted(&id(client), &missing, now);
                let remedy = Remedy::RequestUri(format!("https://{uri}.example"));
                log.note_remedy(&id(client), Some(remedy), now);
            }
        }
        log.note_untrusted(&id(0), &sent(&"a".repeat(LONGEST_URI + 1)), NOW);
        assert!(log.clients().len() <= MOST_CLIENTS);
        let last = log.of(&id(2 * MOST_CLIENTS - 1));
        assert_eq!((last.redirect_uris.len(), last.errors.len()), (MOST_OF_ONE, 1));
        assert_eq!(last.remedies.len(), MOST_OF_ONE);
        assert_eq!(last.redirect_uris[0].what, "https://19.example");
        assert_eq!(
            last.errors[0].what,
            ClientError { code: "invalid_request", cause: "redirect_uri_missing".to_owned() }
        );
    }
}
