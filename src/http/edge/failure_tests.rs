use poem::{Body, EndpointExt, Route, endpoint::make_sync, get, http::Method, post, test::TestClient, web::Form};

use super::*;
use crate::http::edge::recording::record;

struct Plain;

impl Presentation for Plain {
    fn failure(&self, failure: &Failure<'_>) -> String {
        format!("<p>{} {}", failure.status.as_u16(), failure.description)
    }

    fn misdirected(&self, misdirection: &Misdirection<'_>) -> String {
        let Misdirection { issuer, host, is_from_this_machine, .. } = misdirection;
        format!("<p>{host} {issuer} {is_from_this_machine}")
    }

    fn is_for_programs(&self, path: &str) -> bool {
        path.starts_with("/token")
    }

    fn is_below_api(&self, path: &str) -> bool {
        path.starts_with("/users/")
    }

    fn allowed_methods(&self, pattern: &str) -> Option<&str> {
        (pattern == "/token/:id").then_some("POST")
    }
}

fn failures() -> Failures {
    Failures::new(Origin::parse("https://login.example.org").unwrap(), Arc::new(Plain))
}

fn client(endpoint: impl Endpoint + 'static) -> TestClient<impl Endpoint> {
    TestClient::new(endpoint.with(failures()))
}

fn failing(error: impl Fn() -> Error + Send + Sync + 'static) -> TestClient<impl Endpoint> {
    client(make_sync(move |_| Err::<(), _>(error())))
}

/// An error whose details must not reach the client.
fn leaky() -> Error {
    let source = std::io::Error::other("canary /var/lib/data");
    poem::error::InternalServerError(source)
}

#[tokio::test]
async fn a_program_is_answered_in_json_and_a_person_by_a_page() {
    let not_found = || failing(|| poem::error::NotFoundError.into());
    let json = r#"{"error":"not_found","error_description":"The resource was not found."}"#;
    for (path, accept, expected) in [
        ("/login", "text/html,application/xhtml+xml,*/*;q=0.8", "<p>404 The resource was not found."),
        ("/login", "*/*", "<p>404 The resource was not found."),
        ("/login", "application/json", json),
        ("/token", "text/html", json),
        ("/token", "*/*", json),
        ("/users/x/pets", "*/*", json),
        ("/users/x/pets", "", json),
        ("/users/x/pets", "text/html,application/xhtml+xml,*/*;q=0.8", "<p>404 The resource was not found."),
    ] {
        let answer = not_found().get(path).header("accept", accept).send().await;
        answer.assert_status(StatusCode::NOT_FOUND);
        let is_json = answer.0.content_type() == Some("application/json");
        assert_eq!(is_json, expected == json, "{path} {accept}");
        answer.assert_text(expected).await;
    }
}

