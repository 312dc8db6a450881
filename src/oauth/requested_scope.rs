//! The initial scope of a grant, [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3): one rule for
//! `/authorize`, `/device_authorization` and the grant types `client_credentials` and `password`.
//!
//! Scope tokens that the client may not have are ignored ("Scope values used that are not understood by an
//! implementation SHOULD be ignored", OpenID Connect Core §3.1.2.1), and the response states the granted scope. There
//! are two exceptions: a request of which nothing is left, and a scope that manages this server, are errors.

use std::collections::BTreeSet;

use super::{
    client::{Client, GrantType},
    resource::{Audience, AudienceRefusal, IDENTITY_SCOPES, ResourceId, Resources, is_management_scope},
    scope::{OFFLINE_ACCESS, Scope},
};

/// The scope and the resources of a request.
#[derive(Clone, Copy, Debug)]
pub struct ScopeRequest<'a> {
    /// The `scope` parameter, if present.
    pub scope: Option<&'a str>,
    /// The values of the `resource` parameter.
    pub resources: &'a [&'a str],
}

/// On whose behalf a client acts, which determines the scopes that have an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActsFor {
    /// A person, who grants the scope.
    Person {
        /// Whether the response can lead to a refresh token.
        offline: bool,
    },
    /// The client itself: there is no person whose identity could be disclosed.
    Itself,
}

/// The scope that a client may have for a request, with the audience of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermittedScope {
    pub scope: Scope,
    pub audience: Audience,
}

/// Why no scope can be granted for a request.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RequestedScopeRefusal {
    /// It is blank or not a list of scope tokens.
    Malformed,
    /// It contains scopes that manage this server, for which the client is not registered.
    Management(Scope),
    /// None of these scope tokens can be granted.
    NothingGrantable(Scope),
    /// No scope was sent, and the client is registered for several APIs, or for none at the resource. These are the
    /// scope tokens that it may request.
    NoDefault(Scope),
    /// The resource is invalid, or the scope belongs to several resources.
    Target(AudienceRefusal),
}

/// Returns the part of `request` that `client` may have.
///
/// The default for a missing `scope` is everything that the client is registered for at one API (the one that
/// `resource` names, or the only one), with the scopes about the person if there is one. The default never contains
/// `offline_access`. It contains the scopes that manage this server only if the client is registered for nothing else.
///
/// # Errors
///
/// Returns [`RequestedScopeRefusal`].
pub fn permit(
    client: &Client,
    acts_for: ActsFor,
    request: ScopeRequest<'_>,
    resources: &Resources,
) -> Result<PermittedScope, RequestedScopeRefusal> {
    use RequestedScopeRefusal as R;
    if let Some(unknown) = request.resources.iter().find(|id| resources.find(id).is_none()) {
        return Err(R::Target(AudienceRefusal::UnknownResource((*unknown).to_owned())));
    }
    let registered = &client.metadata.scope;
    let can_have = |token: &str| {
        registered.contains(token) && resources.scope(token).is_some() && acts_for.gives_meaning_to(client, token)
    };
    let scope = match request.scope {
        None => default_scope(&registered.filter(can_have), request.resources, resources)?,
        Some(text) => {
            let asked = Scope::parse(text).map_err(|_| R::Malformed)?;
            if asked.is_empty() {
                return Err(R::Malformed);
            }
            // A client that requests a scope to manage this server without being registered for it receives an error,
            // not a reduced scope.
            let management = asked.filter(|token| token.starts_with(MANAGEMENT) && !registered.contains(token));
            if !management.is_empty() {
                return Err(R::Management(management));
            }
            let granted = asked.filter(can_have);
            if granted.is_empty() {
                return Err(R::NothingGrantable(asked));
            }
            granted
        }
    };
    let audience = resources.audience(&scope, request.resources).map_err(R::Target)?;
    Ok(PermittedScope { scope, audience })
}

/// Returns the default scope. `can_have` is everything that the client may have.
fn default_scope(can_have: &Scope, requested: &[&str], resources: &Resources) -> Result<Scope, RequestedScopeRefusal> {
    let own = resources.own();
    let id_of = |token: &str| resources.scope(token).map(|(resource, _)| &resource.id);
    let apis: BTreeSet<&ResourceId> = can_have.iter().filter_map(id_of).filter(|id| *id != own).collect();
    let named: Vec<&ResourceId> = requested.iter().filter_map(|id| resources.find(id)).map(|one| &one.id).collect();
    let is_of_api = |id: &ResourceId| if named.is_empty() { apis.len() == 1 } else { named.contains(&id) };
    let usual = can_have.filter(|token| {
        let is_usual = token != OFFLINE_ACCESS && !is_management_scope(token);
        is_usual && id_of(token).is_some_and(|id| id == own || is_of_api(id))
    });
    if !usual.is_empty() {
        return Ok(usual);
    }
    let management = can_have.filter(is_management_scope);
    let is_for_this_server = apis.is_empty() && named.iter().all(|id| *id == own);
    if is_for_this_server && !management.is_empty() {
        return Ok(management);
    }
    Err(RequestedScopeRefusal::NoDefault(can_have.clone()))
}

impl ActsFor {
    /// Returns whether `token` has an effect for `client`. OpenID Connect Core §11 requires the server to ignore
    /// `offline_access` where no refresh token can follow.
    pub(super) fn gives_meaning_to(self, client: &Client, token: &str) -> bool {
        match self {
            Self::Person { offline } => token != OFFLINE_ACCESS || (offline && client.allows(GrantType::RefreshToken)),
            Self::Itself => token != ACCOUNT && !IDENTITY_SCOPES.iter().any(|(name, _)| *name == token),
        }
    }
}

impl RequestedScopeRefusal {
    /// Returns the value of `error` (RFC 6749 §5.2, RFC 8707 §2).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Target(AudienceRefusal::UnknownResource(_) | AudienceRefusal::SeveralResources(_)) => {
                "invalid_target"
            }
            Self::Target(AudienceRefusal::UnknownScope)
            | Self::Malformed
            | Self::Management(_)
            | Self::NothingGrantable(_)
            | Self::NoDefault(_) => "invalid_scope",
        }
    }

    /// Returns the value of `error_description`. It contains only characters that RFC 6749 §5.2 permits, as scope
    /// tokens do.
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Self::Malformed => {
                "scope must be a list of scope tokens separated by single spaces; omit it for the default".into()
            }
            Self::Management(scope) => format!("this client is not registered for the scope {}", named(scope)),
            Self::NothingGrantable(scope) => {
                format!("this client cannot get any of the scope {}; compare it with the registration", named(scope))
            }
            Self::NoDefault(choices) if choices.is_empty() => {
                "scope is missing, and this client is registered for no scope that it can get here".to_owned()
            }
            Self::NoDefault(choices) => {
                format!(
                    "scope is missing, and the API is ambiguous; send resource, or scopes of one API: {}",
                    named(choices)
                )
            }
            Self::Target(refusal) => refusal.description(),
        }
    }
}

/// Formats the tokens of `scope`, separated by spaces and truncated after the first hundred or so characters.
fn named(scope: &Scope) -> String {
    let mut text = String::new();
    for token in scope.iter() {
        if text.len() + token.len() > LONGEST_LIST {
            text.push_str(" and more");
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(token);
    }
    text
}

/// The prefix of the scopes that manage this server.
const MANAGEMENT: &str = "signet:";

/// The scope to manage one's account.
const ACCOUNT: &str = "signet:account";

/// Approximate number of characters of a scope in a description.
const LONGEST_LIST: usize = 160;

#[cfg(test)]
#[path = "requested_scope_tests.rs"]
mod tests;
