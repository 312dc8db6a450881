//! `/docs/errors`

use poem::{Response, http::StatusCode};

use crate::{http::visit::Visit, web::ErrorsPage};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    Ok(visit.page(StatusCode::OK, ErrorsPage.render(visit.voice())))
}
