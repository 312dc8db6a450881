//! The modules that the plans `oidcc-basic`, `-implicit` and `-hybrid` and their `formpost` variants of the OpenID
//! Foundation's test suite have in common, each for every response type and response mode.

use serde_json::Value;

use crate::{
    api::Api,
    openid_rig::{CALLBACK, EVE, FLOWS, Rig, everything, follow, members, now},
    visitor::Visitor,
};

/// The claims about the user that the client received: from `/userinfo`, or in the ID token if there is no access
/// token.
fn told(login: &crate::openid_rig::Login) -> Value {
    if login.userinfo.is_null() { login.claims() } else { login.userinfo.clone() }
}

// oidcc-server, and oidcc-idtoken-signature: each login checks codes, hashes, signature and `/userinfo`.
#[tokio::test]
async fn server_a_login_gives_what_was_asked_for_and_no_more() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let login = client.login(&mut rig.browser(), &[]).await;
        assert_eq!(login.seen, ["/login", "/consent"], "{flow:?}");
        let expected: &[&str] = match flow.0 {
            "code" => &["code", "iss", "state"],
            "id_token" => &["id_token", "iss", "state"],
            "id_token token" => &["access_token", "expires_in", "id_token", "iss", "scope", "state", "token_type"],
            "code id_token" => &["code", "id_token", "iss", "state"],
            "code token" => &["access_token", "code", "expires_in", "iss", "scope", "state", "token_type"],
            _ => &["access_token", "code", "expires_in", "id_token", "iss", "scope", "state", "token_type"],
        };
        assert_eq!(login.answer.parameters.keys().collect::<Vec<_>>(), expected, "{flow:?}");
        for id_token in &login.id_tokens {
            let claims = crate::claims(id_token);
            assert!(["name", "email", "groups"].iter().all(|name| claims.get(name).is_none()), "{claims}");
        }
    }
}

// oidcc-response-type-missing
#[tokio::test]
async fn response_type_missing_is_an_error_or_a_page() {
    let rig = Rig::start().await;
    for mode in [None, Some("form_post")] {
        // Without a response type, the error can only be returned in the query.
        let client = rig.relying_party(("code", mode)).await;
        let error = client.refused(&mut rig.browser(), &[("response_type", None)]).await;
        assert_eq!(error, "invalid_request");
    }
}

// oidcc-idtoken-signature, and oidcc-idtoken-rs256 of the dynamic plan
#[tokio::test]
async fn id_token_signature_is_by_the_registered_algorithm_and_rs256_without_one() {
    let rig = Rig::start_with("\n[key_ring]\nalgorithms = [\"EdDSA\"]\n").await;
    let usual = rig.relying_party(("code", None)).await;
    assert_eq!(usual.registration["id_token_signed_response_alg"], "RS256");
    usual.login(&mut rig.browser(), &[]).await;
    for algorithm in ["RS256", "ES256"] {
        let extra = serde_json::json!({"id_token_signed_response_alg": algorithm});
        let client = rig.registered(("code id_token", None), extra).await;
        client.login(&mut rig.browser(), &[]).await;
    }
    let edwards = rig.registered(("code", None), serde_json::json!({"id_token_signed_response_alg": "EdDSA"})).await;
    let mut browser = rig.browser();
    let outcome = edwards.ask(&mut browser, &[]).await;
    let tokens = edwards.redeem(&mut browser, &outcome.answer.unwrap().parameters["code"]).await;
    let id_token = tokens["id_token"].as_str().unwrap();
    let claims = edwards.check_id_token(&mut browser, id_token, Some("n-0S6_WzA2Mj")).await;
    assert_eq!(claims["at_hash"].as_str().unwrap().len(), 43);
    // oidcc-idtoken-unsigned is skipped, since `none` is not supported.
    let body = serde_json::json!({"client_name": "Suite", "redirect_uris": [CALLBACK], "id_token_signed_response_alg": "none"});
    let refused = Api::new(&rig.server.issuer, None).post("/register", &body).await;
    assert_eq!(refused.refusal(), (400, "invalid_client_metadata"));
}

