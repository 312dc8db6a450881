//! `/account/password`

use poem::{Response, http::StatusCode};

use super::{current, done, is_busy, own, refused, sign_in_first, wait, waiting, wording::wrong};
use crate::{
    endpoint::{
        login::begin_session,
        management::ManagementRefusal,
        password_change::{PasswordChange, PasswordSource, change_password},
        session::CurrentSession,
    },
    http::visit::Visit,
    secret::Secret,
    web::PasswordPage,
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, PATH)) };
    let page = PasswordPage { done: done(&visit, &[("changed", |w| w.password_changed)]), ..page(&visit, &current) };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("password")?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, PATH)) };
    let signet = visit.server.signet();
    let change = PasswordChange {
        current_password: Some(Secret::new(visit.text("current_password"))),
        new_password: Secret::new(visit.text("new_password")),
        source: PasswordSource { address: visit.address, device: visit.browser.device.as_ref() },
    };
    let account = match change_password(signet, &own(&current), "me", &change).await {
        Ok(account) => account,
        Err(refusal) => return not_changed(&visit, &current, refusal),
    };
    // Every session has ended with the old password, the one of this browser too.
    Ok(match begin_session(signet, &account, &visit.browser, &visit.user_agent).await {
        Ok(signed_in) => visit.redirect_signed_in("/account/password?done=changed", &signed_in),
        Err(_) => visit.signed_out(visit.redirect("/login")),
    })
}

fn not_changed(visit: &Visit, current: &CurrentSession, refusal: ManagementRefusal) -> poem::Result<Response> {
    let page = page(visit, current);
    let shown = |status, page: PasswordPage| visit.page(status, page.render(visit.voice()));
    Ok(match refusal {
        ManagementRefusal::Fields(errors) => {
            let of = |field| wrong(visit.words, &errors, field);
            let page = PasswordPage { current_error: of("current_password"), new_error: of("new_password"), ..page };
            shown(StatusCode::UNPROCESSABLE_ENTITY, page)
        }
        ManagementRefusal::TooOften(seconds) => {
            let error = Some(visit.words.form.wait(waiting(seconds)));
            wait(shown(StatusCode::TOO_MANY_REQUESTS, PasswordPage { error, ..page }), seconds)
        }
        ManagementRefusal::Fault(cause) if is_busy(&cause) => {
            let error = Some(visit.words.form.busy.to_owned());
            wait(shown(StatusCode::SERVICE_UNAVAILABLE, PasswordPage { error, ..page }), 2)
        }
        refusal => return refused(visit, refusal),
    })
}

fn page(visit: &Visit, current: &CurrentSession) -> PasswordPage {
    PasswordPage {
        username: current.account.username.as_str().to_owned(),
        minimum_password_length: visit.server.signet().password_policy.minimum_length(),
        anti_forgery: visit.anti_forgery("password", None),
        ..PasswordPage::default()
    }
}

const PATH: &str = "/account/password";
