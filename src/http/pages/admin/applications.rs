//! `/admin/applications`: all applications.

use poem::{Response, http::StatusCode};
use serde_json::Value;

use super::{
    audit,
    request::{AdminRequest, crumbs, guarded, guarded_form, minute, next},
};
use crate::{
    endpoint::{
        clients::management::{self as clients, ClientFilter},
        management::ManagementRefusal,
        users,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        fault,
        page_route::{PageRoute, Routes},
        pages::client_errors::client_errors,
    },
    oauth::{
        client::{Client, ClientSecret, PkceRule, Provenance},
        client_setting::{MEMBERS, member},
    },
    web::{
        Fact,
        admin::{
            ApplicationPage, ConfirmPage, ListPage, ListRow, ListedSecret, LocalLink, LocalPath, RowAction, Search,
        },
        i18n::{AllApplicationsTexts, Texts},
    },
};

pub(super) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/admin/applications").show(guarded(show)),
        PageRoute::at("/admin/applications/:id").show(guarded(one)),
        PageRoute::at("/admin/applications/:id/disable")
            .submit(FormAction::PATH, guarded_form(disable))
            .on("/admin/applications/:id"),
        PageRoute::at("/admin/applications/:id/enable")
            .submit(FormAction::PATH, guarded_form(enable))
            .on("/admin/applications/:id"),
        PageRoute::at("/admin/applications/:id/delete")
            .show(guarded(confirm_deletion))
            .submit(FormAction::PATH, guarded_form(delete)),
        PageRoute::at("/admin/applications/:id/secrets")
            .submit(FormAction::PATH, guarded_form(add_secret))
            .on("/admin/applications/:id"),
        PageRoute::at("/admin/applications/:id/secrets/:number/delete")
            .submit(FormAction::PATH, guarded_form(remove_secret))
            .on("/admin/applications/:id"),
    ])
}

/// Applications with a word in their name that starts with `q`, and the one whose identifier is `q`.
async fn show(admin_request: AdminRequest) -> poem::Result<Response> {
    let text = admin_request.page_request.text("q").trim().to_owned();
    let searched = Some(text.as_str()).filter(|text| !text.is_empty());
    let filter = ClientFilter { client_name: searched, owner: None };
    let listed = match clients::list(
        admin_request.page_request.server.signet(),
        &admin_request.access,
        filter,
        admin_request.page_request(),
    ) {
        Ok(listed) => listed,
        Err(refusal) => return admin_request.refused(refusal),
    };
    let is_first = admin_request.page_request.value("page_token").is_none();
    let named = searched
        .filter(|_| is_first)
        .map(|id| clients::show(admin_request.page_request.server.signet(), &admin_request.access, id));
    let named = named.and_then(Result::ok);
    let others =
        listed.entries.iter().filter(|one| named.as_ref().is_none_or(|named| named.client_id != one.client_id));
    let rows = named.iter().chain(others).map(|client| row(admin_request.texts(), client)).collect();
    let path = LocalPath::admin(&["applications"]);
    let query: Vec<(&str, &str)> = searched.map(|text| ("q", text)).into_iter().collect();
    let page = ListPage {
        title: admin_request.texts().admin.applications.name.to_owned(),
        crumbs: crumbs(&admin_request, &[]),
        about: None,
        next: next(&path, &query, listed.next_page_token.as_ref()),
        search: Some(Search {
            action: path,
            label: admin_request.texts().all_applications.name_or_client_id.to_owned(),
            text: text.clone(),
            kinds: Vec::new(),
            kind: "",
        }),
        links: vec![LocalLink::new(admin_request.texts().developer.register_an_application, LocalPath::presets())],
        actions: Vec::new(),
        rows,
    };
    Ok(admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context())))
}

async fn one(admin_request: AdminRequest) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    page(&admin_request, id, None)
}

async fn disable(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    set_disabled(&admin_request, true).await
}

async fn enable(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    set_disabled(&admin_request, false).await
}

async fn set_disabled(admin_request: &AdminRequest, is_disabled: bool) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let set =
        clients::set_disabled(admin_request.page_request.server.signet(), &admin_request.access, id, is_disabled).await;
    after(admin_request, id, set.map(|_| ()))
}

async fn remove_secret(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let (id, number) = (admin_request.path_value("id"), admin_request.path_value("number"));
    // No secret has this number, so a value that is not a number finds none.
    let number = number.parse().unwrap_or(u32::MAX);
    let removed =
        clients::remove_secret(admin_request.page_request.server.signet(), &admin_request.access, id, number).await;
    after(&admin_request, id, removed.map(|_| ()))
}

