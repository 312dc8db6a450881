//! `resource`, the audience and type of access tokens, and the groups of users.

use serde_json::{Value, json as object};
use signet::account::record::{GroupName, Groups};

use super::{
    ask, claims, client, code, credentials, introspect, issued, json, redeem, refresh, refusal, text, tokens, userinfo,
};
use crate::{
    ADMINISTRATOR, RunningServer,
    served_here::ServedHere,
    visitor::{REDIRECT_URI, Visitor, config, parameter, query},
};

const ORDERS: &str = "https://api.orders.example";
const STOCK: &str = "https://stock.example.org";

/// A second API with another token type.
const STOCK_API: &str = "\n[[resources]]\nresource = \"https://stock.example.org\"\nname = \"Stock\"\n\
                         scopes = [\"stock:read\"]\naccess_token_lifetime = 30\n\
                         access_token_signing_alg = \"EdDSA\"\naccess_token_typ = \"JWT\"\n";

const EVERYTHING: &str = "openid profile groups offline_access orders:read stock:read";

fn clients(scope: &str, more: &str) -> String {
    let rest = format!(
        "redirect_uris = [\"{REDIRECT_URI}\"]\ngrant_types = [\"authorization_code\", \"refresh_token\"]\n\
         scope = \"{scope}\"\n{more}"
    );
    [config(), client("web", &rest)].concat()
}

async fn started() -> (RunningServer, Visitor) {
    let own =
        "grant_types = [\"client_credentials\"]\nscope = \"orders:read orders:write stock:read signet:clients\"\n";
    let config = [clients(EVERYTHING, ""), client("batch", own), STOCK_API.to_owned()].concat();
    let server = RunningServer::start(&config);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    (server, visitor)
}

/// The `aud` of the access token.
fn audience(tokens: &Value) -> Value {
    claims(text(tokens, "access_token"))["aud"].clone()
}

/// The changes to an authorization request for `scope`, and for `resource` unless it is empty.
fn asking<'a>(scope: &'a str, resource: &'a str) -> Vec<(&'a str, Option<&'a str>)> {
    let mut changes = vec![("scope", Some(scope))];
    changes.extend((!resource.is_empty()).then_some(("resource", Some(resource))));
    changes
}

// RFC 9068 §3 and RFC 8707 §2
#[tokio::test]
async fn a_token_is_for_the_api_of_its_scope_or_for_the_one_that_was_named() {
    let (server, mut visitor) = started().await;
    let issuer = server.issuer.as_str();
    for (scope, resource, expected) in [
        ("openid", "", object!(issuer)),
        ("orders:read", "", object!(ORDERS)),
        ("openid orders:read", "", object!([ORDERS, issuer])),
        ("openid stock:read", STOCK, object!([STOCK, issuer])),
        ("orders:read", ORDERS, object!(ORDERS)),
        ("openid", ORDERS, object!([ORDERS, issuer])),
        ("openid", issuer, object!(issuer)),
        // RFC 3986 §6.2.2 and §6.2.3; `aud` is the registered value.
        ("orders:read", "https://api.orders.example/", object!(ORDERS)),
        ("orders:read", "HTTPS://API.orders.example:443", object!(ORDERS)),
    ] {
        let tokens = tokens(&mut visitor, "web", &asking(scope, resource)).await;
        assert_eq!(audience(&tokens), expected, "{scope} at {resource}");
    }
    let location = visitor.authorize(&query(&[("client_id", Some("web")), ("scope", None)])).await;
    let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    let tokens = issued(&redeem(&mut visitor, "web", &code, &[]).await);
    // If the scope covers two APIs, neither is selected.
    assert_eq!((audience(&tokens), tokens["scope"].as_str()), (object!(issuer), Some("groups openid profile")));
}

