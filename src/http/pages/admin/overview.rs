//! `/admin`: the overview of the administration pages.

use poem::{Response, http::StatusCode};

use super::request::{AdminRequest, guarded};
use crate::{
    http::page_route::{PageRoute, Routes},
    web::admin::AdminPage,
};

pub(super) fn routes() -> Routes {
    Routes::of([PageRoute::at("/admin").show(guarded(show))])
}

async fn show(admin_request: AdminRequest) -> poem::Result<Response> {
    Ok(admin_request.page(StatusCode::OK, AdminPage.render(admin_request.page_request.context())))
}
