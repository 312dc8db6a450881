//! `/reset`: sets a new password with a password-reset link.

use poem::{Response, http::StatusCode};

use super::{is_busy, messages::wrong, status_of, wait};
use crate::{
    endpoint::{
        new_account::FieldErrors,
        password_resets::{DeadLink, ResetRefusal, check, reset},
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        edge::ClientIp,
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    secret::Secret,
    web::{ErrorPage, ResetDonePage, ResetPage},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/reset").show(show).submit(ACTION, submit), PageRoute::at("/reset/done").show(done)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    page(&page_request, &FieldErrors::default(), None)
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    page_request.server.reset_rate.take(ClientIp(page_request.address))?;
    let (signet, origin) = (page_request.server.signet(), &page_request.browser.origin);
    match reset(signet, &code(&page_request), Secret::new(page_request.text("password")), origin).await {
        // Redirects, so that a reload does not send the password again.
        Ok(set) => Ok(page_request.redirect_known("/reset/done", &set.device)),
        Err(ResetRefusal::Fields(errors)) => page(&page_request, &errors, None),
        Err(ResetRefusal::Internal(cause)) if is_busy(&cause) => {
            Ok(wait(page(&page_request, &FieldErrors::default(), Some(page_request.texts.form.busy.to_owned()))?, 2))
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}

async fn done(page_request: PageRequest) -> poem::Result<Response> {
    Ok(page_request.page(StatusCode::OK, ResetDonePage.render(page_request.context())))
}

fn code(page_request: &PageRequest) -> Secret {
    Secret::new(page_request.text("code"))
}

fn page(page_request: &PageRequest, errors: &FieldErrors, error: Option<String>) -> poem::Result<Response> {
    let account = match check(page_request.server.signet(), &code(page_request)) {
        Ok(account) => account,
        Err(refusal) => return refused(page_request, refusal),
    };
    let status = if error.is_some() { StatusCode::SERVICE_UNAVAILABLE } else { status_of(errors) };
    let page = ResetPage {
        code: page_request.text("code"),
        username: account.username.as_str().to_owned(),
        password_error: wrong(page_request.texts, errors, "password"),
        error,
        minimum_password_length: page_request.server.signet().password_policy.minimum_length(),
        anti_forgery: ACTION.token(page_request, None),
    };
    Ok(page_request.page(status, page.render(page_request.context())))
}

fn refused(page_request: &PageRequest, refusal: ResetRefusal) -> poem::Result<Response> {
    match refusal {
        ResetRefusal::Internal(cause) => Err(fault(cause)),
        ResetRefusal::Fields(errors) => page(page_request, &errors, None),
        ResetRefusal::Link(refusal) => Ok(dead(page_request, refusal)),
    }
}

fn dead(page_request: &PageRequest, refusal: DeadLink) -> Response {
    let page = ErrorPage::of(match refusal {
        DeadLink::LinkUnknown => |w| w.reset_link_unknown,
        DeadLink::LinkExpired => |w| w.reset_link_expired,
        DeadLink::AccountDisabled => |w| w.reset_of_disabled,
    });
    page_request.page(StatusCode::FORBIDDEN, page.leading_to(page_request.way_on()).render(page_request.context()))
}

const ACTION: FormAction = FormAction::before_login("reset");
