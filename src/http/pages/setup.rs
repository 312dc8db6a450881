//! `/setup`: creates the first administrator.

use poem::{Response, http::StatusCode};

use super::{entered, entry, has_account_of_form, is_busy, messages::wrong, status_of};
use crate::{
    account::setup::SetupRefusal,
    endpoint::{
        new_account::{FieldErrors, NewAccountRefusal},
        setup::{FirstAdministratorRefusal, check, create},
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        edge::ClientIp,
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    secret::Secret,
    web::{ErrorPage, SetupPage},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/setup").show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    match check(page_request.server.signet(), &Secret::new(page_request.text("code"))) {
        Ok(()) => Ok(form(&page_request, &FieldErrors::default(), None)),
        Err(refusal) => refused(&page_request, refusal),
    }
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    if has_account_of_form(&page_request) {
        return Ok(page_request.redirect("/account"));
    }
    page_request.server.sign_up_rate.take(ClientIp(page_request.address))?;
    let code = Secret::new(page_request.text("code"));
    let browser = (&page_request.browser, page_request.user_agent.as_str());
    match create(page_request.server.signet(), &code, entered(&page_request), browser).await {
        Ok(signed_in) => Ok(page_request.redirect_signed_in("/account", &signed_in)),
        Err(refusal) => refused(&page_request, refusal),
    }
}

fn refused(page_request: &PageRequest, refusal: FirstAdministratorRefusal) -> poem::Result<Response> {
    match refusal {
        FirstAdministratorRefusal::Account(NewAccountRefusal::Fields(errors)) => Ok(form(page_request, &errors, None)),
        FirstAdministratorRefusal::Account(NewAccountRefusal::Internal(cause)) if is_busy(&cause) => {
            let error = Some(page_request.texts.form.busy.to_owned());
            Ok(form(page_request, &FieldErrors::default(), error))
        }
        FirstAdministratorRefusal::Account(NewAccountRefusal::Internal(cause)) => Err(fault(cause)),
        FirstAdministratorRefusal::Link(refusal) => {
            let page = ErrorPage::of(match refusal {
                SetupRefusal::AdministratorExists => |w| w.set_up_already,
                SetupRefusal::CodeUnknown => |w| w.setup_link_old,
                SetupRefusal::CodeSpent => |w| w.setup_link_spent,
                SetupRefusal::CodeExpired => |w| w.setup_link_expired,
            });
            Ok(page_request
                .page(StatusCode::FORBIDDEN, page.leading_to(page_request.way_on()).render(page_request.context())))
        }
    }
}

fn form(page_request: &PageRequest, errors: &FieldErrors, error: Option<String>) -> Response {
    let page = SetupPage {
        code: page_request.text("code"),
        username: entry(page_request.text("username"), wrong(page_request.texts, errors, "username")),
        email: entry(page_request.text("email"), wrong(page_request.texts, errors, "email")),
        password_error: wrong(page_request.texts, errors, "password"),
        error,
        minimum_password_length: page_request.server.signet().password_policy.minimum_length(),
        anti_forgery: ACTION.token(page_request, None),
    };
    page_request.page(status_of(errors), page.render(page_request.context()))
}

const ACTION: FormAction = FormAction::before_login("setup");
