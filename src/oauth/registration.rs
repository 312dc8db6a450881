//! Client registration, [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2).
//!
//! The configuration file, the management API and the registration page all use this module.

use serde::{Deserialize, Serialize};

pub use super::{
    registration_refusal::{MOST_URIS, RegistrationErrorCode, RegistrationRefusal},
    registration_rules::{Registrar, RegistrationRules},
};

use super::{
    client::{ApplicationType, AuthMethod, ClientMetadata, GrantType, ResponseType},
    openid_metadata::{OpenidRequest, signing},
    redirect_uri::RedirectUri,
    registration_member::{
        allowed_groups, application_type, client_name, contacts, redirect_uris, redirect_uris_of_logout, web_page,
    },
    registration_privilege::{default_scope, privileged, privileges},
    registration_refusal::{invalid, list},
    scope::Scope,
};

/// The metadata of a registration request. The server chooses values for missing members. Unknown members are ignored:
/// "The authorization server MUST ignore any client metadata sent by the client that it does not understand".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
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
    pub rotate_refresh_tokens: Option<bool>,
    pub allowed_groups: Option<Vec<String>>,
    #[serde(flatten)]
    pub openid: OpenidRequest,
}

/// Validates `request` and fills in defaults.
///
/// The defaults are those of §2 (`client_secret_basic`, `authorization_code`, `code`), with one exception: a client
/// without a redirect URI and without `grant_types` is a service and uses `client_credentials`. Without `client_name`
/// the name is empty, and the caller uses the identifier instead. Unknown grant types are dropped, as §3.2.1 allows
/// ("MAY reject or replace"), and the response shows the registered ones.
///
/// # Errors
///
/// Returns the first member that cannot be registered.
pub fn register(
    request: &RegistrationRequest,
    rules: RegistrationRules<'_>,
) -> Result<ClientMetadata, RegistrationRefusal> {
    let request = &request.clone().without_blanks();
    let schemes = &rules.policy.redirect_schemes;
    let redirect_uris = redirect_uris("redirect_uris", request.redirect_uris.as_deref(), schemes)?;
    let post_logout_redirect_uris =
        redirect_uris_of_logout("post_logout_redirect_uris", request.post_logout_redirect_uris.as_deref(), schemes)?;
    let token_endpoint_auth_method = auth_method(request)?;
    let response_types = response_types(request, rules)?;
    let grant_types = grant_types(request, &response_types, &redirect_uris, rules)?;
    let response_types = agreeing(response_types, &grant_types)?;
    let application_type = application_type(request.application_type.as_deref())?;
    returning(&response_types, &redirect_uris, application_type)?;
    weakening(request, token_endpoint_auth_method, &grant_types, rules)?;
    let openid = request.openid.read(&redirect_uris, rules.policy)?;
    signing(token_endpoint_auth_method, &openid)?;
    let metadata = ClientMetadata {
        client_name: match &request.client_name {
            None => String::new(),
            name => client_name(name.as_deref())?,
        },
        redirect_uris,
        post_logout_redirect_uris,
        response_types,
        scope: scope(request.scope.as_deref(), &grant_types, rules)?,
        grant_types,
        token_endpoint_auth_method,
        application_type,
        client_uri: web_page("client_uri", request.client_uri.as_deref())?,
        policy_uri: web_page("policy_uri", request.policy_uri.as_deref())?,
        tos_uri: web_page("tos_uri", request.tos_uri.as_deref())?,
        contacts: contacts(request.contacts.as_deref())?,
        require_pkce: request.require_pkce,
        require_state: request.require_state,
        rotate_refresh_tokens: request.rotate_refresh_tokens,
        allowed_groups: allowed_groups(request.allowed_groups.as_deref())?,
        openid,
    };
    privileges(&metadata, rules)?;
    // Each member is bounded. Together they must fit into one record.
    let size = serde_json::to_vec(&metadata).map_or(usize::MAX, |json| json.len());
    if size > LARGEST_METADATA {
        return Err(invalid("redirect_uris", "the registration is too large; shorten it"));
    }
    Ok(metadata)
}

