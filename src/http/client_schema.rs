//! OpenAPI schemas of applications, and their JSON representations.

use poem_openapi::{
    Object,
    registry::Registry,
    types::{Example, Type},
};
use serde_json::{Value, json};

use super::{
    client_openid_schema::OpenidBody,
    documented::{AnswerKind, Kinds, kinds},
    error_body::ErrorBody,
    management::{with_refusals, with_refusals_of_one},
};
use crate::{
    endpoint::{
        Signet,
        clients::{
            RegisteredClient,
            dynamic::{SelfRegistered, UpdateClaims},
            settings,
        },
    },
    oauth::{
        client::{Client, Provenance},
        registration::RegistrationRequest,
    },
    secret::Secret,
};

/// Client metadata as in RFC 7591. The server chooses a default for every omitted member.
#[derive(Default, Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(super) struct ClientMetadataBody {
    /// Name that users see.
    client_name: Option<String>,
    /// Redirect URIs. They are compared character by character.
    redirect_uris: Option<Vec<String>>,
    /// URLs to which the browser may be redirected after logout.
    post_logout_redirect_uris: Option<Vec<String>>,
    /// `authorization_code`, `refresh_token`, `client_credentials`, `urn:ietf:params:oauth:grant-type:device_code`;
    /// also `implicit` and `password` if the server enables them.
    grant_types: Option<Vec<String>>,
    /// `code`; also `token`, `id_token` and their combinations if the server enables them.
    response_types: Option<Vec<String>>,
    /// Scope tokens that the application may request, separated by spaces.
    scope: Option<String>,
    /// `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt` (with `jwks` or `jwks_uri`),
    /// or `none` for an application that cannot keep a secret.
    token_endpoint_auth_method: Option<String>,
    /// `web` or `native`.
    application_type: Option<String>,
    /// URL of the home page.
    client_uri: Option<String>,
    /// URL of the privacy policy.
    policy_uri: Option<String>,
    /// URL of the terms of service.
    tos_uri: Option<String>,
    /// Contact details of the people responsible for the application.
    contacts: Option<Vec<String>>,
    /// Whether PKCE is always required (`true`) or never required (`false`, only an administrator can set this). If
    /// omitted, PKCE is required for applications without a secret and for requests that have no `nonce` with the scope
    /// `openid`.
    require_pkce: Option<bool>,
    /// Whether `state` is required.
    require_state: Option<bool>,
    /// Whether each refresh returns a new refresh token. Always the case for public applications.
    rotate_refresh_tokens: Option<bool>,
    /// Groups whose members may use the application. If there are none, everyone may use it. Groups set by an
    /// administrator can be changed only by an administrator.
    allowed_groups: Option<Vec<String>>,
    #[oai(flatten)]
    openid: OpenidBody,
}

/// A registered application, with the member names of RFC 7591 and RFC 7592.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct RegisteredClientBody {
    /// Client identifier.
    client_id: String,
    /// Client secret, returned only once. Absent for public applications and for applications that authenticate with a
    /// key.
    client_secret: Option<String>,
    /// Time of registration, in seconds since 1970.
    client_id_issued_at: i64,
    /// Always 0: the secret does not expire.
    client_secret_expires_at: Option<i64>,
    /// Name of the application.
    client_name: String,
    /// Redirect URIs.
    redirect_uris: Vec<String>,
    /// Grant types that the application may use.
    grant_types: Vec<String>,
    /// Response types that the application may use.
    response_types: Vec<String>,
    /// Scope tokens that the application may request.
    scope: String,
    /// Client authentication method.
    token_endpoint_auth_method: String,
    /// `web` or `native`.
    application_type: String,
    /// URLs to which the browser may be redirected after logout.
    post_logout_redirect_uris: Vec<String>,
    /// URL of the home page.
    client_uri: Option<String>,
    /// URL of the privacy policy.
    policy_uri: Option<String>,
    /// URL of the terms of service.
    tos_uri: Option<String>,
    /// Contact details of the people responsible for the application.
    contacts: Option<Vec<String>>,
    /// Whether PKCE is always or never required, if this differs from the server's rule.
    require_pkce: Option<bool>,
    /// Whether `state` is required, if this differs from the server's setting.
    require_state: Option<bool>,
    /// Whether each refresh returns a new refresh token, if this differs from the server's rule.
    rotate_refresh_tokens: Option<bool>,
    /// Groups whose members may use the application. If there are none, everyone may use it.
    allowed_groups: Option<Vec<String>>,
    #[oai(flatten)]
    openid: OpenidBody,
    /// Who registered the application: `built_in`, `configuration`, `administrator`, `person` or `itself`.
    registered_by: String,
    /// Identifier of the user who owns the application, if it has an owner.
    owner: Option<String>,
    /// Whether an administrator has disabled the application. Absent in responses of `/register`.
    disabled: Option<bool>,
    /// Active client secrets, without their values.
    client_secrets: Vec<ClientSecretBody>,
    /// Access token for the registration endpoint. Only in responses to a registration at `/register`.
    registration_access_token: Option<String>,
    /// URL at which the application manages its registration.
    registration_client_uri: Option<String>,
    /// Settings of this registration that will not work, one sentence each.
    warnings: Option<Vec<String>>,
    /// URL of the authorization endpoint.
    authorization_endpoint: String,
    /// URL of the token endpoint.
    token_endpoint: String,
}

