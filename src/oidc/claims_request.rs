//! The parameter `claims`,
//! [OpenID Connect Core §5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter).
//!
//! A claim about the person that is requested by name is returned with its actual value if the person agrees;
//! `essential`, `value` and `values` do not change that ("it is not an error … to not return" one). They have an effect
//! for two claims of the ID token: `sub`, which restricts who may sign in, and `acr`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{acr, claims::scope_of};
use crate::oauth::{authorization_error::AuthorizationError, named_claims::NamedClaims};

/// The supported part of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    #[serde(flatten)]
    pub named: NamedClaims,
    /// The accepted values of `sub` in the ID token. If empty, any person may sign in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
}

impl ClaimsRequest {
    /// Parses the JSON of the parameter. Unknown members and claims are ignored (§5.5: "Any members used that are not
    /// understood MUST be ignored").
    ///
    /// # Errors
    ///
    /// Returns [`AuthorizationError::InvalidParameter`] if it is longer than [`LONGEST_TEXT`], is not the JSON that
    /// §5.5 describes, or its supported part is longer than [`LONGEST_REQUEST`]. Returns
    /// [`AuthorizationError::UnmetAuthenticationRequirements`] if it requires an `acr` that this server does not reach.
    pub fn parse(text: &str) -> Result<Self, AuthorizationError> {
        let wrong = || AuthorizationError::InvalidParameter("claims");
        if text.len() > LONGEST_TEXT {
            return Err(wrong());
        }
        let request: Map<String, Value> = serde_json::from_str(text).map_err(|_| wrong())?;
        let userinfo = member(&request, "userinfo").ok_or_else(wrong)?;
        let id_token = member(&request, "id_token").ok_or_else(wrong)?;
        let names =
            |member: &Map<String, Value>| member.keys().filter(|name| scope_of(name).is_some()).cloned().collect();
        let read = Self {
            named: NamedClaims { userinfo: names(&userinfo), id_token: names(&id_token) },
            subjects: id_token.get("sub").map(values).unwrap_or_default(),
        };
        if serde_json::to_vec(&read).map_or(true, |json| json.len() > LONGEST_REQUEST) {
            return Err(wrong());
        }
        let asked_acr = id_token.get("acr").filter(|asked| asked.get("essential") == Some(&Value::Bool(true)));
        let acr_values = asked_acr.map(values).unwrap_or_default();
        // §5.5.1.1: "If this is an Essential Claim and the requirement cannot be met, then the Authorization Server
        // MUST treat that outcome as a failed authentication attempt."
        if !acr_values.is_empty() && !acr_values.iter().any(|value| acr::SUPPORTED.contains(&value.as_str())) {
            return Err(AuthorizationError::UnmetAuthenticationRequirements);
        }
        Ok(read)
    }
}

/// Returns a member that contains claims, each with `null` or an object. Returns an empty map if it is missing.
fn member(request: &Map<String, Value>, name: &str) -> Option<Map<String, Value>> {
    match request.get(name) {
        None | Some(Value::Null) => Some(Map::new()),
        Some(Value::Object(claims)) => {
            let is_well_formed = claims.values().all(|how| how.is_null() || how.is_object());
            is_well_formed.then(|| claims.clone())
        }
        Some(_) => None,
    }
}

/// Returns the strings in `value` or `values`.
fn values(how: &Value) -> Vec<String> {
    let several = how.get("values").and_then(Value::as_array).into_iter().flatten();
    how.get("value").into_iter().chain(several).filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

/// Maximum size of the supported part, in bytes. It is stored with the login, and the names are stored with the grant.
pub const LONGEST_REQUEST: usize = 1024;

/// Maximum size of the parameter, in bytes: as long as an accepted URL.
pub const LONGEST_TEXT: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ClaimsRequest, &'static str> {
        ClaimsRequest::parse(text).map_err(|error| error.code())
    }

    fn names(text: &str) -> (String, String) {
        let named = parse(text).unwrap().named;
        let joined = |names: std::collections::BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(" ");
        (joined(named.userinfo), joined(named.id_token))
    }

    // §5.5, the example
    #[test]
    fn the_example_of_the_specification_is_understood_and_the_unknown_ignored() {
        let example = r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
            "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null},
            "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}},
            "verified_claims": {"a": 1}}"#;
        let (userinfo, id_token) = names(example);
        assert_eq!(userinfo, "email email_verified given_name nickname picture");
        assert_eq!(id_token, "");
        assert_eq!(names(r#"{"id_token":{"name#ja":null,"name":{}},"userinfo":null}"#), (String::new(), "name".into()));
    }

    #[test]
    fn what_is_not_of_the_form_of_the_specification_is_refused() {
        for text in ["", "x", "[]", "1", r#"{"userinfo":[]}"#, r#"{"id_token":{"name":1}}"#, r#"{"userinfo":"name"}"#] {
            assert_eq!(parse(text).unwrap_err(), "invalid_request", "{text}");
        }
        assert_eq!(parse("{}").unwrap(), ClaimsRequest::default());
    }

    #[test]
    fn what_is_understood_has_a_bounded_length() {
        let subject = |length: usize| format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, "a".repeat(length));
        let wrapping = serde_json::to_vec(&parse(&subject(1)).unwrap()).unwrap().len() - 1;
        assert!(parse(&subject(LONGEST_REQUEST - wrapping)).is_ok());
        assert_eq!(parse(&subject(LONGEST_REQUEST - wrapping + 1)).unwrap_err(), "invalid_request");
        let unknown = format!(r#"{{"userinfo":{{"{}":null}}}}"#, "x".repeat(5000));
        assert_eq!(parse(&unknown).unwrap(), ClaimsRequest::default());
        let padded = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
        assert!(parse(&padded(LONGEST_TEXT)).is_ok());
        for length in [LONGEST_TEXT + 1, LONGEST_TEXT + 2] {
            assert_eq!(parse(&padded(length)).unwrap_err(), "invalid_request", "{length}");
        }
    }

    // §5.5.1.1
    #[test]
    fn an_essential_acr_is_one_that_can_be_reached() {
        for (how, is_met) in [
            (r#"{"essential":true,"values":["1"]}"#, true),
            (r#"{"essential":true,"values":["x","1"]}"#, true),
            (r#"{"essential":true,"value":"1"}"#, true),
            (r#"{"essential":true}"#, true),
            (r#"{"values":["x"]}"#, true),
            ("null", true),
            (r#"{"essential":true,"values":["x"]}"#, false),
            (r#"{"essential":true,"value":"x"}"#, false),
        ] {
            let parsed = parse(&format!(r#"{{"id_token":{{"acr":{how}}}}}"#));
            assert_eq!(parsed.is_ok(), is_met, "{how}");
            assert!(is_met || parsed == Err("unmet_authentication_requirements"), "{how}");
        }
    }

    #[test]
    fn sub_with_a_value_names_who_will_do() {
        assert_eq!(parse(r#"{"id_token":{"sub":{"value":"usr_a"}}}"#).unwrap().subjects, ["usr_a"]);
        assert!(parse(r#"{"id_token":{"sub":null}}"#).unwrap().subjects.is_empty());
    }
}
