//! What a client may register about itself, [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2).
//!
//! The configuration file, the management API and the registration page all come through here.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    client::{ApplicationType, AuthMethod, ClientMetadata, GrantType, ResponseType},
    redirect_uri::{RedirectUri, RedirectUriRefusal},
    resource::{Resources, is_management_scope},
    scope::Scope,
};

/// The metadata that a registration sends; whatever is left out is chosen by the server. Members that are not known
/// are ignored: "The authorization server MUST ignore any client metadata sent by the client that it does not
/// understand".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the members are those of RFC 7591 §2 and of ClientMetadata")]
pub struct RegistrationRequest {
    pub client_name: Option<String>,
    pub redirect_uris: Option<Vec<String>>,
    pub post_logout_redirect_uris: Option<Vec<String>>,
    pub grant_types: Option<Vec<String>>,
    pub response_types: Option<Vec<String>>,
    pub scope: Option<String>,
    pub token_endpoint_auth_method: Option<String>,
    pub application_type: Option<String>,
    pub client_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
    pub contacts: Option<Vec<String>>,
    pub require_pkce: Option<bool>,
    pub require_state: Option<bool>,
}

/// Who registers, and so what may be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registrar {
    /// The configuration file or an administrator: everything.
    Administrator,
    /// A person: no scope with which others could be managed, no client that acts without a person, and no settings that
    /// weaken a rule.
    Person,
}

/// Why a registration is refused: the member of the metadata and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationRefusal {
    /// Which error code of §3.2.2 it is.
    pub code: RegistrationErrorCode,
    /// The member of the metadata.
    pub member: &'static str,
    /// What is wrong, and what to send instead.
    pub description: String,
}

/// The error codes of §3.2.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationErrorCode {
    /// One of the redirect URIs.
    InvalidRedirectUri,
    /// Anything else.
    InvalidClientMetadata,
}

/// Checks `request` and fills in what it leaves out.
///
/// The defaults are those of §2 (`client_secret_basic`, `authorization_code`, `code`), except that a client without a
/// redirect URI that says nothing of grants is a service and uses `client_credentials`. Grants that this server knows
/// nothing of are left out of what is registered, as §3.2.1 allows ("MAY reject or replace"), and the answer shows it.
///
/// # Errors
///
/// The first member that cannot be registered.
pub fn register(
    request: &RegistrationRequest,
    registrar: Registrar,
    resources: &Resources,
) -> Result<ClientMetadata, RegistrationRefusal> {
    let redirect_uris = redirect_uris("redirect_uris", request.redirect_uris.as_deref())?;
    let post_logout_redirect_uris =
        redirect_uris_of_logout("post_logout_redirect_uris", request.post_logout_redirect_uris.as_deref())?;
    let token_endpoint_auth_method = auth_method(request)?;
    let grant_types = grant_types(request, &redirect_uris, token_endpoint_auth_method)?;
    let response_types = response_types(request, &grant_types)?;
    if grant_types.contains(&GrantType::AuthorizationCode) && redirect_uris.is_empty() {
        return Err(RegistrationRefusal {
            code: RegistrationErrorCode::InvalidRedirectUri,
            member: "redirect_uris",
            description: "at least one redirect URI is needed for the grant authorization_code".to_owned(),
        });
    }
    // Whoever may sign up could otherwise give themselves tokens for every API, with nobody asked.
    if registrar == Registrar::Person && grant_types.contains(&GrantType::ClientCredentials) {
        return Err(invalid("grant_types", "only an administrator can register a client that acts without a person"));
    }
    if registrar == Registrar::Person && request.require_pkce == Some(false) {
        return Err(invalid("require_pkce", "only an administrator can register a client without PKCE"));
    }
    if token_endpoint_auth_method == AuthMethod::None && request.require_pkce == Some(false) {
        return Err(invalid("require_pkce", "a public client always uses PKCE (RFC 9700 §2.1.1)"));
    }
    Ok(ClientMetadata {
        client_name: client_name(request.client_name.as_deref())?,
        redirect_uris,
        post_logout_redirect_uris,
        grant_types,
        response_types,
        scope: scope(request.scope.as_deref(), registrar, resources)?,
        token_endpoint_auth_method,
        application_type: application_type(request.application_type.as_deref())?,
        client_uri: web_page("client_uri", request.client_uri.as_deref())?,
        policy_uri: web_page("policy_uri", request.policy_uri.as_deref())?,
        tos_uri: web_page("tos_uri", request.tos_uri.as_deref())?,
        contacts: contacts(request.contacts.as_deref())?,
        require_pkce: request.require_pkce.unwrap_or(true),
        require_state: request.require_state,
    })
}

