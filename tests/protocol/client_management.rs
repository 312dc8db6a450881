//! `/clients/{id}`.

use serde_json::json;

use crate::{
    api::{Api, new_person, text},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Visitor, config},
};

async fn people() -> (RunningServer, Api, Api, Api) {
    let server = RunningServer::start(&config());
    let mut administrator = Visitor::new(&server.issuer);
    administrator.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut administrator, "signet:clients").await;
    let eve = Api::of_person(&mut new_person(&server.issuer, "eve").await, "signet:clients").await;
    let bob = Api::of_person(&mut new_person(&server.issuer, "bob").await, "signet:clients").await;
    (server, administrator, eve, bob)
}

fn shop() -> serde_json::Value {
    json!({"client_name": "Shop", "redirect_uris": ["https://shop.example.org/cb"]})
}

#[tokio::test]
async fn an_application_is_seen_and_changed_by_its_owner_and_by_administrators_alone() {
    let (_server, administrator, eve, bob) = people().await;
    let path = format!("/clients/{}", text(&eve.post("/clients", &shop()).await.expect(201), "client_id"));
    let changed =
        json!({"client_name": "Shop 2", "redirect_uris": ["https://shop.example.org/cb", "https://b.example/cb"]});
    for (method, body) in [("GET", None), ("PUT", Some(&changed)), ("DELETE", None)] {
        assert_eq!(bob.call(method, &path, body).await.refusal(), (404, "not_found"), "{method}");
        assert_eq!(Api::new(&_server.issuer, None).call(method, &path, body).await.status, 401, "{method}");
    }
    let seen = eve.get(&path).await.expect(200);
    assert_eq!((seen["client_name"].as_str(), seen["registered_by"].as_str()), (Some("Shop"), Some("person")));
    // A secret is returned only once.
    assert!(!seen.to_string().contains("signet_cs_"), "{seen}");
    let replaced = eve.put(&path, &changed).await.expect(200);
    assert_eq!(replaced["redirect_uris"], json!(["https://shop.example.org/cb", "https://b.example/cb"]));
    assert_eq!(administrator.get(&path).await.expect(200)["client_name"], "Shop 2");
    assert!(administrator.delete(&path).await.expect(204).is_null());
    assert_eq!(eve.get(&path).await.refusal(), (404, "not_found"));
}

#[tokio::test]
async fn applications_are_listed_in_pages() {
    let (server, administrator, eve, bob) = people().await;
    for at in 0..5 {
        let body = json!({"client_name": format!("Shop {at}"), "redirect_uris": ["https://shop.example.org/cb"]});
        eve.post("/clients", &body).await.expect(201);
    }
    assert_eq!(bob.get("/clients").await.expect(200)["clients"], json!([]));
    let (mut names, mut token) = (Vec::new(), None::<String>);
    loop {
        let next = token.map(|token| format!("&page_token={token}")).unwrap_or_default();
        let page = eve.get(&format!("/clients?limit=2{next}")).await.expect(200);
        names.extend(page["clients"].as_array().unwrap().iter().map(|client| text(client, "client_name")));
        token = page["next_page_token"].as_str().map(ToOwned::to_owned);
        if token.is_none() {
            break;
        }
    }
    names.sort();
    assert_eq!(names, ["Shop 0", "Shop 1", "Shop 2", "Shop 3", "Shop 4"]);
    let named = administrator.get("/clients?client_name=shop%203").await.expect(200);
    assert_eq!(named["clients"].as_array().map(Vec::len), Some(1), "{named}");
    let all = administrator.get("/clients").await.expect(200);
    assert!(all["clients"].as_array().unwrap().len() >= 8, "{all}");
    let first = eve.get("/clients?limit=2").await.expect(200);
    let token = text(&first, "next_page_token");
    for (api, query) in [
        (&eve, "limit=0".to_owned()),
        (&eve, "limit=-1".to_owned()),
        (&eve, "limit=1000000000".to_owned()),
        (&eve, "limit=x".to_owned()),
        (&eve, "page_token=AAAA".to_owned()),
        // A page token of one list is invalid for another.
        (&bob, format!("page_token={token}")),
    ] {
        assert_eq!(api.get(&format!("/clients?{query}")).await.refusal(), (400, "invalid_request"), "{query}");
    }
    drop(server);
}

