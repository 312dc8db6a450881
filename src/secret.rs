//! Things that must not be printed, logged or compared by accident.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A text that only its holder may know: a password, a client secret, an authorization code, a token.
///
/// It has no `Display`, no `PartialEq`, and its `Debug` says only that it is one. [`Secret::expose`] is the one way
/// to the text, so that each place where it leaves can be found by searching for that word. Two secrets are compared
/// by [`crate::crypto::equal`], in constant time. The memory is wiped when the value is dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes `text` into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty, which no valid secret is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new("correct horse");
        assert!(!format!("{secret:?} {secret:#?}").contains("horse"));
        assert_eq!(secret.expose(), "correct horse");
    }
}
