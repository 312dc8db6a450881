//! The settings on the page of an application, and the button next to a setting that would have allowed a rejected
//! request.

use serde_json::json;

use crate::{
    api::{Api, new_person, text},
    signed_in,
    support::RunningServer,
    visitor::{Page, Visitor, config, query},
};

const CALLBACK: &str = "https://wiki.example.org/cb";

async fn fill(visitor: &mut Visitor, page: &str, path: &str, form: &[(&str, &str)]) -> Page {
    let token = visitor.get(page).await.hidden("anti_forgery");
    visitor.post(path, &[form, &[("anti_forgery", &token)]].concat()).await
}

/// Registers an application with `api` and returns its identifier and the path of its page.
async fn registered(api: &Api, further: serde_json::Value) -> (String, String) {
    let mut body = json!({"client_name": "Wiki", "redirect_uris": [CALLBACK], "scope": "openid"});
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let client = api.post("/clients", &body).await.expect(201);
    let id = text(&client, "client_id");
    (id.clone(), format!("/developer/{id}"))
}

/// The path of the question behind the button `offer`.
fn question(html: &str, offer: &str) -> Option<String> {
    let link = html.split("<a ").find(|link| link.contains("/remedy?") && link.contains(&format!(">{offer}</a>")))?;
    let (_, rest) = link.split_once("href=\"")?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// Confirms the question at `question`.
async fn agree(visitor: &mut Visitor, path: &str, question: &str) -> Page {
    let page = visitor.get(question).await;
    assert_eq!(page.status, 200, "{}", page.html);
    assert!(page.html.contains("id=\"remedy-cost\"") && page.html.contains("Anyone can send such a request"));
    let (remedy, token) = (page.hidden("remedy"), page.hidden("anti_forgery"));
    let form = [("remedy", remedy.as_str()), ("decision", "change"), ("anti_forgery", token.as_str())];
    visitor.post(&format!("{path}/remedy"), &form).await
}

#[tokio::test]
async fn a_request_without_state_was_refused_and_its_manager_changes_that_with_one_click() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:clients").await;
    let (id, path) = registered(&of_eve, json!({})).await;
    let asked = query(&[
        ("client_id", Some(id.as_str())),
        ("redirect_uri", Some(CALLBACK)),
        ("scope", Some("openid")),
        ("state", None),
    ]);
    let ask = async || Visitor::new(&server.issuer).get(&format!("/authorize?{asked}")).await;
    assert!(question(&eve.get(&path).await.html, "Do not require state").is_none());
    assert_eq!(ask().await.status, 400, "an application that a person registered gets no error by redirect");
    let html = eve.get(&path).await.html;
    let link = question(&html, "Do not require state").unwrap_or_else(|| panic!("{html}"));
    assert!(!link.contains("state"), "what was sent stands in no address: {link}");
    assert_eq!(of_eve.get(&format!("/clients/{id}")).await.expect(200)["require_state"], json!(null), "nothing yet");
    let page = agree(&mut eve, &path, &link).await;
    assert_eq!((page.status, page.location()), (303, format!("{path}?done=changed")), "{}", page.html);
    assert_eq!(of_eve.get(&format!("/clients/{id}")).await.expect(200)["require_state"], json!(false));
    let location = ask().await.location();
    assert!(location.starts_with("/login"), "{location}");
    assert!(question(&eve.get(&path).await.html, "Do not require state").is_none());
}

