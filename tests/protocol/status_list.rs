//! `/status/{list}`: revocations as seen by an API that verifies offline (draft-ietf-oauth-status-list).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use signet::{
    jose::{JwkSet, TokenType, UnverifiedJwt},
    oauth::status_list::StatusList,
};

use crate::{
    api::{Api, new_person, text},
    ask, claims, client, issued,
    support::{ADMINISTRATOR, RunningServer},
    tokens,
    visitor::{REDIRECT_URI, SECRET, VERIFIER, Visitor, config, parameter, query},
};

/// A server with `report` and a client whose refresh tokens rotate without overlap.
fn start() -> RunningServer {
    let phone = "\n[[clients]]\nclient_id = \"phone\"\nclient_name = \"Phone\"\ntoken_endpoint_auth_method = \"none\"\n\
                 redirect_uris = [\"https://report.example.org/callback\"]\n\
                 grant_types = [\"authorization_code\", \"refresh_token\"]\nscope = \"openid profile orders:read\"\n\
                 \n[lifetimes]\nrefresh_token_overlap = 0\n";
    RunningServer::start(&format!("{}{phone}", config()))
}

/// The tokens that `visitor` grants to an application, together with the code.
async fn let_in(visitor: &mut Visitor, client: &[(&str, &str)]) -> Value {
    let (_, client_id) = client[0];
    let location = visitor.authorize(&query(&[("client_id", Some(client_id))])).await;
    let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    let mut tokens = redeem(&visitor.issuer, &code, client).await;
    tokens["code"] = code.into();
    tokens
}

async fn redeem(issuer: &str, code: &str, client: &[(&str, &str)]) -> Value {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    form.extend_from_slice(client);
    crate::json(&Visitor::new(issuer).post("/token", &form).await)
}

const REPORT: &[(&str, &str)] = &[("client_id", "report"), ("client_secret", SECRET)];
const PHONE: &[(&str, &str)] = &[("client_id", "phone")];
const NEW: &str = "quite another long passphrase";

/// The grants of a test by name, with their status references.
struct Grants {
    issuer: String,
    places: BTreeMap<String, (String, u32)>,
    ended: BTreeSet<String>,
}

impl Grants {
    fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), places: BTreeMap::new(), ended: BTreeSet::new() }
    }

    fn add(&mut self, name: &str, access_token: &str) {
        let claims = claims(access_token);
        let status = &claims["status"]["status_list"];
        let place = (text(status, "uri"), u32::try_from(status["idx"].as_u64().unwrap()).unwrap());
        assert!(self.places.insert(name.to_owned(), place).is_none());
    }

    /// Checks that the bit is 1 for the grants with these names and those of earlier calls, and 0 for all others.
    async fn ended(&mut self, names: &[&str]) {
        self.ended.extend(names.iter().map(|name| (*name).to_owned()));
        self.agree(names).await;
    }

    async fn agree(&self, about: &[&str]) {
        let mut lists = BTreeMap::new();
        for (uri, _) in self.places.values() {
            lists.insert(uri.clone(), fetch(&self.issuer, uri).await);
        }
        let invalid = self.places.iter().filter(|(_, (uri, idx))| lists[uri].get(*idx) == Some(1));
        assert_eq!(invalid.map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(), self.ended, "{about:?}");
        let set: usize = lists.values().map(|list| (0..1 << 17).filter(|idx| list.get(*idx) == Some(1)).count()).sum();
        assert_eq!(set, self.ended.len(), "a bit of no grant was set");
    }
}

/// A list, with its token verified as in §8.3.
async fn fetch(issuer: &str, uri: &str) -> StatusList {
    let keys = reqwest::get(format!("{issuer}/jwks.json")).await.unwrap().text().await.unwrap();
    let token = reqwest::get(uri).await.unwrap().text().await.unwrap();
    let verified = UnverifiedJwt::parse_within(&token, 1 << 20).unwrap().verify(&JwkSet::parse(&keys).unwrap());
    let verified = verified.and_then(|verified| verified.of_type(TokenType::StatusList)).unwrap();
    let claims = verified.claims();
    assert_eq!((claims.text("sub"), claims.text("iss")), (Ok(uri), Ok(issuer)));
    assert_eq!(claims.seconds("ttl"), Ok(60));
    assert_eq!(claims.seconds("exp").unwrap() - claims.seconds("iat").unwrap(), 300);
    let list = claims.get("status_list").unwrap();
    StatusList::parse(list["bits"].as_u64().unwrap(), list["lst"].as_str().unwrap(), 1 << 20).unwrap()
}

