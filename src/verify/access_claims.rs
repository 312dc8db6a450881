//! The claims of a verified access token.

use std::{fmt, sync::Arc};

use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use url::Url;

use super::status_list_token::StatusReference;
use crate::{
    jose::{Claims, JwtRefusal},
    oauth::scope::Scope,
};

/// The claims of a verified access token. Only the rules of this module construct one; clones share the claims.
#[derive(Clone)]
pub struct AccessClaims(Arc<Inner>);

struct Inner {
    sub: String,
    client_id: String,
    jti: String,
    scope: Scope,
    issued_at: OffsetDateTime,
    not_before: OffsetDateTime,
    expires_at: OffsetDateTime,
    auth_time: Option<OffsetDateTime>,
    status: Option<StatusReference>,
    claims: Claims,
}

impl AccessClaims {
    /// Reads the claims of a token of `issuer`: those that RFC 9068 §2.2 requires, and the optional ones that it
    /// defines.
    pub(super) fn read(claims: Claims, issuer: &Url) -> Result<Self, JwtRefusal> {
        let scope = Scope::parse(claims.optional_text("scope")?.unwrap_or_default());
        let issued_at = claims.instant("iat")?;
        Ok(Self(Arc::new(Inner {
            sub: filled(&claims, "sub")?,
            client_id: filled(&claims, "client_id")?,
            jti: filled(&claims, "jti")?,
            scope: scope.map_err(|_| JwtRefusal::MalformedClaim("scope"))?,
            issued_at,
            not_before: claims.optional_instant("nbf")?.unwrap_or(issued_at),
            expires_at: claims.instant("exp")?,
            auth_time: claims.optional_instant("auth_time")?,
            status: StatusReference::read(&claims, issuer)?,
            claims,
        })))
    }

    /// Returns the subject: a person (`usr_…`), or the client itself.
    #[must_use]
    pub fn sub(&self) -> &str {
        &self.0.sub
    }

    /// Returns the identifier of the client that the token was issued to.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// Returns the unique identifier of the token.
    #[must_use]
    pub fn jti(&self) -> &str {
        &self.0.jti
    }

    /// Returns the scope of the token.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// Returns when the token was issued.
    #[must_use]
    pub fn issued_at(&self) -> OffsetDateTime {
        self.0.issued_at
    }

    /// Returns when the token expires.
    #[must_use]
    pub fn expires_at(&self) -> OffsetDateTime {
        self.0.expires_at
    }

    /// Returns when the person last authenticated, if the token contains it.
    #[must_use]
    pub fn auth_time(&self) -> Option<OffsetDateTime> {
        self.0.auth_time
    }

    /// Returns any other claim, or `None` if it is missing or of another type.
    #[must_use]
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.0.claims.get(name).and_then(|value| T::deserialize(value).ok())
    }

    /// Deserializes all claims into your type.
    ///
    /// # Errors
    ///
    /// Returns an error if the claims do not match the type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(self.0.claims.as_map().clone().into())
    }

    pub(super) fn not_before(&self) -> OffsetDateTime {
        self.0.not_before
    }

    pub(super) fn status(&self) -> Option<&StatusReference> {
        self.0.status.as_ref()
    }
}

// The claims contain personal data, so they are not printed.
impl fmt::Debug for AccessClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("AccessClaims");
        fields.field("jti", &self.0.jti).field("expires_at", &self.0.expires_at).finish_non_exhaustive()
    }
}

fn filled(claims: &Claims, name: &'static str) -> Result<String, JwtRefusal> {
    let text = claims.text(name)?;
    if text.is_empty() { Err(JwtRefusal::MalformedClaim(name)) } else { Ok(text.to_owned()) }
}
