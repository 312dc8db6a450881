//! A grant: one authorization of a client, by a person or by the client's own credentials,
//! [RFC 6749 §1.3](https://www.rfc-editor.org/rfc/rfc6749#section-1.3).
//!
//! Access tokens are not remembered; the grant that they come from is, so that it can be ended.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    access_token::{Authentication, Issuance},
    client::{Client, ClientId},
    named_claims::NamedClaims,
    refresh_token::RefreshState,
    resource::Audience,
    scope::Scope,
    status_list::StatusIndex,
    subject::Subject,
};
use crate::entropy::Entropy;

/// The identifier of a grant: 128 random bits as base64url. Every access token carries it in its `jti`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrantId(String);

/// What tells a new grant from all others.
#[derive(Clone, Debug)]
pub struct GrantIdentity {
    /// Its identifier.
    pub id: GrantId,
    /// Where its status will be published, if it will.
    pub status: Option<StatusIndex>,
}

/// A grant as it is remembered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// Its identifier.
    pub id: GrantId,
    /// Who may act.
    pub client_id: ClientId,
    /// For whom: a person, or the client itself.
    pub subject: Subject,
    /// What it may do at most.
    pub scope: Scope,
    /// Where it may do so at most.
    #[serde(default)]
    pub audience: Audience,
    /// How and when the person signed in, if a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// What the client may know of the person because it asked for it by name.
    #[serde(default, skip_serializing_if = "NamedClaims::is_empty")]
    pub claims: NamedClaims,
    /// When it was given.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// From when on no token of it can be alive, if that is known.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// Until when the client can have to be told that the session of the person has ended, if it wants to be told.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[serde(rename = "told_until")]
    pub notify_logout_until: Option<OffsetDateTime>,
    /// The one refresh token that is good, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshState>,
    /// Where its status is published. The grants of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusIndex>,
    /// When and why it ended, if it did.
    #[serde(default)]
    pub ended: Option<Ended>,
}

/// What a person lets a client do: what the rules of each grant type that needs a person make, and from which the grant
/// begins.
#[derive(Clone, Debug)]
pub struct Permission {
    pub(in crate::oauth) client_id: ClientId,
    pub(in crate::oauth) subject: Subject,
    pub(in crate::oauth) scope: Scope,
    pub(in crate::oauth) audience: Audience,
    pub(in crate::oauth) authentication: Authentication,
    pub(in crate::oauth) claims: NamedClaims,
}

/// When and why a grant ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Why.
    pub cause: EndCause,
}

/// Why a grant ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// Its authorization code was presented a second time (§4.1.2).
    CodeReplayed,
    /// A refresh token was presented after its successor (RFC 9700 §4.14.2).
    RefreshReplayed,
    /// The client revoked one of its tokens (RFC 7009).
    RevokedByClient,
    /// The person withdrew it.
    RevokedByPerson,
    /// An administrator withdrew it.
    RevokedByAdministrator,
    /// The client was deleted.
    ClientDeleted,
    /// The person signed out, and it was for as long as the person was signed in.
    SignedOut,
}

impl EndCause {
    /// The cause in a word that stays the same.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CodeReplayed => "code_replayed",
            Self::RefreshReplayed => "refresh_replayed",
            Self::RevokedByClient => "revoked_by_client",
            Self::RevokedByPerson => "revoked_by_person",
            Self::RevokedByAdministrator => "revoked_by_administrator",
            Self::ClientDeleted => "client_deleted",
            Self::SignedOut => "signed_out",
        }
    }
}

/// What has to be known of the world before a grant may issue a token.
#[derive(Clone, Debug)]
pub struct IssuanceContext {
    /// The person behind it, if it is a person's.
    pub person: SubjectStatus,
}

/// How the person behind a grant stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectStatus {
    /// The grant is the client's own.
    NoPerson,
    /// Exists and may sign in.
    Active(ActivePerson),
    /// Was disabled or deleted.
    Inactive,
}

/// What of a person who may sign in decides over a grant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivePerson {
    /// The groups that the person is in.
    pub groups: Vec<String>,
    /// When the person last chose a new password, which ends what was granted before.
    pub password_changed_at: Option<OffsetDateTime>,
    /// When the person last disconnected the client, which ends what was granted before.
    pub disconnected_at: Option<OffsetDateTime>,
    /// When the person's schedule last asked for a new login, which ends what was granted before.
    pub scheduled_end_at: Option<OffsetDateTime>,
}

impl GrantId {
    /// A new identifier.
    #[must_use]
    pub fn generate(entropy: Entropy) -> Self {
        Self(entropy.text::<16>())
    }

    /// The identifier of these bytes.
    #[must_use]
    pub(in crate::oauth) fn from_bytes(bytes: &[u8; 16]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The 16 bytes of the identifier.
    pub(in crate::oauth) fn to_bytes(&self) -> Option<[u8; 16]> {
        URL_SAFE_NO_PAD.decode(&self.0).ok()?.try_into().ok()
    }

    /// The identifier that `text` is, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(text.to_owned());
        id.to_bytes().filter(|bytes| Self::from_bytes(bytes) == id).map(|_| id)
    }

