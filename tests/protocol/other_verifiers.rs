//! An API with an independent verifier: axum with the crate `jsonwebtoken`, as in its documentation, with issuer and
//! audience and without status lists.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::get,
};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;

use crate::{
    api::{Api, text},
    signed_in, tokens,
    visitor::REDIRECT_URI,
};

const ORDERS: &str = "https://api.orders.example";

/// The configuration of the API, and the keys that it fetched at startup.
struct Verifier {
    issuer: String,
    keys: JwkSet,
}

impl Verifier {
    async fn of(issuer: &str) -> Self {
        let document = |url: String| async { reqwest::get(url).await.unwrap().text().await.unwrap() };
        let metadata = document(format!("{issuer}/.well-known/openid-configuration")).await;
        let metadata: Value = serde_json::from_str(&metadata).unwrap();
        let keys = serde_json::from_str(&document(text(&metadata, "jwks_uri")).await).unwrap();
        Self { issuer: issuer.to_owned(), keys }
    }

    fn claims(&self, token: &str) -> jsonwebtoken::errors::Result<Value> {
        let header = decode_header(token)?;
        let jwk =
            header.kid.and_then(|kid| self.keys.find(&kid)).ok_or(jsonwebtoken::errors::ErrorKind::InvalidToken)?;
        let mut rules = Validation::new(jsonwebtoken::Algorithm::ES256);
        rules.set_audience(&[ORDERS]);
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        decode(token, &DecodingKey::from_jwk(jwk)?, &rules).map(|decoded| decoded.claims)
    }
}

async fn orders(State(verifier): State<Arc<Verifier>>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
    let claims = verifier.claims(token).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let may_read = claims["scope"].as_str().is_some_and(|scope| scope.split(' ').any(|token| token == "orders:read"));
    if may_read { Ok(Json(claims)) } else { Err(StatusCode::FORBIDDEN) }
}

#[tokio::test]
async fn an_api_of_axum_and_jsonwebtoken_takes_the_tokens_as_they_are() {
    let (server, mut visitor) = signed_in().await;
    let administrator = Api::of_person(&mut visitor, "signet:admin").await;
    let body = serde_json::json!({
        "client_name": "Writer", "redirect_uris": [REDIRECT_URI], "scope": "orders:write",
        "grant_types": ["client_credentials"],
    });
    let writer = administrator.post("/clients", &body).await.expect(201);
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "orders:write"),
        ("client_id", &text(&writer, "client_id")),
        ("client_secret", &text(&writer, "client_secret")),
    ];
    let written = crate::json(&visitor.post("/token", &form).await);
    let read = tokens(&mut visitor, "report", &[]).await;
    let good = text(&read, "access_token");
    let altered =
        format!("{}{}", &good[..good.len() - 8], if good.ends_with("AAAAAAAA") { "BBBBBBBB" } else { "AAAAAAAA" });

    let router = Router::new().route("/orders", get(orders)).with_state(Arc::new(Verifier::of(&server.issuer).await));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}/orders", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    for (what, token, status) in [
        ("an access token", Some(good), 200),
        ("of a client for itself", Some(Api::of_service(&server.issuer, "orders:read").await.token().to_owned()), 200),
        ("none", None, 401),
        ("no JWT", Some("garbage".to_owned()), 401),
        ("another signature", Some(altered), 401),
        ("an ID token", Some(text(&read, "id_token")), 401),
        ("for another API", Some(administrator.token().to_owned()), 401),
        ("without the scope", Some(text(&written, "access_token")), 403),
    ] {
        let request = reqwest::Client::new().get(&api);
        let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{what}");
    }
    serving.abort();
}