#[tokio::test]
async fn every_refusal_that_a_setting_cures_offers_it() {
    let settings = "\n[oauth]\nimplicit = true\n";
    let server = RunningServer::start(&format!("{}{settings}", config()));
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(crate::support::ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let (id, path) = registered(&administrator, json!({"grant_types": ["authorization_code"]})).await;
    let secret = {
        let added = administrator.post(&format!("/clients/{id}/secrets"), &json!({})).await.expect(201);
        text(&added, "client_secret")
    };
    let mut stranger = Visitor::new(&server.issuer);
    let asked = |changes: &[(&str, Option<&str>)]| {
        let base = [("client_id", Some(id.as_str())), ("redirect_uri", Some(CALLBACK)), ("scope", Some("openid"))];
        format!("/authorize?{}", query(&[&base[..], changes].concat()))
    };
    let challenge = [("code_challenge", None), ("code_challenge_method", None), ("nonce", None)];
    for request in [
        asked(&challenge),
        asked(&[("scope", Some("email"))]),
        asked(&[("response_type", Some("id_token")), ("nonce", Some("n"))]),
        format!("/logout?client_id={id}&post_logout_redirect_uri=https%3A%2F%2Fwiki.example.org%2Fbye"),
    ] {
        stranger.get(&request).await;
    }
    let credentials = [("client_id", id.as_str()), ("client_secret", secret.as_str())];
    let alone = [&credentials[..], &[("grant_type", "client_credentials")]].concat();
    stranger.post("/token", &alone).await;
    stranger.post("/device_authorization", &credentials).await;
    for (offer, member, expected) in [
        ("Do not require PKCE", "require_pkce", json!(false)),
        ("Register URI", "post_logout_redirect_uris", json!(["https://wiki.example.org/bye"])),
    ] {
        let html = root.get(&path).await.html;
        let link = question(&html, offer).unwrap_or_else(|| panic!("{offer}: {html}"));
        assert_eq!(agree(&mut root, &path, &link).await.status, 303, "{offer}");
        assert_eq!(administrator.get(&format!("/clients/{id}")).await.expect(200)[member], expected, "{offer}");
    }
    // Scope, response type and two grants.
    for _ in 0..4 {
        let html = root.get(&path).await.html;
        let link = question(&html, "Add to registration").unwrap_or_else(|| panic!("{html}"));
        assert_eq!(agree(&mut root, &path, &link).await.status, 303);
    }
    let client = administrator.get(&format!("/clients/{id}")).await.expect(200);
    assert!(text(&client, "scope").contains("email"), "{client}");
    assert_eq!(client["response_types"], json!(["code", "id_token"]));
    let grants = client["grant_types"].to_string();
    assert!(grants.contains("client_credentials") && grants.contains("device_code") && grants.contains("implicit"));
    assert!(!root.get(&path).await.html.contains("/remedy?"), "nothing is left to offer");
}

#[tokio::test]
async fn what_only_an_administrator_gives_is_a_sentence_on_whom_to_ask() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:clients").await;
    let (id, path) = registered(&of_eve, json!({})).await;
    let asked = query(&[
        ("client_id", Some(id.as_str())),
        ("redirect_uri", Some(CALLBACK)),
        ("scope", Some("openid")),
        ("nonce", None),
        ("code_challenge", None),
        ("code_challenge_method", None),
    ]);
    Visitor::new(&server.issuer).get(&format!("/authorize?{asked}")).await;
    let html = eve.get(&path).await.html;
    assert!(html.contains("Requests without PKCE were rejected.") && html.contains("Ask an administrator"), "{html}");
    assert!(question(&html, "Do not require PKCE").is_none(), "{html}");
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(crate::support::ADMINISTRATOR).await;
    let html = root.get(&format!("/admin/applications/{id}")).await.html;
    let link = question(&html, "Do not require PKCE").unwrap_or_else(|| panic!("{html}"));
    // A user who may not change the setting sees no question and cannot change it.
    let page = eve.get(&link).await;
    assert!(page.html.contains("id=\"remedy-obstacle\"") && !page.html.contains("remedy-change"), "{}", page.html);
    assert_eq!(agree(&mut root, &path, &link).await.status, 303);
    assert_eq!(of_eve.get(&format!("/clients/{id}")).await.expect(200)["require_pkce"], json!(false));
}

