//! Every page under `/admin`, with every text of its view set to one text.

use maud::Markup;

use crate::{
    secret::Secret,
    web::{
        Entry, Fact, Voice,
        admin::{
            AdminPage, ApplicationPage, ConfirmPage, InvitePage, ListPage, ListedSecret, LocalLink, LocalPath,
            OrderedFields, PersonPage, PostForm, ResetLink, Row, RowAction, Search, ToldOncePage,
        },
    },
};

/// The name of each page and what it looks like.
pub(super) fn pages(text: &str, voice: Voice<'_>) -> Vec<(&'static str, Markup)> {
    vec![
        ("admin", AdminPage.render(voice)),
        ("admin, list", list(text).render(voice)),
        ("admin, list that goes on", ListPage { rows: Vec::new(), search: None, ..list(text) }.render(voice)),
        ("admin, empty list", ListPage { rows: Vec::new(), next: None, ..list(text) }.render(voice)),
        ("admin, confirm", confirm(text).render(voice)),
        ("admin, invite", invite(text).render(voice)),
        ("admin, told once", told(text).render(voice)),
        ("admin, person", person(text).render(voice)),
        ("admin, oneself", PersonPage { password: None, reset_link: None, ..person(text) }.render(voice)),
        ("admin, application", application(text).render(voice)),
    ]
}

fn path(text: &str) -> LocalPath {
    LocalPath::admin(&[text]).with_query(&[(text, text)])
}

fn form(text: &str) -> PostForm {
    PostForm { action: path(text), anti_forgery: text.to_owned() }
}

fn crumbs(text: &str) -> Vec<LocalLink> {
    vec![LocalLink::new(text, path(text))]
}

fn action(text: &str) -> RowAction {
    RowAction { text: text.to_owned(), form: form(text) }
}

fn entry(text: &str) -> Entry {
    Entry { value: text.to_owned(), error: Some(text.to_owned()) }
}

fn list(text: &str) -> ListPage {
    let row = Row {
        title: text.to_owned(),
        path: Some(path(text)),
        badges: vec![text.to_owned()],
        facts: vec![Fact::new(text, text)],
        action: Some(action(text)),
    };
    ListPage {
        title: text.to_owned(),
        crumbs: crumbs(text),
        about: Some(text.to_owned()),
        search: Some(Search {
            action: path(text),
            label: text.to_owned(),
            text: text.to_owned(),
            kinds: vec![("one", "1"), ("other", "2")],
            kind: "other",
        }),
        links: crumbs(text),
        actions: vec![action(text)],
        rows: vec![Row { path: None, ..row.clone() }, row],
        next: Some(path(text)),
    }
}

fn confirm(text: &str) -> ConfirmPage {
    ConfirmPage {
        question: text.to_owned(),
        consequence: text.to_owned(),
        error: Some(text.to_owned()),
        answer: text.to_owned(),
        form: form(text),
        crumbs: crumbs(text),
    }
}

fn invite(text: &str) -> InvitePage {
    InvitePage { email: entry(text), groups: entry(text), days: entry(text), form: form(text), crumbs: crumbs(text) }
}

fn told(text: &str) -> ToldOncePage {
    ToldOncePage {
        title: text.to_owned(),
        label: text.to_owned(),
        secret: Secret::new(text),
        advice: text.to_owned(),
        crumbs: crumbs(text),
    }
}

fn person(text: &str) -> PersonPage {
    PersonPage {
        username: text.to_owned(),
        badges: vec![text.to_owned()],
        profile: vec![Fact::new(text, text)],
        ordered: OrderedFields {
            groups: entry(text),
            employee_number: entry(text),
            is_administrator: true,
            is_disabled: true,
            is_email_verified: true,
            error: Some(text.to_owned()),
            form: form(text),
        },
        reset_link: Some(ResetLink { make: form(text), pending: Some((text.to_owned(), form(text))) }),
        password: Some((form(text), Some(text.to_owned()))),
        sign_out: form(text),
        links: crumbs(text),
        delete: path(text),
        crumbs: crumbs(text),
    }
}

fn application(text: &str) -> ApplicationPage {
    ApplicationPage {
        name: text.to_owned(),
        badges: vec![text.to_owned()],
        metadata: vec![Fact::new(text, text)],
        owner: Some(LocalLink::new(text, path(text))),
        fixed: Some(text.to_owned()),
        error: Some(text.to_owned()),
        standing: action(text),
        secrets: vec![ListedSecret { number: "1".to_owned(), since: text.to_owned(), remove: Some(form(text)) }],
        add_secret: Some(form(text)),
        delete: Some(path(text)),
        crumbs: crumbs(text),
    }
}
