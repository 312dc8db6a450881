//! Which claims a client receives, and where: the parameter `claims`, `claims_in_id_token`, and a signed `/userinfo`.

use serde_json::{Value, json};
use signet::jose::{JwkSet, TokenType, UnverifiedJwt};

use crate::{
    api::{Api, text},
    openid_rig::{EVE, FLOWS, Rig, follow, members},
};

// OpenID Connect Core §5.5
#[tokio::test]
async fn claims_by_name_are_agreed_to_and_told_where_they_were_asked_for_and_after_a_refresh() {
    let rig = Rig::start().await;
    let extra = json!({"grant_types": ["authorization_code", "refresh_token"]});
    let client = rig.registered(("code", None), extra).await;
    let claims = r#"{"userinfo":{"email":{"essential":true},"nickname":null,"shoe_size":null},
        "id_token":{"email":{"value":"someone@else.example"},"auth_time":{"essential":true},"acr":null}}"#;
    let asked = [("claims", Some(claims))];
    let mut browser = rig.browser();
    browser.sign_in(EVE).await;
    let location = browser.get(&format!("/authorize?{}", client.query(&asked))).await.location();
    let page = browser.get(&location).await;
    for shown in ["See your e-mail address", "See your nickname"] {
        assert!(page.html.contains(shown), "{}", page.html);
    }
    assert!(!page.html.contains("shoe_size"), "{}", page.html);

    let login = client.login(&mut browser, &asked).await;
    assert_eq!(login.seen, ["/consent"]);
    let told = |userinfo: &Value, id_token: &Value| {
        assert_eq!((&userinfo["email"], &userinfo["nickname"]), (&json!("eve@example.org"), &json!("E")));
        assert_eq!(id_token["email"], "eve@example.org");
        assert!(userinfo.get("name").is_none() && id_token.get("nickname").is_none() && id_token.get("name").is_none());
        assert!(userinfo.get("email_verified").is_none());
    };
    told(&login.userinfo, &login.claims());
    let form = [("grant_type", "refresh_token"), ("refresh_token", &text(&login.tokens, "refresh_token"))];
    let refreshed = crate::json(&client.token(&mut browser, &form).await);
    let userinfo = Api::new(&rig.server.issuer, Some(&text(&refreshed, "access_token"))).get("/userinfo").await;
    told(&userinfo.expect(200), &crate::claims(&text(&refreshed, "id_token")));

    // The claims are listed on the page of connected applications, and in the API of administrators.
    let page = browser.get("/account/applications").await;
    assert!(page.html.contains("See your e-mail address") && page.html.contains("See your nickname"), "{}", page.html);
    let eve = Api::of_person(&mut browser, "signet:account").await;
    let named = json!(["email", "nickname"]);
    let listed = |list: &Value| {
        list.as_array().unwrap().iter().find(|one| one["client_id"] == *client.client_id).unwrap()["claims"].clone()
    };
    assert_eq!(listed(&eve.get("/users/me/grants").await.expect(200)["grants"]), named);
    assert_eq!(listed(&eve.get("/users/me/applications").await.expect(200)["applications"]), named);

    // Consent is remembered for the agreed claims; other claims require new consent.
    assert!(client.login(&mut browser, &asked).await.seen.is_empty());
    let more = r#"{"userinfo":{"email":null,"birthdate":null}}"#;
    let silent = [("claims", Some(more)), ("prompt", Some("none"))];
    assert_eq!(client.refused(&mut browser, &silent).await, "consent_required");
    let with_scope = [("claims", Some(r#"{"userinfo":{"email":null}}"#)), ("scope", Some("openid"))];
    assert!(client.login(&mut browser, &with_scope).await.seen.is_empty());
    assert!(client.login(&mut browser, &[]).await.userinfo.get("email").is_none(), "the next login did not ask");
}

#[tokio::test]
async fn claims_by_name_are_sent_in_every_flow() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let claims = r#"{"userinfo":{"nickname":null},"id_token":{"email":{"essential":true}}}"#;
        let login = client.login(&mut rig.browser(), &[("claims", Some(claims))]).await;
        for id_token in &login.id_tokens {
            assert_eq!(crate::claims(id_token)["email"], "eve@example.org", "{flow:?}");
        }
        if login.access_token.is_some() {
            assert_eq!(login.userinfo["nickname"], "E", "{flow:?}");
            assert!(login.userinfo.get("email").is_none(), "{flow:?}");
        }
    }
}

