//! `/docs/errors`: the reference of error codes.

use poem::{Response, http::StatusCode};

use crate::{http::page_request::PageRequest, web::ErrorsPage};

pub(in crate::http) async fn show(page_request: PageRequest) -> poem::Result<Response> {
    Ok(page_request.page(StatusCode::OK, ErrorsPage.render(page_request.context())))
}
