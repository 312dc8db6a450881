//! Supported signature algorithms, with the names of
//! [RFC 7518 §3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1) and
//! [RFC 8037 §3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A signature algorithm. `none` and the HMAC algorithms have no variant, so that no header can choose them
/// ([RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256, the default for access tokens.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, which every relying party of OpenID Connect supports.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
}

impl Algorithm {
    /// All algorithms, for metadata documents.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Ps256];

    /// Returns the name in `alg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text is not the name of a supported algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsupportedAlgorithm;

impl fmt::Display for UnsupportedAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not one of ES256, EdDSA, RS256, PS256")
    }
}

impl std::error::Error for UnsupportedAlgorithm {}

impl FromStr for Algorithm {
    type Err = UnsupportedAlgorithm;

    /// Parses the exact name: `alg` is case-sensitive (RFC 7515 §4.1.1).
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(UnsupportedAlgorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_read_by_its_exact_name_only() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.as_str());
            assert_eq!(algorithm.to_string(), algorithm.as_str());
            assert!(UnsupportedAlgorithm.to_string().contains(algorithm.as_str()));
        }
        for name in ["none", "None", "NONE", "", "HS256", "es256", "ES256 ", "ES256K", "RS384"] {
            assert_eq!(name.parse::<Algorithm>(), Err(UnsupportedAlgorithm), "{name:?}");
        }
    }
}