#[tokio::test]
async fn a_token_names_its_place_in_a_list_that_anybody_can_fetch_and_keep() {
    let server = start();
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let tokens = let_in(&mut visitor, REPORT).await;
    let claims = claims(tokens["access_token"].as_str().unwrap());
    let uri = text(&claims["status"]["status_list"], "uri");
    assert!(claims["status"]["status_list"]["idx"].as_u64().unwrap() < 1 << 17);
    assert!(crate::claims(tokens["id_token"].as_str().unwrap()).get("status").is_none());
    let http = reqwest::Client::new();
    let answer = http.get(&uri).header("origin", "https://app.example.org").send().await.unwrap();
    let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(answer.status(), 200);
    assert_eq!(header("content-type").as_deref(), Some("application/statuslist+jwt"));
    assert_eq!(header("access-control-allow-origin").as_deref(), Some("*"));
    let caching = header("cache-control").unwrap();
    let max_age: i64 = caching.strip_prefix("public, max-age=").unwrap().parse().unwrap();
    assert!((50..=60).contains(&max_age), "{max_age}");
    let etag = header("etag").unwrap();
    let token = answer.text().await.unwrap();
    // The list is signed once, however often it is fetched.
    assert_eq!(reqwest::get(&uri).await.unwrap().text().await.unwrap(), token);
    let known = http.get(&uri).header("if-none-match", &etag).send().await.unwrap();
    assert_eq!((known.status().as_u16(), known.text().await.unwrap().as_str()), (304, ""));
    for (accepted, coding) in [("gzip, br", "gzip"), ("GZIP;q=0.5", "gzip"), ("gzip;q=0", ""), ("br", "")] {
        let answer = http.get(&uri).header("accept-encoding", accepted).send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("content-encoding").unwrap_or_default(), coding, "{accepted}");
        assert_eq!((header("etag"), header("vary").as_deref()), (Some(etag.clone()), Some("accept-encoding")));
        let begins = answer.bytes().await.unwrap()[..2].to_vec();
        assert_eq!(begins == [0x1f, 0x8b], coding == "gzip", "{accepted}");
    }
    for (path, status) in [("/status/00000000", 404), ("/status/x", 404), ("?time=1686925000", 501)] {
        let url = if path.starts_with('?') { format!("{uri}{path}") } else { format!("{}{path}", server.issuer) };
        assert_eq!(reqwest::get(url).await.unwrap().status().as_u16(), status, "{path}");
    }
    for document in ["oauth-authorization-server", "openid-configuration"] {
        let url = format!("{}/.well-known/{document}", server.issuer);
        let document: Value = serde_json::from_str(&reqwest::get(url).await.unwrap().text().await.unwrap()).unwrap();
        let endpoint = text(&document, "status_list_aggregation_endpoint");
        let lists: Value = serde_json::from_str(&reqwest::get(endpoint).await.unwrap().text().await.unwrap()).unwrap();
        assert_eq!(lists, json!({"status_lists": [uri]}));
    }
}

#[tokio::test]
async fn a_list_is_no_access_token() {
    let server = start();
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let tokens = let_in(&mut visitor, REPORT).await;
    let uri = text(&claims(tokens["access_token"].as_str().unwrap())["status"]["status_list"], "uri");
    let list = reqwest::get(&uri).await.unwrap().text().await.unwrap();
    assert_eq!(Api::new(&server.issuer, Some(&list)).get("/userinfo").await.refusal(), (401, "invalid_token"));
    let own = Api::new(&server.issuer, tokens["access_token"].as_str());
    own.get("/userinfo").await.expect(200);
    let form = [("token", tokens["access_token"].as_str().unwrap()), REPORT[0], REPORT[1]];
    let content = crate::json(&Visitor::new(&server.issuer).post("/verify", &form).await);
    assert_eq!((content["active"].as_bool(), text(&content["status"]["status_list"], "uri")), (Some(true), uri));
}

