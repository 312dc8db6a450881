//! `/admin/people/{id}/sessions`, `/applications` and `/grants`: the sessions, connected applications and grants of a
//! user.

use poem::{Response, http::StatusCode};

use super::request::{AdminRequest, crumbs, guarded, guarded_form, minute, next};
use crate::{
    endpoint::{connections, sessions},
    http::{
        csrf::{CsrfChecked, FormAction},
        page_route::{PageRoute, Routes},
    },
    oauth::grant::Grant,
    web::{
        Fact,
        admin::{ListPage, ListRow, LocalPath, RowAction},
        i18n::ListTexts,
    },
};

pub(super) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/admin/people/:id/sessions/:sid")
            .submit(FormAction::PATH, guarded_form(end_session))
            .on("/admin/people/:id/sessions"),
        PageRoute::at("/admin/people/:id/applications").show(guarded(applications)),
        PageRoute::at("/admin/people/:id/applications/:client_id")
            .submit(FormAction::PATH, guarded_form(disconnect))
            .on("/admin/people/:id/applications"),
        PageRoute::at("/admin/people/:id/grants").show(guarded(grants)),
        PageRoute::at("/admin/people/:id/grants/:grant")
            .submit(FormAction::PATH, guarded_form(end_grant))
            .on("/admin/people/:id/grants"),
    ])
}

async fn end_session(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let (id, sid) = (admin_request.path_value("id"), admin_request.path_value("sid"));
    let ended = sessions::end(admin_request.page_request.server.signet(), &admin_request.access, id, sid).await;
    admin_request.answer(ended.map(|()| admin_request.redirect(&["people", id, "sessions"])))
}

async fn end_grant(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let (id, grant) = (admin_request.path_value("id"), admin_request.path_value("grant"));
    let ended =
        connections::end_grant(admin_request.page_request.server.signet(), &admin_request.access, id, grant).await;
    admin_request.answer(ended.map(|()| admin_request.redirect(&["people", id, "grants"])))
}

async fn disconnect(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let (id, client_id) = (admin_request.path_value("id"), admin_request.path_value("client_id"));
    let ended =
        connections::disconnect(admin_request.page_request.server.signet(), &admin_request.access, id, client_id).await;
    admin_request.answer(ended.map(|()| admin_request.redirect(&["people", id, "applications"])))
}

pub(super) async fn sessions(admin_request: AdminRequest) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let listed = sessions::list(
        admin_request.page_request.server.signet(),
        &admin_request.access,
        id,
        admin_request.page_request(),
    );
    let (texts, w) = (admin_request.texts(), &admin_request.texts().people);
    admin_request.answer(listed.map(|listed| {
        let row = |listed: &sessions::ListedSession| ListRow {
            title: listed.session.user_agent.to_string(),
            badges: listed.is_current.then(|| w.this_one.to_owned()).into_iter().collect(),
            facts: vec![
                Fact::new(texts.admin.since, minute(listed.session.created_at)),
                Fact::new(w.last_used, minute(listed.session.last_used_at)),
                Fact::new(w.ends_unless_used, minute(listed.expires_at)),
            ],
            action: Some(end(&admin_request, &["people", id, "sessions", listed.session.sid.as_str()])),
            path: None,
        };
        let rows = listed.entries.iter().map(row).collect();
        list(&admin_request, (id, "sessions"), w.sessions, rows, listed.next_page_token.as_ref())
    }))
}

async fn applications(admin_request: AdminRequest) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let connected = connections::applications(admin_request.page_request.server.signet(), &admin_request.access, id);
    let (texts, w) = (admin_request.texts(), &admin_request.texts().people);
    admin_request.answer(connected.map(|connected| {
        let row = |one: &connections::ConnectedApplication| ListRow {
            title: one.client_name.clone().unwrap_or_else(|| one.client_id.as_str().to_owned()),
            path: Some(LocalPath::admin(&["applications", one.client_id.as_str()])),
            facts: vec![Fact::new(w.may, one.scope.to_string()), Fact::new(texts.admin.since, minute(one.since))],
            action: Some(end(&admin_request, &["people", id, "applications", one.client_id.as_str()])),
            badges: Vec::new(),
        };
        let rows = connected.iter().map(row).collect();
        list(&admin_request, (id, "applications"), w.applications, rows, None)
    }))
}

async fn grants(admin_request: AdminRequest) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let grants = connections::grants(
        admin_request.page_request.server.signet(),
        &admin_request.access,
        id,
        admin_request.page_request(),
    );
    let (texts, w) = (admin_request.texts(), &admin_request.texts().people);
    admin_request.answer(grants.map(|grants| {
        let row = |grant: &Grant| ListRow {
            title: grant.client_id.as_str().to_owned(),
            path: Some(LocalPath::admin(&["applications", grant.client_id.as_str()])),
            badges: (!grant.is_live()).then(|| w.ended.to_owned()).into_iter().collect(),
            facts: vec![
                Fact::new(w.may, grant.scope.to_string()),
                Fact::new(texts.admin.since, minute(grant.created_at)),
            ],
            action: grant.is_live().then(|| end(&admin_request, &["people", id, "grants", grant.id.as_str()])),
        };
        let rows = grants.entries.iter().map(row).collect();
        list(&admin_request, (id, "grants"), w.grants, rows, grants.next_page_token.as_ref())
    }))
}

fn end(admin_request: &AdminRequest, segments: &[&str]) -> RowAction {
    RowAction { text: admin_request.texts().admin.end.to_owned(), form: admin_request.form(segments) }
}

/// A list of records of the user `id`, at the path segment after it.
fn list(
    admin_request: &AdminRequest,
    (id, segment): (&str, &str),
    w: ListTexts,
    rows: Vec<ListRow>,
    page_token: Option<&String>,
) -> Response {
    let page = ListPage {
        title: w.title.to_owned(),
        crumbs: crumbs(
            admin_request,
            &[("people", admin_request.texts().admin.people.name), (id, admin_request.texts().people.this_person)],
        ),
        about: Some(w.about.to_owned()),
        search: None,
        links: Vec::new(),
        actions: Vec::new(),
        rows,
        next: next(&LocalPath::admin(&["people", id, segment]), &[], page_token),
    };
    admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context()))
}
