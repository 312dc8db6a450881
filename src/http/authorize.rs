//! `/authorize`: where a login begins, and where each page of it returns to.

use std::sync::Arc;

use poem::{Request, Response, http::StatusCode};

use super::{fault, server::Server, visit::Visit};
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
        redirect_uri::{Destination, TrustedRedirectUri, UntrustedRedirectUri},
    },
    web::{ClientLink, ErrorPage, Fact, FormPostPage, Onward, ReturnLink, ReturnsTo, WebLink, WithheldErrorPage},
};

/// Answers a GET: a new request, or one that a page of ours has reported back to.
pub(super) async fn by_query(server: &Arc<Server>, request: &Request) -> poem::Result<Response> {
    let parameters = Parameters::parse(request.uri().query().unwrap_or_default());
    let visit = Visit::of(server, request, parameters);
    let signet = &visit.server.signet;
    let next = match &visit.parameters {
        Err(malformed) => Err(malformed_request(malformed)),
        Ok(parameters) => match visit.value("interaction") {
            Some(sealed) => authorize::resume(signet, sealed, &visit.browser).await,
            None => authorize::begin(signet, parameters, &visit.browser).await,
        },
    };
    answer(&visit, next)
}

/// Answers a POST of a new request.
pub(super) async fn by_form(
    server: &Arc<Server>,
    request: &Request,
    parameters: Result<Parameters, MalformedParameters>,
) -> poem::Result<Response> {
    let visit = Visit::of(server, request, parameters);
    let next = match &visit.parameters {
        Err(malformed) => Err(malformed_request(malformed)),
        Ok(parameters) => authorize::begin_by_form(&visit.server.signet, parameters, &visit.browser).await,
    };
    answer(&visit, next)
}

fn malformed_request(malformed: &MalformedParameters) -> AuthorizeRefusal {
    AuthorizeRefusal::Untrusted(UntrustedRequest::Malformed(malformed.clone()))
}

fn answer(visit: &Visit, next: Result<Next, AuthorizeRefusal>) -> poem::Result<Response> {
    match next {
        Ok(Next::Resume(sealed)) => Ok(visit.redirect(&interaction_at("/authorize", &sealed))),
        Ok(Next::Login(sealed)) => Ok(visit.redirect(&interaction_at("/login", &sealed))),
        Ok(Next::Consent(sealed)) => Ok(visit.redirect(&interaction_at("/consent", &sealed))),
        Ok(Next::Client(Delivery::Redirect(location))) => Ok(visit.redirect(&location)),
        Ok(Next::Client(Delivery::Form { action, parameters })) => Ok(form_post(visit, &action, parameters)),
        Ok(Next::Withheld(withheld)) => Ok(page_of(visit, *withheld)),
        Err(AuthorizeRefusal::Untrusted(refusal)) => {
            let parameters = visit.parameters.as_ref().ok();
            let client_id = parameters.and_then(|sent| sent.one("client_id").ok().flatten());
            let sent = parameters.map(Parameters::loggable);
            tracing::info!(client_id, sent, %refusal, "authorization request without a trusted redirect URI");
            Ok(untrusted(visit, &refusal))
        }
        Err(AuthorizeRefusal::Interaction(refusal)) => broken_off(visit, refusal),
        Err(AuthorizeRefusal::Fault(cause)) => Err(fault(cause)),
    }
}

/// The page that sends the answer to the client as a form.
fn form_post(visit: &Visit, action: &str, parameters: Vec<(String, String)>) -> Response {
    let Some(link) = WebLink::parse(action) else {
        // A scheme of the person's own device takes no forms.
        return visit.error(StatusCode::BAD_REQUEST, ErrorPage::invalid_request());
    };
    let nonce = visit.server.signet().entropy.text::<16>();
    let page = FormPostPage { action: link, parameters, nonce: nonce.clone() };
    visit.form_post_page(page.render(visit.voice()), &nonce)
}

/// The page with which the person takes an error to the client, or does not.
fn page_of(visit: &Visit, withheld: WithheldError) -> Response {
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
    visit.page(StatusCode::BAD_REQUEST, page.render(visit.voice()))
}

/// Where an answer leads, as pages say it.
pub(super) fn returns_to(destination: Destination) -> ReturnsTo {
    match destination {
        Destination::Host(host) => ReturnsTo::Host(host),
        Destination::ThisDevice => ReturnsTo::ThisDevice,
        Destination::Scheme(scheme) => ReturnsTo::Scheme(scheme),
    }
}

/// `path` with the login that was begun.
pub(super) fn interaction_at(path: &str, sealed: &str) -> String {
    format!("{path}?{}", encode(&[("interaction", sealed)]))
}

/// The page for a request that leads nowhere.
fn untrusted(visit: &Visit, refusal: &UntrustedRequest) -> Response {
    let page = match refusal {
        UntrustedRequest::RedirectUri(UntrustedRedirectUri::NotRegistered(sent)) => {
            ErrorPage::invalid_redirect_uri().with_detail("redirect_uri", sent)
        }
        UntrustedRequest::RedirectUri(UntrustedRedirectUri::Missing) => ErrorPage::of(|w| w.redirect_uri_missing),
        UntrustedRequest::Malformed(_) | UntrustedRequest::UnknownClient | UntrustedRequest::RequestObject(_) => {
            ErrorPage::invalid_request()
        }
    };
    visit.error(StatusCode::BAD_REQUEST, page.with_reason(&refusal.to_string()))
}

/// The page for a login that cannot go on. It leads back to the application, if that is still known.
pub(super) fn broken_off(visit: &Visit, refusal: InteractionRefusal) -> poem::Result<Response> {
    tracing::info!(%refusal, "a login was broken off");
    let page = match refusal {
        InteractionRefusal::Answered => ErrorPage::of(|w| w.answered_already),
        InteractionRefusal::Withdrawn => ErrorPage::of(|w| w.withdrawn),
        _ => ErrorPage::expired(),
    };
    let page = page.with_reason(&refusal.to_string()).with_return(application(visit)?);
    Ok(visit.error(StatusCode::BAD_REQUEST, page))
}

/// The way back to the application that the login was begun for: to its page, or to where it wanted the answer, as long as
/// that is still one of its addresses.
fn application(visit: &Visit) -> poem::Result<Option<ReturnLink>> {
    let signet = visit.server.signet();
    let Some(begun_for) = visit.value("interaction").and_then(|sealed| Interaction::begun_for(sealed, signet)) else {
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
