//! Sign-in as a pure decision: from what is known about a user to the next step.
//!
//! Endpoints verify factors and call [`next_sign_in_step`] with them. Only this function creates an
//! [`AuthenticationEvent`], and a session or a token about a user is issued only with one.

pub mod factor;

use time::OffsetDateTime;

use super::{
    device::KnownDevice,
    record::{Account, AccountId},
};
pub use factor::{AuthenticationMethod, FactorKind, VerifiedFactor};

/// The input of the decision.
#[derive(Clone, Copy, Debug)]
pub struct SignInState<'a> {
    /// The account that the user named, or that the browser is signed in to.
    pub account: Option<&'a Account>,
    /// The factors verified for this account, by this login or an earlier one of the session.
    pub factors: &'a [VerifiedFactor],
    /// The second factors that the account can present.
    pub enrolled: &'a [FactorKind],
    pub demand: Demand,
    pub device: DeviceTrust,
}

/// What the request demands of a login. The default demands nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    pub account: AccountDemand,
    /// Factors verified before this time do not count: `prompt=login`, `max_age`.
    pub verified_since: Option<OffsetDateTime>,
    pub level: AuthenticationLevel,
}

/// Which account the user may sign in to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountDemand {
    /// The known account.
    #[default]
    Known,
    /// An account that the user chooses: `prompt=select_account`.
    Chosen,
}

/// The number of factors that a request demands. No request demands two yet, because `acr_values_supported` lists one
/// factor only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthenticationLevel {
    #[default]
    OneFactor,
    TwoFactors,
}

/// Whether the user has signed in on the device before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceTrust {
    Known,
    Unknown,
}

/// When a login requires a second factor, and which ones the server offers.
///
/// The server uses [`SignInPolicy::PASSWORD_ONLY`], with which the steps [`SignInStep::AskSecondFactor`] and
/// [`SignInStep::Enrol`] do not occur. The tests of this module use policies with which they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInPolicy {
    pub second_factor: SecondFactorRule,
    pub offered: &'static [FactorKind],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorRule {
    /// Only if the request demands it.
    OnDemand,
    /// On devices that have not signed in to the account before.
    OnUnknownDevices,
    Always,
}

/// The next step of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInStep {
    /// The user must name an account.
    AskIdentifier,
    /// The user must choose an account, for instance a different one from the browser's.
    ChooseAccount,
    AskPassword,
    /// The user must present one of these second factors.
    AskSecondFactor(Vec<FactorKind>),
    /// The user has no second factor and must enrol one of these.
    Enrol(Vec<FactorKind>),
    SignedIn(AuthenticationEvent),
    Refused(SignInRefusal),
}

/// Reasons why a user with the correct password cannot sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefusal {
    AccountDisabled,
    /// A second factor is required, and the server offers none.
    NoSecondFactor,
}

/// Proof that a user authenticated with sufficient factors. Only [`next_sign_in_step`] creates one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationEvent {
    account: AccountId,
    factors: Vec<VerifiedFactor>,
    auth_time: OffsetDateTime,
}

/// Decides the next step of a login.
///
/// The state of the account decides only after the correct password, so that others do not learn it.
#[must_use]
pub fn next_sign_in_step(state: &SignInState<'_>, policy: &SignInPolicy) -> SignInStep {
    let Some(account) = state.account else { return SignInStep::AskIdentifier };
    if state.demand.account == AccountDemand::Chosen {
        return SignInStep::ChooseAccount;
    }
    let is_recent = |factor: &VerifiedFactor| state.demand.verified_since.is_none_or(|since| factor.at >= since);
    let factors: Vec<_> = state.factors.iter().copied().filter(is_recent).collect();
    let has = |is_wanted: fn(FactorKind) -> bool| factors.iter().any(|factor| is_wanted(factor.kind));
    let Some(auth_time) = factors.iter().map(|factor| factor.at).max() else { return SignInStep::AskPassword };
    if !has(|kind| kind == FactorKind::Password) {
        return SignInStep::AskPassword;
    }
    if !account.is_active() {
        return SignInStep::Refused(SignInRefusal::AccountDisabled);
    }
    if requires_second_factor(state, policy) && !has(FactorKind::is_second) {
        return second_factor(state.enrolled, policy.offered);
    }
    SignInStep::SignedIn(AuthenticationEvent { account: account.id.clone(), factors, auth_time })
}

fn requires_second_factor(state: &SignInState<'_>, policy: &SignInPolicy) -> bool {
    state.demand.level == AuthenticationLevel::TwoFactors
        || match policy.second_factor {
            SecondFactorRule::OnDemand => false,
            SecondFactorRule::OnUnknownDevices => state.device == DeviceTrust::Unknown,
            SecondFactorRule::Always => true,
        }
}

/// The step for a user whose second factor is missing.
fn second_factor(enrolled: &[FactorKind], offered: &[FactorKind]) -> SignInStep {
    let usable: Vec<_> = offered.iter().copied().filter(|kind| enrolled.contains(kind)).collect();
    if !usable.is_empty() {
        SignInStep::AskSecondFactor(usable)
    } else if !offered.is_empty() {
        SignInStep::Enrol(offered.to_vec())
    } else {
        SignInStep::Refused(SignInRefusal::NoSecondFactor)
    }
}

impl DeviceTrust {
    /// The trust in a device that was recognised or not.
    #[must_use]
    pub fn of(device: Option<&KnownDevice>) -> Self {
        device.map_or(Self::Unknown, |_| Self::Known)
    }
}

impl SignInPolicy {
    /// A password is sufficient, and there are no other factors.
    pub const PASSWORD_ONLY: Self = Self { second_factor: SecondFactorRule::OnDemand, offered: &[] };
}

impl SignInRefusal {
    /// The reason recorded in security events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountDisabled => "account_disabled",
            Self::NoSecondFactor => "no_second_factor",
        }
    }
}

impl AuthenticationEvent {
    /// The account that the user signed in to.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The verified factors, in the order in which they were presented.
    #[must_use]
    pub fn factors(&self) -> &[VerifiedFactor] {
        &self.factors
    }

    /// The authentication methods: the claim `amr`.
    #[must_use]
    pub fn amr(&self) -> Vec<AuthenticationMethod> {
        AuthenticationMethod::of(&self.factors)
    }

    /// When the last factor was verified: the claim `auth_time`.
    #[must_use]
    pub fn auth_time(&self) -> OffsetDateTime {
        self.auth_time
    }
}

/// A login with a password at `at`, for tests of other modules.
#[cfg(test)]
pub(crate) fn password_login(account: &Account, at: OffsetDateTime) -> AuthenticationEvent {
    let state = SignInState {
        account: Some(account),
        factors: &[VerifiedFactor::password(at)],
        enrolled: &[],
        demand: Demand::default(),
        device: DeviceTrust::Unknown,
    };
    let SignInStep::SignedIn(event) = next_sign_in_step(&state, &SignInPolicy::PASSWORD_ONLY) else { panic!() };
    event
}

#[cfg(test)]
mod tests;
