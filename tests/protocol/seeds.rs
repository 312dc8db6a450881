//! The original requirements, tested line by line. The table in `docs/seeds.md` names these tests.

use serde_json::{Value, json};
use signet::store::{Commit, Namespace};

use crate::{
    api::{Api, new_person, text},
    claims, client,
    served_here::ServedHere,
    support::{ADMINISTRATOR, RunningServer},
    visitor::{CHALLENGE, REDIRECT_URI, SECRET, VERIFIER, Visitor, config, parameter, query, redemption},
};

const PASSPHRASE: &str = "a long and winding passphrase";
const OLDER: &str = "[oauth]\nimplicit = true\npassword_grant = true\n";

async fn tokens(visitor: &mut Visitor, form: &[(&str, &str)]) -> Value {
    let page = visitor.post("/api/oauth2/token", form).await;
    assert_eq!(page.status, 200, "{}", page.html);
    serde_json::from_str(&page.html).unwrap()
}

fn fragment(location: &str, name: &str) -> Option<String> {
    let (_, fragment) = location.split_once('#')?;
    url::form_urlencoded::parse(fragment.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

fn members(body: &Value) -> Vec<&str> {
    let mut members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    members
}

#[tokio::test]
async fn first_seed_a_client_registers_and_asks_for_access_tokens() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let api = Api::of_person(&mut eve, "openid signet:clients signet:account").await;
    // 1. client-name, redirection-endpoint (several), and a distinction between trusted and public clients.
    let body = json!({"client_name": "Shop", "redirect_uris": [REDIRECT_URI, "https://shop.example.org/b"],
        "grant_types": ["authorization_code", "refresh_token"]});
    let trusted = api.post("/clients", &body).await.expect(201);
    for member in ["client_name", "client_secret", "client_id", "authorization_endpoint", "token_endpoint"] {
        assert!(!text(&trusted, member).is_empty(), "{member}");
    }
    assert_eq!(trusted["redirect_uris"], body["redirect_uris"]);
    let mut public = body.clone();
    public["token_endpoint_auth_method"] = json!("none");
    assert!(api.post("/clients", &public).await.expect(201)["client_secret"].is_null());
    // Some values are not allowed as a redirection endpoint.
    for uri in ["https://shop.example.org/#part", "javascript:alert(1)", "https://*.example.org/"] {
        let refused = api.post("/clients", &json!({"client_name": "Shop", "redirect_uris": [uri]})).await;
        assert_eq!(refused.refusal(), (400, "invalid_redirect_uri"), "{uri}");
    }
    // 2. response_type, client_id, redirect_uri, scope, state: answered with code and state.
    let id = text(&trusted, "client_id");
    let asked = [("client_id", Some(id.as_str())), ("scope", Some("openid profile"))];
    let location = eve.authorize(&query(&asked)).await;
    assert!(location.starts_with(&format!("{REDIRECT_URI}?")), "{location}");
    let code = parameter(&location, "code").unwrap();
    assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
    // A trusted client gets a refresh token.
    let secret = text(&trusted, "client_secret");
    let mut form = redemption(&code);
    form.retain(|(name, _)| !name.starts_with("client_"));
    form.extend([("client_id", id.as_str()), ("client_secret", secret.as_str())]);
    let issued = tokens(&mut eve, &form).await;
    assert!(!text(&issued, "refresh_token").is_empty());
    // `state` is required, although the standard only recommends it. Each error has description, uri and state.
    for (changes, error) in [
        (vec![("state", None)], "invalid_request"),
        (vec![("response_type", Some("tokens"))], "unsupported_response_type"),
        (vec![("scope", Some("unknown"))], "invalid_scope"),
    ] {
        // RFC 9700 §4.11.2: for an application that a user registered, a page shows a link that carries the error.
        let page = eve.get(&format!("/authorize?{}", query(&[&asked[..], &changes].concat()))).await;
        assert_eq!(page.status, 400, "{}", page.html);
        for part in [format!("error={error}"), "error_description=".to_owned(), "error_uri=".to_owned()] {
            assert!(page.html.contains(&part), "{part}: {}", page.html);
        }
        assert_eq!(page.html.contains("state=xyz"), error != "invalid_request", "{}", page.html);
    }
    // Update name and redirection endpoints; users revoke their tokens; when tokens are refreshed.
    let renamed = json!({"client_name": "Shop 2", "redirect_uris": [REDIRECT_URI]});
    assert_eq!(api.put(&format!("/clients/{id}"), &renamed).await.expect(200)["client_name"], "Shop 2");
    let schedule = json!({"cron": "0 4 * * *", "time_zone": "Europe/Berlin"});
    api.put(&format!("/users/me/applications/{id}/refresh_schedule"), &schedule).await.expect(200);
    api.delete(&format!("/users/me/applications/{id}")).await.expect(204);
    let stale = Api::new(&server.issuer, Some(&text(&issued, "access_token")));
    assert_eq!(stale.get("/userinfo").await.status, 401);
}

#[tokio::test]
async fn first_seed_each_error_of_the_authorization_endpoint_reaches_the_client() {
    let more = client("plain", &format!("redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"openid\""));
    let server = ServedHere::start(&format!("{}{more}\n{OLDER}", config())).await;
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    // unauthorized_client: registered only for response_type=code.
    let asked = query(&[("client_id", Some("plain")), ("scope", Some("openid")), ("response_type", Some("id_token"))]);
    let location = visitor.get(&format!("/authorize?{asked}")).await.location();
    assert_eq!(fragment(&location, "error").as_deref(), Some("unauthorized_client"), "{location}");
    // access_denied: the user denies the request.
    let consent = visitor.get(&format!("/authorize?{}", query(&[]))).await.location();
    let page = visitor.get(&consent).await;
    let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "deny"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
    let location = visitor.post("/consent", &form).await.location();
    let location = if location.starts_with(REDIRECT_URI) { location } else { visitor.get(&location).await.location() };
    assert_eq!(parameter(&location, "error").as_deref(), Some("access_denied"), "{location}");
    visitor.code().await;
    // server_error: a stored record is unreadable.
    let (store, subject) = (&server.signet().store, server.person().id);
    let key = [subject.as_str().as_bytes(), &[0], b"plain"].concat();
    let broken = Commit::new().put(Namespace::new(10, "consents"), key, b"\x01{".to_vec(), None);
    store.engine().commit(broken).await.unwrap();
    let asked = query(&[("client_id", Some("plain")), ("scope", Some("openid"))]);
    let location = visitor.get(&format!("/authorize?{asked}")).await.location();
    assert_eq!(parameter(&location, "error").as_deref(), Some("server_error"), "{location}");
    assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
    // temporarily_unavailable: the storage is being closed.
    store.engine().close().await.unwrap();
    let location = visitor.get(&format!("/authorize?{}", query(&[]))).await.location();
    assert_eq!(parameter(&location, "error").as_deref(), Some("temporarily_unavailable"), "{location}");
    assert!(parameter(&location, "code").is_none());
}

#[tokio::test]
async fn second_seed_users_and_applications_are_registered_and_a_code_is_redeemed() {
    let shared = "\n[accounts]\nshare_unverified_email = true\n";
    let server = RunningServer::start(&format!("{}{shared}", config()));
    // users: username, password, email, empUserId, pic, dob, phone
    let user = json!({"username": "eve", "password": PASSPHRASE, "email": "eve@example.org", "employee_number": "4711",
        "picture": "https://example.org/eve.png", "birthdate": "1990-02-28", "phone_number": "+49 30 1234567"});
    let registered = Api::new(&server.issuer, None).post("/users", &user).await.expect(201);
    for member in ["username", "email", "employee_number", "picture", "birthdate", "phone_number"] {
        assert_eq!(registered[member], user[member], "{member}");
    }
    let mut eve = Visitor::new(&server.issuer);
    eve.sign_in(("eve", PASSPHRASE)).await;
    // oauth_clients: empUserId (the owner), website_name, callbackurl, id, secret, refresh token, grant_types
    let api = Api::of_person(&mut eve, "openid signet:clients").await;
    let body = json!({"client_name": "Website", "redirect_uris": [REDIRECT_URI],
        "grant_types": ["authorization_code", "refresh_token"]});
    let website = api.post("/clients", &body).await.expect(201);
    assert_eq!(website["owner"], registered["id"]);
    let refused =
        api.post("/clients", &json!({"client_name": "W", "redirect_uris": ["http://website.example/cb"]})).await;
    assert_eq!(refused.refusal(), (400, "invalid_redirect_uri"), "addresses begin with https");
    // A confirmation, "Allow", and back with code and state.
    let (id, secret) = (text(&website, "client_id"), text(&website, "client_secret"));
    let asked = query(&[
        ("client_id", Some(id.as_str())),
        ("state", Some("1234zyx")),
        ("scope", Some("openid email phone profile")),
    ]);
    let consent = eve.get(&format!("/authorize?{asked}")).await.location();
    let page = eve.get(&consent).await;
    assert!(page.html.contains("Website") && page.html.contains("consent-allow"), "{}", page.html);
    let location = eve.authorize(&asked).await;
    assert_eq!(parameter(&location, "state").as_deref(), Some("1234zyx"));
    // POST /token with grant_type, code, redirect_uri, client_id, client_secret
    let code = parameter(&location, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let issued = tokens(&mut eve, &form).await;
    assert!(issued["expires_in"].as_i64().is_some_and(|seconds| seconds > 0) && issued["refresh_token"].is_string());
    // A valid access token returns the user's data.
    let who = Api::new(&server.issuer, Some(&text(&issued, "access_token"))).get("/userinfo").await.expect(200);
    for member in ["email", "picture", "birthdate", "phone_number"] {
        assert_eq!(who[member], user[member], "{member}");
    }
}

#[tokio::test]
async fn third_seed_each_flow_has_its_parameters_and_its_answer() {
    let all = "grant_types = [\"authorization_code\", \"implicit\", \"password\", \"client_credentials\", \"refresh_token\"]\n\
               response_types = [\"code\", \"token\"]\nscope = \"openid profile orders:read\"\n";
    let more = client("third", &format!("redirect_uris = [\"{REDIRECT_URI}\"]\n{all}"));
    let server = RunningServer::start(&format!("{}{more}\n{OLDER}", config()));
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let common = [("client_id", Some("third")), ("scope", Some("profile"))];
    let credentials = [("client_id", "third"), ("client_secret", SECRET)];
    // 4.1 authorization code
    let code = parameter(&visitor.authorize(&query(&common)).await, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let issued = tokens(&mut visitor, &[&form[..], &credentials].concat()).await;
    assert_eq!(members(&issued), ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    assert_eq!(issued["token_type"], "Bearer");
    // 4.2 implicit: in the fragment, and no refresh token
    let location = visitor.authorize(&query(&[&common[..], &[("response_type", Some("token"))]].concat())).await;
    for member in ["access_token", "token_type", "expires_in", "scope", "state"] {
        assert!(fragment(&location, member).is_some(), "{member}: {location}");
    }
    assert!(fragment(&location, "refresh_token").is_none());
    // 4.3 resource owner password credentials
    let form = [
        ("grant_type", "password"),
        ("username", ADMINISTRATOR.0),
        ("password", ADMINISTRATOR.1),
        ("scope", "profile"),
    ];
    let issued = tokens(&mut visitor, &[&form[..], &credentials].concat()).await;
    assert_eq!(members(&issued), ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    // 4.4 client credentials: no refresh token
    let form = [("grant_type", "client_credentials"), ("scope", "orders:read")];
    let issued = tokens(&mut visitor, &[&form[..], &credentials].concat()).await;
    assert_eq!(members(&issued), ["access_token", "expires_in", "scope", "token_type"]);
}

#[tokio::test]
async fn fourth_seed_a_button_leads_to_login_and_permission_and_back() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    // <a href="…/authorize?…">Log in with …</a>, then a form with username and password that carries an anti-forgery
    // token.
    let login = visitor.get(&format!("/authorize?{}", query(&[]))).await.location();
    let page = visitor.get(&login).await;
    assert!(page.html.contains("name=\"username\"") && page.html.contains("name=\"password\""), "{}", page.html);
    let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [
        ("username", ADMINISTRATOR.0),
        ("password", ADMINISTRATOR.1),
        ("interaction", interaction.as_str()),
        ("anti_forgery", token.as_str()),
    ];
    let on = visitor.post("/login", &form).await.location();
    // "Do you really want to give permission to this app?" with the name of the app.
    let consent = visitor.get(&on).await.location();
    let page = visitor.get(&consent).await;
    assert!(page.html.contains("Report") && page.html.contains("consent-deny"), "{}", page.html);
    let (interaction, token) = (page.hidden("interaction"), page.hidden("anti_forgery"));
    let form = [("decision", "allow"), ("interaction", interaction.as_str()), ("anti_forgery", token.as_str())];
    let back = visitor.post("/consent", &form).await.location();
    let location = visitor.get(&back).await.location();
    assert_eq!(parameter(&location, "state").as_deref(), Some("xyz"));
    // A token never appears in a URL; the backend redeems the code with its secret.
    assert!(!location.contains("access_token"), "{location}");
    let code = parameter(&location, "code").unwrap();
    let issued = tokens(&mut visitor, &redemption(&code)).await;
    assert!(claims(&text(&issued, "access_token"))["client_id"] == "report" && issued["expires_in"].is_i64());
}

#[tokio::test]
async fn fifth_seed_each_endpoint_of_the_plan_answers() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut visitor, "signet:admin").await;
    let no_one = Api::new(&server.issuer, None);
    // /users: POST, GET (administrators), GET, PUT, PATCH password, DELETE
    let id = text(&no_one.post("/users", &json!({"username": "eve", "password": PASSPHRASE})).await.expect(201), "id");
    assert_eq!(no_one.get("/users").await.status, 401);
    assert_eq!(administrator.get("/users").await.expect(200)["users"].as_array().map(Vec::len), Some(2));
    let path = format!("/users/{id}");
    administrator.get(&path).await.expect(200);
    administrator.put(&path, &json!({"name": "Eve"})).await.expect(200);
    let password = json!({"new_password": "another long passphrase"});
    assert_eq!(administrator.call("PATCH", &format!("{path}/password"), Some(&password)).await.status, 204);
    administrator.delete(&path).await.expect(204);
    // /clients: GET, POST, PUT, DELETE
    let body = json!({"client_name": "App", "redirect_uris": [REDIRECT_URI]});
    let registered = administrator.post("/clients", &body).await.expect(201);
    let (client, secret) = (text(&registered, "client_id"), text(&registered, "client_secret"));
    administrator.get("/clients").await.expect(200);
    administrator.put(&format!("/clients/{client}"), &body).await.expect(200);
    // GET /authorize with response_type, client_id, state, redirect_uri, resource, code_challenge, code_challenge_method
    let asked = [
        ("response_type", "code"),
        ("client_id", client.as_str()),
        ("state", "s"),
        ("redirect_uri", REDIRECT_URI),
        ("resource", "https://api.orders.example"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", "orders:read"),
    ];
    let location = visitor.authorize(&signet::oauth::parameters::encode(&asked)).await;
    let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    // POST /token with grant_type, code, client_id, code_verifier, redirect_uri; no-store
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", client.as_str()),
        ("client_secret", secret.as_str()),
        ("code_verifier", VERIFIER),
        ("redirect_uri", REDIRECT_URI),
    ];
    let page = visitor.post("/token", &form).await;
    assert_eq!((page.status, page.header("cache-control"), page.header("pragma")), (200, "no-store", "no-cache"));
    let issued: Value = serde_json::from_str(&page.html).unwrap();
    assert_eq!((issued["token_type"].as_str(), issued["expires_in"].as_i64()), (Some("Bearer"), Some(300)));
    // The client sends the token to /verify, which returns its content.
    let token = text(&issued, "access_token");
    let form = [("token", token.as_str()), ("client_id", client.as_str()), ("client_secret", secret.as_str())];
    let content: Value = serde_json::from_str(&visitor.post("/verify", &form).await.html).unwrap();
    assert_eq!(content["active"], true, "{content}");
    assert_eq!(
        (content["client_id"].as_str(), content["aud"].as_str()),
        (Some(client.as_str()), Some("https://api.orders.example"))
    );
    administrator.delete(&format!("/clients/{client}")).await.expect(204);
}