/// The person on the consent page decides by the name, so it must be readable: no control characters, and none that
/// turn the direction of writing around.
fn client_name(name: Option<&str>) -> Result<String, RegistrationRefusal> {
    let name = name.unwrap_or_default().trim();
    let misleading = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(misleading) {
        return Err(invalid("client_name", "must have 1 to 80 characters, none of them invisible"));
    }
    Ok(name.to_owned())
}

fn redirect_uris(member: &'static str, uris: Option<&[String]>) -> Result<Vec<RedirectUri>, RegistrationRefusal> {
    let refuse =
        |description| RegistrationRefusal { code: RegistrationErrorCode::InvalidRedirectUri, member, description };
    let uris = uris.unwrap_or_default();
    if uris.len() > MOST_URIS {
        return Err(refuse(format!("at most {MOST_URIS} can be registered")));
    }
    let parse = |uri: &String| {
        RedirectUri::parse(uri).map_err(|refusal: RedirectUriRefusal| refuse(format!("{uri:?} {refusal}")))
    };
    let mut parsed: Vec<RedirectUri> = uris.iter().map(parse).collect::<Result<_, _>>()?;
    let mut seen = std::collections::HashSet::new();
    parsed.retain(|uri| seen.insert(uri.as_str().to_owned()));
    let bytes: usize = parsed.iter().map(|uri| uri.as_str().len()).sum();
    if bytes > 2 * super::redirect_uri::LONGEST_REDIRECT_URI {
        return Err(refuse("are too long taken together".to_owned()));
    }
    Ok(parsed)
}

fn redirect_uris_of_logout(
    member: &'static str,
    uris: Option<&[String]>,
) -> Result<Vec<RedirectUri>, RegistrationRefusal> {
    redirect_uris(member, uris)
        .map_err(|refusal| RegistrationRefusal { code: RegistrationErrorCode::InvalidClientMetadata, ..refusal })
}

fn auth_method(request: &RegistrationRequest) -> Result<AuthMethod, RegistrationRefusal> {
    let name = request.token_endpoint_auth_method.as_deref().unwrap_or("client_secret_basic");
    AuthMethod::parse(name).ok_or_else(|| {
        invalid(
            "token_endpoint_auth_method",
            format!("must be one of {}", list(AuthMethod::ALL.map(AuthMethod::as_str))),
        )
    })
}

fn grant_types(
    request: &RegistrationRequest,
    redirect_uris: &[RedirectUri],
    method: AuthMethod,
) -> Result<Vec<GrantType>, RegistrationRefusal> {
    let default = if redirect_uris.is_empty() && request.response_types.is_none() && method != AuthMethod::None {
        GrantType::ClientCredentials
    } else {
        GrantType::AuthorizationCode
    };
    let Some(names) = &request.grant_types else { return Ok(vec![default]) };
    let grant_types: Vec<GrantType> =
        GrantType::ALL.into_iter().filter(|grant_type| names.iter().any(|name| name == grant_type.as_str())).collect();
    if grant_types.is_empty() {
        let known = list(GrantType::ALL.map(GrantType::as_str));
        return Err(invalid("grant_types", format!("must name at least one of {known}")));
    }
    // RFC 6749 §4.4: "The client credentials grant type MUST only be used by confidential clients."
    if method == AuthMethod::None && grant_types.contains(&GrantType::ClientCredentials) {
        return Err(invalid("grant_types", "a public client cannot use client_credentials (RFC 6749 §4.4)"));
    }
    Ok(grant_types)
}

