//! Security headers on every response, including errors.

use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};

use super::{content_security_policy::ContentSecurityPolicy, origin::Origin};

/// Adds the headers that every response carries, and the Content-Security-Policy to pages.
///
/// Headers set by an endpoint are kept. A response without `Cache-Control` gets `no-store`.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    is_https: bool,
    page_policy: HeaderValue,
}

impl SecurityHeaders {
    /// Creates the headers for responses of `issuer`.
    #[must_use]
    pub fn new(issuer: &Origin) -> Self {
        Self { is_https: issuer.is_https(), page_policy: ContentSecurityPolicy::page().header_value() }
    }

    fn add(&self, headers: &mut HeaderMap) {
        for (name, value) in ALWAYS {
            add_absent(headers, name, HeaderValue::from_static(value));
        }
        // ASVS 3.4.1. RFC 6797 §7.2: never over plain http. Without includeSubDomains, because self-hosted services on
        // other machines often share the domain.
        if self.is_https {
            add_absent(headers, header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
        if is_html(headers) {
            add_absent(headers, header::CONTENT_SECURITY_POLICY, self.page_policy.clone());
        }
    }
}

impl<E: Endpoint> Middleware<E> for SecurityHeaders {
    type Output = SecurityHeadersEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        SecurityHeadersEndpoint { headers: self.clone(), inner }
    }
}

/// Adds the [`SecurityHeaders`] to every response of the inner endpoint.
pub struct SecurityHeadersEndpoint<E> {
    headers: SecurityHeaders,
    inner: E,
}

impl<E: Endpoint> Endpoint for SecurityHeadersEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let mut answer = self.inner.call(request).await?.into_response();
        self.headers.add(answer.headers_mut());
        Ok(answer)
    }
}

/// Forbids caching of `answer`. RFC 6749 §5.1 requires both headers for responses with tokens.
#[must_use]
pub fn no_store(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    answer
}

fn add_absent(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}

fn is_html(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("text/html") || media_type.eq_ignore_ascii_case("application/xhtml+xml")
}

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self)",
    ),
];

#[cfg(test)]
mod tests {
    use poem::{EndpointExt, endpoint::make_sync, test::TestClient, web::Html};

    use super::*;

    async fn headers_of(issuer: &str, answer: impl Fn() -> Response + Send + Sync + 'static) -> HeaderMap {
        let issuer = Origin::parse(issuer).unwrap();
        let client = TestClient::new(make_sync(move |_| answer()).with(SecurityHeaders::new(&issuer)));
        client.get("/").send().await.0.headers().clone()
    }

    #[tokio::test]
    async fn every_answer_carries_the_security_headers() {
        let headers = headers_of("https://login.example.org", || "{}".into_response()).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(headers.get(name).unwrap(), value, "{name}");
        }
        assert!(headers.get("permissions-policy").unwrap().to_str().unwrap().contains("camera=()"));
        assert_eq!(headers.get("content-security-policy"), None, "only pages have a policy");
    }

    // RFC 6797 §7.2.
    #[tokio::test]
    async fn strict_transport_security_is_never_said_for_an_http_issuer() {
        let headers = headers_of("http://127.0.0.1:8080", || "{}".into_response()).await;
        assert_eq!(headers.get("strict-transport-security"), None);
        assert_eq!(headers.get("x-frame-options").unwrap(), "DENY");
    }

    #[tokio::test]
    async fn a_page_is_framed_by_no_one_and_runs_no_script() {
        let headers = headers_of("https://login.example.org", || Html("<p>").into_response()).await;
        let policy = headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("script-src"), "{policy}");
    }

    #[tokio::test]
    async fn what_an_endpoint_set_is_kept() {
        let answer = || {
            Html("<p>")
                .with_header("content-security-policy", "default-src 'self'")
                .with_header("cache-control", "public")
        };
        let headers = headers_of("https://login.example.org", move || answer().into_response()).await;
        assert_eq!(headers.get_all("content-security-policy").iter().collect::<Vec<_>>(), ["default-src 'self'"]);
        assert_eq!(headers.get_all("cache-control").iter().collect::<Vec<_>>(), ["public"]);
    }

    // RFC 6749 §5.1.
    #[test]
    fn no_store_replaces_what_was_said_before() {
        let answer = no_store("{}".with_header("cache-control", "public").into_response());
        assert_eq!(answer.headers().get_all("cache-control").iter().collect::<Vec<_>>(), ["no-store"]);
        assert_eq!(answer.header("pragma"), Some("no-cache"));
    }
}
