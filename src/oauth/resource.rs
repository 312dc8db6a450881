//! Protected resources: the APIs that accept access tokens of this server, and their scopes.
//!
//! [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707) lets a request name the resource; otherwise the scope determines
//! it, since each scope token belongs to one resource.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};
use time::Duration;

use super::{
    issuer::Issuer,
    scope::Scope,
    uri::{has_absolute_form, is_literal, normalized},
};
use crate::jose::Algorithm;

/// The identifier of a protected resource: an absolute URI without a fragment (RFC 8707 §2). `aud` contains it byte for
/// byte as configured. Two identifiers are equal if they are equivalent by RFC 3986 §6.2.2 and §6.2.3.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ResourceId {
    text: String,
    normalized: String,
}

/// The text is not an absolute URI, or has a fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceIdRefusal;

impl ResourceId {
    /// Parses `text` as the identifier in a request.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceIdRefusal`] if it is not an absolute URI or has a fragment.
    pub fn parse(text: &str) -> Result<Self, ResourceIdRefusal> {
        if text.len() > LONGEST_ID || !has_absolute_form(text) {
            return Err(ResourceIdRefusal);
        }
        Ok(Self::from(text.to_owned()))
    }

    /// Parses `text` as the identifier of a new resource. Tokens contain it exactly as written.
    ///
    /// # Errors
    ///
    /// Returns [`ResourceIdRefusal`] also if parsers could read it differently, such as `https:orders`.
    pub fn register(text: &str) -> Result<Self, ResourceIdRefusal> {
        if is_literal(text) { Self::parse(text) } else { Err(ResourceIdRefusal) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A scope token of a resource, with its description for the consent page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeEntry {
    pub token: String,
    /// What it permits, as the consent page says it.
    pub description: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessTokenType {
    /// `at+jwt`, as RFC 9068 requires.
    #[default]
    AtJwt,
    /// `JWT`, for verifiers that reject any other value.
    Jwt,
}

/// A configured protected resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The value of `aud`.
    pub id: ResourceId,
    /// The name shown to people.
    pub name: String,
    pub scopes: Vec<ScopeEntry>,
    /// The lifetime of its access tokens, if it differs from the default.
    pub access_token_lifetime: Option<Duration>,
    pub access_token_signing_alg: Algorithm,
    pub access_token_typ: AccessTokenType,
    /// Whether every person may register a client that obtains its scopes without a person.
    pub is_open: bool,
}

/// All resources: the server's own (userinfo and the management API) and the configured ones.
#[derive(Clone, Debug)]
pub struct Resources {
    own: ResourceId,
    all: Vec<Resource>,
}

/// The audience of a token: the value of `aud`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    members: Vec<ResourceId>,
}

/// Why the requested scope and resources do not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudienceRefusal {
    /// The resource is not registered: `invalid_target` (RFC 8707 §2). The requested value is stored for the log.
    UnknownResource(String),
    /// A scope token belongs to no resource: `invalid_scope`.
    UnknownScope,
    /// A scope token belongs to a resource that was not requested, or the scope belongs to two APIs: `invalid_target`.
    /// "the authorization server … SHOULD … reject" such requests (RFC 9068 §3), since with a token for two APIs each
    /// could use it at the other. The resources are stored for the log.
    SeveralResources(Vec<ResourceId>),
}

impl AudienceRefusal {
    #[must_use]
    pub fn description(&self) -> String {
        match self {
            Self::UnknownResource(_) => "the resource is unknown".to_owned(),
            Self::UnknownScope => "the scope belongs to no resource of this server".to_owned(),
            Self::SeveralResources(_) => {
                "a token is for one API: the scope belongs to another one, to several, or to the management of this \
                 server"
                    .to_owned()
            }
        }
    }
}

impl Resources {
    /// Creates the collection of the server's own resource, which the issuer identifies, and `others`.
    #[must_use]
    pub fn new(issuer: &Issuer, others: Vec<Resource>) -> Self {
        let own = ResourceId::from(issuer.as_str().to_owned());
        let entry = |(token, description): &(&str, &str)| ScopeEntry {
            token: (*token).to_owned(),
            description: (*description).to_owned(),
        };
        let first = Resource {
            id: own.clone(),
            name: "Your account".to_owned(),
            scopes: IDENTITY_SCOPES.iter().chain(MANAGEMENT_SCOPES).map(entry).collect(),
            access_token_lifetime: None,
            access_token_signing_alg: Algorithm::Es256,
            access_token_typ: AccessTokenType::AtJwt,
            is_open: false,
        };
        Self { own, all: std::iter::once(first).chain(others).collect() }
    }