/// A client secret, without its value.
#[derive(Object)]
pub(super) struct ClientSecretBody {
    /// Number of the secret.
    number: u32,
    /// Time of creation, in seconds since 1970.
    created_at: i64,
}

/// A page of applications.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct ClientPageBody {
    /// The applications.
    clients: Vec<RegisteredClientBody>,
    /// Token for the next page. Absent on the last page.
    next_page_token: Option<String>,
}

/// An update of a registration by the application itself (RFC 7592 §2.2).
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct ClientUpdateBody {
    /// Client identifier.
    client_id: Option<String>,
    /// Current client secret. It can be omitted and cannot be changed.
    client_secret: Option<String>,
    /// Must not be sent.
    registration_access_token: Option<String>,
    /// Must not be sent.
    registration_client_uri: Option<String>,
    /// Must not be sent.
    client_secret_expires_at: Option<i64>,
    /// Must not be sent.
    client_id_issued_at: Option<i64>,
    #[oai(flatten)]
    metadata: ClientMetadataBody,
}

impl Example for ClientMetadataBody {
    fn example() -> Self {
        Self {
            client_name: Some("Order report".to_owned()),
            redirect_uris: Some(vec!["https://report.example.org/callback".to_owned()]),
            grant_types: Some(vec!["authorization_code".to_owned(), "refresh_token".to_owned()]),
            scope: Some("openid profile".to_owned()),
            ..Self::default()
        }
    }
}

/// Returns the JSON of an application: all registered metadata and the endpoint URLs (RFC 7591 §3.2.1).
pub(super) fn client_json(signet: &Signet, client: &Client) -> Value {
    let secrets: Vec<Value> = client
        .secrets
        .iter()
        .map(|secret| json!({"number": secret.number, "created_at": secret.created_at.unix_timestamp()}))
        .collect();
    let further = json!({
        "client_id": client.client_id.as_str(),
        "client_id_issued_at": client.created_at.unix_timestamp(),
        "client_secrets": secrets,
        "registered_by": match &client.provenance {
            Provenance::BuiltIn => "built_in",
            Provenance::Configuration => "configuration",
            Provenance::Administrator | Provenance::AdministratorAccount(_) => "administrator",
            Provenance::Person(_) => "person",
            Provenance::Itself { .. } => "itself",
        },
        "disabled": client.is_disabled,
        "authorization_endpoint": signet.issuer.endpoint("/authorize"),
        "token_endpoint": signet.issuer.endpoint("/token"),
    });
    let mut body = serde_json::to_value(&client.metadata).unwrap_or_else(|_| json!({}));
    merge(&mut body, further);
    if let Some(owner) = client.owner() {
        merge(&mut body, json!({"owner": owner.as_str()}));
    }
    body
}

