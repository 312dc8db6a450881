//! Names of applications must be readable and must not imitate another application.

use serde_json::{Value, json};

use crate::{
    RunningServer,
    api::{Answer, Api, new_person, text},
    visitor::config,
};

fn named(name: &str) -> Value {
    json!({"client_name": name, "redirect_uris": ["https://app.example/callback"]})
}

fn assert_refused(answer: &Answer, name: &str) {
    assert_eq!(answer.refusal(), (400, "invalid_client_metadata"), "{name:?}: {}", answer.body);
    assert!(answer.body.to_string().contains("client_name"), "{name:?}: {}", answer.body);
}

/// Invisible characters; the name of the server; the name of an application from the configuration.
const REFUSED: [&str; 15] = [
    "Wi\u{fe0f}ki",
    "Wi\u{34f}ki",
    "Wi\u{115f}ki",
    "Wi\u{17b4}ki",
    "Wi\u{180b}ki",
    "Wi\u{e0100}ki",
    "Wi\u{3164}ki",
    "Wi\u{ad}ki",
    "Wi\u{2800}ki",
    "signet",
    "Ѕignet",
    "Report",
    "  REPORT ",
    "Rероrt",
    "\u{ff32}eport",
];

#[tokio::test]
async fn no_application_of_a_person_can_be_taken_for_the_server_or_for_one_that_it_vouches_for() {
    let open = "\n[oauth]\ndynamic_registration = \"open\"\n";
    let server = RunningServer::start(&format!("{}{open}", config()));
    let eve = Api::of_person(&mut new_person(&server.issuer, "eve").await, "openid signet:clients").await;
    let adam = Api::of_person(&mut new_person(&server.issuer, "adam").await, "openid signet:clients").await;
    let no_one = Api::new(&server.issuer, None);
    let own = eve.post("/clients", &named("Wiki")).await.expect(201);
    adam.post("/clients", &named("Wiki")).await.expect(201);
    let itself = no_one.post("/register", &named("Wiki")).await.expect(201);
    let token = text(&itself, "registration_access_token");
    let itself = (Api::new(&server.issuer, Some(&token)), format!("/register/{}", text(&itself, "client_id")));
    let path = format!("/clients/{}", text(&own, "client_id"));
    let renamed = |name: &str| {
        let mut body = named(name);
        body["client_id"] = itself.1.strip_prefix("/register/").into();
        body
    };
    for name in REFUSED {
        assert_refused(&eve.post("/clients", &named(name)).await, name);
        assert_refused(&eve.put(&path, &named(name)).await, name);
        assert_refused(&no_one.post("/register", &named(name)).await, name);
        assert_refused(&itself.0.put(&itself.1, &renamed(name)).await, name);
    }
    for name in ["Reports", "Signet fan page", "Wiki für Bücher", "ウィキ", "Вики"] {
        eve.post("/clients", &named(name)).await.expect(201);
        eve.put(&path, &named(name)).await.expect(200);
        itself.0.put(&itself.1, &renamed(name)).await.expect(200);
    }
}
