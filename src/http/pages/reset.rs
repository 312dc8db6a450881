//! `/reset`

use poem::{Response, http::StatusCode};

use super::{is_busy, status_of, wait, wording::wrong};
use crate::{
    endpoint::{
        new_account::FieldErrors,
        password_resets::{DeadLink, ResetRefusal, check, reset},
    },
    http::{edge::ClientIp, fault, visit::Visit},
    secret::Secret,
    web::{ErrorPage, ResetDonePage, ResetPage},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    page(&visit, &FieldErrors::default(), None)
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("reset")?;
    visit.server.reset_rate.take(ClientIp(visit.address))?;
    let (signet, requester) = (visit.server.signet(), &visit.browser.requester);
    match reset(signet, &code(&visit), Secret::new(visit.text("password")), requester).await {
        // Another page, so that nobody who reloads it sends the password again.
        Ok(set) => Ok(visit.redirect_known("/reset/done", &set.device)),
        Err(ResetRefusal::Fields(errors)) => page(&visit, &errors, None),
        Err(ResetRefusal::Fault(cause)) if is_busy(&cause) => {
            Ok(wait(page(&visit, &FieldErrors::default(), Some(visit.words.form.busy.to_owned()))?, 2))
        }
        Err(refusal) => refused(&visit, refusal),
    }
}

pub(in crate::http) async fn done(visit: Visit) -> poem::Result<Response> {
    Ok(visit.page(StatusCode::OK, ResetDonePage.render(visit.voice())))
}

fn code(visit: &Visit) -> Secret {
    Secret::new(visit.text("code"))
}

fn page(visit: &Visit, errors: &FieldErrors, error: Option<String>) -> poem::Result<Response> {
    let account = match check(visit.server.signet(), &code(visit)) {
        Ok(account) => account,
        Err(refusal) => return refused(visit, refusal),
    };
    let status = if error.is_some() { StatusCode::SERVICE_UNAVAILABLE } else { status_of(errors) };
    let page = ResetPage {
        code: visit.text("code"),
        username: account.username.as_str().to_owned(),
        password_error: wrong(visit.words, errors, "password"),
        error,
        minimum_password_length: visit.server.signet().password_policy.minimum_length(),
        anti_forgery: visit.anti_forgery("reset", None),
    };
    Ok(visit.page(status, page.render(visit.voice())))
}

fn refused(visit: &Visit, refusal: ResetRefusal) -> poem::Result<Response> {
    match refusal {
        ResetRefusal::Fault(cause) => Err(fault(cause)),
        ResetRefusal::Fields(errors) => page(visit, &errors, None),
        ResetRefusal::Link(refusal) => Ok(dead(visit, refusal)),
    }
}

fn dead(visit: &Visit, refusal: DeadLink) -> Response {
    let page = ErrorPage::of(match refusal {
        DeadLink::LinkUnknown => |w| w.reset_link_unknown,
        DeadLink::LinkExpired => |w| w.reset_link_expired,
        DeadLink::AccountDisabled => |w| w.reset_of_disabled,
    });
    visit.page(StatusCode::FORBIDDEN, page.render(visit.voice()))
}
