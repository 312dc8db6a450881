//! `/signup`

use poem::{Response, http::StatusCode};

use super::{begun, entered, entry, is_busy, onward, onward_already, status_of, wording::wrong};
use crate::{
    endpoint::{
        new_account::{FieldErrors, NewAccountRefusal},
        signup::{NotAdmitted, SignUpRefusal, check, sign_up},
    },
    http::{edge::ClientIp, fault, visit::Visit},
    secret::Secret,
    web::{ErrorPage, SignupPage},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let begun = begun(&visit, visit.value("interaction"))?;
    if let Some(onward) = onward_already(&visit, begun.as_ref()).await? {
        return Ok(onward);
    }
    match check(visit.server.signet(), invitation(&visit).as_ref()) {
        Ok(()) => form(&visit, &FieldErrors::default(), None),
        Err(refusal) => refused(&visit, refusal),
    }
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("signup")?;
    visit.server.sign_up_rate.take(ClientIp(visit.address))?;
    let browser = (&visit.browser, visit.user_agent.as_str());
    match sign_up(visit.server.signet(), entered(&visit), invitation(&visit).as_ref(), browser).await {
        Ok(signed_in) => Ok(onward(&visit, &signed_in)),
        Err(refusal) => refused(&visit, refusal),
    }
}

/// The secret of the link that was followed.
fn invitation(visit: &Visit) -> Option<Secret> {
    visit.value("invitation").filter(|text| !text.is_empty()).map(Secret::new)
}

fn refused(visit: &Visit, refusal: SignUpRefusal) -> poem::Result<Response> {
    match refusal {
        SignUpRefusal::NotAdmitted(refusal) => Ok(not_admitted(visit, refusal)),
        SignUpRefusal::Account(NewAccountRefusal::Fields(errors)) => form(visit, &errors, None),
        SignUpRefusal::Account(NewAccountRefusal::Fault(cause)) if is_busy(&cause) => {
            form(visit, &FieldErrors::default(), Some(visit.words.form.busy.to_owned()))
        }
        SignUpRefusal::Account(NewAccountRefusal::Fault(cause)) => Err(fault(cause)),
    }
}

fn form(visit: &Visit, errors: &FieldErrors, error: Option<String>) -> poem::Result<Response> {
    let sealed = visit.value("interaction");
    let begun = begun(visit, sealed)?;
    let signet = visit.server.signet();
    let page = SignupPage {
        client_name: begun.as_ref().map(|begun| begun.client.metadata.client_name.clone()),
        username: entry(visit.text("username"), wrong(visit.words, errors, "username")),
        email: entry(visit.text("email"), wrong(visit.words, errors, "email")),
        full_name: entry(visit.text("name"), wrong(visit.words, errors, "name")),
        password_error: wrong(visit.words, errors, "password"),
        error,
        minimum_password_length: signet.password_policy.minimum_length(),
        interaction: sealed.map(ToOwned::to_owned),
        invitation: visit.value("invitation").map(ToOwned::to_owned),
        anti_forgery: visit.anti_forgery("signup", sealed),
    };
    Ok(visit.page(status_of(errors), page.render(visit.voice())))
}

fn not_admitted(visit: &Visit, refusal: NotAdmitted) -> Response {
    let page = ErrorPage::of(match refusal {
        NotAdmitted::Closed => |w| w.registration_closed,
        NotAdmitted::InvitationMissing => |w| w.invitation_missing,
        NotAdmitted::InvitationUnknown => |w| w.invitation_unknown,
        NotAdmitted::InvitationSpent => |w| w.invitation_spent,
        NotAdmitted::InvitationExpired => |w| w.invitation_expired,
    });
    visit.page(StatusCode::FORBIDDEN, page.render(visit.voice()))
}