fn response_types(
    request: &RegistrationRequest,
    grant_types: &[GrantType],
) -> Result<Vec<ResponseType>, RegistrationRefusal> {
    let with_code = grant_types.contains(&GrantType::AuthorizationCode);
    let Some(names) = &request.response_types else {
        return Ok(if with_code { vec![ResponseType::Code] } else { Vec::new() });
    };
    let response_types: Option<Vec<ResponseType>> = names.iter().map(|name| ResponseType::parse(name)).collect();
    let response_types = response_types.ok_or_else(|| {
        invalid("response_types", format!("must be of {}", list(ResponseType::ALL.map(ResponseType::as_str))))
    })?;
    // §2.1: the two must agree.
    if response_types.contains(&ResponseType::Code) != with_code {
        return Err(invalid(
            "response_types",
            "code goes with the grant authorization_code, neither without the other",
        ));
    }
    Ok(response_types)
}

fn scope(text: Option<&str>, registrar: Registrar, resources: &Resources) -> Result<Scope, RegistrationRefusal> {
    let Some(text) = text else { return Ok(default_scope(resources)) };
    let scope = Scope::parse(text).map_err(|refusal| invalid("scope", refusal.to_string()))?;
    if let Some(unknown) = scope.iter().find(|token| resources.scope(token).is_none()) {
        return Err(invalid("scope", format!("no resource of this server has the scope {unknown:?}")));
    }
    let forbidden = |token: &&str| is_management_scope(token) && *token != "signet:account";
    if registrar == Registrar::Person
        && let Some(token) = scope.iter().find(forbidden)
    {
        return Err(invalid("scope", format!("only an administrator can register a client for {token:?}")));
    }
    Ok(scope)
}

/// Everything but the scopes with which this server is managed.
fn default_scope(resources: &Resources) -> Scope {
    let tokens = resources.all().iter().flat_map(|resource| &resource.scopes).map(|entry| entry.token.as_str());
    tokens.filter(|token| !is_management_scope(token)).collect()
}

fn application_type(name: Option<&str>) -> Result<ApplicationType, RegistrationRefusal> {
    match name {
        None => Ok(ApplicationType::default()),
        Some(name) => {
            ApplicationType::parse(name).ok_or_else(|| invalid("application_type", "must be \"web\" or \"native\""))
        }
    }
}

fn web_page(member: &'static str, uri: Option<&str>) -> Result<Option<String>, RegistrationRefusal> {
    let Some(uri) = uri.filter(|uri| !uri.is_empty()) else { return Ok(None) };
    let is_web = Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    if uri.len() > 256 || !is_web {
        return Err(invalid(member, "must be the address of a web page, of at most 256 characters"));
    }
    Ok(Some(uri.to_owned()))
}

fn contacts(contacts: Option<&[String]>) -> Result<Vec<String>, RegistrationRefusal> {
    let contacts = contacts.unwrap_or_default();
    if contacts.len() > 4 || contacts.iter().any(|contact| contact.len() > 128) {
        return Err(invalid("contacts", "at most 4, of at most 128 characters each"));
    }
    Ok(contacts.to_vec())
}

fn invalid(member: &'static str, description: impl Into<String>) -> RegistrationRefusal {
    let code = RegistrationErrorCode::InvalidClientMetadata;
    RegistrationRefusal { code, member, description: description.into() }
}

fn list<const N: usize>(names: [&str; N]) -> String {
    names.join(", ")
}

impl RegistrationErrorCode {
    /// The value of `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
        }
    }
}

impl fmt::Display for RegistrationRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.member, self.description)
    }
}

impl std::error::Error for RegistrationRefusal {}

