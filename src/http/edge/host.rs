//! Checks that the Host of a request is the issuer's. Links, cookies and tokens are always built from the configured
//! issuer, never from the Host.
//!
//! This also prevents DNS rebinding, in which a foreign page reaches a server on this machine under its own host name.

use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderMap, header},
};

use super::{
    client_ip::{TrustedProxies, peer},
    origin::Origin,
    refusal::Refusal,
};

/// Passes only requests for the issuer's host. Answers 421 otherwise, and 400 if the Host cannot be read.
///
/// `X-Forwarded-Host` is used only if a trusted proxy sent it together with its own name as Host.
#[derive(Clone, Debug)]
pub struct HostCheck {
    issuer: Origin,
    proxies: TrustedProxies,
}

impl HostCheck {
    /// Creates the check for the issuer's origin. `/health` is exempt, since probes use the IP address. The stylesheet
    /// is exempt, since the error page needs it.
    #[must_use]
    pub fn new(issuer: Origin, proxies: TrustedProxies) -> Self {
        Self { issuer, proxies }
    }

    fn admit(&self, request: &Request) -> Result<(), Refusal> {
        let path = request.uri().path();
        if path == HEALTH || path.starts_with(ASSETS) {
            return Ok(());
        }
        let host = single(request.headers(), header::HOST.as_str())?;
        // RFC 9112 §3.2.2: with an absolute-form target the Host is to be ignored; HTTP/2 sends `:authority` instead.
        // Here all names that are present must match.
        let authority = request.uri().authority().map(|authority| authority.as_str());
        // RFC 9112 §3.2: "A server MUST respond with a 400 status code to any HTTP/1.1 request message that lacks a
        // Host header field and to any request message that contains more than one".
        if host.is_none() && authority.is_none() {
            return Err(Refusal::MalformedHost);
        }
        if [host, authority].into_iter().flatten().all(|named| self.issuer.is_named_by(named)) {
            return Ok(());
        }
        let forwarded = single(request.headers(), X_FORWARDED_HOST).unwrap_or_default();
        if self.proxies.trusts(peer(request)) && forwarded.is_some_and(|named| self.issuer.is_named_by(named)) {
            return Ok(());
        }
        Err(Refusal::Misdirected)
    }
}

impl<E: Endpoint> Middleware<E> for HostCheck {
    type Output = HostCheckEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        HostCheckEndpoint { check: self.clone(), inner }
    }
}

/// Checks the Host before the inner endpoint runs.
pub struct HostCheckEndpoint<E> {
    check: HostCheck,
    inner: E,
}

impl<E: Endpoint> Endpoint for HostCheckEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        self.check.admit(&request)?;
        self.inner.call(request).await.map(IntoResponse::into_response)
    }
}

/// Returns the value of a field that must not be repeated.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Refusal::MalformedHost);
    }
    value.to_str().map(Some).map_err(|_| Refusal::MalformedHost)
}

const HEALTH: &str = "/health";
const ASSETS: &str = "/assets/";
const X_FORWARDED_HOST: &str = "x-forwarded-host";

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use poem::{RequestParts, web::RemoteAddr};

    use super::*;

    fn admit(proxies: &[&str], target: &str, headers: &[(&str, &str)]) -> Result<(), Refusal> {
        let mut request = Request::builder().uri_str(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let issuer = Origin::parse("https://login.example.org").unwrap();
        let proxies = TrustedProxies::parse(proxies.iter().copied()).unwrap();
        HostCheck::new(issuer, proxies).admit(&from_peer(request.finish(), "10.0.0.1:4711"))
    }

    fn from_peer(request: Request, peer: &str) -> Request {
        let (parts, body) = request.into_parts();
        let RequestParts { method, uri, version, headers, .. } = parts;
        let mut plain = poem::http::Request::builder().method(method).uri(uri).version(version).body(()).unwrap();
        *plain.headers_mut() = headers;
        let (plain, ()) = plain.into_parts();
        let peer = RemoteAddr(peer.parse::<SocketAddr>().unwrap().into());
        Request::from_parts((plain, Default::default(), peer, poem::http::uri::Scheme::HTTP).into(), body)
    }

    #[test]
    fn only_the_issuers_host_is_served() {
        for (host, expected) in [
            ("login.example.org", Ok(())),
            ("Login.Example.Org:443", Ok(())),
            ("login.example.org:8080", Err(Refusal::Misdirected)),
            ("evil.example", Err(Refusal::Misdirected)),
            ("127.0.0.1", Err(Refusal::Misdirected)),
            ("login.example.org, evil.example", Err(Refusal::Misdirected)),
            ("", Err(Refusal::Misdirected)),
        ] {
            assert_eq!(admit(&[], "/login", &[("host", host)]), expected, "{host}");
        }
    }

    // RFC 9112 §3.2.
    #[test]
    fn a_missing_or_repeated_host_is_malformed() {
        let once = ("host", "login.example.org");
        assert_eq!(admit(&[], "/login", &[]), Err(Refusal::MalformedHost));
        assert_eq!(admit(&[], "/login", &[once, once]), Err(Refusal::MalformedHost));
        assert_eq!(admit(&[], "/login", &[once]), Ok(()));
    }

    // RFC 9112 §3.2.2; the `:authority` of HTTP/2 arrives in the same place.
    #[test]
    fn an_absolute_target_and_the_host_have_to_agree() {
        let target = "https://login.example.org/login";
        assert_eq!(admit(&[], target, &[]), Ok(()));
        assert_eq!(admit(&[], target, &[("host", "login.example.org")]), Ok(()));
        assert_eq!(admit(&[], target, &[("host", "evil.example")]), Err(Refusal::Misdirected));
        let foreign = "https://evil.example/login";
        assert_eq!(admit(&[], foreign, &[("host", "login.example.org")]), Err(Refusal::Misdirected));
    }

    #[test]
    fn a_forwarded_host_counts_from_a_trusted_proxy_only() {
        let through = [("host", "backend:8080"), ("x-forwarded-host", "login.example.org")];
        assert_eq!(admit(&["10.0.0.0/8"], "/login", &through), Ok(()));
        assert_eq!(admit(&[], "/login", &through), Err(Refusal::Misdirected));
        let foreign = [("host", "backend:8080"), ("x-forwarded-host", "evil.example")];
        assert_eq!(admit(&["10.0.0.0/8"], "/login", &foreign), Err(Refusal::Misdirected));
    }

    #[test]
    fn health_and_the_stylesheet_answer_under_any_host() {
        assert_eq!(admit(&[], "/health", &[("host", "10.0.0.2:8080")]), Ok(()));
        assert_eq!(admit(&[], "/assets/signet.css", &[("host", "10.0.0.2:8080")]), Ok(()));
        assert_eq!(admit(&[], "/healthy", &[("host", "10.0.0.2:8080")]), Err(Refusal::Misdirected));
    }
}
