//! Sessions: the signed-in state that a browser's session cookie refers to.
//!
//! The cookie contains a [`SessionId`] of 256 random bits, of which only the digest is stored. A new one is generated
//! at every login and every re-authentication (OWASP ASVS 5.0, 7.2.4), so a planted value (session fixation) is
//! useless.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    record::{Account, AccountId},
    sign_in::{AuthenticationEvent, AuthenticationMethod, VerifiedFactor},
    user_agent::UserAgent,
};
use crate::{crypto::Digest, entropy::Entropy, secret::Secret};

/// The secret in the session cookie: 43 characters.
#[derive(Clone, Debug)]
pub struct SessionId(Secret);

/// The public identifier of a session: the claim `sid` of ID tokens and logout tokens, OpenID Connect Front-Channel
/// Logout [§3](https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout). It gives no access.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sid(String);

/// A user signed in on one browser. It is stored under the digest of the [`SessionId`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub account: AccountId,
    /// The identifier of the session for applications. It stays the same when the user authenticates again.
    pub sid: Sid,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When the user last authenticated: the claim `auth_time`.
    #[serde(with = "time::serde::rfc3339")]
    pub authenticated_at: OffsetDateTime,
    /// When the session was last used, delayed by up to [`TOUCH_INTERVAL`].
    #[serde(with = "time::serde::rfc3339")]
    pub last_used_at: OffsetDateTime,
    /// The password generation of the account at that time. Sessions of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_generation: Option<u32>,
    /// How the user authenticated.
    pub amr: Vec<AuthenticationMethod>,
    /// The verified factors with their times. Sessions of earlier versions have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    factors: Vec<VerifiedFactor>,
    /// The browser in words, for the list of sessions.
    #[serde(default)]
    pub user_agent: UserAgent,
}

/// The configured session lifetimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLifetimes {
    /// Maximum time since the last use.
    pub idle: Duration,
    /// Maximum time since the last authentication, however much the session is used.
    pub absolute: Duration,
}

impl SessionId {
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        Self(entropy.secret())
    }

    /// A session identifier presented by a browser. The store decides whether the session exists.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(Secret::new(text))
    }

    /// The key under which the session is stored.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_secret(&self.0)
    }

    /// The value of the cookie.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

impl Sid {
    /// Generates an identifier of 128 random bits.
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        Self(entropy.text::<16>())
    }

    /// A `sid` named in a request. The store decides whether the session exists.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The value of the claim.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Session {
    /// Starts the session of a user who has just signed in.
    #[must_use]
    pub fn begin(event: &AuthenticationEvent, entropy: Entropy) -> Self {
        let now = event.auth_time();
        Self {
            account: event.account().clone(),
            sid: Sid::generate(entropy),
            created_at: now,
            authenticated_at: now,
            last_used_at: now,
            password_generation: None,
            amr: event.amr(),
            factors: event.factors().to_vec(),
            user_agent: UserAgent::default(),
        }
    }

    /// The session after the user has authenticated again. It must be stored under a new [`SessionId`], and the old
    /// one must end.
    #[must_use]
    pub fn authenticated_again(self, event: &AuthenticationEvent) -> Self {
        let (now, factors) = (event.auth_time(), event.factors().to_vec());
        Self { authenticated_at: now, last_used_at: now, amr: event.amr(), factors, ..self }
    }

    /// The factors with which the user authenticated. Those of a session of an earlier version are read from its
    /// `amr`, at the time of the last authentication.
    #[must_use]
    pub fn factors(&self) -> Vec<VerifiedFactor> {
        if !self.factors.is_empty() {
            return self.factors.clone();
        }
        let at = self.authenticated_at;
        self.amr.iter().filter_map(|method| Some(VerifiedFactor { kind: method.factor()?, at })).collect()
    }

    /// Returns `true` if the session is active. At the instant of its expiry it is not.
    #[must_use]
    pub fn is_live(&self, lifetimes: &SessionLifetimes, now: OffsetDateTime) -> bool {
        now < self.expires_at(lifetimes)
    }

    /// When the session expires if it is not used again.
    #[must_use]
    pub fn expires_at(&self, lifetimes: &SessionLifetimes) -> OffsetDateTime {
        let (last_used_at, authenticated_at) = (self.last_used_at, self.authenticated_at);
        (last_used_at.saturating_add(lifetimes.idle)).min(authenticated_at.saturating_add(lifetimes.absolute))
    }

    /// Returns `true` if the use must be recorded. It is not recorded at every request, because each write waits for
    /// the disk.
    #[must_use]
    pub fn needs_touch(&self, now: OffsetDateTime) -> bool {
        now - self.last_used_at >= TOUCH_INTERVAL || self.last_used_at > now
    }

    /// The session as used at `now`. Dates from a clock that was ahead are moved back to now, so that they do not
    /// extend the session.
    #[must_use]
    pub fn touched(self, now: OffsetDateTime) -> Self {
        let (created_at, authenticated_at) = (self.created_at.min(now), self.authenticated_at.min(now));
        let earlier = |factor: &VerifiedFactor| VerifiedFactor { at: factor.at.min(now), ..*factor };
        let factors = self.factors.iter().map(earlier).collect();
        Self { created_at, authenticated_at, last_used_at: now, factors, ..self }
    }

    /// Returns `true` if the session began with the current password of `account`. Sessions record the password
    /// generation; those of earlier versions are compared by date.
    #[must_use]
    pub fn began_with_password_of(&self, account: &Account) -> bool {
        match self.password_generation {
            Some(generation) => generation == account.password_generation,
            None => account.password_changed_at.is_none_or(|at| at <= self.authenticated_at),
        }
    }
}

