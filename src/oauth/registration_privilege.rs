//! The privileges needed for a registration: a client never has more rights than its registrar.

use super::{
    client::{ClientMetadata, GrantType},
    registration_refusal::{RegistrationErrorCode, RegistrationRefusal},
    registration_rules::{Registrar, RegistrationRules},
    resource::{Resources, is_administrators_scope, is_management_scope},
    scope::Scope,
};

/// Returns the least privileged registrar that may grant the scope token `token` to a client with `grant_types`.
///
/// A client that acts without a person receives the scope of an API without consent, so only an administrator may grant
/// it, unless the API is open to all.
pub(super) fn needed_for(token: &str, grant_types: &[GrantType], resources: &Resources) -> Registrar {
    let acts_alone = grant_types.contains(&GrantType::ClientCredentials);
    if is_administrators_scope(token) || (acts_alone && resources.is_of_api(token) && !resources.is_open(token)) {
        return Registrar::Administrator;
    }
    match token {
        "signet:account" => Registrar::Itself,
        token if is_management_scope(token) => Registrar::Manager,
        _ => Registrar::Itself,
    }
}

/// Returns the least privileged registrar that may grant everything in `metadata`, and so may create a secret for the
/// client.
#[must_use]
pub fn needed(metadata: &ClientMetadata, resources: &Resources) -> Registrar {
    let each = metadata.scope.iter().map(|token| needed_for(token, &metadata.grant_types, resources));
    each.max().unwrap_or(Registrar::Itself)
}

/// Returns the first member that differs between `before` and `after` among those that authenticate the client or
/// determine where responses are sent.
#[must_use]
pub fn changed_credential(before: &ClientMetadata, after: &ClientMetadata) -> Option<&'static str> {
    fn differ<T: PartialEq>(one: &[T], other: &[T]) -> bool {
        one.len() != other.len() || !one.iter().all(|member| other.contains(member))
    }
    let (old, new) = (&before.openid, &after.openid);
    let members = [
        ("redirect_uris", differ(&before.redirect_uris, &after.redirect_uris)),
        ("post_logout_redirect_uris", differ(&before.post_logout_redirect_uris, &after.post_logout_redirect_uris)),
        ("token_endpoint_auth_method", before.token_endpoint_auth_method != after.token_endpoint_auth_method),
        ("application_type", before.application_type != after.application_type),
        ("jwks", old.jwks != new.jwks),
        ("jwks_uri", old.jwks_uri != new.jwks_uri),
        ("token_endpoint_auth_signing_alg", old.token_endpoint_auth_signing_alg != new.token_endpoint_auth_signing_alg),
        ("token_endpoint_as_audience", old.token_endpoint_as_audience != new.token_endpoint_as_audience),
        ("request_object_signing_alg", old.request_object_signing_alg != new.request_object_signing_alg),
        ("request_uris", differ(&old.request_uris, &new.request_uris)),
    ];
    members.into_iter().find(|(_, is_changed)| *is_changed).map(|(member, _)| member)
}

/// Returns the scope of everything that the registrar may grant, except the scopes that manage this server.
pub(super) fn default_scope(grant_types: &[GrantType], rules: RegistrationRules<'_>) -> Scope {
    let RegistrationRules { registrar, resources, .. } = rules;
    let tokens = resources.all().iter().flat_map(|resource| &resource.scopes).map(|entry| entry.token.as_str());
    let is_givable = |token: &&str| needed_for(token, grant_types, resources) <= registrar;
    tokens.filter(|token| !is_management_scope(token)).filter(is_givable).collect()
}

/// Rejects scopes that manage the server, and APIs without a person, unless the registrar may grant them.
pub(super) fn privileges(metadata: &ClientMetadata, rules: RegistrationRules<'_>) -> Result<(), RegistrationRefusal> {
    let RegistrationRules { registrar, resources, .. } = rules;
    let (scope, grant_types) = (&metadata.scope, &metadata.grant_types);
    let acts_alone = grant_types.contains(&GrantType::ClientCredentials);
    if acts_alone && registrar <= Registrar::Person && !scope.iter().any(|token| resources.is_open(token)) {
        return Err(privileged(
            "grant_types",
            "only an administrator can register a client that acts without a person",
        ));
    }
    let Some(token) = scope.iter().find(|token| needed_for(token, grant_types, resources) > registrar) else {
        return Ok(());
    };
    let wanted = if is_management_scope(token) { "" } else { " without a person" };
    let by = if registrar == Registrar::Manager { " with the scope signet:admin" } else { "" };
    Err(privileged("scope", format!("only an administrator{by} can register a client for {token:?}{wanted}")))
}

/// Creates the refusal of a member that the registrar may not grant.
pub(crate) fn privileged(member: &'static str, description: impl Into<String>) -> RegistrationRefusal {
    RegistrationRefusal { code: RegistrationErrorCode::Privileged, member, description: description.into() }
}

#[cfg(test)]
#[path = "registration_privilege_tests.rs"]
mod tests;
