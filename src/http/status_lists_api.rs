//! `/status`: status lists for APIs that verify access tokens offline.

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
use crate::oauth::status_list::{self, ListId};

pub(super) struct StatusListsApi(pub(super) Arc<Server>);

#[OpenApi]
impl StatusListsApi {
    /// List the URLs of all status lists
    ///
    /// The Status List Aggregation of draft-ietf-oauth-status-list §9, for APIs that fetch the lists before the first
    /// token refers to them.
    #[oai(path = "/status", method = "get", operation_id = "statusLists", tag = "ApiTag::Discovery")]
    async fn status_lists(&self) -> DocumentedAnswer<DocumentKinds> {
        let max_age = self.0.signet.lifetimes.status_list.whole_seconds();
        let answer = Response::builder().header(header::CACHE_CONTROL, format!("public, max-age={max_age}"));
        let document = status_list::aggregation(self.0.signet.status_lists.ids().into_iter(), &self.0.signet.issuer);
        DocumentedAnswer::from(answer.content_type("application/json").body(document.to_string()))
    }

    /// Get a status list
    ///
    /// Lists revoked access tokens for APIs that verify tokens offline. The claim `status` of a token names the list
    /// and the index of its bit, which is 1 if the token is revoked (draft-ietf-oauth-status-list). Cache the list for
    /// as long as its `ttl` allows.
    #[oai(path = "/status/:list", method = "get", operation_id = "statusList", tag = "ApiTag::Discovery")]
    async fn status_list(
        &self,
        request: &Request,
        /// Number of the list.
        list: Path<String>,
    ) -> poem::Result<DocumentedAnswer<StatusListKinds>> {
        // §8.4: "If the Server does not support the additional query parameter, it SHOULD return a status code of 501".
        // It is not documented as a parameter, since no value of it is of use.
        let query = request.uri().query().unwrap_or_default();
        if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "time") {
            let description = "earlier versions of the list are not stored";
            return Ok(DocumentedAnswer::from(problem(StatusCode::NOT_IMPLEMENTED, "not_implemented", description)));
        }
        let id = ListId::parse(&list.0);
        let published = id.map(|id| self.0.signet.publish_status_list(id)).transpose().map_err(fault)?.flatten();
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
            // A weak entity tag, since it is the same for both content codings.
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

/// Whether `Accept-Encoding` accepts `gzip` (RFC 9110 §12.5.3).
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
