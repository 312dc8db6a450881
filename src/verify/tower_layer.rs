//! For tower and axum: a layer that requires a valid token for every request.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderValue, Request, Response, StatusCode, header};
use tower_layer::Layer;
use tower_service::Service;

use super::{Rejection, Verifier};
use crate::oauth::scope::Scope;

/// A layer for a tree of routes. Its services run only with a valid access token of the scope, and get the
/// [`AccessClaims`](super::AccessClaims) from the extensions of the request (in axum: `Extension<AccessClaims>`).
#[derive(Clone)]
#[must_use = "give it to the router"]
pub struct RequireTokenLayer {
    verifier: Verifier,
    scope: Scope,
}

/// The service that [`RequireTokenLayer`] creates.
#[derive(Clone)]
pub struct RequireTokenService<S> {
    inner: S,
    required: RequireTokenLayer,
}

impl RequireTokenLayer {
    /// Requires a valid token, with any scope.
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier, scope: Scope::empty() }
    }

    /// Requires this scope token too.
    pub fn scope(self, token: &str) -> Self {
        Self { scope: self.scope.union(&std::iter::once(token).collect()), ..self }
    }
}

impl<S> Layer<S> for RequireTokenLayer {
    type Service = RequireTokenService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireTokenService { inner, required: self.clone() }
    }
}

impl<S, B, R> Service<Request<B>> for RequireTokenService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let RequireTokenLayer { verifier, scope } = self.required.clone();
        // The polled service is used for this call; its clone is for the next call.
        let next = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            let values: Vec<_> = request.headers().get_all(header::AUTHORIZATION).iter().cloned().collect();
            match verifier.admit(values.iter().map(HeaderValue::as_bytes), &scope).await {
                Ok(claims) => {
                    request.extensions_mut().insert(claims);
                    ready.call(request).await
                }
                Err(rejection) => Ok(response(rejection)),
            }
        })
    }
}

fn response<R: From<String>>(rejection: Rejection) -> Response<R> {
    let mut response = Response::new(R::from(rejection.body));
    *response.status_mut() = StatusCode::from_u16(rejection.status).unwrap_or(StatusCode::UNAUTHORIZED);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if let Some(challenge) = rejection.www_authenticate.and_then(|value| HeaderValue::try_from(value).ok()) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = rejection.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use super::*;
    use crate::verify::TestIssuer;

    /// A service that is never ready.
    #[derive(Clone)]
    struct Busy;

    impl Service<Request<()>> for Busy {
        type Response = Response<String>;
        type Error = ();
        type Future = Ready<Result<Response<String>, ()>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            Poll::Pending
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            ready(Err(()))
        }
    }

    #[test]
    fn a_layer_is_ready_when_what_stands_below_it_is() {
        let verifier = TestIssuer::new("https://a.example").unwrap().verifier("https://api.example").build().unwrap();
        let mut guarded = RequireTokenLayer::new(verifier).layer(Busy);
        assert!(guarded.poll_ready(&mut Context::from_waker(std::task::Waker::noop())).is_pending());
    }
}
