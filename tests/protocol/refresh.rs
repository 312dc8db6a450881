//! `grant_type=refresh_token`, and refresh tokens at `/introspect` and `/revoke`.

use std::process::Stdio;

use serde_json::{Value, json as object};
use signet::{
    account::record::AccountStatus,
    oauth::{client::GrantType, scope::Scope, subject::Subject},
};
use time::Duration;

use super::{
    ask, claims, client, code, credentials, introspect, issued, json, redeem, refresh, refusal, text, tokens, userinfo,
};
use crate::{
    ADMINISTRATOR, RunningServer,
    served_here::ServedHere,
    visitor::{REDIRECT_URI, SECRET, Visitor, config, parameter, query},
};

/// Clients with refresh tokens: `rotating` and `public` rotate them, `web` does not. `without` has none.
fn clients() -> String {
    let redirect = format!("redirect_uris = [\"{REDIRECT_URI}\"]\n");
    let scope = "scope = \"openid profile orders:read offline_access\"\n";
    let grants = "grant_types = [\"authorization_code\", \"refresh_token\"]\n";
    let usual = format!("{redirect}{scope}{grants}");
    [
        config(),
        client("web", &usual),
        client("other", &usual),
        client("rotating", &format!("{usual}rotate_refresh_tokens = true")),
        client("public", &usual),
        client("public-other", &usual),
        client("without", &format!("{redirect}{scope}")),
    ]
    .concat()
}

const OFFLINE: &[(&str, Option<&str>)] = &[("scope", Some("openid profile orders:read offline_access"))];

async fn started(more: &str) -> (RunningServer, Visitor) {
    let server = RunningServer::start(&format!("{}{more}", clients()));
    let visitor = person(&server.issuer).await;
    (server, visitor)
}

async fn started_here() -> (ServedHere, Visitor) {
    let server = ServedHere::start(&clients()).await;
    let visitor = person(&server.issuer).await;
    (server, visitor)
}

