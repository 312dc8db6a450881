//! Storage limits per user, as configured in `[quotas]`.

use serde_json::json;

use crate::{
    api::{Api, new_person},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Visitor, config},
};

fn start(quotas: &str) -> RunningServer {
    let registration = "[oauth]\ndynamic_registration = \"open\"\n";
    RunningServer::start(&format!("{}\n{registration}[quotas]\n{quotas}", config()))
}

fn app() -> serde_json::Value {
    json!({"client_name": "App", "redirect_uris": ["https://app.example.org/cb"], "scope": "openid"})
}

async fn administrator(issuer: &str) -> Api {
    let mut visitor = Visitor::new(issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    Api::of_person(&mut visitor, "signet:admin").await
}

#[tokio::test]
async fn a_person_owns_no_more_applications_than_the_quota_however_they_register_them() {
    let server = start("applications_per_person = 4\n");
    let mut eve = new_person(&server.issuer, "eve").await;
    let api = Api::of_person(&mut eve, "signet:clients").await;
    let attempts = (0..12).map(|at| {
        let api = api.clone();
        let path = if at % 2 == 0 { "/clients" } else { "/register" };
        tokio::spawn(async move { api.post(path, &app()).await.status })
    });
    let mut created = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        let status = attempt.await.unwrap();
        assert!(status == 201 || status == 403, "{status}");
        created += usize::from(status == 201);
    }
    assert_eq!(created, 4);
    let token = eve.get("/developer").await.hidden("anti_forgery");
    let form = [
        ("client_name", "One more"),
        ("client_type", "public"),
        ("redirect_uris", "https://app.example.org/cb"),
        ("anti_forgery", &token),
    ];
    assert_eq!(eve.post("/developer", &form).await.status, 403);
    // Other users have separate limits, and administrators have none.
    let bob = Api::of_person(&mut new_person(&server.issuer, "bob").await, "signet:clients").await;
    bob.post("/clients", &app()).await.expect(201);
    let root = administrator(&server.issuer).await;
    for _ in 0..6 {
        root.post("/clients", &json!({"client_name": "Root's"})).await.expect(201);
    }
    // A deletion frees capacity.
    let first = api.get("/clients").await.expect(200)["clients"][0]["client_id"].as_str().unwrap().to_owned();
    api.delete(&format!("/clients/{first}")).await.expect(204);
    api.post("/clients", &app()).await.expect(201);
}

#[tokio::test]
async fn everything_that_a_person_stores_has_a_rate() {
    let server = start(
        "applications_per_hour = 2\ninvitations_per_hour = 2\nchanges_per_hour = 2\nself_registrations_per_day = 2\n\
         pictures_per_hour = 1\ndevice_codes_per_minute = 3\n",
    );
    let eve = Api::of_person(&mut new_person(&server.issuer, "eve").await, "signet:clients signet:account").await;
    let root = administrator(&server.issuer).await;
    let no_one = Api::new(&server.issuer, None);
    let profile = json!({"name": "Eve"});
    for (name, api, method, path, body, most) in [
        ("applications", &eve, "POST", "/clients", &app(), 2),
        ("invitations", &root, "POST", "/invitations", &json!({}), 2),
        ("changes", &eve, "PUT", "/users/me", &profile, 2),
        ("strangers", &no_one, "POST", "/register", &app(), 2),
    ] {
        for at in 0..most + 2 {
            let answer = api.call(method, path, Some(body)).await;
            if at < most {
                assert!(answer.status < 300, "{name} {at}: {}", answer.body);
            } else {
                assert_eq!(answer.refusal(), (429, "too_many_requests"), "{name} {at}: {}", answer.body);
            }
        }
    }
    let schedule = json!({"cron": "0 3 * * *", "time_zone": "Europe/Berlin"});
    assert_eq!(eve.put("/users/me/refresh_schedule", &schedule).await.status, 429);
    let picture = crate::schedules::pixel();
    let uploads = [eve.upload("/users/me/picture", "image/png", picture.clone()).await.status, {
        eve.upload("/users/me/picture", "image/png", picture.clone()).await.status
    }];
    assert_eq!(uploads, [200, 429]);
    // Reading is not limited, and neither are changes by administrators.
    eve.get("/clients").await.expect(200);
    for _ in 0..5 {
        root.put("/users/me", &json!({"name": "Root"})).await.expect(200);
    }
}

#[tokio::test]
async fn one_more_session_ends_the_one_that_was_not_used_for_longest() {
    let server = start("sessions_per_person = 3\n");
    let mut browsers = Vec::new();
    for _ in 0..5 {
        let mut browser = Visitor::new(&server.issuer);
        browser.sign_in(ADMINISTRATOR).await;
        browsers.push(browser);
    }
    let mut signed_in = Vec::new();
    for browser in &mut browsers {
        signed_in.push(browser.get("/account").await.status == 200);
    }
    assert_eq!(signed_in, [false, false, true, true, true]);
}
