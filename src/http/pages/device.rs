//! `/device`: connects a device by its user code.

use poem::{
    Response,
    http::{StatusCode, header},
};

use super::{card, consent::registrant, current, scope_lines, sign_in_first};
use crate::{
    endpoint::{
        device::{DeviceRefusal, answer, question, verification_uri_complete},
        session::CurrentSession,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        edge::no_store,
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
        told::Told,
    },
    oauth::{device_authorization::UserCode, parameters::encode},
    web::{DeviceAnsweredPage, DeviceCodePage, DeviceConfirmPage, ErrorPage, FieldState, Person, qr_code},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/device").show(show).submit(ACTION, submit), PageRoute::at("/device/qr").show(qr)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let typed = page_request.text("user_code");
    let Some(current) = current(&page_request).await? else {
        let back = if typed.is_empty() {
            "/device".to_owned()
        } else {
            format!("/device?{}", encode(&[("user_code", &typed)]))
        };
        return Ok(sign_in_first(&page_request, &back));
    };
    if let Some(Told::Device { client_name, is_allowed }) = Told::of(&page_request) {
        let page = DeviceAnsweredPage { client_name, is_allowed };
        return Ok(page_request.page(StatusCode::OK, page.render(page_request.context())));
    }
    if typed.is_empty() {
        return Ok(form(&page_request, StatusCode::OK, FieldState::default()));
    }
    let question = match question(page_request.server.signet(), &typed, &current) {
        Ok(question) => question,
        Err(refusal) => return refused(&page_request, refusal, typed),
    };
    let page = DeviceConfirmPage {
        client: card(&question.client),
        registrant: registrant(&page_request, &question.client)?,
        user_code: question.user_code,
        person: person(&current),
        scope: scope_lines(&page_request, &question.scope),
        anti_forgery: ACTION.token(&page_request, None),
    };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let typed = page_request.text("user_code");
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, "/device")) };
    let is_allowed = match page_request.value("decision") {
        Some("allow") => true,
        Some("deny") => false,
        _ => return Err(poem::Error::from_status(StatusCode::BAD_REQUEST)),
    };
    match answer(page_request.server.signet(), &typed, &current, is_allowed).await {
        Ok(client) => {
            let told = Told::Device { client_name: client.metadata.client_name, is_allowed };
            Ok(told.redirect(&page_request, "/device"))
        }
        Err(refusal) => refused(&page_request, refusal, typed),
    }
}

/// A QR code with the URL for a user code, for devices that can display an image. It does not check whether the code
/// exists, so it reveals nothing about codes.
async fn qr(page_request: PageRequest) -> poem::Result<Response> {
    let picture = UserCode::parse(&page_request.text("user_code"))
        .and_then(|code| qr_code(&verification_uri_complete(page_request.server.signet(), &code)))
        .ok_or(poem::error::NotFoundError)?;
    let answer = Response::builder()
        .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
        // An application on a television may embed it in its own page.
        .header("cross-origin-resource-policy", "cross-origin")
        .content_type("image/svg+xml")
        .body(picture.into_string());
    Ok(no_store(answer))
}

fn refused(page_request: &PageRequest, refusal: DeviceRefusal, typed: String) -> poem::Result<Response> {
    let entry = |error: &str| FieldState { value: typed.clone(), error: Some(error.to_owned()) };
    match refusal {
        DeviceRefusal::UnknownCode => {
            Ok(form(page_request, StatusCode::UNPROCESSABLE_ENTITY, entry(page_request.texts.device.unknown_code)))
        }
        DeviceRefusal::Wait { retry_after } => {
            let minutes = retry_after.whole_minutes() + 1;
            let error = page_request.texts.device.too_many_codes(minutes);
            let mut answer = form(page_request, StatusCode::TOO_MANY_REQUESTS, entry(&error));
            let seconds = u64::try_from(retry_after.whole_seconds()).unwrap_or_default() + 1;
            answer.headers_mut().insert(poem::http::header::RETRY_AFTER, seconds.into());
            Ok(answer)
        }
        DeviceRefusal::NotAllowed => Ok(page_request.error(StatusCode::FORBIDDEN, ErrorPage::not_allowed())),
        DeviceRefusal::Internal(cause) => Err(fault(cause)),
    }
}

fn form(page_request: &PageRequest, status: StatusCode, user_code: FieldState) -> Response {
    page_request.page(status, DeviceCodePage { user_code }.render(page_request.context()))
}

fn person(current: &CurrentSession) -> Person {
    Person {
        username: current.account.username.as_str().to_owned(),
        full_name: current.account.claims.name.as_ref().map(|name| name.as_str().to_owned()),
    }
}

const ACTION: FormAction = FormAction::named("device");
