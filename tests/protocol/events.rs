//! Security events: which are recorded, who can read them, and what they never contain.

use serde_json::{Value, json as object};
use signet::audit::SecurityEvent;
use time::Duration;

use crate::{
    api::{Api, new_person, text},
    json, parameter, query,
    served_here::ServedHere,
    signed_in,
    support::{ADMINISTRATOR, RunningServer},
    tokens,
    visitor::{REDIRECT_URI, SECRET, VERIFIER, Visitor, config, redemption},
};

/// The events that an administrator sees, newest first.
pub(crate) async fn told(administrator: &Api, query: &str) -> Vec<Value> {
    let body = administrator.get(&format!("/events?limit=200&{query}")).await.expect(200);
    body["events"].as_array().unwrap().clone()
}

/// The names of events, newest first.
fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

/// The only event with this name.
fn only<'a>(events: &'a [Value], name: &str) -> &'a Value {
    let found: Vec<_> = events.iter().filter(|event| event["event"] == name).collect();
    assert_eq!(found.len(), 1, "{name} in {events:#?}");
    found[0]
}

async fn fails_to_sign_in(issuer: &str, username: &str, password: &str) {
    let mut stranger = Visitor::new(issuer);
    let token = stranger.get("/login").await.hidden("anti_forgery");
    let form = [("username", username), ("password", password), ("anti_forgery", token.as_str())];
    let page = stranger.post_with("/login", &form, &[("sec-fetch-site", "same-origin"), ("user-agent", FIREFOX)]).await;
    assert_eq!(page.status, 422, "{}", page.html);
}

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

