//! `/admin/people/{id}`: one user.

use poem::{Response, http::StatusCode};
use serde_json::Value;

use super::{
    super::{form_lines::lines, messages::wrong},
    audit,
    people::badges,
    person_records,
    request::{AdminRequest, crumbs, guarded, guarded_form, minute},
};
use crate::{
    account::record::{Account, Role},
    endpoint::{
        management::ManagementRefusal,
        new_account::{AdminFields, FieldErrors},
        password_change::{PasswordChange, PasswordSource, change_password},
        password_resets, profile,
        session_end::Extent,
        sessions, users,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        fault,
        page_route::{PageRoute, Routes},
    },
    secret::Secret,
    web::{
        Fact, FieldState,
        admin::{ConfirmPage, LocalLink, LocalPath, OrderedFields, PersonPage, ResetLink},
        i18n::Texts,
    },
};

/// Rejected form input, to be shown again with its errors.
#[derive(Default)]
struct Correction {
    /// The submitted administrative fields and their errors.
    ordered: Option<(AdminFields, FieldErrors)>,
    /// Error message of the whole form.
    error: Option<String>,
    /// Error message of the password field.
    password: Option<String>,
}

pub(super) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/admin/people/:id").show(guarded(show)).submit(FormAction::PATH, guarded_form(order)),
        PageRoute::at("/admin/people/:id/password")
            .submit(FormAction::PATH, guarded_form(set_password))
            .on("/admin/people/:id"),
        PageRoute::at("/admin/people/:id/password-reset")
            .submit(FormAction::PATH, guarded_form(make_reset_link))
            .on("/admin/people/:id"),
        PageRoute::at("/admin/people/:id/password-reset/delete")
            .submit(FormAction::PATH, guarded_form(withdraw_reset_link))
            .on("/admin/people/:id"),
        PageRoute::at("/admin/people/:id/unlock")
            .submit(FormAction::PATH, guarded_form(unlock))
            .on("/admin/people/:id"),
        PageRoute::at("/admin/people/:id/delete")
            .show(guarded(confirm_deletion))
            .submit(FormAction::PATH, guarded_form(delete)),
        PageRoute::at("/admin/people/:id/sessions")
            .show(guarded(person_records::sessions))
            .submit(FormAction::PATH, guarded_form(sign_out))
            .on("/admin/people/:id"),
    ])
}

async fn show(admin_request: AdminRequest) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    page(&admin_request, id, StatusCode::OK, Correction::default())
}

async fn order(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let page_request = &admin_request.page_request;
    let is_checked = |name| page_request.value(name) == Some("true");
    let form = AdminFields {
        employee_number: Some(page_request.text("employee_number")),
        email_verified: Some(is_checked("email_verified")),
        groups: Some(lines(&page_request.text("groups"))),
        role: Some(if is_checked("administrator") { "administrator" } else { "person" }.to_owned()),
        is_disabled: Some(is_checked("disabled")),
        ..AdminFields::default()
    };
    match users::update_admin_fields(page_request.server.signet(), &admin_request.access, id, &form).await {
        Ok(_) => Ok(admin_request.redirect(&["people", id])),
        Err(ManagementRefusal::Fields(errors)) => {
            let correction = Correction { ordered: Some((form, errors)), ..Correction::default() };
            page(&admin_request, id, StatusCode::UNPROCESSABLE_ENTITY, correction)
        }
        Err(refusal @ ManagementRefusal::Conflict(_)) => {
            let ordered = Some((form, FieldErrors::default()));
            let correction = Correction { ordered, error: Some(refusal.to_string()), password: None };
            page(&admin_request, id, StatusCode::CONFLICT, correction)
        }
        Err(refusal) => admin_request.refused(refusal),
    }
}

async fn set_password(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let change = PasswordChange {
        current_password: None,
        new_password: Secret::new(admin_request.page_request.text("new_password")),
        source: PasswordSource {
            address: admin_request.page_request.address,
            device: admin_request.page_request.browser.device.as_ref(),
        },
    };
    match change_password(admin_request.page_request.server.signet(), &admin_request.access, id, &change).await {
        Ok(_) => Ok(admin_request.redirect(&["people", id])),
        Err(ManagementRefusal::Fields(errors)) => {
            let field = errors.iter().map(|(field, _)| field).next().unwrap_or_default();
            let password = wrong(admin_request.texts(), &errors, field);
            page(&admin_request, id, StatusCode::UNPROCESSABLE_ENTITY, Correction { password, ..Correction::default() })
        }
        Err(refusal) => admin_request.refused(refusal),
    }
}