async fn person(issuer: &str) -> Visitor {
    let mut visitor = Visitor::new(issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    visitor
}

fn inactive() -> Value {
    object!({"active": false})
}

// RFC 6749 §6 and OpenID Connect Core §12.2
#[tokio::test]
async fn a_refresh_gives_what_the_code_gave() {
    let (_server, mut visitor) = started("").await;
    for client_id in ["web", "public"] {
        let first = tokens(&mut visitor, client_id, OFFLINE).await;
        assert_eq!(text(&first, "scope"), "offline_access openid orders:read profile");
        let second = issued(&refresh(&mut visitor, client_id, text(&first, "refresh_token"), &[]).await);
        assert_eq!((second["scope"].as_str(), second["expires_in"].as_i64()), (first["scope"].as_str(), Some(300)));
        let access = [&first, &second].map(|tokens| claims(text(tokens, "access_token")));
        for claim in ["iss", "sub", "aud", "client_id", "scope", "auth_time"] {
            assert_eq!(access[0][claim], access[1][claim], "{claim}");
        }
        assert_ne!(access[0]["jti"], access[1]["jti"]);
        let id = [&first, &second].map(|tokens| claims(text(tokens, "id_token")));
        for claim in ["iss", "sub", "aud", "auth_time", "sid"] {
            assert_eq!(id[0][claim], id[1][claim], "{claim}");
        }
        assert!(id[0]["nonce"].is_string() && id[1].get("nonce").is_none(), "a refreshed ID token has no nonce");
        assert_eq!(userinfo(&mut visitor, text(&second, "access_token")).await, 200);
    }
}

// RFC 9700 §4.14.2
#[tokio::test]
async fn refresh_tokens_of_public_clients_rotate_and_others_do_where_they_are_registered_to() {
    let (_server, mut visitor) = started("").await;
    for (client_id, rotates) in [("web", false), ("rotating", true), ("public", true)] {
        let mut token = text(&tokens(&mut visitor, client_id, OFFLINE).await, "refresh_token").to_owned();
        for _ in 0..3 {
            let again = issued(&refresh(&mut visitor, client_id, &token, &[]).await);
            assert_eq!(text(&again, "refresh_token") != token, rotates, "{client_id}");
            token = text(&again, "refresh_token").to_owned();
        }
    }
}

#[tokio::test]
async fn a_client_whose_answer_was_lost_gets_the_same_successor_and_nothing_ends() {
    let (_server, mut visitor) = started("").await;
    let first = tokens(&mut visitor, "public", OFFLINE).await;
    let first = text(&first, "refresh_token");
    let lost = issued(&refresh(&mut visitor, "public", first, &[]).await);
    let again = issued(&refresh(&mut visitor, "public", first, &[]).await);
    assert_eq!(lost["refresh_token"], again["refresh_token"]);
    assert_ne!(lost["access_token"], again["access_token"]);
    let successor = text(&lost, "refresh_token");
    let third = issued(&refresh(&mut visitor, "public", successor, &[]).await);
    assert_ne!(text(&third, "refresh_token"), successor);
    // The first token is two generations old and still within its overlap: it returns the newest one and starts no
    // second branch.
    let lagging = issued(&refresh(&mut visitor, "public", first, &[]).await);
    assert_eq!(lagging["refresh_token"], third["refresh_token"]);
    issued(&refresh(&mut visitor, "public", text(&third, "refresh_token"), &[]).await);
}

// RFC 9700 §4.14.2: "it MUST revoke the active refresh token as well"
#[tokio::test]
async fn a_replayed_refresh_token_ends_the_grant() {
    let (server, mut visitor) = started("[lifetimes]\nrefresh_token_overlap = 0\n").await;
    for client_id in ["rotating", "public"] {
        let first = tokens(&mut visitor, client_id, OFFLINE).await;
        let second = issued(&refresh(&mut visitor, client_id, text(&first, "refresh_token"), &[]).await);
        let bystander = tokens(&mut visitor, client_id, OFFLINE).await;
        let replayed = refresh(&mut visitor, client_id, text(&first, "refresh_token"), &[]).await;
        assert_eq!(refusal(&replayed), "400 invalid_grant");
        for tokens in [&first, &second] {
            let (access, token) = (text(tokens, "access_token"), text(tokens, "refresh_token"));
            assert_eq!(refusal(&refresh(&mut visitor, client_id, token, &[]).await), "400 invalid_grant");
            assert_eq!(introspect(&mut visitor, "web", access).await, inactive());
            assert_eq!(userinfo(&mut visitor, access).await, 401);
        }
        issued(&refresh(&mut visitor, client_id, text(&bystander, "refresh_token"), &[]).await);
    }
    assert_eq!(server.log().matches("refresh token replayed, grant ended").count(), 2);
}

#[tokio::test]
async fn the_overlap_ends_at_its_instant() {
    let (server, mut visitor) = started_here().await;
    let first = tokens(&mut visitor, "public", OFFLINE).await;
    let first = text(&first, "refresh_token");
    let second = issued(&refresh(&mut visitor, "public", first, &[]).await);
    server.clock.advance(Duration::milliseconds(9_999));
    let again = issued(&refresh(&mut visitor, "public", first, &[]).await);
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    server.clock.advance(Duration::milliseconds(1));
    assert_eq!(refusal(&refresh(&mut visitor, "public", first, &[]).await), "400 invalid_grant");
    assert_eq!(introspect(&mut visitor, "web", text(&again, "access_token")).await, inactive());
}

// RFC 6749 §6: "The requested scope MUST NOT include any scope not originally granted by the resource owner"
#[tokio::test]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    let (_server, mut visitor) = started("").await;
    let changes = [("scope", Some("openid orders:read offline_access"))];
    let first = tokens(&mut visitor, "web", &changes).await;
    let token = text(&first, "refresh_token");
    for scope in ["openid profile", "profile", "orders:write", "signet:admin", "nonsense", "a\"b", " ", "openid email"]
    {
        let page = refresh(&mut visitor, "web", token, &[("scope", scope)]).await;
        assert_eq!(refusal(&page), "400 invalid_scope", "{scope:?}");
    }
    let less = issued(&refresh(&mut visitor, "web", token, &[("scope", "orders:read")]).await);
    assert_eq!((text(&less, "scope"), text(&less, "refresh_token")), ("orders:read", token));
    assert_eq!(claims(text(&less, "access_token"))["aud"], "https://api.orders.example");
    assert!(less.get("id_token").is_none(), "openid was not asked for");
    for more in [&[][..], &[("scope", "")], &[("scope", "orders:read offline_access openid")]] {
        let whole = issued(&refresh(&mut visitor, "web", token, more).await);
        assert_eq!(whole["scope"], first["scope"], "what was granted stays: {more:?}");
    }
}

