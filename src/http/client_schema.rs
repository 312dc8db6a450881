//! What the OpenAPI document says of applications, and how they are written as JSON.

use poem_openapi::{
    Object,
    registry::Registry,
    types::{Example, Type},
};
use serde_json::{Value, json};

use super::{
    client_openid_schema::OpenidBody,
    documented::{AnswerKind, Kinds, kinds},
    management::{with_refusals, with_refusals_of_one},
    oauth_schema::ErrorBody,
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

/// What is known about an application, with the names of RFC 7591. What is left out is chosen by the server.
#[derive(Default, Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(super) struct ClientMetadataBody {
    /// The name that people see.
    client_name: Option<String>,
    /// Where logins may come back to; compared character for character.
    redirect_uris: Option<Vec<String>>,
    /// Where a person may be sent after signing out.
    post_logout_redirect_uris: Option<Vec<String>>,
    /// `authorization_code`, `refresh_token`, `client_credentials`, `urn:ietf:params:oauth:grant-type:device_code`; where
    /// they are turned on also `implicit` and `password`.
    grant_types: Option<Vec<String>>,
    /// `code`; where they are turned on also `token`, `id_token` and their combinations.
    response_types: Option<Vec<String>>,
    /// What the application may ask for, with spaces between.
    scope: Option<String>,
    /// `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt` (with `jwks` or `jwks_uri`), or
    /// `none` for an application that cannot keep a secret.
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
    /// Whether PKCE is always needed (`true`) or never (`false`, which only an administrator can say); left out, it is needed
    /// where the application has no secret, or sends no `nonce` with the scope `openid`.
    require_pkce: Option<bool>,
    /// Whether `state` is needed.
    require_state: Option<bool>,
    /// Whether each refresh gives a new refresh token; always for a public application.
    rotate_refresh_tokens: Option<bool>,
    /// The groups whose members may use it; everyone if there are none. What an administrator has set only an administrator
    /// changes.
    allowed_groups: Option<Vec<String>>,
    #[oai(flatten)]
    openid: OpenidBody,
}

/// An application as it is registered, with the names of RFC 7591 and RFC 7592.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct RegisteredClientBody {
    /// Its identifier.
    client_id: String,
    /// Its secret, told this once; none for a public application, nor for one with a key of its own.
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
    /// Where a person may be sent after signing out.
    post_logout_redirect_uris: Vec<String>,
    /// Its home page.
    client_uri: Option<String>,
    /// Its privacy policy.
    policy_uri: Option<String>,
    /// Its terms of service.
    tos_uri: Option<String>,
    /// How to reach the people who are responsible for it.
    contacts: Option<Vec<String>>,
    /// Whether PKCE is always needed or never, if that differs from the server's rule.
    require_pkce: Option<bool>,
    /// Whether `state` is needed, if that differs from the server's setting.
    require_state: Option<bool>,
    /// Whether each refresh gives a new refresh token, if that differs from the rule.
    rotate_refresh_tokens: Option<bool>,
    /// The groups whose members may use it; everyone if there are none.
    allowed_groups: Option<Vec<String>>,
    #[oai(flatten)]
    openid: OpenidBody,
    /// Who registered it: `built_in`, `configuration`, `administrator`, `person` or `itself`.
    registered_by: String,
    /// The person who owns it, if one does.
    owner: Option<String>,
    /// Whether an administrator has forbidden it to obtain tokens. Left out at `/register`.
    disabled: Option<bool>,
    /// Its secrets that live, without the secrets.
    client_secrets: Vec<ClientSecretBody>,
    /// With what it manages its own registration, told to who registers at `/register`.
    registration_access_token: Option<String>,
    /// Where it does so.
    registration_client_uri: Option<String>,
    /// What will not work as it is registered, as sentences.
    warnings: Option<Vec<String>>,
    /// Where to send people's browsers.
    authorization_endpoint: String,
    /// Where to redeem codes.
    token_endpoint: String,
}

/// A secret of an application, without the secret.
#[derive(Object)]
pub(super) struct ClientSecretBody {
    /// Its number.
    number: u32,
    /// When it was made, in seconds since 1970.
    created_at: i64,
}

/// A page of applications.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct ClientPageBody {
    /// The applications.
    clients: Vec<RegisteredClientBody>,
    /// With what the next page is asked for; absent at the end.
    next_page_token: Option<String>,
}

/// The registration of an application, changed by itself (RFC 7592 §2.2).
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct ClientUpdateBody {
    /// Its identifier.
    client_id: Option<String>,
    /// Its secret, if it has one; it can be left out and cannot be changed.
    client_secret: Option<String>,
    /// Not to be sent.
    registration_access_token: Option<String>,
    /// Not to be sent.
    registration_client_uri: Option<String>,
    /// Not to be sent.
    client_secret_expires_at: Option<i64>,
    /// Not to be sent.
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

/// An application as JSON. RFC 7591 §3.2.1: everything that was registered, and where to go with it.
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

/// An application with its secret, if it is told now.
pub(super) fn registered_json(signet: &Signet, registered: &RegisteredClient) -> Value {
    let mut body = client_json(signet, &registered.client);
    if let Some(secret) = &registered.client_secret {
        merge(&mut body, json!({"client_secret": secret.expose(), "client_secret_expires_at": 0}));
    }
    body
}

/// The same with what will not work as it is registered.
pub(super) async fn warned_json(signet: &Signet, registered: &RegisteredClient) -> Value {
    let mut body = registered_json(signet, registered);
    if let Some(warning) = settings::warning(signet, &registered.client).await {
        merge(&mut body, json!({"warnings": [warning]}));
    }
    body
}

/// An application that has registered itself, with what it needs to manage its registration (RFC 7592 §3).
/// Settings that RFC 7591 does not know stand in it only if the `request` named them, or, where nothing was requested, if
/// they were registered: some clients stop at booleans that they do not know.
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

/// The metadata that this server alone knows.
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
    /// The new metadata, and what is said beside it.
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
    AnswerKind::json::<RegisteredClientBody>(201, "The application, with its secret"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
kinds!(ClientKinds registers RegisteredClientBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<RegisteredClientBody>(200, "The application"),
]));
kinds!(ReplaceClientKinds registers RegisteredClientBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<RegisteredClientBody>(200, "The application, with a secret if it did not have one"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
kinds!(DeleteClientKinds registers ErrorBody => with_refusals_of_one(vec![AnswerKind::empty(204, "It is gone")]));
kinds!(AddSecretKinds registers RegisteredClientBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<RegisteredClientBody>(201, "The application, with the new secret"),
]));
kinds!(DynamicRegisterKinds registers RegisteredClientBody, ErrorBody => with_refusals(vec![
    AnswerKind::json::<RegisteredClientBody>(201, "The application, with its secret and its registration access token"),
    AnswerKind::json::<ErrorBody>(404, "Applications cannot register themselves here"),
    AnswerKind::json::<ErrorBody>(415, NOT_JSON),
]));