async fn unlock(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let unlocked = users::unlock(admin_request.page_request.server.signet(), &admin_request.access, id).await;
    admin_request.answer(unlocked.map(|()| admin_request.redirect(&["people", id])))
}

async fn make_reset_link(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let signet = admin_request.page_request.server.signet();
    let made = match password_resets::create(signet, &admin_request.access, id).await {
        Ok(made) => made,
        Err(refusal @ ManagementRefusal::Conflict(_)) => {
            let password = Some(refusal.to_string());
            return page(&admin_request, id, StatusCode::CONFLICT, Correction { password, ..Correction::default() });
        }
        Err(refusal) => return admin_request.refused(refusal),
    };
    let w = &admin_request.texts().people;
    let crumbs = [("people", admin_request.texts().admin.people.name), (id, w.this_person)];
    Ok(admin_request.tell(w.link_is_made, (w.link, &made.link), &w.link_advice(&minute(made.expires_at)), &crumbs))
}

async fn withdraw_reset_link(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let withdrawn =
        password_resets::withdraw(admin_request.page_request.server.signet(), &admin_request.access, id).await;
    admin_request.answer(withdrawn.map(|()| admin_request.redirect(&["people", id])))
}

/// The forms for the password-reset link. Administrators cannot create one for themselves.
fn reset_link(admin_request: &AdminRequest, account: &Account) -> poem::Result<Option<ResetLink>> {
    let id = account.id.as_str();
    let works_until =
        match password_resets::works_until(admin_request.page_request.server.signet(), &admin_request.access, id) {
            Ok(works_until) => works_until,
            Err(ManagementRefusal::Internal(cause)) => return Err(fault(cause)),
            Err(_) => return Ok(None),
        };
    let withdraw = || admin_request.form(&["people", id, "password-reset", "delete"]);
    let is_other = admin_request.access.subject().as_str() != id;
    Ok((is_other && account.is_active()).then(|| ResetLink {
        make: admin_request.form(&["people", id, "password-reset"]),
        pending: works_until.map(|until| (minute(until), withdraw())),
    }))
}

async fn sign_out(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let is_all = admin_request.page_request.value("grants") == Some("true");
    let extent = if is_all { Extent::Everything } else { Extent::Logins };
    let ended = sessions::end_all(admin_request.page_request.server.signet(), &admin_request.access, id, extent).await;
    admin_request.answer(ended.map(|()| admin_request.redirect(&["people", id])))
}

async fn confirm_deletion(admin_request: AdminRequest) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    deletion(&admin_request, id, StatusCode::OK, None)
}

async fn delete(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    match users::delete(admin_request.page_request.server.signet(), &admin_request.access, id).await {
        Ok(()) => Ok(admin_request.redirect(&["people"])),
        Err(refusal @ ManagementRefusal::Conflict(_)) => {
            deletion(&admin_request, id, StatusCode::CONFLICT, Some(refusal.to_string()))
        }
        Err(refusal) => admin_request.refused(refusal),
    }
}

fn deletion(
    admin_request: &AdminRequest,
    id: &str,
    status: StatusCode,
    error: Option<String>,
) -> poem::Result<Response> {
    let account = match users::show(admin_request.page_request.server.signet(), &admin_request.access, id) {
        Ok(account) => account,
        Err(refusal) => return admin_request.refused(refusal),
    };
    let w = &admin_request.texts().people;
    let username = account.username.as_str();
    let page = ConfirmPage {
        question: w.delete_question(username),
        consequence: w.deletion.to_owned(),
        error,
        answer: admin_request.texts().admin.delete.to_owned(),
        form: admin_request.form(&["people", id, "delete"]),
        crumbs: crumbs(admin_request, &[("people", admin_request.texts().admin.people.name), (id, username)]),
    };
    Ok(admin_request.page(status, page.render(admin_request.page_request.context())))
}

