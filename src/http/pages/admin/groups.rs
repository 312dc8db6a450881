//! `/admin/groups`: the groups of users.

use poem::{Response, http::StatusCode};

use super::{
    super::messages::wrong,
    people,
    request::{AdminRequest, crumbs, guarded, guarded_form, next},
};
use crate::{
    endpoint::{
        groups::{self, GroupChangeProgress, GroupSize},
        management::ManagementRefusal,
        users::{self, UserFilter},
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        page_route::{PageRoute, Routes},
    },
    web::{
        Fact, FieldState,
        admin::{GroupPage, ListPage, ListRow, LocalPath, Search},
    },
};

pub(super) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/admin/groups").show(guarded(show)),
        PageRoute::at("/admin/groups/:group").show(guarded(one)).submit(FormAction::PATH, guarded_form(rename)),
        PageRoute::at("/admin/groups/:group/delete")
            .submit(FormAction::PATH, guarded_form(remove))
            .on("/admin/groups/:group"),
    ])
}

/// Groups whose names start with `q`, sorted by name.
async fn show(admin_request: AdminRequest) -> poem::Result<Response> {
    let text = admin_request.page_request.text("q").trim().to_owned();
    let listed = groups::list(
        admin_request.page_request.server.signet(),
        &admin_request.access,
        &text,
        admin_request.page_request(),
    );
    admin_request.answer(listed.map(|listed| {
        let (w, path) = (&admin_request.texts().all_groups, LocalPath::admin(&["groups"]));
        let query: Vec<(&str, &str)> =
            Some(("q", text.as_str())).filter(|(_, text)| !text.is_empty()).into_iter().collect();
        let page = ListPage {
            title: admin_request.texts().admin.all_groups.name.to_owned(),
            crumbs: crumbs(&admin_request, &[]),
            about: Some(w.about.to_owned()),
            next: next(&path, &query, listed.next_page_token.as_ref()),
            search: Some(Search {
                action: path,
                label: w.begins_with.to_owned(),
                text: text.clone(),
                kinds: Vec::new(),
                kind: "",
            }),
            links: Vec::new(),
            actions: Vec::new(),
            rows: listed.entries.iter().map(|group| row(&admin_request, group)).collect(),
        };
        admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context()))
    }))
}

async fn one(admin_request: AdminRequest) -> poem::Result<Response> {
    let group = admin_request.path_value("group");
    let note = (admin_request.page_request.value("done") == Some("some"))
        .then(|| admin_request.texts().all_groups.goes_on.to_owned());
    page(&admin_request, group, (StatusCode::OK, note), None)
}

async fn rename(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let group = admin_request.path_value("group");
    let name = admin_request.page_request.text("name").trim().to_owned();
    let renamed =
        groups::replace(admin_request.page_request.server.signet(), &admin_request.access, group, Some(&name)).await;
    match renamed {
        Ok(GroupChangeProgress { goes_on: false, .. }) => Ok(admin_request.redirect(&["groups", &name])),
        Ok(_) => Ok(some(&admin_request, group)),
        Err(ManagementRefusal::Fields(errors)) => {
            let texts = admin_request.texts();
            let error = wrong(texts, &errors, "name").or_else(|| wrong(texts, &errors, "groups"));
            page(
                &admin_request,
                group,
                (StatusCode::UNPROCESSABLE_ENTITY, None),
                Some(FieldState { value: name, error }),
            )
        }
        Err(refusal) => admin_request.refused(refusal),
    }
}

async fn remove(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let group = admin_request.path_value("group");
    match groups::replace(admin_request.page_request.server.signet(), &admin_request.access, group, None).await {
        Ok(GroupChangeProgress { goes_on: false, .. }) => Ok(admin_request.redirect(&["groups"])),
        Ok(_) => Ok(some(&admin_request, group)),
        Err(refusal) => admin_request.refused(refusal),
    }
}

fn some(admin_request: &AdminRequest, group: &str) -> Response {
    let path = LocalPath::admin(&["groups", group]).with_query(&[("done", "some")]);
    admin_request.page_request.redirect(path.as_str())
}

fn page(
    admin_request: &AdminRequest,
    group: &str,
    (status, note): (StatusCode, Option<String>),
    name: Option<FieldState>,
) -> poem::Result<Response> {
    let filter = UserFilter { group: Some(group), sort: Some("id"), ..UserFilter::default() };
    let members = match users::list(
        admin_request.page_request.server.signet(),
        &admin_request.access,
        filter,
        admin_request.page_request(),
    ) {
        Ok(members) => members,
        Err(refusal) => return admin_request.refused(refusal),
    };
    let page = GroupPage {
        name: group.to_owned(),
        note,
        rename: (admin_request.form(&["groups", group]), name.unwrap_or_else(|| FieldState::of(group))),
        remove: admin_request.form(&["groups", group, "delete"]),
        members: members.entries.iter().map(|account| people::row(admin_request.texts(), account)).collect(),
        next: next(&LocalPath::admin(&["groups", group]), &[], members.next_page_token.as_ref()),
        crumbs: crumbs(admin_request, &[("groups", admin_request.texts().admin.all_groups.name)]),
    };
    Ok(admin_request.page(status, page.render(admin_request.page_request.context())))
}

fn row(admin_request: &AdminRequest, group: &GroupSize) -> ListRow {
    let w = &admin_request.texts().all_groups;
    ListRow {
        title: group.name.clone(),
        path: Some(LocalPath::admin(&["groups", &group.name])),
        facts: vec![Fact::new(w.members, w.counted(group.members, group.members >= GroupSize::COUNTED))],
        ..ListRow::default()
    }
}