/// The most redirect URIs of one client. It bounds the record.
pub const MOST_URIS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::issuer::Issuer;

    fn resources() -> Resources {
        Resources::new(&Issuer::parse("https://login.example.org").unwrap(), Vec::new())
    }

    fn request() -> RegistrationRequest {
        RegistrationRequest {
            client_name: Some("Orders".to_owned()),
            redirect_uris: Some(vec!["https://app.example.org/cb".to_owned()]),
            ..RegistrationRequest::default()
        }
    }

    fn texts(values: &[&str]) -> Option<Vec<String>> {
        Some(values.iter().map(|value| (*value).to_owned()).collect())
    }

    // RFC 7591 §2
    #[test]
    fn what_is_left_out_is_chosen_by_the_server() {
        let metadata = register(&request(), Registrar::Person, &resources()).unwrap();
        assert_eq!(metadata.token_endpoint_auth_method, AuthMethod::ClientSecretBasic);
        assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!(metadata.response_types, [ResponseType::Code]);
        assert!(metadata.require_pkce);
        assert!(metadata.scope.contains("openid") && !metadata.scope.contains("signet:clients"));
    }

    #[test]
    fn a_client_without_redirect_uri_is_a_service_that_an_administrator_registers() {
        let service = RegistrationRequest { redirect_uris: None, ..request() };
        let refusal = register(&service, Registrar::Person, &resources()).unwrap_err();
        assert_eq!(refusal.member, "grant_types");
        let metadata = register(&service, Registrar::Administrator, &resources()).unwrap();
        assert_eq!(metadata.grant_types, [GrantType::ClientCredentials]);
        assert!(metadata.response_types.is_empty());
    }

    #[test]
    fn grants_that_are_not_known_are_left_out() {
        let asked = RegistrationRequest { grant_types: texts(&["authorization_code", "urn:x"]), ..request() };
        let metadata = register(&asked, Registrar::Person, &resources()).unwrap();
        assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
    }

    fn refused(change: impl FnOnce(&mut RegistrationRequest)) -> (RegistrationErrorCode, &'static str) {
        let mut changed = request();
        change(&mut changed);
        let refusal = register(&changed, Registrar::Person, &resources()).unwrap_err();
        (refusal.code, refusal.member)
    }

    #[test]
    fn each_redirect_uri_that_cannot_be_registered_is_named() {
        let expected = (RegistrationErrorCode::InvalidRedirectUri, "redirect_uris");
        let many: Vec<String> = (0..17).map(|n| format!("https://app.example.org/{n}")).collect();
        assert_eq!(refused(|r| r.redirect_uris = texts(&["javascript:x"])), expected);
        assert_eq!(refused(|r| r.redirect_uris = texts(&["https://a.example/#x"])), expected);
        assert_eq!(refused(|r| r.redirect_uris = Some(many)), expected);
        let none = |r: &mut RegistrationRequest| {
            r.redirect_uris = None;
            r.grant_types = texts(&["authorization_code"]);
        };
        assert_eq!(refused(none), expected);
    }

    #[test]
    fn each_member_that_cannot_be_registered_is_named() {
        let named = |member| (RegistrationErrorCode::InvalidClientMetadata, member);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(refused(|r| r.client_name = None), named("client_name"));
        assert_eq!(refused(|r| r.client_name = text(" ")), named("client_name"));
        assert_eq!(refused(|r| r.client_name = text("a\u{202e}b")), named("client_name"));
        assert_eq!(refused(|r| r.post_logout_redirect_uris = texts(&["data:x"])), named("post_logout_redirect_uris"));
        assert_eq!(refused(|r| r.grant_types = texts(&["urn:x"])), named("grant_types"));
        assert_eq!(refused(|r| r.response_types = texts(&["token"])), named("response_types"));
        assert_eq!(refused(|r| r.response_types = texts(&[])), named("response_types"));
        assert_eq!(refused(|r| r.scope = text("unknown")), named("scope"));
        assert_eq!(refused(|r| r.scope = text("signet:admin")), named("scope"));
        assert_eq!(
            refused(|r| r.token_endpoint_auth_method = text("private_key")),
            named("token_endpoint_auth_method")
        );
        assert_eq!(refused(|r| r.application_type = text("desktop")), named("application_type"));
        assert_eq!(refused(|r| r.policy_uri = text("javascript:x")), named("policy_uri"));
        assert_eq!(refused(|r| r.require_pkce = Some(false)), named("require_pkce"));
        let public_service = |r: &mut RegistrationRequest| {
            r.grant_types = texts(&["client_credentials"]);
            r.token_endpoint_auth_method = text("none");
        };
        assert_eq!(refused(public_service), named("grant_types"));
    }

    #[test]
    fn an_administrator_may_register_management_scopes_and_clients_without_pkce() {
        let asked = RegistrationRequest { scope: Some("signet:admin".into()), require_pkce: Some(false), ..request() };
        assert!(register(&asked, Registrar::Administrator, &resources()).is_ok());
        let public = RegistrationRequest { token_endpoint_auth_method: Some("none".into()), ..asked };
        assert_eq!(register(&public, Registrar::Administrator, &resources()).unwrap_err().member, "require_pkce");
    }
}
