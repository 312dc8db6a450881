//! `/developer/{client_id}`: the page on which an owner manages an application.

use poem::{Response, http::StatusCode};

use super::{bad_request, client_errors::client_errors, compatibility, current, done, entry, refused, sign_in_first};
use crate::{
    endpoint::{
        access::Access,
        client_errors::DeliveryFailure,
        clients::{
            management::{add_secret, delete, fixed, remove_secret, replace, show as find},
            settings::unreachable_logout_uri,
        },
        management::ManagementRefusal,
        session::CurrentSession,
    },
    http::{
        page_request::PageRequest,
        told::{Told, text},
    },
    oauth::{
        client::{Client, ClientSecret, GrantType},
        client_setting::registered,
        redirect_uri::RedirectUri,
        registration::{RegistrationRefusal, RegistrationRequest},
        resource::Resources,
        scope::Scope,
    },
    secret::Secret,
    web::{
        ClientDeletionPage, ClientForm, ClientType, FieldState, OwnClientPage, SecretLine, Snippets,
        i18n::{DoneTexts, TextOf},
    },
};

pub(in crate::http) async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "")));
    };
    let access = access(&current);
    match find(page_request.server.signet(), &access, &page_request.id) {
        Ok(client) => Ok(shown(&page_request, &access, &client).await),
        Err(refusal) => refused(&page_request, refusal),
    }
}

/// The page of `client`, with a newly created secret if there is one.
async fn shown(page_request: &PageRequest, access: &Access, client: &Client) -> Response {
    let is_it = |id: &String| id == client.client_id.as_str();
    let new_secret = match Told::of(page_request) {
        Some(Told::Registered { client_id, client_secret }) if is_it(&client_id) => {
            return super::developer::registered(page_request, client, client_secret);
        }
        Some(Told::Secret { client_id, client_secret }) if is_it(&client_id) => Some(Secret::new(client_secret)),
        _ => None,
    };
    let page =
        OwnClientPage { done: done(page_request, &DONE), new_secret, ..page(page_request, access, client).await };
    page_request.page(StatusCode::OK, page.render(page_request.context()))
}

pub(in crate::http) async fn submit(page_request: PageRequest) -> poem::Result<Response> {
    page_request.admit(ACTION)?;
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "")));
    };
    let (signet, access) = (page_request.server.signet(), access(&current));
    let client = match find(signet, &access, &page_request.id) {
        Ok(client) => client,
        Err(refusal) => return refused(&page_request, refusal),
    };
    match replace(signet, &access, &page_request.id, &request(&page_request, &client)?).await {
        Ok(_) => Ok(page_request.redirect(&address(&page_request, "?done=saved"))),
        Err(ManagementRefusal::Metadata(refusal)) => {
            let page = corrected(&page_request, page(&page_request, &access, &client).await, &refusal);
            Ok(page_request.page(StatusCode::UNPROCESSABLE_ENTITY, page.render(page_request.context())))
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}

pub(in crate::http) async fn submit_secret(page_request: PageRequest) -> poem::Result<Response> {
    page_request.admit(ACTION)?;
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "")));
    };
    let (signet, access) = (page_request.server.signet(), access(&current));
    match page_request.value("decision") {
        Some("add") => match add_secret(signet, &access, &page_request.id).await {
            Ok((client, secret)) => Ok(with_secret(&page_request, &client, &secret)),
            Err(refusal) => refused(&page_request, refusal),
        },
        Some("remove") => {
            let number = page_request.text("number").parse().map_err(|_| bad_request())?;
            match remove_secret(signet, &access, &page_request.id, number).await {
                Ok(_) => Ok(page_request.redirect(&address(&page_request, "?done=removed"))),
                Err(refusal) => refused(&page_request, refusal),
            }
        }
        _ => Err(bad_request()),
    }
}

pub(in crate::http) async fn show_deletion(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "/delete")));
    };
    match find(page_request.server.signet(), &access(&current), &page_request.id) {
        Ok(client) => {
            let page = ClientDeletionPage {
                client_id: client.client_id.as_str().to_owned(),
                name: client.metadata.client_name,
                anti_forgery: page_request.anti_forgery(ACTION, None),
            };
            Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}

pub(in crate::http) async fn submit_deletion(page_request: PageRequest) -> poem::Result<Response> {
    page_request.admit(ACTION)?;
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "/delete")));
    };
    if page_request.value("decision") != Some("delete") {
        return Err(bad_request());
    }
    match delete(page_request.server.signet(), &access(&current), &page_request.id).await {
        Ok(()) => Ok(page_request.redirect("/developer?done=deleted")),
        Err(refusal) => refused(&page_request, refusal),
    }
}

/// The access of a user on the developer pages.
pub(super) fn access(current: &CurrentSession) -> Access {
    Access::of_administrator(current).unwrap_or_else(|| Access::of_session(current, "signet:clients"))
}

/// The configuration snippets for `client`.
pub(super) fn snippets(page_request: &PageRequest, client: &Client) -> Snippets {
    let issuer = &page_request.server.signet().issuer;
    let is_for_devices = client.metadata.grant_types.contains(&GrantType::DeviceCode);
    Snippets {
        issuer: issuer.as_str().to_owned(),
        client_id: client.client_id.as_str().to_owned(),
        has_secret: client.has_secret(),
        redirect_uri: client.metadata.redirect_uris.first().map(|uri| uri.as_str().to_owned()),
        scope: asked(client, &page_request.server.signet().resources).to_string(),
        authorization_endpoint: issuer.endpoint("/authorize"),
        token_endpoint: issuer.endpoint("/token"),
        device_authorization_endpoint: is_for_devices.then(|| issuer.endpoint("/device_authorization")),
    }
}

