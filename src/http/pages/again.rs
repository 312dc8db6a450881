//! Shows a form again whose submission was rejected, with the entered values and the reason.

use std::future::Future;

use poem::{
    Response,
    http::{StatusCode, header},
};

use super::{NotDone, login};
use crate::{
    http::{
        draft::{Draft, entered},
        edge::{FetchSite, Refusal},
        page_request::PageRequest,
    },
    web::{ErrorPage, Remark, Restored},
};

/// Which page answers a form that was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum PageOf {
    /// The page with the form.
    Form,
    /// The list page, for when the subject of the form no longer exists.
    List,
}

/// Returns `answer`, unless the form of `page_request` was rejected or failed for a reason other than an invalid field.
/// In that case `page` renders the page at `path` again.
pub(in crate::http) async fn unless_taken<F>(
    answer: poem::Result<Response>,
    (page_request, path): (PageRequest, &str),
    page: impl Fn(PageRequest, PageOf) -> F,
) -> poem::Result<Response>
where
    F: Future<Output = poem::Result<Response>>,
{
    let error = match answer {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    match error.downcast_ref::<Refusal>() {
        Some(Refusal::Forged) => return again(page_request, path, page).await,
        Some(Refusal::TooManyRequests { retry_after_seconds }) => {
            let not_done = NotDone::too_often(&page_request, *retry_after_seconds);
            return not_done_again(page_request, &not_done, page).await;
        }
        _ => {}
    }
    match error.downcast::<NotDone>() {
        Ok(not_done) => not_done_again(page_request, &not_done, page).await,
        Err(error) => Err(error),
    }
}

/// Shows the page of a form again that has a valid token but failed. If the subject of the page no longer exists, shows the
/// list page instead.
async fn not_done_again<F>(
    mut page_request: PageRequest,
    not_done: &NotDone,
    page: impl Fn(PageRequest, PageOf) -> F,
) -> poem::Result<Response>
where
    F: Future<Output = poem::Result<Response>>,
{
    let gone = page_request.error(not_done.status, ErrorPage::impossible().with_reason(&not_done.text));
    page_request.remark = Some(Remark::Problem(not_done.text.clone()));
    page_request.restored = Some(Restored { action: page_request.path.clone(), fields: entered(&page_request) });
    let is_shown = |answer: &Response| answer.status() == StatusCode::OK;
    let mut shown = page(page_request.clone(), PageOf::Form).await.ok().filter(is_shown);
    if shown.is_none() && not_done.status == StatusCode::NOT_FOUND {
        shown = page(page_request, PageOf::List).await.ok().filter(is_shown);
    }
    let mut answer = shown.unwrap_or(gone);
    answer.set_status(not_done.status);
    let retry_after = not_done.retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into()));
    answer.headers_mut().extend(retry_after);
    Ok(answer)
}

/// Shows the page of a form again that had no valid token. The form is on the page at `path`, which `page` renders.
///
/// The entered values are shown only if the browser reports that the form was submitted from a page of this server.
async fn again<F>(
    mut page_request: PageRequest,
    path: &str,
    page: impl Fn(PageRequest, PageOf) -> F,
) -> poem::Result<Response>
where
    F: Future<Output = poem::Result<Response>>,
{
    match page_request.provenance() {
        FetchSite::SameOrigin => {}
        _ if page_request.is_insecure() => return Ok(insecure(&page_request)),
        FetchSite::Foreign => return Ok(refused(&page_request, ErrorPage::of(|w| w.form_from_elsewhere))),
        FetchSite::Unsaid if page_request.lacks_cookies() => {
            return Ok(refused(&page_request, ErrorPage::of(|w| w.cookies_missing)));
        }
        FetchSite::Unsaid => return Ok(refused(&page_request, ErrorPage::of(|w| w.form_expired))),
    }
    page_request.remark = Some(Remark::Problem(why(&page_request)));
    if page_request.needs_person() && page_request.person.is_none() {
        let sealed = Draft::of(&page_request, path).seal(&page_request);
        return login::form_for_draft(&page_request, &sealed);
    }
    page_request.restored = Some(Restored { action: page_request.path.clone(), fields: entered(&page_request) });
    let lacks_cookies = page_request.lacks_cookies();
    let gone = ErrorPage::of(if lacks_cookies { |w| w.cookies_missing } else { |w| w.form_expired });
    let gone = refused(&page_request, gone);
    let is_signed_out = page_request.person.is_none();
    let mut answer = match page(page_request.clone(), PageOf::Form).await {
        Ok(answer) => answer,
        Err(error) if error.status().is_server_error() => return Err(error),
        Err(error) => {
            let mut answer = match error.downcast::<NotDone>() {
                Ok(not_done) => not_done_again(page_request, &not_done, page).await?,
                Err(_) => gone,
            };
            answer.set_status(StatusCode::FORBIDDEN);
            return Ok(answer);
        }
    };
    if answer.status().is_redirection() && is_signed_out {
        // The response redirects to the login page, which returns to this page.
        return Ok(answer);
    }
    if answer.status() != StatusCode::OK {
        return Ok(gone);
    }
    answer.set_status(StatusCode::FORBIDDEN);
    Ok(answer)
}

/// Explains why the form was rejected.
fn why(page_request: &PageRequest) -> String {
    let w = &page_request.texts.proof;
    match &page_request.person {
        _ if page_request.lacks_cookies() => w.cookies.to_owned(),
        Some(person) if page_request.is_of_another_person() => w.other_person(person.account.username.as_str()),
        None if page_request.needs_person() => w.signed_out.to_owned(),
        _ => w.expired.to_owned(),
    }
}

fn insecure(page_request: &PageRequest) -> Response {
    let issuer = page_request.server.signet().issuer.as_str();
    page_request.error(StatusCode::FORBIDDEN, ErrorPage::of(|w| w.opened_by_http).with_detail("https", issuer))
}

fn refused(page_request: &PageRequest, page: ErrorPage) -> Response {
    let page_request = PageRequest { remark: None, restored: None, ..page_request.clone() };
    page_request.error(StatusCode::FORBIDDEN, page.leading_to(page_request.way_on()))
}
