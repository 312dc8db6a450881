//! `/account/data`: export of the user's data.

use poem::{
    Response,
    http::{StatusCode, header},
};
use serde_json::{Map, Value, json};

use super::{bad_request, current, is_busy, messages::wrong, own, refused, sign_in_first, wait, waiting};
use crate::{
    endpoint::{
        connections::{applications, grants},
        management::ManagementRefusal,
        page::{LARGEST_PAGE, Page, PageQuery},
        password_change::PasswordSource,
        refresh_schedules,
        session::CurrentSession,
        sessions,
        users::delete_own,
    },
    http::{
        client_schema::client_json,
        connection_schema::{ConnectedBody, GrantBody},
        csrf::{CsrfChecked, FormAction},
        documented::to_value,
        edge::no_store,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
        schedules_api::ScheduleBody,
        sessions_api::SessionBody,
        user_schema::UserBody,
    },
    secret::Secret,
    web::OwnDataPage,
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at(PATH).show(show).submit(ACTION, submit), PageRoute::at("/account/data/copy").show(copy)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    Ok(page_request.page(StatusCode::OK, page(&page_request, &current).render(page_request.context())))
}

async fn copy(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    let known = match known(&page_request, &current) {
        Ok(known) => known,
        Err(refusal) => return refused(&page_request, refusal),
    };
    let answer = Response::builder()
        .header(header::CONTENT_DISPOSITION, "attachment; filename=\"account.json\"")
        .content_type("application/json")
        .body(format!("{known:#}"));
    Ok(no_store(answer))
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    if page_request.value("decision") != Some("delete") {
        return Err(bad_request());
    }
    let password = Secret::new(page_request.text("password"));
    let source = PasswordSource { address: page_request.address, device: page_request.browser.device.as_ref() };
    let refusal = match delete_own(page_request.server.signet(), &own(&current), password, source).await {
        Ok(()) => return Ok(page_request.signed_out(page_request.redirect("/logout/done"))),
        Err(refusal) => refusal,
    };
    let shown = |status, password_error, error| {
        let page = OwnDataPage { password_error, error, ..page(&page_request, &current) };
        page_request.page(status, page.render(page_request.context()))
    };
    Ok(match refusal {
        ManagementRefusal::Fields(errors) => {
            shown(StatusCode::UNPROCESSABLE_ENTITY, wrong(page_request.texts, &errors, "current_password"), None)
        }
        ManagementRefusal::Conflict(reason) => shown(StatusCode::CONFLICT, None, Some(reason.to_owned())),
        ManagementRefusal::TooOften(seconds) => {
            let error = page_request.texts.form.wait(waiting(seconds));
            wait(shown(StatusCode::TOO_MANY_REQUESTS, None, Some(error)), seconds)
        }
        ManagementRefusal::Internal(cause) if is_busy(&cause) => {
            let error = page_request.texts.form.busy.to_owned();
            wait(shown(StatusCode::SERVICE_UNAVAILABLE, None, Some(error)), 2)
        }
        refusal => return refused(&page_request, refusal),
    })
}

fn page(page_request: &PageRequest, current: &CurrentSession) -> OwnDataPage {
    OwnDataPage {
        username: current.account.username.as_str().to_owned(),
        anti_forgery: ACTION.token(page_request, None),
        ..OwnDataPage::default()
    }
}

/// All data about the user, in the format of the management API.
fn known(page_request: &PageRequest, current: &CurrentSession) -> Result<Value, ManagementRefusal> {
    let (signet, access) = (page_request.server.signet(), own(current));
    let schedule = |client_id: Option<&str>| match refresh_schedules::show(signet, &access, ("me", client_id)) {
        Ok(shown) => Ok(to_value(&ScheduleBody::from(&shown.schedule))),
        Err(ManagementRefusal::NotFound(_)) => Ok(Value::Null),
        Err(refusal) => Err(refusal),
    };
    let connected = applications(signet, &access, "me")?;
    let mut schedules = Map::new();
    for one in &connected {
        schedules.insert(one.client_id.as_str().to_owned(), schedule(Some(one.client_id.as_str()))?);
    }
    schedules.retain(|_, schedule| !schedule.is_null());
    let clients = signet.store.clients_of(&current.subject(), None, LARGEST_PAGE)?;
    Ok(json!({
        "user": to_value(&UserBody::of(&current.account, &signet.issuer)),
        "sessions": every(|request| sessions::list(signet, &access, "me", request), |listed| to_value(&SessionBody::from(listed)))?,
        "applications": connected.iter().map(|one| to_value(&ConnectedBody::from(one))).collect::<Vec<_>>(),
        "grants": every(|request| grants(signet, &access, "me", request), |grant| to_value(&GrantBody::from(grant)))?,
        "refresh_schedule": schedule(None)?,
        "application_refresh_schedules": schedules,
        "clients": clients.iter().map(|client| client_json(signet, client)).collect::<Vec<_>>(),
    }))
}

/// The entries of all pages of a list, up to a limit on the work of one request.
fn every<T>(
    list: impl Fn(PageQuery<'_>) -> Result<Page<T>, ManagementRefusal>,
    entry: impl Fn(&T) -> Value,
) -> Result<Vec<Value>, ManagementRefusal> {
    let (mut entries, mut next) = (Vec::new(), None::<String>);
    for _ in 0..MOST_PAGES {
        let page = list(PageQuery { limit: Some(LARGEST_PAGE.into()), page_token: next.as_deref() })?;
        entries.extend(page.entries.iter().map(&entry));
        next = page.next_page_token;
        if next.is_none() {
            break;
        }
    }
    Ok(entries)
}

const ACTION: FormAction = FormAction::named("data");
const PATH: &str = "/account/data";
const MOST_PAGES: usize = 20;
