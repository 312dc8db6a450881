//! Journeys of a user on the account pages.

use super::{PASSWORD, in_every_browser};

const NEW_PASSWORD: &str = "another long and winding passphrase";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_keeps_their_account_and_leaves_for_good() {
    in_every_browser(async |stage| {
        stage.sign_up("eve").await;

        stage.open("/account/profile").await;
        stage.enter("[name=given_name]", "Eve").await;
        stage.enter("[name=birthdate]", "yesterday").await;
        stage.click("#profile-submit").await;
        stage.expect("Enter a date").await;
        stage.picture("profile-refused").await;
        stage.enter("[name=birthdate]", "1990-12-31").await;
        stage.click("#profile-submit").await;
        stage.expect("Saved.").await;
        let picture = stage.server.folder().join("picture.png");
        std::fs::write(&picture, PIXEL).unwrap();
        stage.browser.fill("#upload", picture.to_str().unwrap()).await;
        stage.click("#picture-submit").await;
        stage.browser.find("#picture-remove").await;
        stage.picture("profile").await;

        stage.open("/account/password").await;
        stage.browser.fill("[name=current_password]", PASSWORD).await;
        stage.browser.fill("[name=new_password]", NEW_PASSWORD).await;
        stage.click("#password-submit").await;
        stage.expect("Password changed.").await;

        stage.open("/account/sessions").await;
        stage.expect("This browser").await;
        stage.picture("sessions").await;
        stage.click("#sign-out-everywhere").await;
        stage.expect("You are signed out").await;
        stage.sign_in("eve", NEW_PASSWORD).await;

        stage.open("/account/security").await;
        stage.picture("security").await;

        stage.open("/account/data").await;
        stage.browser.fill("[name=password]", "wrong").await;
        stage.click("#account-delete").await;
        stage.expect("current password is wrong").await;
        stage.browser.fill("[name=password]", NEW_PASSWORD).await;
        stage.click("#account-delete").await;
        stage.expect("You are signed out").await;
        stage.open("/login").await;
        super::sign_in(&stage.browser, "eve", NEW_PASSWORD).await;
        stage.expect("Wrong username or password").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_lets_an_application_in_sets_when_it_asks_again_and_disconnects_it() {
    in_every_browser(async |stage| {
        stage.sign_up("eve").await;
        stage.browser.open(&crate::authorize(&stage.server.issuer, "http://127.0.0.1:9/callback")).await;
        stage.expect("Report").await;
        stage.picture("consent").await;
        stage.click("#consent-allow").await;
        let url = crate::arrived(&stage.browser, "http://127.0.0.1:9/").await;
        crate::redeem(&stage.server.issuer, &url).await;

        stage.open("/account/applications").await;
        stage.expect("Report").await;
        stage.picture("applications").await;
        stage.click("a[href='/account/schedule?client_id=report']").await;
        stage.enter("[name=cron]", "0 4 * * *").await;
        stage.enter("[name=time_zone]", "Europe/Berlin").await;
        stage.click("#schedule-preview").await;
        stage.expect("Preview of the schedule").await;
        stage.picture("schedule").await;
        stage.click("#schedule-set").await;
        stage.browser.find("#schedule-remove").await;

        stage.open("/account/applications").await;
        stage.click("#application-0-disconnect").await;
        stage.expect("No app has access").await;
    })
    .await;
}

/// An image of one pixel.
pub(crate) const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8,
    2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 0x0c, b'I', b'D', b'A', b'T', 8, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0, 0,
    3, 1, 1, 0, 0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];
