//! Journeys of a user who connects a device without a keyboard.

use serde_json::Value;

use super::{Stage, in_every_browser};

/// The device authorization response.
async fn begin(stage: &Stage) -> Value {
    let request = reqwest::Client::new().post(format!("{}/device_authorization", stage.server.issuer));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body("client_id=television&scope=openid").send().await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_allows_a_device_by_its_code_and_denies_another_by_its_link() {
    in_every_browser(async |stage| {
        stage.sign_up("tess").await;
        let told = begin(stage).await;
        let code = told["user_code"].as_str().unwrap_or_else(|| panic!("{told}"));
        stage.open("/device").await;
        stage.picture("device").await;
        stage.browser.fill("[name=user_code]", code).await;
        stage.click("#device-continue").await;
        stage.expect("Television").await;
        stage.expect(code).await;
        stage.picture("device-confirmation").await;
        stage.click("#device-allow").await;
        stage.expect("Device connected").await;

        let told = begin(stage).await;
        stage.browser.open(told["verification_uri_complete"].as_str().unwrap()).await;
        stage.expect(told["user_code"].as_str().unwrap()).await;
        stage.click("#device-deny").await;
        stage.expect("Device not connected").await;
        stage.picture("device-denied").await;
    })
    .await;
}
