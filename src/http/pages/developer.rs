//! `/developer`: any signed-in person registers applications.

use poem::{Response, http::StatusCode};

use super::{current, entry, sign_in_first};
use crate::{
    endpoint::{
        clients::{RegisterRefusal, register_by_person},
        session::CurrentSession,
    },
    http::{fault, visit::Visit},
    oauth::{
        client::Client,
        registration::{RegistrationRefusal, RegistrationRequest},
    },
    web::{ClientType, DeveloperPage, OwnClient, RegisteredPage, RegistrationForm},
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
    let registered = match register_by_person(signet, &request(&visit), current.subject()).await {
        Ok(registered) => registered,
        Err(RegisterRefusal::Metadata(refusal)) => return form(&visit, &current, Some(&refusal)),
        Err(RegisterRefusal::Fault(cause)) => return Err(fault(cause)),
    };
    let metadata = &registered.client.metadata;
    let page = RegisteredPage {
        client_name: metadata.client_name.clone(),
        client_id: registered.client.client_id.as_str().to_owned(),
        client_secret: registered.client_secret,
        redirect_uris: metadata.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        authorization_endpoint: signet.issuer.endpoint("/authorize"),
        token_endpoint: signet.issuer.endpoint("/token"),
        discovery: signet.issuer.endpoint("/.well-known/openid-configuration"),
    };
    // Not a redirect: the secret is shown once and stands in no address.
    Ok(visit.page(StatusCode::CREATED, page.render(&visit.server.brand)))
}

fn request(visit: &Visit) -> RegistrationRequest {
    let redirect_uris = visit.text("redirect_uris");
    let redirect_uris = redirect_uris.lines().map(str::trim).filter(|line| !line.is_empty()).map(ToOwned::to_owned);
    let is_public = visit.value("client_type").and_then(ClientType::parse) == Some(ClientType::Public);
    RegistrationRequest {
        client_name: Some(visit.text("client_name")),
        redirect_uris: Some(redirect_uris.collect()),
        grant_types: Some(["authorization_code", "refresh_token"].map(ToOwned::to_owned).to_vec()),
        token_endpoint_auth_method: is_public.then(|| "none".to_owned()),
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
        registration: RegistrationForm {
            client_name: entry(visit.text("client_name"), error("client_name").as_ref()),
            redirect_uris: entry(visit.text("redirect_uris"), error("redirect_uris").as_ref()),
            client_type: visit.value("client_type").and_then(ClientType::parse),
            error: other.map(ToString::to_string),
        },
        anti_forgery: visit.anti_forgery("developer", None),
    };
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(visit.page(status, page.render(&visit.server.brand)))
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
