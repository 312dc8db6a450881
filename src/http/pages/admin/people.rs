//! `/admin/people`

use poem::{Response, http::StatusCode};

use super::{Desk, crumbs, minute, next};
use crate::{
    account::record::{Account, Role},
    endpoint::users::{self, UserFilter},
    web::{
        Fact,
        admin::{ListPage, LocalPath, Row, Search},
    },
};

/// The newest first, or those whose username or e-mail address begins with `q`, in the order of that.
pub(super) fn show(desk: &Desk) -> poem::Result<Response> {
    let text = desk.visit.text("q").trim().to_owned();
    let by = if desk.visit.value("by") == Some("email") { "email" } else { "username" };
    let searched = Some(text.as_str()).filter(|text| !text.is_empty());
    let filter = UserFilter {
        username: searched.filter(|_| by == "username"),
        email: searched.filter(|_| by == "email"),
        sort: searched.is_none().then_some("-created_at"),
        ..UserFilter::default()
    };
    let signet = desk.visit.server.signet();
    let people = match users::list(signet, &desk.access, filter, desk.page_request()) {
        Ok(people) => people,
        Err(refusal) => return desk.refused(refusal),
    };
    let path = LocalPath::admin(&["people"]);
    let query = [("q", text.as_str()), ("by", by)];
    let query = if searched.is_some() { &query[..] } else { &[] };
    let page = ListPage {
        title: "People".to_owned(),
        crumbs: crumbs(&[]),
        about: None,
        next: next(&path, query, people.next_page_token.as_ref()),
        search: Some(Search {
            action: path,
            label: "Begins with".to_owned(),
            text,
            kinds: vec![("username", "Username"), ("email", "E-mail address")],
            kind: by,
        }),
        links: Vec::new(),
        actions: Vec::new(),
        rows: people.entries.iter().map(row).collect(),
    };
    Ok(desk.page(StatusCode::OK, page.render(desk.visit.voice())))
}

/// What distinguishes a person.
pub(super) fn badges(account: &Account) -> Vec<String> {
    let administrator = (account.role == Role::Administrator).then_some("Administrator");
    let disabled = (!account.is_active()).then_some("Disabled");
    [administrator, disabled].into_iter().flatten().map(ToOwned::to_owned).collect()
}

pub(super) fn row(account: &Account) -> Row {
    let email = account.email.as_ref().map(|email| Fact::new("E-mail address", email.as_str()));
    Row {
        title: account.username.as_str().to_owned(),
        path: Some(LocalPath::admin(&["people", account.id.as_str()])),
        badges: badges(account),
        facts: email.into_iter().chain([Fact::new("Since", minute(account.created_at))]).collect(),
        action: None,
    }
}
