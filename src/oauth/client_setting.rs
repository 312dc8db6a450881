//! Changes to single settings of a client: some members of its metadata
//! ([RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2)) get a new value, and all others stay.
//!
//! This module validates nothing. The rules for each member are those of [`super::registration::register`].

use serde_json::{Map, Value, json};

use super::{
    client::ClientMetadata,
    registration::{RegistrationRefusal, RegistrationRequest},
    registration_refusal::invalid,
};

/// Returns the registration request that yields exactly `metadata`.
///
/// # Errors
///
/// Never: registered metadata consists of members of a registration, which a test verifies.
pub fn registered(metadata: &ClientMetadata) -> Result<RegistrationRequest, RegistrationRefusal> {
    with_members(metadata, &Map::new())
}

/// Returns the registration request for `metadata` with `members` replaced. `null` resets a member to its default, as
/// in a JSON Merge Patch ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)).
///
/// # Errors
///
/// Returns the first member that is unknown or has a value of the wrong type.
pub fn with_members(
    metadata: &ClientMetadata,
    members: &Map<String, Value>,
) -> Result<RegistrationRequest, RegistrationRefusal> {
    for (name, value) in members {
        let Some(known) = MEMBERS.iter().find(|known| *known == name) else {
            return Err(invalid("member", format!("an application has no setting {name:?}")));
        };
        let alone = json!({ *known: value });
        if let Err(error) = serde_json::from_value::<RegistrationRequest>(alone) {
            return Err(invalid(known, error.to_string()));
        }
    }
    let merged = serde_json::to_value(metadata).map(|known| merge(known, members));
    let request = merged.and_then(serde_json::from_value::<RegistrationRequest>);
    request.map_err(|error| invalid("member", error.to_string()))
}

/// Returns the member `name` of `metadata` in the format of a registration, or `null`.
#[must_use]
pub fn member(metadata: &ClientMetadata, name: &str) -> Value {
    let known = serde_json::to_value(metadata).unwrap_or_default();
    known.get(name).cloned().unwrap_or_default()
}

fn merge(known: Value, members: &Map<String, Value>) -> Value {
    let Value::Object(mut known) = known else { return known };
    for (name, value) in members {
        if value.is_null() {
            known.remove(name);
        } else {
            known.insert(name.clone(), value.clone());
        }
    }
    Value::Object(known)
}

/// The names of all members, those of OAuth first.
pub const MEMBERS: [&str; 36] = [
    "client_name",
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "response_types",
    "scope",
    "token_endpoint_auth_method",
    "application_type",
    "client_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    "require_pkce",
    "require_state",
    "rotate_refresh_tokens",
    "allowed_groups",
    "logo_uri",
    "initiate_login_uri",
    "jwks",
    "jwks_uri",
    "subject_type",
    "sector_identifier_uri",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "request_object_signing_alg",
    "token_endpoint_auth_signing_alg",
    "request_uris",
    "default_max_age",
    "require_auth_time",
    "default_acr_values",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "claims_in_id_token",
    "token_endpoint_as_audience",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::oauth::client_authentication::tests::client;

    #[test]
    fn every_member_of_a_registration_is_a_setting() {
        let request = serde_json::to_value(RegistrationRequest::default()).unwrap();
        let known: BTreeSet<&str> = request.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(known, BTreeSet::from(MEMBERS));
    }

    #[test]
    fn one_member_changes_and_the_others_stay() {
        let metadata = client().metadata;
        let members = json!({"require_state": false, "scope": null}).as_object().cloned().unwrap();
        let changed = with_members(&metadata, &members).unwrap();
        assert_eq!((changed.require_state, changed.scope), (Some(false), None));
        let kept = serde_json::to_value(registered(&metadata).unwrap()).unwrap();
        for name in MEMBERS {
            let value = member(&metadata, name);
            assert!(value.is_null() || kept[name] == value, "{name}");
        }
        assert_eq!(changed.client_name, Some(metadata.client_name));
    }

    #[test]
    fn an_unknown_setting_and_a_value_of_another_type_are_refused_by_name() {
        let refused = |members: Value| with_members(&client().metadata, members.as_object().unwrap()).unwrap_err();
        assert!(refused(json!({"allowed_group": ["staff"]})).description.contains("allowed_group"));
        assert_eq!(refused(json!({"require_pkce": "no"})).member, "require_pkce");
        assert_eq!(refused(json!({"default_max_age": []})).member, "default_max_age");
    }
}