// RFC 6749 §10.4
#[tokio::test]
async fn a_refresh_token_is_good_for_its_client_alone() {
    let (_server, mut visitor) = started("").await;
    for client_id in ["web", "public"] {
        let first = tokens(&mut visitor, client_id, OFFLINE).await;
        let token = text(&first, "refresh_token");
        for thief in ["other", "public-other", "rotating"] {
            assert_eq!(refusal(&refresh(&mut visitor, thief, token, &[]).await), "400 invalid_grant", "{thief}");
        }
        assert_eq!(refusal(&refresh(&mut visitor, "without", token, &[]).await), "400 unauthorized_client");
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        for (more, expected) in [
            (&[][..], "401 invalid_client"),
            (&[("client_id", "web")], "401 invalid_client"),
            (&[("client_id", "web"), ("client_secret", "wrong")], "401 invalid_client"),
            (&[("client_id", "public"), ("client_secret", SECRET)], "401 invalid_client"),
            (&[("client_id", "nobody")], "401 invalid_client"),
        ] {
            let page = visitor.post("/token", &[&form, more].concat()).await;
            assert_eq!(refusal(&page), expected, "{more:?}");
        }
        issued(&refresh(&mut visitor, client_id, token, &[]).await);
    }
}

#[tokio::test]
async fn what_is_no_refresh_token_refreshes_nothing_and_a_refresh_token_is_nothing_else() {
    let (_server, mut visitor) = started("").await;
    let first = tokens(&mut visitor, "web", OFFLINE).await;
    let token = text(&first, "refresh_token");
    let unspent = code(&mut visitor, "web", OFFLINE).await;
    for wrong in ["unknown", "signet_rt_", &unspent, text(&first, "access_token"), text(&first, "id_token")] {
        assert_eq!(refusal(&refresh(&mut visitor, "web", wrong, &[]).await), "400 invalid_grant", "{wrong}");
    }
    assert_eq!(refusal(&refresh(&mut visitor, "web", "", &[]).await), "400 invalid_request");
    assert_eq!(refusal(&refresh(&mut visitor, "web", token, &[("refresh_token", "x")]).await), "400 invalid_request");
    assert_eq!(userinfo(&mut visitor, token).await, 401);
    assert_eq!(refusal(&redeem(&mut visitor, "web", token, &[]).await), "400 invalid_grant");
    issued(&redeem(&mut visitor, "web", &unspent, &[]).await);
    issued(&refresh(&mut visitor, "web", token, &[]).await);
}

