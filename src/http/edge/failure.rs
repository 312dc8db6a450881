//! Turns every failure into a response: rejections by endpoints and middlewares, errors of poem, and panics.
//!
//! Programs receive the form of RFC 6749 §5.2, people a page. The cause of a 500 is logged once with the request
//! identifier and is not part of the response.

use std::{
    any::Any,
    collections::HashSet,
    error::Error as _,
    fmt::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use poem::{
    Endpoint, Error, Middleware, PathPattern, Request, Response, Result,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{CatchPanic, CatchPanicEndpoint, PanicHandler},
};

use super::{
    client_ip::ClientIp,
    headers::no_store,
    log::RequestId,
    origin::Origin,
    presentation::{Failure, Misdirection, PASS_HOST_ON, Presentation},
    refusal::Refusal,
};

/// The outermost error handler of the application.
#[derive(Clone)]
pub struct Failures {
    presentation: Arc<dyn Presentation>,
    issuer: Origin,
    panics: Arc<AtomicU64>,
    /// Unknown hosts that have been logged.
    hosts: Arc<Mutex<HashSet<String>>>,
}

impl Failures {
    /// Creates the error handler for `issuer`. `presentation` renders the pages.
    #[must_use]
    pub fn new(issuer: Origin, presentation: Arc<dyn Presentation>) -> Self {
        Self { presentation, issuer, panics: Arc::default(), hosts: Arc::default() }
    }

    /// The number of panics that were caught. Clones share the count.
    #[must_use]
    pub fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }

    fn answer(&self, error: Error, asker: &Asker) -> Response {
        let pattern = error.data::<PathPattern>().cloned();
        let status = error.status();
        let answer = if error.is_from_response() || !(status.is_client_error() || status.is_server_error()) {
            // The endpoint built this response deliberately, including its `WWW-Authenticate`.
            error.into_response()
        } else {
            if status.is_server_error() {
                tracing::error!(
                    request_id = asker.request_id.as_str(),
                    status = status.as_u16(),
                    cause = causes(&error),
                    "failed"
                );
            }
            let mut answer = match error.downcast_ref::<Refusal>() {
                Some(Refusal::Misdirected) => self.misdirected(asker),
                // RFC 6749 §5.2 defines no code for this.
                Some(refusal @ Refusal::NotAForm) => {
                    self.explain((status, "invalid_request", &refusal.to_string()), asker)
                }
                _ => self.explain_status(status, asker),
            };
            let at = |pattern: &str| self.presentation.allowed_methods(pattern);
            // A nest at the root matches with the pattern of the nest.
            let allow = pattern.as_ref().and_then(|pattern| at(&pattern.0)).or_else(|| at(&asker.path));
            add_headers(answer.headers_mut(), &error, allow);
            answer
        };
        with_pattern(answer, pattern)
    }

    fn explain_status(&self, status: StatusCode, asker: &Asker) -> Response {
        let (error, description) = status_texts(status);
        self.explain((status, error, description), asker)
    }

    fn explain(&self, (status, error, description): (StatusCode, &'static str, &str), asker: &Asker) -> Response {
        if asker.is_program {
            let body = serde_json::json!({ "error": error, "error_description": description });
            let answer = Response::builder().status(status).content_type("application/json").body(body.to_string());
            return no_store(answer);
        }
        let failure = Failure {
            status,
            error,
            description,
            request_id: &asker.request_id,
            accept_language: &asker.accept_language,
        };
        self.page(status, self.presentation.failure(&failure), asker)
    }

    fn misdirected(&self, asker: &Asker) -> Response {
        self.log_host(&asker.host);
        if asker.is_program {
            let proxies = PASS_HOST_ON.map(|(name, line)| format!("{name}: {line}")).join(" / ");
            let description = format!(
                "this server answers only for {}; the request named the host {:?}. If it came through a reverse proxy, \
                 the proxy must forward the Host header: {proxies}",
                self.issuer, asker.host
            );
            let body = serde_json::json!({
                "error": status_texts(StatusCode::MISDIRECTED_REQUEST).0,
                "error_description": description,
                "host": asker.host,
                "issuer": self.issuer.to_string(),
            });
            let answer = Response::builder().status(StatusCode::MISDIRECTED_REQUEST);
            return no_store(answer.content_type("application/json").body(body.to_string()));
        }
        let misdirection = Misdirection {
            issuer: &self.issuer,
            host: &asker.host,
            is_from_this_machine: asker.is_from_this_machine,
            accept_language: &asker.accept_language,
        };
        self.page(StatusCode::MISDIRECTED_REQUEST, self.presentation.misdirected(&misdirection), asker)
    }

    /// Logs an unknown host once. Any client can name any host, so only the first few are logged.
    fn log_host(&self, host: &str) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() < MOST_HOSTS && hosts.insert(host.to_owned()) {
            tracing::warn!(
                host,
                issuer = %self.issuer,
                "request for another host rejected; if there is a reverse proxy in front of this server, it must \
                 forward the Host header"
            );
        }
    }

    fn page(&self, status: StatusCode, html: String, asker: &Asker) -> Response {
        let answer = Response::builder().status(status).content_type("text/html; charset=utf-8");
        match self.presentation.language(&asker.accept_language) {
            Some(language) => answer.header(header::CONTENT_LANGUAGE, language),
            None => answer,
        }
        .body(html)
    }
}