    /// The identifier that `jti`, an access token's identifier of ours, begins with.
    #[must_use]
    pub fn of_jti(jti: &str) -> Option<Self> {
        Self::parse(jti.split_once('.')?.0)
    }

    /// The identifier of a new access token of this grant.
    #[must_use]
    pub fn jti(&self, entropy: Entropy) -> String {
        format!("{}.{}", self.0, entropy.text::<12>())
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Permission {
    /// The grant that begins with it at `now`; of its access tokens none lives longer than `access_tokens_live`.
    pub(in crate::oauth) fn begin(
        self,
        identity: GrantIdentity,
        access_tokens_live: Duration,
        now: OffsetDateTime,
    ) -> Grant {
        Grant {
            id: identity.id,
            client_id: self.client_id,
            subject: self.subject,
            scope: self.scope,
            audience: self.audience,
            authentication: Some(self.authentication),
            claims: self.claims,
            created_at: now,
            expires_at: Some(now + access_tokens_live),
            notify_logout_until: None,
            refresh_token: None,
            status: identity.status,
            ended: None,
        }
    }
}

impl Grant {
    /// The right to mint tokens of all that it allows. Only the rules of the grant types may ask for it.
    pub(in crate::oauth) fn issuance(&self) -> Issuance {
        Issuance {
            grant: self.id.clone(),
            status: self.status,
            client_id: self.client_id.clone(),
            subject: self.subject.clone(),
            scope: self.scope.clone(),
            audience: self.audience.clone(),
            authentication: self.authentication.clone(),
            claims: self.claims.clone(),
        }
    }

    /// Whether it was given for as long as the person is signed in: a login of OpenID Connect without `offline_access`
    /// ([OpenID Connect Core §11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)) in the session
    /// `sid`.
    #[must_use]
    pub fn ends_with_session(&self, sid: &str) -> bool {
        self.is_of_session(sid) && self.ends_with_its_session()
    }

    /// Whether it was given for as long as the person is signed in, in whichever session.
    #[must_use]
    pub fn ends_with_its_session(&self) -> bool {
        self.authentication.is_some() && self.scope.contains("openid") && !self.scope.contains("offline_access")
    }

    /// Whether the client has learnt by an ID token that the person signed in in the session `sid`, so that it has taken
    /// part in that session.
    #[must_use]
    pub fn takes_part_in(&self, sid: &str) -> bool {
        self.is_of_session(sid) && self.scope.contains("openid")
    }

    fn is_of_session(&self, sid: &str) -> bool {
        self.authentication.as_ref().is_some_and(|authentication| authentication.sid == sid)
    }

    /// The grant, remembered for as long as the person may stay signed in if `client` wants to be told when that ends:
    /// so long a session lasts at most.
    #[must_use]
    pub fn retain_for_logout(self, client: &Client, session_lasts: Duration) -> Self {
        let openid = &client.metadata.openid;
        let has_address = openid.backchannel_logout_uri.is_some() || openid.frontchannel_logout_uri.is_some();
        let wants_to_be_told = has_address && self.scope.contains("openid");
        let authentication = self.authentication.as_ref().filter(|_| wants_to_be_told);
        let notify_logout_until = authentication.map(|authentication| authentication.auth_time + session_lasts);
        Self { notify_logout_until, ..self }
    }

    /// From when on it need not be remembered, if that is known.
    #[must_use]
    pub fn forgotten_at(&self) -> Option<OffsetDateTime> {
        self.expires_at.map(|at| self.notify_logout_until.map_or(at, |notify_logout_until| notify_logout_until.max(at)))
    }

    /// Whether it has not been ended.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }
}

impl IssuanceContext {
    /// The one question that every grant type asks before it issues a token: may what was granted to `client` at
    /// `granted_at` still issue one?
    #[must_use]
    pub fn may_issue(&self, client: &Client, granted_at: OffsetDateTime) -> bool {
        !client.is_disabled
            && match &self.person {
                SubjectStatus::NoPerson => true,
                SubjectStatus::Active(person) => person.stands_by(client, granted_at),
                SubjectStatus::Inactive => false,
            }
    }
}

impl ActivePerson {
    fn stands_by(&self, client: &Client, granted_at: OffsetDateTime) -> bool {
        // What was granted with the password that was just chosen is the new password's.
        let since_password = self.password_changed_at.is_none_or(|at| at <= granted_at);
        let since = |event: Option<OffsetDateTime>| event.is_none_or(|at| at < granted_at);
        since_password
            && since(self.disconnected_at)
            && since(self.scheduled_end_at)
            && since(client.subjects_changed_at)
            && client.admits(self.groups.iter().map(String::as_str))
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
#[path = "grant_tests.rs"]
pub(crate) mod tests;