// RFC 6749 §2.3.1 and §3.2: "the client MUST use the HTTP "POST" method", and parameters in the URL are ignored.
#[tokio::test]
async fn what_stands_in_the_address_refreshes_nothing() {
    let (_server, mut visitor) = started("").await;
    let first = tokens(&mut visitor, "web", OFFLINE).await;
    let token = text(&first, "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let encoded = signet::oauth::parameters::encode(&[&form, credentials("web").as_slice()].concat());
    assert_eq!(visitor.get(&format!("/token?{encoded}")).await.status, 405);
    assert_eq!(refusal(&visitor.post(&format!("/token?{encoded}"), &[]).await), "401 invalid_client");
    assert_eq!(refusal(&visitor.post(&format!("/token?{encoded}"), &form).await), "401 invalid_client");
    let revocation = visitor.post(&format!("/revoke?token={token}"), &credentials("web")).await;
    assert_eq!(refusal(&revocation), "400 invalid_request");
    issued(&refresh(&mut visitor, "web", token, &[]).await);
}

/// A change that affects a grant.
#[derive(Clone, Copy, Debug)]
enum Change {
    PersonDisabled,
    PasswordChanged,
    ConsentWithdrawn,
    ClientDisabled,
    GroupRestriction,
    OfflineAccessTakenAway,
    RefreshTokensTakenAway,
}

async fn happen(change: Change, server: &ServedHere) {
    let now = server.clock.now();
    match change {
        Change::PersonDisabled => server.change_person(|person| person.standing = AccountStatus::Disabled).await,
        Change::PasswordChanged => server.change_person(|person| person.password_changed_at = Some(now)).await,
        Change::ConsentWithdrawn => {
            let subject = Subject::new(server.person().id.as_str());
            let client_id = signet::oauth::client::ClientId::parse("web").unwrap();
            server.signet().store.withdraw_consent(&subject, &client_id, now).await.unwrap();
        }
        Change::ClientDisabled => server.change_client("web", |client| client.is_disabled = true).await,
        Change::GroupRestriction => {
            server.change_client("web", |client| client.metadata.allowed_groups = vec!["staff".to_owned()]).await;
        }
        Change::OfflineAccessTakenAway => {
            let less = Scope::parse("openid profile orders:read").unwrap();
            server.change_client("web", |client| client.metadata.scope = less).await;
        }
        Change::RefreshTokensTakenAway => {
            let less = vec![GrantType::AuthorizationCode];
            server.change_client("web", |client| client.metadata.grant_types = less).await;
        }
    }
}

#[tokio::test]
async fn what_was_granted_ends_with_the_person_the_client_and_the_consent() {
    for change in [
        Change::PersonDisabled,
        Change::PasswordChanged,
        Change::ConsentWithdrawn,
        Change::ClientDisabled,
        Change::GroupRestriction,
    ] {
        let (server, mut visitor) = started_here().await;
        let first = tokens(&mut visitor, "web", OFFLINE).await;
        let (access, token) = (text(&first, "access_token"), text(&first, "refresh_token"));
        let unspent = code(&mut visitor, "web", OFFLINE).await;
        issued(&refresh(&mut visitor, "web", token, &[]).await);
        server.clock.advance(Duration::SECOND);
        happen(change, &server).await;
        assert_eq!(refusal(&refresh(&mut visitor, "web", token, &[]).await), "400 invalid_grant", "{change:?}");
        assert_eq!(refusal(&redeem(&mut visitor, "web", &unspent, &[]).await), "400 invalid_grant", "{change:?}");
        for token in [access, token] {
            assert_eq!(introspect(&mut visitor, "web", token).await, inactive(), "{change:?}");
        }
        assert_eq!(userinfo(&mut visitor, access).await, 401, "{change:?}");
    }
}

#[tokio::test]
async fn a_refresh_needs_what_the_client_is_registered_for_now() {
    for (change, expected) in [
        (Change::OfflineAccessTakenAway, "400 invalid_grant"),
        (Change::RefreshTokensTakenAway, "400 unauthorized_client"),
    ] {
        let (server, mut visitor) = started_here().await;
        let first = tokens(&mut visitor, "web", OFFLINE).await;
        happen(change, &server).await;
        let page = refresh(&mut visitor, "web", text(&first, "refresh_token"), &[]).await;
        assert_eq!(refusal(&page), expected, "{change:?}");
    }
}

#[tokio::test]
async fn a_person_who_may_sign_in_again_finds_the_grant_as_it_was() {
    let (server, mut visitor) = started_here().await;
    let first = tokens(&mut visitor, "web", OFFLINE).await;
    let token = text(&first, "refresh_token");
    happen(Change::PersonDisabled, &server).await;
    assert_eq!(refusal(&refresh(&mut visitor, "web", token, &[]).await), "400 invalid_grant");
    server.change_person(|person| person.standing = AccountStatus::Active).await;
    issued(&refresh(&mut visitor, "web", token, &[]).await);
}

#[tokio::test]
async fn a_client_that_is_not_registered_for_refresh_tokens_gets_none_whatever_it_asks_for() {
    let (_server, mut visitor) = started("").await;
    let first = tokens(&mut visitor, "without", OFFLINE).await;
    assert!(first.get("refresh_token").is_none(), "{first}");
    assert_eq!(text(&first, "scope"), "openid orders:read profile", "and the response says what it did not get");
    let page = refresh(&mut visitor, "without", "signet_rt_x", &[]).await;
    assert!(refusal(&page).starts_with("400 "), "{}", page.html);
    let own = [("grant_type", "client_credentials"), ("scope", "orders:read")];
    let own = issued(&ask(&mut visitor, "service", &own).await);
    assert!(own.get("refresh_token").is_none(), "RFC 6749 §4.4.3");
}

// OpenID Connect Core §11
#[tokio::test]
async fn without_offline_access_a_refresh_token_ends_when_the_person_signs_out() {
    let (_server, mut visitor) = started("").await;
    let online = tokens(&mut visitor, "web", &[("scope", Some("openid orders:read"))]).await;
    let offline = tokens(&mut visitor, "web", OFFLINE).await;
    issued(&refresh(&mut visitor, "web", text(&online, "refresh_token"), &[]).await);
    let page = visitor.get("/logout").await;
    let (sealed, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "confirm"), ("interaction", sealed.as_str()), ("anti_forgery", token.as_str())];
    assert_eq!(visitor.post("/logout", &form).await.status, 303);
    let page = refresh(&mut visitor, "web", text(&online, "refresh_token"), &[]).await;
    assert_eq!(refusal(&page), "400 invalid_grant");
    assert_eq!(userinfo(&mut visitor, text(&online, "access_token")).await, 401);
    issued(&refresh(&mut visitor, "web", text(&offline, "refresh_token"), &[]).await);
}

