//! A grant: the authorization of a client by a person, or by the client's own credentials,
//! [RFC 6749 §1.3](https://www.rfc-editor.org/rfc/rfc6749#section-1.3).
//!
//! Access tokens are not stored. Their grant is stored, so that it can be revoked.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

pub use super::grant_id::{GrantId, GrantIdentity};

use super::{
    access_token::Issuance,
    authentication::Authentication,
    client::{Client, ClientId},
    named_claims::NamedClaims,
    refresh_state::RefreshState,
    resource::Audience,
    scope::Scope,
    status_list::StatusIndex,
    subject::Subject,
};
use crate::wire_names::wire_names;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    pub client_id: ClientId,
    /// A person, or the client itself.
    pub subject: Subject,
    /// The maximum scope of its tokens.
    pub scope: Scope,
    /// The maximum audience of its tokens.
    #[serde(default)]
    pub audience: Audience,
    /// How the person signed in. `None` if the client acts for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// The claims that the client requested by name and may receive.
    #[serde(default, skip_serializing_if = "NamedClaims::is_empty")]
    pub claims: NamedClaims,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When the last token of the grant has expired at the latest, if that is known.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// Until when the client may have to be notified that the person's session has ended, if it is registered for that.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[serde(rename = "told_until")]
    pub notify_logout_until: Option<OffsetDateTime>,
    /// The current refresh token, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshState>,
    /// The position of its status in the published list. Grants of earlier versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusIndex>,
    /// When and why it ended. `None` while it is valid.
    #[serde(default)]
    pub ended: Option<Ended>,
}

/// What a person permits a client to do. The rules of each grant type that involves a person create it, and the grant
/// is created from it.
#[derive(Clone, Debug)]
pub struct Permission {
    pub(in crate::oauth) client_id: ClientId,
    pub(in crate::oauth) subject: Subject,
    pub(in crate::oauth) scope: Scope,
    pub(in crate::oauth) audience: Audience,
    pub(in crate::oauth) authentication: Authentication,
    pub(in crate::oauth) claims: NamedClaims,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    pub cause: EndCause,
}

wire_names! {
    /// Why a grant ended.
    pub enum EndCause {
        /// Its authorization code was presented a second time (§4.1.2).
        CodeReplayed = "code_replayed",
        /// A refresh token was presented after it had been replaced (RFC 9700 §4.14.2).
        RefreshReplayed = "refresh_replayed",
        /// The client revoked one of its tokens (RFC 7009).
        RevokedByClient = "revoked_by_client",
        /// The person revoked it.
        RevokedByPerson = "revoked_by_person",
        /// An administrator revoked it.
        RevokedByAdministrator = "revoked_by_administrator",
        ClientDeleted = "client_deleted",
        /// The person signed out, and the grant was limited to the session.
        SignedOut = "signed_out",
    }
}

/// The state outside the grant that decides whether it may issue a token.
#[derive(Clone, Debug)]
pub struct IssuanceContext {
    /// The status of the person, if the grant has one.
    pub person: SubjectStatus,
}

/// The status of the person behind a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubjectStatus {
    /// The client acts for itself.
    NoPerson,
    /// The person exists and may sign in.
    Active(ActivePerson),
    /// The person was disabled or deleted.
    Inactive,
}

/// The properties of an active person that affect a grant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivePerson {
    pub groups: Vec<String>,
    /// When the password last changed. Earlier grants end.
    pub password_changed_at: Option<OffsetDateTime>,
    /// When the person last disconnected the client. Earlier grants end.
    pub disconnected_at: Option<OffsetDateTime>,
    /// When the person's login schedule last required a new login. Earlier grants end.
    pub scheduled_end_at: Option<OffsetDateTime>,
}

impl Permission {
    /// Creates the grant at `now`. Its access tokens have a lifetime of at most `access_tokens_live`.
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
    /// Returns the permission to issue tokens for everything that the grant allows. Only the rules of the grant types
    /// may call it.
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

    /// Returns whether the grant is limited to the session `sid`: it comes from a login of OpenID Connect without
    /// `offline_access`
    /// ([OpenID Connect Core §11](https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess)) in that
    /// session.
    #[must_use]
    pub fn ends_with_session(&self, sid: &str) -> bool {
        self.is_of_session(sid) && self.ends_with_its_session()
    }

    /// Returns whether the grant is limited to a session, whichever it is.
    #[must_use]
    pub fn ends_with_its_session(&self) -> bool {
        self.authentication.is_some() && self.scope.contains("openid") && !self.scope.contains("offline_access")
    }

    /// Returns whether the client has received an ID token for the session `sid` and therefore takes part in that
    /// session.
    #[must_use]
    pub fn takes_part_in(&self, sid: &str) -> bool {
        self.is_of_session(sid) && self.scope.contains("openid")
    }

    fn is_of_session(&self, sid: &str) -> bool {
        self.authentication.as_ref().is_some_and(|authentication| authentication.sid == sid)
    }

    /// Retains the grant for as long as the person's session can last, if `client` is registered to be notified of its
    /// end.
    #[must_use]
    pub fn retain_for_logout(self, client: &Client, session_lasts: Duration) -> Self {
        let openid = &client.metadata.openid;
        let has_address = openid.backchannel_logout_uri.is_some() || openid.frontchannel_logout_uri.is_some();
        let wants_to_be_told = has_address && self.scope.contains("openid");
        let authentication = self.authentication.as_ref().filter(|_| wants_to_be_told);
        let notify_logout_until = authentication.map(|authentication| authentication.auth_time + session_lasts);
        Self { notify_logout_until, ..self }
    }

    /// Returns when the record can be deleted, if that is known.
    #[must_use]
    pub fn forgotten_at(&self) -> Option<OffsetDateTime> {
        self.expires_at.map(|at| self.notify_logout_until.map_or(at, |notify_logout_until| notify_logout_until.max(at)))
    }

    /// Returns whether the grant has not ended.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }
}

impl IssuanceContext {
    /// Returns whether what was granted to `client` at `granted_at` may still issue tokens. Every grant type checks
    /// this before it issues a token.
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
        // What was granted at the moment of the password change belongs to the new password.
        let since_password = self.password_changed_at.is_none_or(|at| at <= granted_at);
        let since = |event: Option<OffsetDateTime>| event.is_none_or(|at| at < granted_at);
        since_password
            && since(self.disconnected_at)
            && since(self.scheduled_end_at)
            && since(client.subjects_changed_at)
            && client.admits(self.groups.iter().map(String::as_str))
    }
}

#[cfg(test)]
#[path = "grant_tests.rs"]
pub(crate) mod tests;
