//! `/users/{id}/sessions`: lists and ends the sessions of a user.

use time::OffsetDateTime;

use super::{
    Signet,
    access::Access,
    management::ManagementRefusal,
    page::{Page, PageQuery, page},
    session,
    session_end::{self, Extent},
    user_access::{cause, find, find_to_change, find_to_end},
};
use crate::account::session::{Session, Sid};

/// A session as shown to its owner.
#[derive(Clone, Debug)]
pub struct ListedSession {
    pub session: Session,
    /// When it expires if it is not used again.
    pub expires_at: OffsetDateTime,
    /// Whether the caller's access token was issued in this session.
    pub is_current: bool,
}

/// Lists the active sessions of a user, ordered by identifier.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn list(
    signet: &Signet,
    access: &Access,
    id: &str,
    request: PageQuery<'_>,
) -> Result<Page<ListedSession>, ManagementRefusal> {
    let account = find(signet, access, id)?.0.record;
    let now = signet.clock.now();
    let lifetimes = &signet.lifetimes.session;
    let listed = |session: Session| ListedSession {
        expires_at: session.expires_at(lifetimes),
        is_current: access.sid() == Some(session.sid.as_str()),
        session,
    };
    let fetch = |after: Option<&[u8]>, limit| {
        let sessions = signet.store.sessions_of(&account.id, after, limit)?;
        Ok(sessions.into_iter().map(|(key, placed)| (key, placed.map(|(_, kept)| listed(kept.record)))).collect())
    };
    let is_valid =
        |listed: &ListedSession| listed.session.is_live(lifetimes, now) && session::is_valid(&account, &listed.session);
    page(signet, &format!("sessions of {}", account.id), request, fetch, is_valid)
}

/// Ends a session of a user and the grants bound to it, and notifies applications that ask for it.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The session may still be active
/// then.
pub async fn end(signet: &Signet, access: &Access, id: &str, sid: &str) -> Result<(), ManagementRefusal> {
    let account = find_to_change(signet, access, id)?.0.record;
    let placed = signet.store.session_of(&account.id, &Sid::presented(sid))?;
    let (digest, kept) = placed.ok_or(ManagementRefusal::NotFound("this user has no such session"))?;
    session_end::end(signet, (&digest, &kept.record), cause(access, &account), &access.actor()).await?;
    tracing::info!(account = %account.id, by = %access.subject(), "session ended by request");
    Ok(())
}

/// Signs a user out everywhere: ends every session, with what `extent` says.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. Some sessions may still be active
/// then.
pub async fn end_all(signet: &Signet, access: &Access, id: &str, extent: Extent) -> Result<(), ManagementRefusal> {
    let account = find_to_end(signet, access, id)?.0.record;
    let cause = cause(access, &account);
    let ended = session_end::end_all(signet, &account.id, extent, cause, &access.actor()).await?;
    tracing::info!(account = %account.id, by = %access.subject(), ended, "sessions ended by request");
    Ok(())
}
