//! `/account/sessions`

use poem::{Response, http::StatusCode};

use super::{current, done, own, refused, sign_in_first, unfit};
use crate::{
    endpoint::{
        page::{LARGEST_PAGE, PageRequest},
        session_end::Extent,
        sessions::{ListedSession, end, end_all, list},
    },
    http::visit::Visit,
    web::{SessionLine, SessionsPage, words::Words},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, PATH)) };
    let request = PageRequest { limit: Some(LARGEST_PAGE.into()), page_token: None };
    let mut sessions = match list(visit.server.signet(), &own(&current), "me", request) {
        Ok(page) => page.entries,
        Err(refusal) => return refused(&visit, refusal),
    };
    sessions.sort_by_key(|listed| (!listed.is_current, std::cmp::Reverse(listed.session.last_used_at)));
    let page = SessionsPage {
        sessions: sessions.iter().map(|listed| line(visit.words, listed)).collect(),
        done: done(&visit, &[("ended", |w| w.device_signed_out)]),
        anti_forgery: visit.anti_forgery("sessions", None),
    };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("sessions")?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, PATH)) };
    let (signet, access) = (visit.server.signet(), own(&current));
    match visit.value("decision") {
        Some("end") => match end(signet, &access, "me", &visit.text("sid")).await {
            Ok(()) => Ok(visit.redirect("/account/sessions?done=ended")),
            Err(refusal) => refused(&visit, refusal),
        },
        Some("end-all") => match end_all(signet, &access, "me", Extent::Logins).await {
            Ok(()) => Ok(visit.signed_out(visit.redirect("/logout/done"))),
            Err(refusal) => refused(&visit, refusal),
        },
        _ => Err(unfit()),
    }
}

fn line(words: &Words, listed: &ListedSession) -> SessionLine {
    let session = &listed.session;
    SessionLine {
        sid: session.sid.as_str().to_owned(),
        device: session.user_agent.to_string(),
        first_used: words.time.moment(session.created_at),
        last_used: words.time.moment(session.last_used_at),
        is_current: listed.is_current,
    }
}

const PATH: &str = "/account/sessions";
