//! Client metadata of OpenID Connect, in addition to that of OAuth:
//! [OpenID Connect Registration §2](https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata),
//! [Back-Channel Logout §2.2](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRegistration),
//! [Front-Channel Logout §2](https://openid.net/specs/openid-connect-frontchannel-1_0.html#RPLogout).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{
    auth_method::AuthMethod,
    redirect_uri::RedirectUri,
    registration_member::address,
    registration_policy::RegistrationPolicy,
    registration_refusal::{RegistrationRefusal, invalid, list},
};
use crate::jose::Algorithm;

/// The members as a registration request contains them. All are optional.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenidRequest {
    pub logo_uri: Option<String>,
    pub initiate_login_uri: Option<String>,
    pub jwks: Option<Value>,
    pub jwks_uri: Option<String>,
    pub subject_type: Option<String>,
    pub sector_identifier_uri: Option<String>,
    pub id_token_signed_response_alg: Option<String>,
    pub userinfo_signed_response_alg: Option<String>,
    pub request_object_signing_alg: Option<String>,
    pub token_endpoint_auth_signing_alg: Option<String>,
    pub request_uris: Option<Vec<String>>,
    pub default_max_age: Option<i64>,
    pub require_auth_time: Option<bool>,
    pub default_acr_values: Option<Vec<String>>,
    pub backchannel_logout_uri: Option<String>,
    pub backchannel_logout_session_required: Option<bool>,
    pub frontchannel_logout_uri: Option<String>,
    pub frontchannel_logout_session_required: Option<bool>,
    pub claims_in_id_token: Option<bool>,
    pub token_endpoint_as_audience: Option<bool>,
}

/// The registered members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OpenidMetadata {
    /// The logo that the sign-in pages show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// The URL to which a third party sends a browser to start a login (OpenID Connect Core §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// The public keys as a JWK Set. Mutually exclusive with `jwks_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// The URL of the public keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    pub subject_type: SubjectType,
    /// The URL of a document that lists the redirect URIs of all clients that share pairwise subjects. The document is
    /// not checked here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    pub id_token_signed_response_alg: Algorithm,
    /// The algorithm of signed `UserInfo` responses. If `None`, they are not signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// The required algorithm of request objects. If `None`, any supported algorithm is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<Algorithm>,
    /// The required algorithm of client assertions. If `None`, any algorithm of the authentication method is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<AssertionAlgorithm>,
    /// The request objects that it may pass by reference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// The maximum age of the login in seconds, if the request does not set one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// Whether ID tokens always contain `auth_time`.
    #[serde(skip_serializing_if = "is_false")]
    pub require_auth_time: bool,
    /// The `acr` values that apply if the request contains none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// The URL that receives a logout token when a person signs out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether the logout token must contain `sid`.
    #[serde(skip_serializing_if = "is_false")]
    pub backchannel_logout_session_required: bool,
    /// The URL that the logout page loads in a frame, so that the client ends its session in the same browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether that URL must receive the session identifier. It always does.
    #[serde(skip_serializing_if = "is_false")]
    pub frontchannel_logout_session_required: bool,
    /// Whether ID tokens contain the claims of the scope, for clients that do not call `UserInfo`.
    #[serde(skip_serializing_if = "is_false")]
    pub claims_in_id_token: bool,
    /// Whether the audience of client assertions may be the token endpoint instead of the issuer.
    #[serde(skip_serializing_if = "is_false")]
    pub token_endpoint_as_audience: bool,
}

/// The subject type, OpenID Connect Core §8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// All clients receive the same subject.
    #[default]
    Public,
    /// Each sector receives its own subject.
    Pairwise,
}

/// How a client signs its client assertions (RFC 7523).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AssertionAlgorithm {
    Key(Algorithm),
    Secret(Hs256),
}

/// `HS256`, which only client assertions use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hs256 {
    #[serde(rename = "HS256")]
    Hs256,
}

