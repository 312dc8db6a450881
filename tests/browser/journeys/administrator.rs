//! Journeys of an administrator.

use super::{ADMINISTRATOR, in_every_browser};

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_finds_a_person_decides_about_them_and_deletes_them() {
    in_every_browser(async |stage| {
        stage.sign_up("mallory").await;
        stage.sign_out().await;
        stage.sign_in_as_administrator().await;
        stage.open("/admin").await;
        stage.picture("administration").await;
        stage.click("a[href='/admin/people']").await;
        stage.browser.fill("#q", "mal").await;
        stage.click("#search-submit").await;
        stage.expect("mallory").await;
        stage.picture("people").await;
        stage.click("a[href^='/admin/people/usr_']").await;
        stage.browser.fill("[name=groups]", "staff").await;
        stage.click("#disabled").await;
        stage.click("#person-submit").await;
        stage.expect("Disabled").await;
        stage.picture("person").await;
        stage.open("/admin/groups").await;
        stage.expect("staff").await;
        stage.picture("groups").await;
        stage.open("/admin/audit").await;
        stage.expect("mallory").await;
        stage.picture("audit").await;
        stage.click("summary").await;
        stage.browser.fill("[name=person]", "mallory").await;
        stage.picture("audit-filter").await;
        stage.click("#filter-submit").await;
        stage.browser.find("[name=person][value=mallory]").await;
        stage.expect("mallory").await;
        stage.open("/admin/people?q=mallory&by=username").await;
        stage.click("a[href^='/admin/people/usr_']").await;
        stage.click("#delete").await;
        stage.expect("Delete mallory?").await;
        stage.picture("deletion").await;
        stage.click("#confirm").await;
        stage.expect(ADMINISTRATOR.0).await;
        stage.open("/admin/people?q=mallory&by=username").await;
        stage.expect("Nothing found").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_looks_after_applications_and_keys() {
    in_every_browser(async |stage| {
        stage.sign_in_as_administrator().await;
        stage.open("/admin/applications?q=report").await;
        stage.click("a[href='/admin/applications/report']").await;
        stage.expect("defined in the configuration file").await;
        stage.picture("application").await;
        stage.click("#standing").await;
        stage.expect("Disabled").await;
        stage.open("/admin/resources").await;
        stage.expect("orders:read").await;
        stage.picture("resources").await;
        stage.open("/admin/keys").await;
        stage.picture("keys").await;
        stage.click("form[action='/admin/keys/rotate'] button").await;
        stage.expect("Retired").await;
    })
    .await;
}
