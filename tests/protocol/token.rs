//! `/token`, `/userinfo`, `/verify` and `/revoke`.

use std::{collections::BTreeMap, process::Stdio};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{claims, json, signed_in};
use crate::{
    RunningServer,
    visitor::{REDIRECT_URI, SECRET, VERIFIER, Visitor, config, redemption},
};

#[tokio::test]
async fn a_code_becomes_an_access_token_and_an_id_token() {
    let (server, mut visitor) = signed_in().await;
    let code = visitor.code().await;
    let page = visitor.post("/token", &redemption(&code)).await;
    assert_eq!((page.status, page.header("cache-control"), page.header("pragma")), (200, "no-store", "no-cache"));
    let tokens = json(&page);
    assert_eq!((tokens["token_type"].as_str(), tokens["expires_in"].as_i64()), (Some("Bearer"), Some(300)));
    assert_eq!(tokens["scope"].as_str(), Some("openid orders:read profile"));
    let access = claims(tokens["access_token"].as_str().unwrap());
    assert_eq!(access["iss"], server.issuer.as_str());
    assert_eq!(access["aud"], serde_json::json!(["https://api.orders.example", server.issuer]));
    assert_eq!(access["client_id"], "report");
    assert!(access["exp"].is_i64() && access["iat"].is_i64() && access["jti"].is_string(), "{access}");
    let id = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!((id["aud"].as_str(), id["nonce"].as_str()), (Some("report"), Some("n-0S6")));
    assert!(id["at_hash"].is_string() && id["auth_time"].is_i64(), "{id}");
    assert_eq!(id["sub"], access["sub"]);

    let token = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let person = visitor.post_with("/userinfo", &[], &[("authorization", &token)]).await;
    assert_eq!((person.status, json(&person)["preferred_username"].as_str()), (200, Some("root")));
    assert!(json(&person).get("email").is_none(), "the scope email was not asked for");
}

#[tokio::test]
async fn wrong_client_secrets_are_bounded_and_the_right_one_always_passes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config()).unwrap();
    let port = crate::support::free_port();
    let mut command = crate::support::command(folder.path(), port);
    let command = command.env_remove("SIGNET__THROTTLE__RELAXED").stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().unwrap();
    let server = RunningServer::adopt(child, folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    let form = |secret| [("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", secret)];
    for nth in 0..25 {
        let wrong = visitor.post("/token", &form("wrong")).await;
        assert_eq!(wrong.status, if nth < 10 { 401 } else { 429 }, "{nth}: {}", wrong.html);
        assert_eq!(wrong.headers.contains_key("retry-after"), nth >= 10);
        assert_eq!(visitor.post("/token", &form(SECRET)).await.status, 200, "{nth}");
    }
    for path in ["/introspect", "/revoke", "/device_authorization"] {
        let form = [("token", "x"), ("client_id", "service"), ("client_secret", "wrong")];
        assert_eq!(visitor.post(path, &form).await.status, 429, "{path}");
    }
    let other = [("token", "x"), ("client_id", "report"), ("client_secret", "wrong")];
    assert_eq!(visitor.post("/introspect", &other).await.status, 401);
}