impl Default for OpenidMetadata {
    fn default() -> Self {
        Self {
            logo_uri: None,
            initiate_login_uri: None,
            jwks: None,
            jwks_uri: None,
            subject_type: SubjectType::Public,
            sector_identifier_uri: None,
            id_token_signed_response_alg: Algorithm::Rs256,
            userinfo_signed_response_alg: None,
            request_object_signing_alg: None,
            token_endpoint_auth_signing_alg: None,
            request_uris: Vec::new(),
            default_max_age: None,
            require_auth_time: false,
            default_acr_values: Vec::new(),
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            claims_in_id_token: false,
            token_endpoint_as_audience: false,
        }
    }
}

impl OpenidRequest {
    /// Validates the members by `policy` and fills in defaults.
    ///
    /// # Errors
    ///
    /// Returns the first member that cannot be registered.
    pub(super) fn read(
        &self,
        redirect_uris: &[RedirectUri],
        policy: &RegistrationPolicy,
    ) -> Result<OpenidMetadata, RegistrationRefusal> {
        let subject_type = self.subject_type(redirect_uris)?;
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            return Err(invalid("jwks", "must not be combined with jwks_uri"));
        }
        Ok(OpenidMetadata {
            logo_uri: address("logo_uri", self.logo_uri.as_deref(), &["https", "http"])?,
            initiate_login_uri: address("initiate_login_uri", self.initiate_login_uri.as_deref(), &["https"])?,
            jwks: self.jwks.as_ref().map(public_keys).transpose()?,
            jwks_uri: address("jwks_uri", self.jwks_uri.as_deref(), &["https"])?,
            subject_type,
            sector_identifier_uri: address("sector_identifier_uri", self.sector_identifier_uri.as_deref(), &["https"])?,
            id_token_signed_response_alg: algorithm_of(
                "id_token_signed_response_alg",
                self.id_token_signed_response_alg.as_deref(),
                &policy.signing_algs,
            )?
            .unwrap_or(Algorithm::Rs256),
            userinfo_signed_response_alg: algorithm_of(
                "userinfo_signed_response_alg",
                self.userinfo_signed_response_alg.as_deref(),
                &policy.signing_algs,
            )?,
            request_object_signing_alg: algorithm(
                "request_object_signing_alg",
                self.request_object_signing_alg.as_deref(),
            )?,
            token_endpoint_auth_signing_alg: assertion_algorithm(self.token_endpoint_auth_signing_alg.as_deref())?,
            request_uris: request_uris(self.request_uris.as_deref())?,
            default_max_age: max_age(self.default_max_age)?,
            require_auth_time: self.require_auth_time.unwrap_or(false),
            default_acr_values: acr_values(self.default_acr_values.as_deref())?,
            backchannel_logout_uri: backchannel(self.backchannel_logout_uri.as_deref())?,
            backchannel_logout_session_required: self.backchannel_logout_session_required.unwrap_or(false),
            frontchannel_logout_uri: frontchannel(self.frontchannel_logout_uri.as_deref(), redirect_uris)?,
            frontchannel_logout_session_required: self.frontchannel_logout_session_required.unwrap_or(false),
            claims_in_id_token: self.claims_in_id_token.unwrap_or(false),
            token_endpoint_as_audience: self.token_endpoint_as_audience.unwrap_or(policy.token_endpoint_as_audience),
        })
    }

    /// Validates the subject type. OpenID Connect Core §8.1: redirect URIs of several hosts need a
    /// `sector_identifier_uri`.
    fn subject_type(&self, redirect_uris: &[RedirectUri]) -> Result<SubjectType, RegistrationRefusal> {
        match self.subject_type.as_deref() {
            None | Some("public") => Ok(SubjectType::Public),
            Some("pairwise") => {
                let mut hosts: Vec<_> = redirect_uris
                    .iter()
                    .map(|uri| Url::parse(uri.as_str()).ok().and_then(|url| url.host_str().map(ToOwned::to_owned)))
                    .collect();
                hosts.sort_unstable();
                hosts.dedup();
                if hosts.len() > 1 && self.sector_identifier_uri.is_none() {
                    return Err(invalid(
                        "sector_identifier_uri",
                        "is required for pairwise subjects if the redirect URIs have different hosts",
                    ));
                }
                Ok(SubjectType::Pairwise)
            }
            Some(_) => Err(invalid("subject_type", "must be \"public\" or \"pairwise\"")),
        }
    }
}

