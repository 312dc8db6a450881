//! `/admin/groups`

use poem::{Response, http::StatusCode};

use super::{super::wording::wrong, Desk, crumbs, next, people};
use crate::{
    endpoint::{
        groups::{self, GroupSize, Progress},
        management::ManagementRefusal,
        users::{self, UserFilter},
    },
    web::{
        Entry, Fact,
        admin::{GroupPage, ListPage, LocalPath, Row, Search},
    },
};

/// Those whose names begin with `q`, in the order of their names.
pub(super) fn show(desk: &Desk) -> poem::Result<Response> {
    let text = desk.visit.text("q").trim().to_owned();
    let listed = groups::list(desk.visit.server.signet(), &desk.access, &text, desk.page_request());
    desk.answer(listed.map(|listed| {
        let (w, path) = (&desk.words().all_groups, LocalPath::admin(&["groups"]));
        let query: Vec<(&str, &str)> =
            Some(("q", text.as_str())).filter(|(_, text)| !text.is_empty()).into_iter().collect();
        let page = ListPage {
            title: desk.words().admin.all_groups.name.to_owned(),
            crumbs: crumbs(desk, &[]),
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
            rows: listed.entries.iter().map(|group| row(desk, group)).collect(),
        };
        desk.page(StatusCode::OK, page.render(desk.visit.voice()))
    }))
}

pub(super) fn one(desk: &Desk, group: &str) -> poem::Result<Response> {
    let note = (desk.visit.value("done") == Some("some")).then(|| desk.words().all_groups.goes_on.to_owned());
    page(desk, group, (StatusCode::OK, note), None)
}

pub(super) async fn rename(desk: &Desk, group: &str) -> poem::Result<Response> {
    let name = desk.visit.text("name").trim().to_owned();
    let renamed = groups::replace(desk.visit.server.signet(), &desk.access, group, Some(&name)).await;
    match renamed {
        Ok(Progress { goes_on: false, .. }) => Ok(desk.redirect(&["groups", &name])),
        Ok(_) => Ok(some(desk, group)),
        Err(ManagementRefusal::Fields(errors)) => {
            let words = desk.words();
            let error = wrong(words, &errors, "name").or_else(|| wrong(words, &errors, "groups"));
            page(desk, group, (StatusCode::UNPROCESSABLE_ENTITY, None), Some(Entry { value: name, error }))
        }
        Err(refusal) => desk.refused(refusal),
    }
}

pub(super) async fn remove(desk: &Desk, group: &str) -> poem::Result<Response> {
    match groups::replace(desk.visit.server.signet(), &desk.access, group, None).await {
        Ok(Progress { goes_on: false, .. }) => Ok(desk.redirect(&["groups"])),
        Ok(_) => Ok(some(desk, group)),
        Err(refusal) => desk.refused(refusal),
    }
}

fn some(desk: &Desk, group: &str) -> Response {
    let path = LocalPath::admin(&["groups", group]).with_query(&[("done", "some")]);
    desk.visit.redirect(path.as_str())
}

fn page(
    desk: &Desk,
    group: &str,
    (status, note): (StatusCode, Option<String>),
    name: Option<Entry>,
) -> poem::Result<Response> {
    let filter = UserFilter { group: Some(group), sort: Some("id"), ..UserFilter::default() };
    let members = match users::list(desk.visit.server.signet(), &desk.access, filter, desk.page_request()) {
        Ok(members) => members,
        Err(refusal) => return desk.refused(refusal),
    };
    let page = GroupPage {
        name: group.to_owned(),
        note,
        rename: (desk.form(&["groups", group]), name.unwrap_or_else(|| Entry::of(group))),
        remove: desk.form(&["groups", group, "delete"]),
        members: members.entries.iter().map(|account| people::row(desk.words(), account)).collect(),
        next: next(&LocalPath::admin(&["groups", group]), &[], members.next_page_token.as_ref()),
        crumbs: crumbs(desk, &[("groups", desk.words().admin.all_groups.name)]),
    };
    Ok(desk.page(status, page.render(desk.visit.voice())))
}

fn row(desk: &Desk, group: &GroupSize) -> Row {
    let w = &desk.words().all_groups;
    Row {
        title: group.name.clone(),
        path: Some(LocalPath::admin(&["groups", &group.name])),
        facts: vec![Fact::new(w.members, w.counted(group.members, group.members >= GroupSize::COUNTED))],
        ..Row::default()
    }
}
