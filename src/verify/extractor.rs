//! For poem: a handler with an [`Access`] argument, or an endpoint inside a [`RequireToken`], runs only with a valid
//! token of the required scope.

use std::{marker::PhantomData, ops::Deref};

use poem::{
    Endpoint, FromRequest, IntoResponse, Middleware, Request, RequestBody, Response, Result,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};

use super::{AccessClaims, Rejection, Verifier};
use crate::oauth::scope::Scope;

/// The scope that a handler requires, as a type.
///
/// ```
/// struct ReadOrders;
///
/// impl signet::verify::RequiredScope for ReadOrders {
///     const SCOPE: &'static str = "orders:read";
/// }
/// ```
pub trait RequiredScope: Send + Sync {
    /// The required scope tokens, separated by spaces. All are required.
    const SCOPE: &'static str;
}

/// Proof that a request has a valid access token with the scope `S`. The [`Verifier`] comes from
/// `EndpointExt::data(verifier)`.
pub struct Access<S> {
    claims: AccessClaims,
    scope: PhantomData<fn() -> S>,
}

/// A middleware for a tree of routes. Its endpoints run only with a valid access token of the scope, and get the claims
/// with `Data<&AccessClaims>`.
#[derive(Clone)]
#[must_use = "give it to `EndpointExt::with`"]
pub struct RequireToken {
    verifier: Verifier,
    scope: Scope,
}

/// The endpoint that [`RequireToken`] creates.
pub struct Guarded<E> {
    endpoint: E,
    required: RequireToken,
}

/// An endpoint that serves the metadata of the API (RFC 9728). Mount it at [`Verifier::metadata_path`].
#[derive(Clone)]
pub struct MetadataEndpoint(Verifier);

impl<S> Deref for Access<S> {
    type Target = AccessClaims;

    fn deref(&self) -> &AccessClaims {
        &self.claims
    }
}

impl<'a, S: RequiredScope> FromRequest<'a> for Access<S> {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let claims = admit_with::<S>(request).await?;
        Ok(Self { claims, scope: PhantomData })
    }
}

impl RequireToken {
    /// Requires a valid token, with any scope.
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier, scope: Scope::empty() }
    }

    /// Requires this scope token too.
    pub fn scope(self, token: &str) -> Self {
        Self { scope: self.scope.union(&std::iter::once(token).collect()), ..self }
    }
}

impl<E: Endpoint> Middleware<E> for RequireToken {
    type Output = Guarded<E>;

    fn transform(&self, endpoint: E) -> Guarded<E> {
        Guarded { endpoint, required: self.clone() }
    }
}

impl<E: Endpoint> Endpoint for Guarded<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<E::Output> {
        let claims = admit(&self.required.verifier, request.headers(), &self.required.scope).await?;
        request.extensions_mut().insert(claims);
        self.endpoint.call(request).await
    }
}

impl MetadataEndpoint {
    /// Creates the endpoint for the API of `verifier`.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self(verifier)
    }
}

impl Endpoint for MetadataEndpoint {
    type Output = Response;

    async fn call(&self, _request: Request) -> Result<Response> {
        let Some(document) = self.0.metadata() else { return Ok(StatusCode::NOT_FOUND.into_response()) };
        let document = poem::web::Json(document).into_response();
        // Browser applications read it from another origin.
        Ok(document.with_header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*").into_response())
    }
}

/// Authorizes `request` with the verifier in its data and the scope `S`.
pub(super) async fn admit_with<S: RequiredScope>(request: &Request) -> Result<AccessClaims> {
    let Some(verifier) = request.data::<Verifier>() else {
        tracing::error!("no verifier: the route lacks .data(verifier)");
        return Err(poem::Error::from_response(response(Rejection::unavailable())));
    };
    admit(verifier, request.headers(), &S::SCOPE.split(' ').collect()).await
}

async fn admit(verifier: &Verifier, headers: &HeaderMap, scope: &Scope) -> Result<AccessClaims> {
    let values = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
    verifier.admit(values, scope).await.map_err(|rejection| poem::Error::from_response(response(rejection)))
}

fn response(rejection: Rejection) -> Response {
    let status = StatusCode::from_u16(rejection.status).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = Response::builder().status(status).header(header::CACHE_CONTROL, "no-store");
    if let Some(challenge) = rejection.www_authenticate {
        response = response.header(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = rejection.retry_after {
        response = response.header(header::RETRY_AFTER, seconds);
    }
    response.body(rejection.body)
}