    #[must_use]
    pub fn own(&self) -> &ResourceId {
        &self.own
    }

    #[must_use]
    pub fn all(&self) -> &[Resource] {
        &self.all
    }

    /// Returns the scope tokens that the metadata lists: those that one request can contain, since many clients request
    /// all of them. They are the scopes about a person, and those of the API if there is only one; several APIs each
    /// publish their own (RFC 9728). RFC 8414 §2: "Servers MAY choose not to advertise some supported scope values".
    #[must_use]
    pub fn advertised(&self) -> Vec<&str> {
        let is_only_api = self.all.len() <= 2;
        let listed = self.all.iter().filter(|resource| resource.id == self.own || is_only_api);
        let tokens = listed.flat_map(|resource| &resource.scopes).map(|entry| entry.token.as_str());
        tokens.filter(|token| !is_management_scope(token)).collect()
    }

    /// Returns the resource of a token for `audience`: the API if there is one, otherwise the server itself.
    #[must_use]
    pub fn of(&self, audience: &Audience) -> Option<&Resource> {
        let id = audience.members.iter().find(|id| **id != self.own).unwrap_or(&self.own);
        self.find(id.as_str())
    }

    /// Returns the entry of a scope token and the resource that it belongs to.
    #[must_use]
    pub fn scope(&self, token: &str) -> Option<(&Resource, &ScopeEntry)> {
        self.all.iter().find_map(|resource| {
            resource.scopes.iter().find(|entry| entry.token == token).map(|entry| (resource, entry))
        })
    }

    #[must_use]
    pub fn is_of_api(&self, token: &str) -> bool {
        self.scope(token).is_some_and(|(resource, _)| resource.id != self.own)
    }

    #[must_use]
    pub fn is_open(&self, token: &str) -> bool {
        self.scope(token).is_some_and(|(resource, _)| resource.is_open)
    }

    /// Returns the audience of a token for `scope`, given the `requested` resources (possibly none).
    ///
    /// The server itself is in the audience if the scope contains one of its scope tokens, so that `/userinfo` accepts
    /// the token. There is at most one API besides it. A token for an API never contains a scope that manages this
    /// server, since that API could then manage the server.
    ///
    /// # Errors
    ///
    /// Returns the first rule broken.
    pub fn audience(&self, scope: &Scope, requested: &[&str]) -> Result<Audience, AudienceRefusal> {
        let mut members: Vec<ResourceId> = Vec::new();
        for id in requested {
            let resource = self.find(id).ok_or_else(|| AudienceRefusal::UnknownResource((*id).to_owned()))?;
            members.push(resource.id.clone());
        }
        for token in scope.iter() {
            let (resource, _) = self.scope(token).ok_or(AudienceRefusal::UnknownScope)?;
            let is_foreign = !requested.is_empty() && resource.id != self.own && !members.contains(&resource.id);
            members.push(resource.id.clone());
            if is_foreign {
                return Err(AudienceRefusal::SeveralResources(members));
            }
        }
        members.sort_by(|one, other| (*one == self.own, one).cmp(&(*other == self.own, other)));
        members.dedup();
        let apis = members.iter().filter(|id| **id != self.own).count();
        if apis > 1 || (apis == 1 && scope.iter().any(is_management_scope)) {
            return Err(AudienceRefusal::SeveralResources(members));
        }
        if members.is_empty() {
            members.push(self.own.clone());
        }
        Ok(Audience { members })
    }

