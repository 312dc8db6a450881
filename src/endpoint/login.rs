//! `/login`: users sign in.

use std::net::IpAddr;

use time::{Duration, OffsetDateTime};

use super::{
    InternalError, Signet,
    interaction::Interaction,
    password_date,
    session::{self, Browser},
    session_begin::{SignedInBrowser, begin_session, step_of_login},
};
use crate::{
    account::{
        device::{self, KnownDevice},
        hashing::{HashingFault, Verified},
        record::Account,
        sign_in::{
            AccountDemand, AuthenticationEvent, Demand, DeviceTrust, SignInPolicy, SignInState, SignInStep,
            VerifiedFactor, next_sign_in_step,
        },
        throttle::{Admission, Guess, GuessedAccount, Permit},
    },
    audit::{EventDetails, EventKind, RequestOrigin},
    oauth::client::Client,
    oidc::step::asks_again,
    secret::Secret,
    store::Versioned,
};

/// The entered credentials and their origin.
#[derive(Clone, Debug)]
pub struct LoginAttempt<'a> {
    /// The username or the verified e-mail address, as typed.
    pub username: &'a str,
    /// The password, as typed.
    pub presented_password: Secret,
    /// The client's IP address.
    pub address: IpAddr,
    /// The `User-Agent` header.
    pub user_agent: &'a str,
}

/// Reasons why a sign-in failed.
#[derive(Debug)]
pub enum LoginRefusal {
    /// The username and password do not match. The error does not reveal which one is wrong or whether the account
    /// exists.
    Mismatch,
    /// Too many attempts.
    Wait {
        retry_after: Duration,
    },
    Internal(InternalError),
}

/// Signs a user in.
///
/// # Errors
///
/// Returns a [`LoginRefusal`] if the sign-in fails. The browser's session is unchanged then.
pub async fn login(
    signet: &Signet,
    attempt: &LoginAttempt<'_>,
    browser: &Browser,
) -> Result<SignedInBrowser, LoginRefusal> {
    let (account, event) = verify_password(signet, attempt, browser.device.as_ref(), &browser.origin).await?;
    let begun = begin_session(signet, (&account, &event), browser, attempt.user_agent).await;
    begun.map_err(LoginRefusal::Internal)
}

/// A presented password with its origin.
pub(super) struct PresentedPassword<'a> {
    pub password: &'a Secret,
    /// The client's IP address.
    pub address: IpAddr,
    /// The device, if it has signed in to the account before.
    pub device: Option<KnownDevice>,
    /// The origin recorded in security events.
    pub origin: &'a RequestOrigin,
}

/// A verified password of `account`.
pub(super) struct VerifiedPassword {
    account: Account,
    /// The next step of a login with this password.
    step: SignInStep,
}

/// Authenticates a user by username and password within the limits on attempts. `device` is the cookie of a known
/// device, if there is one. Failures are recorded.
///
/// # Errors
///
/// Returns the same [`LoginRefusal`] for every reason that an attacker must not learn.
pub(super) async fn verify_password(
    signet: &Signet,
    attempt: &LoginAttempt<'_>,
    device: Option<&Secret>,
    origin: &RequestOrigin,
) -> Result<(Account, AuthenticationEvent), LoginRefusal> {
    let now = signet.clock.now();
    let account = signet.store.account_by_name(attempt.username);
    let account = account.map_err(|fault| LoginRefusal::Internal(fault.into()))?;
    let recognise = |kept: &Versioned<Account>| device::recognise(device?, &kept.record.id, &signet.sealing_key, now);
    let presented = PresentedPassword {
        password: &attempt.presented_password,
        address: attempt.address,
        device: account.as_ref().and_then(recognise),
        origin,
    };
    let claimed = account.as_ref().ok_or(attempt.username);
    let VerifiedPassword { account, step } = verify(signet, claimed, &presented).await?;
    match step {
        SignInStep::SignedIn(event) => Ok((account, event)),
        _ => Err(LoginRefusal::Internal(InternalError::UnfinishedSignIn)),
    }
}

