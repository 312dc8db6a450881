//! The forms of a person's own applications.

use super::{Choice, Form, Open, RunningServer, Says, Tabs, Text, is_installed, register, walk};

/// With the application `id`, and the page of a remedy for it.
pub(super) fn forms(id: &str, remedy: &str) -> Vec<Form> {
    let own = format!("/developer/{id}");
    let both = |sentence| (Says(sentence), Says(sentence));
    vec![
        Form::on("/developer", "#register-submit", both("signet_cs_")).with([
            Text("#client_name", "Wiki & <Co>"),
            Text("#redirect_uris", "https://wiki.example.org/callback"),
            Choice("[name=client_type][value=confidential]"),
        ]),
        Form::on(
            "/developer/presets/grafana",
            "#preset-submit",
            both("https://grafana.example.org/login/generic_oauth"),
        )
        .with([Text("#url", "https://grafana.example.org")]),
        Form::on(&own, "#client-submit", both("Saved."))
            .with([Text("#client_name", "The wiki"), Text("#policy_uri", "https://wiki.example.org/privacy")]),
        Form::on(&own, "#compatibility-submit", both("Setting changed."))
            .to(format!("{own}/compatibility"))
            .with([Open("#compatibility summary"), Text("#client_uri", "https://wiki.example.org/about")]),
        Form::on(&own, "#restriction-submit", both("Setting changed."))
            .to(format!("{own}/groups"))
            .with([Text("#allowed_groups", "staff")]),
        Form::on(remedy, "#remedy-change", (Says("Setting changed."), Says("This no longer exists"))),
        Form::on(&own, "#secret-add", (Says("signet_cs_"), Says("already has two secrets")))
            .to(format!("{own}/secrets")),
        Form::on(
            format!("{own}/delete"),
            "#client-delete",
            (Says("Application deleted."), Says("This no longer exists")),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_a_developer_survive_expiry_and_a_second_tab() {
    if !is_installed() {
        return;
    }
    let server = RunningServer::start(include_str!("../../../config.toml"));
    let tabs = Tabs::open(&server.issuer).await;
    tabs.browser.open(&format!("{}/signup", server.issuer)).await;
    crate::sign_up(&tabs.browser, "dora").await;
    tabs.browser.expect("Hello, ").await;
    let (id, _) = register(&tabs.browser, &server.issuer, "https://orders.example.org/callback").await;
    // A request with an address that is not registered leads here.
    let wrong = [("client_id", id.as_str()), ("redirect_uri", "https://orders.example.org/callback/")];
    let query = signet::oauth::parameters::encode(&wrong);
    let answer = reqwest::get(format!("{}/authorize?response_type=code&{query}", server.issuer)).await.unwrap();
    assert_eq!(answer.status(), 400);
    tabs.browser.open(&format!("{}/developer/{id}", server.issuer)).await;
    let remedy = tabs.browser.find("#sent-uri-0-change").await.attr("href").await.unwrap().unwrap();
    walk(&tabs, &forms(&id, &remedy)).await;
    tabs.browser.end().await;
}