impl<E: Endpoint> Middleware<E> for Failures {
    type Output = FailuresEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        FailuresEndpoint { failures: self.clone(), inner: CatchPanic::new().with_handler(MarkPanic).transform(inner) }
    }
}

/// Turns every failure of the inner endpoint into a response.
pub struct FailuresEndpoint<E> {
    failures: Failures,
    inner: CatchPanicEndpoint<E, MarkPanic>,
}

impl<E: Endpoint> Endpoint for FailuresEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let asker = Asker::of(&request, self.failures.presentation.as_ref());
        match self.inner.call(request).await {
            Ok(answer) if answer.data::<Panicked>().is_some() => {
                self.failures.panics.fetch_add(1, Ordering::Relaxed);
                // The panic hook has already printed the message and location.
                tracing::error!(request_id = asker.request_id.as_str(), status = 500, "an endpoint panicked");
                Ok(self.failures.explain_status(StatusCode::INTERNAL_SERVER_ERROR, &asker))
            }
            Ok(answer) => Ok(answer),
            Err(error) => Ok(self.failures.answer(error, &asker)),
        }
    }
}

/// The parts of a request that the response depends on. The request itself is consumed by the endpoint.
struct Asker {
    is_program: bool,
    is_from_this_machine: bool,
    host: String,
    path: String,
    request_id: String,
    accept_language: String,
}

impl Asker {
    fn of(request: &Request, presentation: &dyn Presentation) -> Self {
        let headers = request.headers();
        let is_forwarded = FORWARDING.iter().any(|name| headers.contains_key(*name));
        Self {
            is_program: is_program(presentation, request),
            is_from_this_machine: ClientIp::of(request).0.is_loopback() && !is_forwarded,
            host: named_host(request),
            path: request.uri().path().to_owned(),
            request_id: request.data::<RequestId>().map(ToString::to_string).unwrap_or_default(),
            accept_language: request.header(header::ACCEPT_LANGUAGE).unwrap_or_default().to_owned(),
        }
    }
}

/// The requested host for display: visible ASCII only, cut to the maximum length of a host name.
fn named_host(request: &Request) -> String {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let host = authority.or_else(|| request.header(header::HOST)).unwrap_or_default();
    host.chars().filter(char::is_ascii_graphic).take(LONGEST_HOST).collect()
}

