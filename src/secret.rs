//! Values that must not be printed, logged or compared by accident.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A confidential text: a password, a client secret, an authorization code, a token.
///
/// It has no `Display` and no `PartialEq`, and `Debug` does not show it. [`Secret::expose`] is the only access to the
/// text, so that a search for that name finds every place where it is used. Use [`crate::crypto::equal`] to compare two
/// secrets in constant time. The memory is wiped when the value is dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text. The caller is responsible for keeping it confidential.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether the text is empty, which is not a valid secret.
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