// OpenID Connect Core §3.1.2.1, RFC 6749 §3.3
#[tokio::test]
async fn scopes_that_cannot_be_granted_are_left_out_wherever_they_are_asked_for_first() {
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let rest = format!(
        "redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"openid orders:read\"\n\
         grant_types = [\"authorization_code\", \"client_credentials\", \"{device}\", \"password\"]\n"
    );
    let config = [config(), client("web", &rest), "\n[oauth]\npassword_grant = true\n".to_owned()].concat();
    let server = RunningServer::start(&config);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let (username, password) = ADMINISTRATOR;
    for (scope, of_person, own) in [
        (Some("openid orders:read roles offline_access"), "openid orders:read", "orders:read"),
        (None, "openid orders:read", "orders:read"),
    ] {
        assert_eq!(tokens(&mut visitor, "web", &[("scope", scope)]).await["scope"], of_person, "{scope:?}");
        let sent: Vec<(&str, &str)> = scope.map(|scope| ("scope", scope)).into_iter().collect();
        let form = [&[("grant_type", "client_credentials")], sent.as_slice()].concat();
        assert_eq!(issued(&ask(&mut visitor, "web", &form).await)["scope"], own, "{scope:?}");
        let form = [&[("grant_type", "password"), ("username", username), ("password", password)], sent.as_slice()];
        assert_eq!(issued(&ask(&mut visitor, "web", &form.concat()).await)["scope"], of_person, "{scope:?}");
        let form = [sent.as_slice(), credentials("web").as_slice()].concat();
        issued(&visitor.post("/device_authorization", &form).await);
    }
    for (scope, named) in [("roles urn:x", "roles urn:x"), ("openid signet:admin", "signet:admin")] {
        let location =
            visitor.get(&format!("/authorize?{}", query(&[("client_id", Some("web")), ("scope", Some(scope))]))).await;
        let location = location.location();
        assert_eq!(parameter(&location, "error").as_deref(), Some("invalid_scope"), "{location}");
        assert!(parameter(&location, "error_description").unwrap().contains(named), "{location}");
        let page = ask(&mut visitor, "web", &[("grant_type", "client_credentials"), ("scope", scope)]).await;
        assert_eq!(refusal(&page), "400 invalid_scope", "{scope}");
        assert!(page.html.contains(named), "{}", page.html);
    }
    let metadata = json(&visitor.get("/.well-known/openid-configuration").await);
    assert!(!metadata["scopes_supported"].to_string().contains("signet:"), "{metadata}");
}

// RFC 8707 §2
#[tokio::test]
async fn a_resource_that_is_unknown_or_does_not_go_with_the_scope_is_an_invalid_target() {
    let (_server, mut visitor) = started().await;
    for (scope, resource) in [
        ("openid", "https://evil.example"),
        ("orders:read", "https://api.orders.example/v2"),
        ("orders:read", "https://api.orders.example#fragment"),
        ("orders:read", "api.orders.example"),
        ("orders:read", STOCK),
        ("orders:read stock:read", ""),
        ("orders:read stock:read", ORDERS),
    ] {
        let changes = [asking(scope, resource), vec![("client_id", Some("web"))]].concat();
        let location = visitor.get(&format!("/authorize?{}", query(&changes))).await.location();
        assert_eq!(parameter(&location, "error").as_deref(), Some("invalid_target"), "{scope} at {resource}");
        assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
        assert!(parameter(&location, "code").is_none(), "{location}");
    }
    let changes = [asking("openid", ORDERS), vec![("client_id", Some("web"))]].concat();
    let two = format!("{}&resource={}", query(&changes), "https%3A%2F%2Fstock.example.org");
    let location = visitor.get(&format!("/authorize?{two}")).await.location();
    assert_eq!(parameter(&location, "error").as_deref(), Some("invalid_target"), "two APIs in one token");
    let changes = [asking("orders:read signet:clients", ""), vec![("client_id", Some("batch"))]].concat();
    assert_eq!(visitor.get(&format!("/authorize?{}", query(&changes))).await.status, 400, "it has no redirect URI");
    let own = [("grant_type", "client_credentials"), ("scope", "orders:read signet:clients")];
    let page = ask(&mut visitor, "batch", &own).await;
    assert_eq!(refusal(&page), "400 invalid_target", "an API must not be able to manage the server");
}

// RFC 8707 §2.2
#[tokio::test]
async fn a_token_request_names_what_was_granted_and_nothing_else() {
    let (server, mut visitor) = started().await;
    let issuer = server.issuer.as_str();
    let asked = asking("openid orders:read offline_access", "");
    for (resource, expected) in [(ORDERS, object!(ORDERS)), (issuer, object!(issuer))] {
        let code = code(&mut visitor, "web", &asked).await;
        for wrong in [STOCK, "https://evil.example", "nonsense"] {
            let page = redeem(&mut visitor, "web", &code, &[("resource", wrong)]).await;
            assert_eq!(refusal(&page), "400 invalid_target", "{wrong}");
        }
        let first = issued(&redeem(&mut visitor, "web", &code, &[("resource", resource)]).await);
        assert_eq!(audience(&first), expected);
        assert_eq!(
            userinfo(&mut visitor, text(&first, "access_token")).await,
            if resource == issuer { 200 } else { 401 }
        );
        let token = text(&first, "refresh_token");
        for (more, expected) in [
            (&[][..], object!([ORDERS, issuer])),
            (&[("resource", ORDERS)], object!(ORDERS)),
            (&[("resource", issuer)], object!(issuer)),
            (&[("resource", issuer), ("resource", ORDERS)], object!([ORDERS, issuer])),
        ] {
            let again = issued(&refresh(&mut visitor, "web", token, more).await);
            assert_eq!(audience(&again), expected, "{more:?}: any of what was granted");
        }
        for wrong in [&[("resource", STOCK)][..], &[("resource", ORDERS), ("resource", STOCK)]] {
            assert_eq!(refusal(&refresh(&mut visitor, "web", token, wrong).await), "400 invalid_target", "{wrong:?}");
        }
    }
}

