//! A grant: one authorization of a client, by a person or by the client's own credentials,
//! [RFC 6749 §1.3](https://www.rfc-editor.org/rfc/rfc6749#section-1.3).
//!
//! Access tokens are not remembered; the grant that they come from is, so that it can be ended.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{client::ClientId, scope::Scope, subject::Subject};
use crate::entropy::Entropy;

/// The identifier of a grant: 128 random bits as base64url. Every access token carries it in its `jti`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrantId(String);

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
    /// When it was given.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// From when on no token of it can be alive, if that is known.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// When and why it ended, if it did.
    #[serde(default)]
    pub ended: Option<Ended>,
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
    /// The client revoked one of its tokens (RFC 7009).
    RevokedByClient,
    /// The person withdrew it.
    RevokedByPerson,
}

/// What has to be known of the world before a grant may issue a token.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The person behind it, if it is a person's.
    pub person: PersonStanding,
    /// When the person last chose a new password, which ends what was granted before.
    pub password_changed_at: Option<OffsetDateTime>,
}

/// How the person behind a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonStanding {
    /// The grant is the client's own.
    NoPerson,
    /// Exists and may sign in.
    Active,
    /// Was disabled or deleted.
    Gone,
}

impl GrantId {
    /// A new identifier.
    #[must_use]
    pub fn draw(entropy: Entropy) -> Self {
        Self(entropy.text::<16>())
    }

    /// The identifier that `jti`, an access token's identifier of ours, begins with.
    #[must_use]
    pub fn of_jti(jti: &str) -> Option<Self> {
        let (id, _) = jti.split_once('.')?;
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        (bytes.len() == 16).then(|| Self(id.to_owned()))
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

impl Grant {
    /// Whether it has not been ended.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.ended.is_none()
    }
}

impl Circumstances {
    /// The one question that every grant type asks before it issues a token: may what was granted at `granted_at` still
    /// issue one?
    #[must_use]
    pub fn may_issue(&self, granted_at: OffsetDateTime) -> bool {
        let since_password = self.password_changed_at.is_none_or(|changed_at| changed_at <= granted_at);
        match self.person {
            PersonStanding::NoPerson => true,
            PersonStanding::Active => since_password,
            PersonStanding::Gone => false,
        }
    }
}

impl fmt::Display for GrantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_grant_is_read_from_the_identifier_of_its_tokens() {
        let id = GrantId::draw(Entropy::system());
        assert_eq!(GrantId::of_jti(&id.jti(Entropy::system())), Some(id));
        assert_eq!(GrantId::of_jti("no-grant"), None);
        assert_eq!(GrantId::of_jti("short.x"), None);
    }

    #[test]
    fn a_grant_issues_while_the_person_may_sign_in_and_keeps_the_password() {
        let granted_at = datetime!(2030-01-01 00:00 UTC);
        let later = datetime!(2030-01-01 00:00:01 UTC);
        for (person, password_changed_at, expected) in [
            (PersonStanding::NoPerson, None, true),
            (PersonStanding::Active, None, true),
            (PersonStanding::Active, Some(granted_at), true),
            (PersonStanding::Active, Some(later), false),
            (PersonStanding::Gone, None, false),
        ] {
            let circumstances = Circumstances { person, password_changed_at };
            assert_eq!(circumstances.may_issue(granted_at), expected, "{circumstances:?}");
        }
    }
}
