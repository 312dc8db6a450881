//! `/logout` and `/logout/done`: signs a user out.

use poem::{
    Response,
    http::{HeaderName, HeaderValue, StatusCode},
};

use super::begun;
use crate::{
    endpoint::logout::{Farewell, LogoutStep, begin, confirm, frames, returning},
    http::{
        authorize::returns_to,
        csrf::{CsrfChecked, FormAction},
        edge::FetchSite,
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    oauth::{
        parameters::{Parameters, encode},
        redirect_uri::RedirectDestination,
    },
    web::{ClientLink, LoggedOutPage, LogoutPage, ReturnLink, WebLink},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([
        PageRoute::at("/logout").show(show).submit(ACTION, submit).without_check(needs_no_token, without_token),
        PageRoute::at("/logout/done").show(done),
    ])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let none = Parameters::default();
    let parameters = page_request.parameters.as_ref().unwrap_or(&none);
    let question = match begin(page_request.server.signet(), parameters, &page_request.browser).await.map_err(fault)? {
        LogoutStep::Ask(question) => question,
        LogoutStep::SignedOut(farewell) => return Ok(depart(&page_request, farewell)),
    };
    if !question.has_session && page_request.remark.is_none() {
        // There is no session to end.
        let back = returning(page_request.server.signet(), Some(&question.sealed));
        let onward = back.destination.as_deref().and_then(WebLink::parse).filter(|_| !back.is_withheld);
        let offered = back.destination.as_deref().filter(|_| onward.is_none());
        let offered = offered.and_then(|uri| Some((ClientLink::parse(uri)?, returns_to(RedirectDestination::of(uri)))));
        let page = LoggedOutPage { was_signed_in: false, back: None, onward, offered, frames: Vec::new() };
        return Ok(page_request.page(StatusCode::OK, page.render(page_request.context())));
    }
    let page = LogoutPage {
        username: question.username,
        is_unproven: question.is_unproven,
        client_name: question.client_name,
        anti_forgery: ACTION.token(&page_request, Some(&question.sealed)),
        interaction: Some(question.sealed),
    };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

/// A form of an application is a logout request like a GET.
async fn request_by_form(page_request: PageRequest) -> poem::Result<Response> {
    match (&page_request.browser.session, &page_request.parameters) {
        // With `SameSite`, the browser does not send the session cookie with a cross-site POST. It sends the cookie after
        // a redirect to GET.
        (None, Ok(parameters)) => Ok(page_request.redirect(&as_query(parameters))),
        _ => show(page_request).await,
    }
}

/// Whether a POST needs no anti-forgery token: it is a logout request of an application, or the session of the form ended in
/// another tab, so that there is nothing left that the token would protect.
fn needs_no_token(page_request: &PageRequest) -> bool {
    let is_own = page_request.provenance() == FetchSite::SameOrigin && !page_request.lacks_cookies();
    page_request.value("decision").is_none() || (page_request.person.is_none() && is_own)
}

async fn without_token(page_request: PageRequest) -> poem::Result<Response> {
    match page_request.value("decision") {
        None => request_by_form(page_request).await,
        Some(_) => conclude(&page_request).await,
    }
}

/// Confirms or cancels the logout.
async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    conclude(&page_request).await
}

async fn conclude(page_request: &PageRequest) -> poem::Result<Response> {
    if page_request.value("decision") != Some("confirm") {
        return Ok(page_request.redirect("/account"));
    }
    let signet = page_request.server.signet();
    let farewell = confirm(signet, &page_request.browser, page_request.value("interaction")).await.map_err(fault)?;
    Ok(depart(page_request, farewell))
}

fn depart(page_request: &PageRequest, farewell: Farewell) -> Response {
    let location = match farewell {
        Farewell::To(destination) => destination,
        Farewell::LastPage(Some(sealed)) => format!("/logout/done?{}", encode(&[("interaction", &sealed)])),
        Farewell::LastPage(None) => "/logout/done".to_owned(),
    };
    page_request.signed_out(page_request.redirect(&location))
}

/// The request as a query string.
fn as_query(parameters: &Parameters) -> String {
    let values = |name| parameters.many(name).map(move |value| (name, value));
    let pairs: Vec<(&str, &str)> = PARAMETERS.into_iter().flat_map(values).collect();
    format!("/logout?{}", encode(&pairs))
}

async fn done(page_request: PageRequest) -> poem::Result<Response> {
    // A user who signed out during an authorization request can return to the application's page.
    let back = begun(&page_request, page_request.value("interaction"))?.and_then(|begun| {
        let uri = begun.client.metadata.client_uri.as_deref()?;
        Some(ReturnLink { name: begun.client.metadata.client_name.clone(), link: WebLink::parse(uri)? })
    });
    let signet = page_request.server.signet();
    let returning = returning(signet, page_request.value("interaction"));
    let frames = frames(signet, &returning).map_err(fault)?;
    let onward = returning.destination.as_deref().and_then(WebLink::parse);
    let offered = returning.destination.as_deref().filter(|_| returning.is_withheld);
    let offered = offered.and_then(|uri| Some((ClientLink::parse(uri)?, returns_to(RedirectDestination::of(uri)))));
    if let (Some(destination), None, false) = (&returning.destination, &onward, returning.is_withheld) {
        // A custom scheme of a native app: a page cannot link to it.
        return Ok(page_request.redirect(destination));
    }
    let links: Vec<WebLink> = frames.iter().filter_map(|uri| WebLink::parse(uri)).collect();
    let onward = onward.filter(|_| !returning.is_withheld);
    let page = LoggedOutPage { was_signed_in: true, back, onward, offered, frames: links };
    let mut answer = page_request.page_with_frames(page.render(page_request.context()), &frames);
    if let Some(destination) = returning.destination.filter(|_| !returning.is_withheld) {
        // Browsers count from the time when the page and its frames have loaded. The link is for users who do not wait.
        let refresh = HeaderValue::try_from(format!("1;url={destination}"));
        answer.headers_mut().extend(refresh.map(|refresh| (HeaderName::from_static("refresh"), refresh)));
    }
    Ok(answer)
}

pub(super) const ACTION: FormAction = FormAction::named("logout");
/// The parameters of OpenID Connect RP-Initiated Logout §2.
const PARAMETERS: [&str; 6] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];
