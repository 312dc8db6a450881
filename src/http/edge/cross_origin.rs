//! Which paths scripts of any page may call, [CORS](https://fetch.spec.whatwg.org/#http-cors-protocol).
//!
//! `*` without credentials: no cookie is sent, so nothing is answered that the script could not have fetched from a
//! server of its own. Pages and everything that a cookie opens are never named here.

use std::sync::Arc;

use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
};

/// The paths that any origin may call, and how.
#[derive(Clone, Debug, Default)]
pub struct PublicPaths(Arc<Vec<(String, HeaderValue)>>);

impl PublicPaths {
    /// No path.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same paths and `path`, called with `methods` (such as `GET` or `GET, POST`). A path that ends in `/` stands
    /// for everything below it.
    #[must_use]
    pub fn with(mut self, path: &str, methods: &'static str) -> Self {
        Arc::make_mut(&mut self.0).push((path.to_owned(), HeaderValue::from_static(methods)));
        self
    }

    fn methods_at(&self, path: &str) -> Option<&HeaderValue> {
        let names = |named: &str| path == named || (named.ends_with('/') && path.starts_with(named));
        self.0.iter().find(|(named, _)| names(named)).map(|(_, methods)| methods)
    }
}

impl<E: Endpoint> Middleware<E> for PublicPaths {
    type Output = PublicPathsEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        PublicPathsEndpoint { paths: self.clone(), inner }
    }
}

/// Answers preflights and adds the CORS headers on [`PublicPaths`], and only there.
pub struct PublicPathsEndpoint<E> {
    paths: PublicPaths,
    inner: E,
}

impl<E: Endpoint> Endpoint for PublicPathsEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let Some(methods) = self.paths.methods_at(request.uri().path()) else {
            return self.inner.call(request).await.map(IntoResponse::into_response);
        };
        if request.method() == Method::OPTIONS {
            return Ok(preflight(methods));
        }
        let mut answer = self.inner.call(request).await?.into_response();
        allow_any_origin(answer.headers_mut());
        Ok(answer)
    }
}

fn preflight(methods: &HeaderValue) -> Response {
    let mut answer = Response::builder().status(StatusCode::NO_CONTENT).finish();
    let headers = answer.headers_mut();
    allow_any_origin(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods.clone());
    // `Authorization` is not covered by `*`: Fetch §4.9, CORS-non-wildcard request-header name.
    let allowed = HeaderValue::from_static("authorization, content-type, dpop");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    answer
}

fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("dpop-nonce, retry-after, www-authenticate, x-request-id");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

#[cfg(test)]
mod tests {
    use poem::{EndpointExt, endpoint::make_sync, test::TestClient};

    use super::*;

    fn client() -> TestClient<impl Endpoint> {
        let paths = PublicPaths::new().with("/jwks.json", "GET").with("/status/", "GET").with("/token", "POST");
        TestClient::new(make_sync(|request: Request| request.method().to_string()).with(paths))
    }

    #[tokio::test]
    async fn a_public_path_is_open_to_any_origin_without_credentials() {
        for path in ["/jwks.json", "/status/7"] {
            let answer = client().get(path).header("origin", "https://app.example").send().await;
            answer.assert_header("access-control-allow-origin", "*");
            answer.assert_header_is_not_exist("access-control-allow-credentials");
            answer.assert_text("GET").await;
        }
    }

    #[tokio::test]
    async fn no_other_path_is() {
        for path in ["/login", "/authorize", "/jwks.json/x", "/status", "/tokens"] {
            for method in [Method::GET, Method::OPTIONS] {
                let answer =
                    client().request(method.clone(), path).header("origin", "https://app.example").send().await;
                answer.assert_header_is_not_exist("access-control-allow-origin");
                answer.assert_text(method.as_str()).await;
            }
        }
    }

    #[tokio::test]
    async fn a_preflight_is_answered_without_the_endpoint() {
        let request = client();
        let request = request.request(Method::OPTIONS, "/token").header("access-control-request-method", "POST");
        let answer = request.header("origin", "https://app.example").send().await;
        answer.assert_status(StatusCode::NO_CONTENT);
        answer.assert_header("access-control-allow-origin", "*");
        answer.assert_header("access-control-allow-methods", "POST");
        answer.assert_header("access-control-allow-headers", "authorization, content-type, dpop");
    }
}
