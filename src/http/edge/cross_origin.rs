//! The paths that scripts of any origin may call: [CORS](https://fetch.spec.whatwg.org/#http-cors-protocol).
//!
//! `*` is sent without credentials: no cookie is sent, so the script learns nothing that its own server could not have
//! fetched. Pages and everything that depends on a cookie are never listed.

use std::sync::Arc;

use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
};

/// The paths that any origin may call, with their methods.
#[derive(Clone, Debug, Default)]
pub struct PublicPaths(Arc<Vec<(String, HeaderValue)>>);

impl PublicPaths {
    /// Creates an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `path` with its `methods` (such as `GET` or `GET, POST`). A path that ends in `/` also covers everything
    /// below it.
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

/// Answers preflights and adds the CORS headers on [`PublicPaths`] only.
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
            return Ok(preflight(methods, request.headers()));
        }
        let mut answer = self.inner.call(request).await?.into_response();
        allow_any_origin(answer.headers_mut());
        Ok(answer)
    }
}

/// The response to a preflight. It allows all requested header fields: without cookies, a script can do no more with
/// them than a program outside a browser.
fn preflight(methods: &HeaderValue, asked: &HeaderMap) -> Response {
    let mut answer = Response::builder().status(StatusCode::NO_CONTENT).finish();
    let headers = answer.headers_mut();
    allow_any_origin(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods.clone());
    // `Authorization` is not covered by `*`: Fetch §4.9, CORS-non-wildcard request-header name.
    let usual = HeaderValue::from_static(USUAL);
    let asked = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(allowed).unwrap_or(usual);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
    headers.insert(header::VARY, HeaderValue::from_static("access-control-request-headers"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    answer
}

/// The requested names, if they are valid field names (RFC 9110 §5.1).
fn allowed(asked: &HeaderValue) -> Option<HeaderValue> {
    let names = asked.to_str().ok().filter(|names| names.len() <= LONGEST_REQUEST)?.to_ascii_lowercase();
    let is_name = |name: &str| HeaderName::from_bytes(name.trim_matches([' ', '\t']).as_bytes()).is_ok();
    let names: Vec<&str> = names.split(',').filter(|name| is_name(name)).map(str::trim).collect();
    if names.is_empty() {
        return None;
    }
    let further = USUAL.split(", ").filter(|usual| !names.contains(usual));
    HeaderValue::try_from(names.iter().copied().chain(further).collect::<Vec<_>>().join(", ")).ok()
}

fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("dpop-nonce, retry-after, www-authenticate, x-request-id");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

/// The header fields that applications usually send, without additions by proxies or tracing libraries.
const USUAL: &str = "authorization, content-type, dpop";

/// Maximum length of a list of header fields that is parsed, in bytes.
const LONGEST_REQUEST: usize = 1024;

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

    #[tokio::test]
    async fn a_preflight_allows_the_header_fields_that_are_asked_for() {
        let usual = "authorization, content-type, dpop";
        let long = "x,".repeat(1000);
        for (asked, expected) in [
            ("x-requested-with", "x-requested-with, authorization, content-type, dpop"),
            ("Content-Type, Traceparent", "content-type, traceparent, authorization, dpop"),
            ("authorization,dpop,content-type", "authorization, dpop, content-type"),
            ("x-a, b c, \"", "x-a, authorization, content-type, dpop"),
            ("", usual),
            ("b c", usual),
            (long.as_str(), usual),
        ] {
            let client = client();
            let request = client.request(Method::OPTIONS, "/token").header("origin", "https://app.example");
            let answer = request.header("access-control-request-headers", asked).send().await;
            answer.assert_status(StatusCode::NO_CONTENT);
            answer.assert_header("access-control-allow-headers", expected);
            answer.assert_header("vary", "access-control-request-headers");
            answer.assert_header_is_not_exist("access-control-allow-credentials");
        }
    }
}
