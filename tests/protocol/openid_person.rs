//! Which user signs in: `id_token_hint`, `sub` in `claims`, and client metadata about logins; and the subject
//! identifiers of users.

use serde_json::{Value, json};

use crate::{
    api::{Api, new_person, text},
    openid_rig::{EVE, Outcome, RelyingParty, Rig, follow},
    support::ADMINISTRATOR,
    visitor::Visitor,
};

/// Sends an authorization request and signs in as `person`.
async fn ask_as(
    client: &RelyingParty,
    browser: &mut Visitor,
    changes: &[(&str, Option<&str>)],
    person: (&str, &str),
) -> Outcome {
    let page = browser.get(&format!("/authorize?{}", client.query(changes))).await;
    follow(browser, page, person).await
}

fn error(outcome: Outcome) -> String {
    let answer = outcome.answer.unwrap_or_else(|| panic!("{}", outcome.page.html));
    answer.parameters.get("error").cloned().unwrap_or_else(|| panic!("{:?}", answer.parameters))
}

// OpenID Connect Core §3.1.2.1
#[tokio::test]
async fn id_token_hint_of_another_person_lets_only_that_person_in() {
    let rig = Rig::start_with("\n[lifetimes]\nid_token = 8\n").await;
    let mut hints = Vec::new();
    for extra in [json!({}), json!({"subject_type": "pairwise"})] {
        let client = rig.registered(("code", None), extra).await;
        let hint = client.login(&mut rig.browser(), &[]).await.id_tokens.pop().unwrap();
        hints.push((client, hint));
    }
    // An expired hint is still valid.
    tokio::time::sleep(std::time::Duration::from_secs(9)).await;
    for (client, hint) in hints {
        let hinted = [("id_token_hint", Some(hint.as_str()))];
        let mut root = rig.browser();
        root.sign_in(ADMINISTRATOR).await;
        let silent = [hinted[0], ("prompt", Some("none"))];
        assert_eq!(client.refused(&mut root, &silent).await, "login_required");
        // First another user signs in, then the right one.
        assert_eq!(error(ask_as(&client, &mut root, &hinted, ADMINISTRATOR).await), "login_required");
        let eve = client.login(&mut root, &hinted).await;
        assert!(eve.saw("/login"));
        assert_eq!(eve.claims()["sub"], crate::claims(&hint)["sub"]);
        // A token that is not an ID token of this client is not a valid hint.
        let other = rig.relying_party(("code", None)).await;
        let theirs = other.login(&mut rig.browser(), &[]).await.id_tokens.pop().unwrap();
        let mut root = rig.browser();
        root.sign_in(ADMINISTRATOR).await;
        client.login(&mut root, &[]).await;
        for hint in [theirs.as_str(), "x.y.z", eve.access_token.as_deref().unwrap()] {
            client.login(&mut root, &[("id_token_hint", Some(hint)), ("prompt", Some("none"))]).await;
        }
    }
}

// OpenID Connect Core §3.1.2.2 and §5.5.1
#[tokio::test]
async fn sub_with_a_value_lets_only_that_person_in() {
    let rig = Rig::start().await;
    for flow in [("code", None), ("id_token", None), ("code id_token", Some("form_post"))] {
        let client = rig.registered(flow, json!({"subject_type": "pairwise"})).await;
        let mut eve = rig.browser();
        let sub = client.login(&mut eve, &[]).await.claims()["sub"].clone();
        let claims = json!({"id_token": {"sub": {"value": sub}}}).to_string();
        let only_eve = [("claims", Some(claims.as_str()))];
        let silent = [only_eve[0], ("prompt", Some("none"))];
        assert_eq!(client.login(&mut eve, &silent).await.claims()["sub"], sub);
        let mut root = rig.browser();
        root.sign_in(ADMINISTRATOR).await;
        assert_eq!(client.refused(&mut root, &silent).await, "login_required");
        assert_eq!(error(ask_as(&client, &mut root, &only_eve, ADMINISTRATOR).await), "login_required");
    }
}