/// Returns `sector_identifier_uri`, whose document must be checked, if `request` asks for pairwise subjects.
#[must_use]
pub fn names_sector(request: &OpenidRequest) -> Option<&str> {
    let is_pairwise = request.subject_type.as_deref() == Some("pairwise");
    request.sector_identifier_uri.as_deref().filter(|uri| is_pairwise && !uri.is_empty())
}

/// Checks the document of `sector_identifier_uri`. OpenID Connect Registration §5: the URL references a file with a
/// single JSON array, and "the values registered in `redirect_uris` MUST be included in the elements of the array".
/// `document` is `None` if it cannot be fetched. If `names` of the client are given, the array must include one of them
/// too.
///
/// # Errors
///
/// Returns a refusal of `sector_identifier_uri`.
pub fn sector_lists(
    document: Option<&Value>,
    redirect_uris: &[String],
    names: &[&str],
) -> Result<(), RegistrationRefusal> {
    let Some(document) = document else {
        return Err(invalid("sector_identifier_uri", "cannot be fetched, or is not JSON"));
    };
    let listed = document.as_array().ok_or_else(|| {
        invalid("sector_identifier_uri", "must return a JSON array of the redirect URIs of the sector")
    })?;
    if !redirect_uris.iter().all(|uri| listed.iter().any(|listed| listed == uri)) {
        return Err(invalid("sector_identifier_uri", "does not list all of the redirect URIs"));
    }
    if !names.is_empty() && !names.iter().any(|name| listed.iter().any(|listed| listed == name)) {
        return Err(invalid(
            "sector_identifier_uri",
            "must also list the client_id (or, with private_key_jwt, the jwks_uri), because a grant of the application \
             uses no redirect; register without it first",
        ));
    }
    Ok(())
}

fn algorithm(member: &'static str, name: Option<&str>) -> Result<Option<Algorithm>, RegistrationRefusal> {
    algorithm_of(member, name, &Algorithm::ALL)
}

fn algorithm_of(
    member: &'static str,
    name: Option<&str>,
    known: &[Algorithm],
) -> Result<Option<Algorithm>, RegistrationRefusal> {
    let Some(name) = name else { return Ok(None) };
    let algorithm = known.iter().copied().find(|algorithm| algorithm.as_str() == name);
    let names = || known.iter().copied().map(Algorithm::as_str).collect::<Vec<_>>().join(", ");
    algorithm.map(Some).ok_or_else(|| invalid(member, format!("must be one of {}", names())))
}

fn assertion_algorithm(name: Option<&str>) -> Result<Option<AssertionAlgorithm>, RegistrationRefusal> {
    match name {
        Some("HS256") => Ok(Some(AssertionAlgorithm::Secret(Hs256::Hs256))),
        name => Ok(algorithm("token_endpoint_auth_signing_alg", name)?.map(AssertionAlgorithm::Key)),
    }
}

fn backchannel(uri: Option<&str>) -> Result<Option<String>, RegistrationRefusal> {
    // Back-Channel Logout §2.2: "MUST NOT include a fragment component". `http` is for confidential clients on the same
    // machine.
    match address("backchannel_logout_uri", uri, &["https", "http"])? {
        Some(uri) if uri.contains('#') => Err(invalid("backchannel_logout_uri", "must not have a fragment")),
        uri => Ok(uri),
    }
}

