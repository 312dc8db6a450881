//! Suggestions of registration changes that would have allowed a rejected request.
//!
//! A remedy is only a suggestion: anyone can send a request in the name of any client, and so provoke each of them. The
//! user who manages the client sees its consequences and decides.

use serde_json::{Map, Value, json};

use super::{
    authorization_error::{AuthorizationError, UntrustedRequest},
    client::{Client, ClientMetadata, GrantType, ResponseType},
    client_assertion::AssertionRefusal,
    client_setting::member,
    parameters::Parameters,
    pkce::ChallengeRefusal,
    redirect_uri::UntrustedRedirectUri,
    request_object::RequestObjectRefusal,
    requested_scope::ActsFor,
    resource::{Resources, is_management_scope},
    scope::Scope,
    token_error::TokenError,
};

/// A change of settings that would have allowed the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Turns `require_state` off.
    StateOptional,
    /// Turns `require_pkce` off.
    PkceOptional,
    /// Adds one of `redirect_uris`.
    RedirectUri(String),
    /// Adds one of `post_logout_redirect_uris`.
    PostLogoutRedirectUri(String),
    /// Adds one of `request_uris`.
    RequestUri(String),
    /// Adds one of `response_types`, with its grant types.
    ResponseType(ResponseType),
    /// Adds one of `grant_types`.
    GrantType(GrantType),
    /// Extends `scope`.
    Scope(Scope),
    /// Turns `token_endpoint_as_audience` on.
    TokenEndpointAsAudience,
    /// Removes `token_endpoint_auth_signing_alg`.
    AnyAssertionAlgorithm,
    /// Removes `request_object_signing_alg`.
    AnyRequestObjectAlgorithm,
}

impl Remedy {
    /// Returns the remedy for an authorization request with `parameters` that was rejected with `error`.
    #[must_use]
    pub fn of_authorization(
        error: &AuthorizationError,
        client: &Client,
        parameters: &Parameters,
        resources: &Resources,
    ) -> Option<Self> {
        let one = |name| parameters.one(name).ok().flatten();
        match error {
            AuthorizationError::StateMissing => Some(Self::StateOptional),
            // A public client cannot omit PKCE (RFC 9700 §2.1.1).
            AuthorizationError::Challenge(ChallengeRefusal::Missing | ChallengeRefusal::Required) => {
                (!client.is_public()).then_some(Self::PkceOptional)
            }
            AuthorizationError::ResponseTypeNotAllowed | AuthorizationError::UnsupportedResponseType => {
                ResponseType::parse(one("response_type")?).map(Self::ResponseType)
            }
            AuthorizationError::Scope(_) => Self::of_scope(client, one("scope")?, resources),
            AuthorizationError::RequestObject(refusal) => Self::of_request_object(refusal, one("request_uri")),
            _ => None,
        }
    }

    /// Returns the remedy for a request that was rejected without a redirect.
    #[must_use]
    pub fn of_untrusted(refusal: &UntrustedRequest, parameters: &Parameters) -> Option<Self> {
        match refusal {
            UntrustedRequest::RedirectUri(UntrustedRedirectUri::NotRegistered(sent)) => {
                Some(Self::RedirectUri(sent.clone()))
            }
            UntrustedRequest::RequestObject(refusal) => {
                Self::of_request_object(refusal, parameters.one("request_uri").ok().flatten())
            }
            _ => None,
        }
    }

    /// Returns the remedy for a request of `client` to the token endpoint, or to the device authorization endpoint,
    /// whose `form` has no `grant_type`.
    #[must_use]
    pub fn of_token(error: &TokenError, client: &Client, form: &Parameters, resources: &Resources) -> Option<Self> {
        let one = |name| form.one(name).ok().flatten();
        let grant_type = one("grant_type").map_or(Some(GrantType::DeviceCode), GrantType::parse)?;
        match error {
            TokenError::GrantNotAllowed => (!client.allows(grant_type)).then_some(Self::GrantType(grant_type)),
            // At a refresh, the granted scope is the limit, and the error is a different one.
            TokenError::Scope(_) => Self::of_scope(client, one("scope")?, resources),
            _ => None,
        }
    }

    /// Returns the remedy for an assertion that did not authenticate its client. `is_for_the_endpoint` says whether its
    /// audience is the token endpoint.
    #[must_use]
    pub fn of_assertion(error: &TokenError, is_for_the_endpoint: bool) -> Option<Self> {
        match error {
            TokenError::Assertion(AssertionRefusal::Audience | AssertionRefusal::OlderAudience) => {
                is_for_the_endpoint.then_some(Self::TokenEndpointAsAudience)
            }
            TokenError::Assertion(AssertionRefusal::OtherAlgorithm) => Some(Self::AnyAssertionAlgorithm),
            _ => None,
        }
    }

