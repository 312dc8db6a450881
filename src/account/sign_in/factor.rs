//! Factors of authentication and their values in `amr`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A kind of credential with which a user proves their identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactorKind {
    /// `pwd`
    #[serde(rename = "pwd")]
    Password,
    /// `otp`
    #[serde(rename = "otp")]
    OneTimePassword,
    /// `hwk`: a key that cannot be exported from its device.
    #[serde(rename = "hwk")]
    HardwareKey,
}

/// A factor that the server has verified, with the time of its verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedFactor {
    pub kind: FactorKind,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// An authentication method: a value of `amr`, RFC 8176 [§2](https://www.rfc-editor.org/rfc/rfc8176#section-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthenticationMethod {
    /// `pwd`
    #[serde(rename = "pwd")]
    Password,
    /// `otp`
    #[serde(rename = "otp")]
    OneTimePassword,
    /// `hwk`
    #[serde(rename = "hwk")]
    HardwareKey,
    /// `mfa`: more than one of the above.
    #[serde(rename = "mfa")]
    MultipleFactors,
}

impl FactorKind {
    /// Returns `true` if the factor is presented in addition to a password.
    #[must_use]
    pub fn is_second(self) -> bool {
        self != Self::Password
    }

    /// The value of `amr` for this factor.
    #[must_use]
    pub fn method(self) -> AuthenticationMethod {
        match self {
            Self::Password => AuthenticationMethod::Password,
            Self::OneTimePassword => AuthenticationMethod::OneTimePassword,
            Self::HardwareKey => AuthenticationMethod::HardwareKey,
        }
    }
}

impl VerifiedFactor {
    /// A password verified at `at`.
    #[must_use]
    pub fn password(at: OffsetDateTime) -> Self {
        Self { kind: FactorKind::Password, at }
    }
}

impl AuthenticationMethod {
    /// The methods of a login with `factors`.
    #[must_use]
    pub fn of(factors: &[VerifiedFactor]) -> Vec<Self> {
        let several = (factors.len() > 1).then_some(Self::MultipleFactors);
        factors.iter().map(|factor| factor.kind.method()).chain(several).collect()
    }

    /// The value in `amr`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::OneTimePassword => "otp",
            Self::HardwareKey => "hwk",
            Self::MultipleFactors => "mfa",
        }
    }

    /// The factor with this method. `mfa` is not a factor.
    #[must_use]
    pub fn factor(self) -> Option<FactorKind> {
        match self {
            Self::Password => Some(FactorKind::Password),
            Self::OneTimePassword => Some(FactorKind::OneTimePassword),
            Self::HardwareKey => Some(FactorKind::HardwareKey),
            Self::MultipleFactors => None,
        }
    }
}
