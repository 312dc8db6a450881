//! `/admin/people/{id}`, and what hangs on it.

use poem::{Response, http::StatusCode};
use serde_json::Value;

use super::{super::wording::wrong, Desk, audit, crumbs, lines, minute, next, people::badges};
use crate::{
    account::record::{Account, Role},
    endpoint::{
        connections,
        management::ManagementRefusal,
        new_account::{FieldErrors, OrderedForm},
        password_change::{PasswordChange, PasswordSource, change_password},
        password_resets, profile,
        session_end::Extent,
        sessions, users,
    },
    http::fault,
    oauth::grant::Grant,
    secret::Secret,
    web::{
        Entry, Fact,
        admin::{ConfirmPage, ListPage, LocalLink, LocalPath, OrderedFields, PersonPage, ResetLink, Row, RowAction},
        words::{ListWords, Words},
    },
};

/// What of the page was sent and has to be corrected.
#[derive(Default)]
struct Correction {
    /// What was ordered.
    ordered: Option<(OrderedForm, FieldErrors)>,
    /// Why it cannot be.
    error: Option<String>,
    /// What is wrong with the password.
    password: Option<String>,
}

pub(super) fn show(desk: &Desk, id: &str) -> poem::Result<Response> {
    page(desk, id, StatusCode::OK, Correction::default())
}

pub(super) async fn order(desk: &Desk, id: &str) -> poem::Result<Response> {
    let visit = &desk.visit;
    let is_checked = |name| visit.value(name) == Some("true");
    let form = OrderedForm {
        employee_number: Some(visit.text("employee_number")),
        email_verified: Some(is_checked("email_verified")),
        groups: Some(lines(&visit.text("groups"))),
        role: Some(if is_checked("administrator") { "administrator" } else { "person" }.to_owned()),
        is_disabled: Some(is_checked("disabled")),
        ..OrderedForm::default()
    };
    match users::order(visit.server.signet(), &desk.access, id, &form).await {
        Ok(_) => Ok(desk.redirect(&["people", id])),
        Err(ManagementRefusal::Fields(errors)) => {
            let correction = Correction { ordered: Some((form, errors)), ..Correction::default() };
            page(desk, id, StatusCode::UNPROCESSABLE_ENTITY, correction)
        }
        Err(refusal @ ManagementRefusal::Conflict(_)) => {
            let ordered = Some((form, FieldErrors::default()));
            let correction = Correction { ordered, error: Some(refusal.to_string()), password: None };
            page(desk, id, StatusCode::CONFLICT, correction)
        }
        Err(refusal) => desk.refused(refusal),
    }
}

pub(super) async fn set_password(desk: &Desk, id: &str) -> poem::Result<Response> {
    let change = PasswordChange {
        current_password: None,
        new_password: Secret::new(desk.visit.text("new_password")),
        source: PasswordSource { address: desk.visit.address, device: desk.visit.browser.device.as_ref() },
    };
    match change_password(desk.visit.server.signet(), &desk.access, id, &change).await {
        Ok(_) => Ok(desk.redirect(&["people", id])),
        Err(ManagementRefusal::Fields(errors)) => {
            let field = errors.iter().map(|(field, _)| field).next().unwrap_or_default();
            let password = wrong(desk.words(), &errors, field);
            page(desk, id, StatusCode::UNPROCESSABLE_ENTITY, Correction { password, ..Correction::default() })
        }
        Err(refusal) => desk.refused(refusal),
    }
}

pub(super) async fn unlock(desk: &Desk, id: &str) -> poem::Result<Response> {
    let unlocked = users::unlock(desk.visit.server.signet(), &desk.access, id).await;
    desk.answer(unlocked.map(|()| desk.redirect(&["people", id])))
}

pub(super) async fn make_reset_link(desk: &Desk, id: &str) -> poem::Result<Response> {
    let signet = desk.visit.server.signet();
    let made = match password_resets::create(signet, &desk.access, id).await {
        Ok(made) => made,
        Err(refusal @ ManagementRefusal::Conflict(_)) => {
            let password = Some(refusal.to_string());
            return page(desk, id, StatusCode::CONFLICT, Correction { password, ..Correction::default() });
        }
        Err(refusal) => return desk.refused(refusal),
    };
    let w = &desk.words().people;
    let crumbs = [("people", desk.words().admin.people.name), (id, w.this_person)];
    Ok(desk.tell(w.link_is_made, (w.link, &made.link), &w.link_advice(&minute(made.expires_at)), &crumbs))
}