// OpenID Connect Registration §2
#[tokio::test]
async fn default_max_age_require_auth_time_and_default_acr_values_hold_for_every_request() {
    let rig = Rig::start().await;
    let extra = json!({"default_max_age": 1, "require_auth_time": true, "default_acr_values": ["1", "2"]});
    let client = rig.registered(("code", None), extra).await;
    let mut browser = rig.browser();
    let login = client.login(&mut browser, &[]).await;
    assert_eq!(login.claims()["acr"], "1");
    assert!(login.claims()["auth_time"].is_i64());
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(client.refused(&mut browser, &[("prompt", Some("none"))]).await, "login_required");
    assert!(client.login(&mut browser, &[("max_age", Some("600")), ("prompt", Some("none"))]).await.seen.is_empty());
    assert!(client.login(&mut browser, &[]).await.saw("/login"));
}

// OpenID Connect Core §3.1.2.1
#[tokio::test]
async fn prompt_select_account_and_consent_show_their_page_and_contradictions_are_refused() {
    let rig = Rig::start().await;
    for flow in [("code", None), ("id_token token", Some("form_post")), ("code token", None)] {
        let client = rig.relying_party(flow).await;
        let mut browser = rig.browser();
        client.login(&mut browser, &[]).await;
        for (prompt, expected) in [
            ("select_account", &["/login"][..]),
            ("consent", &["/consent"]),
            ("login consent", &["/login", "/consent"]),
            ("something_new", &[]),
        ] {
            assert_eq!(client.login(&mut browser, &[("prompt", Some(prompt))]).await.seen, expected, "{prompt}");
        }
        for (name, value) in [("prompt", "none consent"), ("max_age", "-1"), ("max_age", "soon"), ("claims", "{")] {
            assert_eq!(client.refused(&mut browser, &[(name, Some(value))]).await, "invalid_request", "{name}={value}");
        }
        let outcome = client.ask(&mut rig.browser(), &[("prompt", Some("login"))]).await;
        assert!(outcome.saw("/login") && !outcome.saw("/consent"));
    }
}

// OpenID Connect Core §3.1.2.1: the screenshots of oidcc-prompt-login and oidcc-max-age-1
#[tokio::test]
async fn a_user_who_has_to_sign_in_again_sees_why_and_types_the_password_alone() {
    let rig = Rig::start().await;
    let client = rig.relying_party(("code", None)).await;
    let mut browser = rig.browser();
    let hint = client.login(&mut browser, &[]).await.id_tokens.pop().unwrap();
    let login_page = async |mut browser: Visitor, changes: &[(&str, Option<&str>)]| {
        let location = browser.get(&format!("/authorize?{}", client.query(changes))).await.location();
        assert!(location.starts_with("/login?"), "{location}");
        let html = browser.get(&location).await.html;
        (html.contains("Please confirm that it is you."), html.contains("value=\"eve\""))
    };
    for changes in [
        &[("prompt", Some("login"))][..],
        &[("max_age", Some("0"))],
        &[("prompt", Some("login")), ("id_token_hint", Some(hint.as_str()))],
        &[("prompt", Some("login")), ("login_hint", Some("EVE"))],
    ] {
        assert_eq!(login_page(browser.clone(), changes).await, (true, true), "{changes:?}");
    }
    for changes in
        [&[("prompt", Some("select_account"))][..], &[("prompt", Some("login")), ("login_hint", Some("mallory"))]]
    {
        assert_eq!(login_page(browser.clone(), changes).await, (false, false), "{changes:?}");
    }
    // The page does not reveal who was signed in elsewhere, and a hint about another user does not ask this user to
    // confirm anything.
    assert_eq!(login_page(rig.browser(), &[("prompt", Some("login"))]).await, (false, false));
    let mut root = rig.browser();
    root.sign_in(ADMINISTRATOR).await;
    assert_eq!(login_page(root, &[("id_token_hint", Some(hint.as_str()))]).await, (false, false));
}