async fn add_secret(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    let (client, secret) =
        match clients::add_secret(admin_request.page_request.server.signet(), &admin_request.access, id).await {
            Ok(added) => added,
            Err(refusal) => return after(&admin_request, id, Err(refusal)),
        };
    let w = admin_request.texts();
    let crumbs = [("applications", w.admin.applications.name), (id, client.metadata.client_name.as_str())];
    let w = &w.all_applications;
    Ok(admin_request.tell(w.secret_is_made, ("client_secret", &secret), w.secret_advice, &crumbs))
}

async fn confirm_deletion(admin_request: AdminRequest) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    match clients::show(admin_request.page_request.server.signet(), &admin_request.access, id) {
        Ok(client) => Ok(deletion(&admin_request, &client)),
        Err(refusal) => admin_request.refused(refusal),
    }
}

async fn delete(admin_request: CsrfChecked<AdminRequest>) -> poem::Result<Response> {
    let id = admin_request.path_value("id");
    match clients::delete(admin_request.page_request.server.signet(), &admin_request.access, id).await {
        Ok(()) => Ok(admin_request.redirect(&["applications"])),
        Err(refusal) => after(&admin_request, id, Err(refusal)),
    }
}

/// Redirects to the page of the application, or shows why the action failed.
fn after(admin_request: &AdminRequest, id: &str, outcome: Result<(), ManagementRefusal>) -> poem::Result<Response> {
    match outcome {
        Ok(()) => Ok(admin_request.redirect(&["applications", id])),
        Err(refusal @ ManagementRefusal::Conflict(_)) => page(admin_request, id, Some(refusal.to_string())),
        Err(refusal) => admin_request.refused(refusal),
    }
}

fn deletion(admin_request: &AdminRequest, client: &Client) -> Response {
    let (id, name) = (client.client_id.as_str(), client.metadata.client_name.as_str());
    let page = ConfirmPage {
        question: admin_request.texts().all_applications.delete_question(name),
        consequence: admin_request.texts().all_applications.deletion.to_owned(),
        error: None,
        answer: admin_request.texts().admin.delete.to_owned(),
        form: admin_request.form(&["applications", id, "delete"]),
        crumbs: crumbs(admin_request, &[("applications", admin_request.texts().admin.applications.name), (id, name)]),
    };
    admin_request.page(StatusCode::OK, page.render(admin_request.page_request.context()))
}

fn page(admin_request: &AdminRequest, id: &str, error: Option<String>) -> poem::Result<Response> {
    let client = match clients::show(admin_request.page_request.server.signet(), &admin_request.access, id) {
        Ok(client) => client,
        Err(refusal) => return admin_request.refused(refusal),
    };
    let fixed = clients::fixed(&client);
    let w = &admin_request.texts().all_applications;
    let is_open = fixed.is_none() && client.has_secret();
    let (verb, segment) = if client.is_disabled { (w.enable, "enable") } else { (w.disable, "disable") };
    let status = if error.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = ApplicationPage {
        name: client.metadata.client_name.clone(),
        badges: badges(admin_request.texts(), &client),
        metadata: facts((w, admin_request.page_request.server.signet().authorization_policy.require_pkce), &client),
        owner: owner(admin_request, &client)?,
        fixed: fixed.map(|reason| w.only_to_look_at(reason)),
        error,
        standing: RowAction { text: verb.to_owned(), form: admin_request.form(&["applications", id, segment]) },
        secrets: client.secrets.iter().map(|secret| listed(admin_request, &client, secret)).collect(),
        add_secret: (is_open && client.secrets.len() < MOST_SECRETS)
            .then(|| admin_request.form(&["applications", id, "secrets"])),
        client_errors: client_errors(
            admin_request.page_request.server.signet(),
            &admin_request.access,
            &client,
            &admin_request.texts().remedy,
        ),
        own: LocalPath::own_client(id),
        events: audit::events_of(admin_request, "application", client.client_id.as_str()),
        delete: fixed.is_none().then(|| LocalPath::admin(&["applications", id, "delete"])),
        crumbs: crumbs(admin_request, &[("applications", admin_request.texts().admin.applications.name)]),
    };
    Ok(admin_request.page(status, page.render(admin_request.page_request.context())))
}

fn listed(admin_request: &AdminRequest, client: &Client, secret: &ClientSecret) -> ListedSecret {
    let number = secret.number.to_string();
    let is_removable = clients::fixed(client).is_none() && client.secrets.len() > 1;
    let segments = ["applications", client.client_id.as_str(), "secrets", &number, "delete"];
    ListedSecret {
        since: minute(secret.created_at),
        remove: is_removable.then(|| admin_request.form(&segments)),
        number: number.clone(),
    }
}

