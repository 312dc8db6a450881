//! The authorization request, [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1), parsed in two
//! stages.
//!
//! [`ResponseDestination::trust`] establishes the client and its redirect URI; until then the server does not redirect.
//! [`ResponseDestination::read`] checks everything else and reports errors to the client.

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

/// Where the response is sent, after the client and the redirect URI have been verified.
#[derive(Clone, Debug)]
pub struct ResponseDestination {
    pub client: Client,
    pub redirect_uri: TrustedRedirectUri,
    /// The value to return unchanged; `None` if the request contained no `state` or more than one.
    pub state: Option<String>,
    /// The requested response mode, as far as the server supports it. Errors are sent in it too.
    pub response_mode: ResponseMode,
}

/// A fully validated request. Only [`ResponseDestination::read`] constructs one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthorizationRequest {
    pub client_id: ClientId,
    pub redirect_uri: TrustedRedirectUri,
    /// Whether the request contained `redirect_uri`, so that the token request must contain it too (§4.1.3).
    pub redirect_uri_was_sent: bool,
    pub response_type: ResponseType,
    pub response_mode: ResponseMode,
    /// The value to return unchanged.
    pub state: Option<String>,
    /// The part of the requested scope that the client may have.
    pub scope: Scope,
    pub audience: Audience,
    pub code_challenge: Option<CodeChallenge>,
}

/// The server's requirements for every authorization request.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationPolicy {
    /// Whether `state` is required. A client's registration overrides it.
    pub require_state: bool,
    /// Whether a confidential client must use PKCE if it sends no `nonce`. A client's registration overrides it. Public
    /// clients always must.
    pub require_pkce: bool,
    /// The grant types that this server has enabled; they determine the response types.
    pub offered: EnabledGrants,
    /// Whether `request_uri` is accepted (RFC 9101 §5.2).
    pub request_uri: bool,
    /// Whether errors are redirected without confirmation to every client, including those that no administrator
    /// vouches for. This is against RFC 9700 §4.11.2 and is what the certification of OpenID Connect expects.
    pub redirects_errors_to_all: bool,
}

/// Returns the client identifier of a request.
///
/// # Errors
///
/// Returns [`UntrustedRequest`] if `client_id` is missing, repeated or not a valid identifier.
pub fn client_id(parameters: &Parameters) -> Result<ClientId, UntrustedRequest> {
    let client_id = parameters.required("client_id").map_err(UntrustedRequest::Malformed)?;
    ClientId::parse(client_id).map_err(|_| UntrustedRequest::UnknownClient)
}

impl ResponseDestination {
    /// Verifies the client and the redirect URI. `client` is the one registered with [`client_id`], if any.
    ///
    /// # Errors
    ///
    /// Returns [`UntrustedRequest`]; the server then shows an error page and does not redirect.
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

    /// Validates the remaining parameters.
    ///
    /// # Errors
    ///
    /// Returns the first rule broken, which is reported to the client at [`Self::redirect_uri`].
    pub fn read(
        &self,
        parameters: &Parameters,
        policy: AuthorizationPolicy,
        resources: &Resources,
    ) -> Result<AuthorizationRequest, AuthorizationError> {
        parameters.once_each()?;
        // RFC 9101 §5: ignoring a request object would apply only part of the request. The caller has already replaced
        // the parameters with those of the request object, so none is left here.
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

    /// Checks the PKCE parameters. RFC 9700 §2.1.1: "Public clients MUST use PKCE". A confidential client of OpenID
    /// Connect may rely on `nonce` instead: it compares it with the one in the ID token and so detects a code from
    /// another session.
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

/// Returns the requested response mode, or the default of the response type. An unsupported value is answered in that
/// default.
fn response_mode(parameters: &Parameters) -> ResponseMode {
    let one = |name| parameters.one(name).ok().flatten();
    let of_type =
        one("response_type").and_then(ResponseType::parse).map_or(ResponseMode::Query, ResponseType::default_mode);
    one("response_mode").and_then(ResponseMode::parse).unwrap_or(of_type)
}

#[cfg(test)]
#[path = "authorization_request_tests.rs"]
pub(crate) mod tests;
