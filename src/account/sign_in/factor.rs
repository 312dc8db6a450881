//! Factors of authentication and their values in `amr`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::wire_names::wire_names;

wire_names! {
    /// A kind of credential with which a user proves their identity, under its value of `amr`.
    pub enum FactorKind {
        Password = "pwd",
        OneTimePassword = "otp",
        /// A key that cannot be exported from its device.
        HardwareKey = "hwk",
    }
}

/// A factor that the server has verified, with the time of its verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedFactor {
    pub kind: FactorKind,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

wire_names! {
    /// An authentication method: a value of `amr`, RFC 8176 [§2](https://www.rfc-editor.org/rfc/rfc8176#section-2).
    pub enum AuthenticationMethod {
        Password = "pwd",
        OneTimePassword = "otp",
        HardwareKey = "hwk",
        /// More than one of the others.
        MultipleFactors = "mfa",
    }
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

    /// The factor with this method. `mfa` is not a factor.
    #[must_use]
    pub fn factor(self) -> Option<FactorKind> {
        FactorKind::parse(self.as_str())
    }
}
