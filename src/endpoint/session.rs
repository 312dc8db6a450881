//! The user signed in on a browser.

use time::OffsetDateTime;

use super::{InternalError, Signet, password_date};
use crate::{
    account::{
        record::Account,
        session::{Session, SessionId},
        sign_in::AuthenticationMethod,
    },
    audit::{Actor, RequestOrigin},
    oauth::{access_token::Authentication, subject::Subject},
    oidc::step::SignedIn,
    secret::Secret,
    store::CommitError,
};

/// The unverified cookies and origin of a browser.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The value that binds an interaction to this browser.
    pub binding: Secret,
    pub session: Option<Secret>,
    /// The cookie of a known device.
    pub device: Option<Secret>,
    pub origin: RequestOrigin,
}

/// An active session and its user, whose account is enabled.
#[derive(Clone, Debug)]
pub struct CurrentSession {
    pub session: Session,
    pub account: Account,
    /// The origin of the browser's request.
    pub origin: RequestOrigin,
}

/// Returns the session of `browser` if it is active at `now` and its user may be signed in. The time of its last use
/// is recorded at intervals.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage cannot be read.
pub async fn current(
    signet: &Signet,
    browser: &Browser,
    now: OffsetDateTime,
) -> Result<Option<CurrentSession>, InternalError> {
    let Some(presented) = &browser.session else { return Ok(None) };
    let digest = SessionId::presented(presented.expose()).digest();
    let Some(kept) = signet.store.session(&digest)? else { return Ok(None) };
    if !kept.record.is_live(&signet.lifetimes.session, now) {
        return Ok(None);
    }
    let account = signet.store.account(&kept.record.account)?.map(|kept| kept.record);
    let Some(account) = account.filter(|account| is_valid(account, &kept.record)) else { return Ok(None) };
    let account = password_date::correct(signet, &account, now).await?;
    let mut session = kept.record.clone();
    if session.needs_touch(now) {
        session = session.touched(now);
        match signet.store.touch_session(&digest, &kept, &session).await {
            // Another request has written the same, or has ended the session, which the next request will notice.
            Ok(()) | Err(CommitError::Conflict) => {}
            Err(CommitError::Internal(fault)) => return Err(fault.into()),
        }
    }
    Ok(Some(CurrentSession { session, account, origin: browser.origin.clone() }))
}

/// A session ends when the account is disabled, and when the password is changed after it began.
pub(super) fn is_valid(account: &Account, session: &Session) -> bool {
    account.is_active() && session.began_with_password_of(account)
}

impl CurrentSession {
    /// The user as the actor in security events.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.origin.as_account(&self.account.id)
    }

    /// The user as the rules for authentication requests need them.
    #[must_use]
    pub fn signed_in(&self) -> SignedIn {
        SignedIn {
            subject: self.subject(),
            authentication: Authentication {
                auth_time: self.session.authenticated_at,
                amr: self
                    .session
                    .amr
                    .iter()
                    .copied()
                    .map(AuthenticationMethod::as_str)
                    .map(ToOwned::to_owned)
                    .collect(),
                sid: self.session.sid.as_str().to_owned(),
            },
            is_administrator: self.account.is_administrator(),
            groups: self.account.groups.iter().map(ToOwned::to_owned).collect(),
        }
    }

    /// The user as the subject of tokens.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::new(self.account.id.as_str())
    }
}
