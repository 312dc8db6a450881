//! `/developer`: registration of applications by any signed-in user.

use poem::{Response, http::StatusCode};

use super::{current, done, entry, form_lines::lines, own_client_page::access, refused, sign_in_first};
use crate::{
    endpoint::{
        clients::{may_register, register_by_person, register_service},
        management::ManagementRefusal,
        session::CurrentSession,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
        told::{Told, text},
    },
    oauth::{
        client::Client,
        registration::{RegistrationRefusal, RegistrationRequest},
    },
    web::{ClientType, DeveloperPage, OwnClient, Purpose, RegistrationForm},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/developer").show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    match current(&page_request).await? {
        Some(current) => form(&page_request, &current, None),
        None => Ok(sign_in_first(&page_request, "/developer")),
    }
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, "/developer")) };
    let signet = page_request.server.signet();
    let registered = match purpose(&page_request) {
        Some(Purpose::Service) => register_service(signet, &request(&page_request), &access(&current)).await,
        _ => register_by_person(signet, &request(&page_request), &access(&current)).await,
    };
    let registered = match registered {
        Ok(registered) => registered,
        Err(ManagementRefusal::Metadata(refusal)) => return form(&page_request, &current, Some(&refusal)),
        Err(refusal) => return refused(&page_request, refusal),
    };
    let client_id = registered.client.client_id.as_str().to_owned();
    let path = crate::web::own_client_path(&client_id);
    let client_secret = registered.client_secret.as_ref().map(text);
    Ok(Told::Registered { client_id, client_secret }.redirect(&page_request, &path))
}

fn purpose(page_request: &PageRequest) -> Option<Purpose> {
    page_request.value("client_type").and_then(Purpose::parse)
}

fn request(page_request: &PageRequest) -> RegistrationRequest {
    let purpose = purpose(page_request);
    let grants: &[&str] = match purpose {
        Some(Purpose::Service) => &["client_credentials"],
        Some(Purpose::Device) => &["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
        _ => &["authorization_code", "refresh_token"],
    };
    let redirect_uris = lines(&page_request.text("redirect_uris"));
    let needs_none = matches!(purpose, Some(Purpose::Device | Purpose::Service));
    let is_public = matches!(purpose, Some(Purpose::App | Purpose::Device));
    RegistrationRequest {
        client_name: Some(page_request.text("client_name")),
        redirect_uris: Some(redirect_uris).filter(|uris| !uris.is_empty() || !needs_none),
        grant_types: Some(grants.iter().map(|grant| (*grant).to_owned()).collect()),
        token_endpoint_auth_method: is_public.then(|| "none".to_owned()),
        application_type: (purpose == Some(Purpose::Device)).then(|| "native".to_owned()),
        ..RegistrationRequest::default()
    }
}

fn form(
    page_request: &PageRequest,
    current: &CurrentSession,
    refusal: Option<&RegistrationRefusal>,
) -> poem::Result<Response> {
    let signet = page_request.server.signet();
    let clients = signet.store.clients_of(&current.subject(), None, MOST_SHOWN).map_err(|cause| fault(cause.into()))?;
    let error =
        |member: &str| refusal.filter(|refusal| refusal.member == member).map(|refusal| refusal.description.clone());
    let other = refusal.filter(|refusal| !matches!(refusal.member, "client_name" | "redirect_uris"));
    let page = DeveloperPage {
        clients: clients.iter().map(own).collect(),
        is_closed: !may_register(signet, &access(current)),
        registration: RegistrationForm {
            client_name: entry(page_request.text("client_name"), error("client_name")),
            redirect_uris: entry(page_request.text("redirect_uris"), error("redirect_uris")),
            purpose: purpose(page_request),
            offers_service: current.account.is_administrator(),
            error: other.map(ToString::to_string),
        },
        done: done(page_request, &[("deleted", |w| w.application_deleted)]),
        anti_forgery: ACTION.token(page_request, None),
    };
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page_request.page(status, page.render(page_request.context())))
}

fn own(client: &Client) -> OwnClient {
    OwnClient {
        name: client.metadata.client_name.clone(),
        client_id: client.client_id.as_str().to_owned(),
        client_type: if client.is_public() { ClientType::Public } else { ClientType::Confidential },
        redirect_uris: client.metadata.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
    }
}

const ACTION: FormAction = FormAction::named("developer");
/// Maximum number of applications of one user that are listed.
const MOST_SHOWN: u16 = 100;
