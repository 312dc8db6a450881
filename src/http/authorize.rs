//! The authorization endpoint `/authorize`: starts an authorization request and continues it after each page.

use std::sync::Arc;

use poem::{Request, Response, http::StatusCode};

use super::{fault, page_request::PageRequest, server::Server};
use crate::{
    endpoint::{
        authorize::{self, AuthorizeRefusal, Next},
        interaction::{Interaction, InteractionRefusal},
        withheld_error::WithheldError,
    },
    oauth::{
        authorization_error::UntrustedRequest,
        authorization_response::Delivery,
        parameters::{MalformedParameters, Parameters, encode},
        redirect_uri::{RedirectDestination, TrustedRedirectUri, UntrustedRedirectUri},
    },
    web::{ClientLink, ErrorPage, Fact, FormPostPage, Onward, ReturnLink, ReturnsTo, WebLink, WithheldErrorPage},
};

/// Handles a GET request: a new authorization request, or the return from a page of this server.
pub(super) async fn by_query(server: &Arc<Server>, request: &Request) -> poem::Result<Response> {
    let parameters = Parameters::parse(request.uri().query().unwrap_or_default());
    let page_request = PageRequest::of(server, request, parameters);
    let signet = &page_request.server.signet;
    let next = match &page_request.parameters {
        Err(malformed) => Err(malformed_request(malformed)),
        Ok(parameters) => match page_request.value("interaction") {
            Some(sealed) => authorize::resume(signet, sealed, &page_request.browser).await,
            None => authorize::begin(signet, parameters, &page_request.browser).await,
        },
    };
    answer(&page_request, next)
}

/// Handles an authorization request sent by POST.
pub(super) async fn by_form(
    server: &Arc<Server>,
    request: &Request,
    parameters: Result<Parameters, MalformedParameters>,
) -> poem::Result<Response> {
    let page_request = PageRequest::of(server, request, parameters);
    let next = match &page_request.parameters {
        Err(malformed) => Err(malformed_request(malformed)),
        Ok(parameters) => {
            authorize::begin_by_form(&page_request.server.signet, parameters, &page_request.browser).await
        }
    };
    answer(&page_request, next)
}

fn malformed_request(malformed: &MalformedParameters) -> AuthorizeRefusal {
    AuthorizeRefusal::Untrusted(UntrustedRequest::Malformed(malformed.clone()))
}

fn answer(page_request: &PageRequest, next: Result<Next, AuthorizeRefusal>) -> poem::Result<Response> {
    match next {
        Ok(Next::Resume(sealed)) => Ok(page_request.redirect(&interaction_at("/authorize", &sealed))),
        Ok(Next::Login(sealed)) => Ok(page_request.redirect(&interaction_at("/login", &sealed))),
        Ok(Next::Consent(sealed)) => Ok(page_request.redirect(&interaction_at("/consent", &sealed))),
        Ok(Next::Client(Delivery::Redirect(location))) => Ok(page_request.redirect(&location)),
        Ok(Next::Client(Delivery::Form { action, parameters })) => Ok(form_post(page_request, &action, parameters)),
        Ok(Next::Withheld(withheld)) => Ok(page_of(page_request, *withheld)),
        Err(AuthorizeRefusal::Untrusted(refusal)) => {
            let parameters = page_request.parameters.as_ref().ok();
            let client_id = parameters.and_then(|sent| sent.one("client_id").ok().flatten());
            let sent = parameters.map(Parameters::loggable);
            tracing::info!(client_id, sent, %refusal, "authorization request without a trusted redirect URI");
            Ok(untrusted(page_request, &refusal))
        }
        Err(AuthorizeRefusal::Interaction(refusal)) => broken_off(page_request, refusal),
        Err(AuthorizeRefusal::Internal(cause)) => Err(fault(cause)),
    }
}

/// The page that submits the authorization response to the client as a form.
fn form_post(page_request: &PageRequest, action: &str, parameters: Vec<(String, String)>) -> Response {
    let Some(link) = WebLink::parse(action) else {
        // A custom scheme of a native app does not accept form posts.
        return page_request.error(StatusCode::BAD_REQUEST, ErrorPage::invalid_request());
    };
    let nonce = page_request.server.signet().entropy.text::<16>();
    let page = FormPostPage { action: link, parameters, nonce: nonce.clone() };
    page_request.form_post_page(page.render(page_request.context()), &nonce)
}