// oidcc-userinfo-get, -post-header and -post-body
#[tokio::test]
async fn userinfo_is_informed_by_get_and_by_post_with_the_token_in_the_header_or_in_the_form() {
    let rig = Rig::start().await;
    // Every flow with an access token.
    for flow in FLOWS.into_iter().filter(|(response_type, _)| *response_type != "id_token") {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        let login = client.login(&mut browser, &[("scope", Some("openid profile"))]).await;
        let token = login.access_token.clone().unwrap();
        let header = format!("Bearer {token}");
        let in_form = [("access_token", token.as_str())];
        let by_header = browser.post_with("/userinfo", &[], &[("authorization", &header)]).await;
        let by_body = browser.post_with("/userinfo", &in_form, &[]).await;
        for page in [by_header, by_body] {
            assert_eq!((page.status, page.header("content-type")), (200, "application/json"), "{}", page.html);
            assert_eq!(crate::json(&page), login.userinfo);
        }
        let updated_at = login.userinfo["updated_at"].as_i64().unwrap();
        assert!((now() - 600..=now()).contains(&updated_at), "{updated_at}");
        // RFC 6750 §2: "Clients MUST NOT use more than one method".
        let both = browser.post_with("/userinfo", &in_form, &[("authorization", &header)]).await;
        assert_eq!((both.status, crate::json(&both)["error"].as_str()), (400, Some("invalid_request")));
        let none = browser.post_with("/userinfo", &[("x", "1")], &[]).await;
        assert_eq!((none.status, none.header("www-authenticate")), (401, "Bearer realm=\"signet\""));
        let in_query = browser.get(&format!("/userinfo?access_token={token}")).await;
        assert_eq!(in_query.status, 401);
        // Without a body there is no Content-Type.
        let bare = Api::new(&rig.server.issuer, Some(&token)).call("POST", "/userinfo", None).await.expect(200);
        assert_eq!(bare, login.userinfo);
    }
}

const PROFILE: [&str; 14] = [
    "birthdate",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

// oidcc-scope-profile, -email, -address, -phone and -all
#[tokio::test]
async fn scope_profile_email_address_phone_and_all_ask_for_all_of_their_claims_and_no_others() {
    let rig = Rig::start().await;
    let email = ["email", "email_verified"];
    let phone = ["phone_number", "phone_number_verified"];
    let all: Vec<&str> = PROFILE.iter().chain(&email).chain(&phone).chain(&["address", "groups"]).copied().collect();
    let about_token =
        ["iss", "aud", "azp", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "c_hash"];
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        for (scope, expected) in [
            ("openid profile", &PROFILE[..]),
            ("openid email", &email),
            ("openid address", &["address"]),
            ("openid phone", &phone),
            ("openid profile email address phone groups", &all),
        ] {
            let login = client.login(&mut browser, &[("scope", Some(scope))]).await;
            let told = told(&login);
            let mut names: Vec<&str> = members(&told).keys().map(String::as_str).collect();
            names.retain(|name| *name != "sub" && !about_token.contains(name));
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            names.sort_unstable();
            assert_eq!(names, expected, "{flow:?} {scope}");
            for name in expected.into_iter().filter(|name| everything().get(name).is_some() && *name != "address") {
                assert_eq!(told[name], everything()[name], "{name}");
            }
            if scope.contains("address") {
                assert!(told["address"]["formatted"].as_str().unwrap().contains("Berlin"), "{told}");
            }
            // If there is an access token, the claims are only at /userinfo.
            if flow.0 != "id_token" && flow.0 != "code token" {
                assert!(
                    members(&login.claims()).keys().all(|name| name == "sub" || about_token.contains(&name.as_str()))
                );
            }
        }
    }
}

// oidcc-alternate-happy-flow
#[tokio::test]
async fn alternate_happy_flow_the_order_of_scopes_and_parameters_does_not_matter() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        let mut pairs = client.pairs(&[("scope", Some("email openid profile"))]);
        pairs.reverse();
        let query = signet::oauth::parameters::encode(&pairs);
        let page = browser.get(&format!("/authorize?{query}")).await;
        let outcome = follow(&mut browser, page, EVE).await;
        let login = client.finish(&mut browser, outcome, Some("n-0S6_WzA2Mj")).await;
        assert_eq!(told(&login)["email"], "eve@example.org", "{flow:?}");
        if flow.0.contains(' ') {
            let response_type: Vec<&str> = flow.0.rsplit(' ').collect();
            let silent = [("response_type", Some(response_type.join(" "))), ("prompt", Some("none".to_owned()))];
            let silent: Vec<_> = silent.iter().map(|(name, value)| (*name, value.as_deref())).collect();
            client.login(&mut browser, &silent).await;
        }
    }
}