/// Returns the JSON of an application, with the client secret if one was just generated.
pub(super) fn registered_json(signet: &Signet, registered: &RegisteredClient) -> Value {
    let mut body = client_json(signet, &registered.client);
    if let Some(secret) = &registered.client_secret {
        merge(&mut body, json!({"client_secret": secret.expose(), "client_secret_expires_at": 0}));
    }
    body
}

/// Like [`registered_json`], with warnings about settings that will not work.
pub(super) async fn warned_json(signet: &Signet, registered: &RegisteredClient) -> Value {
    let mut body = registered_json(signet, registered);
    if let Some(warning) = settings::warning(signet, &registered.client).await {
        merge(&mut body, json!({"warnings": [warning]}));
    }
    body
}

/// Returns the JSON of an application that has registered itself, with the access token and URL for managing its
/// registration (RFC 7592 §3).
///
/// Members that RFC 7591 does not define are included only if the `request` named them or, without a request, if they
/// were registered: some clients fail on unknown booleans.
pub(super) fn self_registered_json(
    signet: &Signet,
    registered: &SelfRegistered,
    request: Option<&RegistrationRequest>,
) -> Value {
    let mut body = registered_json(signet, &registered.registered);
    let named = request.map(|request| serde_json::to_value(request).unwrap_or_default());
    let is_named =
        |member: &str| named.as_ref().is_none_or(|named| named.get(member).is_some_and(|one| !one.is_null()));
    if let Some(members) = body.as_object_mut() {
        members
            .retain(|member, _| member != "disabled" && (!OWN_SETTINGS.contains(&member.as_str()) || is_named(member)));
    }
    let path = format!("/register/{}", registered.registered.client.client_id);
    let further = json!({
        "registration_access_token": registered.registration_access_token.expose(),
        "registration_client_uri": signet.issuer.endpoint(&path),
    });
    merge(&mut body, further);
    body
}

/// Client metadata that is specific to this server.
const OWN_SETTINGS: &[&str] = &[
    "require_pkce",
    "require_state",
    "rotate_refresh_tokens",
    "allowed_groups",
    "claims_in_id_token",
    "token_endpoint_as_audience",
];

fn merge(body: &mut Value, further: Value) {
    if let (Value::Object(members), Value::Object(further)) = (body, further) {
        members.extend(further);
    }
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
            openid: body.openid.into(),
        }
    }
}

impl ClientUpdateBody {
    /// Splits the body into the new metadata and the claims about the current registration.
    pub(super) fn into_parts(self) -> (RegistrationRequest, UpdateClaims) {
        let claims = UpdateClaims {
            client_id: self.client_id,
            client_secret: self.client_secret.map(Secret::new),
            has_forbidden_member: self.registration_access_token.is_some()
                || self.registration_client_uri.is_some()
                || self.client_secret_expires_at.is_some()
                || self.client_id_issued_at.is_some(),
        };
        (self.metadata.into(), claims)
    }
}

const NOT_JSON: &str = "The body is not JSON";

kinds!(ClientPageKinds registers ClientPageBody, ErrorBody =>
    with_refusals(vec![AnswerKind::json::<ClientPageBody>(200, "The applications")]));
kinds!(RegisterKinds registers RegisteredClientBody, ErrorBody => with_refusals(vec![
    AnswerKind::json::<RegisteredClientBody>(201, "The application, with its client secret"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
kinds!(ClientKinds registers RegisteredClientBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<RegisteredClientBody>(200, "The application"),
]));
kinds!(ReplaceClientKinds registers RegisteredClientBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<RegisteredClientBody>(200, "The application, with a client secret if it had none"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
kinds!(DeleteClientKinds registers ErrorBody => with_refusals_of_one(vec![AnswerKind::empty(204, "Deleted")]));
kinds!(AddSecretKinds registers RegisteredClientBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<RegisteredClientBody>(201, "The application, with the new client secret"),
]));
kinds!(DynamicRegisterKinds registers RegisteredClientBody, ErrorBody => with_refusals(vec![
    AnswerKind::json::<RegisteredClientBody>(201, "The application, with its client secret and registration access token"),
    AnswerKind::json::<ErrorBody>(404, "Dynamic client registration is disabled"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
