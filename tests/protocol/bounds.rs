//! The cost of unauthenticated requests is bounded, and the responses reveal nothing.

use std::time::Instant;

use crate::{
    json, signed_in,
    support::RunningServer,
    visitor::{SECRET, Visitor, config},
};

/// A form of 64 KiB with as many distinct names as fit.
fn many_names() -> String {
    let mut form = String::new();
    for number in 0.. {
        let pair = format!("{number:x}=1&");
        if form.len() + pair.len() > 64 * 1024 {
            break;
        }
        form.push_str(&pair);
    }
    form
}

async fn post(server: &RunningServer, path: &str, content_type: &str, body: String) -> (u16, String) {
    let request = reqwest::Client::new().post(format!("{}{path}", server.issuer));
    let answer = request.header("content-type", content_type).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

// Prints the time of one request to each endpoint.
#[tokio::test]
async fn a_form_of_thousands_of_names_is_refused_at_every_endpoint_before_it_is_decoded() {
    let server = RunningServer::start(&config());
    let form = many_names();
    assert!(form.matches('&').count() > 9_000);
    for path in [
        "/token",
        "/api/oauth2/token",
        "/revoke",
        "/introspect",
        "/verify",
        "/device_authorization",
        "/authorize",
        "/userinfo",
        "/login",
        "/consent",
        "/signup",
        "/setup",
        "/reset",
        "/logout",
        "/device",
        "/account/password",
        "/developer",
        "/admin/people",
    ] {
        let started = Instant::now();
        let (status, body) = post(&server, path, "application/x-www-form-urlencoded", form.clone()).await;
        println!("64 KiB of distinct names at {path}: {:?}, {status}", started.elapsed());
        assert!((200..500).contains(&status), "{path}: {status}");
        if ["/token", "/revoke", "/introspect", "/device_authorization"].contains(&path) {
            assert!(status == 400 && body.contains("more than 64 parameters"), "{path}: {status} {body}");
        }
    }
    let query: String = form.chars().take(8000).collect();
    let answer = reqwest::get(format!("{}/authorize?{query}", server.issuer)).await.unwrap();
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn parameters_that_no_one_knows_are_ignored_up_to_the_bound() {
    let server = RunningServer::start(&config());
    let form = format!("grant_type=client_credentials&client_id=service&client_secret={SECRET}&scope=orders:read");
    for (further, expected) in [(60, 200), (61, 400)] {
        let further: String = (0..further).map(|number| format!("&x{number}=1")).collect();
        let answer = post(&server, "/token", "application/x-www-form-urlencoded", format!("{form}{further}")).await;
        assert_eq!(answer.0, expected, "{}", answer.1);
    }
}

#[tokio::test]
async fn a_form_with_a_file_has_at_most_64_parts() {
    let server = RunningServer::start(&config());
    let boundary = "a-boundary";
    let body: String = (0..65)
        .map(|number| format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{number}\"\r\n\r\n1\r\n"))
        .collect();
    let content_type = format!("multipart/form-data; boundary={boundary}");
    let (status, _) = post(&server, "/account/picture", &content_type, format!("{body}--{boundary}--\r\n")).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_405_lists_all_methods_of_its_path() {
    let server = RunningServer::start(&config());
    let http = reqwest::Client::new();
    for (path, expected) in [
        ("/token", "POST"),
        ("/userinfo", "GET HEAD POST"),
        ("/authorize", "GET HEAD POST"),
        ("/clients", "GET HEAD POST"),
        ("/users", "GET HEAD POST"),
        ("/users/me/picture", "DELETE GET HEAD PUT"),
        ("/jwks.json", "GET HEAD"),
        ("/login", "GET HEAD POST"),
        ("/account/picture", "POST"),
        ("/developer/presets", "GET HEAD"),
        ("/docs", "GET HEAD"),
        ("/openapi.json", "GET HEAD"),
        ("/", "GET HEAD"),
    ] {
        let method = reqwest::Method::from_bytes(b"PROPFIND").unwrap();
        let answer = http.request(method, format!("{}{path}", server.issuer)).send().await.unwrap();
        assert_eq!(answer.status(), 405, "{path}");
        let allow = answer.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned()).unwrap_or_default();
        let mut methods: Vec<&str> = allow.split(", ").collect();
        methods.sort_unstable();
        assert_eq!(methods.join(" "), expected, "{path}");
    }
}

// `Allow` lists exactly the methods that are served.
#[tokio::test]
async fn every_operation_of_the_document_is_among_the_methods_of_its_path() {
    let server = RunningServer::start(&config());
    let http = reqwest::Client::new();
    let document = http.get(format!("{}/openapi.json", server.issuer)).send().await.unwrap().text().await.unwrap();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let url = format!("{}{}", server.issuer, path.replace(['{', '}'], ""));
        let method = reqwest::Method::from_bytes(b"PROPFIND").unwrap();
        let answer = http.request(method, &url).send().await.unwrap();
        let allow = answer.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned()).unwrap_or_default();
        for operation in operations.as_object().unwrap().keys() {
            let method = operation.to_ascii_uppercase();
            assert!(allow.split(", ").any(|allowed| allowed == method), "{path}: {method} is not in {allow:?}");
        }
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_informed_the_type_that_is_expected() {
    let server = RunningServer::start(&config());
    for path in ["/token", "/revoke", "/introspect", "/device_authorization"] {
        let (status, body) = post(&server, path, "application/json", "{\"grant_type\":\"password\"}".to_owned()).await;
        assert_eq!(status, 415, "{path}");
        assert!(
            body.contains("invalid_request") && body.contains("application/x-www-form-urlencoded"),
            "{path}: {body}"
        );
    }
    for path in ["/clients", "/users"] {
        let (status, body) = post(&server, path, "application/x-www-form-urlencoded", "a=b".to_owned()).await;
        assert_eq!(status, 415, "{path}");
        assert!(body.contains("application/json"), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_informed_its_member_and_the_log_too() {
    let server = RunningServer::start(&config());
    let body = r#"{"username":"ada","password":{"canary":1}}"#;
    let (status, told) = post(&server, "/users", "application/json", body.to_owned()).await;
    assert_eq!(status, 400);
    assert!(told.contains("password: must be a string, not an object"), "{told}");
    assert!(!told.contains("canary") && !server.log().contains("canary"), "{told}");
    assert!(server.log().contains("password: must be a string"), "{}", server.log());
    let (status, told) = post(&server, "/clients", "application/json", r#"{"redirect_uris":"x"}"#.to_owned()).await;
    assert_eq!(status, 400);
    assert!(told.contains("redirect_uris") && told.contains("an array"), "{told}");
    let (status, told) = post(&server, "/clients", "application/json", "{".to_owned()).await;
    assert!(status == 400 && told.contains("not JSON"), "{told}");
}

#[tokio::test]
async fn below_the_api_a_program_gets_json_and_a_browser_a_page() {
    let server = RunningServer::start(&config());
    let http = reqwest::Client::new();
    let page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (path, accept, is_json) in [
        ("/users/me/pets", "*/*", true),
        ("/clients/a/b/c", "*/*", true),
        ("/api/oauth2/nothing", "application/json", true),
        ("/token/more", "*/*", true),
        ("/.well-known/nothing", "*/*", true),
        ("/users/me/pets", page, false),
        ("/nothing", page, false),
        ("/account/nothing", "*/*", false),
    ] {
        let answer = http.get(format!("{}{path}", server.issuer)).header("accept", accept).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(content_type.starts_with("application/json"), is_json, "{path} {accept}: {content_type}");
    }
}

#[tokio::test]
async fn the_application_is_informed_which_parameter_breaks_which_limit() {
    let (_server, mut visitor) = signed_in().await;
    let long = "n".repeat(513);
    for (name, value, expected) in [
        ("nonce", long.as_str(), "nonce is longer than 512 bytes"),
        ("max_age", "soon", "max_age must be a whole number of seconds"),
        ("prompt", "none login", "prompt must be none alone"),
        ("claims", "[]", "claims must be a JSON object"),
    ] {
        let location = visitor.get(&format!("/authorize?{}", crate::query(&[(name, Some(value))]))).await.location();
        let told = crate::parameter(&location, "error_description").unwrap();
        assert!(told.contains(expected), "{name}: {told}");
    }
    let fits = "n".repeat(512);
    let location = visitor.get(&format!("/authorize?{}", crate::query(&[("nonce", Some(&fits))]))).await.location();
    assert!(!location.contains("error="), "{location}");
}

#[tokio::test]
async fn an_application_may_name_the_language_as_its_own_system_does() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    for (locales, expected) in
        [("de_DE", "de"), ("de_AT.UTF-8", "de"), ("DE-ch", "de"), ("en_GB", "en"), ("xx_YY", "en")]
    {
        let location =
            visitor.get(&format!("/authorize?{}", crate::query(&[("ui_locales", Some(locales))]))).await.location();
        let page = visitor.get(&location).await;
        assert_eq!(page.header("content-language"), expected, "{locales}");
    }
    let document = visitor.get("/.well-known/openid-configuration").await;
    assert!(json(&document)["ui_locales_supported"].is_array());
}

// The response is the same in both cases, so that it does not reveal which applications exist. The log tells the
// operator which case it was.
#[tokio::test]
async fn the_log_tells_an_unknown_client_from_a_wrong_secret() {
    let server = RunningServer::start(&config());
    let mut answers = Vec::new();
    for (client_id, reason) in [("nobody", "unknown_client"), ("service", "wrong_secret")] {
        let form = format!("grant_type=client_credentials&client_id={client_id}&client_secret=wrong-wrong-wrong");
        answers.push(post(&server, "/token", "application/x-www-form-urlencoded", form).await);
        let log = server.log();
        let line = log.lines().rfind(|line| line.contains("client authentication failed")).unwrap_or_default();
        assert!(line.contains(client_id) && line.contains(reason), "{log}");
    }
    assert_eq!(answers[0], answers[1]);
}