// oidcc-display-page, oidcc-display-popup, oidcc-ensure-request-with-unknown-parameter-succeeds, oidcc-ui-locales,
// oidcc-claims-locales, oidcc-ensure-request-with-acr-values-succeeds
#[tokio::test]
async fn display_ui_locales_claims_locales_acr_values_and_unknown_parameters_are_accepted() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        for change in [
            ("display", Some("page")),
            ("display", Some("popup")),
            ("extra", Some("foobar")),
            ("ui_locales", Some("se")),
            ("claims_locales", Some("se")),
            ("acr_values", Some("1")),
            ("acr_values", Some("1 2")),
        ] {
            let login = client.login(&mut browser, &[change]).await;
            assert_eq!(login.claims()["acr"], "1", "{flow:?} {change:?}");
        }
    }
}

// oidcc-login-hint
#[tokio::test]
async fn login_hint_is_accepted_and_fills_in_the_login_page() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let hint = [("login_hint", Some("buffy@suite.example.org"))];
        let mut browser = rig.browser();
        let location = browser.get(&format!("/authorize?{}", client.query(&hint))).await.location();
        assert!(browser.get(&location).await.html.contains("value=\"buffy@suite.example.org\""));
        client.login(&mut browser, &hint).await;
    }
}

// oidcc-prompt-login
#[tokio::test]
async fn prompt_login_shows_the_login_page_again_and_auth_time_is_later() {
    let rig = Rig::start().await;
    let mut browser = rig.browser();
    let mut logins = Vec::new();
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        client.login(&mut browser, &[]).await;
        let again = client.login(&mut browser, &[("prompt", Some("login"))]).await;
        assert_eq!(again.seen, ["/login"], "{flow:?}");
        logins.push(again.claims());
    }
    let auth_time = |claims: &Value| claims["auth_time"].as_i64().unwrap();
    assert!(logins.windows(2).all(|pair| auth_time(&pair[0]) <= auth_time(&pair[1])));
    assert!(logins.iter().all(|claims| claims["iat"].as_i64().unwrap() - auth_time(claims) <= 1));
    assert!(logins.windows(2).all(|pair| pair[0]["sub"] == pair[1]["sub"]));
}

// oidcc-prompt-none-not-logged-in
#[tokio::test]
async fn prompt_none_not_logged_in_is_an_error_with_the_state_intact() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let error = client.refused(&mut rig.browser(), &[("prompt", Some("none"))]).await;
        assert_eq!(error, "login_required", "{flow:?}");
    }
}

// oidcc-prompt-none-logged-in, and oidcc-max-age-10000
#[tokio::test]
async fn prompt_none_logged_in_and_max_age_10000_show_no_page_and_keep_sub_and_auth_time() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        let first = client.login(&mut browser, &[("max_age", Some("10000"))]).await;
        for change in [("prompt", Some("none")), ("max_age", Some("10000"))] {
            let silent = client.login(&mut browser, &[change]).await;
            assert!(silent.seen.is_empty(), "{flow:?} {:?}", silent.seen);
            for claim in ["sub", "auth_time", "sid"] {
                assert_eq!(first.claims()[claim], silent.claims()[claim], "{flow:?} {claim}");
            }
        }
    }
}

// oidcc-max-age-1
#[tokio::test]
async fn max_age_1_after_two_seconds_asks_for_the_password_again() {
    let rig = Rig::start().await;
    let mut signed_in = Vec::new();
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        let first = client.login(&mut browser, &[]).await;
        signed_in.push((flow, client, browser, first));
    }
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    for (flow, client, mut browser, first) in signed_in {
        let silent = client.refused(&mut browser, &[("max_age", Some("1")), ("prompt", Some("none"))]).await;
        assert_eq!(silent, "login_required", "{flow:?}");
        let again = client.login(&mut browser, &[("max_age", Some("1"))]).await;
        assert!(again.saw("/login"), "{flow:?}");
        let auth_time = |claims: Value| claims["auth_time"].as_i64().unwrap();
        assert!(auth_time(again.claims()) > auth_time(first.claims()), "{flow:?}");
        assert_eq!(again.claims()["sub"], first.claims()["sub"]);
    }
}