// RFC 6749 §4.1.2
#[tokio::test]
async fn the_second_use_of_a_code_ends_the_grant() {
    let (_server, mut visitor) = signed_in().await;
    let code = visitor.code().await;
    let tokens = json(&visitor.post("/token", &redemption(&code)).await);
    let token = tokens["access_token"].as_str().unwrap();
    let form = [("token", token), ("client_id", "report"), ("client_secret", SECRET)];
    let introspected = json(&visitor.post("/verify", &form).await);
    assert_eq!((&introspected["active"], &introspected["username"]), (&true.into(), &"root".into()), "RFC 7662 §2.2");
    let again = visitor.post("/token", &redemption(&code)).await;
    assert_eq!((again.status, json(&again)["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(visitor.post("/introspect", &form).await.html, "{\"active\":false}");
    let bearer = format!("Bearer {token}");
    let person = visitor.post_with("/userinfo", &[], &[("authorization", &bearer)]).await;
    assert_eq!(person.status, 401);
    assert!(person.header("www-authenticate").contains("error=\"invalid_token\""));
}

#[tokio::test]
async fn of_64_who_redeem_one_code_concurrently_exactly_one_succeeds() {
    let (_server, mut visitor) = signed_in().await;
    for _ in 0..5 {
        let code = visitor.code().await;
        let redeem = |mut visitor: Visitor, code: String| async move {
            let page = visitor.post("/token", &redemption(&code)).await;
            (page.status, json(&page)["error"].as_str().unwrap_or_default().to_owned())
        };
        let tasks: Vec<_> = (0..64).map(|_| tokio::spawn(redeem(visitor.clone(), code.clone()))).collect();
        let mut outcomes = BTreeMap::new();
        for task in tasks {
            *outcomes.entry(task.await.unwrap()).or_insert(0) += 1;
        }
        let expected = BTreeMap::from([((200, String::new()), 1), ((400, "invalid_grant".to_owned()), 63)]);
        assert_eq!(outcomes, expected);
    }
}

#[tokio::test]
async fn each_wrong_token_request_gets_its_error_code() {
    let (_server, mut visitor) = signed_in().await;
    let changed = |name: &'static str, value: &'static str| {
        move |code: &str| {
            let mut form: Vec<(String, String)> =
                redemption(code).iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            form.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                form.push((name.to_owned(), value.to_owned()));
            }
            form
        }
    };
    for (name, value, status, error) in [
        ("grant_type", "", 400, "invalid_request"),
        ("grant_type", "magic", 400, "unsupported_grant_type"),
        ("grant_type", "client_credentials", 400, "unauthorized_client"),
        ("code", "", 400, "invalid_request"),
        ("code", "unknown", 400, "invalid_grant"),
        ("redirect_uri", "", 400, "invalid_grant"),
        ("redirect_uri", "https://report.example.org/other", 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_grant"),
        ("code_verifier", "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", 400, "invalid_grant"),
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_secret", "", 401, "invalid_client"),
        ("client_id", "nobody", 401, "invalid_client"),
        ("client_id", "", 400, "invalid_request"),
    ] {
        let code = visitor.code().await;
        let form = changed(name, value)(&code);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page = visitor.post("/token", &form).await;
        assert_eq!((page.status, json(&page)["error"].as_str()), (status, Some(error)), "{name}={value}");
        assert_eq!(page.header("cache-control"), "no-store", "{name}={value}");
        assert_eq!(page.headers.contains_key("www-authenticate"), status == 401, "{name}={value}");
        // A code that its own client presents incorrectly is spent; otherwise it stays valid.
        let is_burned = matches!(name, "redirect_uri" | "code_verifier");
        let after = visitor.post("/token", &redemption(&code)).await;
        assert_eq!(after.status, if is_burned { 400 } else { 200 }, "{name}={value}");
    }
}

#[tokio::test]
async fn malformed_requests_are_refused_in_the_terms_of_the_specification() {
    let (server, mut visitor) = signed_in().await;
    let code = visitor.code().await;
    let mut repeated = redemption(&code);
    repeated.push(("code", &code));
    let page = visitor.post("/token", &repeated).await;
    assert_eq!((page.status, json(&page)["error"].as_str()), (400, Some("invalid_request")));
    let basic = format!("Basic {}", STANDARD.encode(format!("report:{SECRET}")));
    let twice = visitor.post_with("/token", &redemption(&code), &[("authorization", &basic)]).await;
    assert_eq!((twice.status, json(&twice)["error"].as_str()), (400, Some("invalid_request")));
    let by_header = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let page = visitor.post_with("/token", &by_header, &[("authorization", &basic)]).await;
    assert_eq!(page.status, 200, "{}", page.html);

    let get = visitor.get("/token").await;
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
    let http = reqwest::Client::new();
    let url = format!("{}/token", server.issuer);
    let send = |content_type: &'static str, body: Vec<u8>| {
        http.post(&url).header("content-type", content_type).body(body).send()
    };
    let wrong_type = send("application/json", b"{}".to_vec()).await.unwrap();
    assert_eq!(wrong_type.status(), 415);
    assert!(wrong_type.text().await.unwrap().contains("invalid_request"));
    let broken = send("application/x-www-form-urlencoded", b"grant_type=%zz".to_vec()).await.unwrap();
    assert_eq!(broken.status(), 400);
    let large = send("application/x-www-form-urlencoded", vec![b'a'; 10 * 1024 * 1024]).await;
    // The server may close the connection while the body is being sent.
    if let Ok(large) = large {
        assert_eq!(large.status(), 413);
    }
    assert!(server.is_well());
}

// RFC 7009 and RFC 7662
#[tokio::test]
async fn a_client_revokes_its_own_tokens_and_looks_into_what_it_may_see() {
    let (_server, mut visitor) = signed_in().await;
    let code = visitor.code().await;
    let tokens = json(&visitor.post("/token", &redemption(&code)).await);
    let token = tokens["access_token"].as_str().unwrap();
    let as_report = [("token", token), ("client_id", "report"), ("client_secret", SECRET)];
    let as_service = [("token", token), ("client_id", "service"), ("client_secret", SECRET)];
    assert_eq!(visitor.post("/verify", &[("token", token)]).await.status, 401);
    assert_eq!(visitor.post("/verify", &[("token", token), ("client_id", "swagger-ui")]).await.status, 401);
    assert_eq!(visitor.post("/revoke", &as_service).await.status, 200, "another client's token: no effect, and 200");
    let content = json(&visitor.post("/verify", &as_service).await);
    assert_eq!((content["active"].as_bool(), content["client_id"].as_str()), (Some(true), Some("report")));
    assert_eq!(
        visitor
            .post("/revoke", &[("token", "unknown"), ("client_id", "report"), ("client_secret", SECRET)])
            .await
            .status,
        200
    );
    assert_eq!(visitor.post("/revoke", &as_report).await.status, 200);
    assert_eq!(visitor.post("/verify", &as_report).await.html, "{\"active\":false}");
    let id_token = tokens["id_token"].as_str().unwrap();
    let form = [("token", id_token), ("client_id", "report"), ("client_secret", SECRET)];
    assert_eq!(visitor.post("/verify", &form).await.html, "{\"active\":false}", "an ID token is no access token");
}

#[tokio::test]
async fn a_service_gets_a_token_for_itself_that_other_libraries_verify() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "service"),
        ("client_secret", SECRET),
        ("scope", "orders:read"),
    ];
    let tokens = json(&visitor.post("/api/oauth2/token", &form).await);
    let token = tokens["access_token"].as_str().unwrap();
    assert!(tokens.get("id_token").is_none() && tokens.get("refresh_token").is_none());

    // The crate jsonwebtoken is independent of the code that signs.
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    let jwks = visitor.get("/jwks.json").await;
    assert!(jwks.header("cache-control").starts_with("public, max-age="));
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&jwks.html).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(header.alg);
    rules.set_audience(&["https://api.orders.example"]);
    rules.set_issuer(&[&server.issuer]);
    let verified = jsonwebtoken::decode::<serde_json::Value>(token, &key, &rules).unwrap();
    assert!(verified.claims["iat"].is_i64() && verified.claims["exp"].is_i64(), "{}", verified.claims);
    assert_eq!(
        (verified.claims["sub"].as_str(), verified.claims["scope"].as_str()),
        (Some("service"), Some("orders:read"))
    );

    let known = Visitor::new(&server.issuer).get("/jwks.json").await;
    let http = reqwest::Client::new();
    let asked = http.get(format!("{}/jwks.json", server.issuer)).header("if-none-match", known.header("etag"));
    assert_eq!(asked.send().await.unwrap().status(), 304);

    // The verifier library, also when the server is down.
    let verifier = signet::verify::Verifier::of(&server.issuer, "https://api.orders.example").connect().await.unwrap();
    let other = signet::verify::Verifier::of(&server.issuer, "https://api.other.example").connect().await.unwrap();
    // With the first token it also fetches the status list that the token names.
    verifier.verify_fresh(token).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    drop(server);
    assert!(verifier.verify(token).unwrap_or_else(|refusal| panic!("{refusal}")).scope().contains("orders:read"));
    assert_eq!(other.verify(token).err().unwrap().code(), "wrong_audience");
}
