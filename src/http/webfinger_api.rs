//! `/.well-known/webfinger`

use std::sync::Arc;

use poem::{
    Request, Response,
    http::{StatusCode, header},
};
use poem_openapi::{OpenApi, param::Query};

use super::{
    documented::{AnswerKind, DocumentedAnswer, Kinds, kinds, problem},
    error_body::ErrorBody,
    oauth_api::ApiTag,
    server::Server,
};
use crate::{
    oauth::parameters::Parameters,
    oidc::webfinger::{self, WebfingerRefusal},
};
use poem_openapi::{registry::Registry, types::Type};

pub(super) struct WebfingerApi(pub(super) Arc<Server>);

kinds!(WebfingerKinds registers ErrorBody:
    AnswerKind::any_json(200, "The issuer, as a JSON Resource Descriptor (RFC 7033)"),
    AnswerKind::json::<ErrorBody>(400, "`resource` is missing or repeated"),
    AnswerKind::json::<ErrorBody>(404, "The domain is not configured"),
);

#[OpenApi]
impl WebfingerApi {
    /// Get the issuer of a user
    ///
    /// Returns the issuer for users of the configured domains (OpenID Connect Discovery §2). The response is the same
    /// for every name, so it does not reveal who has an account.
    #[oai(path = "/.well-known/webfinger", method = "get", operation_id = "webfinger", tag = "ApiTag::Discovery")]
    async fn webfinger(
        &self,
        request: &Request,
        /// `acct:` URI of the user, or the issuer.
        #[oai(name = "resource")]
        _resource: Query<Option<String>>,
        /// Requested link relation.
        #[oai(name = "rel")]
        _rel: Query<Option<String>>,
    ) -> DocumentedAnswer<WebfingerKinds> {
        let signet = &self.0.signet;
        let parameters = Parameters::parse(request.uri().query().unwrap_or_default());
        let answered = parameters
            .map_err(WebfingerRefusal::Malformed)
            .and_then(|parameters| webfinger::answer(&parameters, &signet.issuer, &signet.webfinger_domains));
        DocumentedAnswer::from(match answered {
            Ok(document) => Response::builder()
                .header(header::CACHE_CONTROL, "public, max-age=300")
                .content_type("application/jrd+json")
                .body(document.to_string()),
            Err(WebfingerRefusal::Malformed(malformed)) => {
                problem(StatusCode::BAD_REQUEST, "invalid_request", &malformed.to_string())
            }
            Err(WebfingerRefusal::UnknownResource) => {
                problem(StatusCode::NOT_FOUND, "not_found", "users of that domain do not sign in here")
            }
        })
    }
}
