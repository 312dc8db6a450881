//! The request log: one line for each request, with an identifier that also appears in all related log lines.
//!
//! The line contains no query, header field or body, since these contain codes, tokens and passwords. It shows the
//! matched pattern instead of the path, since path segments may identify users.

use std::{fmt, sync::Arc};

use poem::{
    Endpoint, FromRequest, Middleware, PathPattern, Request, RequestBody, Response, Result,
    http::{HeaderName, HeaderValue, Method},
};
use tracing::Instrument;

use super::client_ip::ClientIp;
use crate::{clock::Clock, entropy::Entropy};

/// The identifier of a request: 128 random bits as base64url, sent in the response as `x-request-id`. An extractor.
///
/// An identifier sent by the peer is ignored, since a client could forge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'a> FromRequest<'a> for RequestId {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        Ok(request.data().cloned().unwrap_or_else(|| Self(Arc::from("-"))))
    }
}

/// Gives every request its identifier and logs it.
#[derive(Clone, Debug)]
pub struct RequestLog {
    clock: Clock,
    entropy: Entropy,
}

impl RequestLog {
    /// Creates a request log that measures time with `clock` and generates identifiers with `entropy`.
    #[must_use]
    pub fn new(clock: Clock, entropy: Entropy) -> Self {
        Self { clock, entropy }
    }
}

impl<E: Endpoint> Middleware<E> for RequestLog {
    type Output = RequestLogEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        RequestLogEndpoint { log: self.clone(), inner }
    }
}

/// Logs the response of the inner endpoint.
pub struct RequestLogEndpoint<E> {
    log: RequestLog,
    inner: E,
}

impl<E: Endpoint> Endpoint for RequestLogEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let started = self.log.clock.now();
        let id = RequestId(self.log.entropy.text::<16>().into());
        request.set_data(id.clone());
        let method = method_name(request.method());
        let client_ip = ClientIp::of(&request);
        let path = request.uri().path().to_owned();

        let span = tracing::info_span!("request", id = id.as_str());
        let mut answer = self.inner.get_response(request).instrument(span).await;

        // The wall clock may have been set back during the request.
        let duration = (self.log.clock.now() - started).max(time::Duration::ZERO);
        tracing::info!(
            method,
            path = answer.data::<PathPattern>().map_or_else(|| veil(&path), |pattern| pattern.0.to_string()),
            status = answer.status().as_u16(),
            duration_ms = u64::try_from(duration.whole_milliseconds()).unwrap_or(u64::MAX),
            request_id = id.as_str(),
            client_ip = %client_ip,
            "answered"
        );
        if let Ok(value) = HeaderValue::try_from(id.as_str()) {
            answer.headers_mut().insert(X_REQUEST_ID, value);
        }
        Ok(answer)
    }
}

/// The path of a request that matched no route, with every long or unusual segment replaced by `…`.
fn veil(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let veiled = |segment: &'_ str| segment.len() > LONGEST_SEGMENT || !segment.bytes().all(is_plain);
    let segments = path.split('/').take(MOST_SEGMENTS);
    segments.map(|segment| if veiled(segment) { "…" } else { segment }).collect::<Vec<_>>().join("/")
}

/// The method, if RFC 9110 or RFC 5789 defines it. Any other method is text chosen by the peer.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "other",
    }
}

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_SEGMENT: usize = 24;
const MOST_SEGMENTS: usize = 8;

#[cfg(test)]
mod tests {
    use poem::{EndpointExt, Route, endpoint::make_sync, http::StatusCode, test::TestClient};
    use time::{Duration, macros::datetime};

    use super::{super::recording::record, *};

    fn log() -> (Clock, RequestLog) {
        let clock = Clock::manual(datetime!(2030-01-01 00:00 UTC));
        (clock.clone(), RequestLog::new(clock, Entropy::system()))
    }

    #[tokio::test]
    async fn a_request_is_one_line_with_its_pattern_status_and_duration() {
        let (lines, _guard) = record();
        let (clock, log) = log();
        let slow = make_sync(move |_| {
            clock.advance(Duration::milliseconds(42));
            StatusCode::CREATED
        });
        let client = TestClient::new(Route::new().at("/users/:id", slow).with(log));
        let answer = client.get("/users/alice").send().await;
        let id = answer.0.header("x-request-id").unwrap().to_owned();
        let text = lines.text();
        assert_eq!(text.lines().filter(|line| line.contains("answered")).count(), 1, "{text}");
        for part in ["INFO", "GET", "/users/:id", "status=201", "duration_ms=42", &id, "client_ip=0.0.0.0"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }

    #[tokio::test]
    async fn no_query_header_body_or_identifier_reaches_the_log() {
        let (lines, _guard) = record();
        let client = TestClient::new(Route::new().at("/users/:id", make_sync(|_| "canary-answer")).with(log().1));
        for path in ["/users/canary-id", "/setup/canary0000000000000000000000", "/a%20canary"] {
            let request =
                client.post(path).query("code", &"canary-code").header("authorization", "Bearer canary-token");
            request.header("x-request-id", "canary-id").body("canary-body").send().await;
        }
        let text = lines.text();
        assert_eq!(text.matches("answered").count(), 3, "{text}");
        assert!(!text.contains("canary"), "{text}");
    }

    #[tokio::test]
    async fn the_id_is_ours_and_an_endpoint_can_read_it() {
        let reveal = make_sync(|request: Request| request.data::<RequestId>().unwrap().to_string());
        let client = TestClient::new(reveal.with(log().1));
        let answer = client.get("/").header("x-request-id", "chosen").send().await;
        let id = answer.0.header("x-request-id").unwrap().to_owned();
        assert_eq!(id.len(), 22);
        answer.assert_text(&id).await;
        assert_ne!(client.get("/").send().await.0.header("x-request-id"), Some(id.as_str()));
    }

    #[test]
    fn an_unmatched_path_shows_plain_words_only() {
        for (path, expected) in [
            ("/wp-login.php", "/wp-login.php"),
            ("/", "/"),
            ("/.well-known/x", "/.well-known/x"),
            ("/setup/DQkbmS7aGr5PaTfVqQ2vYzY0", "/setup/DQkbmS7aGr5PaTfVqQ2vYzY0"),
            ("/setup/DQkbmS7aGr5PaTfVqQ2vYzY0x", "/setup/…"),
            ("/a%0ab", "/…"),
            ("/1/2/3/4/5/6/7/8/9", "/1/2/3/4/5/6/7"),
        ] {
            assert_eq!(veil(path), expected);
        }
    }
}
