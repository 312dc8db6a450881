//! The forms of a person's own account.

use super::{Again, Before, CALLBACK, Form, PASSWORD, RunningServer, Says, Tabs, Text, is_installed, walk};
use crate::{journeys::PIXEL, visitor::Visitor};

const NEW_PASSWORD: &str = "another long and winding passphrase";

/// With the file of a picture.
pub(super) fn forms(picture: &str) -> Vec<Form> {
    let both = |sentence| (Says(sentence), Says(sentence));
    vec![
        Form::on("/account/profile", "#profile-submit", both("Saved."))
            .with([Text("#given_name", "Eve"), Text("#website", "https://eve.example/?a=b&c=d")]),
        Form::on("/account/profile", "#picture-submit", both("Picture saved."))
            .to("/account/picture")
            .with([Again("#upload", picture.to_owned())]),
        Form::on("/account/schedule", "#schedule-set", both("Schedule set."))
            .with([Text("#cron", "5 4 * * 1"), Text("#time_zone", "Europe/Berlin")]),
        Form::on("/account/applications", "#application-0-disconnect", both("App disconnected.")),
        Form::on(
            "/account/sessions",
            "#session-1-end",
            (Says("The other device was signed out."), Says("This no longer exists")),
        ),
        Form::on(
            "/account/password",
            "#password-submit",
            (Says("Password changed."), Says("The current password is wrong")),
        )
        .with([Again("#current_password", PASSWORD.to_owned()), Again("#new_password", NEW_PASSWORD.to_owned())]),
        Form::on(
            "/account/data",
            "#account-delete",
            (Says("You are signed out"), Says("You were signed out, so nothing was changed")),
        )
        .with([Again("#password", NEW_PASSWORD.to_owned())]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_an_account_survive_expiry_and_a_second_tab() {
    if !is_installed() {
        return;
    }
    let server = RunningServer::start(&crate::config(CALLBACK));
    let picture = server.folder().join("picture.png");
    std::fs::write(&picture, PIXEL).unwrap();
    let tabs = Tabs::open(&server.issuer).await;
    tabs.browser.open(&format!("{}/signup", server.issuer)).await;
    crate::sign_up(&tabs.browser, "eve").await;
    tabs.browser.expect("Hello, ").await;
    // An application that has access, and another device.
    tabs.browser.open(&crate::authorize(&server.issuer, CALLBACK)).await;
    tabs.browser.click("#consent-allow").await;
    let url = crate::arrived(&tabs.browser, CALLBACK).await;
    crate::redeem(&server.issuer, &url).await;
    Visitor::new(&server.issuer).sign_in(("eve", PASSWORD)).await;
    tabs.prepare(&Before::AsItIs).await;
    walk(&tabs, &forms(picture.to_str().unwrap())).await;
    tabs.browser.end().await;
}
