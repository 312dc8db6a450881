//! `/users/{id}/sessions`: where a person is signed in, looked at and ended.

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

/// A session as its owner sees it.
#[derive(Clone, Debug)]
pub struct ListedSession {
    /// The session.
    pub session: Session,
    /// When it ends if it is not used again.
    pub expires_at: OffsetDateTime,
    /// Whether whoever asks got their access token in it.
    pub is_current: bool,
}

/// The sessions of a person that stand, in the order of their identifiers.
///
/// # Errors
///
/// [`ManagementRefusal`].
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

/// Ends a session of a person, and what was granted for as long as it lasts. Applications that want to be told are told.
///
/// # Errors
///
/// [`ManagementRefusal`]; then it may still stand.
pub async fn end(signet: &Signet, access: &Access, id: &str, sid: &str) -> Result<(), ManagementRefusal> {
    let account = find_to_change(signet, access, id)?.0.record;
    let placed = signet.store.session_of(&account.id, &Sid::presented(sid))?;
    let (digest, kept) = placed.ok_or(ManagementRefusal::NotFound("this person has no such session"))?;
    session_end::end(signet, (&digest, &kept.record), cause(access, &account), &access.actor()).await?;
    tracing::info!(account = %account.id, by = %access.subject(), "session ended by request");
    Ok(())
}

/// Signs a person out everywhere: every session ends, with what `extent` says.
///
/// # Errors
///
/// [`ManagementRefusal`]; then some may still stand.
pub async fn end_all(signet: &Signet, access: &Access, id: &str, extent: Extent) -> Result<(), ManagementRefusal> {
    let account = find_to_end(signet, access, id)?.0.record;
    let cause = cause(access, &account);
    let ended = session_end::end_all(signet, &account.id, extent, cause, &access.actor()).await?;
    tracing::info!(account = %account.id, by = %access.subject(), ended, "sessions ended by request");
    Ok(())
}
