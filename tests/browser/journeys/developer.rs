//! Journeys of a developer with an application.

use super::in_every_browser;

#[tokio::test(flavor = "multi_thread")]
async fn a_developer_registers_an_application_edits_it_and_takes_it_away() {
    in_every_browser(async |stage| {
        stage.sign_up("dora").await;
        stage.open("/developer").await;
        stage.expect("You have not registered any applications yet").await;
        stage.browser.fill("[name=client_name]", "Wiki").await;
        stage.browser.fill("[name=redirect_uris]", "wiki").await;
        stage.click("[name=client_type][value=confidential]").await;
        stage.click("#register-submit").await;
        stage.browser.find("[aria-invalid=true]").await;
        stage.picture("registration-refused").await;
        stage.enter("[name=redirect_uris]", "https://wiki.example.org/callback").await;
        stage.click("#register-submit").await;
        let (id, secret) = (stage.read("#client-id").await, stage.read("#client-secret").await);
        assert!(secret.starts_with("signet_cs_"), "{secret}");
        stage.expect("Sign in with").await;
        stage.picture("registered").await;

        stage.open(&format!("/developer/{id}")).await;
        stage.enter("[name=client_name]", "The wiki").await;
        stage.click("#client-submit").await;
        stage.expect("Saved.").await;
        assert_eq!(stage.read("h1").await, "The wiki");
        stage.click("#secret-add").await;
        let second = stage.read("#client-secret").await;
        assert!(second.starts_with("signet_cs_") && second != secret, "{second}");
        stage.click("#secret-1-remove").await;
        stage.expect("Secret removed.").await;
        stage.picture("own-client").await;

        // A request uses an unregistered redirect URI. The developer sees it on the page and registers it.
        let wrong = "https://wiki.example.org/callback/";
        let query = signet::oauth::parameters::encode(&[("client_id", id.as_str()), ("redirect_uri", wrong)]);
        stage.open(&format!("/authorize?response_type=code&{query}")).await;
        stage.expect("Invalid redirect URI").await;
        stage.open(&format!("/developer/{id}")).await;
        stage.expect(wrong).await;
        stage.picture("troubles").await;
        stage.click("#sent-uri-0-change").await;
        stage.expect("Add it only if the address is yours.").await;
        stage.picture("remedy").await;
        stage.click("#remedy-change").await;
        stage.expect("Setting changed.").await;

        stage.open(&format!("/developer/{id}/delete")).await;
        stage.click("#client-delete").await;
        stage.expect("You have not registered any applications yet").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developer_registers_a_known_application_by_its_address_alone() {
    in_every_browser(async |stage| {
        stage.sign_up("dora").await;
        stage.open("/developer").await;
        stage.browser.fill("[name=q]", "grafana").await;
        stage.click("#search-submit").await;
        stage.picture("presets").await;
        stage.click("a[href$='/grafana']").await;
        stage.browser.fill("[name=url]", "https://grafana.example.org").await;
        stage.picture("preset").await;
        stage.click("#preset-submit").await;
        stage.expect("https://grafana.example.org/login/generic_oauth").await;
        stage.expect("signet_cs_").await;
        stage.picture("preset-result").await;
    })
    .await;
}
