//! Authorizes a request by its `Authorization` header, or produces the error response of
//! [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3), for any framework.

use std::fmt;

use super::{AccessClaims, Verifier, VerifyRefusal};
use crate::oauth::{
    bearer::{self, BearerError},
    scope::Scope,
};

/// The response to a request without a valid token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The HTTP status: 400, 401, 403 or 503.
    pub status: u16,
    /// The value of `WWW-Authenticate`, unless the status is 503.
    pub www_authenticate: Option<String>,
    /// The value of `Retry-After` in seconds, if the status is 503. The verifier then cannot tell whether the token is
    /// valid; a 401 would make the client discard it.
    pub retry_after: Option<u32>,
    /// A one-line message for the developer of the client.
    pub body: String,
}

impl Verifier {
    /// Authorizes a request by the values of its `Authorization` header. The token must have all of `scope`.
    ///
    /// # Errors
    ///
    /// Returns the [`Rejection`] to send. Its cause is logged.
    pub async fn admit<'a>(
        &self,
        authorization: impl Iterator<Item = &'a [u8]>,
        scope: &Scope,
    ) -> Result<AccessClaims, Rejection> {
        let token = bearer::token(authorization).map_err(|error| self.rejection(&error))?;
        let verified = self.verify_fresh(token.expose()).await;
        let covered = verified.and_then(|claims| {
            if claims.scope().covers(scope) { Ok(claims) } else { Err(VerifyRefusal::Scope(scope.clone())) }
        });
        covered.map_err(|refusal| {
            tracing::info!(code = refusal.code(), %refusal, "access token rejected");
            refusal.bearer().map_or_else(Rejection::unavailable, |error| self.rejection(&error))
        })
    }

    fn rejection(&self, error: &BearerError) -> Rejection {
        Rejection {
            status: error.status(),
            www_authenticate: Some(self.challenge(error)),
            retry_after: None,
            body: format!("{error}\n"),
        }
    }
}

impl Rejection {
    /// Returns the response if the token cannot be verified now.
    pub(super) fn unavailable() -> Self {
        Self {
            status: 503,
            www_authenticate: None,
            retry_after: Some(5),
            body: "the access token cannot be verified at the moment\n".to_owned(),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.body.trim_end())
    }
}

impl std::error::Error for Rejection {}
