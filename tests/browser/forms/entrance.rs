//! The forms by which people come in and go out.

use super::{
    Again, Arrives, Before, CALLBACK, Form, NewServer, PASSWORD, Says, Service, Tabs, Text, is_installed, walk,
};

/// From the link to the setup of a new server and the address where an application begins a login, and with the code of a
/// device.
pub(super) fn forms((setup, authorize): (&str, &str), user_code: &str) -> Vec<Form> {
    let password = || Again("#password", PASSWORD.to_owned());
    vec![
        Form::on(setup, "#setup-submit", (Says("Hello, "), Says("Hello, "))).to("/setup").with([
            Text("#username", "ada"),
            Text("#email", "ada@example.org"),
            password(),
        ]),
        Form::on("/logout", "#logout-confirm", (Says("You are signed out"), Says("You are signed out"))),
        Form::on("/login", "#login-submit", (Says("Hello, "), Says("Hello, ")))
            .with([Text("#username", "ada"), password()]),
        Form::on("/signup", "#signup-submit", (Says("Hello, "), Says("Hello, "))).after(Before::SignedOut).with([
            Text("#username", "eve"),
            Text("#email", "eve@example.org"),
            Text("#name", "Eve & <Co>"),
            password(),
        ]),
        Form::on(authorize, "#consent-allow", (Arrives(CALLBACK), Says("Sign-in already completed"))).to("/consent"),
        Form::on(
            format!("/device?user_code={user_code}"),
            "#device-allow",
            (Says("Device connected"), Says("This code is not valid")),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_to_come_in_and_go_out_survive_expiry_and_a_second_tab() {
    if !is_installed() {
        return;
    }
    let server = NewServer::start(&Service::config());
    let request = reqwest::Client::new().post(format!("{}/device_authorization", server.issuer));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body("client_id=television&scope=openid").send().await.unwrap().text().await.unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let authorize = crate::authorize(&server.issuer, CALLBACK);
    let tabs = Tabs::open(&server.issuer).await;
    walk(&tabs, &forms((&server.link, &authorize), answer["user_code"].as_str().unwrap())).await;
    tabs.browser.end().await;
}
