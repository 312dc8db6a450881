//! Claims about a person and the scopes that ask for them,
//! [OpenID Connect Core §5.1 and §5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims).

use serde_json::{Map, Value};

use crate::oauth::{scope::Scope, subject::Subject};

/// What `/userinfo` tells a client with `scope`: `sub` always, and of `profile` (all claims about the person) those
/// that the scope asks for.
#[must_use]
pub fn userinfo(subject: &Subject, profile: &Map<String, Value>, scope: &Scope) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), subject.as_str().into());
    let asked = SCOPE_CLAIMS.iter().filter(|(token, _)| scope.contains(token)).flat_map(|(_, names)| names.iter());
    for name in asked {
        if let Some(value) = profile.get(*name) {
            claims.insert((*name).to_owned(), value.clone());
        }
    }
    claims
}

/// Which scope token asks for which claims.
pub const SCOPE_CLAIMS: &[(&str, &[&str])] = &[
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
    ("groups", &["groups"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    // §5.4
    #[test]
    fn a_scope_asks_for_its_claims_and_no_others() {
        let profile = json!({"name": "Alice", "email": "a@example.org", "groups": ["staff"], "sub": "other"});
        let profile = profile.as_object().unwrap();
        let told =
            |scope: &str| Value::Object(userinfo(&Subject::new("usr_a"), profile, &Scope::parse(scope).unwrap()));
        assert_eq!(told("openid"), json!({"sub": "usr_a"}));
        assert_eq!(told("openid email"), json!({"sub": "usr_a", "email": "a@example.org"}));
        assert_eq!(told("openid profile groups"), json!({"sub": "usr_a", "name": "Alice", "groups": ["staff"]}));
    }
}