#[tokio::test]
async fn what_a_person_does_and_suffers_is_written_with_who_and_from_where() {
    let (server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:account").await;
    let id = text(&of_eve.get("/users/me").await.expect(200), "id");
    fails_to_sign_in(&server.issuer, "eve", "not the passphrase").await;
    of_eve.put("/users/me", &object!({"username": "eve", "name": "Eve"})).await.expect(200);
    let disabled = object!({"username": "eve", "name": "Eve", "disabled": true, "groups": ["staff"]});
    administrator.put(&format!("/users/{id}"), &disabled).await.expect(200);

    let events = told(&administrator, &format!("account={id}")).await;
    for event in &events {
        assert!(event["time"].as_str().unwrap().ends_with('Z') && event["sequence"].is_u64(), "{event}");
    }
    let own = object!({"type": "account", "id": id});
    let created = only(&events, "account_created");
    assert_eq!(
        (&created["actor"], &created["outcome"], &created["ip"]),
        (&own, &"success".into(), &"127.0.0.1".into())
    );
    assert_eq!(only(&events, "consent_granted")["client_id"], "swagger-ui");
    let failed = only(&events, "login_failed");
    assert_eq!((&failed["outcome"], &failed["reason"]), (&"failure".into(), &"wrong_password".into()));
    assert_eq!((&failed["device"], &failed["actor"]["type"]), (&"Firefox on Linux".into(), &"anonymous".into()));
    assert_eq!(failed["request_id"].as_str().unwrap().len(), 22);
    let changed = only(&events, "profile_changed");
    assert_eq!((&changed["actor"], &changed["members"]), (&own, &object!(["name"])));
    let ordered = only(&events, "person_changed");
    assert_eq!(ordered["members"], object!(["groups"]));
    assert_eq!(ordered["actor"]["id"], administrator.get("/users/me").await.expect(200)["id"]);
    assert!(names(&events).contains(&"account_disabled") && names(&events).contains(&"session_ended"), "{events:?}");
    let sequences: Vec<_> = events.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
    assert!(sequences.is_sorted_by(|newer, older| newer > older), "the newest first: {sequences:?}");
}

// Each rejection creates an event.
#[tokio::test]
async fn replays_revocations_and_failed_authentication_of_clients_are_recorded() {
    let (_server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let answer =
        json(&root.post("/revoke", &[("token", "x"), ("client_id", "report"), ("client_secret", "wrong")]).await);
    assert_eq!(answer["error"], "invalid_client");
    let code = root.code().await;
    assert_eq!(root.post("/token", &redemption(&code)).await.status, 200);
    assert_eq!(root.post("/token", &redemption(&code)).await.status, 400);
    let spoiled = root.code().await;
    let mut form = redemption(&spoiled);
    form.retain(|(name, _)| *name != "code_verifier");
    assert_eq!(root.post("/token", &form).await.status, 400);
    let events = told(&administrator, "client_id=report").await;
    let failed = only(&events, "client_authentication_failed");
    assert_eq!(failed["reason"], "client_not_authenticated");
    let replayed = only(&events, "code_replayed");
    assert_eq!(replayed["actor"], object!({"type": "client", "id": "report"}));
    assert_eq!(replayed["account"], administrator.get("/users/me").await.expect(200)["id"]);
    assert_eq!(only(&events, "code_refused")["reason"], "verifier_mismatch");
    assert!(!names(&events).contains(&"grant_revoked"));

    let issued = tokens(&mut root, "report", &[]).await;
    let form =
        [("token", issued["access_token"].as_str().unwrap()), ("client_id", "report"), ("client_secret", SECRET)];
    assert_eq!(root.post("/revoke", &form).await.status, 200);
    assert_eq!(root.post("/revoke", &form).await.status, 200);
    let events = told(&administrator, "client_id=report").await;
    assert_eq!(only(&events, "grant_revoked")["reason"], "revoked_by_client", "once, although it was asked for twice");
}

// Issuing access tokens and plain refreshes are frequent and create no event.
#[tokio::test]
async fn a_refresh_writes_no_event_and_a_replayed_one_does() {
    let server = ServedHere::start(&format!("{}\n{PUBLIC}", config())).await;
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let asked = [("client_id", Some("app")), ("scope", Some("openid offline_access"))];
    let code = parameter(&root.authorize(&query(&asked)).await, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", "app"),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let first = text(&json(&root.post("/token", &form).await), "refresh_token");
    let written = || server.signet().store.events_after(0, 1000).unwrap();
    let before = written().len();
    let mut token = first.clone();
    for _ in 0..5 {
        let form = [("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", token.as_str())];
        token = text(&json(&root.post("/token", &form).await), "refresh_token");
    }
    assert_eq!(written().len(), before);
    server.clock.advance(Duration::MINUTE);
    let form = [("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", first.as_str())];
    assert_eq!(root.post("/token", &form).await.status, 400);
    let [replayed] = &written()[before..] else { panic!() };
    assert_eq!(replayed.details.kind.as_str(), "refresh_token_replayed");
}

const PUBLIC: &str = "\n[[clients]]\nclient_id = \"app\"\nclient_name = \"App\"\ntoken_endpoint_auth_method = \"none\"\n\
                      redirect_uris = [\"https://report.example.org/callback\"]\n\
                      grant_types = [\"authorization_code\", \"refresh_token\"]\n\
                      scope = \"openid offline_access\"\n";

#[tokio::test]
async fn a_stranger_has_few_rows_written_and_the_rest_counted() {
    let server = ServedHere::start(&config()).await;
    let mut stranger = Visitor::new(&server.issuer);
    for _ in 0..40 {
        let form = [("token", "x"), ("client_id", "report"), ("client_secret", "wrong")];
        assert_eq!(stranger.post("/introspect", &form).await.status, 401);
    }
    for at in 0..40 {
        let name = format!("nobody-{at}");
        let form = [("token", "x"), ("client_id", name.as_str()), ("client_secret", "wrong")];
        assert_eq!(stranger.post("/introspect", &form).await.status, 401);
    }
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let asked = "event=client_authentication_failed";
    let events = told(&administrator, asked).await;
    assert_eq!(events.iter().filter(|event| event["client_id"] == "report").count(), 5, "{events:?}");
    let unknown: Vec<_> = events.iter().filter(|event| event["reason"] == "unknown_client").collect();
    assert_eq!(unknown.len(), 5, "{events:?}");
    assert!(
        unknown.iter().all(|event| event["unknown_name"].is_string()) && !format!("{events:?}").contains("nobody-")
    );
    server.clock.advance(Duration::minutes(10));
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let more: Vec<u64> =
        told(&administrator, asked).await.iter().filter_map(|event| event["not_written"].as_u64()).collect();
    assert_eq!(more, [35, 35], "nothing is lost in silence");
}

#[tokio::test]
async fn no_one_reads_the_events_of_another() {
    let (server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:account").await;
    let (eve_id, root_id) = (
        text(&of_eve.get("/users/me").await.expect(200), "id"),
        text(&administrator.get("/users/me").await.expect(200), "id"),
    );
    assert_eq!(of_eve.get("/events").await.status, 403);
    assert_eq!(Api::new(&server.issuer, None).get("/events").await.status, 401);
    assert_eq!(Api::new(&server.issuer, None).get("/users/me/events").await.status, 401);
    assert_eq!(of_eve.get(&format!("/users/{root_id}/events")).await.status, 404);
    let of_service = Api::of_service(&server.issuer, "signet:clients").await;
    assert_eq!(of_service.get("/events").await.status, 403);
    let body = object!({"username": "eve", "groups": ["staff"]});
    administrator.put(&format!("/users/{eve_id}"), &body).await.expect(200);
    let own = of_eve.get("/users/me/events").await.expect(200)["events"].as_array().unwrap().clone();
    assert_eq!(
        own.len(),
        of_eve.get(&format!("/users/{eve_id}/events")).await.expect(200)["events"].as_array().unwrap().len()
    );
    assert!(names(&own).contains(&"account_created") && names(&own).contains(&"login_succeeded"), "{own:?}");
    let done_to = only(&own, "person_changed");
    assert_eq!(done_to["actor"], object!({"type": "operator"}), "who manages people is not named");
    assert!(done_to["ip"].is_null() && done_to["request_id"].is_null(), "{done_to}");
    assert!(!object!(own).to_string().contains(&root_id), "{own:?}");
    // Actions of an administrator on other accounts are not in the administrator's own events.
    let of_root = administrator.get("/users/me/events").await.expect(200);
    assert!(!of_root.to_string().contains(&eve_id), "{of_root}");
    assert!(told(&administrator, &format!("account={root_id}")).await.iter().any(|event| event["account"] == eve_id));
}

#[tokio::test]
async fn events_are_filtered_and_paged() {
    let server = ServedHere::start(&config()).await;
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let start = server.clock.now().unix_timestamp();
    for at in 0..12 {
        server.clock.advance(Duration::SECOND);
        let body = object!({"client_name": format!("App {at}"), "redirect_uris": ["https://a.example/cb"]});
        administrator.post("/clients", &body).await.expect(201);
    }
    let created = told(&administrator, "event=client_created&outcome=success").await;
    let by_root: Vec<_> = created.iter().filter(|event| event["actor"]["type"] == "account").cloned().collect();
    assert_eq!(by_root.len(), 12);
    assert!(told(&administrator, "event=client_created&outcome=failure").await.is_empty());
    let client_id = by_root[3]["client_id"].as_str().unwrap();
    assert_eq!(told(&administrator, &format!("client_id={client_id}")).await, [by_root[3].clone()]);
    let (from, until) = (start + 3, start + 6);
    let between = told(&administrator, &format!("event=client_created&from={from}&until={until}")).await;
    assert_eq!(between, by_root[7..=9], "from is inside, until is not");

    let mut paged = Vec::new();
    let mut path = "/events?limit=5&event=client_created".to_owned();
    loop {
        let page = administrator.get(&path).await.expect(200);
        paged.extend(page["events"].as_array().unwrap().clone());
        let Some(token) = page["next_page_token"].as_str() else { break };
        path = format!("/events?limit=5&event=client_created&page_token={token}");
    }
    assert_eq!(paged, created, "in pages as in one");
    for wrong in ["event=x", "outcome=x", "account=x", "limit=0", "limit=201", "page_token=x", "from=99999999999999"] {
        assert_eq!(administrator.get(&format!("/events?{wrong}")).await.status, 400, "{wrong}");
    }
    let page = administrator.get("/events?limit=1").await.expect(200);
    let token = page["next_page_token"].as_str().unwrap();
    assert_eq!(
        administrator.get(&format!("/events?outcome=success&page_token={token}")).await.status,
        400,
        "of another list"
    );
}

// OWASP ASVS 16.2.5
#[tokio::test]
async fn no_secret_and_no_mistyped_name_is_in_an_event() {
    let server = ServedHere::start(&config()).await;
    let mut root = Visitor::new(&server.issuer);
    let canary = "canary-7fK2-password";
    fails_to_sign_in(&server.issuer, canary, "canary-as-password").await;
    fails_to_sign_in(&server.issuer, ADMINISTRATOR.0, canary).await;
    root.sign_in(ADMINISTRATOR).await;
    let mut secrets = vec![canary.to_owned(), "canary-as-password".to_owned(), ADMINISTRATOR.1.to_owned()];
    secrets.extend(root.cookies.values().cloned());
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    secrets.push(administrator.token().to_owned());
    let body = object!({"client_name": "Wiki", "redirect_uris": ["https://wiki.example/cb"]});
    let client = administrator.post("/clients", &body).await.expect(201);
    secrets.push(text(&client, "client_secret"));
    let code = root.code().await;
    let issued = json(&root.post("/token", &redemption(&code)).await);
    root.post("/token", &redemption(&code)).await;
    secrets.extend([code, SECRET.to_owned(), VERIFIER.to_owned()]);
    secrets.extend(["access_token", "id_token"].map(|name| text(&issued, name)));
    let form = [("token", "x"), ("client_id", "canary-client-secret"), ("client_secret", "canary-as-password")];
    root.post("/introspect", &form).await;
    secrets.push("canary-client-secret".to_owned());
    let person = object!({"username": "eve", "email": "canary@example.org", "password": "canary passphrase of eve"});
    let eve = administrator.post("/users", &person).await.expect(201);
    let changed = object!({"username": "eve", "email": "canary-2@example.org", "name": "Canary"});
    administrator.put(&format!("/users/{}", text(&eve, "id")), &changed).await.expect(200);
    secrets.extend(["canary@", "canary-2@", "Canary", "canary passphrase"].map(ToOwned::to_owned));

    let told = told(&administrator, "").await;
    assert!(told.iter().any(|event| event["event"] == "code_replayed") && told.len() > 8, "{told:#?}");
    let events: Vec<SecurityEvent> = server.signet().store.events_after(0, 1000).unwrap();
    assert!(events.len() >= told.len());
    for rows in [serde_json::to_string(&events).unwrap(), object!(told).to_string()] {
        for secret in &secrets {
            assert!(!rows.contains(secret.as_str()), "{secret} in {rows}");
        }
    }
}

#[tokio::test]
async fn a_person_reads_what_has_happened_in_plain_sentences() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    assert!(eve.get("/account").await.html.contains("href=\"/account/security\""));
    fails_to_sign_in(&server.issuer, "eve", "not the passphrase").await;
    eve.code().await;
    let page = eve.get("/account/security").await;
    assert_eq!(page.status, 200);
    for sentence in [
        "A wrong password was entered from Firefox on Linux, 127.0.0.1, <span",
        ">just now</span>.",
        "Signed in from 127.0.0.1, <span",
        "Access was given to <bdi>Report</bdi> from 127.0.0.1",
        "The account was created",
    ] {
        assert!(page.html.contains(sentence), "{sentence}: {}", page.html);
    }
    let location = Visitor::new(&server.issuer).get("/account/security").await.location();
    assert!(location.starts_with("/login?"), "{location}");
}

#[tokio::test]
async fn an_administrator_finds_events_by_person_application_kind_and_day() {
    let (server, mut root) = signed_in().await;
    let mut eve = new_person(&server.issuer, "eve").await;
    eve.code().await;
    fails_to_sign_in(&server.issuer, "eve", "not the passphrase").await;
    assert_eq!(eve.get("/admin/audit").await.status, 403);
    assert!(root.get("/admin").await.html.contains("href=\"/admin/audit\""));
    let mut seen = async |query: &str| {
        let page = root.get(&format!("/admin/audit?{query}")).await;
        assert_eq!(page.status, 200, "{query}: {}", page.html);
        page.html
    };
    let all = seen("").await;
    for part in ["Signed in", "A wrong password was entered", "The server was started", "<code>login_failed</code>"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    let of_eve = seen("person=eve&event=&application=&outcome=&from=&until=").await;
    assert!(of_eve.contains("wrong password") && !of_eve.contains("The server was started"), "{of_eve}");
    assert!(of_eve.contains("<bdi>eve</bdi>"), "{of_eve}");
    let refused = seen("person=eve&outcome=failure").await;
    assert!(refused.contains("wrong password") && !refused.contains("<h2>Signed in"), "{refused}");
    let of_report = seen("application=report&event=consent_granted").await;
    assert!(of_report.contains("Access was given to <bdi>Report</bdi>"), "{of_report}");
    assert!(seen("from=2001-01-01&until=2001-01-02").await.contains("no matching events"));
    assert!(seen("from=2001-01-01&until=2199-01-02").await.contains("Signed in"));
    for wrong in ["person=nobody", "event=x", "from=yesterday"] {
        let page = root.get(&format!("/admin/audit?{wrong}")).await;
        assert!(page.status == 422 && page.html.contains("role=\"alert\""), "{wrong}: {}", page.html);
    }
    assert!(root.get("/admin/applications/report").await.html.contains("/admin/audit?application=report"));
}

// A filter without an index examines a limited number of events per request.
#[tokio::test]
async fn a_search_for_a_rare_event_offers_to_show_more() {
    let server = ServedHere::start(&config()).await;
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let noted = signet::audit::Noted {
        at: server.clock.now(),
        actor: signet::audit::Actor::default(),
        details: signet::audit::EventDetails::of(signet::audit::EventKind::KeyRotated),
    };
    server.signet().store.record_noted(vec![noted; 4500]).await.unwrap();
    let page = root.get("/admin/audit?event=login_succeeded").await;
    assert!(page.html.contains("Show more") && !page.html.contains("<h2>Signed in"), "{}", page.html);
    let (_, next) = page.html.split_once("rel=\"next\" href=\"").unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    let page = root.get(&next).await;
    assert!(page.html.contains("<h2>Signed in") && !page.html.contains("Show more"), "{}", page.html);
}

#[tokio::test]
async fn a_developer_sees_the_redirect_uri_that_did_not_match_and_adds_it() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let token = eve.get("/developer").await.hidden("anti_forgery");
    let form = [
        ("client_name", "Wiki"),
        ("redirect_uris", "https://wiki.example/cb"),
        ("client_type", "confidential"),
        ("anti_forgery", token.as_str()),
    ];
    let registered = eve.post("/developer", &form).await.location();
    let page = eve.get(&registered).await;
    let (_, rest) = page.html.split_once("id=\"client-id\">").unwrap();
    let client_id = rest.split('<').next().unwrap().to_owned();
    let path = format!("/developer/{client_id}");
    assert!(!eve.get(&path).await.html.contains("id=\"troubles\""));
    let (slash, other) = ("https://wiki.example/cb/", "https://evil.example/cb?a=\"<b>");
    let mut stranger = Visitor::new(&server.issuer);
    for uri in [slash, other, slash] {
        let asked = query(&[("client_id", Some(client_id.as_str())), ("redirect_uri", Some(uri))]);
        assert_eq!(stranger.get(&format!("/authorize?{asked}")).await.status, 400);
    }
    let asked = [("client_id", Some(client_id.as_str())), ("redirect_uri", Some("https://wiki.example/cb"))];
    let without_pkce = [("code_challenge", None), ("code_challenge_method", None), ("nonce", None)];
    for changes in [&[("scope", Some("nonsense"))][..], &without_pkce] {
        let asked = query(&[&asked[..], changes].concat());
        stranger.get(&format!("/authorize?{asked}")).await;
    }
    stranger
        .post("/token", &[("grant_type", "refresh_token"), ("client_id", &client_id), ("client_secret", "x")])
        .await;
    let html = eve.get(&path).await.html;
    for part in [
        "https://wiki.example/cb/</code>",
        "twice, last just now. It differs from a registered one only by the trailing slash",
        "https://evil.example/cb?a=&quot;&lt;b&gt;</code>",
        "href=\"/docs/errors#invalid_scope\"",
        "challenge missing: once",
        "href=\"/docs/errors#invalid_client\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }

    add_after_a_question(&server, &mut eve, (&path, &html), slash).await;
    let html = eve.get(&path).await.html;
    assert!(html.contains("https://wiki.example/cb\nhttps://wiki.example/cb/</textarea>"), "{html}");
    assert!(!html.contains("slash"), "{html}");
    let asked =
        query(&[("client_id", Some(client_id.as_str())), ("redirect_uri", Some(slash)), ("scope", Some("openid"))]);
    assert_eq!(stranger.get(&format!("/authorize?{asked}")).await.status, 303);
}

/// Registers the latest rejected redirect URI: exactly `uri`, after a confirmation, and only by the owner.
async fn add_after_a_question(server: &RunningServer, eve: &mut Visitor, (path, html): (&str, &str), uri: &str) {
    let mut lines = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    let question = lines.find(|link| link.contains("/remedy?remedy=")).unwrap_or_else(|| panic!("{html}"));
    let changing = format!("{path}/remedy");
    let asked = eve.get(&question).await;
    assert!(asked.html.contains(&format!("{uri}</code>")), "{}", asked.html);
    let (remedy, token) = (asked.hidden("remedy"), asked.hidden("anti_forgery"));
    let form = [("remedy", remedy.as_str()), ("decision", "change"), ("anti_forgery", token.as_str())];
    assert_eq!(eve.post(&changing, &form[..2]).await.status, 403, "without its token");
    assert_eq!(eve.post_with(&changing, &form, &[("sec-fetch-site", "cross-site")]).await.status, 403);
    assert_eq!(eve.post(&changing, &[form[0], form[2]]).await.status, 400, "without an answer");
    let mut mallory = new_person(&server.issuer, "mallory").await;
    assert_eq!(mallory.get(&question).await.status, 404);
    let of_mallory = mallory.get("/account/sessions").await.hidden("anti_forgery");
    let foreign = [form[0], form[1], ("anti_forgery", of_mallory.as_str())];
    assert_eq!(mallory.post(&changing, &foreign).await.status, 403);
    let page = eve.post(&changing, &form).await;
    assert_eq!((page.status, page.location()), (303, format!("{path}?done=changed")), "{}", page.html);
    assert_eq!(eve.get(&question).await.status, 404, "it is registered by now");
}

// `SIGNET_EVENTS=1000000 cargo test --test protocol among_many_events -- --nocapture` prints the times with a million
// events.
#[tokio::test]
async fn a_page_among_many_events_is_full_or_says_where_to_look_further() {
    use signet::audit::{Actor, EventDetails, EventKind, Noted};
    let many: usize = std::env::var("SIGNET_EVENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(5_000);
    for count in [100, many] {
        let server = ServedHere::start(&config()).await;
        let mut root = Visitor::new(&server.issuer);
        root.sign_in(ADMINISTRATOR).await;
        let noted = Noted {
            at: server.clock.now(),
            actor: Actor::default(),
            details: EventDetails::of(EventKind::KeyRotated).about(&server.person().id),
        };
        server.signet().store.record_noted(vec![noted; count]).await.unwrap();
        for (query, shown) in [
            ("", "key_rotated"),
            ("person=root", "key_rotated"),
            ("application=report", "value=\"report\""),
            ("event=login_succeeded", "login_succeeded"),
        ] {
            let mut times = Vec::new();
            for _ in 0..9 {
                let begun = std::time::Instant::now();
                let page = root.get(&format!("/admin/audit?{query}")).await;
                assert!(page.status == 200 && page.html.contains(shown), "{query}: {}", page.html);
                times.push(begun.elapsed());
            }
            times.sort();
            println!("{count:>8} events, ?{query}: {:?}", times[4]);
        }
    }
}
