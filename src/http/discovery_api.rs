//! Discovery documents: signing keys, server metadata and health.

use std::sync::Arc;

use poem::{
    Request, Response,
    http::{StatusCode, header},
};
use poem_openapi::OpenApi;
use serde_json::Value;

use super::{
    documented::{DocumentedAnswer, object_answer},
    oauth_api::ApiTag,
    oauth_schema::{DocumentKinds, HealthBody, HealthKinds, JwksKinds},
    server::Server,
};
use crate::{
    endpoint::{conditions::Condition, signet::RegistrationAccess},
    oauth::metadata::Described,
    oidc::discovery,
    web::i18n::LANGUAGES,
};

pub(super) struct DiscoveryApi(pub(super) Arc<Server>);

#[OpenApi]
impl DiscoveryApi {
    /// Get the signing keys
    ///
    /// A JSON Web Key Set (RFC 7517). Cache it for as long as `Cache-Control` allows, and fetch it again when a token
    /// names an unknown key.
    #[oai(path = "/jwks.json", method = "get", operation_id = "jwks", tag = "ApiTag::Discovery")]
    async fn jwks(&self, request: &Request) -> DocumentedAnswer<JwksKinds> {
        let published = self.0.signet.keys.jwks();
        let max_age = published.max_age_seconds(self.0.signet.clock.now());
        let answer = Response::builder()
            .header(header::CACHE_CONTROL, format!("public, max-age={max_age}"))
            .header(header::ETAG, published.etag.clone());
        DocumentedAnswer::from(if is_known(request, &published.etag) {
            answer.status(StatusCode::NOT_MODIFIED).finish()
        } else {
            answer.content_type("application/json").body(published.body.clone())
        })
    }

    /// Get the OpenID Provider metadata
    #[oai(
        path = "/.well-known/openid-configuration",
        method = "get",
        operation_id = "openidConfiguration",
        tag = "ApiTag::Discovery"
    )]
    async fn openid_configuration(&self) -> DocumentedAnswer<DocumentKinds> {
        self.answer_metadata()
    }

    /// Get the OAuth 2.0 authorization server metadata
    #[oai(
        path = "/.well-known/oauth-authorization-server",
        method = "get",
        operation_id = "oauthAuthorizationServer",
        tag = "ApiTag::Discovery"
    )]
    async fn oauth_authorization_server(&self) -> DocumentedAnswer<DocumentKinds> {
        self.answer_metadata()
    }

    /// Get the health of the server
    ///
    /// `status` is `ok`, or says what is wrong. `warnings` lists problems that an administrator should look at although
    /// the server still works. Details are in the log.
    #[oai(path = "/health", method = "get", operation_id = "health", tag = "ApiTag::Health")]
    async fn health(&self) -> DocumentedAnswer<HealthKinds> {
        let signet = &self.0.signet;
        let mut present = signet.conditions.present();
        if signet.store.engine().is_failed() {
            present.insert(0, Condition::StorageFailed);
        }
        let (failures, warnings): (Vec<_>, Vec<_>) = present.into_iter().partition(|condition| condition.is_failure());
        let names = |conditions: &[Condition]| conditions.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>();
        let body = HealthBody {
            status: failures.first().map_or("ok", |failure| failure.as_str()).to_owned(),
            failures: Some(names(&failures)).filter(|names| names.len() > 1),
            warnings: Some(names(&warnings)).filter(|names| !names.is_empty()),
        };
        let status = if failures.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        DocumentedAnswer::from(object_answer(status, &body))
    }
}

impl DiscoveryApi {
    fn answer_metadata(&self) -> DocumentedAnswer<DocumentKinds> {
        let signet = &self.0.signet;
        let document = discovery::metadata(Described {
            issuer: &signet.issuer,
            resources: &signet.resources,
            offered: signet.authorization_policy.offered,
            signing_algs: &signet.registration_policy.signing_algs,
            has_registration: signet.registration != RegistrationAccess::Off,
            request_uri: signet.authorization_policy.request_uri,
            ui_locales: &LANGUAGES.map(|texts| texts.tag),
        });
        let answer = Response::builder().header(header::CACHE_CONTROL, "public, max-age=300");
        DocumentedAnswer::from(answer.content_type("application/json").body(Value::Object(document).to_string()))
    }
}

/// Whether the request's `If-None-Match` matches `etag`. A proxy may have weakened the entity tag.
pub(super) fn is_known(request: &Request, etag: &str) -> bool {
    let known = request.header(header::IF_NONE_MATCH);
    known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag))
}
