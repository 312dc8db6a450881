//! `/account/picture`

use poem::{Response, http::StatusCode};

use super::{current, own, profile, refused, sign_in_first, unfit, wording::wrong};
use crate::{
    endpoint::{management::ManagementRefusal, pictures},
    http::visit::Visit,
    web::ProfilePage,
};

pub(in crate::http) async fn submit(visit: Visit, upload: Vec<u8>) -> poem::Result<Response> {
    visit.admit("profile")?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, "/account/profile")) };
    let (signet, access) = (visit.server.signet(), own(&current));
    let (outcome, done) = match visit.value("decision") {
        Some("upload") => (pictures::put(signet, &access, "me", upload).await.map(drop), "picture"),
        Some("remove") => (pictures::remove(signet, &access, "me").await, "removed"),
        _ => return Err(unfit()),
    };
    match outcome {
        Ok(()) => Ok(visit.redirect(&format!("/account/profile?done={done}"))),
        Err(ManagementRefusal::Fields(errors)) => {
            let picture_error = wrong(visit.words, &errors, "picture");
            let page = ProfilePage { picture_error, ..profile::page(&visit, &current) };
            Ok(visit.page(StatusCode::UNPROCESSABLE_ENTITY, page.render(visit.voice())))
        }
        Err(refusal) => refused(&visit, refusal),
    }
}
