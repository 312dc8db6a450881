//! Authentication and error responses of the management API.

use poem::{
    Response,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use super::{
    documented::{AnswerKind, DocumentedAnswer, json_answer, problem, problem_of_fields},
    edge::no_store,
    error_body::ErrorBody,
    extract::BearerToken,
    fault,
    oauth_api::challenged,
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

/// Returns the access of the caller if the token has one of `scopes`.
pub(super) fn admitted(server: &Server, token: BearerToken, scopes: &[&str]) -> Result<Access, ManagementRefusal> {
    let BearerToken(token, origin) = token;
    let token = token.map_err(AccessRefusal::Bearer)?;
    Ok(access::authorize(&server.signet, &token, scopes)?.asked_by(origin))
}

/// Returns the response, or the error with `error` and `error_description` (RFC 6749 §5.2). If members or parameters are
/// wrong, `fields` says what was expected for each.
pub(super) fn answered<K>(outcome: Result<Response, ManagementRefusal>) -> poem::Result<DocumentedAnswer<K>> {
    let refusal = match outcome {
        Ok(response) => return Ok(DocumentedAnswer::from(response)),
        Err(refusal) => refusal,
    };
    let (description, fields) = (refusal.to_string(), refusal.fields());
    Ok(DocumentedAnswer::from(match refusal {
        ManagementRefusal::Access(refusal) => challenged(refusal)?,
        ManagementRefusal::Invalid(_) | ManagementRefusal::Fields(_) => {
            problem_of_fields(StatusCode::BAD_REQUEST, ("invalid_request", &description), fields)
        }
        ManagementRefusal::Metadata(refusal) if refusal.code == RegistrationErrorCode::Privileged => {
            problem_of_fields(StatusCode::FORBIDDEN, ("access_denied", &description), fields)
        }
        ManagementRefusal::Metadata(refusal) => {
            problem_of_fields(StatusCode::BAD_REQUEST, (refusal.code.as_str(), &description), fields)
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

/// A page of a list: the entries under `name`, and `next_page_token`.
pub(super) fn page_answer<T>(name: &str, page: &Page<T>, entry: impl Fn(&T) -> Value) -> Response {
    let entries: Vec<Value> = page.entries.iter().map(entry).collect();
    let mut body = json!({ name: entries });
    if let (Some(token), Some(members)) = (&page.next_page_token, body.as_object_mut()) {
        members.insert("next_page_token".to_owned(), token.as_str().into());
    }
    json_answer(StatusCode::OK, &body)
}

pub(super) fn no_content() -> Response {
    no_store(Response::builder().status(StatusCode::NO_CONTENT).finish())
}

/// Adds the error responses that every operation of the management API has.
pub(super) fn with_refusals(mut kinds: Vec<AnswerKind>) -> Vec<AnswerKind> {
    kinds.extend([
        AnswerKind::json::<ErrorBody>(400, "Invalid request; `fields` says what is wrong with each member"),
        AnswerKind::json::<ErrorBody>(401, "The access token is missing or invalid"),
        AnswerKind::json::<ErrorBody>(
            403,
            "The access token lacks the required scope, or the caller lacks the permission",
        ),
        AnswerKind::json::<ErrorBody>(429, "Too many requests; `Retry-After` says when to try again"),
    ]);
    kinds
}

/// Adds the error responses of an operation on a single resource.
pub(super) fn with_refusals_of_one(kinds: Vec<AnswerKind>) -> Vec<AnswerKind> {
    let mut kinds = with_refusals(kinds);
    kinds.push(AnswerKind::json::<ErrorBody>(404, "Not found, or not visible to the caller"));
    kinds.push(AnswerKind::json::<ErrorBody>(409, "Conflicts with the current state; `error_description` says why"));
    kinds
}