/// Eight hours idle, 24 hours in total.
impl Default for SessionLifetimes {
    fn default() -> Self {
        Self { idle: Duration::hours(8), absolute: Duration::hours(24) }
    }
}

/// Minimum time between two records of a session's use. It must be far shorter than the idle lifetime, from which it
/// takes up to this much.
pub const TOUCH_INTERVAL: Duration = Duration::minutes(5);

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};
    use time::macros::datetime;

    use super::*;
    use crate::account::{hashing::PasswordHash, record::Username, sign_in::password_login};

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
    const LIFETIMES: SessionLifetimes = SessionLifetimes { idle: Duration::hours(8), absolute: Duration::hours(24) };

    fn account() -> Account {
        Account::new(Username::parse("eve").unwrap(), NOW, Entropy::system())
    }

    fn session() -> Session {
        Session::begin(&password_login(&account(), NOW), Entropy::system())
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_for_eight_hours() {
        let end = NOW + Duration::hours(8);
        assert!(session().is_live(&LIFETIMES, end - Duration::NANOSECOND));
        assert!(!session().is_live(&LIFETIMES, end));
        let used = session().touched(NOW + Duration::hours(1));
        assert!(used.is_live(&LIFETIMES, end));
        assert!(!used.is_live(&LIFETIMES, end + Duration::hours(1)));
    }

    #[test]
    fn a_session_ends_after_a_day_however_much_it_is_used() {
        let used = session().touched(NOW + Duration::hours(23));
        let end = NOW + Duration::hours(24);
        assert!(used.is_live(&LIFETIMES, end - Duration::NANOSECOND));
        assert!(!used.is_live(&LIFETIMES, end));
        assert_eq!(used.expires_at(&LIFETIMES), end);
        assert_eq!(SessionLifetimes::default(), LIFETIMES);
    }

    #[test]
    fn authenticating_again_begins_the_day_again_and_keeps_the_sid() {
        let later = NOW + Duration::hours(23);
        let before = session();
        let after = before.clone().authenticated_again(&password_login(&account(), later));
        assert_eq!((&after.sid, after.created_at, after.authenticated_at), (&before.sid, NOW, later));
        assert!(after.is_live(&LIFETIMES, NOW + Duration::hours(30)));
        assert!(!after.is_live(&LIFETIMES, NOW + Duration::hours(31)));
    }

    #[test]
    fn a_use_is_written_down_every_five_minutes() {
        let instant = NOW + Duration::minutes(5);
        assert!(!session().needs_touch(instant - Duration::NANOSECOND));
        assert!(session().needs_touch(instant));
        assert!(!session().touched(instant).needs_touch(instant));
    }

    #[test]
    fn a_session_that_began_while_the_clock_was_ahead_lives_no_longer_for_it() {
        let corrected = NOW - Duration::days(200);
        assert!(session().needs_touch(corrected));
        let used = session().touched(corrected);
        assert!(used.is_live(&LIFETIMES, corrected));
        assert!(!used.is_live(&LIFETIMES, corrected + Duration::hours(8)));
        let used = used.touched(corrected + Duration::hours(7)).touched(corrected + Duration::hours(14));
        assert!(!used.is_live(&LIFETIMES, corrected + Duration::hours(24)));
    }

    #[test]
    fn a_session_counts_that_began_with_the_present_password_whatever_the_dates_say() {
        let mut account = account();
        let hash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let hash: PasswordHash = from_value(json!(hash)).unwrap();
        account.change_password(hash.clone(), NOW + Duration::days(200));
        let begun = |account: &Account| Session { password_generation: Some(account.password_generation), ..session() };
        let present = begun(&account);
        assert!(present.began_with_password_of(&account));
        account.change_password(hash, NOW - Duration::days(200));
        assert!(!present.began_with_password_of(&account), "the password is another one");
        assert!(begun(&account).began_with_password_of(&account));
        let earlier = Session { password_generation: None, ..session() };
        assert!(earlier.began_with_password_of(&account));
        account.password_changed_at = Some(NOW + Duration::SECOND);
        assert!(!earlier.began_with_password_of(&account));
    }

    #[test]
    fn a_session_is_read_as_it_was_written() {
        let session = Session { user_agent: UserAgent::of("curl/8.5"), ..session() };
        let written = to_value(&session).unwrap();
        assert_eq!(written["amr"], json!(["pwd"]));
        assert_eq!(written["authenticated_at"], json!("2030-01-01T00:00:00Z"));
        let read: Session = from_value(written.clone()).unwrap();
        assert_eq!(to_value(&read).unwrap(), written);
        for method in [
            AuthenticationMethod::Password,
            AuthenticationMethod::OneTimePassword,
            AuthenticationMethod::HardwareKey,
            AuthenticationMethod::MultipleFactors,
        ] {
            assert_eq!(to_value(method).unwrap(), json!(method.as_str()));
        }
    }

    #[test]
    fn a_session_records_when_each_factor_was_verified() {
        let written = to_value(session()).unwrap();
        assert_eq!(written["factors"], json!([{"kind": "pwd", "at": "2030-01-01T00:00:00Z"}]));
        assert_eq!(session().factors(), [VerifiedFactor::password(NOW)]);
        let corrected = NOW - Duration::DAY;
        assert_eq!(session().touched(corrected).factors(), [VerifiedFactor::password(corrected)]);
    }

    #[test]
    fn a_session_of_an_earlier_version_has_the_factors_of_its_amr() {
        let mut row = to_value(session()).unwrap();
        row.as_object_mut().unwrap().remove("factors");
        let read: Session = from_value(row.clone()).unwrap();
        assert_eq!(read.factors(), [VerifiedFactor::password(NOW)]);
        assert_eq!(to_value(&read).unwrap(), row);
    }

    #[test]
    fn the_cookie_the_row_and_the_claim_are_three_values() {
        let (id, session) = (SessionId::generate(Entropy::system()), session());
        assert_eq!(id.secret().expose().len(), 43);
        assert_eq!(SessionId::presented(id.secret().expose()).digest().as_str(), id.digest().as_str());
        assert_ne!(SessionId::generate(Entropy::system()).digest().as_str(), id.digest().as_str());
        let row = to_value(&session).unwrap().to_string();
        assert!(!row.contains(id.secret().expose()) && !row.contains(id.digest().as_str()));
        assert_eq!(session.sid.as_str().len(), 22);
        assert!(!format!("{id:?}").contains(id.secret().expose()));
    }
}
