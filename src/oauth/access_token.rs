//! Access tokens as JWTs, [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068).

use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

pub use super::authentication::Authentication;

use super::{
    client_id::ClientId,
    grant_id::GrantId,
    issuer::Issuer,
    named_claims::NamedClaims,
    resource::{Audience, Resource},
    scope::Scope,
    status_list::StatusIndex,
    subject::Subject,
};

/// Proof that a token may be issued.
///
/// Only the rules of the grant types construct it, and every token is issued from one.
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

impl Issuance {
    #[must_use]
    pub fn grant(&self) -> &GrantId {
        &self.grant
    }

    /// Returns the position of the grant in the published status list.
    #[must_use]
    pub fn status(&self) -> Option<StatusIndex> {
        self.status
    }

    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Returns how the person signed in. `None` if the client acts for itself.
    #[must_use]
    pub fn authentication(&self) -> Option<&Authentication> {
        self.authentication.as_ref()
    }

    /// Returns the claims that the client requested by name and may receive.
    #[must_use]
    pub fn named_claims(&self) -> &NamedClaims {
        &self.claims
    }

    /// Returns the claims of the access token (§2.2), issued at `now` with the identifier `jti`.
    ///
    /// All instants are whole seconds because common verifiers reject fractions.
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

/// The conditions under which an access token is issued.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    pub issuer: &'a Issuer,
    /// The subject under which the client knows the person, which is the `sub` of the token.
    pub client_subject: &'a Subject,
    pub resource: &'a Resource,
    /// The lifetime if the resource does not set one.
    pub default_lifetime: Duration,
    /// The latest expiry that the person's refresh schedule allows.
    pub expires_by: Option<OffsetDateTime>,
}

impl Terms<'_> {
    /// Returns the lifetime of an access token issued at `now`: `expires_in`.
    #[must_use]
    pub fn lifetime(&self, now: OffsetDateTime) -> Duration {
        let lifetime = self.resource.access_token_lifetime.unwrap_or(self.default_lifetime);
        self.expires_by.map_or(lifetime, |at| lifetime.min(at - now))
    }
}

/// The longest configurable lifetime of an access token.
pub const LONGEST_LIFETIME: Duration = Duration::DAY;
