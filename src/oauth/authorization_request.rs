//! The authorization request, [RFC 6749 §4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1), in two stages.
//!
//! First [`Destination::trust`]: until the client and its redirect URI are trusted, nobody is redirected anywhere. Then
//! [`Destination::read`]: whatever else is wrong is told to the client.

use serde::{Deserialize, Serialize};

use super::{
    authorization_error::{AuthorizationError, UntrustedRequest},
    client::{Client, ClientId, PkceRule, ResponseType},
    grant_type::Offered,
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
pub struct Destination {
    /// The client.
    pub client: Client,
    /// Its redirect URI.
    pub redirect_uri: TrustedRedirectUri,
    /// What the client wants to see again, byte for byte; `None` if it sent none, or two.
    pub state: Option<String>,
    /// How it wants to be answered, as far as that is understood: errors travel there too.
    pub response_mode: ResponseMode,
}

/// A request whose every parameter has been understood. Only [`Destination::read`] makes one.
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
    pub offered: Offered,
    /// Whether a request object may be named by an address (RFC 9101 §5.2).
    pub request_uri: bool,
    /// Whether a browser carries errors by itself to every client, also to those that nobody vouches for (against RFC 9700
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

impl Destination {
    /// The first stage: `client` is the one registered as [`client_id`], if any.
    ///
    /// # Errors
    ///
    /// [`UntrustedRequest`]; the person then gets a page and no redirect.
    pub fn trust(client: Option<Client>, parameters: &Parameters) -> Result<Self, UntrustedRequest> {
        let client = client.ok_or(UntrustedRequest::UnknownClient)?;
        let requested = parameters.one("redirect_uri").map_err(UntrustedRequest::Malformed)?;
        let redirect_uri = TrustedRedirectUri::choose(&client.metadata.redirect_uris, client.metadata.application_type, requested)
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

    fn response_type(&self, name: &str, offered: Offered) -> Result<ResponseType, AuthorizationError> {
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
pub(crate) mod tests {
    use super::*;
    use crate::oauth::{
        client_authentication::tests::{client, public_client},
        issuer::Issuer,
        parameters::MalformedParameters,
        client::ClientMetadata,
        redirect_uri::UntrustedRedirectUri,
        requested_scope::RequestedScopeRefusal,
        resource::{AudienceRefusal, Resource, ResourceId, ScopeEntry},
    };

    pub(crate) fn resources() -> Resources {
        let orders = Resource {
            id: ResourceId::parse("https://orders.example.org").unwrap(),
            name: "Orders".to_owned(),
            scopes: vec![ScopeEntry { token: "orders:read".to_owned(), description: "See orders".to_owned() }],
            access_token_lifetime: None,
            access_token_signing_alg: crate::jose::Algorithm::Es256,
            access_token_typ: crate::oauth::resource::AccessTokenType::AtJwt,
            is_open: false,
        };
        Resources::new(&Issuer::parse("https://login.example.org").unwrap(), vec![orders])
    }

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn query(changes: &[(&str, Option<&str>)]) -> Parameters {
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", "orders"),
            ("redirect_uri", "https://app.example.org/cb"),
            ("scope", "openid orders:read"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            pairs.retain(|(kept, _)| kept != name);
            pairs.extend(value.map(|value| (*name, value)));
        }
        Parameters::parse(&crate::oauth::parameters::encode(&pairs)).unwrap()
    }

    fn read(client: Client, parameters: &Parameters) -> Result<AuthorizationRequest, AuthorizationError> {
        let destination = Destination::trust(Some(client), parameters).unwrap();
        destination.read(parameters, policy(Offered::EVERYTHING), &resources())
    }

    fn policy(offered: Offered) -> AuthorizationPolicy {
        AuthorizationPolicy {
            require_state: true,
            require_pkce: true,
            offered,
            request_uri: false,
            redirects_errors_to_all: false,
        }
    }

    /// The request that the tests of other rules begin with.
    pub(crate) fn request() -> AuthorizationRequest {
        read(client(), &query(&[])).unwrap()
    }

    #[test]
    fn a_complete_request_is_read() {
        let request = request();
        assert_eq!(request.scope, Scope::parse("openid orders:read").unwrap());
        assert_eq!(request.state.as_deref(), Some("xyz"));
        assert!(request.redirect_uri_was_sent);
    }

    // RFC 6749 §3.1: "Unrecognized request parameters MUST be ignored"
    #[test]
    fn unknown_parameters_are_ignored() {
        assert!(read(client(), &query(&[("extra", Some("foobar"))])).is_ok());
    }

    // RFC 6749 §3.1.2.4
    #[test]
    fn nobody_is_redirected_before_client_and_redirect_uri_are_trusted() {
        let elsewhere = query(&[("redirect_uri", Some("https://evil.example/cb")), ("scope", Some("\""))]);
        let refusal = Destination::trust(Some(client()), &elsewhere).unwrap_err();
        let expected = UntrustedRedirectUri::NotRegistered("https://evil.example/cb".to_owned());
        assert_eq!(refusal, UntrustedRequest::RedirectUri(expected));
        assert_eq!(Destination::trust(None, &query(&[])).unwrap_err(), UntrustedRequest::UnknownClient);
        let twice = Parameters::parse("client_id=a&client_id=a").unwrap();
        assert!(matches!(client_id(&twice), Err(UntrustedRequest::Malformed(MalformedParameters::Repeated(_)))));
        let twice = Parameters::parse("redirect_uri=https://app.example.org/cb&redirect_uri=https://evil.example");
        let refusal = Destination::trust(Some(client()), &twice.unwrap()).unwrap_err();
        assert!(matches!(refusal, UntrustedRequest::Malformed(MalformedParameters::Repeated(_))));
    }

    #[test]
    fn whatever_else_is_wrong_is_told_to_the_client() {
        use AuthorizationError as E;
        use RequestedScopeRefusal as R;
        const EVIL: &str = "https://evil.example";
        for (changes, expected) in [
            (&[("response_type", None)][..], E::Malformed(MalformedParameters::Missing("response_type"))),
            (&[("response_type", Some("device"))], E::UnsupportedResponseType),
            (&[("response_mode", Some("web_message"))], E::UnsupportedResponseMode),
            (&[("state", None)], E::StateMissing),
            (&[("scope", Some("orders:write"))], E::Scope(R::NothingGrantable(scope("orders:write")))),
            (&[("scope", Some("phone roles"))], E::Scope(R::NothingGrantable(scope("phone roles")))),
            (&[("scope", Some("openid signet:users"))], E::Scope(R::Management(scope("signet:users")))),
            (&[("scope", Some("a\"b"))], E::Scope(R::Malformed)),
            (&[("scope", Some(" "))], E::Scope(R::Malformed)),
            (&[("resource", Some(EVIL))], E::Scope(R::Target(AudienceRefusal::UnknownResource(EVIL.to_owned())))),
            (&[("code_challenge", None), ("code_challenge_method", None)], E::Challenge(ChallengeRefusal::Missing)),
            (&[("code_challenge_method", None)], E::Challenge(ChallengeRefusal::Method)),
            (&[("code_challenge_method", Some("plain"))], E::Challenge(ChallengeRefusal::Method)),
            (&[("code_challenge", Some("abc"))], E::Challenge(ChallengeRefusal::Malformed)),
            (&[("request", Some("eyJ"))], E::RequestObject(RequestObjectRefusal::Nested)),
            (&[("request_uri", Some("https://app.example.org/r"))], E::RequestObject(RequestObjectRefusal::Nested)),
        ] {
            assert_eq!(read(client(), &query(changes)).unwrap_err(), expected, "{changes:?}");
        }
    }

    #[test]
    fn a_repeated_parameter_is_told_to_the_client_even_when_it_is_unknown() {
        let encoded = "client_id=orders&redirect_uri=https://app.example.org/cb&response_type=code&state=x&a=1&a=2";
        let refusal = read(client(), &Parameters::parse(encoded).unwrap()).unwrap_err();
        assert!(matches!(refusal, AuthorizationError::Malformed(MalformedParameters::Repeated(_))));
    }

    #[test]
    fn a_client_may_be_registered_for_less_than_the_server_demands() {
        let mut lenient = client();
        lenient.metadata.require_state = Some(false);
        lenient.metadata.require_pkce = Some(false);
        let bare = query(&[("state", None), ("code_challenge", None), ("code_challenge_method", None)]);
        assert!(read(lenient, &bare).is_ok());
        // RFC 9700 §2.1.1: never for a public client.
        let mut public = public_client();
        public.metadata.require_state = Some(false);
        public.metadata.require_pkce = Some(false);
        assert_eq!(read(public, &bare).unwrap_err(), AuthorizationError::Challenge(ChallengeRefusal::Required));
    }

    // RFC 9700 §2.1.1
    #[test]
    fn a_confidential_openid_client_may_protect_its_code_by_nonce_and_nobody_else_goes_without_pkce() {
        use ChallengeRefusal::{Missing, Required};
        let without = [("code_challenge", None), ("code_challenge_method", None)];
        let ask = |client: Client, require_pkce: Option<bool>, more: &[(&str, Option<&str>)]| {
            let client = Client { metadata: ClientMetadata { require_pkce, ..client.metadata }, ..client };
            read(client, &query(&[&without[..], more].concat())).map(|request| request.code_challenge)
        };
        let refused = |refusal| Err(AuthorizationError::Challenge(refusal));
        let nonce = ("nonce", Some("n-0S6_WzA2Mj"));
        for (client, require_pkce, more, expected) in [
            (client(), None, &[nonce][..], Ok(None)),
            (client(), None, &[], refused(Missing)),
            (client(), None, &[("nonce", Some(""))], refused(Missing)),
            (client(), None, &[nonce, ("scope", Some("orders:read"))], refused(Missing)),
            // Of what is asked for and not registered no ID token follows.
            (client(), None, &[nonce, ("scope", Some("roles orders:read"))], refused(Missing)),
            (client(), Some(true), &[nonce], refused(Required)),
            (client(), Some(false), &[], Ok(None)),
            (public_client(), None, &[nonce], refused(Required)),
            (public_client(), Some(false), &[nonce], refused(Required)),
        ] {
            assert_eq!(ask(client, require_pkce, more), expected, "{require_pkce:?} {more:?}");
        }
    }

    #[test]
    fn scopes_that_are_not_registered_are_left_out_of_the_request() {
        let request = read(client(), &query(&[("scope", Some("openid roles orders:read offline_access"))])).unwrap();
        assert_eq!(request.scope, scope("openid orders:read"));
        let default = read(client(), &query(&[("scope", None)])).unwrap();
        assert_eq!(default.scope, scope("openid profile email orders:read"));
    }

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    fn implicit_client() -> Client {
        let mut client = client();
        client.metadata.response_types = ResponseType::ALL.to_vec();
        client
    }

    // RFC 9700 §2.1.2: off until someone turns it on, and then per client.
    #[test]
    fn tokens_come_from_here_only_where_server_and_client_allow_it() {
        let parameters = query(&[("response_type", Some("token"))]);
        let ask = |client: Client, offered: Offered| {
            let destination = Destination::trust(Some(client), &parameters).unwrap();
            destination.read(&parameters, policy(offered), &resources()).map(|request| request.response_mode)
        };
        assert_eq!(ask(implicit_client(), Offered::EVERYTHING), Ok(ResponseMode::Fragment));
        let off = ask(implicit_client(), Offered::default());
        assert_eq!(off, Err(AuthorizationError::UnsupportedResponseType));
        assert_eq!(ask(client(), Offered::EVERYTHING), Err(AuthorizationError::ResponseTypeNotAllowed));
    }

    // Multiple Response Types §5
    #[test]
    fn an_answer_travels_as_the_request_says_but_never_with_tokens_in_the_query() {
        use ResponseMode as M;
        for (response_type, response_mode, expected) in [
            ("code", None, Ok(M::Query)),
            ("code", Some("fragment"), Ok(M::Fragment)),
            ("code", Some("form_post"), Ok(M::FormPost)),
            ("id_token token", None, Ok(M::Fragment)),
            ("code token", Some("form_post"), Ok(M::FormPost)),
            ("token", Some("query"), Err(AuthorizationError::UnsupportedResponseMode)),
            ("code", Some("jwt"), Err(AuthorizationError::UnsupportedResponseMode)),
        ] {
            let parameters = query(&[("response_type", Some(response_type)), ("response_mode", response_mode)]);
            let answer = read(implicit_client(), &parameters).map(|request| request.response_mode);
            assert_eq!(answer, expected, "{response_type} {response_mode:?}");
        }
    }

    // An error is told where the client looks for the answer.
    #[test]
    fn an_error_travels_as_the_answer_would_have() {
        for (changes, expected) in [
            (&[("response_type", Some("id_token"))][..], ResponseMode::Fragment),
            (&[("response_type", Some("device"))], ResponseMode::Query),
            (&[("response_mode", Some("form_post"))], ResponseMode::FormPost),
            (&[("response_mode", Some("jwt"))], ResponseMode::Query),
        ] {
            let destination = Destination::trust(Some(client()), &query(changes)).unwrap();
            assert_eq!(destination.response_mode, expected, "{changes:?}");
        }
    }

    #[test]
    fn a_client_uses_only_response_types_that_it_is_registered_for() {
        let mut service = client();
        service.metadata.response_types.clear();
        assert_eq!(read(service, &query(&[])).unwrap_err(), AuthorizationError::ResponseTypeNotAllowed);
    }
}