/// Whether the caller is a program and gets JSON.
fn is_program(presentation: &dyn Presentation, request: &Request) -> bool {
    let path = request.uri().path();
    let accepted = accepted(request.headers());
    presentation.is_for_programs(path)
        || wants_json(&accepted)
        || (presentation.is_below_api(path) && !accepted.contains("html"))
}

/// The `Accept` header in lower case.
fn accepted(headers: &HeaderMap) -> String {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.collect::<Vec<_>>().join(",").to_ascii_lowercase()
}

/// Whether `Accept` contains JSON and no HTML. Browsers always accept `text/html` when they navigate.
fn wants_json(accepted: &str) -> bool {
    accepted.contains("json") && !accepted.contains("html")
}

fn add_headers(headers: &mut HeaderMap, error: &Error, allow: Option<&str>) {
    let waits = error.downcast_ref::<Refusal>().and_then(|refusal| refusal.retry_after_seconds());
    // RFC 9110 §15.6.4: a 503 carries `Retry-After`.
    let waits = waits.or((error.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(UNAVAILABLE_SECONDS));
    if let Some(seconds) = waits {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    match (error.status(), allow) {
        (StatusCode::METHOD_NOT_ALLOWED, Some(methods)) => {
            if let Ok(methods) = HeaderValue::try_from(methods) {
                headers.insert(header::ALLOW, methods);
            }
        }
        // RFC 9110 §15.5.2: a 401 "MUST send a WWW-Authenticate header field".
        (StatusCode::UNAUTHORIZED, _) => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
}

/// Attaches the pattern, which the log line shows instead of the path.
fn with_pattern(mut answer: Response, pattern: Option<PathPattern>) -> Response {
    if let Some(pattern) = pattern {
        answer.set_data(pattern);
    }
    answer
}

/// The error and its causes, in one line.
fn causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // poem reports its own text as the source. It is not repeated.
        if !text.ends_with(&cause_text) {
            let _ = write!(text, ": {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// The error code for programs and the description for people.
fn status_texts(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => ("unauthorized", "Authentication is required."),
        StatusCode::FORBIDDEN => ("access_denied", "This request is not allowed."),
        StatusCode::NOT_FOUND => ("not_found", "The resource was not found."),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "This method is not allowed."),
        StatusCode::REQUEST_TIMEOUT => ("request_timeout", "The request did not arrive in time."),
        StatusCode::PAYLOAD_TOO_LARGE => ("content_too_large", "The request is too large."),
        StatusCode::URI_TOO_LONG => ("uri_too_long", "The address is too long."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "This media type is not supported."),
        StatusCode::MISDIRECTED_REQUEST => ("misdirected_request", "This server has another host name."),
        StatusCode::TOO_MANY_REQUESTS => ("too_many_requests", "Too many requests; try again later."),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => ("header_fields_too_large", "The header fields are too large."),
        StatusCode::SERVICE_UNAVAILABLE => ("temporarily_unavailable", "The server is busy; try again shortly."),
        status if status.is_client_error() => ("invalid_request", "The request is malformed."),
        _ => ("server_error", "An internal error occurred."),
    }
}

/// Marks the response to a panic, to tell it from an endpoint's own 500.
#[derive(Clone, Copy)]
struct Panicked;

/// Makes [`CatchPanic`] return a marked response, which is replaced before it is sent.
#[derive(Clone, Copy)]
struct MarkPanic;

impl PanicHandler for MarkPanic {
    type Response = Response;

    fn get_response(&self, _payload: Box<dyn Any + Send + 'static>) -> Response {
        Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).extension(Panicked).finish()
    }
}

/// RFC 1035 §2.3.4, and a port.
const LONGEST_HOST: usize = 255 + ":65535".len();

/// Maximum number of unknown hosts that are logged.
const MOST_HOSTS: usize = 16;

const FORWARDING: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/// Value of `Retry-After` when the server is unavailable.
const UNAVAILABLE_SECONDS: u64 = 5;

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