#[tokio::test]
async fn a_service_names_the_api_that_its_token_is_for() {
    let (server, mut visitor) = started().await;
    for (more, expected) in [
        (&[("scope", "orders:read")][..], object!(ORDERS)),
        (&[("scope", "stock:read"), ("resource", STOCK)], object!(STOCK)),
        (&[("resource", STOCK)], object!(STOCK)),
        (&[("scope", "signet:clients")], object!(server.issuer)),
    ] {
        let page = ask(&mut visitor, "batch", &[&[("grant_type", "client_credentials")], more].concat()).await;
        assert_eq!(audience(&issued(&page)), expected, "{more:?}");
    }
    for more in [
        &[("scope", "orders:read"), ("resource", STOCK)][..],
        &[("scope", "orders:read"), ("resource", "https://evil.example")],
        &[("scope", "orders:read stock:read")],
    ] {
        let page = ask(&mut visitor, "batch", &[&[("grant_type", "client_credentials")], more].concat()).await;
        assert_eq!(refusal(&page), "400 invalid_target", "{more:?}");
    }
}

#[tokio::test]
async fn each_api_has_tokens_of_its_own_kind() {
    let (_server, mut visitor) = started().await;
    let jwks = visitor.get("/jwks.json").await;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&jwks.html).unwrap();
    for (scope, api, lifetime, algorithm, typ) in [
        ("openid orders:read", ORDERS, 300, jsonwebtoken::Algorithm::ES256, "at+jwt"),
        ("openid stock:read", STOCK, 30, jsonwebtoken::Algorithm::EdDSA, "JWT"),
    ] {
        let first = tokens(&mut visitor, "web", &asking(scope, "")).await;
        for tokens in [&first, &issued(&refresh(&mut visitor, "web", text(&first, "refresh_token"), &[]).await)] {
            let token = text(tokens, "access_token");
            let header = jsonwebtoken::decode_header(token).unwrap();
            assert_eq!((header.alg, header.typ.as_deref()), (algorithm, Some(typ)), "{api}");
            // The crate jsonwebtoken is independent of the code that signs.
            let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
            let mut rules = jsonwebtoken::Validation::new(algorithm);
            rules.set_audience(&[api]);
            let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
            let claims = jsonwebtoken::decode::<Value>(token, &key, &rules).unwrap().claims;
            let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
            assert_eq!((lives, tokens["expires_in"].as_i64()), (lifetime, Some(lifetime)), "{api}");
            assert_eq!(introspect(&mut visitor, "web", token).await["active"], true, "{api}");
            assert_eq!(userinfo(&mut visitor, token).await, 200, "{api}");
            // An ID token also has the type JWT.
            let id_token = text(tokens, "id_token");
            assert_eq!(userinfo(&mut visitor, id_token).await, 401);
            assert_eq!(introspect(&mut visitor, "web", id_token).await, object!({"active": false}));
        }
    }
}

// An access token of the type JWT could be mistaken for an ID token.
#[tokio::test]
async fn an_access_token_is_no_id_token_hint_whatever_its_type() {
    let (server, mut visitor) = started().await;
    let mut eve = Visitor::new(&server.issuer);
    let token = eve.get("/signup").await.hidden("anti_forgery");
    let form = [("username", "eve"), ("password", "a long and winding passphrase"), ("anti_forgery", &token)];
    assert_eq!(eve.post("/signup", &form).await.status, 303);
    let eves = tokens(&mut eve, "web", &asking("openid stock:read", "")).await;
    tokens(&mut visitor, "web", &asking("openid", "")).await;
    for (hint, expected) in [("id_token", Some("login_required")), ("access_token", None), ("refresh_token", None)] {
        let changes = [("prompt", Some("none")), ("scope", Some("openid")), ("id_token_hint", Some(text(&eves, hint)))];
        let changes = [&changes[..], &[("client_id", Some("web"))]].concat();
        let location = visitor.get(&format!("/authorize?{}", query(&changes))).await.location();
        assert_eq!(parameter(&location, "error").as_deref(), expected, "{hint}: {location}");
    }
}