#[tokio::test]
async fn a_500_says_nothing_to_the_client_and_everything_once_to_the_log() {
    let (lines, _guard) = record();
    let answer = failing(leaky).get("/token").send().await;
    answer.assert_status(StatusCode::INTERNAL_SERVER_ERROR);
    answer.assert_text(r#"{"error":"server_error","error_description":"An internal error occurred."}"#).await;
    let text = lines.text();
    assert_eq!(text.matches("canary").count(), 1, "{text}");
    assert!(text.contains("ERROR"), "{text}");
}

// The causes of a 400 contain data sent by the peer.
#[tokio::test]
async fn the_cause_of_a_refusal_is_neither_told_nor_logged() {
    let (lines, _guard) = record();
    let refused = failing(|| Error::from_string("canary", StatusCode::BAD_REQUEST));
    let answer = refused.get("/token").send().await;
    answer.assert_status(StatusCode::BAD_REQUEST);
    let body = answer.0.into_body().into_string().await.unwrap();
    assert!(body.contains("invalid_request") && !body.contains("canary"), "{body}");
    assert!(!lines.text().contains("canary"));
}

#[tokio::test]
async fn a_panic_is_a_500_and_is_counted() {
    let failures = failures();
    let panicking = make_sync(|request: Request| {
        assert_ne!(request.uri().path(), "/panic", "canary");
        "fine"
    });
    let client = TestClient::new(panicking.with(&failures));
    let answer = client.get("/panic").send().await;
    answer.assert_status(StatusCode::INTERNAL_SERVER_ERROR);
    answer.assert_text("<p>500 An internal error occurred.").await;
    assert_eq!(failures.panics(), 1);
    client.get("/").send().await.assert_text("fine").await;
    assert_eq!(failures.panics(), 1);
}

#[tokio::test]
async fn an_answer_that_was_built_on_purpose_is_kept() {
    let refused = failing(|| {
        let answer = Response::builder().status(StatusCode::UNAUTHORIZED).header("www-authenticate", "DPoP");
        Error::from_response(answer.body("own words"))
    });
    let answer = refused.get("/token").send().await;
    answer.assert_status(StatusCode::UNAUTHORIZED);
    answer.assert_header("www-authenticate", "DPoP");
    answer.assert_text("own words").await;
}

// RFC 9110 §15.5.6, §15.5.2, §15.5.16.
#[tokio::test]
async fn refusals_of_poem_carry_the_headers_they_need() {
    #[poem::handler]
    fn submit(Form(_form): Form<Vec<(String, String)>>) {}
    let unauthorized = make_sync(|_| Err::<(), _>(Error::from_status(StatusCode::UNAUTHORIZED)));
    let routes = Route::new().at("/token/:id", post(submit)).at("/userinfo", get(unauthorized));
    let client = client(routes);

    let answer = client.get("/token/7").send().await;
    answer.assert_status(StatusCode::METHOD_NOT_ALLOWED);
    answer.assert_header("allow", "POST");
    let answer = client.post("/token/7").content_type("text/plain").body("a=b").send().await;
    answer.assert_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    client.post("/token/7").form(&[("a", "b")]).send().await.assert_status_is_ok();
    let answer = client.request(Method::GET, "/userinfo").send().await;
    answer.assert_status(StatusCode::UNAUTHORIZED);
    answer.assert_header("www-authenticate", "Bearer");
}

// RFC 6585 §4.
#[tokio::test]
async fn who_asks_too_often_learns_when_to_come_back() {
    let limited = failing(|| Refusal::TooManyRequests { retry_after_seconds: 720 }.into());
    let answer = limited.get("/token").send().await;
    answer.assert_status(StatusCode::TOO_MANY_REQUESTS);
    answer.assert_header("retry-after", "720");
    answer.assert_header("cache-control", "no-store");
}

#[tokio::test]
async fn under_a_foreign_host_a_person_reads_the_issuer_and_this_machine_is_shown_more() {
    for (ip, through, expected) in [
        ("127.0.0.1", "", "<p>evil.example https://login.example.org true"),
        ("192.0.2.1", "", "<p>evil.example https://login.example.org false"),
        ("127.0.0.1", "192.0.2.1", "<p>evil.example https://login.example.org false"),
    ] {
        let mut request = Request::builder()
            .uri_str("/login")
            .header("host", "evil.example")
            .extension(ClientIp(ip.parse().unwrap()));
        if !through.is_empty() {
            request = request.header("x-forwarded-for", through);
        }
        let misdirected = make_sync(|_| Err::<(), _>(Error::from(Refusal::Misdirected))).with(failures());
        let answer = misdirected.get_response(request.body(Body::empty())).await;
        assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(answer.into_body().into_string().await.unwrap(), expected, "{ip} through {through:?}");
    }
}

#[tokio::test]
async fn a_program_under_a_foreign_host_learns_both_hosts_and_what_the_proxy_lacks() {
    let answer = failing(|| Refusal::Misdirected.into()).get("/token").header("host", "backend:8080").send().await;
    answer.assert_status(StatusCode::MISDIRECTED_REQUEST);
    let json = answer.json().await;
    json.value().object().get("host").assert_string("backend:8080");
    json.value().object().get("issuer").assert_string("https://login.example.org");
    let description = json.value().object().get("error_description").string().to_owned();
    for part in ["backend:8080", "https://login.example.org", "proxy_set_header Host $host;", "Caddy", "Traefik"] {
        assert!(description.contains(part), "{part}: {description}");
    }
}

#[tokio::test]
async fn a_foreign_host_is_logged_once_and_the_log_stays_short() {
    let (lines, _guard) = record();
    let misdirected = failing(|| Refusal::Misdirected.into());
    for _ in 0..3 {
        misdirected.get("/login").header("host", "backend:8080").send().await;
    }
    assert_eq!(lines.text().matches("request for another host rejected").count(), 1, "{}", lines.text());
    assert!(lines.text().contains("backend:8080") && lines.text().contains("https://login.example.org"));
    for number in 0..100 {
        misdirected.get("/login").header("host", format!("h{number}.example")).send().await;
    }
    assert_eq!(lines.text().matches("request for another host rejected").count(), 16);
}
