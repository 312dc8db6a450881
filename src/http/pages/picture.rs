//! `/account/picture`: uploads or removes the user's picture.

use poem::{Response, http::StatusCode};

use super::{bad_request, current, messages::wrong, own, profile, refused, sign_in_first};
use crate::{
    endpoint::{management::ManagementRefusal, pictures},
    http::page_request::PageRequest,
    web::ProfilePage,
};

pub(in crate::http) async fn submit(page_request: PageRequest, upload: Vec<u8>) -> poem::Result<Response> {
    page_request.admit("profile")?;
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, "/account/profile"));
    };
    let (signet, access) = (page_request.server.signet(), own(&current));
    let (outcome, done) = match page_request.value("decision") {
        Some("upload") => (pictures::put(signet, &access, "me", upload).await.map(drop), "picture"),
        Some("remove") => (pictures::remove(signet, &access, "me").await, "removed"),
        _ => return Err(bad_request()),
    };
    match outcome {
        Ok(()) => Ok(page_request.redirect(&format!("/account/profile?done={done}"))),
        Err(ManagementRefusal::Fields(errors)) => {
            let picture_error = wrong(page_request.texts, &errors, "picture");
            let page = ProfilePage { picture_error, ..profile::page(&page_request, &current) };
            Ok(page_request.page(StatusCode::UNPROCESSABLE_ENTITY, page.render(page_request.context())))
        }
        Err(refusal) => refused(&page_request, refusal),
    }
}