/// The owner of the application, named by identifier if the account has been deleted.
fn owner(admin_request: &AdminRequest, client: &Client) -> poem::Result<Option<LocalLink>> {
    let Some(owner) = client.owner() else { return Ok(None) };
    let name = match users::show(admin_request.page_request.server.signet(), &admin_request.access, owner.as_str()) {
        Ok(account) => account.username.as_str().to_owned(),
        Err(ManagementRefusal::Internal(cause)) => return Err(fault(cause)),
        Err(_) => owner.as_str().to_owned(),
    };
    Ok(Some(LocalLink::new(name, LocalPath::admin(&["people", owner.as_str()]))))
}

fn row(texts: &Texts, client: &Client) -> ListRow {
    ListRow {
        title: client.metadata.client_name.clone(),
        path: Some(LocalPath::admin(&["applications", client.client_id.as_str()])),
        badges: badges(texts, client),
        facts: vec![Fact::new(texts.all_applications.client_id, client.client_id.as_str())],
        action: None,
    }
}

fn badges(texts: &Texts, client: &Client) -> Vec<String> {
    let provenance = match &client.provenance {
        Provenance::BuiltIn => Some(texts.all_applications.built_in),
        Provenance::Configuration => Some(texts.all_applications.configuration),
        Provenance::Itself { .. } => Some(texts.all_applications.itself),
        Provenance::Administrator | Provenance::AdministratorAccount(_) | Provenance::Person(_) => None,
    };
    let disabled = client.is_disabled.then_some(texts.admin.disabled);
    provenance.into_iter().chain(disabled).map(ToOwned::to_owned).collect()
}

/// The registered metadata, by the member names of RFC 7591. Members without a value are omitted.
fn facts((w, require_pkce): (&AllApplicationsTexts, bool), client: &Client) -> Vec<Fact> {
    let mut facts = vec![Fact::new("client_id", client.client_id.as_str())];
    facts.extend(MEMBERS.into_iter().flat_map(|name| facts_of(name, &member(&client.metadata, name))));
    let pkce = match client.pkce(require_pkce) {
        PkceRule::Always => w.required,
        PkceRule::UnlessNonce => w.required_without_nonce,
        PkceRule::Never => w.not_required,
    };
    facts.extend([Fact::new("PKCE", pkce), Fact::new(w.registered, minute(client.created_at))]);
    facts
}

/// The lines for one member: none if it has no content or the page shows it elsewhere.
fn facts_of(name: &str, value: &Value) -> Vec<Fact> {
    let line = |label: &str, value: &Value| written(name, value).map(|text| Fact::new(label, text));
    match (name, value) {
        // The page shows these in the heading and in the line about PKCE.
        ("client_name" | "require_pkce", _) => Vec::new(),
        ("redirect_uris", Value::Array(uris)) => uris.iter().filter_map(|uri| line("redirect_uri", uri)).collect(),
        ("post_logout_redirect_uris", Value::Array(uris)) => {
            uris.iter().filter_map(|uri| line("post_logout_redirect_uri", uri)).collect()
        }
        (_, value) => line(name, value).into_iter().collect(),
    }
}

/// The value of the member `name` for display, if it has content.
fn written(name: &str, value: &Value) -> Option<String> {
    let separator = if matches!(name, "grant_types" | "response_types") { " " } else { ", " };
    let text = match value {
        Value::Null | Value::Bool(false) => return None,
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            values.iter().filter_map(|value| written(name, value)).collect::<Vec<_>>().join(separator)
        }
        value => value.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Maximum number of active secrets.
const MOST_SECRETS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{oauth::client_authentication::tests::client, web::i18n::preferred};

    #[test]
    fn every_member_that_says_something_is_on_the_page_once() {
        let mut client = client();
        client.metadata.contacts = vec!["a@example.org".to_owned(), "b@example.org".to_owned()];
        client.metadata.require_state = Some(true);
        let facts = facts((&preferred("", "").all_applications, true), &client);
        let values = |label: &str| {
            let facts = facts.iter().filter(|fact| fact.label == label);
            facts.map(|fact| fact.value.as_str()).collect::<Vec<_>>()
        };
        for name in MEMBERS {
            let told = values(name);
            let says_something = written(name, &member(&client.metadata, name)).is_some();
            let is_elsewhere = name.ends_with("redirect_uris") || matches!(name, "client_name" | "require_pkce");
            assert_eq!(told.len(), usize::from(says_something && !is_elsewhere), "{name}: {told:?}");
        }
        assert_eq!(values("contacts"), ["a@example.org, b@example.org"]);
        assert_eq!(values("require_state"), ["true"]);
        assert_eq!(values("redirect_uri").len(), client.metadata.redirect_uris.len());
        assert_eq!(values("PKCE").len(), 1);
    }
}
