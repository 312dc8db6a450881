//! `/developer`: any signed-in person registers applications.

use poem::{Response, http::StatusCode};

use super::{
    current, done, entry,
    own_client::{access, snippets},
    refused, sign_in_first,
};
use crate::{
    endpoint::{
        clients::{may_register, register_by_person, register_service},
        management::ManagementRefusal,
        session::CurrentSession,
    },
    http::{
        fault,
        told::{Told, text},
        visit::Visit,
    },
    oauth::{
        client::Client,
        registration::{RegistrationRefusal, RegistrationRequest},
    },
    secret::Secret,
    web::{ClientType, DeveloperPage, OwnClient, Purpose, RegisteredPage, RegistrationForm},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    match current(&visit).await? {
        Some(current) => form(&visit, &current, None),
        None => Ok(sign_in_first(&visit, "/developer")),
    }
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("developer")?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, "/developer")) };
    let signet = visit.server.signet();
    let registered = match purpose(&visit) {
        Some(Purpose::Service) => register_service(signet, &request(&visit), &access(&current)).await,
        _ => register_by_person(signet, &request(&visit), &access(&current)).await,
    };
    let registered = match registered {
        Ok(registered) => registered,
        Err(ManagementRefusal::Metadata(refusal)) => return form(&visit, &current, Some(&refusal)),
        Err(refusal) => return refused(&visit, refusal),
    };
    let client_id = registered.client.client_id.as_str().to_owned();
    let path = crate::web::own_client_path(&client_id);
    let client_secret = registered.client_secret.as_ref().map(text);
    Ok(Told::Registered { client_id, client_secret }.redirect(&visit, &path))
}

/// The page of an application that was just registered.
pub(super) fn registered(visit: &Visit, client: &Client, client_secret: Option<String>) -> Response {
    let (signet, metadata) = (visit.server.signet(), &client.metadata);
    let page = RegisteredPage {
        client_name: metadata.client_name.clone(),
        client_id: client.client_id.as_str().to_owned(),
        client_secret: client_secret.map(Secret::new),
        redirect_uris: metadata.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        authorization_endpoint: signet.issuer.endpoint("/authorize"),
        token_endpoint: signet.issuer.endpoint("/token"),
        discovery: signet.issuer.endpoint("/.well-known/openid-configuration"),
        snippets: snippets(visit, client),
    };
    visit.page(StatusCode::OK, page.render(visit.voice()))
}

fn purpose(visit: &Visit) -> Option<Purpose> {
    visit.value("client_type").and_then(Purpose::parse)
}

/// Each line with something in it.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
}

fn request(visit: &Visit) -> RegistrationRequest {
    let purpose = purpose(visit);
    let grants: &[&str] = match purpose {
        Some(Purpose::Service) => &["client_credentials"],
        Some(Purpose::Device) => &["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        _ => &["authorization_code", "refresh_token"],
    };
    let redirect_uris = lines(&visit.text("redirect_uris"));
    let needs_none = matches!(purpose, Some(Purpose::Device | Purpose::Service));
    let is_public = matches!(purpose, Some(Purpose::App | Purpose::Device));
    RegistrationRequest {
        client_name: Some(visit.text("client_name")),
        redirect_uris: Some(redirect_uris).filter(|uris| !uris.is_empty() || !needs_none),
        grant_types: Some(grants.iter().map(|grant| (*grant).to_owned()).collect()),
        token_endpoint_auth_method: is_public.then(|| "none".to_owned()),
        application_type: (purpose == Some(Purpose::Device)).then(|| "native".to_owned()),
        ..RegistrationRequest::default()
    }
}

fn form(visit: &Visit, current: &CurrentSession, refusal: Option<&RegistrationRefusal>) -> poem::Result<Response> {
    let signet = visit.server.signet();
    let clients = signet.store.clients_of(&current.subject(), None, MOST_SHOWN).map_err(|cause| fault(cause.into()))?;
    let error =
        |member: &str| refusal.filter(|refusal| refusal.member == member).map(|refusal| refusal.description.clone());
    let other = refusal.filter(|refusal| !matches!(refusal.member, "client_name" | "redirect_uris"));
    let page = DeveloperPage {
        clients: clients.iter().map(own).collect(),
        is_closed: !may_register(signet, &access(current)),
        registration: RegistrationForm {
            client_name: entry(visit.text("client_name"), error("client_name")),
            redirect_uris: entry(visit.text("redirect_uris"), error("redirect_uris")),
            purpose: purpose(visit),
            offers_service: current.account.is_administrator(),
            error: other.map(ToString::to_string),
        },
        done: done(visit, &[("deleted", |w| w.application_deleted)]),
        anti_forgery: visit.anti_forgery("developer", None),
    };
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(visit.page(status, page.render(visit.voice())))
}

fn own(client: &Client) -> OwnClient {
    OwnClient {
        name: client.metadata.client_name.clone(),
        client_id: client.client_id.as_str().to_owned(),
        client_type: if client.is_public() { ClientType::Public } else { ClientType::Confidential },
        redirect_uris: client.metadata.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
    }
}

/// So many applications of one person are listed.
const MOST_SHOWN: u16 = 100;
