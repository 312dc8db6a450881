//! Who is signed in on the browser that asks.

use time::OffsetDateTime;

use super::{InternalError, Signet, password_date};
use crate::{
    account::{
        record::Account,
        session::{AuthenticationMethod, Session, SessionId},
    },
    audit::{Actor, RequestOrigin},
    oauth::{access_token::Authentication, subject::Subject},
    oidc::step::SignedIn,
    secret::Secret,
    store::CommitError,
};

/// What a browser shows of itself, all of it unverified.
#[derive(Clone, Debug)]
pub struct Browser {
    /// What binds a login that was begun to this browser.
    pub binding: Secret,
    /// The session cookie.
    pub session: Option<Secret>,
    /// The cookie of a device that has signed in before.
    pub device: Option<Secret>,
    /// From where it asks.
    pub origin: RequestOrigin,
}

/// A session that stands, and the person, whose account may be used.
#[derive(Clone, Debug)]
pub struct CurrentSession {
    /// The session.
    pub session: Session,
    /// The person.
    pub account: Account,
    /// From where the browser asks.
    pub origin: RequestOrigin,
}

/// The session of `browser`, if it stands at `now` and its person may be signed in. That it was used is written down now
/// and then.
///
/// # Errors
///
/// The storage cannot be read.
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
            // Another request has written the same, or ended the session: the next request will see.
            Ok(()) | Err(CommitError::Conflict) => {}
            Err(CommitError::Internal(fault)) => return Err(fault.into()),
        }
    }
    Ok(Some(CurrentSession { session, account, origin: browser.origin.clone() }))
}

/// A session is over when the account is disabled, and when the password was changed after it began.
pub(super) fn is_valid(account: &Account, session: &Session) -> bool {
    account.is_active() && session.began_with_password_of(account)
}

impl CurrentSession {
    /// The person, as security events name who does something.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.origin.as_account(&self.account.id)
    }

    /// The person, as the rules of a login see them.
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

    /// The person, as the subject of tokens.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::new(self.account.id.as_str())
    }
}