#[tokio::test]
async fn a_grant_that_ends_is_seen_in_the_list_immediately_and_no_other() {
    let server = start();
    let issuer = server.issuer.as_str();
    let mut grants = Grants::new(issuer);
    let mut eve = new_person(issuer, "eve").await;
    let mut codes = BTreeMap::new();
    for name in ["revoked", "by id", "replayed", "kept"] {
        let tokens = let_in(&mut eve, REPORT).await;
        grants.add(name, tokens["access_token"].as_str().unwrap());
        codes.insert(name, tokens);
    }
    let phone = let_in(&mut eve, PHONE).await;
    grants.add("phone", phone["access_token"].as_str().unwrap());
    let account = Api::of_person(&mut eve, "signet:account").await;
    let mut bob = new_person(issuer, "bob").await;
    grants.add("bob", let_in(&mut bob, REPORT).await["access_token"].as_str().unwrap());
    grants.ended(&[]).await;

    // RFC 7009
    let form = [("token", codes["revoked"]["access_token"].as_str().unwrap()), REPORT[0], REPORT[1]];
    assert_eq!(Visitor::new(issuer).post("/revoke", &form).await.status, 200);
    grants.ended(&["revoked"]).await;
    // RFC 6749 §4.1.2
    let again = redeem(issuer, codes["replayed"]["code"].as_str().unwrap(), REPORT).await;
    assert_eq!(again["error"], "invalid_grant");
    grants.ended(&["replayed"]).await;
    let jti = text(&claims(codes["by id"]["access_token"].as_str().unwrap()), "jti");
    account.delete(&format!("/users/me/grants/{}", jti.split_once('.').unwrap().0)).await.expect(204);
    grants.ended(&["by id"]).await;
    // RFC 9700 §4.14.2
    let form = [("grant_type", "refresh_token"), ("refresh_token", phone["refresh_token"].as_str().unwrap()), PHONE[0]];
    let refreshed = crate::json(&Visitor::new(issuer).post("/token", &form).await);
    let status = |tokens: &Value| claims(tokens["access_token"].as_str().unwrap())["status"].clone();
    assert_eq!(status(&refreshed), status(&phone), "every token of the grant has its place");
    grants.ended(&[]).await;
    assert_eq!(crate::json(&Visitor::new(issuer).post("/token", &form).await)["error"], "invalid_grant");
    grants.ended(&["phone"]).await;
    // OpenID Connect Core §11: the session ends, and with it the grants that depend on it.
    let page = eve.get("/logout").await;
    let (sealed, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "confirm"), ("interaction", sealed.as_str()), ("anti_forgery", token.as_str())];
    assert_eq!(eve.post("/logout", &form).await.status, 303);
    grants.ended(&["kept"]).await;
}

#[tokio::test]
async fn what_happens_to_a_person_is_seen_of_all_their_grants() {
    let server = start();
    let issuer = server.issuer.as_str();
    let mut grants = Grants::new(issuer);
    let mut administrator = Visitor::new(issuer);
    administrator.sign_in(ADMINISTRATOR).await;
    grants.add("root", let_in(&mut administrator, REPORT).await["access_token"].as_str().unwrap());
    let administrator = Api::of_person(&mut administrator, "signet:admin").await;
    for name in ["disconnects", "changes", "forgets", "disabled", "deleted"] {
        let mut person = new_person(issuer, name).await;
        for client in [REPORT, PHONE] {
            let tokens = let_in(&mut person, client).await;
            grants.add(&format!("{name} {}", client[0].1), tokens["access_token"].as_str().unwrap());
        }
        let account = Api::of_person(&mut person, "signet:account").await;
        let path = format!("/users/{}", text(&account.get("/users/me").await.expect(200), "id"));
        grants.add(&format!("{name} swagger-ui"), account.token());
        let all = ["report", "phone", "swagger-ui"].map(|client| format!("{name} {client}"));
        let all = all.each_ref().map(String::as_str);
        match name {
            "disconnects" => {
                account.delete("/users/me/applications/report").await.expect(204);
                grants.ended(&all[..1]).await;
                // Later consent creates a new grant.
                let tokens = let_in(&mut person, REPORT).await;
                grants.add("connected again", tokens["access_token"].as_str().unwrap());
                grants.ended(&[]).await;
            }
            "changes" => {
                let body = json!({"new_password": NEW, "current_password": "a long and winding passphrase"});
                assert_eq!(account.call("PATCH", "/users/me/password", Some(&body)).await.status, 204);
                grants.ended(&all).await;
            }
            "forgets" => {
                let made = administrator.post(&format!("{path}/password-reset"), &json!({})).await.expect(201);
                let mut elsewhere = Visitor::new(issuer);
                let page = elsewhere.get(&text(&made, "link")).await;
                let (code, token) = (page.hidden("code"), page.hidden("anti_forgery"));
                let form = [("code", code.as_str()), ("password", NEW), ("anti_forgery", token.as_str())];
                assert_eq!(elsewhere.post("/reset", &form).await.status, 303);
                grants.ended(&all).await;
            }
            "disabled" => {
                administrator.put(&path, &json!({"disabled": true})).await.expect(200);
                grants.ended(&all).await;
                administrator.put(&path, &json!({"disabled": false})).await.expect(200);
                // Grants that depended on the session have ended permanently.
                assert!(grants.ended.remove("disabled swagger-ui"));
                grants.ended(&[]).await;
            }
            _ => {
                administrator.delete(&path).await.expect(204);
                grants.ended(&all).await;
            }
        }
    }
}

