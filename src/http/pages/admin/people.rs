//! `/admin/people`: all users.

use poem::{Response, http::StatusCode};

use super::request::{AdminRequest, crumbs, guarded, minute, next};
use crate::{
    account::record::{Account, Role},
    endpoint::users::{self, UserFilter},
    http::page_route::{PageRoute, Routes},
    web::{
        Fact,
        admin::{ListPage, ListRow, LocalPath, Search},
        i18n::Texts,
    },
};

pub(super) fn routes() -> Routes {
    Routes::of([PageRoute::at("/admin/people").show(guarded(show))])
}

/// Users, newest first; with `q`, those whose username or e-mail address starts with `q`, sorted by it.
async fn show(admin_request: AdminRequest) -> poem::Result<Response> {
    let w = &admin_request.texts().people;
    let text = admin_request.page_request.text("q").trim().to_owned();
    let by = if admin_request.page_request.value("by") == Some("email") { "email" } else { "username" };
    let searched = Some(text.as_str()).filter(|text| !text.is_empty());
    let filter = UserFilter {
        username: searched.filter(|_| by == "username"),
        email: searched.filter(|_| by == "email"),
        sort: searched.is_none().then_some("-created_at"),
        ..UserFilter::default()
    };
    let signet = admin_request.page_request.server.signet();
    let people = match users::list(signet, &admin_request.access, filter, admin_request.page_request()) {
        Ok(people) => people,
        Err(refusal) => return admin_request.refused(refusal),
    };
    let path = LocalPath::admin(&["people"]);
    let query = [("q", text.as_str()), ("by", by)];
    let query = if searched.is_some() { &query[..] } else { &[] };
    let page = ListPage {
        title: admin_request.texts().admin.people.name.to_owned(),
        crumbs: crumbs(&admin_request, &[]),
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
        rows: people.entries.iter().map(|account| row(admin_request.texts(), account)).collect(),
    };
    Ok(admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context())))
}

/// The badges of a user, such as the role.
pub(super) fn badges(texts: &Texts, account: &Account) -> Vec<String> {
    let administrator = (account.role == Role::Administrator).then_some(texts.admin.administrator);
    let disabled = (!account.is_active()).then_some(texts.admin.disabled);
    [administrator, disabled].into_iter().flatten().map(ToOwned::to_owned).collect()
}

pub(super) fn row(texts: &Texts, account: &Account) -> ListRow {
    let email = account.email.as_ref().map(|email| Fact::new(texts.people.email, email.as_str()));
    ListRow {
        title: account.username.as_str().to_owned(),
        path: Some(LocalPath::admin(&["people", account.id.as_str()])),
        badges: badges(texts, account),
        facts: email.into_iter().chain([Fact::new(texts.admin.since, minute(account.created_at))]).collect(),
        action: None,
    }
}
