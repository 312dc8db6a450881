//! `/logout` and `/logout/done`

use poem::{
    Response,
    http::{HeaderName, HeaderValue, StatusCode},
};

use super::begun;
use crate::{
    endpoint::logout::{Farewell, LogoutStep, begin, confirm, frames, returning},
    http::{authorize::returns_to, fault, visit::Visit},
    oauth::{
        parameters::{Parameters, encode},
        redirect_uri::Destination,
    },
    web::{ClientLink, LoggedOutPage, LogoutPage, ReturnLink, WebLink},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let none = Parameters::default();
    let parameters = visit.parameters.as_ref().unwrap_or(&none);
    let question = match begin(visit.server.signet(), parameters, &visit.browser).await.map_err(fault)? {
        LogoutStep::Ask(question) => question,
        LogoutStep::SignedOut(farewell) => return Ok(depart(&visit, farewell)),
    };
    if !question.has_session && visit.remark.is_none() {
        // There is nothing to end.
        let back = returning(visit.server.signet(), Some(&question.sealed));
        let onward = back.destination.as_deref().and_then(WebLink::parse).filter(|_| !back.is_withheld);
        let offered = back.destination.as_deref().filter(|_| onward.is_none());
        let offered = offered.and_then(|uri| Some((ClientLink::parse(uri)?, returns_to(Destination::of(uri)))));
        let page = LoggedOutPage { was_signed_in: false, back: None, onward, offered, frames: Vec::new() };
        return Ok(visit.page(StatusCode::OK, page.render(visit.voice())));
    }
    let page = LogoutPage {
        username: question.username,
        is_unproven: question.is_unproven,
        client_name: question.client_name,
        anti_forgery: visit.anti_forgery("logout", Some(&question.sealed)),
        interaction: Some(question.sealed),
    };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}

/// A form of ours signs out, or not. A form of an application is a logout request like a GET.
pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    if visit.value("decision").is_none() {
        return match (&visit.browser.session, &visit.parameters) {
            // A browser keeps the cookie of the session to itself when another site posts (SameSite), and sends it when it
            // is told to come by GET.
            (None, Ok(parameters)) => Ok(visit.redirect(&as_query(parameters))),
            _ => show(visit).await,
        };
    }
    visit.admit("logout")?;
    if visit.value("decision") != Some("confirm") {
        return Ok(visit.redirect("/account"));
    }
    let signet = visit.server.signet();
    let farewell = confirm(signet, &visit.browser, visit.value("interaction")).await.map_err(fault)?;
    Ok(depart(&visit, farewell))
}

fn depart(visit: &Visit, farewell: Farewell) -> Response {
    let location = match farewell {
        Farewell::To(destination) => destination,
        Farewell::LastPage(Some(sealed)) => format!("/logout/done?{}", encode(&[("interaction", &sealed)])),
        Farewell::LastPage(None) => "/logout/done".to_owned(),
    };
    visit.signed_out(visit.redirect(&location))
}

/// The request as a GET.
fn as_query(parameters: &Parameters) -> String {
    let values = |name| parameters.many(name).map(move |value| (name, value));
    let pairs: Vec<(&str, &str)> = PARAMETERS.into_iter().flat_map(values).collect();
    format!("/logout?{}", encode(&pairs))
}

pub(in crate::http) async fn done(visit: Visit) -> poem::Result<Response> {
    // Whoever signed out in the middle of a login of an application can return to that application's page.
    let back = begun(&visit, visit.value("interaction"))?.and_then(|begun| {
        let uri = begun.client.metadata.client_uri.as_deref()?;
        Some(ReturnLink { name: begun.client.metadata.client_name.clone(), link: WebLink::parse(uri)? })
    });
    let signet = visit.server.signet();
    let returning = returning(signet, visit.value("interaction"));
    let frames = frames(signet, &returning).map_err(fault)?;
    let onward = returning.destination.as_deref().and_then(WebLink::parse);
    let offered = returning.destination.as_deref().filter(|_| returning.is_withheld);
    let offered = offered.and_then(|uri| Some((ClientLink::parse(uri)?, returns_to(Destination::of(uri)))));
    if let (Some(destination), None, false) = (&returning.destination, &onward, returning.is_withheld) {
        // An application of the browser's own machine: a page cannot lead there.
        return Ok(visit.redirect(destination));
    }
    let links: Vec<WebLink> = frames.iter().filter_map(|uri| WebLink::parse(uri)).collect();
    let onward = onward.filter(|_| !returning.is_withheld);
    let page = LoggedOutPage { was_signed_in: true, back, onward, offered, frames: links };
    let mut answer = visit.page_with_frames(page.render(visit.voice()), &frames);
    if let Some(destination) = returning.destination.filter(|_| !returning.is_withheld) {
        // Browsers count from when the page and all that is in it have loaded; the link is for those who do not wait.
        let refresh = HeaderValue::try_from(format!("1;url={destination}"));
        answer.headers_mut().extend(refresh.map(|refresh| (HeaderName::from_static("refresh"), refresh)));
    }
    Ok(answer)
}

/// Those of OpenID Connect RP-Initiated Logout §2.
const PARAMETERS: [&str; 6] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];
