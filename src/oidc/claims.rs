//! Claims about a person and the scopes that request them,
//! [OpenID Connect Core §5.1 and §5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    claims,
    oauth::{scope::Scope, subject::Subject},
};

/// Returns the `/userinfo` response for a client with `scope`: `sub`, and the claims of `profile` (all claims about the
/// person) that the scope or `names` request.
#[must_use]
pub fn userinfo(
    subject: &Subject,
    profile: &Map<String, Value>,
    scope: &Scope,
    names: &BTreeSet<String>,
) -> Map<String, Value> {
    let mut claims = asked_for(profile, scope, names);
    claims.insert("sub".to_owned(), subject.as_str().into());
    claims
}

/// Returns the claims of `profile` that `scope` or `names` request.
#[must_use]
pub fn asked_for(profile: &Map<String, Value>, scope: &Scope, names: &BTreeSet<String>) -> Map<String, Value> {
    let is_asked = |name: &str| names.contains(name) || scope_of(name).is_some_and(|token| scope.contains(token));
    let asked = profile.iter().filter(|(name, _)| scope_of(name).is_some() && is_asked(name));
    asked.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Returns the scope token that requests the claim `name`, or `None` if the claim is unknown or not about the person.
#[must_use]
pub fn scope_of(name: &str) -> Option<&'static str> {
    claims::all().find(|claim| claim.name == name).map(|claim| claim.scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    // §5.4
    #[test]
    fn a_scope_asks_for_its_claims_and_no_others() {
        let profile = json!({"name": "Alice", "email": "a@example.org", "groups": ["staff"], "sub": "other"});
        let profile = profile.as_object().unwrap();
        let told = |scope: &str, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            Value::Object(userinfo(&Subject::new("usr_a"), profile, &Scope::parse(scope).unwrap(), &names))
        };
        assert_eq!(told("openid", &[]), json!({"sub": "usr_a"}));
        assert_eq!(told("openid email", &[]), json!({"sub": "usr_a", "email": "a@example.org"}));
        assert_eq!(told("openid profile groups", &[]), json!({"sub": "usr_a", "name": "Alice", "groups": ["staff"]}));
        assert_eq!(
            told("openid email", &["name", "sub"]),
            json!({"sub": "usr_a", "name": "Alice", "email": "a@example.org"})
        );
    }
}
