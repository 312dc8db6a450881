//! Who may register applications, according to `[applications] registration`.

use serde_json::json;

use crate::{
    api::{Api, new_person, text},
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Visitor, config},
};

fn start(registration: &str) -> RunningServer {
    let settings = format!("\n[applications]\nregistration = \"{registration}\"\n");
    RunningServer::start(&format!("{}{settings}[oauth]\ndynamic_registration = \"initial_access_token\"\n", config()))
}

fn app() -> serde_json::Value {
    json!({"client_name": "App", "redirect_uris": ["https://app.example.org/cb"], "scope": "openid"})
}

#[tokio::test]
async fn people_register_applications_where_the_configuration_lets_them() {
    for (registration, member, other) in
        [("administrators", false, false), ("group:devs", true, false), ("everybody", true, true)]
    {
        let server = start(registration);
        let mut visitor = Visitor::new(&server.issuer);
        visitor.sign_in(ADMINISTRATOR).await;
        let root = Api::of_person(&mut visitor, "signet:admin").await;
        for (name, groups, is_admitted) in [("eve", json!(["devs"]), member), ("bob", json!(["staff"]), other)] {
            let mut person = new_person(&server.issuer, name).await;
            let api = Api::of_person(&mut person, "signet:clients signet:account").await;
            let id = text(&api.get("/users/me").await.expect(200), "id");
            root.put(&format!("/users/{id}"), &json!({"groups": groups})).await.expect(200);
            for path in ["/clients", "/register"] {
                let answer = api.post(path, &app()).await;
                let expected = if is_admitted { (201, "") } else { (403, "access_denied") };
                assert_eq!(answer.refusal(), expected, "{registration} {name} {path}: {}", answer.body);
            }
            let page = person.get("/developer").await;
            assert_eq!(page.html.contains("register-submit"), is_admitted, "{registration} {name}");
            assert!(is_admitted || page.html.contains("cannot register applications"), "{}", page.html);
        }
        root.post("/clients", &app()).await.expect(201);
        assert!(visitor.get("/developer").await.html.contains("register-submit"));
    }
}

// The messages at the first start.
#[tokio::test]
async fn the_start_says_who_may_sign_up_and_register_applications_and_why() {
    let server = RunningServer::start(&config());
    let log = server.log();
    let line = log.lines().find(|line| line.contains("accounts.sign_up")).unwrap_or_else(|| panic!("{log}"));
    for part in ["open", "everybody", "because the issuer is a loopback address"] {
        assert!(line.contains(part), "{line}");
    }
}