#[tokio::test]
async fn the_settings_are_fields_on_the_page_and_those_that_are_not_sent_stay() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:clients").await;
    let (id, path) = registered(&of_eve, json!({})).await;
    let form = [
        ("require_state", "false"),
        ("claims_in_id_token", "true"),
        ("backchannel_logout_uri", "https://wiki.example.org/logout"),
        ("backchannel_logout_session_required", "true"),
        ("token_endpoint_as_audience", "true"),
        ("id_token_signed_response_alg", "ES256"),
        ("default_max_age", "3600"),
        ("frontchannel_logout_uri", "https://wiki.example.org/out"),
        ("contacts", "ann@example.org\nbob@example.org"),
    ];
    let page = fill(&mut eve, &path, &format!("{path}/compatibility"), &form).await;
    assert_eq!((page.status, page.location()), (303, format!("{path}?done=changed")), "{}", page.html);
    let expected = json!({
        "require_state": false, "claims_in_id_token": true, "backchannel_logout_session_required": true,
        "backchannel_logout_uri": "https://wiki.example.org/logout", "token_endpoint_as_audience": true,
        "id_token_signed_response_alg": "ES256", "default_max_age": 3600,
        "frontchannel_logout_uri": "https://wiki.example.org/out", "contacts": ["ann@example.org", "bob@example.org"],
        "client_name": "Wiki", "redirect_uris": [CALLBACK], "scope": "openid", "require_pkce": null,
    });
    let has = async |expected: &serde_json::Value| {
        let client = of_eve.get(&format!("/clients/{id}")).await.expect(200);
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(client[member], *value, "{member}: {client}");
        }
    };
    has(&expected).await;
    let html = eve.get(&path).await.html;
    for part in ["<summary>Compatibility</summary>", "value=\"3600\"", "<option value=\"ES256\" selected>"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    // An error is shown at its field with the entered value, and nothing changes.
    let wrong = [("frontchannel_logout_uri", "https://elsewhere.example/out"), ("default_max_age", "60")];
    let page = fill(&mut eve, &path, &format!("{path}/compatibility"), &wrong).await;
    assert!(page.status == 422 && page.html.contains("id=\"frontchannel_logout_uri-error\""), "{}", page.html);
    assert!(page.html.contains("value=\"https://elsewhere.example/out\"") && page.html.contains("value=\"60\""));
    has(&expected).await;
    // Only an administrator can turn PKCE off for an application.
    let page = fill(&mut eve, &path, &format!("{path}/compatibility"), &[("require_pkce", "false")]).await;
    assert!(page.status == 422 && page.html.contains("id=\"require_pkce-error\""), "{}", page.html);
    let emptied = [("setting", "backchannel_logout_uri"), ("setting", "require_state"), ("setting", "contacts")];
    assert_eq!(fill(&mut eve, &path, &format!("{path}/compatibility"), &emptied).await.status, 303);
    has(&json!({"backchannel_logout_uri": null, "require_state": null, "contacts": null})).await;
    // Requests without the token or by another user have no effect.
    let mut bob = new_person(&server.issuer, "bob").await;
    for part in ["compatibility", "groups", "remedy"] {
        assert_eq!(eve.post(&format!("{path}/{part}"), &form).await.status, 403, "{part}");
        assert_eq!(bob.post(&format!("{path}/{part}"), &form).await.status, 403, "{part}");
    }
}

#[tokio::test]
async fn the_manager_of_an_application_restricts_it_to_groups() {
    let (server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:clients").await;
    let (id, path) = registered(&of_eve, json!({})).await;
    let groups = format!("{path}/groups");
    let restricted = async || of_eve.get(&format!("/clients/{id}")).await.expect(200)["allowed_groups"].clone();
    assert_eq!(fill(&mut eve, &path, &groups, &[("allowed_groups", "friends\nfamily")]).await.status, 303);
    assert_eq!(restricted().await, json!(["family", "friends"]));
    assert!(eve.get(&path).await.html.contains("\nfamily\nfriends</textarea>"));
    assert_eq!(fill(&mut eve, &path, &groups, &[("setting", "allowed_groups")]).await.status, 303);
    assert_eq!(restricted().await, json!(null));
    // A setting made by an administrator is kept.
    assert_eq!(fill(&mut root, &path, &groups, &[("allowed_groups", "staff")]).await.status, 303);
    let html = eve.get(&path).await.html;
    assert!(html.contains("id=\"allowed_groups-locked\"") && !html.contains("restriction-submit"), "{html}");
    assert_eq!(fill(&mut eve, &path, &groups, &[("setting", "allowed_groups")]).await.status, 422);
    assert_eq!(restricted().await, json!(["staff"]));
    let body = json!({"client_name": "Friends", "redirect_uris": [CALLBACK], "allowed_groups": ["friends"]});
    let client = of_eve.post("/clients", &body).await.expect(201);
    assert_eq!(client["allowed_groups"], json!(["friends"]));
    administrator.delete(&format!("/clients/{id}")).await.expect(204);
}

#[tokio::test]
async fn a_logout_address_in_a_private_network_is_warned_about_when_it_is_registered() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:clients").await;
    for uri in ["https://192.168.1.7/logout", "http://wiki.example.org/logout", "https://localhost:8443/logout"] {
        let body = json!({"client_name": "Wiki", "redirect_uris": [CALLBACK], "backchannel_logout_uri": uri});
        let client = of_eve.post("/clients", &body).await.expect(201);
        let warning = client["warnings"][0].as_str().unwrap_or_else(|| panic!("{client}"));
        assert!(warning.starts_with("backchannel_logout_uri: "), "{warning}");
        let html = eve.get(&format!("/developer/{}", text(&client, "client_id"))).await.html;
        assert!(html.contains("id=\"logout-warning\"") && html.contains("allow_private_addresses"), "{uri}: {html}");
    }
    let public = json!({"client_name": "Wiki", "redirect_uris": [CALLBACK],
        "backchannel_logout_uri": "https://1.1.1.1/logout"});
    let client = of_eve.post("/clients", &public).await.expect(201);
    assert!(client["warnings"].is_null(), "{client}");
    let html = eve.get(&format!("/developer/{}", text(&client, "client_id"))).await.html;
    assert!(!html.contains("id=\"logout-warning\""), "{html}");
}

