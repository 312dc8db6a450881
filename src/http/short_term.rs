//! Data that one session may see again for ten minutes: newly generated secrets, and form input.
//!
//! It is stored in memory only and never in a URL. The URL contains only a ticket, which is worthless in another
//! session.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use time::{Duration, OffsetDateTime};

use crate::{
    crypto::{Digest, SealingKey},
    entropy::Entropy,
    secret::Secret,
};

/// Stores encrypted contents per session, in memory.
pub(super) struct ShortTerm {
    key: SealingKey,
    entropy: Entropy,
    entries: Mutex<HashMap<String, FieldState>>,
    confirmations: Mutex<Vec<Confirmation>>,
}

/// A completed action, which its page confirms when it is shown next.
struct Confirmation {
    session: Digest,
    path: String,
    expires_at: OffsetDateTime,
}

struct FieldState {
    session: Digest,
    sealed: String,
    expires_at: OffsetDateTime,
}

impl ShortTerm {
    /// How long a content can be shown.
    pub(super) const LIFETIME: Duration = Duration::minutes(10);

    /// Creates an empty store that encrypts contents with `key`.
    pub(super) fn new(key: SealingKey, entropy: Entropy) -> Self {
        Self { key, entropy, entries: Mutex::default(), confirmations: Mutex::default() }
    }

    /// Stores `content` for `session` and returns the ticket, which is valid until ten minutes after `now`.
    pub(super) fn keep(&self, session: &Secret, content: &[u8], now: OffsetDateTime) -> String {
        let ticket = self.entropy.text::<16>();
        let sealed = self.key.seal(PURPOSE, content, self.entropy);
        let entry = FieldState { session: Digest::of_secret(session), sealed, expires_at: now + Self::LIFETIME };
        let mut entries = self.entries();
        entries.retain(|_, entry| now < entry.expires_at);
        let of_session = entries.iter().filter(|(_, entry)| entry.session.matches(session));
        let of_session: Vec<(OffsetDateTime, String)> =
            of_session.map(|(ticket, entry)| (entry.expires_at, ticket.clone())).collect();
        if of_session.len() >= MOST_OF_A_SESSION {
            oldest(of_session, &mut entries);
        }
        if entries.values().map(|entry| entry.sealed.len()).sum::<usize>() + entry.sealed.len() > MOST_BYTES {
            let all = entries.iter().map(|(ticket, entry)| (entry.expires_at, ticket.clone())).collect();
            oldest(all, &mut entries);
        }
        entries.insert(ticket.clone(), entry);
        ticket
    }

    /// Returns the content for `ticket` if `session` may see it at `now`.
    pub(super) fn show(&self, session: &Secret, ticket: &str, now: OffsetDateTime) -> Option<Vec<u8>> {
        let entries = self.entries();
        let entry = entries.get(ticket).filter(|entry| now < entry.expires_at && entry.session.matches(session))?;
        self.key.open(PURPOSE, &entry.sealed).ok()
    }

    /// Records a completed action until the page at `path` is shown to `session`.
    pub(super) fn confirm(&self, session: &Secret, path: &str, now: OffsetDateTime) {
        let mut confirmations = self.confirmations.lock().unwrap_or_else(PoisonError::into_inner);
        confirmations.retain(|one| now < one.expires_at && !one.session.matches(session));
        if confirmations.len() < MOST_CONFIRMATIONS {
            let expires_at = now + CONFIRMED_FOR;
            confirmations.push(Confirmation { session: Digest::of_secret(session), path: path.to_owned(), expires_at });
        }
    }

    /// Whether the page at `path` has an action to confirm to `session`. Removes the confirmation.
    pub(super) fn take_confirmation(&self, session: &Secret, path: &str, now: OffsetDateTime) -> bool {
        let mut confirmations = self.confirmations.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |one: &Confirmation| one.path == path && now < one.expires_at && one.session.matches(session);
        let found = confirmations.iter().position(is_it);
        found.map(|at| confirmations.swap_remove(at)).is_some()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, FieldState>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the older half of `known`.
fn oldest(mut known: Vec<(OffsetDateTime, String)>, entries: &mut HashMap<String, FieldState>) {
    known.sort();
    for (_, ticket) in known.iter().take(known.len().div_ceil(2)) {
        entries.remove(ticket);
    }
}

const PURPOSE: &str = "shown to one session";
const MOST_OF_A_SESSION: usize = 16;
const MOST_CONFIRMATIONS: usize = 1000;
const CONFIRMED_FOR: Duration = Duration::minutes(1);
const MOST_BYTES: usize = 32 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[test]
    fn a_content_is_shown_to_its_session_for_ten_minutes_and_as_often_as_it_asks() {
        let kept = ShortTerm::new(SealingKey::new([7; 32]), Entropy::system());
        let (session, other) = (Secret::new("session"), Secret::new("other"));
        let ticket = kept.keep(&session, b"secret", NOW);
        let almost = NOW + ShortTerm::LIFETIME - Duration::SECOND;
        for (session, ticket, at, is_shown) in [
            (&session, ticket.as_str(), NOW, true),
            (&session, &ticket, almost, true),
            (&session, &ticket, NOW + ShortTerm::LIFETIME, false),
            (&other, &ticket, NOW, false),
            (&session, "x", NOW, false),
        ] {
            let expected = is_shown.then(|| b"secret".to_vec());
            assert_eq!(kept.show(session, ticket, at), expected, "{ticket} {at}");
        }
        assert!(kept.entries().values().all(|entry| !entry.sealed.contains("secret")));
    }

    #[test]
    fn what_was_done_is_confirmed_once_on_its_page_to_its_session() {
        let kept = ShortTerm::new(SealingKey::new([7; 32]), Entropy::system());
        let (session, other) = (Secret::new("session"), Secret::new("other"));
        kept.confirm(&session, "/admin/keys", NOW);
        for (session, path, at, expected) in [
            (&other, "/admin/keys", NOW, false),
            (&session, "/admin", NOW, false),
            (&session, "/admin/keys", NOW + CONFIRMED_FOR, false),
            (&session, "/admin/keys", NOW, true),
            (&session, "/admin/keys", NOW, false),
        ] {
            assert_eq!(kept.take_confirmation(session, path, at), expected, "{path} {at}");
        }
    }

    #[test]
    fn a_session_keeps_a_bounded_number_of_contents_and_the_newest_stays() {
        let kept = ShortTerm::new(SealingKey::new([7; 32]), Entropy::system());
        let session = Secret::new("session");
        for minute in 0..100 {
            let now = NOW + Duration::seconds(minute);
            let ticket = kept.keep(&session, b"x", now);
            assert!(kept.show(&session, &ticket, now).is_some());
            assert!(kept.entries().len() <= MOST_OF_A_SESSION);
        }
    }
}
