//! Limits on the size and duration of requests.

use std::sync::Arc;

use poem::{
    Body, Endpoint, IntoResponse, Middleware, Request, Response, Result,
    error::ReadBodyError,
    http::{HeaderMap, header},
};
use time::Duration;
use tokio::time::timeout;

use super::refusal::Refusal;

/// Limits on one request. The middleware reads the whole body, so that inner endpoints never wait for a slow peer.
///
/// A `Content-Length` above the limit is rejected immediately. In all other cases the body is read and counted up to
/// the limit. (poem's `SizeLimit` answers 411 to every GET.)
#[derive(Clone, Debug)]
pub struct Limits {
    body_bytes: usize,
    bodies: Arc<Vec<(String, usize)>>,
    target_bytes: usize,
    header_bytes: usize,
    time: std::time::Duration,
}

impl Default for Limits {
    /// 64 KiB of body, 16 KiB of header fields, a target of 8 KiB, 15 seconds.
    fn default() -> Self {
        Self {
            body_bytes: 64 * KIB,
            bodies: Arc::default(),
            target_bytes: 8 * KIB,
            header_bytes: 16 * KIB,
            time: std::time::Duration::from_secs(15),
        }
    }
}

impl Limits {
    /// Sets the body limit at `path` and below to `bytes`. A segment `*` of `path` matches any one segment.
    #[must_use]
    pub fn with_body_at(mut self, path: &str, bytes: usize) -> Self {
        Arc::make_mut(&mut self.bodies).push((path.to_owned(), bytes));
        self
    }

    /// Sets the time limit of a request, from its header to the start of the response.
    #[must_use]
    pub fn with_time(mut self, time: Duration) -> Self {
        self.time = time.unsigned_abs();
        self
    }

    fn body_bytes_at(&self, path: &str) -> usize {
        let is_below = |base: &str| {
            let mut segments = path.split('/');
            base.split('/').all(|wanted| segments.next().is_some_and(|found| wanted == "*" || wanted == found))
        };
        self.bodies.iter().find(|(base, _)| is_below(base)).map_or(self.body_bytes, |(_, bytes)| *bytes)
    }

    fn admit_head(&self, request: &Request) -> Result<(), Refusal> {
        let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
        if target > self.target_bytes {
            return Err(Refusal::UriTooLong);
        }
        if size(request.headers()) > self.header_bytes {
            return Err(Refusal::HeadersTooLarge);
        }
        Ok(())
    }

    async fn read_body(&self, request: &mut Request) -> Result<(), Refusal> {
        let limit = self.body_bytes_at(request.uri().path());
        let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        if announced.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > limit as u64) {
            return Err(Refusal::BodyTooLarge);
        }
        let body = request.take_body();
        if body.is_empty() {
            return Ok(());
        }
        let bytes = body.into_bytes_limit(limit).await.map_err(|error| match error {
            ReadBodyError::PayloadTooLarge => Refusal::BodyTooLarge,
            _ => Refusal::BodyBroken,
        })?;
        request.set_body(Body::from_bytes(bytes));
        Ok(())
    }
}

impl<E: Endpoint> Middleware<E> for Limits {
    type Output = LimitsEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        LimitsEndpoint { limits: self.clone(), inner }
    }
}

/// Reads the request within the [`Limits`] before the inner endpoint runs.
pub struct LimitsEndpoint<E> {
    limits: Limits,
    inner: E,
}

impl<E: Endpoint> Endpoint for LimitsEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        self.limits.admit_head(&request)?;
        let started = tokio::time::Instant::now();
        timeout(self.limits.time, self.limits.read_body(&mut request)).await.map_err(|_| Refusal::BodyTooSlow)??;
        let left = self.limits.time.saturating_sub(started.elapsed());
        let answer = timeout(left, self.inner.call(request)).await.map_err(|_| Refusal::AnswerTooSlow)?;
        answer.map(IntoResponse::into_response)
    }
}

