//! `/account/picture`: uploads or removes the user's picture.

use poem::{Response, http::StatusCode};

use super::{bad_request, current, messages::wrong, own, profile, refused, sign_in_first};
use crate::{
    account::picture::Picture,
    endpoint::{management::ManagementRefusal, pictures},
    http::{
        csrf::CsrfChecked,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    web::ProfilePage,
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/account/picture")
        .submit(profile::ACTION, submit)
        .with_file()
        .on(profile::PATH)
        .up_to(MOST_BYTES)])
}

async fn submit(mut page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let upload = page_request.take_upload();
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, profile::PATH));
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

/// Maximum size of the form in bytes: the picture, multipart headers and other fields.
const MOST_BYTES: usize = Picture::MAXIMUM_UPLOAD + 16 * 1024;
