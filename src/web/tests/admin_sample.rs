//! The pages under `/admin`, with every text of their views set to one text.

use maud::Markup;

use crate::{
    secret::Secret,
    web::{
        Fact, FieldState, PageContext,
        admin::{
            AdminPage, ApplicationPage, AuditActor, AuditPage, AuditRow, ConfirmPage, EventFilterForm, GroupPage,
            InvitePage, ListPage, ListRow, ListedSecret, LocalLink, LocalPath, OrderedFields, PersonPage, PostForm,
            ResetLink, RowAction, Search, ToldOncePage,
        },
    },
};

/// Name and markup of each page.
pub(super) fn pages(text: &str, context: PageContext<'_>) -> Vec<(&'static str, Markup)> {
    vec![
        ("admin", AdminPage.render(context)),
        ("admin, list", list(text).render(context)),
        ("admin, list that goes on", ListPage { rows: Vec::new(), search: None, ..list(text) }.render(context)),
        ("admin, empty list", ListPage { rows: Vec::new(), next: None, ..list(text) }.render(context)),
        ("admin, group", group(text).render(context)),
        (
            "admin, empty group",
            GroupPage { members: Vec::new(), next: None, note: None, ..group(text) }.render(context),
        ),
        ("admin, confirm", confirm(text).render(context)),
        ("admin, invite", invite(text).render(context)),
        ("admin, told once", told(text).render(context)),
        ("admin, person", person(text).render(context)),
        (
            "admin, oneself",
            PersonPage { password: None, reset_link: None, locked: None, ..person(text) }.render(context),
        ),
        ("admin, application", application(text).render(context)),
        ("admin, audit", audit(text).render(context)),
        ("admin, audit that goes on", AuditPage { events: Vec::new(), ..audit(text) }.render(context)),
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

fn entry(text: &str) -> FieldState {
    FieldState { value: text.to_owned(), error: Some(text.to_owned()) }
}

fn list(text: &str) -> ListPage {
    let row = ListRow {
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
        rows: vec![ListRow { path: None, ..row.clone() }, row],
        next: Some(path(text)),
    }
}

fn group(text: &str) -> GroupPage {
    let ListPage { rows, next, .. } = list(text);
    GroupPage {
        name: text.to_owned(),
        note: Some(text.to_owned()),
        rename: (form(text), entry(text)),
        remove: form(text),
        members: rows,
        next,
        crumbs: crumbs(text),
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
        locked: Some((text.to_owned(), form(text))),
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
        client_errors: super::developer_sample::client_errors(text),
        own: path(text),
        events: LocalLink::new(text, path(text)),
        delete: Some(path(text)),
        crumbs: crumbs(text),
    }
}

fn audit(text: &str) -> AuditPage {
    let some = |text: &str| Some(text.to_owned());
    let row = AuditRow {
        event: text.to_owned(),
        application_name: text.to_owned(),
        is_refusal: true,
        at: text.to_owned(),
        by: AuditActor::Known(LocalLink::new(text, path(text))),
        person: Some(LocalLink::new(text, path(text))),
        application: Some(LocalLink::new(text, path(text))),
        address: some(text),
        device: some(text),
        reason: some(text),
        members: vec![text.to_owned()],
        not_written: Some(7),
        request_id: some(text),
    };
    let filter = EventFilterForm {
        events: vec![text.to_owned()],
        event: text.to_owned(),
        person: text.to_owned(),
        application: text.to_owned(),
        outcome: "failure".to_owned(),
        from: text.to_owned(),
        until: text.to_owned(),
        error: some(text),
    };
    let plain = AuditRow { event: "client_changed".to_owned(), by: AuditActor::NoOne, ..row.clone() };
    AuditPage { filter, events: vec![row, plain], next: Some(path(text)), crumbs: crumbs(text) }
}
