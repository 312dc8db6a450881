//! `/developer/{client_id}`: its owner looks after an application.

use poem::{Response, http::StatusCode};

use super::{compatibility, current, done, entry, refused, sign_in_first, troubles::troubles, unfit};
use crate::{
    endpoint::{
        access::Access,
        client_troubles::DeliveryFailure,
        clients::{
            management::{add_secret, delete, fixed, remove_secret, replace, show as find},
            settings::unreachable_logout_uri,
        },
        management::ManagementRefusal,
        session::CurrentSession,
    },
    http::{
        told::{Told, text},
        visit::Visit,
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
        ClientDeletionPage, ClientForm, ClientType, Entry, OwnClientPage, SecretLine, Snippets,
        words::{DoneWords, TextOf},
    },
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit, ""))) };
    let access = access(&current);
    match find(visit.server.signet(), &access, &visit.id) {
        Ok(client) => Ok(shown(&visit, &access, &client).await),
        Err(refusal) => refused(&visit, refusal),
    }
}

/// The page of `client`, with what was just made.
async fn shown(visit: &Visit, access: &Access, client: &Client) -> Response {
    let is_it = |id: &String| id == client.client_id.as_str();
    let new_secret = match Told::of(visit) {
        Some(Told::Registered { client_id, client_secret }) if is_it(&client_id) => {
            return super::developer::registered(visit, client, client_secret);
        }
        Some(Told::Secret { client_id, client_secret }) if is_it(&client_id) => Some(Secret::new(client_secret)),
        _ => None,
    };
    let page = OwnClientPage { done: done(visit, &DONE), new_secret, ..page(visit, access, client).await };
    visit.page(StatusCode::OK, page.render(visit.voice()))
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit(ACTION)?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit, ""))) };
    let (signet, access) = (visit.server.signet(), access(&current));
    let client = match find(signet, &access, &visit.id) {
        Ok(client) => client,
        Err(refusal) => return refused(&visit, refusal),
    };
    match replace(signet, &access, &visit.id, &request(&visit, &client)?).await {
        Ok(_) => Ok(visit.redirect(&address(&visit, "?done=saved"))),
        Err(ManagementRefusal::Metadata(refusal)) => {
            let page = corrected(&visit, page(&visit, &access, &client).await, &refusal);
            Ok(visit.page(StatusCode::UNPROCESSABLE_ENTITY, page.render(visit.voice())))
        }
        Err(refusal) => refused(&visit, refusal),
    }
}

pub(in crate::http) async fn submit_secret(visit: Visit) -> poem::Result<Response> {
    visit.admit(ACTION)?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit, ""))) };
    let (signet, access) = (visit.server.signet(), access(&current));
    match visit.value("decision") {
        Some("add") => match add_secret(signet, &access, &visit.id).await {
            Ok((client, secret)) => Ok(with_secret(&visit, &client, &secret)),
            Err(refusal) => refused(&visit, refusal),
        },
        Some("remove") => {
            let number = visit.text("number").parse().map_err(|_| unfit())?;
            match remove_secret(signet, &access, &visit.id, number).await {
                Ok(_) => Ok(visit.redirect(&address(&visit, "?done=removed"))),
                Err(refusal) => refused(&visit, refusal),
            }
        }
        _ => Err(unfit()),
    }
}

pub(in crate::http) async fn show_deletion(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit, "/delete"))) };
    match find(visit.server.signet(), &access(&current), &visit.id) {
        Ok(client) => {
            let page = ClientDeletionPage {
                client_id: client.client_id.as_str().to_owned(),
                name: client.metadata.client_name,
                anti_forgery: visit.anti_forgery(ACTION, None),
            };
            Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
        }
        Err(refusal) => refused(&visit, refusal),
    }
}

pub(in crate::http) async fn submit_deletion(visit: Visit) -> poem::Result<Response> {
    visit.admit(ACTION)?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit, "/delete"))) };
    if visit.value("decision") != Some("delete") {
        return Err(unfit());
    }
    match delete(visit.server.signet(), &access(&current), &visit.id).await {
        Ok(()) => Ok(visit.redirect("/developer?done=deleted")),
        Err(refusal) => refused(&visit, refusal),
    }
}

/// What a person may do with applications on the pages of them.
pub(super) fn access(current: &CurrentSession) -> Access {
    Access::of_administrator(current).unwrap_or_else(|| Access::of_session(current, "signet:clients"))
}

/// What goes into the application of `client`.
pub(super) fn snippets(visit: &Visit, client: &Client) -> Snippets {
    let issuer = &visit.server.signet().issuer;
    let is_for_devices = client.metadata.grant_types.contains(&GrantType::DeviceCode);
    Snippets {
        issuer: issuer.as_str().to_owned(),
        client_id: client.client_id.as_str().to_owned(),
        has_secret: client.has_secret(),
        redirect_uri: client.metadata.redirect_uris.first().map(|uri| uri.as_str().to_owned()),
        scope: asked(client, &visit.server.signet().resources).to_string(),
        authorization_endpoint: issuer.endpoint("/authorize"),
        token_endpoint: issuer.endpoint("/token"),
        device_authorization_endpoint: is_for_devices.then(|| issuer.endpoint("/device_authorization")),
    }
}

