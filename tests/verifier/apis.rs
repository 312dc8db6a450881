//! APIs that are protected by the library: the responses of RFC 6750 and RFC 9728.

use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Route, get, handler,
    test::{TestClient, TestResponse},
    web::Data,
};
use poem_openapi::{OpenApi, OpenApiService, payload::PlainText};
use serde_json::Value;
use signet::verify::{
    Access, AccessClaims, ApiAccess, MetadataEndpoint, RequireToken, RequireTokenLayer, RequiredScope,
    ResourceMetadata, TestIssuer, Verifier,
};

use crate::ORDERS;

struct ReadOrders;

impl RequiredScope for ReadOrders {
    const SCOPE: &'static str = "orders:read";
}

#[handler]
fn orders(access: Access<ReadOrders>) -> String {
    access.sub().to_owned()
}

#[handler]
fn below(claims: Data<&AccessClaims>) -> String {
    claims.sub().to_owned()
}

struct Api;

#[OpenApi]
impl Api {
    #[oai(path = "/orders", method = "get")]
    async fn orders(&self, access: ApiAccess<ReadOrders>) -> PlainText<String> {
        PlainText(access.sub().to_owned())
    }
}

const METADATA: &str = "/.well-known/oauth-protected-resource";

fn issuer() -> TestIssuer {
    TestIssuer::new("https://login.example.org").unwrap()
}

async fn verifier(issuer: &TestIssuer) -> Verifier {
    let metadata = ResourceMetadata::new().scopes(["orders:read"]).name("Orders");
    issuer.verifier(ORDERS).realm("orders").metadata(metadata).connect().await.unwrap()
}

/// The token, the status and the expected content of the challenge, the same for each framework.
fn expectations(issuer: &TestIssuer) -> Vec<(String, u16, &'static str)> {
    let token = || issuer.token(ORDERS).subject("usr_a").scope("orders:read");
    let bearer = |token: String| format!("Bearer {token}");
    let revoked = token().sign().unwrap();
    issuer.revoke(&revoked);
    vec![
        (bearer(token().sign().unwrap()), 200, ""),
        (String::new(), 401, "Bearer realm=\"orders\", resource_metadata="),
        ("Basic YTpi".to_owned(), 401, "Bearer realm=\"orders\", resource_metadata="),
        (
            bearer("garbage".to_owned()),
            401,
            "error=\"invalid_token\", error_description=\"the access token is not a valid JWT",
        ),
        ("Bearer a b".to_owned(), 400, "error=\"invalid_request\""),
        (bearer(token().scope("orders").sign().unwrap()), 403, "error=\"insufficient_scope\""),
        (bearer(revoked), 401, "error_description=\"the access token was revoked\""),
        (bearer(token().claim("aud", "b").sign().unwrap()), 401, "for another audience"),
    ]
}

async fn check(client: &TestClient<impl Endpoint>, path: &str, issuer: &TestIssuer) {
    for (authorization, status, challenge) in expectations(issuer) {
        let request = client.get(path);
        let request =
            if authorization.is_empty() { request } else { request.header("authorization", authorization.as_str()) };
        let answer: TestResponse = request.send().await;
        assert_eq!(answer.0.status().as_u16(), status, "{authorization}");
        let found = answer.0.header("www-authenticate").unwrap_or_default().to_owned();
        assert!(found.contains(challenge), "{authorization}: {found}");
        if status == 200 {
            answer.assert_text("usr_a").await;
        } else {
            assert!(found.contains(&format!("resource_metadata=\"{ORDERS}{METADATA}\"")), "{found}");
        }
    }
}

#[tokio::test]
async fn a_handler_of_poem_runs_only_with_a_good_token() {
    let issuer = issuer();
    let verifier = verifier(&issuer).await;
    check(&TestClient::new(Route::new().at("/orders", get(orders)).data(verifier)), "/orders", &issuer).await;
}

#[tokio::test]
async fn what_stands_below_the_middleware_of_poem_runs_only_with_a_good_token() {
    let issuer = issuer();
    let middleware = RequireToken::new(verifier(&issuer).await).scope("orders:read");
    let tree = Route::new().at("/orders", get(below)).with(middleware);
    check(&TestClient::new(Route::new().nest("/tree", tree)), "/tree/orders", &issuer).await;
}

#[tokio::test]
async fn an_operation_of_poem_openapi_documents_and_demands_the_token() {
    let issuer = issuer();
    let service = OpenApiService::new(Api, "Orders", "1");
    let document: Value = serde_json::from_str(&service.spec()).unwrap();
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert_eq!(document["paths"]["/orders"]["get"]["security"][0]["bearer"], serde_json::json!([]));
    check(&TestClient::new(service.into_endpoint().data(verifier(&issuer).await)), "/orders", &issuer).await;
}

// RFC 9728 §3.2
#[tokio::test]
async fn the_metadata_of_the_api_are_published() {
    let verifier = verifier(&issuer()).await;
    let path = verifier.metadata_path().unwrap().to_owned();
    let client = TestClient::new(Route::new().at(path, MetadataEndpoint::new(verifier)));
    let answer = client.get(METADATA).send().await;
    answer.assert_header("access-control-allow-origin", "*");
    answer.assert_content_type("application/json; charset=utf-8");
    answer
        .assert_json(serde_json::json!({
            "resource": ORDERS, "authorization_servers": ["https://login.example.org"],
            "scopes_supported": ["orders:read"], "bearer_methods_supported": ["header"], "resource_name": "Orders",
        }))
        .await;
}

// A token that cannot be verified is not necessarily invalid.
#[tokio::test]
async fn without_keys_the_answer_is_503_with_retry_after() {
    let issuer = issuer();
    issuer.set_down(true);
    let verifier = issuer.verifier(ORDERS).build().unwrap();
    let client = TestClient::new(Route::new().at("/orders", get(orders)).data(verifier));
    let token = issuer.token(ORDERS).scope("orders:read").sign().unwrap();
    let answer = client.get("/orders").header("authorization", format!("Bearer {token}")).send().await;
    answer.assert_status(poem::http::StatusCode::SERVICE_UNAVAILABLE);
    answer.assert_header("retry-after", "5");
    answer.assert_header_is_not_exist("www-authenticate");
}

#[tokio::test]
async fn a_router_of_axum_runs_only_with_a_good_token() {
    async fn orders(axum::Extension(claims): axum::Extension<AccessClaims>) -> String {
        claims.sub().to_owned()
    }
    let issuer = issuer();
    let layer = RequireTokenLayer::new(verifier(&issuer).await).scope("orders:read");
    let router = axum::Router::new().route("/orders", axum::routing::get(orders)).layer(layer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/orders", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    for (authorization, status, challenge) in expectations(&issuer) {
        let request = reqwest::Client::new().get(&url);
        let request = if authorization.is_empty() { request } else { request.header("authorization", &authorization) };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{authorization}");
        let found = answer.headers().get("www-authenticate").map_or("", |value| value.to_str().unwrap()).to_owned();
        assert!(found.contains(challenge), "{authorization}: {found}");
        if status == 200 {
            assert_eq!(answer.text().await.unwrap(), "usr_a");
        } else {
            assert!(found.contains(&format!("resource_metadata=\"{ORDERS}{METADATA}\"")), "{found}");
        }
    }
    serving.abort();
}