fn page(admin_request: &AdminRequest, id: &str, status: StatusCode, correction: Correction) -> poem::Result<Response> {
    let account = match users::show(admin_request.page_request.server.signet(), &admin_request.access, id) {
        Ok(account) => account,
        Err(ManagementRefusal::Internal(cause)) => return Err(fault(cause)),
        Err(refusal) => return admin_request.refused(refusal),
    };
    // The identifier replaces `me`, since the tokens of the forms are bound to their paths.
    let id = account.id.as_str();
    let w = &admin_request.texts().people;
    let is_self = admin_request.access.subject().as_str() == id;
    let link = |segment, name: &str| LocalLink::new(name, LocalPath::admin(&["people", id, segment]));
    let Correction { ordered, error, password } = correction;
    let password_form = || admin_request.form(&["people", id, "password"]);
    let signet = admin_request.page_request.server.signet();
    let locked_until = signet.throttle.locked_until(&account.id, signet.clock.now());
    let page = PersonPage {
        username: account.username.as_str().to_owned(),
        badges: badges(admin_request.texts(), &account),
        profile: facts(admin_request, &account),
        ordered: OrderedFields { error, ..ordered_fields(admin_request, &account, ordered) },
        password: (!is_self || password.is_some()).then(|| (password_form(), password)),
        locked: locked_until.map(|until| (minute(until), admin_request.form(&["people", id, "unlock"]))),
        reset_link: reset_link(admin_request, &account)?,
        sign_out: admin_request.form(&["people", id, "sessions"]),
        links: vec![
            link("sessions", w.sessions.title),
            link("applications", w.applications.title),
            link("grants", w.grants.title),
            audit::events_of(admin_request, "person", id),
        ],
        delete: LocalPath::admin(&["people", id, "delete"]),
        crumbs: crumbs(admin_request, &[("people", admin_request.texts().admin.people.name)]),
    };
    Ok(admin_request.page(status, page.render(admin_request.page_request.context())))
}

fn ordered_fields(
    admin_request: &AdminRequest,
    account: &Account,
    sent: Option<(AdminFields, FieldErrors)>,
) -> OrderedFields {
    let (form, errors) = sent.unwrap_or_else(|| (AdminFields::default(), FieldErrors::default()));
    let groups = form.groups.unwrap_or_else(|| account.groups.iter().map(ToOwned::to_owned).collect());
    let number = form.employee_number.or_else(|| account.employee_number.as_ref().map(|line| line.as_str().to_owned()));
    let entry = |value, field| FieldState { value, error: wrong(admin_request.texts(), &errors, field) };
    let role = form.role.map_or(account.role == Role::Administrator, |role| role == "administrator");
    OrderedFields {
        groups: entry(groups.join("\n"), "groups"),
        employee_number: entry(number.unwrap_or_default(), "employee_number"),
        is_administrator: role,
        is_disabled: form.is_disabled.unwrap_or(!account.is_active()),
        is_email_verified: form.email_verified.unwrap_or(account.email_verified),
        error: None,
        form: admin_request.form(&["people", account.id.as_str()]),
    }
}

/// The profile fields that the user has filled in.
fn facts(admin_request: &AdminRequest, account: &Account) -> Vec<Fact> {
    let (texts, issuer) = (admin_request.texts(), &admin_request.page_request.server.signet().issuer);
    let mut facts = vec![
        Fact::new(texts.people.account_number, account.id.as_str()),
        Fact::new(texts.admin.since, minute(account.created_at)),
    ];
    for (claim, value) in profile::claims(account, issuer) {
        let value = match (claim.as_str(), value) {
            ("groups" | "updated_at" | "preferred_username" | "email_verified", _) => continue,
            ("address", value) => value.get("formatted").and_then(Value::as_str).unwrap_or_default().to_owned(),
            (_, Value::Bool(is_so)) => if is_so { texts.people.yes } else { texts.people.no }.to_owned(),
            (_, Value::String(text)) => text,
            (_, value) => value.to_string(),
        };
        facts.push(Fact::new(label(texts, &claim), value));
    }
    facts
}

/// The label of a profile field, as on the user's own profile page.
fn label(texts: &'static Texts, claim: &str) -> String {
    let known = match claim {
        "phone_number_verified" => texts.people.phone_number_verified,
        "address" => texts.profile.postal_address,
        "email" => texts.form.email,
        other => texts.claim.of_profile(other).map_or(other, |text| text.label),
    };
    known.to_owned()
}