#[tokio::test]
async fn signing_out_here_or_everywhere_is_seen_of_what_ends_with_it() {
    let server = start();
    let issuer = server.issuer.as_str();
    let mut grants = Grants::new(issuer);
    let mut here = new_person(issuer, "eve").await;
    let mut there = Visitor::new(issuer);
    there.sign_in(("eve", "a long and winding passphrase")).await;
    // Granted until it is revoked; the others until their session ends.
    let account = Api::of_person(&mut here, "signet:account").await;
    grants.add("lasting", account.token());
    grants.add("here", let_in(&mut here, REPORT).await["access_token"].as_str().unwrap());
    grants.add("there", let_in(&mut there, REPORT).await["access_token"].as_str().unwrap());
    grants.ended(&[]).await;
    let sessions = account.get("/users/me/sessions").await.expect(200);
    let other = sessions["sessions"].as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    account.delete(&format!("/users/me/sessions/{}", text(other, "id"))).await.expect(204);
    grants.ended(&["there"]).await;
    there.sign_in(("eve", "a long and winding passphrase")).await;
    grants.add("there again", let_in(&mut there, REPORT).await["access_token"].as_str().unwrap());
    grants.ended(&[]).await;
    account.delete("/users/me/sessions").await.expect(204);
    grants.ended(&["here", "there again"]).await;
    account.delete("/users/me/sessions?grants=true").await.expect(204);
    grants.ended(&["lasting"]).await;
}

#[tokio::test]
async fn every_way_to_a_token_gives_its_grant_a_place() {
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let all = format!(
        "redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"openid profile orders:read\"\n\
         grant_types = [\"authorization_code\", \"implicit\", \"password\", \"client_credentials\", \"{device}\"]\n\
         response_types = [\"code\", \"token\"]\n"
    );
    let on = "\n[oauth]\nimplicit = true\npassword_grant = true\n";
    let server = RunningServer::start(&[config(), client("all", &all), on.to_owned()].concat());
    let mut grants = Grants::new(&server.issuer);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let mut add = |name: &str, token: &str| grants.add(name, token);
    let code = tokens(&mut visitor, "all", &[]).await;
    add("code", &text(&code, "access_token"));
    let location = visitor.authorize(&query(&[("client_id", Some("all")), ("response_type", Some("token"))])).await;
    add(
        "implicit",
        &parameter(&location.replacen('#', "?", 1), "access_token").unwrap_or_else(|| panic!("{location}")),
    );
    let (username, password) = ADMINISTRATOR;
    let form = [("grant_type", "password"), ("username", username), ("password", password), ("scope", "orders:read")];
    add("password", &text(&issued(&ask(&mut visitor, "all", &form).await), "access_token"));
    let own = [("grant_type", "client_credentials"), ("scope", "orders:read")];
    add("own", &text(&issued(&ask(&mut visitor, "all", &own).await), "access_token"));
    let form = [("scope", "orders:read"), ("client_id", "all"), ("client_secret", SECRET)];
    let begun = crate::json(&visitor.post("/device_authorization", &form).await);
    let token = visitor.get(&text(&begun, "verification_uri_complete")).await.hidden("anti_forgery");
    let form = [("user_code", text(&begun, "user_code")), ("decision", "allow".to_owned()), ("anti_forgery", token)];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(visitor.post("/device", &form).await.status, 303);
    let form = [("grant_type", device), ("device_code", &text(&begun, "device_code"))];
    let device = text(&issued(&ask(&mut visitor, "all", &form).await), "access_token");
    add("device", &device);
    grants.ended(&[]).await;
    let places: BTreeSet<_> = grants.places.values().collect();
    assert_eq!(places.len(), 5, "{places:?}");
    let form = [("token", device.as_str()), ("client_id", "all"), ("client_secret", SECRET)];
    assert_eq!(visitor.post("/revoke", &form).await.status, 200);
    grants.ended(&["device"]).await;
}

