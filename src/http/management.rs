//! What the operations of the management API have in common: how they refuse.

use poem::{
    Response,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use super::{
    documented::{AnswerKind, DocumentedAnswer, json_answer, problem},
    edge::no_store,
    extract::BearerToken,
    fault,
    oauth_api::challenged,
    oauth_schema::ErrorBody,
    server::Server,
};
use crate::{
    endpoint::{
        access::{self, Access, AccessRefusal},
        management::ManagementRefusal,
        page::Page,
    },
    oauth::registration::RegistrationErrorCode,
};

/// Who asks, if their token has one of `scopes`.
pub(super) fn admitted(server: &Server, token: BearerToken, scopes: &[&str]) -> Result<Access, ManagementRefusal> {
    let BearerToken(token, origin) = token;
    let token = token.map_err(AccessRefusal::Bearer)?;
    Ok(access::authorize(&server.signet, &token, scopes)?.asked_by(origin))
}

/// The answer, or the refusal in its form: `error` and `error_description` as RFC 6749 §5.2 has them, and for the fields
/// of a person `fields` with what is wrong with each.
pub(super) fn answered<K>(outcome: Result<Response, ManagementRefusal>) -> poem::Result<DocumentedAnswer<K>> {
    let refusal = match outcome {
        Ok(response) => return Ok(DocumentedAnswer::from(response)),
        Err(refusal) => refusal,
    };
    let description = refusal.to_string();
    Ok(DocumentedAnswer::from(match refusal {
        ManagementRefusal::Access(refusal) => challenged(refusal)?,
        ManagementRefusal::Invalid(_) => problem(StatusCode::BAD_REQUEST, "invalid_request", &description),
        ManagementRefusal::Metadata(refusal) if refusal.code == RegistrationErrorCode::Privileged => {
            problem(StatusCode::FORBIDDEN, "access_denied", &description)
        }
        ManagementRefusal::Metadata(refusal) => problem(StatusCode::BAD_REQUEST, refusal.code.as_str(), &description),
        ManagementRefusal::Fields(fields) => {
            let fields: serde_json::Map<String, Value> =
                fields.iter().map(|(field, wrong)| (field.to_owned(), wrong.to_string().into())).collect();
            let body = json!({"error": "invalid_request", "error_description": description, "fields": fields});
            json_answer(StatusCode::BAD_REQUEST, &body)
        }
        ManagementRefusal::Forbidden(_) | ManagementRefusal::NotAdmitted(_) => {
            problem(StatusCode::FORBIDDEN, "access_denied", &description)
        }
        ManagementRefusal::NotFound(_) => problem(StatusCode::NOT_FOUND, "not_found", &description),
        ManagementRefusal::Conflict(_) => problem(StatusCode::CONFLICT, "conflict", &description),
        ManagementRefusal::TooOften(seconds) => {
            let mut answer = problem(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", &description);
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.max(1).into());
            answer
        }
        ManagementRefusal::Internal(cause) => return Err(fault(cause)),
    }))
}

/// A page of a list as it is answered: the entries under `name`, and where it goes on.
pub(super) fn page_answer<T>(name: &str, page: &Page<T>, entry: impl Fn(&T) -> Value) -> Response {
    let entries: Vec<Value> = page.entries.iter().map(entry).collect();
    let mut body = json!({ name: entries });
    if let (Some(token), Some(members)) = (&page.next_page_token, body.as_object_mut()) {
        members.insert("next_page_token".to_owned(), token.as_str().into());
    }
    json_answer(StatusCode::OK, &body)
}

/// Done, with nothing to say.
pub(super) fn no_content() -> Response {
    no_store(Response::builder().status(StatusCode::NO_CONTENT).finish())
}

/// The refusals that every operation of the management API has.
pub(super) fn with_refusals(mut kinds: Vec<AnswerKind>) -> Vec<AnswerKind> {
    kinds.extend([
        AnswerKind::json::<ErrorBody>(400, "Something that was sent is not what it must be; the description says what"),
        AnswerKind::json::<ErrorBody>(401, "No access token, or one that is not good here"),
        AnswerKind::json::<ErrorBody>(403, "The access token lacks the scope, or this is for somebody else to do"),
        AnswerKind::json::<ErrorBody>(429, "Too much was stored or tried lately; `Retry-After` says when to come back"),
    ]);
    kinds
}

/// The refusals of an operation on one thing.
pub(super) fn with_refusals_of_one(kinds: Vec<AnswerKind>) -> Vec<AnswerKind> {
    let mut kinds = with_refusals(kinds);
    kinds.push(AnswerKind::json::<ErrorBody>(404, "There is no such thing, or it is somebody else's"));
    kinds.push(AnswerKind::json::<ErrorBody>(409, "It cannot be done with what is there; the description says why"));
    kinds
}
