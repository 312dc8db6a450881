//! `/login`: users sign in.

use std::net::IpAddr;

use time::{Duration, OffsetDateTime};

use super::{
    InternalError, Signet, password_date,
    retry::{Attempts, is_conflict},
    session::Browser,
    session_end,
};
use crate::{
    account::{
        device::{self, KnownDevice},
        hashing::{HashingFault, Verified},
        record::Account,
        session::{AuthenticationMethod, Session, SessionId, UserAgent},
        throttle::{Admission, Guess, GuessedAccount, Permit},
    },
    audit::{EventDetails, EventKind, RequestOrigin},
    oauth::grant::EndCause,
    secret::Secret,
    store::{SessionEntry, Versioned},
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

/// A browser after a successful sign-in, with the values of its new cookies.
#[derive(Clone, Debug)]
pub struct SignedInBrowser {
    pub session: SessionId,
    /// When the user authenticated.
    pub authenticated_at: OffsetDateTime,
    /// How long the browser keeps the session cookie.
    pub lifetime: Duration,
    /// The cookie that identifies a known device.
    pub device: Secret,
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
    let account = verify_password(signet, attempt, browser.device.as_ref(), &browser.origin).await?;
    begin_session(signet, &account, browser, attempt.user_agent).await.map_err(LoginRefusal::Internal)
}

/// A presented password with its origin.
pub(super) struct PresentedPassword<'a> {
    pub password: &'a Secret,
    /// The client's IP address.
    pub address: IpAddr,
    /// The device, if it has user signed in to the account before.
    pub device: Option<KnownDevice>,
    /// The origin recorded in security events.
    pub origin: &'a RequestOrigin,
}

/// Verifies a username and password within the limits on attempts. `device` is the cookie of a known device, if there
/// is one. Failures are recorded.
///
/// # Errors
///
/// Returns the same [`LoginRefusal`] for every reason that an attacker must not learn.
pub(super) async fn verify_password(
    signet: &Signet,
    attempt: &LoginAttempt<'_>,
    device: Option<&Secret>,
    origin: &RequestOrigin,
) -> Result<Account, LoginRefusal> {
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
    match account {
        Some(kept) => verify(signet, Ok(&kept), &presented).await,
        None => verify(signet, Err(attempt.username), &presented).await,
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
) -> Result<Account, LoginRefusal> {
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
    if !kept.record.is_active() {
        note(EventKind::LoginFailed, "account_disabled");
        tracing::info!(account = %kept.record.id, "sign-in failed: account disabled");
        return Err(LoginRefusal::Mismatch);
    }
    signet.throttle.succeeded(permit);
    if rehash_needed {
        rehash(signet, kept, presented.password).await;
    }
    let account = password_date::correct(signet, &kept.record, now).await.map_err(LoginRefusal::Internal)?;
    // The password was changed while this one was being hashed.
    if account.password_generation == kept.record.password_generation {
        Ok(account)
    } else {
        Err(LoginRefusal::Mismatch)
    }
}

/// Starts a session of `account`, whose owner has just authenticated, under a new identifier. It replaces the
/// browser's previous session.
///
/// # Errors
///
/// Returns an [`InternalError`] if it cannot be written.
pub async fn begin_session(
    signet: &Signet,
    account: &Account,
    browser: &Browser,
    user_agent: &str,
) -> Result<SignedInBrowser, InternalError> {
    let now = signet.clock.now();
    let id = SessionId::generate(signet.entropy);
    let store = signet.store.as_actor(browser.origin.as_account(&account.id));
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let mut session = Session::begin(account.id.clone(), vec![AuthenticationMethod::Password], now, signet.entropy);
        session.user_agent = UserAgent::of(user_agent);
        session.password_generation = Some(account.password_generation);
        let before = before(signet, browser, account).await?;
        if let Some((_, earlier)) = &before {
            // The same user authenticated again: clients keep knowing the session by the same `sid`.
            session.sid = earlier.record.sid.clone();
        }
        if is_conflict(store.begin_session(&id.digest(), &session, before.as_ref()).await)? {
            continue;
        }
        tracing::info!(account = %account.id, "user signed in");
        if let Err(fault) = end_superfluous(signet, account, &session, browser).await {
            tracing::warn!(%fault, "ending sessions over the quota failed");
        }
        return Ok(SignedInBrowser {
            session: id,
            authenticated_at: now,
            lifetime: signet.lifetimes.session.absolute,
            device: device::remember(&account.id, &signet.sealing_key, now, signet.entropy),
        });
    }
}

/// Ends the least recently used sessions of `account`, except `newest`, if there are more than the quota allows.
async fn end_superfluous(
    signet: &Signet,
    account: &Account,
    newest: &Session,
    browser: &Browser,
) -> Result<(), InternalError> {
    let (mut live, mut after) = (Vec::new(), None::<Vec<u8>>);
    loop {
        let page = signet.store.sessions_of(&account.id, after.as_deref(), SESSIONS_READ_TOGETHER)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        let now = signet.clock.now();
        let others = page
            .into_iter()
            .filter_map(|(_, placed)| placed)
            .filter(|(_, kept)| kept.record.sid != newest.sid && kept.record.is_live(&signet.lifetimes.session, now));
        live.extend(others.map(|(digest, kept)| (digest, kept.record)));
    }
    live.sort_by_key(|(_, session)| std::cmp::Reverse(session.last_used_at));
    let kept = usize::from(signet.quotas.policy().sessions_per_person).saturating_sub(1);
    for (digest, session) in live.iter().skip(kept) {
        tracing::info!(account = %account.id, "session ended: quota exceeded");
        session_end::end(signet, (digest, session), EndCause::SignedOut, &browser.origin.as_account(&account.id))
            .await?;
    }
    Ok(())
}

/// The previous session of the browser, if it belongs to `account`. A session of another user ends here, with
/// everything that depends on it.
async fn before(signet: &Signet, browser: &Browser, account: &Account) -> Result<Option<SessionEntry>, InternalError> {
    let Some(presented) = &browser.session else { return Ok(None) };
    let digest = SessionId::presented(presented.expose()).digest();
    let Some(earlier) = signet.store.session(&digest)? else { return Ok(None) };
    if earlier.record.account == account.id {
        return Ok(Some((digest, earlier)));
    }
    let actor = browser.origin.as_account(&account.id);
    session_end::end(signet, (&digest, &earlier.record), EndCause::SignedOut, &actor).await?;
    Ok(None)
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

/// Number of sessions of a user read per page.
const SESSIONS_READ_TOGETHER: u16 = 200;
