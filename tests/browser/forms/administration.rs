//! Forms of the administration, and those to which its links lead.

use serde_json::json;

use super::{
    ADMINISTRATOR, Again, Before, Form, PASSWORD, RunningServer, Says, Service, Tabs, Text, is_installed, register,
    walk,
};

/// About the person and the application of these identifiers, and at the links for a new password and a new account.
pub(super) fn forms((person, application): (&str, &str), (reset, invitation): (&str, &str)) -> Vec<Form> {
    let saved = || (Says("Change saved."), Says("Change saved."));
    let once = || (Says("Change saved."), Says("This no longer exists"));
    let (person, application) = (format!("/admin/people/{person}"), format!("/admin/applications/{application}"));
    let password = |css| Again(css, format!("{PASSWORD} of mine"));
    vec![
        Form::on(reset, "#reset-submit", (Says("Password set"), Says("This link does not work")))
            .to("/reset")
            .after(Before::SignedOut)
            .with([password("#password")]),
        Form::on(invitation, "#signup-submit", (Says("Hello, "), Says("Hello, ")))
            .to("/signup")
            .after(Before::SignedOut)
            .with([Text("#username", "ivy"), password("#password")]),
        Form::on(&person, "#person-submit", saved())
            .after(Before::SignedIn(ADMINISTRATOR.0, ADMINISTRATOR.1))
            .with([Text("#employee_number", "0042"), Text("#groups", "staff")]),
        Form::on(&person, "#set-password", saved()).to(format!("{person}/password")).with([password("#new_password")]),
        Form::on(&person, "#make-reset-link", (Says("/reset?code="), Says("/reset?code=")))
            .to(format!("{person}/password-reset")),
        Form::on(
            "/admin/invitations/new",
            "#invite-submit",
            (Says("/signup?invitation="), Says("/signup?invitation=")),
        )
        .with([Text("#email", "new@example.org"), Text("#groups", "guests")]),
        Form::on("/admin/groups/staff", "#group-rename", saved()).with([Text("#name", "crew")]),
        Form::on("/admin/keys", "form[action='/admin/keys/rotate'] button", saved()).to("/admin/keys/rotate"),
        Form::on(format!("{application}/delete"), "#confirm", once()),
        Form::on(format!("{person}/delete"), "#confirm", once()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_the_administration_survive_expiry_and_a_second_tab() {
    if !is_installed() {
        return;
    }
    let server = RunningServer::start(&Service::config());
    let service = Service::of(&server.issuer).await;
    let person = service.create("/users", &json!({ "username": "mallory" }), "id").await;
    let reset = service.create(&format!("/users/{person}/password-reset"), &json!({}), "link").await;
    let invitation = service.create("/invitations", &json!({ "email": "ivy@example.org" }), "link").await;
    let tabs = Tabs::open(&server.issuer).await;
    tabs.sign_in(ADMINISTRATOR.0, ADMINISTRATOR.1).await;
    let (application, _) = register(&tabs.browser, &server.issuer, "https://orders.example.org/callback").await;
    walk(&tabs, &forms((&person, &application), (&reset, &invitation))).await;
    tabs.browser.end().await;
}