pub(super) async fn withdraw_reset_link(desk: &Desk, id: &str) -> poem::Result<Response> {
    let withdrawn = password_resets::withdraw(desk.visit.server.signet(), &desk.access, id).await;
    desk.answer(withdrawn.map(|()| desk.redirect(&["people", id])))
}

/// The forms about the link with which the person sets a password; nobody makes one for themselves.
fn reset_link(desk: &Desk, account: &Account) -> poem::Result<Option<ResetLink>> {
    let id = account.id.as_str();
    let works_until = match password_resets::works_until(desk.visit.server.signet(), &desk.access, id) {
        Ok(works_until) => works_until,
        Err(ManagementRefusal::Fault(cause)) => return Err(fault(cause)),
        Err(_) => return Ok(None),
    };
    let withdraw = || desk.form(&["people", id, "password-reset", "delete"]);
    let is_other = desk.access.subject().as_str() != id;
    Ok((is_other && account.is_active()).then(|| ResetLink {
        make: desk.form(&["people", id, "password-reset"]),
        pending: works_until.map(|until| (minute(until), withdraw())),
    }))
}

pub(super) async fn sign_out(desk: &Desk, id: &str) -> poem::Result<Response> {
    let is_all = desk.visit.value("grants") == Some("true");
    let extent = if is_all { Extent::Everything } else { Extent::Logins };
    let ended = sessions::end_all(desk.visit.server.signet(), &desk.access, id, extent).await;
    desk.answer(ended.map(|()| desk.redirect(&["people", id])))
}

pub(super) fn confirm_deletion(desk: &Desk, id: &str) -> poem::Result<Response> {
    deletion(desk, id, StatusCode::OK, None)
}

pub(super) async fn delete(desk: &Desk, id: &str) -> poem::Result<Response> {
    match users::delete(desk.visit.server.signet(), &desk.access, id).await {
        Ok(()) => Ok(desk.redirect(&["people"])),
        Err(refusal @ ManagementRefusal::Conflict(_)) => {
            deletion(desk, id, StatusCode::CONFLICT, Some(refusal.to_string()))
        }
        Err(refusal) => desk.refused(refusal),
    }
}

pub(super) async fn end_session(desk: &Desk, id: &str, sid: &str) -> poem::Result<Response> {
    let ended = sessions::end(desk.visit.server.signet(), &desk.access, id, sid).await;
    desk.answer(ended.map(|()| desk.redirect(&["people", id, "sessions"])))
}

pub(super) async fn end_grant(desk: &Desk, id: &str, grant: &str) -> poem::Result<Response> {
    let ended = connections::end_grant(desk.visit.server.signet(), &desk.access, id, grant).await;
    desk.answer(ended.map(|()| desk.redirect(&["people", id, "grants"])))
}

pub(super) async fn disconnect(desk: &Desk, id: &str, client_id: &str) -> poem::Result<Response> {
    let ended = connections::disconnect(desk.visit.server.signet(), &desk.access, id, client_id).await;
    desk.answer(ended.map(|()| desk.redirect(&["people", id, "applications"])))
}

pub(super) fn sessions(desk: &Desk, id: &str) -> poem::Result<Response> {
    let listed = sessions::list(desk.visit.server.signet(), &desk.access, id, desk.page_request());
    let (words, w) = (desk.words(), &desk.words().people);
    desk.answer(listed.map(|listed| {
        let row = |listed: &sessions::ListedSession| Row {
            title: listed.session.user_agent.to_string(),
            badges: listed.is_current.then(|| w.this_one.to_owned()).into_iter().collect(),
            facts: vec![
                Fact::new(words.admin.since, minute(listed.session.created_at)),
                Fact::new(w.last_used, minute(listed.session.last_used_at)),
                Fact::new(w.ends_unless_used, minute(listed.expires_at)),
            ],
            action: Some(end(desk, &["people", id, "sessions", listed.session.sid.as_str()])),
            path: None,
        };
        let rows = listed.entries.iter().map(row).collect();
        list(desk, (id, "sessions"), w.sessions, rows, listed.next_page_token.as_ref())
    }))
}

