//! What a verified access token says.

use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use crate::{
    jose::{Claims, JwtRefusal},
    oauth::scope::Scope,
};

/// The claims of an access token that was verified. Only the rules of this module make one.
pub struct AccessClaims {
    sub: String,
    client_id: String,
    jti: String,
    scope: Scope,
    expires_at: OffsetDateTime,
    claims: Claims,
}

impl AccessClaims {
    /// Reads the claims that RFC 9068 §2.2 requires.
    pub(super) fn read(claims: Claims) -> Result<Self, JwtRefusal> {
        let scope = Scope::parse(claims.optional_text("scope")?.unwrap_or_default());
        Ok(Self {
            sub: claims.text("sub")?.to_owned(),
            client_id: claims.text("client_id")?.to_owned(),
            jti: claims.text("jti")?.to_owned(),
            scope: scope.map_err(|_| JwtRefusal::MalformedClaim("scope"))?,
            expires_at: claims.instant("exp")?,
            claims,
        })
    }

    /// Who it is about: a person (`usr_…`), or the client itself.
    #[must_use]
    pub fn sub(&self) -> &str {
        &self.sub
    }

    /// The application that received it.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Its identifier.
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.jti
    }

    /// What it allows.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// From when on it is worthless.
    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }

    /// Any other claim; `None` if it is absent or of another type.
    #[must_use]
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.claims.get(name).and_then(|value| serde_json::from_value(value.clone()).ok())
    }
}