// OpenID Connect Core §8.1
#[tokio::test]
async fn pairwise_subjects_differ_by_sector_and_stand_wherever_the_client_can_read_them() {
    let rig = Rig::start().await;
    let at = |host: &str| {
        let uri = format!("https://{host}/test/a/signet/callback");
        json!({"subject_type": "pairwise", "redirect_uris": [uri]})
    };
    let public = rig.relying_party(("code", None)).await;
    let account = public.login(&mut rig.browser(), &[]).await.claims()["sub"].clone();
    let (one, two) = (
        rig.registered(("code", None), at("suite.example.org")).await,
        rig.registered(("code id_token", None), at("suite.example.org")).await,
    );
    let login = one.login(&mut rig.browser(), &[("scope", Some("openid profile orders:read"))]).await;
    let sub = login.claims()["sub"].clone();
    assert!(sub.as_str().unwrap().starts_with("pair_") && sub != account);
    // The same sector. Each login checks that both ID tokens and `/userinfo` have the same subject.
    assert_eq!(two.login(&mut rig.browser(), &[]).await.claims()["sub"], sub);
    let access_token = login.access_token.as_deref().unwrap();
    assert_eq!(crate::claims(access_token)["sub"], sub);
    assert!(!login.tokens.to_string().contains(account.as_str().unwrap()));
    let form = [("token", access_token), ("client_id", &one.client_id), ("client_secret", &one.client_secret)];
    let content = crate::json(&rig.browser().post("/introspect", &form).await);
    assert_eq!((&content["active"], &content["sub"]), (&json!(true), &sub));
    // In one browser, each sector receives a different `sid`, and clients of one sector the same.
    let mut shared = rig.browser();
    let mut sids = Vec::new();
    for client in [&public, &one, &two] {
        sids.push(client.login(&mut shared, &[]).await.claims()["sid"].clone());
    }
    assert!(sids[0] != sids[1] && sids[1] == sids[2], "{sids:?}");
    // Another sector, by the host of its redirect URI; and another user in the first sector.
    let mut elsewhere = rig.registered(("code", None), at("other.example.org")).await;
    elsewhere.registration = Value::Null;
    let redirect_uri = "https://other.example.org/test/a/signet/callback";
    let mut browser = rig.browser();
    browser.sign_in(EVE).await;
    let query = elsewhere.query(&[("redirect_uri", Some(redirect_uri))]);
    let location = browser.authorize(&query).await;
    let code = crate::visitor::parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    let tokens = crate::json(&elsewhere.exchange(&mut browser, &code, redirect_uri).await);
    let other = crate::claims(&text(&tokens, "id_token"))["sub"].clone();
    assert!(other.as_str().unwrap().starts_with("pair_") && other != sub);
    let mut ada = new_person(&rig.server.issuer, "ada").await;
    let theirs = one.login(&mut ada, &[]).await.claims()["sub"].clone();
    assert!(theirs != sub && theirs != account);
}

#[tokio::test]
async fn a_client_with_pairwise_subjects_manages_the_account_of_its_person_all_the_same() {
    let rig = Rig::start().await;
    let administrator = {
        let mut root = rig.browser();
        root.sign_in(ADMINISTRATOR).await;
        Api::of_person(&mut root, "signet:admin").await
    };
    let body = json!({
        "client_name": "Account", "redirect_uris": [crate::openid_rig::CALLBACK], "subject_type": "pairwise",
        "scope": "openid signet:account", "require_pkce": false,
    });
    let registration = administrator.post("/clients", &body).await.expect(201);
    let client = RelyingParty {
        issuer: rig.server.issuer.clone(),
        client_id: text(&registration, "client_id"),
        client_secret: text(&registration, "client_secret"),
        key: None,
        registration,
        response_type: "code".to_owned(),
        response_mode: None,
    };
    let login = client.login(&mut rig.browser(), &[("scope", Some("openid signet:account"))]).await;
    let eve = Api::new(&rig.server.issuer, login.access_token.as_deref());
    let users = administrator.get("/users?username=eve").await.expect(200);
    let id = users["users"][0]["id"].as_str().or(users["items"][0]["id"].as_str());
    let id = id.unwrap_or_else(|| panic!("{users}"));
    assert_eq!(eve.get(&format!("/users/{id}")).await.expect(200)["username"], EVE.0);
}