pub(super) fn applications(desk: &Desk, id: &str) -> poem::Result<Response> {
    let connected = connections::applications(desk.visit.server.signet(), &desk.access, id);
    let (words, w) = (desk.words(), &desk.words().people);
    desk.answer(connected.map(|connected| {
        let row = |one: &connections::ConnectedApplication| Row {
            title: one.client_name.clone().unwrap_or_else(|| one.client_id.as_str().to_owned()),
            path: Some(LocalPath::admin(&["applications", one.client_id.as_str()])),
            facts: vec![Fact::new(w.may, one.scope.to_string()), Fact::new(words.admin.since, minute(one.since))],
            action: Some(end(desk, &["people", id, "applications", one.client_id.as_str()])),
            badges: Vec::new(),
        };
        let rows = connected.iter().map(row).collect();
        list(desk, (id, "applications"), w.applications, rows, None)
    }))
}

pub(super) fn grants(desk: &Desk, id: &str) -> poem::Result<Response> {
    let grants = connections::grants(desk.visit.server.signet(), &desk.access, id, desk.page_request());
    let (words, w) = (desk.words(), &desk.words().people);
    desk.answer(grants.map(|grants| {
        let row = |grant: &Grant| Row {
            title: grant.client_id.as_str().to_owned(),
            path: Some(LocalPath::admin(&["applications", grant.client_id.as_str()])),
            badges: (!grant.is_live()).then(|| w.ended.to_owned()).into_iter().collect(),
            facts: vec![
                Fact::new(w.may, grant.scope.to_string()),
                Fact::new(words.admin.since, minute(grant.created_at)),
            ],
            action: grant.is_live().then(|| end(desk, &["people", id, "grants", grant.id.as_str()])),
        };
        let rows = grants.entries.iter().map(row).collect();
        list(desk, (id, "grants"), w.grants, rows, grants.next_page_token.as_ref())
    }))
}

fn end(desk: &Desk, segments: &[&str]) -> RowAction {
    RowAction { text: desk.words().admin.end.to_owned(), form: desk.form(segments) }
}

/// A list of what the person `id` has, at the segment after it.
fn list(
    desk: &Desk,
    (id, segment): (&str, &str),
    w: ListWords,
    rows: Vec<Row>,
    page_token: Option<&String>,
) -> Response {
    let page = ListPage {
        title: w.title.to_owned(),
        crumbs: crumbs(desk, &[("people", desk.words().admin.people.name), (id, desk.words().people.this_person)]),
        about: Some(w.about.to_owned()),
        search: None,
        links: Vec::new(),
        actions: Vec::new(),
        rows,
        next: next(&LocalPath::admin(&["people", id, segment]), &[], page_token),
    };
    desk.page(StatusCode::OK, page.render(desk.visit.voice()))
}

fn deletion(desk: &Desk, id: &str, status: StatusCode, error: Option<String>) -> poem::Result<Response> {
    let account = match users::show(desk.visit.server.signet(), &desk.access, id) {
        Ok(account) => account,
        Err(refusal) => return desk.refused(refusal),
    };
    let w = &desk.words().people;
    let username = account.username.as_str();
    let page = ConfirmPage {
        question: w.delete_question(username),
        consequence: w.deletion.to_owned(),
        error,
        answer: desk.words().admin.delete.to_owned(),
        form: desk.form(&["people", id, "delete"]),
        crumbs: crumbs(desk, &[("people", desk.words().admin.people.name), (id, username)]),
    };
    Ok(desk.page(status, page.render(desk.visit.voice())))
}

