use serde_json::{from_value, json, to_value};
use time::{Duration, macros::datetime};

use super::*;
use crate::{
    account::record::{AccountStatus, Username},
    entropy::Entropy,
};

const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);
const OFFERED: &[FactorKind] = &[FactorKind::OneTimePassword, FactorKind::HardwareKey];
const ALWAYS: SignInPolicy = SignInPolicy { second_factor: SecondFactorRule::Always, offered: OFFERED };
const UNKNOWN_DEVICES: SignInPolicy = SignInPolicy { second_factor: SecondFactorRule::OnUnknownDevices, ..ALWAYS };
const ON_DEMAND: SignInPolicy = SignInPolicy { second_factor: SecondFactorRule::OnDemand, ..ALWAYS };

fn account() -> Account {
    Account::new(Username::parse("eve").unwrap(), NOW, Entropy::system())
}

fn factor(kind: FactorKind, ago: Duration) -> VerifiedFactor {
    VerifiedFactor { kind, at: NOW - ago }
}

fn password() -> VerifiedFactor {
    VerifiedFactor::password(NOW)
}

fn one_time_password() -> VerifiedFactor {
    factor(FactorKind::OneTimePassword, Duration::ZERO)
}

/// An active account, nothing presented, nothing enrolled, nothing demanded, an unknown device.
fn state<'a>(account: &'a Account, factors: &'a [VerifiedFactor]) -> SignInState<'a> {
    let (demand, device) = (Demand::default(), DeviceTrust::Unknown);
    SignInState { account: Some(account), factors, enrolled: &[], demand, device }
}

fn outcome(state: &SignInState<'_>, policy: &SignInPolicy) -> String {
    match next_sign_in_step(state, policy) {
        SignInStep::AskIdentifier => "identifier".to_owned(),
        SignInStep::ChooseAccount => "choose".to_owned(),
        SignInStep::AskPassword => "password".to_owned(),
        SignInStep::AskSecondFactor(kinds) => format!("second {}", words(&kinds)),
        SignInStep::Enrol(kinds) => format!("enrol {}", words(&kinds)),
        SignInStep::Refused(refusal) => format!("refused {}", refusal.as_str()),
        SignInStep::SignedIn(event) => {
            let amr: Vec<_> = event.amr().into_iter().map(AuthenticationMethod::as_str).collect();
            format!("signed in {}", amr.join(" "))
        }
    }
}

