use super::*;
use crate::oauth::{
    client::ClientMetadata,
    client_authentication::tests::{client, public_client},
    issuer::Issuer,
    parameters::MalformedParameters,
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
    let destination = ResponseDestination::trust(Some(client), parameters).unwrap();
    destination.read(parameters, policy(EnabledGrants::EVERYTHING), &resources())
}

fn policy(offered: EnabledGrants) -> AuthorizationPolicy {
    AuthorizationPolicy {
        require_state: true,
        require_pkce: true,
        offered,
        request_uri: false,
        redirects_errors_to_all: false,
    }
}

/// Returns the request that the tests start from.
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
fn no_one_is_redirected_before_client_and_redirect_uri_are_trusted() {
    let elsewhere = query(&[("redirect_uri", Some("https://evil.example/cb")), ("scope", Some("\""))]);
    let refusal = ResponseDestination::trust(Some(client()), &elsewhere).unwrap_err();
    let expected = UntrustedRedirectUri::NotRegistered("https://evil.example/cb".to_owned());
    assert_eq!(refusal, UntrustedRequest::RedirectUri(expected));
    assert_eq!(ResponseDestination::trust(None, &query(&[])).unwrap_err(), UntrustedRequest::UnknownClient);
    let twice = Parameters::parse("client_id=a&client_id=a").unwrap();
    assert!(matches!(client_id(&twice), Err(UntrustedRequest::Malformed(MalformedParameters::Repeated(_)))));
    let twice = Parameters::parse("redirect_uri=https://app.example.org/cb&redirect_uri=https://evil.example");
    let refusal = ResponseDestination::trust(Some(client()), &twice.unwrap()).unwrap_err();
    assert!(matches!(refusal, UntrustedRequest::Malformed(MalformedParameters::Repeated(_))));
}

#[test]
fn whatever_else_is_wrong_is_shown_to_the_client() {
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
fn a_repeated_parameter_is_shown_to_the_client_even_when_it_is_unknown() {
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
fn a_confidential_openid_client_may_protect_its_code_by_nonce_and_no_other_goes_without_pkce() {
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
        // An unregistered scope yields no ID token.
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

// RFC 9700 §2.1.2: off by default, and enabled per client.
#[test]
fn tokens_come_from_here_only_where_server_and_client_allow_it() {
    let parameters = query(&[("response_type", Some("token"))]);
    let ask = |client: Client, offered: EnabledGrants| {
        let destination = ResponseDestination::trust(Some(client), &parameters).unwrap();
        destination.read(&parameters, policy(offered), &resources()).map(|request| request.response_mode)
    };
    assert_eq!(ask(implicit_client(), EnabledGrants::EVERYTHING), Ok(ResponseMode::Fragment));
    let off = ask(implicit_client(), EnabledGrants::default());
    assert_eq!(off, Err(AuthorizationError::UnsupportedResponseType));
    assert_eq!(ask(client(), EnabledGrants::EVERYTHING), Err(AuthorizationError::ResponseTypeNotAllowed));
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

// An error uses the response mode of the request.
#[test]
fn an_error_travels_as_the_answer_would_have() {
    for (changes, expected) in [
        (&[("response_type", Some("id_token"))][..], ResponseMode::Fragment),
        (&[("response_type", Some("device"))], ResponseMode::Query),
        (&[("response_mode", Some("form_post"))], ResponseMode::FormPost),
        (&[("response_mode", Some("jwt"))], ResponseMode::Query),
    ] {
        let destination = ResponseDestination::trust(Some(client()), &query(changes)).unwrap();
        assert_eq!(destination.response_mode, expected, "{changes:?}");
    }
}

#[test]
fn a_client_uses_only_response_types_that_it_is_registered_for() {
    let mut service = client();
    service.metadata.response_types.clear();
    assert_eq!(read(service, &query(&[])).unwrap_err(), AuthorizationError::ResponseTypeNotAllowed);
}
