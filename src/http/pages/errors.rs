//! `/docs/errors`: the reference of error codes.

use poem::{Response, http::StatusCode};

use crate::{
    http::{
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    web::ErrorsPage,
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/docs/errors").show(show)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    Ok(page_request.page(StatusCode::OK, ErrorsPage.render(page_request.context())))
}
