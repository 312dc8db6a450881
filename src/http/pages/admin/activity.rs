//! `/admin/sessions` and `/admin/grants`: sessions and grants of all users, newest first.

use poem::{Response, http::StatusCode};

use super::request::{AdminRequest, crumbs, guarded, guarded_form, minute, next};
use crate::{
    endpoint::{
        activity::{self, GrantFilter, OwnedSession},
        clients::management as clients,
        management::ManagementRefusal,
        sessions as own_sessions, users,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        fault,
        page_route::{PageRoute, Routes},
    },
    oauth::{client::ClientId, grant::Grant},
    web::{
        Fact,
        admin::{ListPage, ListRow, LocalPath, RowAction, Search},
        i18n::ListTexts,
    },
};

pub(super) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/admin/sessions").show(guarded(sessions)),
        PageRoute::at("/admin/sessions/:id/:sid")
            .submit(FormAction::PATH, guarded_form(end_session))
            .on("/admin/sessions"),
        PageRoute::at("/admin/grants").show(guarded(grants)),
        PageRoute::at("/admin/grants/:id/delete").submit(FormAction::PATH, guarded_form(end_grant)).on("/admin/grants"),
    ])
}

/// All sessions, or those of the user named by `q`.
async fn sessions(admin_request: AdminRequest) -> poem::Result<Response> {
    let text = admin_request.page_request.text("q").trim().to_owned();
    let searched = Some(text.as_str()).filter(|text| !text.is_empty());
    let listed = activity::sessions(
        admin_request.page_request.server.signet(),
        &admin_request.access,
        searched,
        admin_request.page_request(),
    );
    let w = &admin_request.texts().activity;
    admin_request.answer(listed.map(|listed| {
        let row = |one: &OwnedSession| {
            let (id, sid) = (one.account.id.as_str(), one.session.sid.as_str());
            ListRow {
                title: one.account.username.as_str().to_owned(),
                path: Some(LocalPath::admin(&["people", id])),
                badges: (admin_request.access.sid() == Some(sid))
                    .then(|| admin_request.texts().people.this_one.to_owned())
                    .into_iter()
                    .collect(),
                facts: vec![
                    Fact::new(w.browser, one.session.user_agent.to_string()),
                    Fact::new(w.signed_in, minute(one.session.authenticated_at)),
                    Fact::new(admin_request.texts().people.last_used, minute(one.session.last_used_at)),
                ],
                action: Some(end(&admin_request, &["sessions", id, sid])),
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
        list(&admin_request, &w.sessions, search, (rows, listed.next_page_token.as_ref()))
    }))
}

/// All grants, or those of the user or application named by `q`.
async fn grants(admin_request: AdminRequest) -> poem::Result<Response> {
    let text = admin_request.page_request.text("q").trim().to_owned();
    let by = if admin_request.page_request.value("by") == Some("application") { "application" } else { "person" };
    let filter = match (text.as_str(), by) {
        ("", _) => GrantFilter::All,
        (text, "application") => GrantFilter::Application(text),
        (text, _) => GrantFilter::Person(text),
    };
    let listed = match activity::grants(
        admin_request.page_request.server.signet(),
        &admin_request.access,
        filter,
        admin_request.page_request(),
    ) {
        Ok(listed) => listed,
        Err(refusal) => return admin_request.refused(refusal),
    };
    let w = &admin_request.texts().activity;
    let rows = listed.entries.iter().map(|grant| grant_row(&admin_request, grant)).collect::<poem::Result<Vec<_>>>()?;
    let search = Search {
        action: LocalPath::admin(&["grants"]),
        label: w.username_or_client_id.to_owned(),
        text,
        kinds: vec![("person", w.person), ("application", w.application)],
        kind: by,
    };
    Ok(list(&admin_request, &w.grants, search, (rows, listed.next_page_token.as_ref())))
}

/// Ends the session `sid` of the user `id`.
async fn end_session(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let (id, sid) = (admin_request.path_value("id"), admin_request.path_value("sid"));
    let ended = own_sessions::end(admin_request.page_request.server.signet(), &admin_request.access, id, sid).await;
    admin_request.answer(ended.map(|()| admin_request.redirect(&["sessions"])))
}

/// Ends the grant `id`, whichever user it belongs to.
async fn end_grant(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let ended = activity::end_grant(admin_request.page_request.server.signet(), &admin_request.access, id).await;
    admin_request.answer(ended.map(|()| admin_request.redirect(&["grants"])))
}

fn grant_row(admin_request: &AdminRequest, grant: &Grant) -> poem::Result<ListRow> {
    let w = &admin_request.texts().activity;
    let (subject, id) = (grant.subject.as_str(), grant.id.as_str());
    let person = grant.subject.is_person().then(|| username(admin_request, subject)).transpose()?;
    Ok(ListRow {
        title: application(admin_request, &grant.client_id)?,
        path: Some(LocalPath::admin(&["applications", grant.client_id.as_str()])),
        badges: (!grant.is_live()).then(|| admin_request.texts().people.ended.to_owned()).into_iter().collect(),
        facts: vec![
            Fact::new(w.whose, person.unwrap_or_else(|| w.itself.to_owned())),
            Fact::new(admin_request.texts().people.may, grant.scope.to_string()),
            Fact::new(admin_request.texts().admin.since, minute(grant.created_at)),
        ],
        action: grant.is_live().then(|| end(admin_request, &["grants", id, "delete"])),
    })
}

/// The name of an application, or its identifier if it has been deleted.
fn application(admin_request: &AdminRequest, client_id: &ClientId) -> poem::Result<String> {
    match clients::show(admin_request.page_request.server.signet(), &admin_request.access, client_id.as_str()) {
        Ok(client) => Ok(client.metadata.client_name),
        Err(ManagementRefusal::Internal(cause)) => Err(fault(cause)),
        Err(_) => Ok(client_id.as_str().to_owned()),
    }
}

fn username(admin_request: &AdminRequest, id: &str) -> poem::Result<String> {
    match users::show(admin_request.page_request.server.signet(), &admin_request.access, id) {
        Ok(account) => Ok(account.username.as_str().to_owned()),
        Err(ManagementRefusal::Internal(cause)) => Err(fault(cause)),
        Err(_) => Ok(id.to_owned()),
    }
}

fn end(admin_request: &AdminRequest, segments: &[&str]) -> RowAction {
    RowAction { text: admin_request.texts().admin.end.to_owned(), form: admin_request.form(segments) }
}

fn list(
    admin_request: &AdminRequest,
    texts: &ListTexts,
    search: Search,
    (rows, page_token): (Vec<ListRow>, Option<&String>),
) -> Response {
    let by = ("by", search.kind);
    let query = [("q", search.text.as_str()), by];
    let query: Vec<(&str, &str)> = query.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let page = ListPage {
        title: texts.title.to_owned(),
        crumbs: crumbs(admin_request, &[]),
        about: Some(texts.about.to_owned()),
        next: next(&search.action, &query, page_token),
        search: Some(search.clone()),
        links: Vec::new(),
        actions: Vec::new(),
        rows,
    };
    admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context()))
}
