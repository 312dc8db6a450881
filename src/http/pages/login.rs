//! `/login`

use poem::{Response, http::StatusCode};

use super::{begun, card_with_logo, is_busy, onward, onward_already, page_about, way_back};
use crate::{
    account::invitation::SignUp,
    endpoint::{
        authorize::asked_again,
        login::{LoginAttempt, LoginRefusal, login},
    },
    http::{draft::Draft, fault, visit::Visit},
    secret::Secret,
    web::{LoginPage, LoginRemark},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let sealed = visit.value("interaction").map(ToOwned::to_owned);
    let begun = begun(&visit, sealed.as_deref())?;
    if let Some(onward) = onward_already(&visit, begun.as_ref()).await? {
        return Ok(onward);
    }
    let wants_another = visit.value("account") == Some("another");
    if let Some(begun) = begun.as_ref().filter(|_| !wants_another) {
        let again = asked_again(visit.server.signet(), &begun.interaction, &begun.client, &visit.browser).await;
        if let Some(username) = again.map_err(fault)? {
            return form(&visit, username, Some(LoginRemark::Again), StatusCode::OK);
        }
    }
    let hint = begun.as_ref().and_then(|begun| begun.interaction.request.login_hint.clone()).unwrap_or_default();
    // A login that cannot go on is said so before anybody types a password for it.
    let sealed = sealed.as_deref();
    let goes_on = begun.is_some() || way_back(&visit, sealed).is_some();
    let goes_on = goes_on || sealed.is_some_and(|sealed| Draft::is_one(&visit, sealed));
    let remark = (sealed.is_some() && !goes_on && visit.remark.is_none()).then_some(LoginRemark::Expired);
    form(&visit, hint, remark, StatusCode::OK)
}

/// The page for a person whose session ended before they sent a form: what they entered goes through it as `sealed`.
pub(super) fn form_for_draft(visit: &Visit, sealed: &str) -> poem::Result<Response> {
    let form = LoginForm { sealed: Some(sealed), username: String::new(), remark: None };
    page(visit, form, StatusCode::FORBIDDEN)
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("login")?;
    let username = visit.text("username");
    let attempt = LoginAttempt {
        username: &username,
        presented_password: Secret::new(visit.text("password")),
        address: visit.address,
        user_agent: &visit.user_agent,
    };
    match login(visit.server.signet(), &attempt, &visit.browser).await {
        Ok(signed_in) => Ok(onward(&visit, &signed_in)),
        Err(LoginRefusal::Mismatch) => {
            form(&visit, username.clone(), Some(LoginRemark::Mismatch), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(LoginRefusal::Wait { retry_after }) => {
            let seconds = u64::try_from(retry_after.whole_seconds()).unwrap_or_default() + 1;
            let remark = Some(LoginRemark::Wait { seconds });
            form(&visit, username.clone(), remark, StatusCode::TOO_MANY_REQUESTS).map(|answer| retry(answer, seconds))
        }
        Err(LoginRefusal::Fault(cause)) if is_busy(&cause) => {
            let remark = Some(LoginRemark::Busy);
            form(&visit, username.clone(), remark, StatusCode::SERVICE_UNAVAILABLE).map(|answer| retry(answer, 2))
        }
        Err(LoginRefusal::Fault(cause)) => Err(fault(cause)),
    }
}

/// What stands in the form.
struct LoginForm<'a> {
    sealed: Option<&'a str>,
    username: String,
    remark: Option<LoginRemark>,
}

fn form(visit: &Visit, username: String, remark: Option<LoginRemark>, status: StatusCode) -> poem::Result<Response> {
    page(visit, LoginForm { sealed: visit.value("interaction"), username, remark }, status)
}

fn page(visit: &Visit, form: LoginForm<'_>, status: StatusCode) -> poem::Result<Response> {
    let begun = begun(visit, form.sealed)?;
    // What was entered elsewhere is too long for the address of another page.
    let is_draft = form.sealed.is_some_and(|sealed| Draft::is_one(visit, sealed));
    let page = LoginPage {
        client: begun.as_ref().map(|begun| card_with_logo(visit, &begun.client)),
        username: form.username,
        remark: form.remark,
        signup_open: visit.server.signet().sign_up == SignUp::Open && !is_draft,
        interaction: form.sealed.map(ToOwned::to_owned),
        anti_forgery: visit.anti_forgery("login", form.sealed),
    };
    let markup = page.render(visit.voice());
    Ok(match &begun {
        Some(begun) => page_about(visit, &begun.client, (status, markup)),
        None => visit.page(status, markup),
    })
}

fn retry(mut answer: Response, seconds: u64) -> Response {
    answer.headers_mut().insert(poem::http::header::RETRY_AFTER, seconds.into());
    answer
}
