//! `/presets` and `/developer/presets`: registration of well-known applications by name and URL.

use serde_json::{Value, json};

use crate::{
    api::{Api, new_person, text},
    claims, signed_in,
    support::{ADMINISTRATOR, RunningServer},
    visitor::{CHALLENGE, Page, VERIFIER, Visitor, config, parameter, query},
};

/// The copyable text with this `id`.
fn copied(page: &Page, id: &str) -> String {
    let (_, rest) = page.html.split_once(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("{id}: {}", page.html));
    rest.split('<').next().unwrap().to_owned()
}

async fn fill(visitor: &mut Visitor, path: &str, form: &[(&str, &str)]) -> Page {
    let token = visitor.get(path).await.hidden("anti_forgery");
    visitor.post(path, &[form, &[("anti_forgery", &token)]].concat()).await
}

#[tokio::test]
async fn every_preset_is_registered_by_an_administrator_with_its_address_alone() {
    let server = RunningServer::start(&format!("{}\n[oauth]\nimplicit = true\n", config()));
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let presets = administrator.get("/presets").await.expect(200);
    let presets = presets["presets"].as_array().unwrap().clone();
    assert!(presets.len() > 30, "{}", presets.len());
    let (mut registered, mut written) = (0, 0);
    for preset in &presets {
        let body = json!({"url": preset["url"]});
        let answer = administrator.post(&format!("/presets/{}", text(preset, "id")), &body).await;
        if preset["obstacle"] == "configuration" {
            assert_eq!(answer.refusal(), (409, "conflict"), "{preset}");
            written += 1;
            continue;
        }
        assert!(preset["obstacle"].is_null(), "{preset}");
        let client = answer.expect(201);
        let enter = client["enter"].to_string();
        assert!(enter.contains(&text(&client, "client_id")), "{preset}: {enter}");
        assert!(client["client_secret"].as_str().is_none_or(|secret| enter.contains(secret)), "{preset}: {enter}");
        registered += 1;
    }
    assert_eq!((registered, written), (39, 2));
}

#[tokio::test]
async fn an_application_of_a_preset_logs_people_in_with_the_values_that_were_given() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let path = "/developer/presets/grafana";
    let wrong = fill(&mut eve, path, &[("url", "grafana.example.org")]).await;
    assert!(wrong.status == 422 && wrong.html.contains("id=\"url-error\""), "{}", wrong.html);
    let plain = fill(&mut eve, path, &[("url", "http://grafana.example.org")]).await;
    assert!(plain.status == 422 && plain.html.contains("id=\"url-error\""), "{}", plain.html);
    let page = fill(&mut eve, path, &[("url", "https://grafana.example.org/")]).await;
    assert_eq!(page.status, 303, "{}", page.html);
    let page = eve.get(&page.location()).await;
    let (client_id, secret) = (copied(&page, "client-id"), copied(&page, "client-secret"));
    assert_eq!(copied(&page, "issuer"), server.issuer);
    let snippet = copied(&page, "preset-snippet-0\" tabindex=\"0\" aria-label=\"grafana.ini\"><code class=\"copy");
    for line in [
        format!("client_id = {client_id}"),
        format!("client_secret = {secret}"),
        format!("token_url = {}/token", server.issuer),
        "root_url = https://grafana.example.org".to_owned(),
    ] {
        assert!(snippet.contains(&line), "{line}: {snippet}");
    }
    assert!(eve.get("/developer").await.html.contains(&client_id), "its owner looks after it");

    let redirect_uri = "https://grafana.example.org/login/generic_oauth";
    let asked = [
        ("client_id", Some(client_id.as_str())),
        ("redirect_uri", Some(redirect_uri)),
        ("scope", Some("openid profile email groups")),
        ("code_challenge", Some(CHALLENGE)),
    ];
    let location = eve.authorize(&query(&asked)).await;
    let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client_id.as_str()),
        ("client_secret", &secret),
        ("code", &code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    let tokens: Value = crate::json(&eve.post("/token", &form).await);
    let about = claims(tokens["id_token"].as_str().unwrap_or_else(|| panic!("{tokens}")));
    assert_eq!(about["preferred_username"], "eve", "Grafana reads the ID token: {about}");
    assert!(about["groups"].is_array(), "{about}");
}

