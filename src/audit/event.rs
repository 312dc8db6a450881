//! What has happened.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Actor, Principal, RequestOrigin};
use crate::{
    account::record::AccountId,
    crypto::Digest,
    oauth::{client::ClientId, grant::GrantId, subject::Subject},
};

/// Declares the kinds with the names by which they are stored and told: these never change.
macro_rules! event_kinds {
    ($($(#[$about:meta])* $kind:ident = $name:literal is $outcome:ident,)*) => {
        /// What kind of thing has happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind { $($(#[$about])* $kind,)* }

        impl EventKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The name that never changes.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// Whether it was done or refused.
            #[must_use]
            pub fn outcome(self) -> Outcome {
                match self { $(Self::$kind => Outcome::$outcome,)* }
            }
        }
    };
}

event_kinds! {
    /// Somebody has signed in.
    LoginSucceeded = "login_succeeded" is Success,
    /// A wrong username or password was entered, or the account is disabled.
    LoginFailed = "login_failed" is Failure,
    /// A password was not looked at, because too many were tried.
    LoginThrottled = "login_throttled" is Failure,
    /// A person has signed out.
    LoggedOut = "logged_out" is Success,
    /// A session was ended from elsewhere.
    SessionEnded = "session_ended" is Success,
    /// There is a new account.
    AccountCreated = "account_created" is Success,
    /// An account is gone.
    AccountDeleted = "account_deleted" is Success,
    /// An account may not be used any more.
    AccountDisabled = "account_disabled" is Success,
    /// An account may be used again.
    AccountEnabled = "account_enabled" is Success,
    /// Failed guesses at the password of an account count no more.
    AccountUnlocked = "account_unlocked" is Success,
    /// A password was set.
    PasswordChanged = "password_changed" is Success,
    /// Somebody may set a password by a link.
    PasswordResetCreated = "password_reset_created" is Success,
    /// They may not any more.
    PasswordResetWithdrawn = "password_reset_withdrawn" is Success,
    /// A person has changed what is known of them.
    ProfileChanged = "profile_changed" is Success,
    /// Somebody else has changed what is known of a person, or decided about them.
    PersonChanged = "person_changed" is Success,
    /// A person has let an application do something.
    ConsentGranted = "consent_granted" is Success,
    /// A person has disconnected an application.
    ApplicationDisconnected = "application_disconnected" is Success,
    /// What an application was allowed has ended before its time.
    GrantRevoked = "grant_revoked" is Success,
    /// A refresh schedule was set or removed.
    RefreshScheduleChanged = "refresh_schedule_changed" is Success,
    /// An authorization code was presented wrongly, and is worth nothing any more.
    CodeRefused = "code_refused" is Failure,
    /// An authorization code was presented a second time; its grant has ended.
    CodeReplayed = "code_replayed" is Failure,
    /// A refresh token was presented after its successor; its grant has ended.
    RefreshTokenReplayed = "refresh_token_replayed" is Failure,
    /// Somebody could not show that they are the application that they named.
    ClientAuthenticationFailed = "client_authentication_failed" is Failure,
    /// A person has let a device act for them.
    DeviceApproved = "device_approved" is Success,
    /// A person has refused a device.
    DeviceDenied = "device_denied" is Success,
    /// There is a new application.
    ClientCreated = "client_created" is Success,
    /// What is registered about an application was changed.
    ClientChanged = "client_changed" is Success,
    /// An application is gone.
    ClientDeleted = "client_deleted" is Success,
    /// An application may not obtain tokens any more.
    ClientDisabled = "client_disabled" is Success,
    /// An application may obtain tokens again.
    ClientEnabled = "client_enabled" is Success,
    /// An application has another secret.
    SecretAdded = "secret_added" is Success,
    /// A secret of an application is worth nothing any more.
    SecretRemoved = "secret_removed" is Success,
    /// Somebody may make an account for themselves.
    InvitationCreated = "invitation_created" is Success,
    /// They may not any more.
    InvitationWithdrawn = "invitation_withdrawn" is Success,
    /// They have.
    InvitationUsed = "invitation_used" is Success,
    /// There is a new link with which the first administrator is made.
    SetupLinkCreated = "setup_link_created" is Success,
    /// Other keys sign.
    KeyRotated = "key_rotated" is Success,
    /// Every key was replaced, because somebody else might have them.
    KeyEmergency = "key_emergency" is Success,
    /// The server was started.
    ServerStarted = "server_started" is Success,
    /// It was accepted that the database had been set back.
    RollbackAccepted = "rollback_accepted" is Success,
    /// So many failures of several kinds were not written.
    FailuresNotWritten = "failures_not_written" is Failure,
}

/// Whether something was done or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Success,
    /// Refused.
    Failure,
}

/// The text names no kind of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

/// What has happened, and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDetails {
    /// What.
    pub kind: EventKind,
    /// Why, in a word that stays the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The person whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The application that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// The [fingerprint] of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The [fingerprint] of the grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// The names of what was changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// A keyed hash of a name that was entered and is nobody's: people type passwords there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_name: Option<String>,
    /// So many more of the same were not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_written: Option<u64>,
}

