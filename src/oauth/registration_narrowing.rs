//! Reduces a registration request that asks for more than is permitted,
//! [RFC 7591 §3.2.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1): "The authorization server MAY reject or
//! replace any of the client's requested metadata values submitted during the registration and substitute them with
//! suitable values."
//!
//! An application that registers itself often requests everything that the server metadata lists. Values that it may
//! not have are removed as long as something useful remains, and the response shows what was registered.

use super::{
    client::{GrantType, ResponseType},
    refresh_token::OFFLINE_ACCESS,
    registration::{RegistrationRequest, RegistrationRules, needed_by},
    scope::Scope,
};

impl RegistrationRequest {
    /// Treats empty texts and empty lists of grant types as missing. RFC 7592 §2.2 treats null, empty and missing
    /// members alike.
    #[must_use]
    pub fn without_blanks(mut self) -> Self {
        let texts = [
            &mut self.client_name,
            &mut self.scope,
            &mut self.token_endpoint_auth_method,
            &mut self.application_type,
            &mut self.client_uri,
            &mut self.policy_uri,
            &mut self.tos_uri,
            &mut self.openid.logo_uri,
            &mut self.openid.initiate_login_uri,
            &mut self.openid.jwks_uri,
            &mut self.openid.subject_type,
            &mut self.openid.sector_identifier_uri,
            &mut self.openid.id_token_signed_response_alg,
            &mut self.openid.userinfo_signed_response_alg,
            &mut self.openid.request_object_signing_alg,
            &mut self.openid.token_endpoint_auth_signing_alg,
            &mut self.openid.backchannel_logout_uri,
            &mut self.openid.frontchannel_logout_uri,
        ];
        for text in texts {
            text.take_if(|text| text.trim().is_empty());
        }
        self.grant_types.take_if(|grant_types| grant_types.is_empty());
        self
    }

    /// Adds the grant type `refresh_token` if the scope contains `offline_access`, which has no effect without it, and
    /// the application acts for people.
    #[must_use]
    pub fn with_refresh_grant(mut self) -> Self {
        let is_asked = self.scope.as_deref().is_some_and(|scope| scope.split(' ').any(|token| token == OFFLINE_ACCESS));
        if !is_asked {
            return self;
        }
        let acts_for_people = [GrantType::AuthorizationCode, GrantType::DeviceCode, GrantType::Password];
        let has = |names: &[String], grant_type: GrantType| names.iter().any(|name| name == grant_type.as_str());
        match &mut self.grant_types {
            Some(names)
                if acts_for_people.iter().any(|one| has(names, *one)) && !has(names, GrantType::RefreshToken) =>
            {
                names.push(GrantType::RefreshToken.as_str().to_owned());
            }
            // The default of RFC 7591 §2 for a request with redirect URIs but without grant types.
            None if self.redirect_uris.as_ref().is_some_and(|uris| !uris.is_empty())
                && self.response_types.is_none() =>
            {
                let grant_types = [GrantType::AuthorizationCode, GrantType::RefreshToken];
                self.grant_types = Some(grant_types.map(|one| one.as_str().to_owned()).to_vec());
            }
            Some(_) | None => {}
        }
        self
    }

    /// Removes what cannot be registered under `rules`, and returns the names of the reduced members. A member of which
    /// nothing useful would remain is not changed, so that the error names it; so is a scope that manages this server.
    #[must_use]
    pub fn narrowed(mut self, rules: RegistrationRules<'_>) -> (Self, Vec<&'static str>) {
        let mut left_out = Vec::new();
        if let Some(scope) = self.scope.as_deref().and_then(|scope| Scope::parse(scope).ok()) {
            let known = scope.filter(|token| rules.resources.scope(token).is_some());
            if known != scope && !known.is_empty() {
                self.scope = Some(known.to_string());
                left_out.push("scope");
            }
        }
        let grants = self.grant_types.as_ref().map(|names| possible_grants(names, rules));
        let responses = self.response_types.as_ref().map(|names| possible_responses(names, rules));
        let (grants, responses) = match (grants, responses) {
            (Some(grants), Some(responses)) => {
                let responses: Vec<ResponseType> = responses
                    .into_iter()
                    .filter(|one| needed_by(&[*one]).iter().all(|grant_type| grants.contains(grant_type)))
                    .collect();
                let needed = needed_by(&responses);
                let is_kept = |one: &GrantType| {
                    !matches!(one, GrantType::AuthorizationCode | GrantType::Implicit) || needed.contains(one)
                };
                (Some(grants.into_iter().filter(is_kept).collect()), Some(responses))
            }
            other => other,
        };
        replace(&mut self.grant_types, grants.map(|grants: Vec<GrantType>| (names(&grants), is_useful(&grants))))
            .then(|| left_out.push("grant_types"));
        replace(&mut self.response_types, responses.map(|types| (response_names(&types), !types.is_empty())))
            .then(|| left_out.push("response_types"));
        (self, left_out)
    }
}

fn possible_grants(names: &[String], rules: RegistrationRules<'_>) -> Vec<GrantType> {
    let is_named = |grant_type: &GrantType| names.iter().any(|name| name == grant_type.as_str());
    GrantType::ALL.into_iter().filter(is_named).filter(|grant_type| rules.allows(*grant_type)).collect()
}

fn possible_responses(names: &[String], rules: RegistrationRules<'_>) -> Vec<ResponseType> {
    let known = names.iter().filter_map(|name| ResponseType::parse(name));
    known.filter(|response_type| rules.allows_response_type(*response_type)).collect()
}

fn is_useful(grant_types: &[GrantType]) -> bool {
    grant_types.iter().any(|grant_type| *grant_type != GrantType::RefreshToken)
}

fn names(grant_types: &[GrantType]) -> Vec<String> {
    grant_types.iter().map(|grant_type| grant_type.as_str().to_owned()).collect()
}

fn response_names(response_types: &[ResponseType]) -> Vec<String> {
    response_types.iter().map(|response_type| response_type.as_str().to_owned()).collect()
}

/// Replaces `asked` with `possible` if that is less and still useful. Returns whether it did.
fn replace(asked: &mut Option<Vec<String>>, possible: Option<(Vec<String>, bool)>) -> bool {
    match (asked, possible) {
        (Some(asked), Some((possible, true))) if asked.iter().any(|name| !possible.contains(name)) => {
            *asked = possible;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "registration_narrowing_tests.rs"]
mod tests;