fn page(desk: &Desk, id: &str, status: StatusCode, correction: Correction) -> poem::Result<Response> {
    let account = match users::show(desk.visit.server.signet(), &desk.access, id) {
        Ok(account) => account,
        Err(ManagementRefusal::Fault(cause)) => return Err(fault(cause)),
        Err(refusal) => return desk.refused(refusal),
    };
    // `me` is spelled out, so that the tokens of the forms hold for their addresses.
    let id = account.id.as_str();
    let w = &desk.words().people;
    let is_self = desk.access.subject().as_str() == id;
    let link = |segment, name: &str| LocalLink::new(name, LocalPath::admin(&["people", id, segment]));
    let Correction { ordered, error, password } = correction;
    let password_form = || desk.form(&["people", id, "password"]);
    let signet = desk.visit.server.signet();
    let locked_until = signet.throttle.locked_until(&account.id, signet.clock.now());
    let page = PersonPage {
        username: account.username.as_str().to_owned(),
        badges: badges(desk.words(), &account),
        profile: facts(desk, &account),
        ordered: OrderedFields { error, ..ordered_fields(desk, &account, ordered) },
        password: (!is_self || password.is_some()).then(|| (password_form(), password)),
        locked: locked_until.map(|until| (minute(until), desk.form(&["people", id, "unlock"]))),
        reset_link: reset_link(desk, &account)?,
        sign_out: desk.form(&["people", id, "sessions"]),
        links: vec![
            link("sessions", w.sessions.title),
            link("applications", w.applications.title),
            link("grants", w.grants.title),
            audit::events_of(desk, "person", id),
        ],
        delete: LocalPath::admin(&["people", id, "delete"]),
        crumbs: crumbs(desk, &[("people", desk.words().admin.people.name)]),
    };
    Ok(desk.page(status, page.render(desk.visit.voice())))
}

fn ordered_fields(desk: &Desk, account: &Account, sent: Option<(OrderedForm, FieldErrors)>) -> OrderedFields {
    let (form, errors) = sent.unwrap_or_else(|| (OrderedForm::default(), FieldErrors::default()));
    let groups = form.groups.unwrap_or_else(|| account.groups.iter().map(ToOwned::to_owned).collect());
    let number = form.employee_number.or_else(|| account.employee_number.as_ref().map(|line| line.as_str().to_owned()));
    let entry = |value, field| Entry { value, error: wrong(desk.words(), &errors, field) };
    let role = form.role.map_or(account.role == Role::Administrator, |role| role == "administrator");
    OrderedFields {
        groups: entry(groups.join("\n"), "groups"),
        employee_number: entry(number.unwrap_or_default(), "employee_number"),
        is_administrator: role,
        is_disabled: form.is_disabled.unwrap_or(!account.is_active()),
        is_email_verified: form.email_verified.unwrap_or(account.email_verified),
        error: None,
        form: desk.form(&["people", account.id.as_str()]),
    }
}

/// What a person entered.
fn facts(desk: &Desk, account: &Account) -> Vec<Fact> {
    let (words, issuer) = (desk.words(), &desk.visit.server.signet().issuer);
    let mut facts = vec![
        Fact::new(words.people.account_number, account.id.as_str()),
        Fact::new(words.admin.since, minute(account.created_at)),
    ];
    for (claim, value) in profile::claims(account, issuer) {
        let value = match (claim.as_str(), value) {
            ("groups" | "updated_at" | "preferred_username" | "email_verified", _) => continue,
            ("address", value) => value.get("formatted").and_then(Value::as_str).unwrap_or_default().to_owned(),
            (_, Value::Bool(is_so)) => if is_so { words.people.yes } else { words.people.no }.to_owned(),
            (_, Value::String(text)) => text,
            (_, value) => value.to_string(),
        };
        facts.push(Fact::new(label(words, &claim), value));
    }
    facts
}

/// The words that the person reads beside what they entered.
fn label(words: &'static Words, claim: &str) -> String {
    let w = &words.profile;
    let known = match claim {
        "name" => w.name,
        "given_name" => w.given_name,
        "middle_name" => w.middle_name,
        "family_name" => w.family_name,
        "nickname" => w.nickname,
        "birthdate" => w.birthdate,
        "gender" => w.gender,
        "phone_number" => w.phone_number,
        "phone_number_verified" => words.people.phone_number_verified,
        "profile" => w.profile_page,
        "website" => w.website,
        "picture" => w.picture,
        "zoneinfo" => w.zoneinfo,
        "locale" => w.locale,
        "address" => w.postal_address,
        "email" => words.form.email,
        "employee_number" => words.people.employee_number,
        other => other,
    };
    known.to_owned()
}