/// Validates `frontchannel_logout_uri`. Front-Channel Logout §2: "The domain, port, and scheme of this URL MUST be the
/// same as that of a registered Redirection URI value."
fn frontchannel(uri: Option<&str>, redirect_uris: &[RedirectUri]) -> Result<Option<String>, RegistrationRefusal> {
    const MEMBER: &str = "frontchannel_logout_uri";
    let Some(uri) = address(MEMBER, uri, &["https", "http"])? else { return Ok(None) };
    let origin = |uri: &str| Url::parse(uri).ok().map(|url| url.origin()).filter(url::Origin::is_tuple);
    let is_known =
        redirect_uris.iter().any(|known| origin(known.as_str()).is_some_and(|known| Some(known) == origin(&uri)));
    if uri.contains('#') || !is_known {
        return Err(invalid(MEMBER, "must have the scheme, host and port of a redirect URI, and no fragment"));
    }
    Ok(Some(uri))
}

/// Validates a JWK Set, RFC 7517. Keys with a private part are rejected, so that no client publishes its private key by
/// registering it.
fn public_keys(jwks: &Value) -> Result<Value, RegistrationRefusal> {
    let keys = jwks.get("keys").and_then(Value::as_array);
    let is_private = |key: &Value| ["d", "p", "q", "dp", "dq", "qi", "k"].iter().any(|part| key.get(part).is_some());
    match keys {
        None => Err(invalid("jwks", "must be a JWK Set: an object with a keys array")),
        Some(keys) if keys.is_empty() || keys.len() > MOST_KEYS || !keys.iter().all(Value::is_object) => {
            Err(invalid("jwks", format!("must contain 1 to {MOST_KEYS} keys")))
        }
        Some(keys) if keys.iter().any(is_private) => {
            Err(invalid("jwks", "contains a private or symmetric key; replace that key and register only public keys"))
        }
        Some(keys) => Ok(serde_json::json!({ "keys": keys })),
    }
}

fn request_uris(uris: Option<&[String]>) -> Result<Vec<String>, RegistrationRefusal> {
    let uris = uris.unwrap_or_default();
    if uris.len() > MOST_REQUEST_URIS {
        return Err(invalid("request_uris", format!("at most {MOST_REQUEST_URIS} can be registered")));
    }
    uris.iter().filter_map(|uri| address("request_uris", Some(uri), &["https"]).transpose()).collect()
}

fn max_age(seconds: Option<i64>) -> Result<Option<u32>, RegistrationRefusal> {
    let parsed = seconds.map(u32::try_from).transpose();
    parsed.map_err(|_| invalid("default_max_age", "must be a number of seconds"))
}

fn acr_values(values: Option<&[String]>) -> Result<Vec<String>, RegistrationRefusal> {
    let values = values.unwrap_or_default();
    if values.len() > 8 || values.iter().any(|value| value.is_empty() || value.len() > 64 || value.contains(' ')) {
        return Err(invalid("default_acr_values", "at most 8, of at most 64 characters each"));
    }
    Ok(values.to_vec())
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Maximum number of public keys of a client. It bounds the record.
const MOST_KEYS: usize = 5;

/// Maximum number of `request_uris`.
const MOST_REQUEST_URIS: usize = 4;

#[cfg(test)]
#[path = "openid_metadata_tests.rs"]
mod tests;

/// Checks the requirements of JWT authentication. A client that authenticates with a JWT needs a key or secret, and a
/// matching algorithm
/// ([OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)).
pub(super) fn signing(method: AuthMethod, openid: &OpenidMetadata) -> Result<(), RegistrationRefusal> {
    let algorithm = openid.token_endpoint_auth_signing_alg;
    let wrong = |goes_with: &str| {
        let description = format!("with {} it must be {goes_with}, or omitted", method.as_str());
        Err(invalid("token_endpoint_auth_signing_alg", description))
    };
    match (method, algorithm) {
        (AuthMethod::PrivateKeyJwt, _) if openid.jwks.is_none() && openid.jwks_uri.is_none() => {
            Err(invalid("jwks", "or jwks_uri is required for private_key_jwt"))
        }
        (AuthMethod::PrivateKeyJwt, Some(AssertionAlgorithm::Secret(_))) => {
            wrong(&list(Algorithm::ALL.map(Algorithm::as_str)))
        }
        (AuthMethod::ClientSecretJwt, Some(AssertionAlgorithm::Key(_))) => wrong("HS256"),
        _ => Ok(()),
    }
}