// RFC 9700 §2.1.1: making an application more secure requires no administrator.
#[tokio::test]
async fn the_owner_of_an_application_can_always_demand_pkce_and_never_switch_it_off() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:clients").await;
    let (id, path) = registered(&of_eve, json!({})).await;
    let form = format!("{path}/compatibility");
    let html = eve.get(&path).await.html;
    let field = |html: &str| {
        let (_, rest) = html.split_once("<select id=\"require_pkce\"").unwrap_or_else(|| panic!("{html}"));
        rest.split("</select>").next().unwrap().to_owned()
    };
    assert!(!field(&html).contains("disabled") && field(&html).contains("value=\"true\""), "{}", field(&html));
    assert!(!field(&html).contains("value=\"false\"") && html.contains("id=\"require_pkce-reserved\""), "{html}");
    let page = fill(&mut eve, &path, &form, &[("require_pkce", "true")]).await;
    assert_eq!(page.status, 303, "{}", page.html);
    let required = async || of_eve.get(&format!("/clients/{id}")).await.expect(200)["require_pkce"].clone();
    assert_eq!(required().await, json!(true));
    let page = fill(&mut eve, &path, &form, &[("require_pkce", "false")]).await;
    assert!(page.status == 422 && page.html.contains("id=\"require_pkce-error\""), "{}", page.html);
    assert_eq!(required().await, json!(true));
    // An administrator has every option.
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(crate::support::ADMINISTRATOR).await;
    let html = root.get(&path).await.html;
    assert!(field(&html).contains("value=\"false\"") && !html.contains("require_pkce-reserved"), "{html}");
    let page = fill(&mut root, &path, &form, &[("require_pkce", "false")]).await;
    assert_eq!((page.status, required().await), (303, json!(false)), "{}", page.html);
}

// The application receives no error, so nothing else would inform its developer.
#[tokio::test]
async fn a_scope_that_is_left_out_is_offered_on_the_page_of_the_application() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:clients").await;
    let (id, path) = registered(&of_eve, json!({})).await;
    let ask = async |scope: &str| {
        let changes = [("client_id", Some(id.as_str())), ("redirect_uri", Some(CALLBACK)), ("scope", Some(scope))];
        Visitor::new(&server.issuer).get(&format!("/authorize?{}", query(&changes))).await.location()
    };
    for scope in ["openid", "openid unheard-of", "openid offline_access"] {
        assert!(ask(scope).await.starts_with("/login"), "{scope}");
        assert!(question(&eve.get(&path).await.html, "Add to registration").is_none(), "{scope} offers nothing");
    }
    for _ in 0..3 {
        assert!(ask("openid email").await.starts_with("/login"));
    }
    let html = eve.get(&path).await.html;
    assert_eq!(html.matches("The application is not registered for this scope.").count(), 1, "{html}");
    let link = question(&html, "Add to registration").unwrap_or_else(|| panic!("{html}"));
    assert_eq!(agree(&mut eve, &path, &link).await.status, 303);
    assert_eq!(text(&of_eve.get(&format!("/clients/{id}")).await.expect(200), "scope"), "email openid");
    assert!(question(&eve.get(&path).await.html, "Add to registration").is_none());
}