// A grant has its index from the start, and its tokens only refer to it.
#[tokio::test]
async fn issuing_another_token_of_a_grant_writes_nothing() {
    let server = start();
    let own = async || Api::of_service(&server.issuer, "orders:read").await;
    let place = |api: &Api| claims(api.token())["status"].clone();
    let first = own().await;
    // The log contains a mark for every commit. The database files also change when sled compacts them.
    let commits = || std::fs::read(server.folder().join("data/commit.log")).unwrap();
    let before = commits();
    for _ in 0..20 {
        let next = own().await;
        assert_eq!(place(&next), place(&first));
        assert_ne!(next.token(), first.token());
    }
    assert!(commits() == before, "something was committed");
    // Creating a grant does write.
    new_person(&server.issuer, "eve").await;
    assert!(commits() != before);
}

#[tokio::test]
async fn what_happens_to_a_client_is_seen_of_all_grants_to_it() {
    let server = start();
    let issuer = server.issuer.as_str();
    let mut grants = Grants::new(issuer);
    let mut visitor = Visitor::new(issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    grants.add("report", let_in(&mut visitor, REPORT).await["access_token"].as_str().unwrap());
    let administrator = Api::of_person(&mut visitor, "signet:admin").await;
    let mut people = [visitor, new_person(issuer, "eve").await];
    for what in ["restricted", "disabled", "deleted"] {
        let body = json!({
            "client_name": what, "redirect_uris": [REDIRECT_URI], "scope": "openid profile orders:read",
            "grant_types": ["authorization_code", "client_credentials"],
        });
        let client = administrator.post("/clients", &body).await.expect(201);
        let (id, secret) = (text(&client, "client_id"), text(&client, "client_secret"));
        let credentials = [("client_id", id.as_str()), ("client_secret", secret.as_str())];
        let mut names = Vec::new();
        for (at, person) in people.iter_mut().enumerate() {
            names.push(format!("{what} {at}"));
            grants.add(&names[at], let_in(person, &credentials).await["access_token"].as_str().unwrap());
        }
        let own = [("grant_type", "client_credentials"), ("scope", "orders:read"), credentials[0], credentials[1]];
        let own = crate::json(&Visitor::new(issuer).post("/token", &own).await);
        names.push(format!("{what} for itself"));
        grants.add(&names[2], own["access_token"].as_str().unwrap());
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        grants.ended(&[]).await;
        match what {
            "restricted" => {
                let mut changed = body.clone();
                changed["allowed_groups"] = json!(["staff"]);
                administrator.put(&format!("/clients/{id}"), &changed).await.expect(200);
                grants.ended(&names[..2]).await;
            }
            "disabled" => {
                administrator.post(&format!("/clients/{id}/disable"), &json!({})).await.expect(200);
                grants.ended(&names).await;
                administrator.post(&format!("/clients/{id}/enable"), &json!({})).await.expect(200);
                names.iter().for_each(|name| assert!(grants.ended.remove(*name)));
                grants.ended(&[]).await;
            }
            _ => {
                administrator.delete(&format!("/clients/{id}")).await.expect(204);
                grants.ended(&names).await;
            }
        }
    }
}
