//! A form whose anti-forgery token was not accepted: the same page again, with what was entered and with why.

use std::future::Future;

use poem::{
    Response,
    http::{StatusCode, header},
};

use super::{NotDone, login};
use crate::{
    http::{
        draft::{Draft, entered},
        edge::{Provenance, Refusal},
        visit::Visit,
    },
    web::{ErrorPage, Remark, Restored},
};

/// What becomes of the form of `visit`, which stands on the page at `path`, after `answer`: if it was not taken, or not done
/// for another reason than a wrong field, `page` shows its page again.
pub(in crate::http) async fn unless_taken<F>(
    answer: poem::Result<Response>,
    (visit, path): (Visit, &str),
    page: impl FnOnce(Visit) -> F,
) -> poem::Result<Response>
where
    F: Future<Output = poem::Result<Response>>,
{
    let error = match answer {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    match error.downcast_ref::<Refusal>() {
        Some(Refusal::Forged) => return again(visit, path, page).await,
        Some(Refusal::TooManyRequests { retry_after_seconds }) => {
            let not_done = NotDone::too_often(&visit, *retry_after_seconds);
            return not_done_again(visit, &not_done, page).await;
        }
        _ => {}
    }
    match error.downcast_ref::<NotDone>() {
        Some(NotDone { status, text, retry_after }) => {
            let not_done = NotDone { status: *status, text: text.clone(), retry_after: *retry_after };
            not_done_again(visit, &not_done, page).await
        }
        None => Err(error),
    }
}

/// Shows the page again of a form of the right person that was not done.
async fn not_done_again<F>(
    mut visit: Visit,
    not_done: &NotDone,
    page: impl FnOnce(Visit) -> F,
) -> poem::Result<Response>
where
    F: Future<Output = poem::Result<Response>>,
{
    let gone = visit.error(not_done.status, ErrorPage::impossible().with_reason(&not_done.text));
    visit.remark = Some(Remark::Problem(not_done.text.clone()));
    visit.restored = Some(Restored { action: visit.path.clone(), fields: entered(&visit) });
    let shown = page(visit).await.ok().filter(|answer| answer.status() == StatusCode::OK);
    let mut answer = shown.unwrap_or(gone);
    answer.set_status(not_done.status);
    let retry_after = not_done.retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into()));
    answer.headers_mut().extend(retry_after);
    Ok(answer)
}

/// Answers the form of `visit`, which was not taken. It stands on the page at `path`, which `page` shows.
///
/// What was entered comes back only if the browser says that the form was sent from a page of this server.
async fn again<F>(mut visit: Visit, path: &str, page: impl FnOnce(Visit) -> F) -> poem::Result<Response>
where
    F: Future<Output = poem::Result<Response>>,
{
    match visit.provenance() {
        Provenance::SameOrigin => {}
        _ if visit.is_insecure() => return Ok(insecure(&visit)),
        Provenance::Foreign => return Ok(refused(&visit, ErrorPage::of(|w| w.form_from_elsewhere))),
        Provenance::Unsaid if visit.lacks_cookies() => {
            return Ok(refused(&visit, ErrorPage::of(|w| w.cookies_missing)));
        }
        Provenance::Unsaid => return Ok(refused(&visit, ErrorPage::of(|w| w.form_expired))),
    }
    visit.remark = Some(Remark::Problem(why(&visit)));
    if visit.needs_person() && visit.person.is_none() {
        let sealed = Draft::of(&visit, path).seal(&visit);
        return login::form_for_draft(&visit, &sealed);
    }
    visit.restored = Some(Restored { action: visit.path.clone(), fields: entered(&visit) });
    let lacks_cookies = visit.lacks_cookies();
    let gone = ErrorPage::of(if lacks_cookies { |w| w.cookies_missing } else { |w| w.form_expired });
    let gone = refused(&visit, gone);
    let is_signed_out = visit.person.is_none();
    let mut answer = match page(visit).await {
        Ok(answer) => answer,
        Err(error) if error.status().is_server_error() => return Err(error),
        Err(_) => return Ok(gone),
    };
    if answer.status().is_redirection() && is_signed_out {
        // To the login, and from there back to the page.
        return Ok(answer);
    }
    if answer.status() != StatusCode::OK {
        return Ok(gone);
    }
    answer.set_status(StatusCode::FORBIDDEN);
    Ok(answer)
}

/// Why the form was not taken, in a sentence.
fn why(visit: &Visit) -> String {
    let w = &visit.words.proof;
    match &visit.person {
        _ if visit.lacks_cookies() => w.cookies.to_owned(),
        Some(person) if visit.is_of_another_person() => w.other_person(person.account.username.as_str()),
        None if visit.needs_person() => w.signed_out.to_owned(),
        _ => w.expired.to_owned(),
    }
}

fn insecure(visit: &Visit) -> Response {
    let issuer = visit.server.signet().issuer.as_str();
    refused(visit, ErrorPage::of(|w| w.opened_by_http).with_detail("https", issuer))
}

fn refused(visit: &Visit, page: ErrorPage) -> Response {
    let visit = Visit { remark: None, restored: None, ..visit.clone() };
    visit.error(StatusCode::FORBIDDEN, page)
}
