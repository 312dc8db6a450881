//! Security events.

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

/// Declares the kinds of events with the names under which they are stored and returned. The names never change.
macro_rules! event_kinds {
    ($($(#[$about:meta])* $kind:ident = $name:literal is $outcome:ident,)*) => {
        /// The kind of a security event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind { $($(#[$about])* $kind,)* }

        impl EventKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The stable name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// Whether the operation succeeded or was refused.
            #[must_use]
            pub fn outcome(self) -> Outcome {
                match self { $(Self::$kind => Outcome::$outcome,)* }
            }
        }
    };
}

event_kinds! {
    /// A user signed in.
    LoginSucceeded = "login_succeeded" is Success,
    /// A wrong username or password was entered, or the account is disabled.
    LoginFailed = "login_failed" is Failure,
    /// A password was not checked because there were too many attempts.
    LoginThrottled = "login_throttled" is Failure,
    /// A user signed out.
    LoggedOut = "logged_out" is Success,
    /// A session was ended from elsewhere.
    SessionEnded = "session_ended" is Success,
    /// An account was created.
    AccountCreated = "account_created" is Success,
    /// An account was deleted.
    AccountDeleted = "account_deleted" is Success,
    /// An account was disabled.
    AccountDisabled = "account_disabled" is Success,
    /// An account was enabled.
    AccountEnabled = "account_enabled" is Success,
    /// Failed password attempts for an account were reset.
    AccountUnlocked = "account_unlocked" is Success,
    /// A password was set.
    PasswordChanged = "password_changed" is Success,
    /// A password reset link was created.
    PasswordResetCreated = "password_reset_created" is Success,
    /// A password reset link was deleted.
    PasswordResetWithdrawn = "password_reset_withdrawn" is Success,
    /// A user changed their own profile.
    ProfileChanged = "profile_changed" is Success,
    /// Another user changed an account.
    PersonChanged = "person_changed" is Success,
    /// A user consented to an application.
    ConsentGranted = "consent_granted" is Success,
    /// A user disconnected an application.
    ApplicationDisconnected = "application_disconnected" is Success,
    /// A grant ended before its expiry.
    GrantRevoked = "grant_revoked" is Success,
    /// A refresh schedule was set or removed.
    RefreshScheduleChanged = "refresh_schedule_changed" is Success,
    /// An attempt to redeem an authorization code failed, which invalidated the code.
    CodeRefused = "code_refused" is Failure,
    /// An authorization code was replayed, which ended its grant.
    CodeReplayed = "code_replayed" is Failure,
    /// A refresh token was presented after its successor, which ended its grant.
    RefreshTokenReplayed = "refresh_token_replayed" is Failure,
    /// Client authentication failed.
    ClientAuthenticationFailed = "client_authentication_failed" is Failure,
    /// A user approved a device.
    DeviceApproved = "device_approved" is Success,
    /// A user denied a device.
    DeviceDenied = "device_denied" is Success,
    /// A client was registered.
    ClientCreated = "client_created" is Success,
    /// The registration of a client was changed.
    ClientChanged = "client_changed" is Success,
    /// A client was deleted.
    ClientDeleted = "client_deleted" is Success,
    /// A client was disabled.
    ClientDisabled = "client_disabled" is Success,
    /// A client was enabled.
    ClientEnabled = "client_enabled" is Success,
    /// A client secret was added.
    SecretAdded = "secret_added" is Success,
    /// A client secret was removed.
    SecretRemoved = "secret_removed" is Success,
    /// An invitation was created.
    InvitationCreated = "invitation_created" is Success,
    /// An invitation was deleted.
    InvitationWithdrawn = "invitation_withdrawn" is Success,
    /// An invitation was used.
    InvitationUsed = "invitation_used" is Success,
    /// A link for creating the first administrator was created.
    SetupLinkCreated = "setup_link_created" is Success,
    /// The signing keys were rotated.
    KeyRotated = "key_rotated" is Success,
    /// Every key was replaced because of a possible compromise.
    KeyEmergency = "key_emergency" is Success,
    /// The server was started.
    ServerStarted = "server_started" is Success,
    /// A rollback of the database was accepted.
    RollbackAccepted = "rollback_accepted" is Success,
    /// Failure events of several kinds were not written individually, only their number.
    FailuresNotWritten = "failures_not_written" is Failure,
}

/// Whether an operation succeeded or was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Failure,
}

/// The text is not the name of an event kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

/// What happened, and the user and client it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDetails {
    pub kind: EventKind,
    /// The reason, as a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The user that the event concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The client that the event concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// The [fingerprint] of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The [fingerprint] of the grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
    /// The names of the changed members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// A keyed hash of an entered name without an account. It may be a password typed into the wrong field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_name: Option<String>,
    /// Number of further identical events that were not stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_written: Option<u64>,
}

/// A security event as created by the store: details, time, actor and origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// Increases from event to event. It is about the microseconds since 1970, so it stays below 2^53 until the year
    /// 2255.
    pub sequence: u64,
    /// The time of the event, in UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    #[serde(rename = "actor")]
    pub principal: Principal,
    #[serde(rename = "requester", default)]
    pub origin: RequestOrigin,
    #[serde(flatten)]
    pub details: EventDetails,
}

/// The identifier of a session or a grant in events: 96 bits of the hash of its secret identifier. It gives no
/// access.
#[must_use]
pub fn fingerprint(identifier: &str) -> String {
    Digest::of(identifier).as_str().chars().take(16).collect()
}

impl EventDetails {
    /// Creates the details of an event of this kind.
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

    /// Adds a reason, which must be a stable code.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    /// Adds the user that the event concerns.
    #[must_use]
    pub fn about(self, account: &AccountId) -> Self {
        Self { account: Some(account.clone()), ..self }
    }

    /// Adds the user with the subject `subject`, if it is a user.
    #[must_use]
    pub fn about_subject(self, subject: &Subject) -> Self {
        Self { account: AccountId::parse(subject.as_str()).ok(), ..self }
    }

    /// Adds the client that the event concerns.
    #[must_use]
    pub fn with_client(self, client_id: &ClientId) -> Self {
        Self { client_id: Some(client_id.clone()), ..self }
    }

    /// Adds the session `sid`.
    #[must_use]
    pub fn in_session(self, sid: &str) -> Self {
        Self { session: Some(fingerprint(sid)), ..self }
    }

    /// Adds a grant.
    #[must_use]
    pub fn of_grant(self, id: &GrantId) -> Self {
        Self { grant: Some(fingerprint(id.as_str())), ..self }
    }

    /// Adds the names of the changed members.
    #[must_use]
    pub fn changing(self, members: Vec<String>) -> Self {
        Self { members, ..self }
    }
}

impl SecurityEvent {
    /// Creates the event of `details`, caused by `actor` at `at`.
    #[must_use]
    pub fn new(sequence: u64, at: OffsetDateTime, actor: &Actor, details: EventDetails) -> Self {
        Self { sequence, at, principal: actor.principal.clone(), origin: actor.origin.clone(), details }
    }

    /// The event as shown to the user `account`, if it concerns them: their own actions, and the actions of others on
    /// their account. The origin of another user's request is removed, unless the actor is unknown.
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
        // Administrators act on behalf of the server, so they are not named to the users they manage.
        let principal = if self.principal.account().is_some() { Principal::Operator } else { self.principal };
        Some(Self { principal, origin: RequestOrigin::default(), ..self })
    }

    /// The event as JSON for event collectors: a single line without unescaped control characters.
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
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }

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