/// Verifies the password `presented` for `claimed`: an account, or a name without an account.
///
/// # Errors
///
/// Returns the same [`LoginRefusal`] for every reason that an attacker must not learn.
pub(super) async fn verify(
    signet: &Signet,
    claimed: Result<&Versioned<Account>, &str>,
    presented: &PresentedPassword<'_>,
) -> Result<VerifiedPassword, LoginRefusal> {
    let now = signet.clock.now();
    let note = |kind, reason: &str| {
        let details = EventDetails::of(kind).because(reason);
        let details = match claimed {
            Ok(kept) => details.about(&kept.record.id),
            Err(name) => EventDetails { unknown_name: Some(signet.unknown_name(name)), ..details },
        };
        signet.note_failure(&presented.origin.unknown(), details);
    };
    let admitted = admit(signet, claimed, presented, now);
    let permit = admitted.inspect_err(|_| note(EventKind::LoginThrottled, "too_many_guesses"))?;
    let hash = claimed.ok().and_then(|kept| kept.record.password.as_ref());
    let verified = match signet.hasher.verify(hash, presented.password).await {
        Ok(verified) => verified,
        Err(fault) => {
            // The password was not checked, so this does not count as an attempt.
            if matches!(fault, HashingFault::Busy) {
                signet.throttle.withdraw(permit, now);
            }
            return Err(LoginRefusal::Internal(fault.into()));
        }
    };
    let (Ok(kept), Verified::Matches { rehash_needed }) = (claimed, verified) else {
        tracing::info!("sign-in failed");
        note(EventKind::LoginFailed, if claimed.is_ok() { "wrong_password" } else { "unknown_username" });
        return Err(LoginRefusal::Mismatch);
    };
    let factors = [VerifiedFactor::password(signet.clock.now())];
    let step = step_of_login(&kept.record, &factors, DeviceTrust::of(presented.device.as_ref()));
    if let SignInStep::Refused(refusal) = step {
        note(EventKind::LoginFailed, refusal.as_str());
        tracing::info!(account = %kept.record.id, reason = refusal.as_str(), "sign-in failed");
        return Err(LoginRefusal::Mismatch);
    }
    signet.throttle.succeeded(permit);
    if rehash_needed {
        rehash(signet, kept, presented.password).await;
    }
    let account = password_date::correct(signet, &kept.record, now).await.map_err(LoginRefusal::Internal)?;
    // The password was changed while this one was being hashed.
    if account.password_generation == kept.record.password_generation {
        Ok(VerifiedPassword { account, step })
    } else {
        Err(LoginRefusal::Mismatch)
    }
}

/// The username of the signed-in user who has to sign in again for this interaction. The login page then shows the
/// username and asks only for the password. Returns `None` in all other cases.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub async fn asked_again(
    signet: &Signet,
    interaction: &Interaction,
    client: &Client,
    browser: &Browser,
) -> Result<Option<String>, InternalError> {
    let Some(current) = session::current(signet, browser, signet.clock.now()).await? else { return Ok(None) };
    let client_subject = signet.client_subject(&current.subject(), client);
    let hint = interaction.request.login_hint.as_deref();
    let is_hinted = hint.is_none_or(|hint| current.account.is_named(hint));
    let is_known = asks_again(&interaction.request, &client_subject);
    let state = SignInState {
        account: Some(&current.account).filter(|_| is_hinted),
        factors: &current.session.factors(),
        enrolled: &[],
        demand: Demand {
            account: if is_known { AccountDemand::Known } else { AccountDemand::Chosen },
            verified_since: Some(interaction.started_at),
            ..Demand::default()
        },
        device: DeviceTrust::Known,
    };
    let is_again = next_sign_in_step(&state, &SignInPolicy::PASSWORD_ONLY) == SignInStep::AskPassword;
    Ok(is_again.then(|| current.account.username.as_str().to_owned()))
}

fn admit(
    signet: &Signet,
    claimed: Result<&Versioned<Account>, &str>,
    presented: &PresentedPassword<'_>,
    now: OffsetDateTime,
) -> Result<Permit, LoginRefusal> {
    let account = claimed.map_or_else(GuessedAccount::unknown, |kept| GuessedAccount::of(&kept.record.id));
    let guess = Guess { account, address: presented.address, device: presented.device };
    match signet.throttle.admit(&guess, now) {
        Admission::Allowed(permit) => Ok(permit),
        Admission::Refused { retry_after } => {
            tracing::info!("sign-in failed: too many attempts");
            Err(LoginRefusal::Wait { retry_after })
        }
    }
}

/// Hashes the password again with the current cost. If that fails, the old hash stays valid.
async fn rehash(signet: &Signet, kept: &Versioned<Account>, password: &Secret) {
    if let Ok(hash) = signet.hasher.rehash(password, signet.entropy).await {
        // The password is the same, so its date does not change, and sessions and grants stay valid.
        let changed = Account { password: Some(hash), ..kept.record.clone() };
        if let Err(error) = signet.store.replace_account(kept, &changed).await {
            tracing::warn!(%error, "rehashing a password failed");
        }
    }
}
