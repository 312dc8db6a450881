//! Claims that a client requested by name instead of by scope and that a person agreed to. A grant stores them from the
//! parameter `claims` of
//! [OpenID Connect Core §5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The names, grouped by where the client receives the values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NamedClaims {
    /// Returned by `/userinfo`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub userinfo: BTreeSet<String>,
    /// Contained in the ID token.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub id_token: BTreeSet<String>,
}

impl NamedClaims {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// Returns all names without duplicates.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        self.userinfo.union(&self.id_token).cloned().collect()
    }

    /// Returns the names for which `keep` returns `true`.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        let kept = |names: &BTreeSet<String>| names.iter().filter(|name| keep(name)).cloned().collect();
        Self { userinfo: kept(&self.userinfo), id_token: kept(&self.id_token) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_wanted_twice_is_one_name() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let claims = NamedClaims { userinfo: names(&["email", "name"]), id_token: names(&["email"]) };
        assert_eq!(claims.names(), names(&["email", "name"]));
        assert_eq!(claims.filter(|name| name == "email").userinfo, names(&["email"]));
        assert!(claims.filter(|_| false).is_empty() && !claims.is_empty());
        let none = NamedClaims::default();
        assert!(!NamedClaims { userinfo: names(&["email"]), ..none.clone() }.is_empty());
        assert!(!NamedClaims { id_token: names(&["email"]), ..none }.is_empty());
    }
}