/// Size of the header fields in bytes, as in HTTP/1.1: `name: value` and the line ending.
fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum()
}

const KIB: usize = 1024;

#[cfg(test)]
mod tests {
    use poem::{EndpointExt, endpoint::make, http::StatusCode, test::TestClient};
    use tokio::io::AsyncWriteExt;

    use super::*;

    fn echo_length() -> impl Endpoint {
        make(|request: Request| async move { request.into_body().into_vec().await.unwrap().len().to_string() })
    }

    fn client(limits: Limits) -> TestClient<impl Endpoint> {
        TestClient::new(echo_length().with(limits))
    }

    #[tokio::test]
    async fn a_get_without_content_length_is_served() {
        let answer = client(Limits::default()).get("/").send().await;
        answer.assert_status_is_ok();
        answer.assert_text("0").await;
    }

    // RFC 9110 §15.5.14.
    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit_of_its_path() {
        let limits = Limits::default().with_body_at("/register", 128 * KIB);
        let client = client(limits.with_body_at("/users/*/picture", 128 * KIB));
        for (path, bytes, expected) in [
            ("/token", 64 * KIB, StatusCode::OK),
            ("/token", 64 * KIB + 1, StatusCode::PAYLOAD_TOO_LARGE),
            ("/register", 128 * KIB, StatusCode::OK),
            ("/register/abc", 128 * KIB, StatusCode::OK),
            ("/register", 128 * KIB + 1, StatusCode::PAYLOAD_TOO_LARGE),
            ("/users/x/picture", 128 * KIB, StatusCode::OK),
            ("/users/x/password", 64 * KIB + 1, StatusCode::PAYLOAD_TOO_LARGE),
            ("/registered", 64 * KIB + 1, StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            // Without `Content-Length`, the body is counted.
            let answer = client.post(path).body(vec![b'a'; bytes]).send().await;
            assert_eq!(answer.0.status(), expected, "{bytes} bytes to {path}");
        }
    }

    #[tokio::test]
    async fn an_announced_body_that_is_too_large_is_not_even_read() {
        let (_silent, reader) = tokio::io::duplex(16);
        let body = Body::from_async_read(reader);
        let answer = client(Limits::default()).post("/").header("content-length", "1073741824").body(body).send().await;
        answer.assert_status(StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn a_body_that_trickles_is_given_up() {
        let limits = Limits::default().with_time(Duration::milliseconds(50));
        let (mut writer, reader) = tokio::io::duplex(16);
        writer.write_all(b"grant_type=").await.unwrap();
        let answer = client(limits.clone()).post("/").body(Body::from_async_read(reader)).send().await;
        answer.assert_status(StatusCode::REQUEST_TIMEOUT);

        let (mut writer, reader) = tokio::io::duplex(16);
        writer.write_all(b"grant_type=").await.unwrap();
        drop(writer);
        let answer = client(limits).post("/").body(Body::from_async_read(reader)).send().await;
        answer.assert_text("11").await;
    }

    #[tokio::test]
    async fn an_endpoint_that_takes_too_long_is_given_up() {
        let never = make(|_| async { std::future::pending::<()>().await });
        let client = TestClient::new(never.with(Limits::default().with_time(Duration::milliseconds(20))));
        client.get("/").send().await.assert_status(StatusCode::SERVICE_UNAVAILABLE);
    }

    // RFC 9110 §15.5.15, RFC 6585 §5.
    #[tokio::test]
    async fn targets_and_header_fields_are_bounded() {
        let client = client(Limits::default());
        let longest = format!("/{}", "a".repeat(8 * KIB - 1));
        client.get(&longest).send().await.assert_status_is_ok();
        client.get(format!("{longest}a")).send().await.assert_status(StatusCode::URI_TOO_LONG);

        let fits = "a".repeat(16 * KIB - "x: \r\n".len());
        client.get("/").header("x", fits.as_str()).send().await.assert_status_is_ok();
        let answer = client.get("/").header("x", format!("{fits}a")).send().await;
        answer.assert_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
}
