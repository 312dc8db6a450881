//! `/account/password`: changes the user's password.

use poem::{Response, http::StatusCode};

use super::{current, done, is_busy, messages::wrong, own, refused, sign_in_first, wait, waiting};
use crate::{
    endpoint::{
        management::ManagementRefusal,
        password_change::{PasswordChange, PasswordSource, change_password},
        session::CurrentSession,
        session_begin::begin_with_new_password,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    secret::Secret,
    web::PasswordPage,
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at(PATH).show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    let page = PasswordPage {
        done: done(&page_request, &[("changed", |w| w.password_changed)]),
        ..page(&page_request, &current)
    };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    let signet = page_request.server.signet();
    let change = PasswordChange {
        current_password: Some(Secret::new(page_request.text("current_password"))),
        new_password: Secret::new(page_request.text("new_password")),
        source: PasswordSource { address: page_request.address, device: page_request.browser.device.as_ref() },
    };
    let account = match change_password(signet, &own(&current), "me", &change).await {
        Ok(account) => account,
        Err(refusal) => return not_changed(&page_request, &current, refusal),
    };
    // The change has ended every session, including the one of this browser.
    Ok(match begin_with_new_password(signet, &account, &page_request.browser, &page_request.user_agent).await {
        Ok(signed_in) => page_request.redirect_signed_in("/account/password?done=changed", &signed_in),
        Err(_) => page_request.signed_out(page_request.redirect("/login")),
    })
}

fn not_changed(
    page_request: &PageRequest,
    current: &CurrentSession,
    refusal: ManagementRefusal,
) -> poem::Result<Response> {
    let page = page(page_request, current);
    let shown = |status, page: PasswordPage| page_request.page(status, page.render(page_request.context()));
    Ok(match refusal {
        ManagementRefusal::Fields(errors) => {
            let of = |field| wrong(page_request.texts, &errors, field);
            let page = PasswordPage { current_error: of("current_password"), new_error: of("new_password"), ..page };
            shown(StatusCode::UNPROCESSABLE_ENTITY, page)
        }
        ManagementRefusal::TooOften(seconds) => {
            let error = Some(page_request.texts.form.wait(waiting(seconds)));
            wait(shown(StatusCode::TOO_MANY_REQUESTS, PasswordPage { error, ..page }), seconds)
        }
        ManagementRefusal::Internal(cause) if is_busy(&cause) => {
            let error = Some(page_request.texts.form.busy.to_owned());
            wait(shown(StatusCode::SERVICE_UNAVAILABLE, PasswordPage { error, ..page }), 2)
        }
        refusal => return refused(page_request, refusal),
    })
}

fn page(page_request: &PageRequest, current: &CurrentSession) -> PasswordPage {
    PasswordPage {
        username: current.account.username.as_str().to_owned(),
        minimum_password_length: page_request.server.signet().password_policy.minimum_length(),
        anti_forgery: ACTION.token(page_request, None),
        ..PasswordPage::default()
    }
}

const ACTION: FormAction = FormAction::named("password");
const PATH: &str = "/account/password";
