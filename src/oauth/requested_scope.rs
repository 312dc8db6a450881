//! The scope with which a grant begins, [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3): one rule for
//! `/authorize`, `/device_authorization` and the grants `client_credentials` and `password`.
//!
//! What the client cannot have is ignored ("Scope values used that are not understood by an implementation SHOULD be
//! ignored", OpenID Connect Core §3.1.2.1), and the answer says what was granted. Two things are never ignored: a request
//! of which nothing is left, and a scope with which this server is managed.

use std::collections::BTreeSet;

use super::{
    client::{Client, GrantType},
    refresh_token::OFFLINE_ACCESS,
    resource::{Audience, AudienceRefusal, IDENTITY_SCOPES, ResourceId, Resources, is_management_scope},
    scope::Scope,
};

/// What a request says of scope and resource.
#[derive(Clone, Copy, Debug)]
pub struct ScopeRequest<'a> {
    /// `scope`, if it was sent.
    pub scope: Option<&'a str>,
    /// The values of `resource`.
    pub resources: &'a [&'a str],
}

/// For whom a client acts, and so which scopes mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActsFor {
    /// For a person, who gives the scope.
    Person {
        /// Whether the answer can lead to a refresh token.
        offline: bool,
    },
    /// For itself: there is no person whose identity could be disclosed.
    Itself,
}

/// What a client can have of a request, with the audience of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermittedScope {
    /// The scope, never empty.
    pub scope: Scope,
    /// For whom the access token is.
    pub audience: Audience,
}

/// Why a request has no scope that can be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedScopeRefusal {
    /// Not a list of scope tokens, or blank.
    Malformed,
    /// Scopes with which this server is managed, and for which the client is not registered.
    Management(Scope),
    /// Nothing of this can be granted.
    NothingGrantable(Scope),
    /// No scope was sent, and the client is registered for several APIs, or for none of the resource: this it can ask for.
    NoDefault(Scope),
    /// The resource, or that the scopes belong to several.
    Target(AudienceRefusal),
}

/// What `client` can have of `request`.
///
/// Without `scope` it is everything that the client is registered for at one API (the one that `resource` names, or the
/// only one), with the scopes about the person if there is one. `offline_access` is never part of it, and the scopes with
/// which this server is managed only if the client is registered for nothing else.
///
/// # Errors
///
/// [`RequestedScopeRefusal`].
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
            // A client that asks to manage this server and may not gets an error, not another scope.
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

/// The scope of a request that names none, of what the client `can_have`.
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
    /// Whether `token` means something to `client` here. OpenID Connect Core §11 has the server ignore `offline_access`
    /// where no refresh token can follow.
    pub(super) fn gives_meaning_to(self, client: &Client, token: &str) -> bool {
        match self {
            Self::Person { offline } => token != OFFLINE_ACCESS || (offline && client.allows(GrantType::RefreshToken)),
            Self::Itself => token != ACCOUNT && !IDENTITY_SCOPES.iter().any(|(name, _)| *name == token),
        }
    }
}

impl RequestedScopeRefusal {
    /// The value of `error` (RFC 6749 §5.2, RFC 8707 §2).
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

    /// The value of `error_description`, in the characters that RFC 6749 §5.2 permits, of which scope tokens are made.
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Self::Malformed => {
                "scope must be a list of scope tokens with single spaces between them; leave it out for the default"
                    .into()
            }
            Self::Management(scope) => format!("this client is not registered for the scope {}", named(scope)),
            Self::NothingGrantable(scope) => {
                format!("this client can have nothing of the scope {}; compare it with the registration", named(scope))
            }
            Self::NoDefault(choices) if choices.is_empty() => {
                "scope is missing, and this client is registered for none that it can have here".to_owned()
            }
            Self::NoDefault(choices) => {
                format!("scope is missing, and no API can be chosen; name one, or scopes of one: {}", named(choices))
            }
            Self::Target(refusal) => refusal.description(),
        }
    }
}

/// The tokens of `scope` with spaces between, cut after the first hundred or so characters.
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

/// How the scopes begin with which this server is managed.
const MANAGEMENT: &str = "signet:";

/// The management of one's own account.
const ACCOUNT: &str = "signet:account";

/// About how many characters of a scope a description lists.
const LONGEST_LIST: usize = 160;

#[cfg(test)]
#[path = "requested_scope_tests.rs"]
mod tests;