// OpenID Connect Core §5.3.2: it has the type of an ID token, and `iss`, `sub` and `aud`.
#[tokio::test]
async fn a_signed_answer_of_userinfo_is_no_id_token_hint() {
    let server = RunningServer::start(&clients("openid profile", "userinfo_signed_response_alg = \"RS256\"\n"));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let mut eve = Visitor::new(&server.issuer);
    let token = eve.get("/signup").await.hidden("anti_forgery");
    let form = [("username", "eve"), ("password", "a long and winding passphrase"), ("anti_forgery", &token)];
    assert_eq!(eve.post("/signup", &form).await.status, 303);
    let eves = tokens(&mut eve, "web", &asking("openid", "")).await;
    let bearer = format!("Bearer {}", text(&eves, "access_token"));
    let signed = eve.post_with("/userinfo", &[], &[("authorization", &bearer)]).await.html;
    assert_eq!(claims(&signed)["sub"], claims(text(&eves, "id_token"))["sub"]);
    tokens(&mut visitor, "web", &asking("openid", "")).await;
    for (hint, expected) in [(text(&eves, "id_token"), Some("login_required")), (signed.as_str(), None)] {
        let changes = [("prompt", Some("none")), ("scope", Some("openid")), ("id_token_hint", Some(hint))];
        let changes = [&changes[..], &[("client_id", Some("web"))]].concat();
        let location = visitor.get(&format!("/authorize?{}", query(&changes))).await.location();
        assert_eq!(parameter(&location, "error").as_deref(), expected, "{location}");
    }
}

// A stored grant may refer to an API that was removed from the configuration.
#[tokio::test]
async fn an_api_that_the_server_no_longer_knows_is_left_out_of_what_is_refreshed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, [clients(EVERYTHING, ""), STOCK_API.to_owned()].concat()).unwrap();
    let port = crate::support::free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let issuer = server.issuer.clone();
    let mut visitor = Visitor::new(&issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let some = tokens(&mut visitor, "web", &asking("openid stock:read offline_access", "")).await;
    let named = tokens(&mut visitor, "web", &asking("openid offline_access", STOCK)).await;
    let all = tokens(&mut visitor, "web", &asking("stock:read", "")).await;
    server.kill();
    std::fs::write(&file, clients("openid profile groups offline_access orders:read", "")).unwrap();
    let _server = RunningServer::start_in(folder.path(), port);
    for first in [&some, &named] {
        let again = issued(&refresh(&mut visitor, "web", text(first, "refresh_token"), &[]).await);
        assert_eq!((text(&again, "scope"), audience(&again)), ("offline_access openid", object!(issuer)));
        let page = refresh(&mut visitor, "web", text(first, "refresh_token"), &[("resource", STOCK)]).await;
        assert_eq!(refusal(&page), "400 invalid_target");
    }
    let page = refresh(&mut visitor, "web", text(&some, "refresh_token"), &[("scope", "stock:read")]).await;
    assert_eq!(refusal(&page), "400 invalid_scope");
    let page = refresh(&mut visitor, "web", text(&all, "refresh_token"), &[]).await;
    assert_eq!(refusal(&page), "400 invalid_grant", "nothing is left");
}

// If a grant is deleted too early, its tokens look revoked.
#[tokio::test]
async fn a_grant_is_remembered_for_as_long_as_any_token_of_it_can_live() {
    let archive = "\n[[resources]]\nresource = \"https://archive.example.org\"\nscopes = [\"archive:read\"]\n\
                   access_token_lifetime = 86400\n";
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let rest = format!(
        "redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"openid offline_access archive:read\"\n\
         grant_types = [\"authorization_code\", \"refresh_token\", \"{device}\"]\n"
    );
    let server = ServedHere::start(&[config(), client("web", &rest), archive.to_owned()].concat()).await;
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let scope = [("scope", "openid offline_access archive:read")];
    let own = [("resource", server.issuer.as_str())];
    let code = code(&mut visitor, "web", &[("scope", Some(scope[0].1))]).await;
    let by_code = issued(&redeem(&mut visitor, "web", &code, &own).await);
    let form = [&scope, credentials("web").as_slice()].concat();
    let begun = issued(&visitor.post("/device_authorization", &form).await);
    let user_code = text(&begun, "user_code");
    let token = visitor.get(&format!("/device?user_code={user_code}")).await.hidden("anti_forgery");
    let form = [("user_code", user_code), ("decision", "allow"), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post("/device", &form).await.status, 303);
    let form = [("grant_type", device), ("device_code", text(&begun, "device_code"))];
    let by_device = issued(&ask(&mut visitor, "web", &[&form[..], &own].concat()).await);
    for _ in 0..89 {
        server.clock.advance(time::Duration::DAY);
        for tokens in [&by_code, &by_device] {
            issued(&refresh(&mut visitor, "web", text(tokens, "refresh_token"), &own).await);
        }
    }
    server.clock.advance(time::Duration::hours(23));
    let mut last = Vec::new();
    for tokens in [&by_code, &by_device] {
        last.push(issued(&refresh(&mut visitor, "web", text(tokens, "refresh_token"), &[]).await));
    }
    server.clock.advance(time::Duration::hours(23));
    server.signet().store.engine().sweep(server.clock.now()).await.unwrap();
    for tokens in &last {
        assert_eq!(tokens["expires_in"], 86_400);
        assert_eq!(introspect(&mut visitor, "web", text(tokens, "access_token")).await["active"], true);
    }
}