/// Rejects what only administrators may register, and what is never permitted.
fn weakening(
    request: &RegistrationRequest,
    method: AuthMethod,
    grant_types: &[GrantType],
    rules: RegistrationRules<'_>,
) -> Result<(), RegistrationRefusal> {
    if rules.registrar <= Registrar::Person && request.require_pkce == Some(false) && rules.policy.require_pkce {
        return Err(privileged("require_pkce", "only an administrator can register a client without PKCE"));
    }
    if rules.registrar == Registrar::Itself && request.allowed_groups.as_ref().is_some_and(|groups| !groups.is_empty())
    {
        return Err(privileged("allowed_groups", "an application cannot restrict itself to groups"));
    }
    if method != AuthMethod::None {
        return Ok(());
    }
    // RFC 6749 §4.4: "The client credentials grant type MUST only be used by confidential clients."
    if let Some(grant_type) =
        [GrantType::ClientCredentials, GrantType::Password].iter().find(|one| grant_types.contains(one))
    {
        return Err(invalid("grant_types", format!("a public client cannot use {}", grant_type.as_str())));
    }
    if request.require_pkce == Some(false) {
        return Err(invalid("require_pkce", "a public client always uses PKCE (RFC 9700, section 2.1.1)"));
    }
    if request.rotate_refresh_tokens == Some(false) {
        return Err(invalid(
            "rotate_refresh_tokens",
            "the refresh tokens of a public client always rotate (RFC 9700, section 4.14.2)",
        ));
    }
    Ok(())
}

/// Requires redirect URIs for grants that need them. Tokens in front-channel responses are only sent to `https` URIs
/// ([OpenID Connect Registration §2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata)).
fn returning(
    response_types: &[ResponseType],
    redirect_uris: &[RedirectUri],
    application_type: ApplicationType,
) -> Result<(), RegistrationRefusal> {
    let refuse = |description: &str| {
        Err(RegistrationRefusal {
            code: RegistrationErrorCode::InvalidRedirectUri,
            member: "redirect_uris",
            description: description.to_owned(),
        })
    };
    if !response_types.is_empty() && redirect_uris.is_empty() {
        return refuse("at least one redirect URI is required for the grants authorization_code and implicit");
    }
    let is_implicit = response_types.iter().any(|response_type| response_type.is_front_channel());
    if is_implicit && application_type == ApplicationType::Web && !redirect_uris.iter().all(RedirectUri::is_https) {
        return refuse("a web application that receives tokens in the browser needs https:// redirect URIs");
    }
    Ok(())
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
    response_types: &Option<Vec<ResponseType>>,
    redirect_uris: &[RedirectUri],
    rules: RegistrationRules<'_>,
) -> Result<Vec<GrantType>, RegistrationRefusal> {
    let Some(names) = &request.grant_types else {
        let is_public = request.token_endpoint_auth_method.as_deref() == Some("none");
        return Ok(match response_types {
            Some(response_types) if !response_types.is_empty() => needed_by(response_types),
            _ if redirect_uris.is_empty() && !is_public => vec![GrantType::ClientCredentials],
            _ => vec![GrantType::AuthorizationCode],
        });
    };
    let named = |grant_type: &GrantType| names.iter().any(|name| name == grant_type.as_str());
    let offered = rules.policy.offered;
    // A client that acts without a person is rejected later with a specific message.
    let possible = |one: &GrantType| *one == GrantType::ClientCredentials || rules.allows(*one);
    let asked = GrantType::ALL.into_iter().filter(named);
    if rules.registrar > Registrar::Person
        && let Some(off) = asked.clone().find(|grant_type| !offered.allows(*grant_type))
    {
        let switch = if off == GrantType::Password { "oauth.password_grant" } else { "oauth.implicit" };
        return Err(invalid("grant_types", format!("{} is off; the setting {switch} turns it on", off.as_str())));
    }
    let is_privileged = |grant_type: &GrantType| offered.allows(*grant_type) && !possible(grant_type);
    if rules.registrar == Registrar::Person
        && let Some(grant_type) = asked.clone().find(is_privileged)
    {
        let description = format!("only an administrator can register a client for {}", grant_type.as_str());
        return Err(privileged("grant_types", description));
    }
    let grant_types: Vec<GrantType> = asked.filter(possible).collect();
    if grant_types.iter().all(|grant_type| *grant_type == GrantType::RefreshToken) {
        let known: Vec<&str> = offered.grant_types().map(GrantType::as_str).collect();
        let known = known.join(", ");
        return Err(invalid(
            "grant_types",
            format!("must contain at least one of {known} in addition to refresh_token"),
        ));
    }
    Ok(grant_types)
}

