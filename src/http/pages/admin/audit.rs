//! `/admin/audit`

use poem::{Response, http::StatusCode};
use time::{Date, Duration, OffsetDateTime, macros::format_description};

use super::{Desk, crumbs, minute, next};
use crate::{
    account::record::AccountId,
    audit::{Actor, EventKind, Outcome, SecurityEvent},
    endpoint::{
        events::{self, EventFilter},
        management::ManagementRefusal,
        page::{LARGEST_PAGE, Page, PageRequest},
    },
    http::fault,
    oauth::client::ClientId,
    web::admin::{AuditActor, AuditPage, AuditRow, EventFilterForm, LocalLink, LocalPath},
};

/// The events that the query asks for. A filter that makes no sense finds nothing, and is said to.
pub(super) async fn show(desk: &Desk) -> poem::Result<Response> {
    let visit = &desk.visit;
    let field = |name| visit.text(name).trim().to_owned();
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
    let listed = match list(desk, &form).await {
        Ok(listed) => listed,
        Err(refusal @ (ManagementRefusal::Invalid(_) | ManagementRefusal::NotFound(_))) => {
            form.error = Some(refusal.to_string());
            Page { entries: Vec::new(), next_page_token: None }
        }
        Err(refusal) => return desk.refused(refusal),
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
    let rows: poem::Result<Vec<_>> = listed.entries.into_iter().map(|event| row(desk, event)).collect();
    let page = AuditPage {
        next: next(&LocalPath::admin(&["audit"]), &query, listed.next_page_token.as_ref()),
        events: rows?,
        crumbs: crumbs(desk, &[]),
        filter: form,
    };
    Ok(desk.page(status, page.render(visit.voice())))
}

/// The link to the events about a person or an application.
pub(super) fn events_of(desk: &Desk, filter: &str, name: &str) -> LocalLink {
    LocalLink::new(desk.words().audit.title, LocalPath::admin(&["audit"]).with_query(&[(filter, name)]))
}

async fn list(desk: &Desk, form: &EventFilterForm) -> Result<Page<SecurityEvent>, ManagementRefusal> {
    let account = person(desk, &form.person)?;
    let filled = |text: &'_ str| -> bool { !text.is_empty() };
    let from = day(&form.from)?;
    let until = day(&form.until)?.map(|day| day.saturating_add(Duration::DAY));
    let filter = EventFilter {
        kind: Some(form.event.as_str()).filter(|text| filled(text)),
        account: account.as_ref().map(|id| id.as_str()),
        client_id: Some(form.application.as_str()).filter(|text| filled(text)),
        outcome: Some(form.outcome.as_str()).filter(|text| filled(text)),
        from,
        until,
    };
    // What no index finds is looked for the further, the larger the page.
    let is_sought = filter.kind.is_some() || filter.outcome.is_some();
    let request = PageRequest { limit: is_sought.then(|| LARGEST_PAGE.into()), ..desk.page_request() };
    events::list(desk.visit.server.signet(), &desk.access, filter, request).await
}

/// The person of a username, a verified e-mail address or an identifier. Of an account that is gone its events are found by its identifier.
fn person(desk: &Desk, text: &str) -> Result<Option<AccountId>, ManagementRefusal> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(id) = AccountId::parse(text) {
        return Ok(Some(id));
    }
    let account = desk.visit.server.signet().store.account_by_name(text)?;
    let unknown =
        ManagementRefusal::NotFound("nobody has this username; an account that is gone is found by its number");
    account.map(|kept| Some(kept.record.id)).ok_or(unknown)
}

fn day(text: &str) -> Result<Option<OffsetDateTime>, ManagementRefusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = Date::parse(text, format_description!("[year]-[month]-[day]"));
    let wrong = |_| ManagementRefusal::Invalid("a day is written as 2030-12-31".to_owned());
    date.map(|date| Some(date.midnight().assume_utc())).map_err(wrong)
}

fn row(desk: &Desk, event: SecurityEvent) -> poem::Result<AuditRow> {
    let SecurityEvent { at, actor, requester, occurrence, .. } = event;
    let application = occurrence.client_id.as_ref().map(|id| application(desk, id)).transpose()?;
    Ok(AuditRow {
        event: occurrence.kind.as_str().to_owned(),
        application_name: application.as_ref().map(|link| link.text.clone()).unwrap_or_default(),
        is_refusal: occurrence.kind.outcome() == Outcome::Failure,
        at: minute(at),
        by: match &actor {
            Actor::Account(id) => AuditActor::Known(account(desk, id)?),
            Actor::Client(id) => AuditActor::Known(self::application(desk, id)?),
            Actor::Operator => AuditActor::Operator,
            Actor::Server => AuditActor::Server,
            Actor::Anonymous => AuditActor::Nobody,
        },
        person: occurrence.account.as_ref().map(|id| account(desk, id)).transpose()?,
        application,
        address: requester.address.map(|address| address.to_string()),
        device: requester.device.map(|device| device.to_string()),
        reason: occurrence.reason.map(|reason| reason.replace('_', " ")),
        members: occurrence.members,
        not_written: occurrence.not_written,
        request_id: requester.request_id,
    })
}

/// A person by name; one who is gone by what is left of them.
fn account(desk: &Desk, id: &AccountId) -> poem::Result<LocalLink> {
    let account = desk.visit.server.signet().store.account(id).map_err(|cause| fault(cause.into()))?;
    let name = account.map_or_else(|| id.as_str().to_owned(), |kept| kept.record.username.as_str().to_owned());
    Ok(LocalLink::new(name, LocalPath::admin(&["people", id.as_str()])))
}

fn application(desk: &Desk, id: &ClientId) -> poem::Result<LocalLink> {
    let client = desk.visit.server.signet().store.client(id).map_err(|cause| fault(cause.into()))?;
    let name = client.map_or_else(|| id.as_str().to_owned(), |kept| kept.record.metadata.client_name);
    Ok(LocalLink::new(name, LocalPath::admin(&["applications", id.as_str()])))
}