// RFC 7662 §2.2
#[tokio::test]
async fn a_refresh_token_is_described_to_its_client_while_it_is_the_good_one() {
    let (server, mut visitor) = started("").await;
    let first = tokens(&mut visitor, "rotating", OFFLINE).await;
    let token = text(&first, "refresh_token");
    let content = introspect(&mut visitor, "rotating", token).await;
    assert_eq!((content["active"].as_bool(), text(&content, "client_id")), (Some(true), "rotating"));
    assert_eq!((text(&content, "iss"), &content["scope"]), (server.issuer.as_str(), &first["scope"]));
    assert_eq!(content["sub"], claims(text(&first, "access_token"))["sub"]);
    assert!(content["exp"].as_i64() > content["iat"].as_i64(), "{content}");
    assert!(content.get("token_type").is_none(), "it is no bearer token: {content}");
    for stranger in ["other", "service"] {
        assert_eq!(introspect(&mut visitor, stranger, token).await, inactive(), "{stranger}");
    }
    let form = [("token", token), ("client_id", "public")];
    assert_eq!(refusal(&visitor.post("/introspect", &form).await), "401 invalid_client");
    // RFC 7662 §2.3, RFC 6749 §5.2
    for path in ["/introspect", "/verify", "/revoke", "/token", "/device_authorization"] {
        for form in [&form[..1], &[]] {
            let page = visitor.post(path, form).await;
            assert_eq!(refusal(&page), "401 invalid_client", "{path} {form:?}");
            assert!(page.headers.contains_key("www-authenticate"), "{path}");
        }
    }
    let second = issued(&refresh(&mut visitor, "rotating", token, &[]).await);
    assert_eq!(introspect(&mut visitor, "rotating", token).await, inactive());
    let content = introspect(&mut visitor, "rotating", text(&second, "refresh_token")).await;
    assert_eq!(content["active"], true);
}

// RFC 7009 §2.1
#[tokio::test]
async fn revoking_a_refresh_token_ends_every_token_of_its_grant() {
    let (_server, mut visitor) = started("").await;
    for (client_id, hint) in [("web", "refresh_token"), ("public", "access_token"), ("rotating", "nonsense")] {
        let first = tokens(&mut visitor, client_id, OFFLINE).await;
        let second = issued(&refresh(&mut visitor, client_id, text(&first, "refresh_token"), &[]).await);
        let bystander = tokens(&mut visitor, client_id, OFFLINE).await;
        let form = [("token", text(&second, "refresh_token")), ("token_type_hint", hint)];
        for stranger in ["other", "public-other"] {
            let page = visitor.post("/revoke", &[&form, credentials(stranger).as_slice()].concat()).await;
            assert_eq!((page.status, page.html.as_str()), (200, ""), "a stranger learns nothing");
        }
        assert_eq!(userinfo(&mut visitor, text(&second, "access_token")).await, 200);
        let page = visitor.post("/revoke", &[&form, credentials(client_id).as_slice()].concat()).await;
        assert_eq!((page.status, page.html.as_str()), (200, ""));
        for tokens in [&first, &second] {
            let (access, token) = (text(tokens, "access_token"), text(tokens, "refresh_token"));
            assert_eq!(introspect(&mut visitor, "web", access).await, inactive());
            assert_eq!(userinfo(&mut visitor, access).await, 401);
            assert_eq!(refusal(&refresh(&mut visitor, client_id, token, &[]).await), "400 invalid_grant");
        }
        assert_eq!(userinfo(&mut visitor, text(&bystander, "access_token")).await, 200, "another grant lives on");
        let page = visitor.post("/revoke", &[&form, credentials(client_id).as_slice()].concat()).await;
        assert_eq!(page.status, 200, "what has ended already is no error");
    }
}

