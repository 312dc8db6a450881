//! `/clients`: applications are registered by token.

use std::sync::Arc;

use poem::{Response, http::StatusCode};
use poem_openapi::{Object, OpenApi, payload::Json, registry::Registry, types::Type};
use serde_json::{Value, json};

use super::{
    documented::{Answer, Kind, Kinds, json_answer, problem},
    extract::BearerToken,
    fault,
    oauth_api::{Tag, challenged},
    oauth_schema::Problem,
    server::Server,
};
use crate::{
    endpoint::{
        Signet,
        access::{self, AccessRefusal},
        clients::{RegisterRefusal, RegisteredClient, register_by_token},
    },
    oauth::registration::RegistrationRequest,
};

/// Registration of applications.
pub(super) struct ClientsApi(pub(super) Arc<Server>);

/// What is known about an application, with the names of RFC 7591. What is left out is chosen by the server.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ClientMetadataBody {
    /// The name that people see.
    client_name: Option<String>,
    /// Where logins may come back to; compared character for character.
    redirect_uris: Option<Vec<String>>,
    /// Where a person may be sent after signing out.
    post_logout_redirect_uris: Option<Vec<String>>,
    /// `authorization_code`, `client_credentials`.
    grant_types: Option<Vec<String>>,
    /// `code`.
    response_types: Option<Vec<String>>,
    /// What the application may ask for, with spaces between.
    scope: Option<String>,
    /// `client_secret_basic`, `client_secret_post`, or `none` for an application that cannot keep a secret.
    token_endpoint_auth_method: Option<String>,
    /// `web` or `native`.
    application_type: Option<String>,
    /// Its home page.
    client_uri: Option<String>,
    /// Its privacy policy.
    policy_uri: Option<String>,
    /// Its terms of service.
    tos_uri: Option<String>,
    /// How to reach the people who are responsible for it.
    contacts: Option<Vec<String>>,
    /// Whether PKCE is needed; only an administrator can say no.
    require_pkce: Option<bool>,
    /// Whether `state` is needed.
    require_state: Option<bool>,
    /// Whether each refresh gives a new refresh token; always for a public application.
    rotate_refresh_tokens: Option<bool>,
    /// The groups whose members may use it; everyone if there are none. Only an administrator can set them.
    allowed_groups: Option<Vec<String>>,
}

/// An application as it was registered.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RegisteredClientBody {
    /// Its identifier.
    client_id: String,
    /// Its secret, told this once; none for a public application.
    client_secret: Option<String>,
    /// When, in seconds since 1970.
    client_id_issued_at: i64,
    /// 0: it does not expire.
    client_secret_expires_at: Option<i64>,
    /// Its name.
    client_name: String,
    /// Where logins may come back to.
    redirect_uris: Vec<String>,
    /// The grants that it may use.
    grant_types: Vec<String>,
    /// The response types that it may use.
    response_types: Vec<String>,
    /// What it may ask for.
    scope: String,
    /// How it authenticates.
    token_endpoint_auth_method: String,
    /// `web` or `native`.
    application_type: String,
    /// Where to send people's browsers.
    authorization_endpoint: String,
    /// Where to redeem codes.
    token_endpoint: String,
}

#[OpenApi]
impl ClientsApi {
    /// Register an application
    ///
    /// With an access token of the scope `signet:clients` or `signet:admin`. A person registers for themselves, an
    /// administrator (or an application that was given the scope) without restrictions. The secret is told this once.
    #[oai(path = "/clients", method = "post", operation_id = "registerClient", tag = "Tag::Applications")]
    async fn register(
        &self,
        token: BearerToken,
        metadata: Json<ClientMetadataBody>,
    ) -> poem::Result<Answer<RegisterKinds>> {
        let signet = &self.0.signet;
        let access = token.0.map_err(AccessRefusal::Bearer);
        let access = access.and_then(|token| access::authorize(signet, &token, &["signet:clients", "signet:admin"]));
        let access = match access {
            Ok(access) => access,
            Err(refusal) => return Ok(Answer::from(challenged(refusal)?)),
        };
        Ok(Answer::from(match register_by_token(signet, &metadata.0.into(), &access).await {
            Ok(registered) => registration(signet, &registered),
            Err(RegisterRefusal::Metadata(refusal)) => {
                problem(StatusCode::BAD_REQUEST, refusal.code.as_str(), &refusal.to_string())
            }
            Err(RegisterRefusal::Fault(cause)) => return Err(fault(cause)),
        }))
    }
}

/// RFC 7591 §3.2.1: everything that was registered, and where to go with it.
fn registration(signet: &Signet, registered: &RegisteredClient) -> Response {
    let client = &registered.client;
    let mut body = serde_json::to_value(&client.metadata).unwrap_or_else(|_| json!({}));
    if let Value::Object(members) = &mut body {
        members.insert("client_id".to_owned(), client.client_id.as_str().into());
        members.insert("client_id_issued_at".to_owned(), client.created_at.unix_timestamp().into());
        if let Some(secret) = &registered.client_secret {
            members.insert("client_secret".to_owned(), secret.expose().into());
            members.insert("client_secret_expires_at".to_owned(), 0.into());
        }
        members.insert("authorization_endpoint".to_owned(), signet.issuer.endpoint("/authorize").into());
        members.insert("token_endpoint".to_owned(), signet.issuer.endpoint("/token").into());
    }
    json_answer(StatusCode::CREATED, &body)
}

impl From<ClientMetadataBody> for RegistrationRequest {
    fn from(body: ClientMetadataBody) -> Self {
        Self {
            client_name: body.client_name,
            redirect_uris: body.redirect_uris,
            post_logout_redirect_uris: body.post_logout_redirect_uris,
            grant_types: body.grant_types,
            response_types: body.response_types,
            scope: body.scope,
            token_endpoint_auth_method: body.token_endpoint_auth_method,
            application_type: body.application_type,
            client_uri: body.client_uri,
            policy_uri: body.policy_uri,
            tos_uri: body.tos_uri,
            contacts: body.contacts,
            require_pkce: body.require_pkce,
            require_state: body.require_state,
            rotate_refresh_tokens: body.rotate_refresh_tokens,
            allowed_groups: body.allowed_groups,
        }
    }
}

pub(super) struct RegisterKinds;

impl Kinds for RegisterKinds {
    fn kinds() -> Vec<Kind> {
        vec![
            Kind::json::<RegisteredClientBody>(201, "The application, with its secret"),
            Kind::json::<Problem>(400, "A member cannot be registered; RFC 7591 §3.2.2 defines the codes"),
            Kind::json::<Problem>(401, "No access token, or one that is not good here"),
            Kind::json::<Problem>(403, "The access token has neither of the scopes"),
            Kind::json::<Problem>(415, "The body is not JSON"),
        ]
    }

    fn register(registry: &mut Registry) {
        RegisteredClientBody::register(registry);
        Problem::register(registry);
    }
}
