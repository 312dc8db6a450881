//! `[[clients]]`: applications defined in the configuration, with the member names of RFC 7591.

use std::collections::BTreeSet;

use super::{
    keys,
    section::Section,
    settings::ConfiguredClient,
    value::{Written, list},
};
use crate::{
    oauth::{
        client::{AuthMethod, ClientId, ClientMetadata, GrantType},
        openid_metadata::OpenidRequest,
        redirect_uri::RedirectScheme,
        registration::{Registrar, RegistrationRequest, RegistrationRules, register},
        registration_policy::RegistrationPolicy,
        resource::Resources,
    },
    secret::Secret,
};

/// Reads the clients, without those that have errors.
pub(super) fn read(top: &mut Section<'_>, known: (&Resources, &RegistrationPolicy)) -> Vec<ConfiguredClient> {
    let mut ids = BTreeSet::from(["swagger-ui".to_owned()]);
    let mut clients = Vec::new();
    for mut section in top.sections(&keys::CLIENTS) {
        let client_id = section
            .require("client_id", |written| ClientId::parse(&written.text()?).map_err(|refusal| refusal.to_string()));
        let client_secret = section.read("client_secret", client_secret);
        let metadata = metadata(&mut section, client_id.as_ref(), known);
        if let (Some(client_id), Some(metadata)) = (client_id, metadata) {
            if !ids.insert(client_id.as_str().to_owned()) {
                section.record_error("client_id", "is already used by another client (swagger-ui is built in)");
            }
            judge_secret(&section, metadata.token_endpoint_auth_method, client_secret.as_ref());
            clients.push(ConfiguredClient { client_id, client_secret, metadata });
        }
        section.close();
    }
    clients
}

fn judge_secret(section: &Section<'_>, method: AuthMethod, secret: Option<&Secret>) {
    let is_set = section.sets("client_secret");
    if is_set && !method.has_secret() {
        let method = method.as_str();
        section
            .record_error("client_secret", format!("must be omitted with token_endpoint_auth_method = \"{method}\""));
    }
    if !is_set && method.has_secret() {
        section.record_error("client_secret", "is missing; set it, or set token_endpoint_auth_method = \"none\"");
    }
    // RFC 7518 §3.2, and OpenID Connect Core §16.19.
    let signs = method == AuthMethod::ClientSecretJwt;
    if signs && secret.is_some_and(|secret| !SIGNING_SECRET.contains(&secret.expose().len())) {
        section.record_error("client_secret", "must have 32 to 128 bytes, because the application signs with it");
    }
}

fn metadata(
    section: &mut Section<'_>,
    id: Option<&ClientId>,
    (resources, policy): (&Resources, &RegistrationPolicy),
) -> Option<ClientMetadata> {
    let name = section.read("client_name", |written| written.text());
    let request = RegistrationRequest {
        client_name: name.or_else(|| id.map(|id| id.as_str().to_owned())),
        redirect_uris: section.read("redirect_uris", |written| written.texts()),
        post_logout_redirect_uris: section.read("post_logout_redirect_uris", |written| written.texts()),
        grant_types: section.read("grant_types", list(grant_type)),
        response_types: section.read("response_types", |written| written.texts()),
        scope: section.read("scope", |written| written.text()),
        token_endpoint_auth_method: section.read("token_endpoint_auth_method", |written| written.text()),
        application_type: section.read("application_type", |written| written.text()),
        client_uri: section.read("client_uri", |written| written.text()),
        policy_uri: section.read("policy_uri", |written| written.text()),
        tos_uri: section.read("tos_uri", |written| written.text()),
        contacts: section.read("contacts", |written| written.texts()),
        require_pkce: section.read("require_pkce", |written| written.flag()),
        require_state: section.read("require_state", |written| written.flag()),
        rotate_refresh_tokens: section.read("rotate_refresh_tokens", |written| written.flag()),
        allowed_groups: section.read("allowed_groups", |written| written.texts()),
        openid: openid(section),
    };
    match register(&request, RegistrationRules { registrar: Registrar::Administrator, resources, policy }) {
        Ok(metadata) => Some(metadata),
        Err(refusal) => {
            section.record_error(refusal.member, refusal.description);
            None
        }
    }
}

fn openid(section: &mut Section<'_>) -> OpenidRequest {
    OpenidRequest {
        logo_uri: section.read("logo_uri", |written| written.text()),
        initiate_login_uri: section.read("initiate_login_uri", |written| written.text()),
        jwks: section.read("jwks", |written| {
            serde_json::from_str(&written.text()?).map_err(|_| "must be a JWK Set as a JSON string".to_owned())
        }),
        jwks_uri: section.read("jwks_uri", |written| written.text()),
        subject_type: section.read("subject_type", |written| written.text()),
        sector_identifier_uri: section.read("sector_identifier_uri", |written| written.text()),
        id_token_signed_response_alg: section.read("id_token_signed_response_alg", |written| written.text()),
        userinfo_signed_response_alg: section.read("userinfo_signed_response_alg", |written| written.text()),
        request_object_signing_alg: section.read("request_object_signing_alg", |written| written.text()),
        token_endpoint_auth_signing_alg: section.read("token_endpoint_auth_signing_alg", |written| written.text()),
        request_uris: section.read("request_uris", |written| written.texts()),
        default_max_age: section.read("default_max_age", |written| written.number()),
        require_auth_time: section.read("require_auth_time", |written| written.flag()),
        default_acr_values: section.read("default_acr_values", |written| written.texts()),
        backchannel_logout_uri: section.read("backchannel_logout_uri", |written| written.text()),
        backchannel_logout_session_required: section
            .read("backchannel_logout_session_required", |written| written.flag()),
        frontchannel_logout_uri: section.read("frontchannel_logout_uri", |written| written.text()),
        frontchannel_logout_session_required: section
            .read("frontchannel_logout_session_required", |written| written.flag()),
        claims_in_id_token: section.read("claims_in_id_token", |written| written.flag()),
        token_endpoint_as_audience: section.read("token_endpoint_as_audience", |written| written.flag()),
    }
}

/// Unlike in a registration request, an unknown name is an error here, because it is probably a typing error.
fn grant_type(name: &str) -> Result<String, String> {
    if GrantType::parse(name).is_some() {
        return Ok(name.to_owned());
    }
    Err(format!("must contain only {}", GrantType::ALL.map(GrantType::as_str).join(", ")))
}

/// The private-use schemes without a dot that redirect URIs may have.
pub(super) fn redirect_schemes(written: Written<'_>) -> Result<Vec<RedirectScheme>, String> {
    let parse = |text: &String| RedirectScheme::parse(text).map_err(|refusal| format!("{text:?} {refusal}"));
    written.texts()?.iter().map(parse).collect()
}

fn client_secret(written: Written<'_>) -> Result<Secret, String> {
    let text = Secret::new(written.text()?);
    if text.expose().chars().count() < SHORTEST_SECRET {
        return Err(format!("must have at least {SHORTEST_SECRET} characters, so that it cannot be guessed"));
    }
    Ok(text)
}

const SHORTEST_SECRET: usize = 16;

/// Length in bytes of a client secret used for signing: at least the size of the hash, and limited by the size of the
/// record.
const SIGNING_SECRET: std::ops::RangeInclusive<usize> = 32..=128;
