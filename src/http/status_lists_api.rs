//! `/status`: the status lists, for who verifies access tokens offline.

use std::sync::Arc;

use poem::{
    Request, Response,
    http::{StatusCode, header},
};
use poem_openapi::{OpenApi, param::Path};

use super::{
    discovery_api::is_known,
    documented::{DocumentedAnswer, problem},
    fault,
    oauth_api::ApiTag,
    oauth_schema::{DocumentKinds, StatusListKinds},
    server::Server,
};
use crate::{endpoint::status_lists, oauth::status_list::ListId};

/// The status lists.
pub(super) struct StatusListsApi(pub(super) Arc<Server>);

#[OpenApi]
impl StatusListsApi {
    /// The addresses of all status lists
    ///
    /// The Status List Aggregation of draft-ietf-oauth-status-list §9, for who wants to fetch the lists before the first
    /// token names them.
    #[oai(path = "/status", method = "get", operation_id = "statusLists", tag = "ApiTag::Discovery")]
    async fn status_lists(&self) -> DocumentedAnswer<DocumentKinds> {
        let max_age = self.0.signet.lifetimes.status_list.whole_seconds();
        let answer = Response::builder().header(header::CACHE_CONTROL, format!("public, max-age={max_age}"));
        let document = status_lists::aggregation(&self.0.signet);
        DocumentedAnswer::from(answer.content_type("application/json").body(document.to_string()))
    }

    /// A status list
    ///
    /// In which an API that verifies access tokens offline sees the revoked ones: the claim `status` of a token names the
    /// list and the place in it, whose bit is 1 once the token is worthless (draft-ietf-oauth-status-list). Keep it for as
    /// long as its `ttl` says.
    #[oai(path = "/status/:list", method = "get", operation_id = "statusList", tag = "ApiTag::Discovery")]
    async fn status_list(
        &self,
        request: &Request,
        /// The number of the list.
        list: Path<String>,
    ) -> poem::Result<DocumentedAnswer<StatusListKinds>> {
        // §8.4: "If the Server does not support the additional query parameter, it SHOULD return a status code of 501".
        // It is not documented as a parameter, since no value of it is of use.
        let query = request.uri().query().unwrap_or_default();
        if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "time") {
            let description = "the lists of the past are not kept";
            return Ok(DocumentedAnswer::from(problem(StatusCode::NOT_IMPLEMENTED, "not_implemented", description)));
        }
        let id = ListId::parse(&list.0);
        let published = id.map(|id| status_lists::publish(&self.0.signet, id)).transpose().map_err(fault)?.flatten();
        let Some(published) = published else {
            return Ok(DocumentedAnswer::from(problem(
                StatusCode::NOT_FOUND,
                "not_found",
                "there is no such status list",
            )));
        };
        let max_age = published.max_age_seconds(self.0.signet.clock.now());
        let answer = Response::builder()
            .header(header::CACHE_CONTROL, format!("public, max-age={max_age}"))
            // Weak, since it stands for both content codings.
            .header(header::ETAG, format!("W/{}", published.etag))
            .header(header::VARY, "accept-encoding");
        Ok(DocumentedAnswer::from(if is_known(request, &published.etag) {
            answer.status(StatusCode::NOT_MODIFIED).finish()
        } else if accepts_gzip(request) {
            let answer = answer.content_type(STATUS_LIST_JWT).header(header::CONTENT_ENCODING, "gzip");
            answer.body(published.gzipped.clone())
        } else {
            answer.content_type(STATUS_LIST_JWT).body(published.token.clone())
        }))
    }
}

/// Whether the caller names `gzip` among the content codings and does not forbid it (RFC 9110 §12.5.3).
fn accepts_gzip(request: &Request) -> bool {
    let accepted = request.header(header::ACCEPT_ENCODING).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = quality.trim().trim_start_matches("q=");
        name.trim().eq_ignore_ascii_case("gzip")
            && (quality.is_empty() || quality.parse::<f32>().is_ok_and(|q| q > 0.0))
    })
}

const STATUS_LIST_JWT: &str = "application/statuslist+jwt";
