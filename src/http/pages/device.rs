//! `/device`

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
    http::{edge::no_store, fault, told::Told, visit::Visit},
    oauth::{device_authorization::UserCode, parameters::encode},
    web::{DeviceAnsweredPage, DeviceCodePage, DeviceConfirmPage, Entry, ErrorPage, Person, qr_code},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let typed = visit.text("user_code");
    let Some(current) = current(&visit).await? else {
        let back = if typed.is_empty() {
            "/device".to_owned()
        } else {
            format!("/device?{}", encode(&[("user_code", &typed)]))
        };
        return Ok(sign_in_first(&visit, &back));
    };
    if let Some(Told::Device { client_name, is_allowed }) = Told::of(&visit) {
        let page = DeviceAnsweredPage { client_name, is_allowed };
        return Ok(visit.page(StatusCode::OK, page.render(visit.voice())));
    }
    if typed.is_empty() {
        return Ok(form(&visit, StatusCode::OK, Entry::default()));
    }
    let question = match question(visit.server.signet(), &typed, &current) {
        Ok(question) => question,
        Err(refusal) => return refused(&visit, refusal, typed),
    };
    let page = DeviceConfirmPage {
        client: card(&question.client),
        registrant: registrant(&visit, &question.client)?,
        user_code: question.user_code,
        person: person(&current),
        scope: scope_lines(&visit, &question.scope),
        anti_forgery: visit.anti_forgery("device", None),
    };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("device")?;
    let typed = visit.text("user_code");
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, "/device")) };
    let is_allowed = match visit.value("decision") {
        Some("allow") => true,
        Some("deny") => false,
        _ => return Err(poem::Error::from_status(StatusCode::BAD_REQUEST)),
    };
    match answer(visit.server.signet(), &typed, &current, is_allowed).await {
        Ok(client) => {
            let told = Told::Device { client_name: client.metadata.client_name, is_allowed };
            Ok(told.redirect(&visit, "/device"))
        }
        Err(refusal) => refused(&visit, refusal, typed),
    }
}

/// The address of the question about a code as a QR code, for a device that can show a picture. Whether a device waits with
/// the code is not looked at, so that nobody learns anything by it.
pub(in crate::http) async fn qr(visit: Visit) -> poem::Result<Response> {
    let picture = UserCode::parse(&visit.text("user_code"))
        .and_then(|code| qr_code(&verification_uri_complete(visit.server.signet(), &code)))
        .ok_or(poem::error::NotFoundError)?;
    let answer = Response::builder()
        .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
        // An application on a television shows it on a page of its own.
        .header("cross-origin-resource-policy", "cross-origin")
        .content_type("image/svg+xml")
        .body(picture.into_string());
    Ok(no_store(answer))
}

fn refused(visit: &Visit, refusal: DeviceRefusal, typed: String) -> poem::Result<Response> {
    let entry = |error: &str| Entry { value: typed.clone(), error: Some(error.to_owned()) };
    match refusal {
        DeviceRefusal::UnknownCode => {
            Ok(form(visit, StatusCode::UNPROCESSABLE_ENTITY, entry(visit.words.device.unknown_code)))
        }
        DeviceRefusal::Wait { retry_after } => {
            let minutes = retry_after.whole_minutes() + 1;
            let error = visit.words.device.too_many_codes(minutes);
            let mut answer = form(visit, StatusCode::TOO_MANY_REQUESTS, entry(&error));
            let seconds = u64::try_from(retry_after.whole_seconds()).unwrap_or_default() + 1;
            answer.headers_mut().insert(poem::http::header::RETRY_AFTER, seconds.into());
            Ok(answer)
        }
        DeviceRefusal::NotAllowed => Ok(visit.error(StatusCode::FORBIDDEN, ErrorPage::not_allowed())),
        DeviceRefusal::Fault(cause) => Err(fault(cause)),
    }
}

fn form(visit: &Visit, status: StatusCode, user_code: Entry) -> Response {
    visit.page(status, DeviceCodePage { user_code }.render(visit.voice()))
}

fn person(current: &CurrentSession) -> Person {
    Person {
        username: current.account.username.as_str().to_owned(),
        full_name: current.account.claims.name.as_ref().map(|name| name.as_str().to_owned()),
    }
}