#[tokio::test]
async fn a_client_is_informed_nothing_by_name_that_it_is_not_registered_for() {
    let rig = Rig::start().await;
    let client = rig.registered(("code", None), json!({"scope": "openid profile"})).await;
    let claims = r#"{"userinfo":{"email":{"essential":true},"name":null},"id_token":{"groups":null}}"#;
    let login = client.login(&mut rig.browser(), &[("claims", Some(claims))]).await;
    assert_eq!(login.userinfo["name"], "Eve Example");
    assert!(login.userinfo.get("email").is_none() && login.claims().get("groups").is_none());
    let plain = [("scope", Some("profile")), ("claims", Some(claims))];
    let outcome = client.ask(&mut rig.browser(), &plain).await;
    let mut browser = rig.browser();
    let tokens = client.redeem(&mut browser, &outcome.answer.unwrap().parameters["code"]).await;
    assert!(tokens["id_token"].is_null(), "without openid it is no login");
}

// Limits the size of the claims stored with a login and a grant.
#[tokio::test]
async fn claims_of_any_length_are_ignored_or_refused_but_never_kept() {
    let rig = Rig::start().await;
    let client = rig.relying_party(("code", None)).await;
    let mut browser = rig.browser();
    let unknown = json!({"userinfo": {"x".repeat(3000): null}}).to_string();
    client.login(&mut browser, &[("claims", Some(&unknown))]).await;
    let long = json!({"id_token": {"sub": {"value": "a".repeat(1100)}}}).to_string();
    assert_eq!(client.refused(&mut browser, &[("claims", Some(&long))]).await, "invalid_request");
    let deep = format!("{}{}", r#"{"userinfo":"#.repeat(200), "}".repeat(200));
    assert_eq!(client.refused(&mut browser, &[("claims", Some(&deep))]).await, "invalid_request");
    let all: Value = members(&crate::openid_rig::everything()).keys().map(|name| (name.clone(), json!(null))).collect();
    let all = json!({"userinfo": all, "id_token": all}).to_string();
    client.login(&mut browser, &[("claims", Some(&all))]).await;
}

// OpenID Connect Core §5.5.1.1
#[tokio::test]
async fn an_essential_acr_that_cannot_be_reached_is_an_error_and_a_voluntary_one_is_not() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        let asked = |acr: Value| json!({"id_token": {"acr": acr}}).to_string();
        let essential = asked(json!({"essential": true, "values": ["urn:mace:incommon:iap:silver"]}));
        let error = client.refused(&mut browser, &[("claims", Some(&essential))]).await;
        assert_eq!(error, "unmet_authentication_requirements", "{flow:?}");
        for acr in [json!({"essential": true, "values": ["2", "1"]}), json!({"values": ["2"]}), json!(null)] {
            let login = client.login(&mut browser, &[("claims", Some(&asked(acr)))]).await;
            assert_eq!(login.claims()["acr"], "1");
        }
    }
}

// A setting of the client, for applications that do not call `/userinfo`.
#[tokio::test]
async fn claims_in_id_token_puts_the_claims_of_the_scope_there_too() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.registered(flow, json!({"claims_in_id_token": true})).await;
        let scope = [("scope", Some("openid email groups"))];
        let login = client.login(&mut rig.browser(), &scope).await;
        for id_token in &login.id_tokens {
            let claims = crate::claims(id_token);
            assert_eq!((&claims["email"], &claims["groups"]), (&json!("eve@example.org"), &json!([])), "{flow:?}");
            assert!(claims.get("name").is_none());
        }
    }
}

// oidcc-userinfo-rs256
#[tokio::test]
async fn userinfo_rs256_is_a_signed_jwt_for_the_client() {
    let rig = Rig::start().await;
    for algorithm in ["RS256", "ES256"] {
        let extra = json!({"userinfo_signed_response_alg": algorithm, "subject_type": "pairwise"});
        let client = rig.registered(("code", None), extra).await;
        let mut browser = rig.browser();
        let page = browser.get(&format!("/authorize?{}", client.query(&[("scope", Some("openid email"))]))).await;
        let outcome = follow(&mut browser, page, EVE).await;
        let tokens = client.redeem(&mut browser, &outcome.answer.unwrap().parameters["code"]).await;
        let header = format!("Bearer {}", text(&tokens, "access_token"));
        let page = browser.post_with("/userinfo", &[], &[("authorization", &header)]).await;
        assert_eq!((page.status, page.header("content-type")), (200, "application/jwt"), "{}", page.html);
        assert_eq!(page.header("cache-control"), "no-store");
        let keys = JwkSet::parse(&browser.get("/jwks.json").await.html).unwrap();
        let unverified = UnverifiedJwt::parse(&page.html).unwrap();
        assert_eq!(unverified.algorithm().as_str(), algorithm);
        let verified = unverified.verify(&keys).unwrap().of_type(TokenType::IdToken).unwrap();
        let claims = Value::Object(verified.into_claims().into_map());
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(client.issuer), &json!(client.client_id)));
        assert_eq!(claims["sub"], crate::claims(&text(&tokens, "id_token"))["sub"]);
        assert_eq!(claims["email"], "eve@example.org");
        assert!(claims.get("nonce").is_none() && claims.get("exp").is_none());
    }
}
