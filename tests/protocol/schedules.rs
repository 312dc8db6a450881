//! `/users/{id}/refresh_schedule` and `/users/{id}/picture`.

use serde_json::{Value, json};

use crate::{
    api::{Api, new_person, text},
    claims,
    support::RunningServer,
    visitor::{Visitor, config, redemption},
};

async fn person(server: &RunningServer, username: &str) -> (Visitor, Api) {
    let mut visitor = new_person(&server.issuer, username).await;
    let api = Api::of_person(&mut visitor, "openid signet:account").await;
    (visitor, api)
}

async fn lifetime(visitor: &mut Visitor) -> i64 {
    let code = visitor.code().await;
    let page = visitor.post("/token", &redemption(&code)).await;
    let tokens: Value = serde_json::from_str(&page.html).unwrap();
    let claims = claims(&text(&tokens, "access_token"));
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    // `expires_in` is rounded down to whole seconds.
    assert!([0, 1].contains(&(lifetime - tokens["expires_in"].as_i64().unwrap())), "{tokens}");
    lifetime
}

#[tokio::test]
async fn a_person_chooses_when_applications_refresh() {
    let server = RunningServer::start(&config());
    let (mut visitor, eve) = person(&server, "eve").await;
    assert_eq!(lifetime(&mut visitor).await, 300);
    let path = "/users/me/refresh_schedule";
    assert_eq!(eve.get(path).await.refusal(), (404, "not_found"));
    let every_minute = json!({"cron": "* * * * *", "time_zone": "Europe/Berlin"});
    let set = eve.put(path, &every_minute).await.expect(200);
    assert_eq!((set["ends_grant"].as_bool(), set["next_ticks"].as_array().map(Vec::len)), (Some(false), Some(5)));
    assert!(text(&set, "description").contains("Europe/Berlin"), "{set}");
    assert!(text(&set["next_ticks"][0], "in_words").contains("UTC+0"), "{set}");
    assert_eq!(eve.get(path).await.expect(200)["cron"], "* * * * *");
    // The minimum lifetime is 30 seconds.
    let short = lifetime(&mut visitor).await;
    assert!((30..=60).contains(&short), "{short}");
    // One application has a separate schedule.
    let rarely = json!({"cron": "0 0 1 1 *", "time_zone": "UTC"});
    eve.put("/users/me/applications/report/refresh_schedule", &rarely).await.expect(200);
    let usual = lifetime(&mut visitor).await;
    assert!(usual == 300 || usual < 60, "{usual}");
    eve.delete("/users/me/applications/report/refresh_schedule").await.expect(204);
    eve.delete(path).await.expect(204);
    assert_eq!(lifetime(&mut visitor).await, 300);
}

#[tokio::test]
async fn a_schedule_that_makes_no_sense_is_refused_in_words() {
    let server = RunningServer::start(&config());
    let (_, eve) = person(&server, "eve").await;
    let (_, bob) = person(&server, "bob").await;
    for (cron, zone, field) in [
        ("* * * *", "UTC", "cron"),
        ("* * * * * *", "UTC", "cron"),
        ("61 * * * *", "UTC", "cron"),
        ("0 0 30 2 *", "UTC", "cron"),
        ("0 4 * * *", "Europe/Atlantis", "time_zone"),
        ("", "", "cron"),
    ] {
        let body = json!({"cron": cron, "time_zone": zone});
        for answer in
            [eve.put("/users/me/refresh_schedule", &body).await, eve.post("/refresh_schedule/preview", &body).await]
        {
            assert_eq!(answer.refusal(), (400, "invalid_request"), "{body}");
            assert!(answer.body["fields"][field].is_string(), "{body}: {}", answer.body);
        }
    }
    let good = json!({"cron": "0 4 * * *", "time_zone": "Europe/Berlin"});
    let preview = eve.post("/refresh_schedule/preview", &good).await.expect(200);
    assert_eq!(preview["description"], "every day at 04:00 (Europe/Berlin)");
    assert_eq!(eve.get("/users/me/refresh_schedule").await.status, 404);
    let path = format!("/users/{}/refresh_schedule", text(&eve.get("/users/me").await.expect(200), "id"));
    assert_eq!(bob.put(&path, &good).await.refusal(), (404, "not_found"));
    assert_eq!(eve.put("/users/me/applications/none/refresh_schedule", &good).await.refusal(), (404, "not_found"));
}

/// A PNG of one pixel.
pub(crate) fn pixel() -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    STANDARD.decode(text).unwrap()
}

#[tokio::test]
async fn a_picture_is_uploaded_shown_and_removed() {
    let server = RunningServer::start(&config());
    let (_, eve) = person(&server, "eve").await;
    let (_, bob) = person(&server, "bob").await;
    let id = text(&eve.get("/users/me").await.expect(200), "id");
    let path = format!("/users/{id}/picture");
    let uploaded = eve.upload(&path, "image/png", pixel()).await.expect(200);
    let address = text(&uploaded, "picture");
    assert!(address.starts_with(&format!("{}{path}?v=", server.issuer)), "{address}");
    let shown = reqwest::get(&address).await.unwrap();
    assert_eq!(shown.status(), 200);
    assert!(["image/png", "image/jpeg"].contains(&shown.headers()["content-type"].to_str().unwrap()));
    assert_eq!(shown.headers()["x-content-type-options"], "nosniff");
    assert!(shown.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
    let etag = shown.headers()["etag"].clone();
    let again = reqwest::Client::new().get(&address).header("if-none-match", etag).send().await.unwrap();
    assert_eq!(again.status(), 304);

    for (upload, status) in
        [(b"<svg onload=alert(1)>".to_vec(), 400), (Vec::new(), 400), (vec![0; 2 * 1024 * 1024 + 1], 413)]
    {
        assert_eq!(eve.upload(&path, "image/png", upload).await.status, status);
    }
    assert_eq!(bob.upload(&path, "image/png", pixel()).await.refusal(), (404, "not_found"));
    assert_eq!(bob.delete(&path).await.refusal(), (404, "not_found"));
    assert_eq!(reqwest::get(&address).await.unwrap().status(), 200);
    eve.delete(&path).await.expect(204);
    assert_eq!(reqwest::get(&address).await.unwrap().status(), 404);
    assert!(eve.get("/users/me").await.expect(200)["picture"].is_null());
    // Deleting the user deletes the picture.
    eve.upload(&path, "image/png", pixel()).await.expect(200);
    eve.delete("/users/me").await.expect(204);
    assert_eq!(reqwest::get(&address).await.unwrap().status(), 404);
}

// RFC 6749 §4.1.2.1: error_uri
#[tokio::test]
async fn the_address_in_error_uri_is_a_page_that_explains_the_error() {
    let server = RunningServer::start(&config());
    let mut visitor = Visitor::new(&server.issuer);
    let location =
        visitor.get(&format!("/authorize?{}", crate::visitor::query(&[("scope", Some("x"))]))).await.location();
    let uri = crate::visitor::parameter(&location, "error_uri").unwrap();
    let (page, anchor) = uri.split_once('#').unwrap();
    assert_eq!(anchor, "invalid_scope");
    let page = visitor.get(page).await;
    assert!(page.status == 200 && page.html.contains("id=\"invalid_scope\""), "{}", page.html);
}
