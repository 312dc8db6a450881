//! The public client that Swagger UI uses to sign in.

use crate::oauth::{
    client::{ApplicationType, AuthMethod, ClientId, ClientMetadata, GrantType, ResponseType},
    issuer::Issuer,
    openid_metadata::OpenidMetadata,
    redirect_uri::RedirectUri,
    resource::Resources,
};

/// Returns the client identifier and the metadata. The client may request every scope; a user can grant it only what
/// the user is allowed to.
///
/// Swagger UI derives its `state` from the date, so it is predictable. That is harmless here: the client has the same
/// origin as the server, and PKCE binds its codes.
#[must_use]
pub fn built_in_client(issuer: &Issuer, resources: &Resources) -> (ClientId, ClientMetadata) {
    let redirect_uri = RedirectUri::parse(&issuer.endpoint("/docs/oauth-receiver.html"));
    let scopes = resources.all().iter().flat_map(|resource| &resource.scopes);
    let metadata = ClientMetadata {
        client_name: "API documentation".to_owned(),
        redirect_uris: redirect_uri.into_iter().collect(),
        post_logout_redirect_uris: Vec::new(),
        grant_types: vec![GrantType::AuthorizationCode],
        response_types: vec![ResponseType::Code],
        scope: scopes.map(|entry| entry.token.as_str()).collect(),
        token_endpoint_auth_method: AuthMethod::None,
        application_type: ApplicationType::Web,
        client_uri: Some(issuer.endpoint("/docs")),
        policy_uri: None,
        tos_uri: None,
        contacts: Vec::new(),
        require_pkce: Some(true),
        require_state: None,
        rotate_refresh_tokens: None,
        allowed_groups: Vec::new(),
        openid: OpenidMetadata::default(),
    };
    (ClientId::built_in("swagger-ui"), metadata)
}