fn response_types(
    request: &RegistrationRequest,
    rules: RegistrationRules<'_>,
) -> Result<Option<Vec<ResponseType>>, RegistrationRefusal> {
    let Some(names) = &request.response_types else { return Ok(None) };
    let possible = |response_type: &ResponseType| rules.allows_response_type(*response_type);
    let mut response_types = Vec::new();
    for name in names {
        let parsed = ResponseType::parse(name);
        let Some(response_type) = parsed.filter(possible) else {
            if parsed.is_some_and(|response_type| rules.policy.offered.allows_response_type(response_type)) {
                let description = format!("only an administrator can register a client for {name}");
                return Err(privileged("response_types", description));
            }
            let known: Vec<&str> = ResponseType::ALL.into_iter().filter(possible).map(ResponseType::as_str).collect();
            return Err(invalid("response_types", format!("must contain only {}", known.join(", "))));
        };
        if !response_types.contains(&response_type) {
            response_types.push(response_type);
        }
    }
    Ok(Some(response_types))
}

/// Checks that response types and grant types match (§2.1). Missing response types follow from the grant types.
fn agreeing(
    response_types: Option<Vec<ResponseType>>,
    grant_types: &[GrantType],
) -> Result<Vec<ResponseType>, RegistrationRefusal> {
    let front_channel = [GrantType::AuthorizationCode, GrantType::Implicit];
    let granted: Vec<GrantType> = front_channel.into_iter().filter(|one| grant_types.contains(one)).collect();
    let Some(response_types) = response_types else {
        let of = |grant_type: &GrantType| match grant_type {
            GrantType::AuthorizationCode => &[ResponseType::Code][..],
            _ => &[ResponseType::Token, ResponseType::IdToken, ResponseType::IdTokenToken],
        };
        return Ok(granted.iter().flat_map(of).copied().collect());
    };
    if needed_by(&response_types) != granted {
        return Err(invalid(
            "response_types",
            "code requires the grant authorization_code, token and id_token require implicit, and vice versa",
        ));
    }
    Ok(response_types)
}

/// Returns the grant types that `response_types` require.
pub(super) fn needed_by(response_types: &[ResponseType]) -> Vec<GrantType> {
    let code = response_types.iter().any(|response_type| response_type.has_code());
    let implicit = response_types.iter().any(|response_type| response_type.is_front_channel());
    let needed = [(code, GrantType::AuthorizationCode), (implicit, GrantType::Implicit)];
    needed.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, grant_type)| grant_type).collect()
}

fn scope(
    text: Option<&str>,
    grant_types: &[GrantType],
    rules: RegistrationRules<'_>,
) -> Result<Scope, RegistrationRefusal> {
    let resources = rules.resources;
    let Some(text) = text else { return Ok(default_scope(grant_types, rules)) };
    let scope = Scope::parse(text).map_err(|refusal| invalid("scope", refusal.to_string()))?;
    if let Some(unknown) = scope.iter().find(|token| resources.scope(token).is_none()) {
        return Err(invalid("scope", format!("no resource of this server has the scope {unknown:?}")));
    }
    Ok(scope)
}

/// Maximum size of all metadata as JSON, in bytes. With two secrets and the rest of the record it stays below 4 KiB.
const LARGEST_METADATA: usize = 3200;

#[cfg(test)]
#[path = "registration_tests.rs"]
mod tests;