    /// Returns the scope tokens of `asked` that this server knows and `client` is not registered for. Scopes that
    /// manage the server are excluded: a forged request must not suggest granting them.
    #[must_use]
    pub fn of_scope(client: &Client, asked: &str, resources: &Resources) -> Option<Self> {
        let asked = Scope::parse(asked).ok()?;
        let is_missing = |token: &str| {
            resources.scope(token).is_some() && !is_management_scope(token) && !client.metadata.scope.contains(token)
        };
        let missing = asked.filter(is_missing);
        (!missing.is_empty()).then_some(Self::Scope(missing))
    }

    /// Returns the remedy for a request of `client` that received less than the scope `asked`: the scope tokens that it
    /// is not registered for, if they have an effect. The client receives no error, so this is the only hint to its
    /// developer.
    #[must_use]
    pub fn of_partial_scope(
        client: &Client,
        acts_for: ActsFor,
        asked: Option<&str>,
        resources: &Resources,
    ) -> Option<Self> {
        let Self::Scope(missing) = Self::of_scope(client, asked?, resources)? else { return None };
        let missing = missing.filter(|token| acts_for.gives_meaning_to(client, token));
        (!missing.is_empty()).then_some(Self::Scope(missing))
    }

    fn of_request_object(refusal: &RequestObjectRefusal, request_uri: Option<&str>) -> Option<Self> {
        match refusal {
            RequestObjectRefusal::ReferenceNotRegistered => request_uri.map(|uri| Self::RequestUri(uri.to_owned())),
            RequestObjectRefusal::OtherAlgorithm => Some(Self::AnyRequestObjectAlgorithm),
            _ => None,
        }
    }

    /// Returns the member of the metadata that it changes; the first one if there are two.
    #[must_use]
    pub fn member(&self) -> &'static str {
        match self {
            Self::StateOptional => "require_state",
            Self::PkceOptional => "require_pkce",
            Self::RedirectUri(_) => "redirect_uris",
            Self::PostLogoutRedirectUri(_) => "post_logout_redirect_uris",
            Self::RequestUri(_) => "request_uris",
            Self::ResponseType(_) => "response_types",
            Self::GrantType(_) => "grant_types",
            Self::Scope(_) => "scope",
            Self::TokenEndpointAsAudience => "token_endpoint_as_audience",
            Self::AnyAssertionAlgorithm => "token_endpoint_auth_signing_alg",
            Self::AnyRequestObjectAlgorithm => "request_object_signing_alg",
        }
    }

    /// Returns the value that would be registered, unless it is a boolean.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        match self {
            Self::RedirectUri(uri) | Self::PostLogoutRedirectUri(uri) | Self::RequestUri(uri) => Some(uri.clone()),
            Self::ResponseType(response_type) => Some(response_type.as_str().to_owned()),
            Self::GrantType(grant_type) => Some(grant_type.as_str().to_owned()),
            Self::Scope(scope) => Some(scope.to_string()),
            _ => None,
        }
    }

    /// Returns the changed members of `metadata`, for [`super::client_setting::with_members`].
    #[must_use]
    pub fn members(&self, metadata: &ClientMetadata) -> Map<String, Value> {
        let mut members = Map::new();
        let mut set = |name: &str, value: Value| {
            members.insert(name.to_owned(), value);
        };
        match self {
            Self::StateOptional | Self::PkceOptional => set(self.member(), json!(false)),
            Self::TokenEndpointAsAudience => set(self.member(), json!(true)),
            Self::AnyAssertionAlgorithm | Self::AnyRequestObjectAlgorithm => set(self.member(), Value::Null),
            Self::RedirectUri(uri) | Self::PostLogoutRedirectUri(uri) | Self::RequestUri(uri) => {
                set(self.member(), with_one_more(member(metadata, self.member()), uri));
            }
            Self::Scope(scope) => set("scope", json!(metadata.scope.union(scope))),
            Self::ResponseType(response_type) => {
                set("response_types", with_one_more(member(metadata, "response_types"), response_type.as_str()));
                let mut grants = member(metadata, "grant_types");
                if response_type.has_code() {
                    grants = with_one_more(grants, GrantType::AuthorizationCode.as_str());
                }
                if response_type.is_front_channel() {
                    grants = with_one_more(grants, GrantType::Implicit.as_str());
                }
                set("grant_types", grants);
            }
            Self::GrantType(grant_type) => {
                set("grant_types", with_one_more(member(metadata, "grant_types"), grant_type.as_str()));
                if *grant_type == GrantType::AuthorizationCode {
                    set("response_types", with_one_more(member(metadata, "response_types"), "code"));
                }
            }
        }
        members
    }

    /// Returns whether `metadata` already contains the change.
    #[must_use]
    pub fn is_registered(&self, metadata: &ClientMetadata) -> bool {
        self.members(metadata).iter().all(|(name, value)| member(metadata, name) == *value)
    }
}

/// Appends `value` to `known`, a list or null, unless the list contains it.
fn with_one_more(known: Value, value: &str) -> Value {
    let Value::Array(mut values) = known else { return json!([value]) };
    if !values.iter().any(|known| known == value) {
        values.push(value.into());
    }
    Value::Array(values)
}

#[cfg(test)]
#[path = "remedy_tests.rs"]
mod tests;