/// The page on which the user decides whether to return to the client with the error.
fn page_of(page_request: &PageRequest, withheld: WithheldError) -> Response {
    let onward = match withheld.delivery {
        Delivery::Redirect(location) => ClientLink::parse(&location).map(Onward::Link),
        Delivery::Form { action, parameters } => {
            ClientLink::parse(&action).map(|action| Onward::Form { action, parameters })
        }
    };
    let page = WithheldErrorPage {
        client_name: withheld.client_name,
        returns_to: returns_to(withheld.destination),
        details: vec![Fact::new("error", withheld.code), Fact::new("error_description", withheld.description)],
        onward,
    };
    page_request.page(StatusCode::BAD_REQUEST, page.render(page_request.context()))
}

/// The destination of an authorization response, as shown on pages.
pub(super) fn returns_to(destination: RedirectDestination) -> ReturnsTo {
    match destination {
        RedirectDestination::Host(host) => ReturnsTo::Host(host),
        RedirectDestination::ThisDevice => ReturnsTo::ThisDevice,
        RedirectDestination::Scheme(scheme) => ReturnsTo::Scheme(scheme),
    }
}

/// `path` with the sealed interaction as its query parameter.
pub(super) fn interaction_at(path: &str, sealed: &str) -> String {
    format!("{path}?{}", encode(&[("interaction", sealed)]))
}

/// The error page for a request whose client or redirect URI is not trusted, so it must not redirect.
fn untrusted(page_request: &PageRequest, refusal: &UntrustedRequest) -> Response {
    let page = match refusal {
        UntrustedRequest::RedirectUri(UntrustedRedirectUri::NotRegistered(sent)) => {
            ErrorPage::invalid_redirect_uri().with_detail("redirect_uri", sent)
        }
        UntrustedRequest::RedirectUri(UntrustedRedirectUri::Missing) => ErrorPage::of(|w| w.redirect_uri_missing),
        UntrustedRequest::Malformed(_) | UntrustedRequest::UnknownClient | UntrustedRequest::RequestObject(_) => {
            ErrorPage::invalid_request()
        }
    };
    page_request.error(StatusCode::BAD_REQUEST, page.with_reason(&refusal.to_string()))
}

/// The error page for an interaction that cannot continue. It links back to the application if the application is still
/// registered.
pub(super) fn broken_off(page_request: &PageRequest, refusal: InteractionRefusal) -> poem::Result<Response> {
    tracing::info!(%refusal, "a sign-in was interrupted");
    let page = match refusal {
        InteractionRefusal::Answered => ErrorPage::of(|w| w.answered_already),
        InteractionRefusal::Withdrawn => ErrorPage::of(|w| w.withdrawn),
        InteractionRefusal::OtherBrowser if !page_request.has_cookies => ErrorPage::of(|w| w.cookies_blocked),
        _ => ErrorPage::expired(),
    };
    let page = page.with_reason(&refusal.to_string()).with_return(application(page_request)?);
    Ok(page_request.error(StatusCode::BAD_REQUEST, page))
}

/// The link back to the application that started the authorization request: its home page or the request's redirect
/// URI, provided that this is still registered.
fn application(page_request: &PageRequest) -> poem::Result<Option<ReturnLink>> {
    let signet = page_request.server.signet();
    let Some(begun_for) = page_request.value("interaction").and_then(|sealed| Interaction::begun_for(sealed, signet))
    else {
        return Ok(None);
    };
    let client = signet.store.client(&begun_for.client_id).map_err(|cause| fault(cause.into()))?;
    let Some(client) = client.map(|kept| kept.record).filter(|client| !client.is_disabled) else { return Ok(None) };
    let redirect_uri = begun_for.redirect_uri.as_str();
    let metadata = &client.metadata;
    let is_known =
        TrustedRedirectUri::choose(&metadata.redirect_uris, metadata.application_type, Some(redirect_uri)).is_ok();
    let page = client.metadata.client_uri.as_deref().and_then(WebLink::parse);
    let origin = || WebLink::origin_of(redirect_uri).filter(|_| is_known);
    Ok(page.or_else(origin).map(|link| ReturnLink { name: client.metadata.client_name.clone(), link }))
}