fn groups(names: &[&str]) -> Groups {
    Groups::new(names.iter().map(|name| GroupName::parse(name).unwrap()).collect()).unwrap()
}

#[tokio::test]
async fn a_client_for_some_groups_is_for_their_members_for_as_long_as_they_are() {
    let config = [clients(EVERYTHING, "allowed_groups = [\"staff\", \"admins\"]\n"), STOCK_API.to_owned()].concat();
    let server = ServedHere::start(&config).await;
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let asked = query(&[("client_id", Some("web"))]);
    for outside in [&[][..], &["Staff"], &["guests", "staff2"]] {
        server.change_person(|person| person.groups = groups(outside)).await;
        let location = visitor.get(&format!("/authorize?{asked}")).await.location();
        let page = visitor.get(&location).await;
        assert!(page.html.contains("You have no access"), "{outside:?}: {}", page.html);
        let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
        for (decision, leads_to) in [("switch", "/login?"), ("allow", "/consent?"), ("deny", "/authorize?")] {
            let form =
                [("decision", decision), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
            let page = visitor.post("/consent", &form).await;
            let is_shown_again = decision == "allow" && page.html.contains("You have no access");
            assert!(is_shown_again || page.location().starts_with(leads_to), "{decision}: {}", page.html);
        }
        let form = [("decision", "deny"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
        let onward = visitor.post("/consent", &form).await.location();
        let location = visitor.get(&onward).await.location();
        assert_eq!(parameter(&location, "error").as_deref(), Some("access_denied"), "{outside:?}: {location}");
        let description = parameter(&location, "error_description").unwrap();
        assert!(description.contains("group"), "{description}");
        assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
        assert!(parameter(&location, "code").is_none(), "{location}");
    }
    server.change_person(|person| person.groups = groups(&["guests", "staff"])).await;
    let first = tokens(&mut visitor, "web", &[]).await;
    let unspent = code(&mut visitor, "web", &[]).await;
    let (access, token) = (text(&first, "access_token"), text(&first, "refresh_token"));
    issued(&refresh(&mut visitor, "web", token, &[]).await);

    server.change_person(|person| person.groups = groups(&["guests"])).await;
    assert_eq!(refusal(&refresh(&mut visitor, "web", token, &[]).await), "400 invalid_grant");
    assert_eq!(refusal(&redeem(&mut visitor, "web", &unspent, &[]).await), "400 invalid_grant");
    assert_eq!(introspect(&mut visitor, "web", access).await, object!({"active": false}));
    assert_eq!(userinfo(&mut visitor, access).await, 401);
    server.change_person(|person| person.groups = groups(&["admins"])).await;
    issued(&refresh(&mut visitor, "web", token, &[]).await);
}

#[tokio::test]
async fn groups_are_sent_to_a_client_that_requests_them() {
    let server = ServedHere::start(&[clients(EVERYTHING, ""), STOCK_API.to_owned()].concat()).await;
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    for (names, expected) in [(&[][..], object!([])), (&["staff", "admins"], object!(["admins", "staff"]))] {
        server.change_person(|person| person.groups = groups(names)).await;
        for scope in ["openid groups", "openid profile"] {
            let tokens = tokens(&mut visitor, "web", &[("scope", Some(scope))]).await;
            let bearer = format!("Bearer {}", text(&tokens, "access_token"));
            let told = json(&visitor.post_with("/userinfo", &[], &[("authorization", &bearer)]).await);
            let is_asked = scope.contains("groups");
            assert_eq!(told.get("groups"), is_asked.then_some(&expected), "{scope}");
        }
    }
}
