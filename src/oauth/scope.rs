//! Access token scope, [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3).

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

/// A set of scope tokens. Order and repetition are irrelevant: "the order does not matter".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(BTreeSet<String>);

/// The text contains a character that a scope token must not contain, or too many tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeRefusal;

impl Scope {
    /// Returns the empty scope.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Parses a space-delimited list of scope tokens. An empty text is the empty scope.
    ///
    /// # Errors
    ///
    /// Returns [`ScopeRefusal`] if a token contains anything but `%x21 / %x23-5B / %x5D-7E`, or there are more than
    /// [`LONGEST_SCOPE`] tokens.
    pub fn parse(text: &str) -> Result<Self, ScopeRefusal> {
        let tokens = text.split(' ').filter(|token| !token.is_empty());
        let scope: BTreeSet<String> = tokens.take(LONGEST_SCOPE + 1).map(ToOwned::to_owned).collect();
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if scope.len() > LONGEST_SCOPE || !scope.iter().all(|token| token.bytes().all(allowed)) {
            return Err(ScopeRefusal);
        }
        Ok(Self(scope))
    }

    /// Returns whether `token` is a member of this scope.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// Returns whether every member of `other` is a member of this scope.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }

    /// Returns the members that both scopes have.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// Returns the members of either scope.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// Returns the scope of the members for which `keep` returns `true`.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|token| keep(token)).cloned().collect())
    }

    /// Returns whether the scope has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Iterates over the members in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<'a> FromIterator<&'a str> for Scope {
    /// Collects tokens that are known to be valid, such as those of other scopes and constants.
    fn from_iter<I: IntoIterator<Item = &'a str>>(tokens: I) -> Self {
        Self(tokens.into_iter().map(ToOwned::to_owned).collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, token) in self.0.iter().enumerate() {
            if position > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(token)?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeRefusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

impl fmt::Display for ScopeRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "must be a list of scope tokens separated by single spaces (at most {LONGEST_SCOPE} tokens; printable \
             ASCII without quotation mark and backslash)"
        )
    }
}

impl std::error::Error for ScopeRefusal {}

/// Maximum number of tokens in a scope. Not a limit of the protocol: it bounds what a request can make the server
/// store.
pub const LONGEST_SCOPE: usize = 64;

/// The scope token that requests tokens which outlive the session.
pub const OFFLINE_ACCESS: &str = "offline_access";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_does_not_matter() {
        assert_eq!(Scope::parse("b a  a").unwrap(), Scope::parse("a b").unwrap());
        assert_eq!(Scope::parse("b a").unwrap().to_string(), "a b");
        assert!(Scope::parse("").unwrap().is_empty());
    }

    #[test]
    fn a_scope_is_written_as_text_and_read_by_the_same_rules() {
        let written = serde_json::to_value(Scope::parse("b a").unwrap()).unwrap();
        assert_eq!(written, "a b");
        assert_eq!(serde_json::from_value::<Scope>(written).unwrap(), Scope::parse("a b").unwrap());
        assert!(serde_json::from_value::<Scope>("a\"b".into()).is_err());
    }

    // RFC 6749 §3.3 and appendix A.4
    #[test]
    fn a_scope_token_holds_visible_ascii_only() {
        for text in ["a\"b", "a\\b", "a\tb", "a\nb", "ä", "a\u{7f}"] {
            assert_eq!(Scope::parse(text), Err(ScopeRefusal), "{text:?}");
        }
        assert!(Scope::parse("orders:read !#[]~").is_ok());
        assert!(ScopeRefusal.to_string().starts_with("must be a list of scope tokens"));
    }

    #[test]
    fn a_hundred_thousand_tokens_are_refused() {
        let many = (0..100_000).map(|n| format!("s{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(Scope::parse(&many), Err(ScopeRefusal));
    }
}
