//! `/admin/people`

use poem::{Response, http::StatusCode};

use super::{Desk, crumbs, minute, next};
use crate::{
    account::record::{Account, Role},
    endpoint::users::{self, UserFilter},
    web::{
        Fact,
        admin::{ListPage, LocalPath, Row, Search},
        words::Words,
    },
};

/// The newest first, or those whose username or e-mail address begins with `q`, in the order of that.
pub(super) fn show(desk: &Desk) -> poem::Result<Response> {
    let w = &desk.words().people;
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
        title: desk.words().admin.people.name.to_owned(),
        crumbs: crumbs(desk, &[]),
        about: None,
        next: next(&path, query, people.next_page_token.as_ref()),
        search: Some(Search {
            action: path,
            label: w.begins_with.to_owned(),
            text,
            kinds: vec![("username", w.username), ("email", w.email)],
            kind: by,
        }),
        links: Vec::new(),
        actions: Vec::new(),
        rows: people.entries.iter().map(|account| row(desk.words(), account)).collect(),
    };
    Ok(desk.page(StatusCode::OK, page.render(desk.visit.voice())))
}

/// What distinguishes a person.
pub(super) fn badges(words: &Words, account: &Account) -> Vec<String> {
    let administrator = (account.role == Role::Administrator).then_some(words.admin.administrator);
    let disabled = (!account.is_active()).then_some(words.admin.disabled);
    [administrator, disabled].into_iter().flatten().map(ToOwned::to_owned).collect()
}

pub(super) fn row(words: &Words, account: &Account) -> Row {
    let email = account.email.as_ref().map(|email| Fact::new(words.people.email, email.as_str()));
    Row {
        title: account.username.as_str().to_owned(),
        path: Some(LocalPath::admin(&["people", account.id.as_str()])),
        badges: badges(words, account),
        facts: email.into_iter().chain([Fact::new(words.admin.since, minute(account.created_at))]).collect(),
        action: None,
    }
}
