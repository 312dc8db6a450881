//! `/signup`: creates an account.

use poem::{Response, http::StatusCode};

use super::{
    begun, destination, entered, entry, has_account_of_form, is_busy, messages::wrong, onward, onward_already,
    status_of,
};
use crate::{
    endpoint::{
        new_account::{FieldErrors, NewAccountRefusal},
        signup::{NotAdmitted, SignUpRefusal, check, sign_up},
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        edge::ClientIp,
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    secret::Secret,
    web::{ErrorPage, SignupPage},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/signup").show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let begun = begun(&page_request, page_request.value("interaction"))?;
    if let Some(onward) = onward_already(&page_request, begun.as_ref()).await? {
        return Ok(onward);
    }
    match check(page_request.server.signet(), invitation(&page_request).as_ref()) {
        Ok(()) => form(&page_request, &FieldErrors::default(), None),
        Err(refusal) => refused(&page_request, refusal),
    }
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    if has_account_of_form(&page_request) {
        return Ok(page_request.redirect(&destination(&page_request, page_request.value("interaction"))));
    }
    page_request.server.sign_up_rate.take(ClientIp(page_request.address))?;
    let browser = (&page_request.browser, page_request.user_agent.as_str());
    match sign_up(page_request.server.signet(), entered(&page_request), invitation(&page_request).as_ref(), browser)
        .await
    {
        Ok(signed_in) => Ok(onward(&page_request, &signed_in)),
        Err(refusal) => refused(&page_request, refusal),
    }
}

/// The secret of the invitation link.
fn invitation(page_request: &PageRequest) -> Option<Secret> {
    page_request.value("invitation").filter(|text| !text.is_empty()).map(Secret::new)
}

fn refused(page_request: &PageRequest, refusal: SignUpRefusal) -> poem::Result<Response> {
    match refusal {
        SignUpRefusal::NotAdmitted(refusal) => Ok(not_admitted(page_request, refusal)),
        SignUpRefusal::Account(NewAccountRefusal::Fields(errors)) => form(page_request, &errors, None),
        SignUpRefusal::Account(NewAccountRefusal::Internal(cause)) if is_busy(&cause) => {
            form(page_request, &FieldErrors::default(), Some(page_request.texts.form.busy.to_owned()))
        }
        SignUpRefusal::Account(NewAccountRefusal::Internal(cause)) => Err(fault(cause)),
    }
}

fn form(page_request: &PageRequest, errors: &FieldErrors, error: Option<String>) -> poem::Result<Response> {
    let sealed = page_request.value("interaction");
    let begun = begun(page_request, sealed)?;
    let signet = page_request.server.signet();
    let page = SignupPage {
        client_name: begun.as_ref().map(|begun| begun.client.metadata.client_name.clone()),
        username: entry(page_request.text("username"), wrong(page_request.texts, errors, "username")),
        email: entry(page_request.text("email"), wrong(page_request.texts, errors, "email")),
        full_name: entry(page_request.text("name"), wrong(page_request.texts, errors, "name")),
        password_error: wrong(page_request.texts, errors, "password"),
        error,
        minimum_password_length: signet.password_policy.minimum_length(),
        interaction: sealed.map(ToOwned::to_owned),
        invitation: page_request.value("invitation").map(ToOwned::to_owned),
        anti_forgery: ACTION.token(page_request, sealed),
    };
    Ok(page_request.page(status_of(errors), page.render(page_request.context())))
}

fn not_admitted(page_request: &PageRequest, refusal: NotAdmitted) -> Response {
    let page = ErrorPage::of(match refusal {
        NotAdmitted::Closed => |w| w.registration_closed,
        NotAdmitted::InvitationMissing => |w| w.invitation_missing,
        NotAdmitted::InvitationUnknown => |w| w.invitation_unknown,
        NotAdmitted::InvitationSpent => |w| w.invitation_spent,
        NotAdmitted::InvitationExpired => |w| w.invitation_expired,
    });
    page_request.page(StatusCode::FORBIDDEN, page.leading_to(page_request.way_on()).render(page_request.context()))
}

const ACTION: FormAction = FormAction::before_login("signup");
