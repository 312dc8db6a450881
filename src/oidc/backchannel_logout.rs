//! [OpenID Connect Back-Channel Logout](https://openid.net/specs/openid-connect-backchannel-1_0.html): the logout token
//! that clients receive when a session ends, and the schedule of its delivery.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::oauth::{
    client::{Client, ClientId},
    issuer::Issuer,
    subject::Subject,
};

/// A pending notification that a session has ended. It is stored until it is delivered or has expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutNotification {
    pub client_id: ClientId,
    /// The subject of the session.
    pub subject: Subject,
    pub sid: String,
    /// When the session ended.
    #[serde(with = "time::serde::rfc3339")]
    pub ended_at: OffsetDateTime,
    /// Number of failed attempts.
    pub attempts: u8,
    #[serde(with = "time::serde::rfc3339")]
    pub next_attempt_at: OffsetDateTime,
}

impl LogoutNotification {
    /// Creates the notification for `client_id` that the session `sid` of `subject` has ended at `now`. It is due
    /// immediately.
    #[must_use]
    pub fn new(client_id: ClientId, subject: Subject, sid: String, now: OffsetDateTime) -> Self {
        Self { client_id, subject, sid, ended_at: now, attempts: 0, next_attempt_at: now }
    }

    /// Returns when the server stops trying, because the client was unreachable or the server was stopped for too long.
    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.ended_at + WORTH_SENDING
    }

    /// Returns whether it is due at `now`. No pause is longer than the longest one, so a longer wait means that the
    /// clock was ahead when the attempt was scheduled.
    #[must_use]
    pub fn is_due(&self, now: OffsetDateTime) -> bool {
        self.next_attempt_at <= now || PAUSES.iter().all(|pause| self.next_attempt_at - now > *pause)
    }

    /// Returns the notification with the next attempt scheduled after a failure at `now`, or `None` after the last
    /// attempt.
    #[must_use]
    pub fn failed(&self, now: OffsetDateTime) -> Option<Self> {
        let pause = PAUSES.get(usize::from(self.attempts))?;
        let next = Self { attempts: self.attempts + 1, next_attempt_at: now + *pause, ..self.clone() };
        (next.next_attempt_at < next.expires_at()).then_some(next)
    }

    /// Replaces the subject and the session identifier with those that the client knows.
    #[must_use]
    pub fn client_subject(&self, subject: Subject, sid: String) -> Self {
        Self { subject, sid, ..self.clone() }
    }

    /// Returns the claims of the logout token (§2.4) for `client`, issued at `now` with the identifier `jti`.
    ///
    /// "The following Claim MUST NOT be used within the Logout Token: nonce", so that it cannot be used as an ID token.
    #[must_use]
    pub fn claims(&self, issuer: &Issuer, client: &Client, jti: &str, now: OffsetDateTime) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("iss".to_owned(), issuer.as_str().into());
        claims.insert("aud".to_owned(), client.client_id.as_str().into());
        claims.insert("iat".to_owned(), now.unix_timestamp().into());
        claims.insert("exp".to_owned(), (now + LOGOUT_TOKEN_LIFETIME).unix_timestamp().into());
        claims.insert("jti".to_owned(), jti.into());
        claims.insert("events".to_owned(), json!({ EVENT: {} }));
        claims.insert("sid".to_owned(), self.sid.as_str().into());
        claims.insert("sub".to_owned(), self.subject.as_str().into());
        claims
    }
}

/// The member of `events` that identifies a logout token.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// "preferably at most two minutes in the future" (§2.4).
const LOGOUT_TOKEN_LIFETIME: Duration = Duration::minutes(2);

/// The pauses after each failure except the last: five attempts within ten minutes.
const PAUSES: [Duration; 4] = [Duration::SECOND, Duration::seconds(4), Duration::seconds(55), Duration::minutes(9)];

/// Longer than all attempts take, so that a restart in between loses no notification.
const WORTH_SENDING: Duration = Duration::HOUR;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::oauth::client_authentication::tests::client;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn notification() -> LogoutNotification {
        LogoutNotification::new(client().client_id, Subject::new("usr_a"), "s1".to_owned(), NOW)
    }

    // §2.4
    #[test]
    fn a_logout_token_says_who_has_signed_out_of_which_session_and_nothing_more() {
        let issuer = Issuer::parse("https://login.example.org").unwrap();
        let claims = |client: &Client| Value::Object(notification().claims(&issuer, client, "j1", NOW));
        let expected = json!({
            "iss": "https://login.example.org",
            "aud": client().client_id.as_str(),
            "iat": NOW.unix_timestamp(),
            "exp": NOW.unix_timestamp() + 120,
            "jti": "j1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            "sid": "s1",
            "sub": "usr_a",
        });
        assert_eq!(claims(&client()), expected);
        // OpenID Connect Core §8.1
        let client_subject = notification().client_subject(Subject::new("pair_a"), "s2".to_owned());
        let told = client_subject.claims(&issuer, &client(), "j1", NOW);
        assert_eq!((told.get("sub"), told.get("sid")), (Some(&json!("pair_a")), Some(&json!("s2"))));
    }

    // §2.5
    #[test]
    fn a_client_that_does_not_answer_is_tried_five_times_within_ten_minutes() {
        let (mut now, mut attempts, mut waiting) = (NOW, 0, Some(notification()));
        while let Some(notification) = waiting {
            now = notification.next_attempt_at;
            attempts += 1;
            waiting = notification.failed(now);
        }
        assert_eq!((attempts, now - NOW), (5, Duration::minutes(10)));
    }

    #[test]
    fn a_notification_waits_for_its_pause_and_for_no_clock_that_was_ahead() {
        let waiting = |pause: Duration| LogoutNotification { next_attempt_at: NOW + pause, ..notification() };
        let longest = Duration::minutes(9);
        for (pause, is_due) in [
            (Duration::ZERO, true),
            (Duration::SECOND, false),
            (Duration::MINUTE, false),
            (longest, false),
            (longest + Duration::SECOND, true),
            (Duration::days(200), true),
        ] {
            assert_eq!(waiting(pause).is_due(NOW), is_due, "{pause}");
        }
    }

    #[test]
    fn what_is_too_old_is_not_tried_again() {
        let last = notification().expires_at();
        assert!(notification().failed(last - Duration::seconds(2)).is_some());
        assert!(notification().failed(last - Duration::SECOND).is_none());
    }
}
