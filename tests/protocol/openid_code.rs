//! The modules of the plan `oidcc-basic` about codes, PKCE, client authentication and refresh tokens.

use serde_json::json;

use crate::{
    api::{Api, text},
    openid_rig::{CALLBACK, FLOWS, RelyingParty, Rig, assert_entropy},
    served_here::ServedHere,
    support::ADMINISTRATOR,
    visitor::{CHALLENGE, VERIFIER, Visitor, config, redemption},
};

/// Every flow in which the client redeems a code.
fn code_flows() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    FLOWS.into_iter().filter(|(response_type, _)| response_type.contains("code"))
}

/// A code, and the browser in which it was issued.
async fn code(rig: &Rig, client: &RelyingParty, changes: &[(&str, Option<&str>)]) -> (String, Visitor) {
    let mut browser = rig.browser();
    let outcome = client.ask(&mut browser, changes).await;
    (outcome.answer.unwrap().parameters["code"].clone(), browser)
}

// oidcc-codereuse and oidcc-codereuse-30seconds
#[tokio::test]
async fn codereuse_a_second_use_is_invalid_grant_and_ends_the_access_token() {
    let rig = Rig::start().await;
    for flow in code_flows() {
        let client = rig.relying_party(flow).await;
        let (code, mut browser) = code(&rig, &client, &[]).await;
        let tokens = client.redeem(&mut browser, &code).await;
        let api = Api::new(&rig.server.issuer, Some(&text(&tokens, "access_token")));
        api.get("/userinfo").await.expect(200);
        for _ in 0..2 {
            let again = client.exchange(&mut browser, &code, CALLBACK).await;
            assert_eq!((again.status, again.header("content-type")), (400, "application/json"));
            assert_eq!(crate::json(&again)["error"], "invalid_grant");
        }
        assert_eq!(api.get("/userinfo").await.refusal(), (401, "invalid_token"), "{flow:?}");
    }
}

// oidcc-codereuse-30seconds
#[tokio::test]
async fn codereuse_30seconds_a_second_use_after_half_a_minute_is_invalid_grant_and_ends_the_access_token() {
    let server = ServedHere::start(&config()).await;
    let mut browser = Visitor::new(&server.issuer);
    browser.sign_in(ADMINISTRATOR).await;
    let code = browser.code().await;
    let tokens = crate::json(&browser.post("/token", &redemption(&code)).await);
    let api = Api::new(&server.issuer, Some(&text(&tokens, "access_token")));
    server.clock.advance(time::Duration::seconds(30));
    api.get("/userinfo").await.expect(200);
    let again = browser.post("/token", &redemption(&code)).await;
    assert_eq!((again.status, again.header("content-type")), (400, "application/json"));
    assert_eq!(crate::json(&again)["error"], "invalid_grant");
    assert_eq!(api.get("/userinfo").await.refusal(), (401, "invalid_token"));
}

// oidcc-server: "code >= 128 bits long, Shannon entropy > 96 bits"
#[tokio::test]
async fn codes_and_tokens_are_long_random_and_never_the_same() {
    let rig = Rig::start().await;
    let client = rig.relying_party(("code", None)).await;
    let mut browser = rig.browser();
    let mut codes = Vec::new();
    for _ in 0..20 {
        let outcome = client.ask(&mut browser, &[]).await;
        let code = outcome.answer.unwrap().parameters["code"].clone();
        assert_entropy(&code);
        codes.push(code);
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), 20);
}

// oidcc-ensure-request-without-nonce-succeeds-for-code-flow
#[tokio::test]
async fn ensure_request_without_nonce_succeeds_for_code_flow() {
    let rig = Rig::start().await;
    let client = rig.relying_party(("code", None)).await;
    let login = client.login(&mut rig.browser(), &[("nonce", None)]).await;
    assert!(login.claims().get("nonce").is_none());
}

