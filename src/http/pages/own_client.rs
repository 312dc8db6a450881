//! `/developer/{client_id}`: the page on which an owner manages an application.

use poem::{Response, http::StatusCode};

use super::{
    bad_request, current, done, entry,
    form_lines::lines,
    own_client_page::{ACTION, MEMBERS, access, address, page, snippets, with_secret},
    refused, sign_in_first,
};
use crate::{
    endpoint::{
        access::Access,
        clients::management::{add_secret, delete, remove_secret, replace, show as find},
        management::ManagementRefusal,
    },
    http::{
        csrf::CsrfChecked,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
        told::Told,
    },
    oauth::{
        client::Client,
        client_setting::registered,
        registration::{RegistrationRefusal, RegistrationRequest},
    },
    secret::Secret,
    web::{
        ClientDeletionPage, ClientForm, OwnClientPage, RegisteredPage,
        i18n::{DoneTexts, TextOf},
    },
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/developer/:id").show(show).submit(ACTION, submit),
        PageRoute::at("/developer/:id/secrets").submit(ACTION, submit_secret).on("/developer/:id"),
        PageRoute::at("/developer/:id/delete").show(show_deletion).submit(ACTION, submit_deletion),
    ])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "")));
    };
    let access = access(&current);
    match find(page_request.server.signet(), &access, page_request.path_value("id")) {
        Ok(client) => Ok(shown(&page_request, &access, &client).await),
        Err(refusal) => refused(&page_request, refusal),
    }
}

/// The page of `client`, with a newly created secret if there is one.
async fn shown(page_request: &PageRequest, access: &Access, client: &Client) -> Response {
    let is_it = |id: &String| id == client.client_id.as_str();
    let new_secret = match Told::of(page_request) {
        Some(Told::Registered { client_id, client_secret }) if is_it(&client_id) => {
            return newly_registered(page_request, client, client_secret);
        }
        Some(Told::Secret { client_id, client_secret }) if is_it(&client_id) => Some(Secret::new(client_secret)),
        _ => None,
    };
    let page =
        OwnClientPage { done: done(page_request, &DONE), new_secret, ..page(page_request, access, client).await };
    page_request.page(StatusCode::OK, page.render(page_request.context()))
}

/// The page of a newly registered application.
fn newly_registered(page_request: &PageRequest, client: &Client, client_secret: Option<String>) -> Response {
    let (signet, metadata) = (page_request.server.signet(), &client.metadata);
    let page = RegisteredPage {
        client_name: metadata.client_name.clone(),
        client_id: client.client_id.as_str().to_owned(),
        client_secret: client_secret.map(Secret::new),
        redirect_uris: metadata.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        authorization_endpoint: signet.issuer.endpoint("/authorize"),
        token_endpoint: signet.issuer.endpoint("/token"),
        discovery: signet.issuer.endpoint("/.well-known/openid-configuration"),
        snippets: snippets(page_request, client),
    };
    page_request.page(StatusCode::OK, page.render(page_request.context()))
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "")));
    };
    let (signet, access) = (page_request.server.signet(), access(&current));
    let client = match find(signet, &access, page_request.path_value("id")) {
        Ok(client) => client,
        Err(refusal) => return refused(&page_request, refusal),
    };
    match replace(signet, &access, page_request.path_value("id"), &request(&page_request, &client)?).await {
        Ok(_) => Ok(page_request.redirect(&address(&page_request, "?done=saved"))),
        Err(ManagementRefusal::Metadata(refusal)) => {
            let page = corrected(&page_request, page(&page_request, &access, &client).await, &refusal);
            Ok(page_request.page(StatusCode::UNPROCESSABLE_ENTITY, page.render(page_request.context())))
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}

async fn submit_secret(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "")));
    };
    let (signet, access) = (page_request.server.signet(), access(&current));
    match page_request.value("decision") {
        Some("add") => match add_secret(signet, &access, page_request.path_value("id")).await {
            Ok((client, secret)) => Ok(with_secret(&page_request, &client, &secret)),
            Err(refusal) => refused(&page_request, refusal),
        },
        Some("remove") => {
            let number = page_request.text("number").parse().map_err(|_| bad_request())?;
            match remove_secret(signet, &access, page_request.path_value("id"), number).await {
                Ok(_) => Ok(page_request.redirect(&address(&page_request, "?done=removed"))),
                Err(refusal) => refused(&page_request, refusal),
            }
        }
        _ => Err(bad_request()),
    }
}

async fn show_deletion(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "/delete")));
    };
    match find(page_request.server.signet(), &access(&current), page_request.path_value("id")) {
        Ok(client) => {
            let page = ClientDeletionPage {
                client_id: client.client_id.as_str().to_owned(),
                name: client.metadata.client_name,
                anti_forgery: ACTION.token(&page_request, None),
            };
            Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}

async fn submit_deletion(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, "/delete")));
    };
    if page_request.value("decision") != Some("delete") {
        return Err(bad_request());
    }
    match delete(page_request.server.signet(), &access(&current), page_request.path_value("id")).await {
        Ok(()) => Ok(page_request.redirect("/developer?done=deleted")),
        Err(refusal) => refused(&page_request, refusal),
    }
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
    request.redirect_uris = Some(lines(&page_request.text("redirect_uris")));
    request.post_logout_redirect_uris = Some(lines(&page_request.text("post_logout_redirect_uris")));
    request.scope = filled("scope");
    request.openid.logo_uri = filled("logo_uri");
    request.policy_uri = filled("policy_uri");
    request.tos_uri = filled("tos_uri");
    Ok(request)
}

const DONE: [(&str, TextOf<DoneTexts>); 3] =
    [("saved", |w| w.saved), ("changed", |w| w.setting_changed), ("removed", |w| w.secret_removed)];