#[tokio::test]
async fn a_secret_is_replaced_without_a_moment_at_which_none_is_good() {
    let (server, administrator, _, _) = people().await;
    let body = json!({"client_name": "Job", "grant_types": ["client_credentials"], "scope": "signet:clients"});
    let job = administrator.post("/clients", &body).await.expect(201);
    let (id, old) = (text(&job, "client_id"), text(&job, "client_secret"));
    let path = format!("/clients/{id}");
    let works = async |secret: &str| {
        let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", secret)];
        Visitor::new(&server.issuer).post("/token", &form).await.status == 200
    };
    let added = administrator.post(&format!("{path}/secrets"), &json!({})).await.expect(201);
    let new = text(&added, "client_secret");
    assert!(works(&old).await && works(&new).await);
    assert_eq!(administrator.post(&format!("{path}/secrets"), &json!({})).await.refusal(), (409, "conflict"));
    administrator.delete(&format!("{path}/secrets/1")).await.expect(200);
    assert!(!works(&old).await && works(&new).await);
    assert_eq!(administrator.delete(&format!("{path}/secrets/2")).await.refusal(), (409, "conflict"));
    assert_eq!(administrator.delete(&format!("{path}/secrets/9")).await.refusal(), (404, "not_found"));
    assert!(works(&new).await);
}

#[tokio::test]
async fn a_disabled_application_obtains_and_holds_no_token() {
    let (server, administrator, eve, _) = people().await;
    let body = json!({"client_name": "Job", "grant_types": ["client_credentials"], "scope": "signet:clients"});
    let job = administrator.post("/clients", &body).await.expect(201);
    let (id, secret) = (text(&job, "client_id"), text(&job, "client_secret"));
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let tokens = Visitor::new(&server.issuer).post("/token", &form).await;
    let token = serde_json::from_str::<serde_json::Value>(&tokens.html).unwrap();
    let held = Api::new(&server.issuer, Some(&text(&token, "access_token")));
    held.get("/clients").await.expect(200);
    assert_eq!(eve.post(&format!("/clients/{id}/disable"), &json!({})).await.refusal(), (404, "not_found"));
    let disabled = administrator.post(&format!("/clients/{id}/disable"), &json!({})).await.expect(200);
    assert_eq!(disabled["disabled"], true);
    assert_eq!(held.get("/clients").await.status, 401);
    assert_ne!(Visitor::new(&server.issuer).post("/token", &form).await.status, 200);
    administrator.post(&format!("/clients/{id}/enable"), &json!({})).await.expect(200);
    assert_eq!(Visitor::new(&server.issuer).post("/token", &form).await.status, 200);
    administrator.delete(&format!("/clients/{id}")).await.expect(204);
    assert_eq!(held.get("/clients").await.status, 401);
    assert_eq!(Visitor::new(&server.issuer).post("/token", &form).await.status, 401);
}

#[tokio::test]
async fn an_owner_keeps_what_an_administrator_gave_and_gives_themselves_nothing() {
    let (server, _, eve, _) = people().await;
    let mut administrator = Visitor::new(&server.issuer);
    administrator.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut administrator, "signet:admin").await;
    let path = format!("/clients/{}", text(&eve.post("/clients", &shop()).await.expect(201), "client_id"));
    let given = json!({
        "client_name": "Shop", "redirect_uris": ["https://shop.example.org/cb"], "allowed_groups": ["staff"],
        "scope": "openid signet:users", "grant_types": ["authorization_code", "client_credentials"],
        "response_types": ["code"],
    });
    for member in ["scope", "grant_types"] {
        let mut wanted = shop();
        wanted[member] = given[member].clone();
        assert_eq!(eve.put(&path, &wanted).await.refusal(), (403, "access_denied"), "{member}");
    }
    // An owner restricts an application to groups, and removes the restriction.
    let mut restricted = shop();
    restricted["allowed_groups"] = json!(["friends"]);
    assert_eq!(eve.put(&path, &restricted).await.expect(200)["allowed_groups"], json!(["friends"]));
    assert!(eve.put(&path, &shop()).await.expect(200)["allowed_groups"].is_null());
    administrator.put(&path, &given).await.expect(200);
    restricted["allowed_groups"] = json!(["friends"]);
    assert_eq!(eve.put(&path, &restricted).await.refusal(), (400, "invalid_client_metadata"));
    let mut renamed = given.clone();
    renamed["client_name"] = json!("My shop");
    let kept = eve.put(&path, &renamed).await.expect(200);
    assert_eq!((kept["client_name"].as_str(), kept["scope"].as_str()), (Some("My shop"), Some("openid signet:users")));
    // Omitted members get their defaults, except those that an administrator has set.
    let lesser = eve.put(&path, &shop()).await.expect(200);
    assert!(!text(&lesser, "scope").contains("signet:users"), "{lesser}");
    assert_eq!(lesser["allowed_groups"], json!(["staff"]));
}

#[tokio::test]
async fn what_stands_in_the_configuration_is_changed_there() {
    let (_server, administrator, _, _) = people().await;
    for path in ["/clients/report", "/clients/swagger-ui"] {
        assert_eq!(administrator.put(path, &shop()).await.refusal(), (409, "conflict"), "{path}");
        assert_eq!(administrator.delete(path).await.refusal(), (409, "conflict"), "{path}");
        administrator.get(path).await.expect(200);
    }
    for path in ["/clients/none", "/clients/usr_x", "/clients/%00"] {
        assert_eq!(administrator.get(path).await.refusal(), (404, "not_found"), "{path}");
    }
}
