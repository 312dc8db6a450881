//! An extractor for poem: a handler that takes an [`Access`] runs only with a good token of the right scope.

use std::{marker::PhantomData, ops::Deref};

use poem::{
    FromRequest, Request, RequestBody, Response, Result,
    http::{HeaderValue, StatusCode, header},
};

use super::{AccessClaims, Verifier, VerifyRefusal};
use crate::oauth::{
    bearer::{self, BearerError},
    scope::Scope,
};

/// A scope that a handler needs, as a type.
///
/// ```
/// struct ReadOrders;
///
/// impl signet::verify::RequiredScope for ReadOrders {
///     const SCOPE: &'static str = "orders:read";
/// }
/// ```
pub trait RequiredScope: Send + Sync {
    /// The scope token.
    const SCOPE: &'static str;
}

/// Proof that a request carries a good access token with the scope `S`. The [`Verifier`] comes from
/// `EndpointExt::data(verifier)`.
pub struct Access<S> {
    claims: AccessClaims,
    scope: PhantomData<fn() -> S>,
}

impl<S> Deref for Access<S> {
    type Target = AccessClaims;

    fn deref(&self) -> &AccessClaims {
        &self.claims
    }
}

impl<'a, S: RequiredScope> FromRequest<'a> for Access<S> {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let unavailable = || poem::Error::from_response(unavailable());
        let verifier = request.data::<Verifier>().ok_or_else(unavailable)?;
        let values = request.headers().get_all(header::AUTHORIZATION).iter();
        let refuse = |error: &BearerError| poem::Error::from_response(challenged(error));
        let token = bearer::token(values.map(HeaderValue::as_bytes)).map_err(|error| refuse(&error))?;
        let claims = verifier.verify(token.expose()).and_then(|claims| {
            let needed: Scope = std::iter::once(S::SCOPE).collect();
            if claims.scope().covers(&needed) { Ok(claims) } else { Err(VerifyRefusal::Scope(needed)) }
        });
        match claims {
            Ok(claims) => Ok(Self { claims, scope: PhantomData }),
            Err(refusal) => {
                tracing::info!(%refusal, "access token refused");
                Err(refusal.bearer().map_or_else(unavailable, |error| refuse(&error)))
            }
        }
    }
}

/// RFC 6750 §3
fn challenged(error: &BearerError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    Response::builder()
        .status(status)
        .header(header::WWW_AUTHENTICATE, error.challenge("api"))
        .header(header::CACHE_CONTROL, "no-store")
        .body(format!("{error}\n"))
}

/// Nobody knows whether the token is good: 503, never 401.
fn unavailable() -> Response {
    Response::builder()
        .status(StatusCode::SERVICE_UNAVAILABLE)
        .header(header::RETRY_AFTER, "5")
        .body("the keys of the authorization server are not known yet\n")
}
