//! [OpenID Connect Back-Channel Logout](https://openid.net/specs/openid-connect-backchannel-1_0.html): what clients are
//! told when a session ends, and how often it is tried.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::oauth::{
    client::{Client, ClientId},
    issuer::Issuer,
    subject::Subject,
};

/// That a client is to be told that a session has ended. It is remembered until the client has heard it, or for as long
/// as trying makes sense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutNotification {
    /// Who is to be told.
    pub client_id: ClientId,
    /// Whose session it was.
    pub subject: Subject,
    /// Which session it was.
    pub sid: String,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339")]
    pub ended_at: OffsetDateTime,
    /// How often it was tried in vain.
    pub attempts: u8,
    /// When to try next.
    #[serde(with = "time::serde::rfc3339")]
    pub next_attempt_at: OffsetDateTime,
}

impl LogoutNotification {
    /// The news for `client_id` that the session `sid` of `subject` has ended `now`, to be sent at once.
    #[must_use]
    pub fn new(client_id: ClientId, subject: Subject, sid: String, now: OffsetDateTime) -> Self {
        Self { client_id, subject, sid, ended_at: now, attempts: 0, next_attempt_at: now }
    }

    /// From when on it is not worth sending: the client has been out of reach, or this server was stopped, for too long.
    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.ended_at + WORTH_SENDING
    }

    /// Whether it is to be sent at `now`. No pause is longer than the longest, so what seems to wait for longer was dated by
    /// a clock that was ahead.
    #[must_use]
    pub fn is_due(&self, now: OffsetDateTime) -> bool {
        self.next_attempt_at <= now || PAUSES.iter().all(|pause| self.next_attempt_at - now > *pause)
    }

    /// What remains to be done after an attempt has failed at `now`; nothing after the last one.
    #[must_use]
    pub fn failed(&self, now: OffsetDateTime) -> Option<Self> {
        let pause = PAUSES.get(usize::from(self.attempts))?;
        let next = Self { attempts: self.attempts + 1, next_attempt_at: now + *pause, ..self.clone() };
        (next.next_attempt_at < next.expires_at()).then_some(next)
    }

    /// The same as the client knows it: the person as `subject`, the session as `sid`.
    #[must_use]
    pub fn client_subject(&self, subject: Subject, sid: String) -> Self {
        Self { subject, sid, ..self.clone() }
    }

    /// The claims of the logout token (§2.4) for `client`, issued at `now` under the identifier `jti`.
    ///
    /// "The following Claim MUST NOT be used within the Logout Token: nonce", so that none passes for an ID token.
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

/// The member of `events` that makes a JWT a logout token.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// "preferably at most two minutes in the future" (§2.4).
const LOGOUT_TOKEN_LIFETIME: Duration = Duration::minutes(2);

/// How long to wait after each failure but the last: five attempts within ten minutes.
const PAUSES: [Duration; 4] = [Duration::SECOND, Duration::seconds(4), Duration::seconds(55), Duration::minutes(9)];

/// Longer than all attempts take, so that a restart in between loses none.
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
    fn what_is_too_old_is_not_tried_again() {
        let last = notification().expires_at();
        assert!(notification().failed(last - Duration::seconds(2)).is_some());
        assert!(notification().failed(last - Duration::SECOND).is_none());
    }
}
