//! `/setup`

use poem::{Response, http::StatusCode};

use super::{entered, entry, is_busy, status_of, wording::wrong};
use crate::{
    account::setup::SetupRefusal,
    endpoint::{
        new_account::{FieldErrors, NewAccountRefusal},
        setup::{FirstAdministratorRefusal, check, create},
    },
    http::{edge::ClientIp, fault, visit::Visit},
    secret::Secret,
    web::{ErrorPage, SetupPage},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    match check(visit.server.signet(), &Secret::new(visit.text("code"))) {
        Ok(()) => Ok(form(&visit, &FieldErrors::default(), None)),
        Err(refusal) => refused(&visit, refusal),
    }
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("setup")?;
    visit.server.sign_up_rate.take(ClientIp(visit.address))?;
    let code = Secret::new(visit.text("code"));
    let browser = (&visit.browser, visit.user_agent.as_str());
    match create(visit.server.signet(), &code, entered(&visit), browser).await {
        Ok(signed_in) => Ok(visit.redirect_signed_in("/account", &signed_in)),
        Err(refusal) => refused(&visit, refusal),
    }
}

fn refused(visit: &Visit, refusal: FirstAdministratorRefusal) -> poem::Result<Response> {
    match refusal {
        FirstAdministratorRefusal::Account(NewAccountRefusal::Fields(errors)) => Ok(form(visit, &errors, None)),
        FirstAdministratorRefusal::Account(NewAccountRefusal::Fault(cause)) if is_busy(&cause) => {
            let error = Some(visit.words.form.busy.to_owned());
            Ok(form(visit, &FieldErrors::default(), error))
        }
        FirstAdministratorRefusal::Account(NewAccountRefusal::Fault(cause)) => Err(fault(cause)),
        FirstAdministratorRefusal::Link(refusal) => {
            let page = ErrorPage::of(match refusal {
                SetupRefusal::AdministratorExists => |w| w.set_up_already,
                SetupRefusal::CodeUnknown => |w| w.setup_link_old,
                SetupRefusal::CodeSpent => |w| w.setup_link_spent,
                SetupRefusal::CodeExpired => |w| w.setup_link_expired,
            });
            Ok(visit.page(StatusCode::FORBIDDEN, page.render(visit.voice())))
        }
    }
}

fn form(visit: &Visit, errors: &FieldErrors, error: Option<String>) -> Response {
    let page = SetupPage {
        code: visit.text("code"),
        username: entry(visit.text("username"), wrong(visit.words, errors, "username")),
        email: entry(visit.text("email"), wrong(visit.words, errors, "email")),
        password_error: wrong(visit.words, errors, "password"),
        error,
        minimum_password_length: visit.server.signet().password_policy.minimum_length(),
        anti_forgery: visit.anti_forgery("setup", None),
    };
    visit.page(status_of(errors), page.render(visit.voice()))
}