#[tokio::test]
async fn revoking_an_access_token_ends_the_refresh_token_next_to_it() {
    let (_server, mut visitor) = started("").await;
    let first = tokens(&mut visitor, "web", OFFLINE).await;
    let form = [&[("token", text(&first, "access_token"))], credentials("web").as_slice()].concat();
    assert_eq!(refusal(&visitor.post("/revoke", &form[..2]).await), "401 invalid_client");
    assert_eq!(userinfo(&mut visitor, text(&first, "access_token")).await, 200);
    assert_eq!(visitor.post("/revoke", &form).await.status, 200);
    let page = refresh(&mut visitor, "web", text(&first, "refresh_token"), &[]).await;
    assert_eq!(refusal(&page), "400 invalid_grant");
}

// RFC 9701 §4 and §5
#[tokio::test]
async fn a_signed_answer_of_introspection_is_no_access_token() {
    const ACCEPT: &[(&str, &str)] = &[("accept", "application/token-introspection+jwt")];
    let (server, mut visitor) = started("").await;
    let first = tokens(&mut visitor, "web", OFFLINE).await;
    let jwks = visitor.get("/jwks.json").await;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&jwks.html).unwrap();
    for (token, is_active) in
        [(text(&first, "access_token"), true), (text(&first, "refresh_token"), true), ("x", false)]
    {
        let form = [&[("token", token)], credentials("web").as_slice()].concat();
        let page = visitor.post_with("/introspect", &form, ACCEPT).await;
        assert_eq!((page.status, page.header("content-type")), (200, "application/token-introspection+jwt"));
        assert_eq!(page.header("cache-control"), "no-store");
        // The crate jsonwebtoken is independent of the code that signs.
        let header = jsonwebtoken::decode_header(&page.html).unwrap();
        assert_eq!(header.typ.as_deref(), Some("token-introspection+jwt"));
        let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        rules.set_audience(&["web"]);
        rules.set_issuer(&[&server.issuer]);
        rules.set_required_spec_claims(&["aud", "iss"]);
        rules.validate_exp = false;
        let signed = jsonwebtoken::decode::<Value>(&page.html, &key, &rules).unwrap().claims;
        let names: Vec<&String> = signed.as_object().unwrap().keys().collect();
        assert_eq!(names, ["iss", "aud", "iat", "token_introspection"], "neither sub nor exp at the top");
        assert_eq!(signed["token_introspection"]["active"], is_active);
        assert_eq!(signed["token_introspection"] == inactive(), !is_active);
        assert_eq!(userinfo(&mut visitor, &page.html).await, 401);
        assert_eq!(introspect(&mut visitor, "web", &page.html).await, inactive());
    }
    let form = [("token", text(&first, "access_token")), ("client_id", "web")];
    assert_eq!(refusal(&visitor.post_with("/introspect", &form, ACCEPT).await), "401 invalid_client");
    let form = [&form[..1], credentials("web").as_slice()].concat();
    for accept in ["application/json", "*/*", "application/token-introspection+jwtx"] {
        let page = visitor.post_with("/introspect", &form, &[("accept", accept)]).await;
        assert_eq!(json(&page)["active"], true, "{accept}");
    }
}