/// The scope that the snippets request at first: identity scopes for applications that sign users in, not everything
/// that the application may request.
fn asked(client: &Client, resources: &Resources) -> Scope {
    let scope = &client.metadata.scope;
    let login: Scope = scope.iter().filter(|token| matches!(*token, "openid" | "profile" | "email")).collect();
    let logs_people_in = !client.metadata.redirect_uris.is_empty() && !login.is_empty();
    if logs_people_in {
        return login;
    }
    let is_for_people =
        client.metadata.grant_types.iter().any(|grant_type| *grant_type != GrantType::ClientCredentials);
    resources.of_first_api(scope, is_for_people)
}

/// Redirects to the page of the application, which shows the secret.
pub(super) fn with_secret(page_request: &PageRequest, client: &Client, secret: &Secret) -> Response {
    let client_id = client.client_id.as_str().to_owned();
    Told::Secret { client_id, client_secret: text(secret) }.redirect(page_request, &address(page_request, ""))
}

/// The page of `client` for the holder of `access`.
pub(super) async fn page(page_request: &PageRequest, access: &Access, client: &Client) -> OwnClientPage {
    let (signet, metadata) = (page_request.server.signet(), &client.metadata);
    let is_changeable = fixed(client).is_none();
    let web = |address: &Option<String>| FieldState::of(address.clone().unwrap_or_default());
    let line = |secret: &ClientSecret| SecretLine {
        number: secret.number,
        made: page_request.texts.time.moment(secret.created_at),
    };
    OwnClientPage {
        client_id: client.client_id.as_str().to_owned(),
        name: metadata.client_name.clone(),
        client_type: if client.is_public() { ClientType::Public } else { ClientType::Confidential },
        form: ClientForm {
            client_name: FieldState::of(metadata.client_name.clone()),
            redirect_uris: lines_of(&metadata.redirect_uris),
            post_logout_redirect_uris: lines_of(&metadata.post_logout_redirect_uris),
            scope: FieldState::of(metadata.scope.to_string()),
            logo_uri: web(&metadata.openid.logo_uri),
            policy_uri: web(&metadata.policy_uri),
            tos_uri: web(&metadata.tos_uri),
            error: None,
        },
        secrets: client.secrets.iter().map(line).collect(),
        new_secret: None,
        client_errors: client_errors(signet, access, client, &page_request.texts.remedy),
        compatibility: is_changeable.then(|| compatibility::form(page_request, access, client)),
        restriction: is_changeable.then(|| compatibility::restriction(page_request, access, client)),
        logout_warning: logout_warning(page_request, client).await,
        snippets: snippets(page_request, client),
        done: None,
        anti_forgery: page_request.anti_forgery(ACTION, None),
    }
}

/// Why logout tokens cannot be delivered, checked before one is sent.
pub(super) async fn logout_warning(page_request: &PageRequest, client: &Client) -> Option<String> {
    let w = &page_request.texts.delivery;
    let warning = match unreachable_logout_uri(page_request.server.signet(), client).await? {
        DeliveryFailure::NotHttps => w.warning_not_https,
        _ => w.warning_private,
    };
    Some(warning.to_owned())
}

fn lines_of(uris: &[RedirectUri]) -> FieldState {
    let uris: Vec<&str> = uris.iter().map(RedirectUri::as_str).collect();
    FieldState::of(uris.join("\n"))
}

/// The page with the entered values and their errors.
fn corrected(page_request: &PageRequest, page: OwnClientPage, refusal: &RegistrationRefusal) -> OwnClientPage {
    let entered = |name: &str| {
        let error = (refusal.member == name).then(|| refusal.description.clone());
        entry(page_request.text(name), error)
    };
    let form = ClientForm {
        client_name: entered("client_name"),
        redirect_uris: entered("redirect_uris"),
        post_logout_redirect_uris: entered("post_logout_redirect_uris"),
        scope: entered("scope"),
        logo_uri: entered("logo_uri"),
        policy_uri: entered("policy_uri"),
        tos_uri: entered("tos_uri"),
        error: (!MEMBERS.contains(&refusal.member)).then(|| refusal.to_string()),
    };
    OwnClientPage { form, ..page }
}

/// The registered metadata of `client`, with the entered values in place of the old ones.
fn request(page_request: &PageRequest, client: &Client) -> poem::Result<RegistrationRequest> {
    let mut request = registered(&client.metadata).map_err(poem::error::InternalServerError)?;
    let filled = |name: &str| Some(page_request.text(name).trim().to_owned()).filter(|text| !text.is_empty());
    request.client_name = Some(page_request.text("client_name"));
    request.redirect_uris = Some(super::developer::lines(&page_request.text("redirect_uris")));
    request.post_logout_redirect_uris = Some(super::developer::lines(&page_request.text("post_logout_redirect_uris")));
    request.scope = filled("scope");
    request.openid.logo_uri = filled("logo_uri");
    request.policy_uri = filled("policy_uri");
    request.tos_uri = filled("tos_uri");
    Ok(request)
}

/// The path of the requested application's page.
fn address(page_request: &PageRequest, rest: &str) -> String {
    format!("{}{rest}", crate::web::own_client_path(&page_request.id))
}

pub(super) const ACTION: &str = "own client";
/// The members that the first form of the page changes.
pub(super) const MEMBERS: [&str; 7] =
    ["client_name", "redirect_uris", "post_logout_redirect_uris", "scope", "logo_uri", "policy_uri", "tos_uri"];
const DONE: [(&str, TextOf<DoneTexts>); 3] =
    [("saved", |w| w.saved), ("changed", |w| w.setting_changed), ("removed", |w| w.secret_removed)];
