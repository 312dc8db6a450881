//! Access tokens as JWTs, [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068).

use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

use super::{
    client::ClientId,
    grant::GrantId,
    issuer::Issuer,
    named_claims::NamedClaims,
    resource::{Audience, Resource},
    scope::Scope,
    status_list::StatusIndex,
    subject::Subject,
};

/// Proof that a token may be issued: what the rules of one grant type made of a request.
///
/// Only those rules make one (the constructor is theirs alone), and every token is minted from one.
#[derive(Clone, Debug)]
pub struct Issuance {
    pub(in crate::oauth) grant: GrantId,
    pub(in crate::oauth) status: Option<StatusIndex>,
    pub(in crate::oauth) client_id: ClientId,
    pub(in crate::oauth) subject: Subject,
    pub(in crate::oauth) scope: Scope,
    pub(in crate::oauth) audience: Audience,
    pub(in crate::oauth) authentication: Option<Authentication>,
    pub(in crate::oauth) claims: NamedClaims,
}

/// How and when the person signed in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Authentication {
    /// When the person last proved who they are: `auth_time`.
    #[serde(with = "time::serde::rfc3339")]
    pub auth_time: OffsetDateTime,
    /// How: the values of `amr`, RFC 8176.
    pub amr: Vec<String>,
    /// The session's public identifier: `sid`.
    pub sid: String,
}

impl Issuance {
    /// The grant that the token belongs to.
    #[must_use]
    pub fn grant(&self) -> &GrantId {
        &self.grant
    }

    /// Where the status of the grant is published.
    #[must_use]
    pub fn status(&self) -> Option<StatusIndex> {
        self.status
    }

    /// The client that receives it.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Whom it is about.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What it allows.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// For whom it is.
    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// How the person signed in, if a person did.
    #[must_use]
    pub fn authentication(&self) -> Option<&Authentication> {
        self.authentication.as_ref()
    }

    /// What the client may know of the person because it asked for it by name.
    #[must_use]
    pub fn named_claims(&self) -> &NamedClaims {
        &self.claims
    }

    /// The claims of the access token (§2.2), issued at `now` under the identifier `jti`.
    ///
    /// `lifetime` is how long it lives if `resource` does not say otherwise. All instants are whole seconds: common
    /// verifiers refuse a fraction.
    #[must_use]
    pub fn claims(&self, terms: &Terms<'_>, jti: &str, now: OffsetDateTime) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("iss".to_owned(), terms.issuer.as_str().into());
        claims.insert("sub".to_owned(), terms.client_subject.as_str().into());
        claims.insert("aud".to_owned(), self.audience.to_claim());
        claims.insert("exp".to_owned(), (now + terms.lifetime(now)).unix_timestamp().into());
        claims.insert("iat".to_owned(), now.unix_timestamp().into());
        claims.insert("jti".to_owned(), jti.into());
        claims.insert("client_id".to_owned(), self.client_id.as_str().into());
        claims.insert("scope".to_owned(), self.scope.to_string().into());
        if let Some(authentication) = &self.authentication {
            claims.insert("auth_time".to_owned(), authentication.auth_time.unix_timestamp().into());
            claims.insert("amr".to_owned(), authentication.amr.clone().into());
        }
        // draft-ietf-oauth-status-list §6.2
        if let Some(status) = self.status {
            claims.insert("status".to_owned(), status.claim(terms.issuer));
        }
        claims
    }
}

/// On which terms access tokens are issued.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// By whom.
    pub issuer: &'a Issuer,
    /// As whom the client knows the subject, which is what it can read in the token.
    pub client_subject: &'a Subject,
    /// For which resource.
    pub resource: &'a Resource,
    /// How long they live unless the resource says otherwise.
    pub default_lifetime: Duration,
    /// By when they have to expire at the latest, because the person's refresh schedule says so.
    pub expires_by: Option<OffsetDateTime>,
}

impl Terms<'_> {
    /// How long the access token that is issued at `now` lives: `expires_in`.
    #[must_use]
    pub fn lifetime(&self, now: OffsetDateTime) -> Duration {
        let lifetime = self.resource.access_token_lifetime.unwrap_or(self.default_lifetime);
        self.expires_by.map_or(lifetime, |at| lifetime.min(at - now))
    }
}

/// No access token may be configured to live longer than this.
pub const LONGEST_LIFETIME: Duration = Duration::DAY;