// OWASP ASVS 10.4.8
#[tokio::test]
async fn a_grant_ends_when_it_lies_idle_and_however_much_it_is_used_at_its_limit() {
    let (server, mut visitor) = started_here().await;
    for client_id in ["web", "public"] {
        let begun = server.clock.now();
        let idle = tokens(&mut visitor, client_id, OFFLINE).await;
        let mut sliding = tokens(&mut visitor, client_id, OFFLINE).await;
        let exp = introspect(&mut visitor, "web", text(&idle, "access_token")).await["exp"].as_i64();
        assert_eq!(exp, Some((begun + Duration::minutes(5)).unix_timestamp()));
        for _ in 0..14 {
            server.clock.advance(Duration::DAY);
            sliding = issued(&refresh(&mut visitor, client_id, text(&sliding, "refresh_token"), &[]).await);
        }
        assert_eq!(introspect(&mut visitor, "web", text(&idle, "access_token")).await, inactive());
        let page = refresh(&mut visitor, client_id, text(&idle, "refresh_token"), &[]).await;
        assert_eq!(refusal(&page), "400 invalid_grant", "idle for 14 days");
        for _ in 14..89 {
            server.clock.advance(Duration::DAY);
            sliding = issued(&refresh(&mut visitor, client_id, text(&sliding, "refresh_token"), &[]).await);
        }
        server.clock.advance(Duration::DAY - Duration::SECOND);
        let last = issued(&refresh(&mut visitor, client_id, text(&sliding, "refresh_token"), &[]).await);
        server.clock.advance(Duration::SECOND);
        assert_eq!(server.clock.now(), begun + Duration::days(90));
        let page = refresh(&mut visitor, client_id, text(&last, "refresh_token"), &[]).await;
        assert_eq!(refusal(&page), "400 invalid_grant", "90 days old");
        visitor.sign_in(ADMINISTRATOR).await;
    }
}

#[tokio::test]
async fn a_rotation_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let config = format!("{}[lifetimes]\nrefresh_token_overlap = 0\n", clients());
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let port = crate::support::free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let mut visitor = person(&server.issuer).await;
    let first = tokens(&mut visitor, "public", OFFLINE).await;
    let second = issued(&refresh(&mut visitor, "public", text(&first, "refresh_token"), &[]).await);
    server.kill();
    let _server = RunningServer::start_in(folder.path(), port);
    let third = issued(&refresh(&mut visitor, "public", text(&second, "refresh_token"), &[]).await);
    let page = refresh(&mut visitor, "public", text(&first, "refresh_token"), &[]).await;
    assert_eq!(refusal(&page), "400 invalid_grant");
    let page = refresh(&mut visitor, "public", text(&third, "refresh_token"), &[]).await;
    assert_eq!(refusal(&page), "400 invalid_grant", "the replay ended the grant");
}

// Otherwise, tokens that were replaced or revoked since the backup would become valid again.
#[tokio::test]
async fn after_a_backup_was_restored_no_earlier_refresh_token_is_good() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), clients()).unwrap();
    let port = crate::support::free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let mut visitor = person(&server.issuer).await;
    let web = tokens(&mut visitor, "web", OFFLINE).await;
    let first = tokens(&mut visitor, "public", OFFLINE).await;
    server.kill();
    let (database, backup) = (folder.path().join("data/db"), folder.path().join("backup"));
    std::fs::copy(&database, &backup).unwrap();
    let mut server = RunningServer::start_in(folder.path(), port);
    let second = issued(&refresh(&mut visitor, "public", text(&first, "refresh_token"), &[]).await);
    server.kill();
    std::fs::copy(&backup, &database).unwrap();
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("snap") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let mut command = crate::support::command(folder.path(), port);
    let command = command.arg("--accept-rollback").stdout(Stdio::null()).stderr(Stdio::null());
    let server = RunningServer::adopt(command.spawn().unwrap(), folder.path(), port);
    for (client_id, tokens) in [("web", &web), ("public", &first), ("public", &second)] {
        let page = refresh(&mut visitor, client_id, text(tokens, "refresh_token"), &[]).await;
        assert_eq!(refusal(&page), "400 invalid_grant");
        assert_eq!(introspect(&mut visitor, "web", text(tokens, "access_token")).await, inactive());
        assert_eq!(userinfo(&mut visitor, text(tokens, "access_token")).await, 401);
    }
    let mut visitor = person(&server.issuer).await;
    let again = tokens(&mut visitor, "public", OFFLINE).await;
    issued(&refresh(&mut visitor, "public", text(&again, "refresh_token"), &[]).await);
}

#[tokio::test]
async fn the_person_is_asked_before_an_application_stays_connected() {
    let (_server, mut visitor) = started("").await;
    visitor.authorize(&query(&[("client_id", Some("web"))])).await;
    let again = visitor.authorize(&query(&[("client_id", Some("web")), ("prompt", Some("none"))])).await;
    assert!(parameter(&again, "code").is_some(), "{again}");
    let more = [&[("client_id", Some("web")), ("prompt", Some("none"))], OFFLINE].concat();
    let location = visitor.authorize(&query(&more)).await;
    assert_eq!(parameter(&location, "error").as_deref(), Some("consent_required"), "{location}");
}
