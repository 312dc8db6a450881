//! Discouraged grants, which are disabled by default: implicit, hybrid and the password grant.

use std::process::Stdio;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use signet::account::record::AccountStatus;
use url::Url;

use super::{
    ask, claims, client, credentials, introspect, issued, json, redeem, refresh, refusal, text, tokens, userinfo,
};
use crate::{
    ADMINISTRATOR, RunningServer,
    served_here::ServedHere,
    visitor::{Page, REDIRECT_URI, SECRET, Visitor, config, parameter, query, redemption},
};

const ON: &str = "\n[oauth]\nimplicit = true\npassword_grant = true\n";
const FRONT_CHANNEL: [&str; 6] =
    ["token", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// `older` and `public-older` are registered for all of these grants, `modern` and `public-modern` for none.
fn clients() -> String {
    let redirect = format!("redirect_uris = [\"{REDIRECT_URI}\"]\n");
    let scope = "scope = \"openid profile orders:read offline_access\"\n";
    let grants = |more: &str| format!("grant_types = [\"authorization_code\", \"refresh_token\"{more}]\n");
    let types = format!("response_types = [\"code\", \"{}\"]\n", FRONT_CHANNEL.join("\", \""));
    let usual = format!("{redirect}{scope}");
    [
        config(),
        client("older", &format!("{usual}{}{types}", grants(", \"implicit\", \"password\""))),
        client("public-older", &format!("{usual}{}{types}", grants(", \"implicit\""))),
        client("legacy", &format!("{scope}grant_types = [\"password\"]\n")),
        client("modern", &format!("{usual}{}", grants(""))),
        client("public-modern", &format!("{usual}{}", grants(""))),
        ON.to_owned(),
    ]
    .concat()
}

async fn started(config: &str) -> (RunningServer, Visitor) {
    let server = RunningServer::start(config);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    (server, visitor)
}

/// A parameter in the fragment of `location`.
fn fragment(location: &str, name: &str) -> Option<String> {
    let url = Url::parse(location).unwrap();
    let pairs = url::form_urlencoded::parse(url.fragment().unwrap_or_default().as_bytes());
    pairs.into_iter().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

fn names(location: &str) -> Vec<String> {
    let url = Url::parse(location).unwrap();
    let fragment = url.fragment().unwrap_or_default().to_owned();
    url::form_urlencoded::parse(fragment.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

/// The left half of the SHA-256, OpenID Connect Core §3.2.2.9.
fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&openssl::sha::sha256(text.as_bytes())[..16])
}

async fn password(visitor: &mut Visitor, client_id: &str, (username, password): (&str, &str), scope: &str) -> Page {
    let form = [("grant_type", "password"), ("username", username), ("password", password), ("scope", scope)];
    ask(visitor, client_id, &form).await
}

const DOCUMENTS: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

// RFC 9700 §2.1.2 and §2.4
#[tokio::test]
async fn what_is_advised_against_is_off_and_absent_from_the_metadata() {
    let redirect = format!("redirect_uris = [\"{REDIRECT_URI}\"]\n");
    let (server, mut visitor) = started(&[config(), client("public-modern", &redirect)].concat()).await;
    for path in DOCUMENTS {
        let document = json(&visitor.get(path).await);
        assert_eq!(document["response_types_supported"], serde_json::json!(["code"]), "{path}");
        let grants = document["grant_types_supported"].to_string();
        assert!(!grants.contains("implicit") && !grants.contains("password"), "{path}: {grants}");
    }
    for client_id in ["report", "public-modern"] {
        for response_type in FRONT_CHANNEL {
            for response_mode in [None, Some("fragment"), Some("form_post"), Some("query")] {
                let changes = [
                    ("client_id", Some(client_id)),
                    ("response_type", Some(response_type)),
                    ("response_mode", response_mode),
                ];
                let page = visitor.get(&format!("/authorize?{}", query(&changes))).await;
                let answer = if page.status == 303 { page.location() } else { page.html };
                assert!(answer.contains("unsupported_response_type"), "{response_type} {response_mode:?}: {answer}");
                assert!(!answer.contains("_token=") && !answer.contains("code="), "{answer}");
            }
        }
        for grant_type in ["password", "implicit"] {
            let form = [("grant_type", grant_type), ("username", ADMINISTRATOR.0), ("password", ADMINISTRATOR.1)];
            assert_eq!(refusal(&ask(&mut visitor, client_id, &form).await), "400 unsupported_grant_type");
        }
    }
    assert!(!server.log().contains("password_grant"));
}

#[tokio::test]
async fn a_configuration_that_registers_what_is_off_does_not_start() {
    for rest in ["grant_types = [\"password\"]", "grant_types = [\"implicit\"]", "response_types = [\"token\"]"] {
        let folder = tempfile::tempdir().unwrap();
        let redirect = format!("redirect_uris = [\"{REDIRECT_URI}\"]\n{rest}");
        let config = [config(), client("older", &redirect)].concat();
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let mut command = crate::support::command(folder.path(), crate::support::free_port());
        let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("clients."), "{rest}: {said}");
    }
}

#[tokio::test]
async fn what_is_turned_on_is_advertised_and_warned_of() {
    let (server, mut visitor) = started(&clients()).await;
    for path in DOCUMENTS {
        let document = json(&visitor.get(path).await);
        let list = |name: &str| document[name].as_array().unwrap().clone();
        for response_type in FRONT_CHANNEL {
            assert!(list("response_types_supported").contains(&response_type.into()), "{path}: {response_type}");
        }
        assert!(list("grant_types_supported").contains(&"implicit".into()), "{path}");
        assert!(list("grant_types_supported").contains(&"password".into()), "{path}");
    }
    assert!(server.log().contains("RFC 9700"), "{}", server.log());
}

#[tokio::test]
async fn a_client_that_is_not_registered_for_it_gets_nothing_though_the_server_offers_it() {
    let (_server, mut visitor) = started(&clients()).await;
    for client_id in ["modern", "public-modern", "report"] {
        for response_type in FRONT_CHANNEL {
            let changes = [("client_id", Some(client_id)), ("response_type", Some(response_type))];
            let location = visitor.get(&format!("/authorize?{}", query(&changes))).await.location();
            assert_eq!(fragment(&location, "error").as_deref(), Some("unauthorized_client"), "{location}");
            assert_eq!(names(&location), ["error", "error_description", "error_uri", "state", "iss"]);
        }
    }
    for client_id in ["modern", "public-modern", "public-older", "report", "service"] {
        let page = password(&mut visitor, client_id, ADMINISTRATOR, "").await;
        assert_eq!(refusal(&page), "400 unauthorized_client", "{client_id}");
    }
    // Conversely, a client that is registered only for the password grant cannot get a code.
    let changes = [("client_id", Some("legacy"))];
    let page = visitor.get(&format!("/authorize?{}", query(&changes))).await;
    assert_eq!(page.status, 400, "it has no redirect URI");
}

// RFC 6749 §4.2.2, OpenID Connect Core §3.2.2.5 and §3.3.2.5, RFC 9207
#[tokio::test]
async fn tokens_come_in_the_fragment_and_never_with_a_refresh_token() {
    let (server, mut visitor) = started(&clients()).await;
    for client_id in ["older", "public-older"] {
        for response_type in FRONT_CHANNEL {
            let changes = [
                ("client_id", Some(client_id)),
                ("response_type", Some(response_type)),
                ("scope", Some("openid orders:read offline_access")),
            ];
            let location = visitor.authorize(&query(&changes)).await;
            let url = Url::parse(&location).unwrap();
            assert!(location.starts_with(&format!("{REDIRECT_URI}#")) && url.query().is_none(), "{location}");
            let asked: Vec<&str> = response_type.split(' ').collect();
            let mut expected = Vec::new();
            if asked.contains(&"code") {
                expected.push("code");
            }
            if asked.contains(&"token") {
                expected.extend(["access_token", "token_type", "expires_in", "scope"]);
            }
            if asked.contains(&"id_token") {
                expected.push("id_token");
            }
            expected.extend(["state", "iss"]);
            assert_eq!(names(&location), expected, "{response_type}");
            assert_eq!(fragment(&location, "state").as_deref(), Some("xyz"));
            assert_eq!(fragment(&location, "iss").as_deref(), Some(server.issuer.as_str()));

            let access_token = fragment(&location, "access_token");
            if let Some(access_token) = &access_token {
                assert_eq!(fragment(&location, "token_type").as_deref(), Some("Bearer"));
                assert_eq!(fragment(&location, "scope").as_deref(), Some("openid orders:read"), "{response_type}");
                assert_eq!(claims(access_token)["client_id"], client_id);
                assert_eq!(userinfo(&mut visitor, access_token).await, 200);
            }
            if let Some(id_token) = fragment(&location, "id_token") {
                let id = claims(&id_token);
                assert_eq!((id["aud"].as_str(), id["nonce"].as_str()), (Some(client_id), Some("n-0S6")));
                let at_hash = access_token.as_deref().map(half_hash);
                assert_eq!(id.get("at_hash").and_then(Value::as_str), at_hash.as_deref(), "{response_type}");
                let c_hash = fragment(&location, "code").as_deref().map(half_hash);
                assert_eq!(id.get("c_hash").and_then(Value::as_str), c_hash.as_deref(), "{response_type}");
            }
            if let Some(code) = fragment(&location, "code") {
                let tokens = issued(&redeem(&mut visitor, client_id, &code, &[]).await);
                assert_eq!(claims(text(&tokens, "id_token"))["nonce"], "n-0S6");
                issued(&refresh(&mut visitor, client_id, text(&tokens, "refresh_token"), &[]).await);
            }
        }
    }
}

#[tokio::test]
async fn a_hybrid_code_is_bound_as_every_code_is() {
    let (_server, mut visitor) = started(&clients()).await;
    let hybrid = [("client_id", Some("older")), ("response_type", Some("code id_token token"))];
    for (changes, error) in [
        (&[("nonce", None)][..], "invalid_request"),
        (&[("nonce", None), ("code_challenge", None), ("code_challenge_method", None)], "invalid_request"),
        (&[("state", None)], "invalid_request"),
        (&[("scope", Some("orders:write"))], "invalid_scope"),
        (&[("scope", Some("orders:read"))], "invalid_scope"),
        (&[("resource", Some("https://evil.example"))], "invalid_target"),
    ] {
        let location = visitor.get(&format!("/authorize?{}", query(&[&hybrid, changes].concat()))).await.location();
        assert_eq!(fragment(&location, "error").as_deref(), Some(error), "{changes:?}: {location}");
        assert!(fragment(&location, "access_token").is_none() && fragment(&location, "code").is_none(), "{location}");
    }
    let location = visitor.authorize(&query(&hybrid)).await;
    let (code, front) = (fragment(&location, "code").unwrap(), fragment(&location, "access_token").unwrap());
    assert_eq!(refusal(&redeem(&mut visitor, "public-older", &code, &[]).await), "400 invalid_grant");
    let location = visitor.authorize(&query(&hybrid)).await;
    let code = fragment(&location, "code").unwrap();
    let back = issued(&redeem(&mut visitor, "older", &code, &[]).await);
    assert_eq!(refusal(&redeem(&mut visitor, "older", &code, &[]).await), "400 invalid_grant");
    assert_eq!(userinfo(&mut visitor, text(&back, "access_token")).await, 401, "the code was replayed");
    assert_eq!(userinfo(&mut visitor, &front).await, 200);
}

// OAuth 2.0 Multiple Response Type Encoding Practices §3 and §5
#[tokio::test]
async fn a_token_never_travels_in_the_query() {
    let (_server, mut visitor) = started(&clients()).await;
    for response_type in FRONT_CHANNEL {
        let changes =
            [("client_id", Some("older")), ("response_type", Some(response_type)), ("response_mode", Some("query"))];
        let location = visitor.get(&format!("/authorize?{}", query(&changes))).await.location();
        assert!(location.contains("error=invalid_request"), "{location}");
        assert!(location.contains("state=xyz") && location.contains("iss="), "{location}");
        assert!(!location.contains("_token=") && !location.contains("code="), "{location}");
    }
}

// OAuth 2.0 Form Post Response Mode §2
#[tokio::test]
async fn a_form_carries_tokens_with_issuer_and_state_to_the_client() {
    let (server, mut visitor) = started(&clients()).await;
    visitor.authorize(&query(&[("client_id", Some("older"))])).await;
    for response_type in ["code", "token", "id_token token", "code id_token token"] {
        let changes = [
            ("client_id", Some("older")),
            ("response_type", Some(response_type)),
            ("response_mode", Some("form_post")),
            ("state", Some("a\"b&<c>")),
        ];
        let page = visitor.get(&format!("/authorize?{}", query(&changes))).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"), "{}", page.html);
        assert!(page.html.contains(&format!("method=\"post\" action=\"{REDIRECT_URI}\"")), "{}", page.html);
        assert_eq!(page.hidden("iss"), server.issuer);
        assert_eq!(page.hidden("state"), "a&quot;b&amp;&lt;c&gt;");
        let policy = page.header("content-security-policy");
        assert!(!policy.contains("form-action"), "{policy}");
        assert!(policy.contains("script-src 'nonce-") && !policy.contains("unsafe"), "{policy}");
        for (value, field) in [("code", "code"), ("token", "access_token"), ("id_token", "id_token")] {
            let is_asked = response_type.split(' ').any(|asked| asked == value);
            assert_eq!(page.html.contains(&format!("name=\"{field}\"")), is_asked, "{response_type}: {field}");
        }
        assert!(!page.html.contains("refresh_token"));
    }
    let changes = [("client_id", Some("older")), ("response_mode", Some("form_post")), ("prompt", Some("none"))];
    let mut no_one = Visitor::new(&server.issuer);
    let page = no_one.get(&format!("/authorize?{}", query(&changes))).await;
    assert_eq!((page.hidden("error"), page.hidden("iss")), ("login_required".to_owned(), server.issuer.clone()));
}

#[tokio::test]
async fn a_denial_of_a_token_comes_in_the_fragment() {
    let (_server, mut visitor) = started(&clients()).await;
    let changes = [("client_id", Some("older")), ("response_type", Some("id_token token"))];
    let location = visitor.get(&format!("/authorize?{}", query(&changes))).await.location();
    let page = visitor.get(&location).await;
    let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "deny"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
    let onward = visitor.post("/consent", &form).await.location();
    let location = visitor.get(&onward).await.location();
    assert_eq!(names(&location), ["error", "error_description", "error_uri", "state", "iss"], "{location}");
    assert_eq!(fragment(&location, "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_token_of_the_front_channel_is_revoked_and_ends_with_the_session() {
    let (_server, mut visitor) = started(&clients()).await;
    let changes = [("client_id", Some("older")), ("response_type", Some("id_token token"))];
    let mut fresh = Vec::new();
    for _ in 0..2 {
        let location = visitor.authorize(&query(&changes)).await;
        fresh.push(fragment(&location, "access_token").unwrap());
    }
    let form = [&[("token", fresh[0].as_str())], credentials("older").as_slice()].concat();
    assert_eq!(introspect(&mut visitor, "older", &fresh[0]).await["active"], true);
    assert_eq!(visitor.post("/revoke", &form).await.status, 200);
    assert_eq!(introspect(&mut visitor, "older", &fresh[0]).await, serde_json::json!({"active": false}));
    assert_eq!(userinfo(&mut visitor, &fresh[1]).await, 200);
    let page = visitor.get("/logout").await;
    let (sealed, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "confirm"), ("interaction", sealed.as_str()), ("anti_forgery", token.as_str())];
    visitor.post("/logout", &form).await;
    assert_eq!(userinfo(&mut visitor, &fresh[1]).await, 401);
}

// RFC 6749 §4.3
#[tokio::test]
async fn a_confidential_client_exchanges_a_password_for_tokens() {
    let (_server, mut visitor) = started(&clients()).await;
    let given = issued(&password(&mut visitor, "older", ADMINISTRATOR, "openid orders:read offline_access").await);
    assert_eq!(text(&given, "scope"), "offline_access openid orders:read");
    assert_eq!(claims(text(&given, "id_token"))["amr"], serde_json::json!(["pwd"]));
    assert_eq!(userinfo(&mut visitor, text(&given, "access_token")).await, 200);
    issued(&refresh(&mut visitor, "older", text(&given, "refresh_token"), &[]).await);
    let own = tokens(&mut visitor, "modern", &[]).await;
    let sub = |tokens: &Value| claims(text(tokens, "access_token"))["sub"].clone();
    assert_eq!(sub(&given), sub(&own));
    let given = issued(&password(&mut visitor, "legacy", ADMINISTRATOR, "openid").await);
    assert!(given.get("refresh_token").is_none(), "the client is not registered for them");
    for scope in ["orders:write", "signet:admin", "a\"b"] {
        let page = password(&mut visitor, "older", ADMINISTRATOR, scope).await;
        assert_eq!(refusal(&page), "400 invalid_scope", "{scope}");
    }
    let page = visitor
        .post(
            "/token",
            &[
                ("grant_type", "password"),
                ("username", ADMINISTRATOR.0),
                ("password", ADMINISTRATOR.1),
                ("client_id", "older"),
                ("client_secret", "wrong"),
            ],
        )
        .await;
    assert_eq!(refusal(&page), "401 invalid_client", "the client first");
    for missing in [("username", ""), ("password", "")] {
        let mut form = vec![("grant_type", "password"), ("username", "root"), ("password", "x")];
        form.retain(|(name, _)| *name != missing.0);
        assert_eq!(refusal(&ask(&mut visitor, "older", &form).await), "400 invalid_request");
    }
}

#[tokio::test]
async fn nothing_tells_whether_a_person_exists_or_may_sign_in() {
    let server = ServedHere::start(&clients()).await;
    let mut visitor = Visitor::new(&server.issuer);
    let mut answers = Vec::new();
    for (username, secret) in [
        (ADMINISTRATOR.0, "wrong"),
        ("nobody", "wrong"),
        ("no body", "wrong"),
        ("nobody", ADMINISTRATOR.1),
        ("ROOT", &"long".repeat(200)),
    ] {
        let page = password(&mut visitor, "older", (username, secret), "openid").await;
        assert_eq!(refusal(&page), "400 invalid_grant", "{username}");
        answers.push((page.html, stable(&page.headers)));
    }
    issued(&password(&mut visitor, "older", ADMINISTRATOR, "openid").await);
    server.change_person(|person| person.standing = AccountStatus::Disabled).await;
    let page = password(&mut visitor, "older", ADMINISTRATOR, "openid").await;
    answers.push((page.html, stable(&page.headers)));
    server
        .change_person(|person| {
            person.standing = AccountStatus::Active;
            person.password = None;
        })
        .await;
    let page = password(&mut visitor, "older", ADMINISTRATOR, "openid").await;
    answers.push((page.html, stable(&page.headers)));
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

/// The headers that are the same in any two responses.
fn stable(headers: &reqwest::header::HeaderMap) -> Vec<(String, String)> {
    let varying = ["date", "x-request-id"];
    let kept = headers.iter().filter(|(name, _)| !varying.contains(&name.as_str()));
    kept.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

#[tokio::test]
async fn the_password_grant_is_slowed_down_as_the_login_page_is_and_together_with_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), clients()).unwrap();
    let port = crate::support::free_port();
    let mut command = crate::support::command(folder.path(), port);
    let command = command.env_remove("SIGNET__THROTTLE__RELAXED").stdout(Stdio::null()).stderr(Stdio::null());
    let server = RunningServer::adopt(command.spawn().unwrap(), folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    let wrong = password(&mut visitor, "older", (ADMINISTRATOR.0, "wrong"), "openid").await;
    let right = password(&mut visitor, "older", ADMINISTRATOR, "openid").await;
    assert_eq!(refusal(&right), "400 invalid_grant", "the right one is not even looked at");
    assert_eq!(right.html, wrong.html);
    let token = visitor.get("/login").await.hidden("anti_forgery");
    let form = [("username", ADMINISTRATOR.0), ("password", ADMINISTRATOR.1), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post("/login", &form).await.status, 429, "one counter for all doors");
}

#[tokio::test]
async fn the_password_of_a_person_outside_the_groups_of_a_client_gives_nothing() {
    let server = ServedHere::start(&clients()).await;
    let mut visitor = Visitor::new(&server.issuer);
    server.change_client("older", |client| client.metadata.allowed_groups = vec!["staff".to_owned()]).await;
    let page = password(&mut visitor, "older", ADMINISTRATOR, "openid").await;
    assert_eq!(refusal(&page), "400 invalid_grant");
    server.change_client("older", |client| client.metadata.allowed_groups.clear()).await;
    server.change_client("older", |client| client.is_disabled = true).await;
    let page = password(&mut visitor, "older", ADMINISTRATOR, "openid").await;
    assert_eq!(refusal(&page), "400 invalid_grant");
    server.change_client("older", |client| client.is_disabled = false).await;
    issued(&password(&mut visitor, "older", ADMINISTRATOR, "openid").await);
}

// RFC 6749 §5.2
#[tokio::test]
async fn a_client_uses_the_grants_that_it_is_registered_for_and_no_others() {
    const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
    let device = format!("grant_types = [\"{DEVICE_CODE}\"]\nscope = \"openid\"\n");
    let (_server, mut visitor) = started(&[clients(), client("device", &device)].concat()).await;
    let code = visitor.code().await;
    let older = tokens(&mut visitor, "older", &[]).await;
    let form = [&[("scope", "openid")], credentials("device").as_slice()].concat();
    let begun = issued(&visitor.post("/device_authorization", &form).await);
    let forms = [
        ("report", redemption(&code)[..4].to_vec()),
        ("older", vec![("grant_type", "refresh_token"), ("refresh_token", text(&older, "refresh_token"))]),
        ("service", vec![("grant_type", "client_credentials"), ("scope", "orders:read")]),
        ("device", vec![("grant_type", DEVICE_CODE), ("device_code", text(&begun, "device_code"))]),
        ("legacy", vec![("grant_type", "password"), ("username", ADMINISTRATOR.0), ("password", ADMINISTRATOR.1)]),
    ];
    for client_id in ["report", "service", "device", "legacy"] {
        for (owner, form) in &forms {
            if *owner != client_id {
                let page = ask(&mut visitor, client_id, form).await;
                assert_eq!(refusal(&page), "400 unauthorized_client", "{client_id}: {form:?}");
            }
        }
    }
    for (owner, form) in &forms {
        let page = ask(&mut visitor, owner, form).await;
        if *owner == "device" {
            assert_eq!(refusal(&page), "400 authorization_pending");
        } else {
            issued(&page);
        }
    }
}

#[tokio::test]
async fn a_person_never_registers_an_application_for_what_is_older() {
    let (server, mut visitor) = started(&clients()).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "service"),
        ("client_secret", SECRET),
        ("scope", "signet:clients"),
    ];
    let token = issued(&visitor.post("/token", &form).await);
    let body = serde_json::json!({
        "client_name": "Shop", "redirect_uris": ["https://shop.example.org/cb"], "token_endpoint_auth_method": "none",
        "grant_types": ["password"],
    });
    let request = reqwest::Client::new().post(format!("{}/clients", server.issuer));
    let request = request.bearer_auth(text(&token, "access_token")).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 400, "a public client never sees passwords");
    assert!(answer.text().await.unwrap().contains("invalid_client_metadata"));
    let location = visitor.authorize(&query(&[])).await;
    assert!(parameter(&location, "code").is_some(), "{location}");
}
