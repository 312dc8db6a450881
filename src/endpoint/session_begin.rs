//! How a session begins: the last step of a login, of a sign-up and of a password change.

use time::{Duration, OffsetDateTime};

use super::{
    InternalError, Signet,
    retry::{Attempts, is_conflict},
    session::Browser,
    session_end,
};
use crate::{
    account::{
        device,
        record::Account,
        session::{Session, SessionId},
        sign_in::{
            AuthenticationEvent, Demand, DeviceTrust, SignInPolicy, SignInState, SignInStep, VerifiedFactor,
            next_sign_in_step,
        },
        user_agent::UserAgent,
    },
    oauth::grant::EndCause,
    secret::Secret,
    store::SessionEntry,
};

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

/// Starts a session of a user who has just set the password of `account`.
///
/// # Errors
///
/// Returns an [`InternalError`] if the account has been disabled, or the session cannot be written.
pub async fn begin_with_new_password(
    signet: &Signet,
    account: &Account,
    browser: &Browser,
    user_agent: &str,
) -> Result<SignedInBrowser, InternalError> {
    let factors = [VerifiedFactor::password(signet.clock.now())];
    match step_of_login(account, &factors, DeviceTrust::Unknown) {
        SignInStep::SignedIn(event) => begin_session(signet, (account, &event), browser, user_agent).await,
        _ => Err(InternalError::UnfinishedSignIn),
    }
}

/// The next step of a login in which `factors` of `account` were verified.
pub(super) fn step_of_login(account: &Account, factors: &[VerifiedFactor], device: DeviceTrust) -> SignInStep {
    // No account can enrol a second factor yet.
    let state = SignInState { account: Some(account), factors, enrolled: &[], demand: Demand::default(), device };
    next_sign_in_step(&state, &SignInPolicy::PASSWORD_ONLY)
}

/// Starts the session of a login to `account` under a new identifier. It replaces the browser's previous session.
///
/// # Errors
///
/// Returns an [`InternalError`] if it cannot be written.
pub(super) async fn begin_session(
    signet: &Signet,
    (account, event): (&Account, &AuthenticationEvent),
    browser: &Browser,
    user_agent: &str,
) -> Result<SignedInBrowser, InternalError> {
    let id = SessionId::generate(signet.entropy);
    let store = signet.store.as_actor(browser.origin.as_account(&account.id));
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let mut session = Session::begin(event, signet.entropy);
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
            authenticated_at: event.auth_time(),
            lifetime: signet.lifetimes.session.absolute,
            device: device::remember(&account.id, &signet.sealing_key, event.auth_time(), signet.entropy),
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

/// Number of sessions of a user read per page.
const SESSIONS_READ_TOGETHER: u16 = 200;
