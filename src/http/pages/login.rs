//! `/login`: signs a user in.

use poem::{Response, http::StatusCode};

use super::{begun, card_with_logo, is_busy, onward, onward_already, page_about, way_back};
use crate::{
    account::invitation::SignUp,
    endpoint::login::{LoginAttempt, LoginRefusal, asked_again, login},
    http::{
        csrf::{CsrfChecked, FormAction},
        draft::Draft,
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    secret::Secret,
    web::{LoginPage, LoginRemark},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/login").show(show).submit(ACTION, submit).up_to(MOST_BYTES)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let sealed = page_request.value("interaction").map(ToOwned::to_owned);
    let begun = begun(&page_request, sealed.as_deref())?;
    if let Some(onward) = onward_already(&page_request, begun.as_ref()).await? {
        return Ok(onward);
    }
    let wants_another = page_request.value("account") == Some("another");
    if let Some(begun) = begun.as_ref().filter(|_| !wants_another) {
        let again =
            asked_again(page_request.server.signet(), &begun.interaction, &begun.client, &page_request.browser).await;
        if let Some(username) = again.map_err(fault)? {
            return form(&page_request, username, Some(LoginRemark::Again), StatusCode::OK);
        }
    }
    let hint = begun.as_ref().and_then(|begun| begun.interaction.request.login_hint.clone()).unwrap_or_default();
    // Checked first, so that the user does not type a password for a login that cannot continue.
    let sealed = sealed.as_deref();
    let goes_on = begun.is_some() || way_back(&page_request, sealed).is_some();
    let goes_on = goes_on || sealed.is_some_and(|sealed| Draft::is_one(&page_request, sealed));
    let is_over = sealed.is_some() && !goes_on && page_request.remark.is_none();
    let remark = is_over.then_some(if page_request.has_cookies { LoginRemark::Expired } else { LoginRemark::Cookies });
    form(&page_request, hint, remark, StatusCode::OK)
}

/// The login page for a user whose session ended before a form was submitted. `sealed` carries the form input.
pub(super) fn form_for_draft(page_request: &PageRequest, sealed: &str) -> poem::Result<Response> {
    let form = LoginForm { sealed: Some(sealed), username: String::new(), remark: None };
    page(page_request, form, StatusCode::FORBIDDEN)
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let username = page_request.text("username");
    let attempt = LoginAttempt {
        username: &username,
        presented_password: Secret::new(page_request.text("password")),
        address: page_request.address,
        user_agent: &page_request.user_agent,
    };
    match login(page_request.server.signet(), &attempt, &page_request.browser).await {
        Ok(signed_in) => Ok(onward(&page_request, &signed_in)),
        Err(LoginRefusal::Mismatch) => {
            form(&page_request, username.clone(), Some(LoginRemark::Mismatch), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(LoginRefusal::Wait { retry_after }) => {
            let seconds = u64::try_from(retry_after.whole_seconds()).unwrap_or_default() + 1;
            let remark = Some(LoginRemark::Wait { seconds });
            form(&page_request, username.clone(), remark, StatusCode::TOO_MANY_REQUESTS)
                .map(|answer| retry(answer, seconds))
        }
        Err(LoginRefusal::Internal(cause)) if is_busy(&cause) => {
            let remark = Some(LoginRemark::Busy);
            form(&page_request, username.clone(), remark, StatusCode::SERVICE_UNAVAILABLE)
                .map(|answer| retry(answer, 2))
        }
        Err(LoginRefusal::Internal(cause)) => Err(fault(cause)),
    }
}

/// The content of the login form.
struct LoginForm<'a> {
    sealed: Option<&'a str>,
    username: String,
    remark: Option<LoginRemark>,
}

fn form(
    page_request: &PageRequest,
    username: String,
    remark: Option<LoginRemark>,
    status: StatusCode,
) -> poem::Result<Response> {
    page(page_request, LoginForm { sealed: page_request.value("interaction"), username, remark }, status)
}

fn page(page_request: &PageRequest, form: LoginForm<'_>, status: StatusCode) -> poem::Result<Response> {
    let begun = begun(page_request, form.sealed)?;
    // A draft is too long for the URL of another page.
    let is_draft = form.sealed.is_some_and(|sealed| Draft::is_one(page_request, sealed));
    let page = LoginPage {
        client: begun.as_ref().map(|begun| card_with_logo(page_request, &begun.client)),
        username: form.username,
        remark: form.remark,
        signup_open: page_request.server.signet().sign_up == SignUp::Open && !is_draft,
        interaction: form.sealed.map(ToOwned::to_owned),
        anti_forgery: ACTION.token(page_request, form.sealed),
    };
    let markup = page.render(page_request.context());
    Ok(match &begun {
        Some(begun) => page_about(page_request, &begun.client, (status, markup)),
        None => page_request.page(status, markup),
    })
}

fn retry(mut answer: Response, seconds: u64) -> Response {
    answer.headers_mut().insert(poem::http::header::RETRY_AFTER, seconds.into());
    answer
}

const ACTION: FormAction = FormAction::before_login("login");

/// Maximum size of a login form that carries an encrypted draft of a form of the usual size.
const MOST_BYTES: usize = 160 * 1024;
