//! The modules of the plan `oidcc-dynamic` about client metadata: redirect URIs, client keys and their rotation, and
//! the rotation of the server's keys.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use signet::{
    jose::{JwkSet, UnverifiedJwt},
    oauth::parameters::encode,
};
use time::Duration;

use crate::{
    api::{Api, text},
    crawl::forms,
    https::HttpsServer,
    openid_rig::{CALLBACK, EVE, FLOWS, Rig, follow},
    served_here::ServedHere,
    signer::{Signer, at},
    support::ADMINISTRATOR,
    visitor::{REDIRECT_URI, Visitor, config, parameter},
};

/// Registers for `private_key_jwt`, with additional metadata.
fn key_holder(more: &Value) -> Value {
    let mut body = json!({"token_endpoint_auth_method": "private_key_jwt"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

// oidcc-ensure-redirect-uri-in-authorization-request
#[tokio::test]
async fn ensure_redirect_uri_in_authorization_request_when_two_are_registered() {
    let rig = Rig::start().await;
    let other = format!("{CALLBACK}2");
    for flow in FLOWS {
        let client = rig.registered(flow, json!({"redirect_uris": [CALLBACK, other]})).await;
        let outcome = client.ask(&mut rig.browser(), &[("redirect_uri", None)]).await;
        assert!(outcome.answer.is_none() && outcome.seen.is_empty(), "{flow:?}");
        assert_eq!(outcome.page.status, 400);
        assert!(outcome.page.html.contains("Invalid redirect URI"), "{}", outcome.page.html);
        client.login(&mut rig.browser(), &[]).await;
    }
}

// oidcc-redirect-uri-query-OK, -query-mismatch and -query-added
#[tokio::test]
async fn redirect_uri_with_a_query_is_kept_and_compared_with_its_query() {
    let rig = Rig::start().await;
    let registered = format!("{CALLBACK}?foo=bar");
    for flow in FLOWS {
        let client = rig.registered(flow, json!({"redirect_uris": [registered]})).await;
        let mut browser = rig.browser();
        browser.sign_in(EVE).await;
        let mut page =
            browser.get(&format!("/authorize?{}", client.query(&[("redirect_uri", Some(&registered))]))).await;
        while page.status == 303 && page.location().starts_with('/') {
            page = browser.get(&page.location()).await;
            if page.html.contains("consent-allow") {
                let form = forms("/consent", &page.html).remove(0);
                page = browser.post("/consent", &form.with(&[("decision", Some("allow"))])).await;
            }
        }
        match flow {
            (_, Some("form_post")) => {
                assert!(page.html.contains(&format!("action=\"{registered}\"")), "{flow:?}: {}", page.html);
            }
            ("code", _) => assert!(page.location().starts_with(&format!("{registered}&code=")), "{}", page.location()),
            _ => assert!(page.location().starts_with(&format!("{registered}#")), "{flow:?}: {}", page.location()),
        }
        for wrong in [CALLBACK.to_owned(), format!("{CALLBACK}?foo=baz"), format!("{registered}&a=b")] {
            let outcome = client.ask(&mut rig.browser(), &[("redirect_uri", Some(&wrong))]).await;
            assert!(outcome.answer.is_none() && outcome.seen.is_empty(), "{flow:?} {wrong}");
            assert!(outcome.page.status == 400 && outcome.page.html.contains("Invalid redirect URI"), "{wrong}");
        }
        let plain = rig.relying_party(flow).await;
        let outcome = plain.ask(&mut rig.browser(), &[("redirect_uri", Some(&registered))]).await;
        assert!(outcome.answer.is_none() && outcome.page.status == 400, "a query was added");
    }
}

// oidcc-redirect-uri-regfrag
#[tokio::test]
async fn redirect_uri_regfrag_a_redirect_uri_with_a_fragment_is_not_registered() {
    let rig = Rig::start().await;
    let no_one = Api::new(&rig.server.issuer, None);
    for uri in [format!("{CALLBACK}#foo"), format!("{CALLBACK}#")] {
        let body = json!({"client_name": "Suite", "redirect_uris": [uri]});
        assert_eq!(no_one.post("/register", &body).await.refusal(), (400, "invalid_redirect_uri"), "{uri}");
    }
}

// oidcc-server of the dynamic plan, and oidcc-ensure-client-assertion-with-iss-aud-succeeds
#[tokio::test]
async fn server_a_relying_party_with_a_key_without_kid_names_the_token_endpoint_or_the_issuer() {
    let rig = Rig::start().await;
    for flow in FLOWS.into_iter().filter(|(response_type, _)| response_type.contains("code")) {
        let signer = Signer::generate("RS256");
        let extra = key_holder(&json!({"jwks": {"keys": [signer.public()]}}));
        let mut client = rig.registered(flow, extra).await;
        assert!(client.registration.get("client_secret").is_none());
        client.key = Some(signer);
        client.login(&mut rig.browser(), &[]).await;
        // The issuer as the audience.
        let mut browser = rig.browser();
        let outcome = client.ask(&mut browser, &[]).await;
        let code = outcome.answer.unwrap().parameters["code"].clone();
        let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        let assertion = client.key.as_ref().unwrap().sign(&client.assertion(&client.issuer));
        let page = client.token_by(&mut browser, &form, &assertion).await;
        assert_eq!(page.status, 200, "{flow:?}: {}", page.html);
        // An assertion signed with another key is rejected.
        let stranger = Signer::generate("RS256").sign(&client.assertion(&client.issuer));
        let page = client.token_by(&mut browser, &form, &stranger).await;
        assert_eq!((page.status, crate::json(&page)["error"].as_str()), (401, Some("invalid_client")));
    }
}

// oidcc-registration-jwks-uri and oidcc-refresh-token-rp-key-rotation
#[tokio::test(flavor = "multi_thread")]
async fn registration_jwks_uri_and_refresh_token_rp_key_rotation_a_new_key_counts_within_a_minute() {
    let (first, second) = (Signer::generate("RS256"), Signer::generate("RS256"));
    let published = Arc::new(Mutex::new(json!({"keys": [first.named("one")]}).to_string()));
    let shown = Arc::clone(&published);
    let https = HttpsServer::json(move |_| shown.lock().unwrap().clone());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &https.authority).unwrap();
    let rig = format!(
        "\n[oauth]\ndynamic_registration = \"open\"\n[fetch]\nallow_private_addresses = true\n\
         certificate_authority = \"{}\"\n",
        file.display()
    );
    let server = ServedHere::start(&format!("profile = \"oidc-compat\"\n{}{rig}", config())).await;
    let body = key_holder(&json!({
        "client_name": "Suite", "redirect_uris": [REDIRECT_URI], "jwks_uri": https.url("/jwks"),
        "grant_types": ["authorization_code", "refresh_token"],
    }));
    let client = Api::new(&server.issuer, None).post("/register", &body).await.expect(201);
    let client_id = text(&client, "client_id");
    let mut browser = Visitor::new(&server.issuer);
    browser.sign_in(ADMINISTRATOR).await;
    let ask = async |browser: &mut Visitor, signer: &Signer, kid: &str, form: &[(&str, &str)]| {
        let now = server.clock.now().unix_timestamp();
        let claims = json!({"iss": client_id, "sub": client_id, "aud": format!("{}/token", server.issuer),
            "iat": now, "exp": now + 60, "jti": format!("{kid}-{now}-{}", form[0].1)});
        let assertion = signer.sign_with(&json!({"kid": kid}), &claims);
        let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        browser.post("/token", &[form, &[kind, ("client_assertion", &assertion)]].concat()).await
    };
    let query = encode(&[
        ("response_type", "code"),
        ("client_id", &client_id),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid offline_access"),
        ("prompt", "consent"),
        ("state", "s"),
    ]);
    let code = parameter(&browser.authorize(&query).await, "code").unwrap();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", REDIRECT_URI)];
    let page = ask(&mut browser, &first, "one", &form).await;
    assert_eq!(page.status, 200, "{}", page.html);
    let refresh_token = text(&crate::json(&page), "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];

    *published.lock().unwrap() = json!({"keys": [second.named("two")]}).to_string();
    server.clock.advance(Duration::seconds(60));
    let page = ask(&mut browser, &second, "two", &form).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert_eq!(https.requests(), 2, "once for each key");
    server.clock.advance(Duration::seconds(1));
    let page = ask(&mut browser, &first, "one", &form).await;
    assert_eq!((page.status, crate::json(&page)["error"].as_str()), (401, Some("invalid_client")), "the old key");
}

// oidcc-server-rotate-keys
#[tokio::test]
async fn server_rotate_keys_a_new_key_has_a_new_kid_and_the_old_one_is_still_there() {
    let rig = Rig::start().await;
    let clients = [
        rig.relying_party(("code", None)).await,
        rig.registered(("code id_token", None), json!({"id_token_signed_response_alg": "ES256"})).await,
    ];
    let mut before = Vec::new();
    for client in &clients {
        before.extend(client.login(&mut rig.browser(), &[]).await.id_tokens);
    }
    let mut root = rig.browser();
    root.sign_in(ADMINISTRATOR).await;
    let page = root.get("/admin/keys").await;
    let rotate = forms("/admin/keys", &page.html).into_iter().find(|form| form.action == "/admin/keys/rotate").unwrap();
    assert_eq!(root.post("/admin/keys/rotate", &rotate.with(&[])).await.status, 303);
    let mut after = Vec::new();
    for client in &clients {
        after.extend(client.login(&mut rig.browser(), &[]).await.id_tokens);
    }
    let keys = JwkSet::parse(&root.get("/jwks.json").await.html).unwrap();
    let kid = |token: &String| UnverifiedJwt::parse(token).unwrap().kid().unwrap().to_owned();
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(kid(before), kid(after));
        for token in [before, after] {
            UnverifiedJwt::parse(token).unwrap().verify(&keys).unwrap();
        }
    }
}

// oidcc-request-uri-signed-rs256: the suite registers a URI with a fragment.
#[tokio::test(flavor = "multi_thread")]
async fn request_uri_signed_rs256_is_fetched_for_who_has_registered_it() {
    let shown = Arc::new(Mutex::new(String::new()));
    let document = Arc::clone(&shown);
    let https = HttpsServer::json(move |_| document.lock().unwrap().clone());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &https.authority).unwrap();
    let settings = format!(
        "request_uri = true\n[fetch]\nallow_private_addresses = true\ncertificate_authority = \"{}\"\n",
        file.display()
    );
    let rig = Rig::start_with(&settings).await;
    let uri = format!("{}#abc", https.url("/request"));
    for flow in FLOWS {
        let signer = Signer::generate("RS256");
        let extra = json!({
            "jwks": {"keys": [signer.public()]}, "request_uris": [uri], "request_object_signing_alg": "RS256",
        });
        let client = rig.registered(flow, extra).await;
        assert_eq!(client.registration["request_uris"], json!([uri]));
        let mut claims: Value =
            client.pairs(&[]).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        claims["iss"] = client.client_id.as_str().into();
        claims["aud"] = client.issuer.as_str().into();
        claims["exp"] = at(60).into();
        *shown.lock().unwrap() = signer.sign(&claims);
        let query = encode(&[
            ("client_id", client.client_id.as_str()),
            ("response_type", &client.response_type),
            ("scope", "openid"),
            ("request_uri", &uri),
        ]);
        let mut browser = rig.browser();
        let page = browser.get(&format!("/authorize?{query}")).await;
        let outcome = follow(&mut browser, page, EVE).await;
        client.finish(&mut browser, outcome, Some("n-0S6_WzA2Mj")).await;
    }
}