/// What has happened, to whom, when, and who did it from where. The store makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// Grows from event to event. It is about the microseconds since 1970, so below 2^53 until the year 2255.
    pub sequence: u64,
    /// When, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who did it.
    #[serde(rename = "actor")]
    pub principal: Principal,
    /// From where the request came.
    #[serde(rename = "requester", default)]
    pub origin: RequestOrigin,
    /// What.
    #[serde(flatten)]
    pub details: EventDetails,
}

/// By what a session or a grant is spoken of in events: 96 bits of the hash of its identifier, which opens nothing.
#[must_use]
pub fn fingerprint(identifier: &str) -> String {
    Digest::of(identifier).as_str().chars().take(16).collect()
}

/// A reason as a word, by the name of the variant that `cause` is, and of the one within: `Assertion(Replayed)` is
/// `assertion_replayed`. Nothing else of the cause is told: it may hold what somebody has sent.
#[must_use]
pub fn reason_code(cause: &impl fmt::Debug) -> String {
    let debug = format!("{cause:?}");
    let mut word = String::new();
    for name in debug.split('(').take(2) {
        let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
        if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
            break;
        }
        for character in name.chars() {
            if character.is_ascii_uppercase() && !word.is_empty() {
                word.push('_');
            }
            word.push(character.to_ascii_lowercase());
        }
    }
    word
}

impl EventDetails {
    /// Something of this kind.
    #[must_use]
    pub fn of(kind: EventKind) -> Self {
        Self {
            kind,
            reason: None,
            account: None,
            client_id: None,
            session: None,
            grant: None,
            members: Vec::new(),
            unknown_name: None,
            not_written: None,
        }
    }

    /// The same, for this reason: a word that stays the same.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    /// The same, about a person.
    #[must_use]
    pub fn about(self, account: &AccountId) -> Self {
        Self { account: Some(account.clone()), ..self }
    }

    /// The same, about the person who is `subject`, if it is one.
    #[must_use]
    pub fn about_subject(self, subject: &Subject) -> Self {
        Self { account: AccountId::parse(subject.as_str()).ok(), ..self }
    }

    /// The same, about an application.
    #[must_use]
    pub fn with_client(self, client_id: &ClientId) -> Self {
        Self { client_id: Some(client_id.clone()), ..self }
    }

    /// The same, in the session `sid`.
    #[must_use]
    pub fn in_session(self, sid: &str) -> Self {
        Self { session: Some(fingerprint(sid)), ..self }
    }

    /// The same, of a grant.
    #[must_use]
    pub fn of_grant(self, id: &GrantId) -> Self {
        Self { grant: Some(fingerprint(id.as_str())), ..self }
    }

    /// The same, with the names of what was changed.
    #[must_use]
    pub fn changing(self, members: Vec<String>) -> Self {
        Self { members, ..self }
    }
}

impl SecurityEvent {
    /// What `actor` did at `at`.
    #[must_use]
    pub fn new(sequence: u64, at: OffsetDateTime, actor: &Actor, details: EventDetails) -> Self {
        Self { sequence, at, principal: actor.principal.clone(), origin: actor.origin.clone(), details }
    }

    /// The event as the person `account` may see it, if it concerns them: what they did themselves, and what was done to
    /// them. Where somebody else did it from is not theirs to know, unless nobody knows who it was.
    #[must_use]
    pub fn as_seen_by(self, account: &AccountId) -> Option<Self> {
        let is_own_deed = self.principal.account() == Some(account);
        match &self.details.account {
            Some(concerned) if concerned != account => return None,
            None if !is_own_deed => return None,
            _ => {}
        }
        if is_own_deed || self.principal == Principal::Anonymous {
            return Some(self);
        }
        // Whoever manages people does so for the server: they are not named to those whom they manage.
        let principal = if self.principal.account().is_some() { Principal::Operator } else { self.principal };
        Some(Self { principal, origin: RequestOrigin::default(), ..self })
    }

    /// The event as JSON, for who collects events: one line, in which every character stands for itself or is escaped.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let details = &self.details;
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                members.insert(name.to_owned(), value);
            }
        };
        let principal =
            self.principal.account().map(|id| id.as_str()).or(self.principal.client_id().map(ClientId::as_str));
        let kind = self.principal.as_str();
        put("sequence", self.sequence.into());
        put("time", self.at.format(&Rfc3339).unwrap_or_default().into());
        put("event", details.kind.as_str().into());
        put("outcome", details.kind.outcome().as_str().into());
        put("reason", json!(details.reason));
        put("actor", principal.map_or_else(|| json!({"type": kind}), |id| json!({"type": kind, "id": id})));
        put("account", json!(details.account));
        put("client_id", json!(details.client_id));
        put("session", json!(details.session));
        put("grant", json!(details.grant));
        if !details.members.is_empty() {
            put("members", json!(details.members));
        }
        put("unknown_name", json!(details.unknown_name));
        put("not_written", json!(details.not_written));
        put("ip", json!(self.origin.address));
        put("device", json!(self.origin.device));
        put("request_id", json!(self.origin.request_id));
        Value::Object(members)
    }
}

impl Outcome {
    /// The name that never changes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }

    /// The outcome of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Success, Self::Failure].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

impl FromStr for EventKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|UnknownKind| serde::de::Error::custom("an event of a later version"))
    }
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("there is no event of this name")
    }
}

impl std::error::Error for UnknownKind {}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
