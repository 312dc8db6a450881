//! The authorization request, [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1), in two stages.
//!
//! First [`ResponseDestination::trust`]: until the client and its redirect URI are trusted, nobody is redirected anywhere. Then
//! [`ResponseDestination::read`]: whatever else is wrong is told to the client.

use serde::{Deserialize, Serialize};

use super::{
    authorization_error::{AuthorizationError, UntrustedRequest},
    client::{Client, ClientId, PkceRule, ResponseType},
    grant_type::EnabledGrants,
    parameters::Parameters,
    pkce::{ChallengeRefusal, CodeChallenge},
    redirect_uri::TrustedRedirectUri,
    request_object::RequestObjectRefusal,
    requested_scope::{ActsFor, PermittedScope, ScopeRequest, permit},
    resource::{Audience, Resources},
    response_type::ResponseMode,
    scope::Scope,
};

/// Where the answer to a request goes, once the client and the redirect URI are known to be genuine.
#[derive(Clone, Debug)]
pub struct ResponseDestination {
    /// The client.
    pub client: Client,
    /// Its redirect URI.
    pub redirect_uri: TrustedRedirectUri,
    /// What the client wants to see again, byte for byte; `None` if it sent none, or two.
    pub state: Option<String>,
    /// How it wants to be answered, as far as that is understood: errors travel there too.
    pub response_mode: ResponseMode,
}

/// A request whose every parameter has been understood. Only [`ResponseDestination::read`] makes one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: ClientId,
    /// Where the answer goes.
    pub redirect_uri: TrustedRedirectUri,
    /// Whether the request named it, so that the token request must name it too (§4.1.3).
    pub redirect_uri_was_sent: bool,
    /// What it asks for.
    pub response_type: ResponseType,
    /// How it wants to be answered.
    pub response_mode: ResponseMode,
    /// What the client wants to see again.
    pub state: Option<String>,
    /// What the client can have of the scope that it asks for.
    pub scope: Scope,
    /// For whom the access token will be.
    pub audience: Audience,
    /// The PKCE challenge.
    pub code_challenge: Option<CodeChallenge>,
}

/// What this server demands of every authorization request.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationPolicy {
    /// Whether `state` must be sent, unless the client is registered otherwise.
    pub require_state: bool,
    /// Whether a confidential client that is not registered otherwise must use PKCE where it sends no `nonce`. Public
    /// clients always must.
    pub require_pkce: bool,
    /// Which grants, and so which response types, there are.
    pub offered: EnabledGrants,
    /// Whether a request object may be named by an address (RFC 9101 §5.2).
    pub request_uri: bool,
    /// Whether a browser carries errors by itself to every client, also to those that are not vouched for (against RFC 9700
    /// §4.11.2, as the certification of OpenID Connect expects).
    pub redirects_errors_to_all: bool,
}

/// The client that a request says it is from.
///
/// # Errors
///
/// [`UntrustedRequest`] when `client_id` is missing, repeated, or cannot be an identifier.
pub fn client_id(parameters: &Parameters) -> Result<ClientId, UntrustedRequest> {
    let client_id = parameters.required("client_id").map_err(UntrustedRequest::Malformed)?;
    ClientId::parse(client_id).map_err(|_| UntrustedRequest::UnknownClient)
}

impl ResponseDestination {
    /// The first stage: `client` is the one registered as [`client_id`], if any.
    ///
    /// # Errors
    ///
    /// [`UntrustedRequest`]; the person then gets a page and no redirect.
    pub fn trust(client: Option<Client>, parameters: &Parameters) -> Result<Self, UntrustedRequest> {
        let client = client.ok_or(UntrustedRequest::UnknownClient)?;
        let requested = parameters.one("redirect_uri").map_err(UntrustedRequest::Malformed)?;
        let redirect_uri =
            TrustedRedirectUri::choose(&client.metadata.redirect_uris, client.metadata.application_type, requested)
                .map_err(UntrustedRequest::RedirectUri)?;
        let state = parameters.one("state").ok().flatten().map(ToOwned::to_owned);
        let response_mode = response_mode(parameters);
        Ok(Self { client, redirect_uri, state, response_mode })
    }

