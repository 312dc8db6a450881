//! `/signup`

use poem::{Response, http::StatusCode};

use super::{begun, entered, entry, is_busy, onward, status_of};
use crate::{
    endpoint::{
        new_account::{FieldErrors, NewAccountRefusal},
        signup::{SignUpRefusal, sign_up},
    },
    http::{edge::ClientIp, fault, visit::Visit},
    web::{ErrorPage, SignupPage},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    if !visit.server.signet().sign_up_is_open {
        return Ok(closed(&visit));
    }
    form(&visit, &FieldErrors::default(), None)
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("signup")?;
    visit.server.sign_up_rate.take(ClientIp(visit.address))?;
    match sign_up(visit.server.signet(), entered(&visit), &visit.browser, &visit.user_agent).await {
        Ok(signed_in) => Ok(onward(&visit, &signed_in)),
        Err(SignUpRefusal::Closed) => Ok(closed(&visit)),
        Err(SignUpRefusal::Account(NewAccountRefusal::Fields(errors))) => form(&visit, &errors, None),
        Err(SignUpRefusal::Account(NewAccountRefusal::Fault(cause))) if is_busy(&cause) => {
            form(&visit, &FieldErrors::default(), Some("The server is busy. Try again in a moment.".to_owned()))
        }
        Err(SignUpRefusal::Account(NewAccountRefusal::Fault(cause))) => Err(fault(cause)),
    }
}

fn form(visit: &Visit, errors: &FieldErrors, error: Option<String>) -> poem::Result<Response> {
    let sealed = visit.value("interaction");
    let begun = begun(visit, sealed)?;
    let signet = visit.server.signet();
    let page = SignupPage {
        client_name: begun.as_ref().map(|begun| begun.client.metadata.client_name.clone()),
        username: entry(visit.text("username"), errors.username.as_ref()),
        email: entry(visit.text("email"), errors.email.as_ref()),
        full_name: entry(visit.text("name"), errors.name.as_ref()),
        password_error: errors.password.clone(),
        error,
        minimum_password_length: signet.password_policy.minimum_length(),
        interaction: sealed.map(ToOwned::to_owned),
        anti_forgery: visit.anti_forgery("signup", sealed),
    };
    let redirect_uri = begun.as_ref().map(super::Begun::redirect_uri);
    Ok(visit.page_towards(status_of(errors), page.render(&visit.server.brand), redirect_uri))
}

fn closed(visit: &Visit) -> Response {
    let page = ErrorPage {
        title: "Registration is closed".to_owned(),
        message: "This server does not let people register themselves.".to_owned(),
        advice: "Ask whoever runs it for an account.".to_owned(),
        details: Vec::new(),
        reference: None,
    };
    visit.page(StatusCode::FORBIDDEN, page.render(&visit.server.brand))
}