    /// Returns the part of `scope` that one token can have: the scope of its first API, and the scopes about the person
    /// if `is_for_people`. Returns the whole scope if it contains no API.
    #[must_use]
    pub fn of_first_api(&self, scope: &Scope, is_for_people: bool) -> Scope {
        let api_of = |token: &str| match self.scope(token) {
            Some((resource, _)) if resource.id != self.own => Some(resource.id.as_str().to_owned()),
            _ => None,
        };
        let Some(api) = scope.iter().find_map(api_of) else { return scope.clone() };
        let is_of_it = |token: &&str| match api_of(token) {
            Some(its) => its == api,
            None => is_for_people && !is_management_scope(token),
        };
        scope.iter().filter(is_of_it).collect()
    }

    /// Returns the members of a stored `audience` that are still configured, in their current spelling.
    #[must_use]
    pub fn known(&self, audience: &Audience) -> Audience {
        let known = audience.members.iter().filter_map(|id| self.find(id.as_str()));
        Audience { members: known.map(|resource| resource.id.clone()).collect() }
    }

    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Resource> {
        let id = ResourceId::parse(id).ok()?;
        self.all.iter().find(|resource| resource.id == id)
    }
}

impl Audience {
    #[must_use]
    pub fn members(&self) -> &[ResourceId] {
        &self.members
    }

    /// Returns the members that a token request names, all of which must have been granted (RFC 8707 §2.2). Returns all
    /// members if it names none.
    #[must_use]
    pub fn narrowed(&self, requested: &[&str]) -> Option<Self> {
        if requested.is_empty() {
            return Some(self.clone());
        }
        let find = |id: &&str| {
            let id = ResourceId::parse(id).ok()?;
            self.members.iter().find(|member| **member == id).cloned()
        };
        let mut members: Vec<ResourceId> = requested.iter().map(find).collect::<Option<_>>()?;
        members.sort_by_key(|member| self.members.iter().position(|granted| granted == member));
        members.dedup();
        Some(Self { members })
    }

    /// Returns the value of `aud`: a string if there is one member, otherwise an array (RFC 7519 §4.1.3).
    #[must_use]
    pub fn to_claim(&self) -> serde_json::Value {
        match self.members.as_slice() {
            [only] => only.as_str().into(),
            several => several.iter().map(ResourceId::as_str).collect::<Vec<_>>().into(),
        }
    }
}

/// Returns whether only administrators can grant `token`, because it permits managing other accounts or clients.
#[must_use]
pub fn is_administrators_scope(token: &str) -> bool {
    matches!(token, "signet:users" | "signet:admin")
}

/// Returns whether `token` permits managing this server.
#[must_use]
pub fn is_management_scope(token: &str) -> bool {
    MANAGEMENT_SCOPES.iter().any(|(name, _)| *name == token)
}

/// Accepts stored identifiers unchanged, even if the rules for new ones have changed.
impl From<String> for ResourceId {
    fn from(text: String) -> Self {
        Self { normalized: normalized(&text), text }
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> Self {
        id.text
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.normalized == other.normalized
    }
}

impl Eq for ResourceId {}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.normalized.cmp(&other.normalized)
    }
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

impl fmt::Display for ResourceIdRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("must be an absolute URI without a fragment, such as https://api.example.org")
    }
}

impl std::error::Error for ResourceIdRefusal {}

/// The longest identifier of a resource, in bytes.
const LONGEST_ID: usize = 256;

/// The scopes of OpenID Connect Core §5.4 and §11, with their descriptions for the consent page.
pub const IDENTITY_SCOPES: &[(&str, &str)] = &[
    ("openid", "Recognize you by an account ID"),
    ("profile", "See your name, username, picture and other profile details"),
    ("email", "See your e-mail address"),
    ("address", "See your postal address"),
    ("phone", "See your phone number"),
    ("groups", "See which groups you belong to"),
    ("offline_access", "Stay connected when you are not using it"),
];

/// The scopes that manage this server, with their descriptions for the consent page.
pub const MANAGEMENT_SCOPES: &[(&str, &str)] = &[
    ("signet:account", "Manage your account on this server"),
    ("signet:clients", "Register and change applications on this server"),
    ("signet:users", "Manage the people on this server"),
    ("signet:admin", "Manage everything on this server"),
];

#[cfg(test)]
#[path = "resource_tests.rs"]
pub(crate) mod tests;
