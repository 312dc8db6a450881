//! `/admin`: the administration pages. Every request below `/admin` requires an administrator, also one for a page that
//! does not exist.

mod activity;
mod applications;
mod audit;
mod groups;
mod invitations;
mod keys;
mod overview;
mod people;
mod person;
mod person_records;
mod request;

use poem::Response;

use crate::http::page_route::{PageRoute, Routes};
use request::{AdminRequest, guarded};

pub(in crate::http) fn routes() -> Routes {
    Routes::join([
        overview::routes(),
        people::routes(),
        person::routes(),
        person_records::routes(),
        groups::routes(),
        activity::routes(),
        invitations::routes(),
        applications::routes(),
        audit::routes(),
        keys::routes(),
        Routes::of([PageRoute::at("/admin/*rest")]),
    ])
    .or_otherwise(guarded(unknown))
}

/// Responds for a path without a page. A slash at the end of a path is ignored.
async fn unknown(admin_request: AdminRequest) -> poem::Result<Response> {
    let page_request = &admin_request.page_request;
    match page_request.path.strip_suffix('/') {
        Some(path) => Ok(page_request.redirect(path)),
        None => Err(poem::error::NotFoundError.into()),
    }
}
