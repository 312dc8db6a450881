//! Journeys of users who follow an invitation or password-reset link.

use super::{PASSWORD, in_every_browser, sign_up};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_comes_by_an_invitation_and_gets_in_again_by_a_link_for_a_new_password() {
    in_every_browser(async |stage| {
        stage.sign_in_as_administrator().await;
        stage.open("/admin/invitations/new").await;
        stage.browser.fill("[name=email]", "ivy@example.org").await;
        stage.picture("invite").await;
        stage.click("#invite-submit").await;
        let invitation = stage.read("#secret").await;
        stage.picture("invited").await;
        stage.sign_out().await;
        stage.browser.open(&invitation).await;
        sign_up(&stage.browser, "ivy").await;
        stage.expect("Hello, ").await;
        stage.sign_out().await;

        stage.sign_in_as_administrator().await;
        stage.open("/admin/people?q=ivy&by=username").await;
        stage.click("a[href^='/admin/people/usr_']").await;
        stage.click("#make-reset-link").await;
        let link = stage.read("#secret").await;
        stage.sign_out().await;
        stage.browser.open(&link).await;
        stage.expect("Choose a new password").await;
        stage.picture("reset").await;
        stage.browser.fill("#password", "short").await;
        stage.click("#reset-submit").await;
        stage.browser.find("#password-error").await;
        let new = format!("{PASSWORD} of mine");
        stage.browser.fill("#password", &new).await;
        stage.click("#reset-submit").await;
        stage.expect("Password set").await;
        stage.picture("reset-done").await;
        stage.sign_in("ivy", &new).await;
        stage.browser.open(&link).await;
        stage.expect("This link does not work").await;
    })
    .await;
}
