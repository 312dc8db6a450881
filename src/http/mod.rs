//! The HTTP layer: maps requests to endpoint calls and results to responses, with poem and poem-openapi.

mod authorize;
mod authorize_parameters;
mod body_schema;
mod brand;
mod built_in;
mod client_openid_schema;
mod client_schema;
mod clients_api;
mod connection_schema;
mod connections_api;
mod csrf;
mod discovery_api;
mod docs;
mod documented;
mod draft;
pub mod edge;
mod error_body;
mod events_api;
mod extract;
mod json_body;
mod management;
mod oauth_api;
mod oauth_schema;
mod page_endpoint;
mod page_request;
mod page_route;
mod pages;
mod parameter_check;
mod pictures_api;
mod presentation;
mod presets_api;
mod route_table;
mod routes;
mod schedules_api;
mod server;
mod sessions_api;
mod short_term;
mod status_lists_api;
mod strict_json;
mod told;
mod user_schema;
mod users_api;
mod webfinger_api;

pub use brand::BrandFiles;
pub use built_in::built_in_client;
pub use routes::{Wrapping, application, form_paths, page_paths, specification};
pub use server::Server;

use poem::http::StatusCode;

use crate::endpoint::InternalError;

/// Turns an internal error into a 500. The edge logs the cause once and does not reveal it.
fn fault(cause: InternalError) -> poem::Error {
    let status = if cause.is_temporary() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
    poem::Error::new(cause, status)
}