fn words(kinds: &[FactorKind]) -> String {
    kinds.iter().map(|kind| kind.method().as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_password_is_enough_where_no_second_factor_is_required() {
    let account = account();
    let disabled = Account { standing: AccountStatus::Disabled, ..account.clone() };
    let presented = [password()];
    let nothing = state(&account, &[]);
    let chosen = Demand { account: AccountDemand::Chosen, ..Demand::default() };
    for (state, expected) in [
        (SignInState { account: None, ..nothing }, "identifier"),
        (SignInState { account: None, factors: &presented, ..nothing }, "identifier"),
        (SignInState { account: None, demand: chosen, ..nothing }, "identifier"),
        (SignInState { demand: chosen, ..nothing }, "choose"),
        (SignInState { demand: chosen, factors: &presented, ..nothing }, "choose"),
        (nothing, "password"),
        (SignInState { device: DeviceTrust::Known, ..nothing }, "password"),
        (SignInState { factors: &[one_time_password()], ..nothing }, "password"),
        (SignInState { factors: &presented, ..nothing }, "signed in pwd"),
        (SignInState { factors: &presented, device: DeviceTrust::Known, ..nothing }, "signed in pwd"),
        (SignInState { account: Some(&disabled), ..nothing }, "password"),
        (SignInState { account: Some(&disabled), factors: &presented, ..nothing }, "refused account_disabled"),
    ] {
        assert_eq!(outcome(&state, &SignInPolicy::PASSWORD_ONLY), expected, "{state:?}");
    }
}

#[test]
fn a_second_factor_is_asked_for_where_the_policy_or_the_request_requires_one() {
    let account = account();
    let one = [password()];
    let two = [password(), one_time_password()];
    let demanded = Demand { level: AuthenticationLevel::TwoFactors, ..Demand::default() };
    for (factors, device, demand, policy, is_required) in [
        (&one[..], DeviceTrust::Known, Demand::default(), ON_DEMAND, false),
        (&one, DeviceTrust::Unknown, Demand::default(), ON_DEMAND, false),
        (&one, DeviceTrust::Known, demanded, ON_DEMAND, true),
        (&one, DeviceTrust::Known, Demand::default(), UNKNOWN_DEVICES, false),
        (&one, DeviceTrust::Unknown, Demand::default(), UNKNOWN_DEVICES, true),
        (&one, DeviceTrust::Known, demanded, UNKNOWN_DEVICES, true),
        (&one, DeviceTrust::Known, Demand::default(), ALWAYS, true),
        (&two, DeviceTrust::Unknown, demanded, ALWAYS, false),
    ] {
        let enrolled = &[FactorKind::HardwareKey];
        let state = SignInState { factors, device, demand, enrolled, ..state(&account, &[]) };
        let expected = match (is_required, factors.len()) {
            (true, _) => "second hwk",
            (false, 1) => "signed in pwd",
            (false, _) => "signed in pwd otp mfa",
        };
        assert_eq!(outcome(&state, &policy), expected, "{state:?} {policy:?}");
    }
}

#[test]
fn who_has_no_second_factor_enrols_one_if_the_server_offers_any() {
    let account = account();
    let presented = [password()];
    let none_offered = SignInPolicy { offered: &[], ..ALWAYS };
    let of = |enrolled, policy| outcome(&SignInState { enrolled, ..state(&account, &presented) }, &policy);
    assert_eq!(of(&[], ALWAYS), "enrol otp hwk");
    assert_eq!(of(&[FactorKind::OneTimePassword], ALWAYS), "second otp");
    assert_eq!(of(OFFERED, ALWAYS), "second otp hwk");
    assert_eq!(of(OFFERED, none_offered), "refused no_second_factor");
    let disabled = Account { standing: AccountStatus::Disabled, ..account.clone() };
    let state = state(&disabled, &presented);
    assert_eq!(outcome(&state, &ALWAYS), "refused account_disabled");
}

#[test]
fn factors_verified_before_the_demanded_time_do_not_count() {
    let account = account();
    let demand = Demand { verified_since: Some(NOW), ..Demand::default() };
    let just_before = Duration::NANOSECOND;
    for (factors, expected) in [
        (&[factor(FactorKind::Password, just_before)][..], "password"),
        (&[factor(FactorKind::Password, just_before), one_time_password()], "password"),
        (&[password()], "enrol otp hwk"),
        (&[password(), factor(FactorKind::OneTimePassword, just_before)], "enrol otp hwk"),
        (&[password(), one_time_password()], "signed in pwd otp mfa"),
    ] {
        let state = SignInState { demand, ..state(&account, factors) };
        assert_eq!(outcome(&state, &ALWAYS), expected, "{factors:?}");
    }
}

// RFC 9470: a session that began with a password steps up with the second factor alone.
#[test]
fn an_earlier_password_and_a_new_second_factor_sign_in_at_the_time_of_the_second() {
    let account = account();
    let factors = [factor(FactorKind::Password, Duration::HOUR), one_time_password()];
    let SignInStep::SignedIn(event) = next_sign_in_step(&state(&account, &factors), &ALWAYS) else { panic!() };
    assert_eq!((event.account(), event.auth_time(), event.factors()), (&account.id, NOW, &factors[..]));
    assert_eq!(password_login(&account, NOW).auth_time(), NOW);
}

#[test]
fn every_factor_has_its_value_of_amr() {
    for kind in [FactorKind::Password, FactorKind::OneTimePassword, FactorKind::HardwareKey] {
        assert_eq!(to_value(kind).unwrap(), json!(kind.method().as_str()));
        assert_eq!(kind.method().factor(), Some(kind));
    }
    assert_eq!(AuthenticationMethod::MultipleFactors.factor(), None);
    let written = to_value(password()).unwrap();
    assert_eq!(written, json!({"kind": "pwd", "at": "2030-01-01T00:00:00Z"}));
    assert_eq!(from_value::<VerifiedFactor>(written).unwrap(), password());
}