// oidcc-id-token-hint
#[tokio::test]
async fn id_token_hint_with_prompt_none_succeeds_silently_for_the_same_person() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        let first = client.login(&mut browser, &[]).await;
        let hint = first.id_tokens.last().unwrap().as_str();
        let silent = [("prompt", Some("none")), ("id_token_hint", Some(hint))];
        let again = client.login(&mut browser, &silent).await;
        assert!(again.seen.is_empty() && again.claims()["sub"] == first.claims()["sub"], "{flow:?}");
    }
}

// oidcc-ensure-registered-redirect-uri
#[tokio::test]
async fn ensure_registered_redirect_uri_another_one_gets_a_page_and_no_redirect() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let other = format!("{CALLBACK}/x");
        let outcome = client.ask(&mut rig.browser(), &[("redirect_uri", Some(&other))]).await;
        assert!(outcome.answer.is_none() && outcome.seen.is_empty(), "{flow:?}");
        assert_eq!(outcome.page.status, 400);
        assert!(outcome.page.html.contains("Invalid redirect URI"));
    }
}

// oidcc-ensure-post-request-succeeds
#[tokio::test]
async fn ensure_post_request_succeeds_also_from_a_form_of_another_site() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        let page = browser.post_with("/authorize", &client.pairs(&[]), &[("sec-fetch-site", "cross-site")]).await;
        let outcome = follow(&mut browser, page, EVE).await;
        client.finish(&mut browser, outcome, Some("n-0S6_WzA2Mj")).await;
        // The browser sends no cookies with a cross-site form, but sends them after the redirect.
        let mut without_cookies = Visitor::new(&rig.server.issuer);
        let silent = client.pairs(&[("prompt", Some("none"))]);
        let page = without_cookies.post_with("/authorize", &silent, &[("sec-fetch-site", "cross-site")]).await;
        browser.cookies.extend(without_cookies.cookies);
        let outcome = follow(&mut browser, page, EVE).await;
        let login = client.finish(&mut browser, outcome, Some("n-0S6_WzA2Mj")).await;
        assert!(login.seen.is_empty(), "{flow:?}");
        let page = browser.post_with("/authorize", &client.pairs(&[("prompt", Some("none login"))]), &[]).await;
        let outcome = follow(&mut browser, page, EVE).await;
        assert_eq!(outcome.answer.unwrap().parameters["error"], "invalid_request");
    }
}

// oidcc-claims-essential
#[tokio::test]
async fn claims_essential_the_name_is_informed_at_userinfo_and_not_in_the_id_token() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let claims = r#"{"userinfo":{"name":{"essential":true}}}"#;
        let login = client.login(&mut rig.browser(), &[("claims", Some(claims))]).await;
        for id_token in &login.id_tokens {
            assert!(crate::claims(id_token).get("name").is_none(), "{flow:?}");
        }
        if login.access_token.is_some() {
            assert_eq!(login.userinfo["name"], "Eve Example", "{flow:?}");
            assert!(login.userinfo.get("given_name").is_none(), "{flow:?}");
        }
    }
}

// oidcc-ensure-request-without-nonce-fails, and oidcc-ensure-request-without-nonce-succeeds-for-code-flow
#[tokio::test]
async fn ensure_request_without_nonce_fails_where_an_id_token_comes_through_the_browser_and_nowhere_else() {
    let rig = Rig::start().await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        if flow.0.contains("id_token") {
            assert_eq!(client.refused(&mut browser, &[("nonce", None)]).await, "invalid_request", "{flow:?}");
        } else {
            client.login(&mut browser, &[("nonce", None)]).await;
        }
    }
}

// §3.1.2.6: the user denies the request.
#[tokio::test]
async fn a_person_who_denies_is_an_error_where_the_answer_would_have_been() {
    let rig = Rig::start().await;
    let mut signed_in = rig.browser();
    signed_in.sign_in(EVE).await;
    for flow in FLOWS {
        let client = rig.relying_party(flow).await;
        let mut browser = signed_in.clone();
        let location = browser.get(&format!("/authorize?{}", client.query(&[]))).await.location();
        let page = browser.get(&location).await;
        let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
        let form = [("decision", "deny"), ("interaction", interaction.as_str()), ("anti_forgery", &token)];
        let page = browser.post("/consent", &form).await;
        let outcome = follow(&mut browser, page, EVE).await;
        assert_eq!(outcome.answer.unwrap().parameters["error"], "access_denied", "{flow:?}");
    }
}