/// What an application asks for at first: of whom logs in to it who they are, and not all that it might ask for.
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

/// Leads to the page of the application, which shows the secret.
pub(super) fn with_secret(visit: &Visit, client: &Client, secret: &Secret) -> Response {
    let client_id = client.client_id.as_str().to_owned();
    Told::Secret { client_id, client_secret: text(secret) }.redirect(visit, &address(visit, ""))
}

/// The page of `client`, for the holder of `access`.
pub(super) async fn page(visit: &Visit, access: &Access, client: &Client) -> OwnClientPage {
    let (signet, metadata) = (visit.server.signet(), &client.metadata);
    let is_changeable = fixed(client).is_none();
    let web = |address: &Option<String>| Entry::of(address.clone().unwrap_or_default());
    let line =
        |secret: &ClientSecret| SecretLine { number: secret.number, made: visit.words.time.moment(secret.created_at) };
    OwnClientPage {
        client_id: client.client_id.as_str().to_owned(),
        name: metadata.client_name.clone(),
        client_type: if client.is_public() { ClientType::Public } else { ClientType::Confidential },
        form: ClientForm {
            client_name: Entry::of(metadata.client_name.clone()),
            redirect_uris: lines_of(&metadata.redirect_uris),
            post_logout_redirect_uris: lines_of(&metadata.post_logout_redirect_uris),
            scope: Entry::of(metadata.scope.to_string()),
            logo_uri: web(&metadata.openid.logo_uri),
            policy_uri: web(&metadata.policy_uri),
            tos_uri: web(&metadata.tos_uri),
            error: None,
        },
        secrets: client.secrets.iter().map(line).collect(),
        new_secret: None,
        troubles: troubles(signet, access, client, &visit.words.remedy),
        compatibility: is_changeable.then(|| compatibility::form(visit, access, client)),
        restriction: is_changeable.then(|| compatibility::restriction(visit, access, client)),
        logout_warning: logout_warning(visit, client).await,
        snippets: snippets(visit, client),
        done: None,
        anti_forgery: visit.anti_forgery(ACTION, None),
    }
}

/// Why logout tokens cannot be delivered, before one is sent.
pub(super) async fn logout_warning(visit: &Visit, client: &Client) -> Option<String> {
    let w = &visit.words.delivery;
    let warning = match unreachable_logout_uri(visit.server.signet(), client).await? {
        DeliveryFailure::NotHttps => w.warning_not_https,
        _ => w.warning_private,
    };
    Some(warning.to_owned())
}

fn lines_of(uris: &[RedirectUri]) -> Entry {
    let uris: Vec<&str> = uris.iter().map(RedirectUri::as_str).collect();
    Entry::of(uris.join("\n"))
}

/// The page with what was just entered, and what is wrong with it.
fn corrected(visit: &Visit, page: OwnClientPage, refusal: &RegistrationRefusal) -> OwnClientPage {
    let entered = |name: &str| {
        let error = (refusal.member == name).then(|| refusal.description.clone());
        entry(visit.text(name), error)
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

/// What is registered of `client`, with what was entered in its place.
fn request(visit: &Visit, client: &Client) -> poem::Result<RegistrationRequest> {
    let mut request = registered(&client.metadata).map_err(poem::error::InternalServerError)?;
    let filled = |name: &str| Some(visit.text(name).trim().to_owned()).filter(|text| !text.is_empty());
    request.client_name = Some(visit.text("client_name"));
    request.redirect_uris = Some(super::developer::lines(&visit.text("redirect_uris")));
    request.post_logout_redirect_uris = Some(super::developer::lines(&visit.text("post_logout_redirect_uris")));
    request.scope = filled("scope");
    request.openid.logo_uri = filled("logo_uri");
    request.policy_uri = filled("policy_uri");
    request.tos_uri = filled("tos_uri");
    Ok(request)
}

/// The address of the application that was asked for.
fn address(visit: &Visit, rest: &str) -> String {
    format!("{}{rest}", crate::web::own_client_path(&visit.id))
}

pub(super) const ACTION: &str = "own client";
/// The members that the form on top of the page changes.
pub(super) const MEMBERS: [&str; 7] =
    ["client_name", "redirect_uris", "post_logout_redirect_uris", "scope", "logo_uri", "policy_uri", "tos_uri"];
const DONE: [(&str, TextOf<DoneWords>); 3] =
    [("saved", |w| w.saved), ("changed", |w| w.setting_changed), ("removed", |w| w.secret_removed)];