#[tokio::test]
async fn what_weakens_a_rule_is_for_administrators() {
    let (server, mut root) = signed_in().await;
    let mut eve = new_person(&server.issuer, "eve").await;
    let of_eve = Api::of_person(&mut eve, "signet:clients").await;
    let listed = of_eve.get("/presets?name=gitea").await.expect(200);
    assert_eq!(listed["presets"][0]["obstacle"], "administrator", "{listed}");
    let form = json!({"url": "https://git.example.org"});
    assert_eq!(of_eve.post("/presets/gitea", &form).await.refusal(), (403, "access_denied"));
    assert_eq!(of_eve.post("/presets/nothing", &form).await.refusal(), (404, "not_found"));
    assert_eq!(Api::new(&server.issuer, None).get("/presets").await.status, 401);

    let path = "/developer/presets/gitea";
    let page = eve.get(path).await;
    assert!(
        page.html.contains("Ask an administrator of this server to register it.")
            && !page.html.contains("preset-submit")
    );
    let form = [("url", "https://git.example.org"), ("name", "our-login")];
    let page = fill(&mut root, path, &form).await;
    assert_eq!(page.status, 303, "{}", page.html);
    let page = root.get(&page.location()).await;
    assert!(page.html.contains("https://git.example.org/user/oauth2/our-login/callback"), "{}", page.html);
    let client_id = copied(&page, "client-id");
    let own = root.get(&format!("/developer/{client_id}")).await;
    assert_eq!(own.status, 200, "the administrator owns it");
    // The implicit flow is disabled and can be enabled only in the configuration.
    for visitor in [&mut eve, &mut root] {
        let page = visitor.get("/developer/presets/guacamole").await;
        assert!(page.html.contains("the setting oauth.implicit turns it on"), "{}", page.html);
    }
    let without_token = root.post(path, &form).await;
    assert_eq!(without_token.status, 403);
    let elsewhere = eve.get("/developer/presets/grafana").await.hidden("anti_forgery");
    assert_eq!(eve.post(path, &[("url", "https://x.example"), ("anti_forgery", &elsewhere)]).await.status, 403);
}

#[tokio::test]
async fn a_preset_is_found_without_a_script() {
    let (server, mut root) = signed_in().await;
    let location = Visitor::new(&server.issuer).get("/developer/presets").await.location();
    assert!(location.starts_with("/login?interaction="), "{location}");
    assert!(root.get("/developer").await.html.contains("action=\"/developer/presets\""));
    assert!(root.get("/admin/applications").await.html.contains("href=\"/developer/presets\""));
    let page = root.get("/developer/presets?q=NEXT").await;
    assert_eq!(page.html.matches("href=\"/developer/presets/nextcloud").count(), 2, "{}", page.html);
    assert!(!page.html.contains("href=\"/developer/presets/grafana\""), "{}", page.html);
    assert!(root.get("/developer/presets?q=zzz").await.html.contains("There is no preset with this name"));
    assert_eq!(root.get("/developer/presets/nothing").await.status, 404);
}

#[tokio::test]
async fn what_only_the_configuration_gives_can_be_written_there() {
    let (_server, mut root) = signed_in().await;
    for id in ["opencloud", "owncloud-infinite-scale"] {
        let page = fill(&mut root, &format!("/developer/presets/{id}"), &[("url", "https://cloud.example.org")]).await;
        assert_eq!(page.status, 303, "{}", page.html);
        let page = root.get(&page.location()).await;
        let label = "preset-snippet-0\" tabindex=\"0\" aria-label=\"config.toml of this server\"><code class=\"copy";
        let snippet = copied(&page, label).replace("&quot;", "\"").replace("&amp;", "&");
        let server = RunningServer::start(&format!("{}\n{snippet}\n", config()));
        let mut other = Visitor::new(&server.issuer);
        other.sign_in(ADMINISTRATOR).await;
        let administrator = Api::of_person(&mut other, "signet:admin").await;
        let written = administrator.get("/clients?client_name=cloud").await.expect(200);
        assert_eq!(written["clients"].as_array().unwrap().len(), 3, "{written}");
    }
}