    /// The second stage.
    ///
    /// # Errors
    ///
    /// The first rule broken; it is told to the client at [`Self::redirect_uri`].
    pub fn read(
        &self,
        parameters: &Parameters,
        policy: AuthorizationPolicy,
        resources: &Resources,
    ) -> Result<AuthorizationRequest, AuthorizationError> {
        parameters.once_each()?;
        // RFC 9101 §5: a request object that is ignored would be obeyed only in part. Whoever comes here has put its
        // parameters in the place of those that named it.
        if parameters.one("request")?.is_some() || parameters.one("request_uri")?.is_some() {
            return Err(AuthorizationError::RequestObject(RequestObjectRefusal::Nested));
        }
        let response_type = self.response_type(parameters.required("response_type")?, policy.offered)?;
        let asked = parameters.one("response_mode")?.map(ResponseMode::parse);
        if asked == Some(None) || !response_type.may_travel_in(self.response_mode) {
            return Err(AuthorizationError::UnsupportedResponseMode);
        }
        if self.state.is_none() && self.client.metadata.require_state.unwrap_or(policy.require_state) {
            return Err(AuthorizationError::StateMissing);
        }
        let requested: Vec<&str> = parameters.many("resource").collect();
        let acts_for = ActsFor::Person { offline: response_type.has_code() };
        let request = ScopeRequest { scope: parameters.one("scope")?, resources: &requested };
        let PermittedScope { scope, audience } = permit(&self.client, acts_for, request, resources)?;
        let code_challenge = self.code_challenge(parameters, (response_type, &scope), policy)?;
        Ok(AuthorizationRequest {
            client_id: self.client.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            redirect_uri_was_sent: parameters.one("redirect_uri")?.is_some(),
            response_type,
            response_mode: self.response_mode,
            state: self.state.clone(),
            audience,
            scope,
            code_challenge,
        })
    }

    fn response_type(&self, name: &str, offered: EnabledGrants) -> Result<ResponseType, AuthorizationError> {
        let response_type = ResponseType::parse(name).filter(|known| offered.allows_response_type(*known));
        let response_type = response_type.ok_or(AuthorizationError::UnsupportedResponseType)?;
        if self.client.metadata.response_types.contains(&response_type) {
            Ok(response_type)
        } else {
            Err(AuthorizationError::ResponseTypeNotAllowed)
        }
    }

    /// RFC 9700 §2.1.1: "Public clients MUST use PKCE"; a confidential client of OpenID Connect may rely on `nonce`, which
    /// it finds again in the ID token, so that a code of another session is noticed.
    fn code_challenge(
        &self,
        parameters: &Parameters,
        (response_type, scope): (ResponseType, &Scope),
        policy: AuthorizationPolicy,
    ) -> Result<Option<CodeChallenge>, AuthorizationError> {
        let challenge = parameters.one("code_challenge")?;
        let method = parameters.one("code_challenge_method")?;
        let challenge = CodeChallenge::parse(challenge, method).map_err(AuthorizationError::Challenge)?;
        if challenge.is_some() || !response_type.has_code() {
            return Ok(challenge);
        }
        let has_nonce = scope.contains("openid") && parameters.one("nonce")?.is_some();
        match self.client.pkce(policy.require_pkce) {
            PkceRule::Always => Err(AuthorizationError::Challenge(ChallengeRefusal::Required)),
            PkceRule::UnlessNonce if !has_nonce => Err(AuthorizationError::Challenge(ChallengeRefusal::Missing)),
            PkceRule::UnlessNonce | PkceRule::Never => Ok(None),
        }
    }
}

/// How a request wants to be answered: as it says, or as its response type does unless it says otherwise. What is not
/// understood is answered as the rest of the request suggests.
fn response_mode(parameters: &Parameters) -> ResponseMode {
    let one = |name| parameters.one(name).ok().flatten();
    let of_type =
        one("response_type").and_then(ResponseType::parse).map_or(ResponseMode::Query, ResponseType::default_mode);
    one("response_mode").and_then(ResponseMode::parse).unwrap_or(of_type)
}

#[cfg(test)]
#[path = "authorization_request_tests.rs"]
pub(crate) mod tests;