// oidcc-server-client-secret-post
#[tokio::test]
async fn server_client_secret_post() {
    let rig = Rig::start().await;
    for flow in code_flows() {
        let extra = json!({"token_endpoint_auth_method": "client_secret_post"});
        let client = rig.registered(flow, extra).await;
        assert_eq!(client.registration["token_endpoint_auth_method"], "client_secret_post");
        let (code, mut browser) = code(&rig, &client, &[]).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("client_id", &client.client_id),
            ("client_secret", &client.client_secret),
        ];
        let page = browser.post("/token", &form).await;
        assert_eq!(page.status, 200, "{flow:?}: {}", page.html);
        let id_token = text(&crate::json(&page), "id_token");
        client.check_id_token(&mut browser, &id_token, Some("n-0S6_WzA2Mj")).await;
    }
}

// oidcc-ensure-request-with-valid-pkce-succeeds
#[tokio::test]
async fn ensure_request_with_valid_pkce_succeeds_and_with_another_verifier_does_not() {
    let rig = Rig::start().await;
    let challenge = [("code_challenge", Some(CHALLENGE)), ("code_challenge_method", Some("S256"))];
    for flow in code_flows() {
        let client = rig.relying_party(flow).await;
        for (verifier, status) in [(Some(VERIFIER), 200), (Some(CHALLENGE), 400), (None, 400)] {
            let (code, mut browser) = code(&rig, &client, &challenge).await;
            let mut form =
                vec![("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
            form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
            assert_eq!(client.token(&mut browser, &form).await.status, status, "{flow:?} {verifier:?}");
        }
    }
}

// RFC 9700 §2.1.1: `require_pkce` applies to public clients in every profile.
#[tokio::test]
async fn a_public_client_uses_pkce_in_every_profile() {
    let rig = Rig::start().await;
    let body = json!({"client_name": "App", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"});
    let registered = Api::new(&rig.server.issuer, None).post("/register", &body).await.expect(201);
    // Server-specific members are returned only to clients that sent them, since some clients fail on them.
    assert!(registered["require_pkce"].is_null() && registered["disabled"].is_null(), "{registered}");
    let query = format!(
        "response_type=code&scope=openid&nonce=n&client_id={}&redirect_uri={CALLBACK}",
        text(&registered, "client_id")
    );
    let location = rig.browser().get(&format!("/authorize?{query}")).await.location();
    assert!(location.contains("error=invalid_request"), "{location}");
}

// oidcc-refresh-token
#[tokio::test]
async fn refresh_token_gives_a_new_id_token_of_the_same_login_and_only_to_its_client() {
    let rig = Rig::start().await;
    for flow in code_flows().filter(|(_, mode)| mode.is_none()) {
        refreshed(&rig, flow).await;
    }
}

async fn refreshed(rig: &Rig, flow: (&str, Option<&str>)) {
    let implicit = if flow.0 == "code" { &[][..] } else { &["implicit"] };
    let grant_types = [&["authorization_code", "refresh_token"][..], implicit].concat();
    let extra = json!({ "grant_types": grant_types });
    let client = rig.registered(flow, extra.clone()).await;
    let other = rig.registered(flow, extra).await;
    let mut browser = rig.browser();
    let offline = [("scope", Some("openid offline_access")), ("prompt", Some("consent"))];
    let login = client.login(&mut browser, &offline).await;
    let refresh_token = text(&login.tokens, "refresh_token");
    assert_entropy(&refresh_token);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    let page = client.token(&mut browser, &form).await;
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{}", page.html);
    let refreshed = crate::json(&page);
    assert_eq!(refreshed["token_type"], "Bearer");
    // OpenID Connect Core §12.2: "it SHOULD NOT have a nonce Claim".
    let claims = client.check_id_token(&mut browser, &text(&refreshed, "id_token"), None).await;
    let before = login.claims();
    for claim in ["iss", "sub", "aud", "azp", "auth_time", "acr", "sid"] {
        assert_eq!(claims[claim], before[claim], "{claim}");
    }
    assert_ne!(claims["iat"], before["iat"]);
    let userinfo = Api::new(&rig.server.issuer, Some(&text(&refreshed, "access_token"))).get("/userinfo").await;
    assert_eq!(userinfo.expect(200)["sub"], before["sub"]);
    // The refresh token of another client.
    let theirs = other.login(&mut browser, &offline).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", &text(&theirs.tokens, "refresh_token"))];
    let page = client.token(&mut browser, &form).await;
    assert_eq!((page.status, crate::json(&page)["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(other.token(&mut browser, &form).await.status, 200);
}

// oidcc-3rd_party-init-login and -nohttps
#[tokio::test]
async fn third_party_init_login_keeps_and_echoes_initiate_login_uri_and_demands_https() {
    let rig = Rig::start().await;
    let uri = "https://suite.example.org/test/a/signet/login";
    let client = rig.registered(("code", None), json!({"initiate_login_uri": uri})).await;
    assert_eq!(client.registration["initiate_login_uri"], uri);
    let itself = Api::new(&rig.server.issuer, Some(&text(&client.registration, "registration_access_token")));
    let read = itself.get(&text(&client.registration, "registration_client_uri")).await.expect(200);
    assert_eq!(read["initiate_login_uri"], uri);
    let body = json!({"client_name": "Suite", "redirect_uris": [CALLBACK], "initiate_login_uri": "http://suite.example.org/x"});
    let refused = Api::new(&rig.server.issuer, None).post("/register", &body).await;
    assert_eq!(refused.refusal(), (400, "invalid_client_metadata"));
}

// oidcc-registration-logo-uri, -policy-uri and -tos-uri
#[tokio::test]
async fn registration_logo_policy_and_terms_stand_on_the_login_and_the_consent_page() {
    let rig = Rig::start().await;
    let extra = json!({
        "logo_uri": "https://cdn.example.org/logo.png", "policy_uri": "https://suite.example.org/policy",
        "tos_uri": "https://suite.example.org/terms",
    });
    let client = rig.registered(("code", None), extra).await;
    let mut signed_in = rig.browser();
    signed_in.sign_in(crate::openid_rig::EVE).await;
    for mut browser in [rig.browser(), signed_in] {
        let location = browser.get(&format!("/authorize?{}", client.query(&[]))).await.location();
        let page = browser.get(&location).await;
        let logo = "<img src=\"https://cdn.example.org/logo.png\" alt=\"\" width=\"48\" height=\"48\" referrerpolicy=\"no-referrer\">";
        assert!(page.html.contains(logo), "{}", page.html);
        assert!(page.html.contains("suite.example.org/policy") && page.html.contains("suite.example.org/terms"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("img-src 'self' data: https://cdn.example.org;"), "{policy}");
    }
    // The host of a logo would learn who signs in when, so logos of other servers are shown only if the setting enables
    // them.
    let settings = "\n[openid]\nclient_logos = false\n";
    let rig = Rig::start_with(settings).await;
    let client = rig.registered(("code", None), json!({"logo_uri": "https://cdn.example.org/logo.png"})).await;
    let mut browser = rig.browser();
    let location = browser.get(&format!("/authorize?{}", client.query(&[]))).await.location();
    let page = browser.get(&location).await;
    assert!(!page.html.contains("<img") && !page.header("content-security-policy").contains("cdn.example.org"));
}

// The default profile is unaffected.
#[tokio::test]
async fn without_the_profile_no_one_registers_implicit_or_goes_without_pkce_and_state() {
    let settings = "\n[oauth]\ndynamic_registration = \"open\"\nimplicit = true\n";
    let server = crate::RunningServer::start(&format!("{}{settings}", crate::config()));
    let no_one = Api::new(&server.issuer, None);
    let app = json!({"client_name": "App", "redirect_uris": [CALLBACK]});
    let registered = no_one.post("/register", &app).await.expect(201);
    assert!(registered["require_pkce"].is_null(), "{registered}");
    for (member, value) in [("response_types", json!(["id_token"])), ("require_pkce", json!(false))] {
        let mut body = app.clone();
        body[member] = value;
        assert_eq!(no_one.post("/register", &body).await.refusal(), (400, "invalid_client_metadata"), "{member}");
    }
    let query = format!("response_type=code&client_id={}&redirect_uri={CALLBACK}", text(&registered, "client_id"));
    for (more, description) in [("", "state"), ("&state=x", "code_challenge")] {
        // RFC 9700 §4.11.2: an application that anyone could register receives no error by redirect.
        let page = Visitor::new(&server.issuer).get(&format!("/authorize?{query}{more}")).await;
        assert!(page.status == 400 && page.html.contains(description), "{}", page.html);
    }
}
