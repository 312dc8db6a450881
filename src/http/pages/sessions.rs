//! `/account/sessions`: the user's sessions.

use poem::{Response, http::StatusCode};

use super::{bad_request, current, done, own, refused, sign_in_first};
use crate::{
    endpoint::{
        page::{LARGEST_PAGE, PageQuery},
        session_end::Extent,
        sessions::{ListedSession, end, end_all, list},
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    web::{SessionLine, SessionsPage, i18n::Texts},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at(PATH).show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    let request = PageQuery { limit: Some(LARGEST_PAGE.into()), page_token: None };
    let mut sessions = match list(page_request.server.signet(), &own(&current), "me", request) {
        Ok(page) => page.entries,
        Err(refusal) => return refused(&page_request, refusal),
    };
    sessions.sort_by_key(|listed| (!listed.is_current, std::cmp::Reverse(listed.session.last_used_at)));
    let page = SessionsPage {
        sessions: sessions.iter().map(|listed| line(page_request.texts, listed)).collect(),
        done: done(&page_request, &[("ended", |w| w.device_signed_out)]),
        anti_forgery: ACTION.token(&page_request, None),
    };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    let (signet, access) = (page_request.server.signet(), own(&current));
    match page_request.value("decision") {
        Some("end") => match end(signet, &access, "me", &page_request.text("sid")).await {
            Ok(()) => Ok(page_request.redirect("/account/sessions?done=ended")),
            Err(refusal) => refused(&page_request, refusal),
        },
        Some("end-all") => match end_all(signet, &access, "me", Extent::Logins).await {
            Ok(()) => Ok(page_request.signed_out(page_request.redirect("/logout/done"))),
            Err(refusal) => refused(&page_request, refusal),
        },
        _ => Err(bad_request()),
    }
}

fn line(texts: &Texts, listed: &ListedSession) -> SessionLine {
    let session = &listed.session;
    SessionLine {
        sid: session.sid.as_str().to_owned(),
        device: session.user_agent.to_string(),
        first_used: texts.time.moment(session.created_at),
        last_used: texts.time.moment(session.last_used_at),
        is_current: listed.is_current,
    }
}

const ACTION: FormAction = FormAction::named("sessions");
const PATH: &str = "/account/sessions";
