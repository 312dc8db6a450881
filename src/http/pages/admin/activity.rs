//! `/admin/sessions` and `/admin/grants`: of all people, the newest first.

use poem::{Response, http::StatusCode};

use super::{Desk, crumbs, minute, next};
use crate::{
    endpoint::{
        activity::{self, GrantFilter, SomebodysSession},
        clients::management as clients,
        management::ManagementRefusal,
        sessions as own_sessions, users,
    },
    http::fault,
    oauth::{client::ClientId, grant::Grant},
    web::{
        Fact,
        admin::{ListPage, LocalPath, Row, RowAction, Search},
        words::ListWords,
    },
};

/// All sessions, or those of the person `q`.
pub(super) fn sessions(desk: &Desk) -> poem::Result<Response> {
    let text = desk.visit.text("q").trim().to_owned();
    let searched = Some(text.as_str()).filter(|text| !text.is_empty());
    let listed = activity::sessions(desk.visit.server.signet(), &desk.access, searched, desk.page_request());
    let w = &desk.words().activity;
    desk.answer(listed.map(|listed| {
        let row = |one: &SomebodysSession| {
            let (id, sid) = (one.account.id.as_str(), one.session.sid.as_str());
            Row {
                title: one.account.username.as_str().to_owned(),
                path: Some(LocalPath::admin(&["people", id])),
                badges: (desk.access.sid() == Some(sid))
                    .then(|| desk.words().people.this_one.to_owned())
                    .into_iter()
                    .collect(),
                facts: vec![
                    Fact::new(w.browser, one.session.user_agent.to_string()),
                    Fact::new(w.signed_in, minute(one.session.authenticated_at)),
                    Fact::new(desk.words().people.last_used, minute(one.session.last_used_at)),
                ],
                action: Some(end(desk, &["sessions", id, sid])),
            }
        };
        let rows = listed.entries.iter().map(row).collect();
        let search = Search {
            action: LocalPath::admin(&["sessions"]),
            label: w.username.to_owned(),
            text: text.clone(),
            kinds: Vec::new(),
            kind: "",
        };
        list(desk, &w.sessions, search, (rows, listed.next_page_token.as_ref()))
    }))
}

/// All grants, or those of the person or the application `q`.
pub(super) fn grants(desk: &Desk) -> poem::Result<Response> {
    let text = desk.visit.text("q").trim().to_owned();
    let by = if desk.visit.value("by") == Some("application") { "application" } else { "person" };
    let filter = match (text.as_str(), by) {
        ("", _) => GrantFilter::All,
        (text, "application") => GrantFilter::Application(text),
        (text, _) => GrantFilter::Person(text),
    };
    let listed = match activity::grants(desk.visit.server.signet(), &desk.access, filter, desk.page_request()) {
        Ok(listed) => listed,
        Err(refusal) => return desk.refused(refusal),
    };
    let w = &desk.words().activity;
    let rows = listed.entries.iter().map(|grant| grant_row(desk, grant)).collect::<poem::Result<Vec<_>>>()?;
    let search = Search {
        action: LocalPath::admin(&["grants"]),
        label: w.username_or_client_id.to_owned(),
        text,
        kinds: vec![("person", w.person), ("application", w.application)],
        kind: by,
    };
    Ok(list(desk, &w.grants, search, (rows, listed.next_page_token.as_ref())))
}

/// Ends the session `sid` of the person `id`.
pub(super) async fn end_session(desk: &Desk, id: &str, sid: &str) -> poem::Result<Response> {
    let ended = own_sessions::end(desk.visit.server.signet(), &desk.access, id, sid).await;
    desk.answer(ended.map(|()| desk.redirect(&["sessions"])))
}

/// Ends the grant of whomever it is.
pub(super) async fn end_grant(desk: &Desk, id: &str) -> poem::Result<Response> {
    let ended = activity::end_grant(desk.visit.server.signet(), &desk.access, id).await;
    desk.answer(ended.map(|()| desk.redirect(&["grants"])))
}

fn grant_row(desk: &Desk, grant: &Grant) -> poem::Result<Row> {
    let w = &desk.words().activity;
    let (subject, id) = (grant.subject.as_str(), grant.id.as_str());
    let person = grant.subject.is_person().then(|| username(desk, subject)).transpose()?;
    Ok(Row {
        title: application(desk, &grant.client_id)?,
        path: Some(LocalPath::admin(&["applications", grant.client_id.as_str()])),
        badges: (!grant.is_live()).then(|| desk.words().people.ended.to_owned()).into_iter().collect(),
        facts: vec![
            Fact::new(w.whose, person.unwrap_or_else(|| w.itself.to_owned())),
            Fact::new(desk.words().people.may, grant.scope.to_string()),
            Fact::new(desk.words().admin.since, minute(grant.created_at)),
        ],
        action: grant.is_live().then(|| end(desk, &["grants", id, "delete"])),
    })
}

/// The name of an application; one that is gone is named by what is left of it.
fn application(desk: &Desk, client_id: &ClientId) -> poem::Result<String> {
    match clients::show(desk.visit.server.signet(), &desk.access, client_id.as_str()) {
        Ok(client) => Ok(client.metadata.client_name),
        Err(ManagementRefusal::Fault(cause)) => Err(fault(cause)),
        Err(_) => Ok(client_id.as_str().to_owned()),
    }
}

fn username(desk: &Desk, id: &str) -> poem::Result<String> {
    match users::show(desk.visit.server.signet(), &desk.access, id) {
        Ok(account) => Ok(account.username.as_str().to_owned()),
        Err(ManagementRefusal::Fault(cause)) => Err(fault(cause)),
        Err(_) => Ok(id.to_owned()),
    }
}

fn end(desk: &Desk, segments: &[&str]) -> RowAction {
    RowAction { text: desk.words().admin.end.to_owned(), form: desk.form(segments) }
}

fn list(desk: &Desk, words: &ListWords, search: Search, (rows, page_token): (Vec<Row>, Option<&String>)) -> Response {
    let by = ("by", search.kind);
    let query = [("q", search.text.as_str()), by];
    let query: Vec<(&str, &str)> = query.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let page = ListPage {
        title: words.title.to_owned(),
        crumbs: crumbs(desk, &[]),
        about: Some(words.about.to_owned()),
        next: next(&search.action, &query, page_token),
        search: Some(search.clone()),
        links: Vec::new(),
        actions: Vec::new(),
        rows,
    };
    desk.page(StatusCode::OK, page.render(desk.visit.voice()))
}
