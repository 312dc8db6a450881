//! `/admin/audit`: the security event log.

use poem::{Response, http::StatusCode};
use time::{Date, Duration, OffsetDateTime, macros::format_description};

use super::request::{AdminRequest, crumbs, guarded, minute, next};
use crate::{
    account::record::AccountId,
    audit::{EventKind, Outcome, Principal, SecurityEvent},
    endpoint::{
        events::{self, EventFilter},
        management::ManagementRefusal,
        page::{LARGEST_PAGE, Page, PageQuery},
    },
    http::{
        fault,
        page_route::{PageRoute, Routes},
    },
    oauth::client::ClientId,
    web::{
        admin::{AuditActor, AuditPage, AuditRow, EventFilterForm, LocalLink, LocalPath},
        i18n::AuditTexts,
    },
};

pub(super) fn routes() -> Routes {
    Routes::of([PageRoute::at("/admin/audit").show(guarded(show))])
}

/// The events that match the query. An invalid filter matches none, and the page says why.
async fn show(admin_request: AdminRequest) -> poem::Result<Response> {
    let page_request = &admin_request.page_request;
    let field = |name| page_request.text(name).trim().to_owned();
    let mut form = EventFilterForm {
        events: EventKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect(),
        event: field("event"),
        person: field("person"),
        application: field("application"),
        outcome: field("outcome"),
        from: field("from"),
        until: field("until"),
        error: None,
    };
    let listed = match list(&admin_request, &form).await {
        Ok(listed) => listed,
        Err(refusal @ (ManagementRefusal::Invalid(_) | ManagementRefusal::NotFound(_))) => {
            form.error = Some(refusal.to_string());
            Page { entries: Vec::new(), next_page_token: None }
        }
        Err(refusal) => return admin_request.refused(refusal),
    };
    let status = if form.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let query = [
        ("event", form.event.as_str()),
        ("person", &form.person),
        ("application", &form.application),
        ("outcome", &form.outcome),
        ("from", &form.from),
        ("until", &form.until),
    ];
    let query: Vec<_> = query.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let rows: poem::Result<Vec<_>> = listed.entries.into_iter().map(|event| row(&admin_request, event)).collect();
    let page = AuditPage {
        next: next(&LocalPath::admin(&["audit"]), &query, listed.next_page_token.as_ref()),
        events: rows?,
        crumbs: crumbs(&admin_request, &[]),
        filter: form,
    };
    Ok(admin_request.page(status, page.render(page_request.context())))
}

/// The link to the events about a user or an application.
pub(super) fn events_of(admin_request: &AdminRequest, filter: &str, name: &str) -> LocalLink {
    LocalLink::new(admin_request.texts().audit.title, LocalPath::admin(&["audit"]).with_query(&[(filter, name)]))
}

async fn list(admin_request: &AdminRequest, form: &EventFilterForm) -> Result<Page<SecurityEvent>, ManagementRefusal> {
    let account = person(admin_request, &form.person)?;
    let filled = |text: &'_ str| -> bool { !text.is_empty() };
    let from = day(&admin_request.texts().audit, &form.from)?;
    let until = day(&admin_request.texts().audit, &form.until)?.map(|day| day.saturating_add(Duration::DAY));
    let filter = EventFilter {
        kind: Some(form.event.as_str()).filter(|text| filled(text)),
        account: account.as_ref().map(|id| id.as_str()),
        client_id: Some(form.application.as_str()).filter(|text| filled(text)),
        outcome: Some(form.outcome.as_str()).filter(|text| filled(text)),
        from,
        until,
    };
    // These filters have no index, so a larger page examines more events.
    let is_sought = filter.kind.is_some() || filter.outcome.is_some();
    let request = PageQuery { limit: is_sought.then(|| LARGEST_PAGE.into()), ..admin_request.page_request() };
    events::list(admin_request.page_request.server.signet(), &admin_request.access, filter, request).await
}

/// Finds a user by username, verified e-mail address or identifier. The events of a deleted account are found by its
/// identifier.
fn person(admin_request: &AdminRequest, text: &str) -> Result<Option<AccountId>, ManagementRefusal> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(id) = AccountId::parse(text) {
        return Ok(Some(id));
    }
    let account = admin_request.page_request.server.signet().store.account_by_name(text)?;
    let unknown = ManagementRefusal::NotFound(admin_request.texts().audit.unknown_username);
    account.map(|kept| Some(kept.record.id)).ok_or(unknown)
}

fn day(w: &AuditTexts, text: &str) -> Result<Option<OffsetDateTime>, ManagementRefusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = Date::parse(text, format_description!("[year]-[month]-[day]"));
    let wrong = |_| ManagementRefusal::invalid(w.not_a_day);
    date.map(|date| Some(date.midnight().assume_utc())).map_err(wrong)
}

fn row(admin_request: &AdminRequest, event: SecurityEvent) -> poem::Result<AuditRow> {
    let SecurityEvent { at, principal, origin, details, .. } = event;
    let application = details.client_id.as_ref().map(|id| application(admin_request, id)).transpose()?;
    Ok(AuditRow {
        event: details.kind.as_str().to_owned(),
        application_name: application.as_ref().map(|link| link.text.clone()).unwrap_or_default(),
        is_refusal: details.kind.outcome() == Outcome::Failure,
        at: minute(at),
        by: match &principal {
            Principal::Account(id) => AuditActor::Known(account(admin_request, id)?),
            Principal::Client(id) => AuditActor::Known(self::application(admin_request, id)?),
            Principal::Operator => AuditActor::Operator,
            Principal::Server => AuditActor::Server,
            Principal::Anonymous => AuditActor::NoOne,
        },
        person: details.account.as_ref().map(|id| account(admin_request, id)).transpose()?,
        application,
        address: origin.address.map(|address| address.to_string()),
        device: origin.device.map(|device| device.to_string()),
        reason: details.reason.map(|reason| reason.replace('_', " ")),
        members: details.members,
        not_written: details.not_written,
        request_id: origin.request_id,
    })
}

/// The link to a user, named by identifier if the account has been deleted.
fn account(admin_request: &AdminRequest, id: &AccountId) -> poem::Result<LocalLink> {
    let account = admin_request.page_request.server.signet().store.account(id).map_err(|cause| fault(cause.into()))?;
    let name = account.map_or_else(|| id.as_str().to_owned(), |kept| kept.record.username.as_str().to_owned());
    Ok(LocalLink::new(name, LocalPath::admin(&["people", id.as_str()])))
}

fn application(admin_request: &AdminRequest, id: &ClientId) -> poem::Result<LocalLink> {
    let client = admin_request.page_request.server.signet().store.client(id).map_err(|cause| fault(cause.into()))?;
    let name = client.map_or_else(|| id.as_str().to_owned(), |kept| kept.record.metadata.client_name);
    Ok(LocalLink::new(name, LocalPath::admin(&["applications", id.as_str()])))
}
