//! Ends sessions together with the grants bound to them, and notifies the clients that took part.

use std::collections::{BTreeSet, HashMap};

use super::{InternalError, Signet};
use crate::{
    account::{
        record::AccountId,
        session::{Session, Sid},
    },
    audit::Actor,
    crypto::Digest,
    oauth::{
        client::{Client, ClientId},
        grant::{EndCause, Grant},
        subject::Subject,
    },
    oidc::backchannel_logout::LogoutNotification,
};

/// What ends together with all sessions of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Grants bound to the sessions.
    Logins,
    /// All grants.
    Everything,
}

/// Ends one session on behalf of `actor`, and the grants bound to it.
///
/// # Errors
///
/// Returns an [`InternalError`] if it cannot be written. The user may still be signed in then, and the response must
/// not claim otherwise.
pub(super) async fn end(
    signet: &Signet,
    (digest, session): (&Digest, &Session),
    cause: EndCause,
    actor: &Actor,
) -> Result<(), InternalError> {
    let store = signet.store.as_actor(actor.clone());
    let subject = Subject::new(session.account.as_str());
    let participants = participants(signet, &subject, wants_to_be_told)?;
    let meant = |grant: &Grant| grant.ends_with_session(session.sid.as_str());
    let now = signet.clock.now();
    // Before the session ends, so that the request can be repeated if the server stops in between, and afterwards for
    // grants made in the meantime.
    store.end_grants_of(&subject, meant, cause, now).await?;
    conclude(signet, (digest, session), &participants, (cause, actor)).await?;
    store.end_grants_of(&subject, meant, cause, now).await?;
    Ok(())
}

/// The clients that took part in `session` and are signed out in frames by the browser that ends it.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub(super) fn framed(signet: &Signet, session: &Session) -> Result<BTreeSet<ClientId>, InternalError> {
    let is_framed = |client: &Client| client.metadata.openid.frontchannel_logout_uri.is_some();
    let mut participants = participants(signet, &Subject::new(session.account.as_str()), is_framed)?;
    Ok(participants.remove(session.sid.as_str()).unwrap_or_default())
}

/// Ends every session of a user on behalf of `actor`, and what `extent` says. Returns the number of sessions.
///
/// # Errors
///
/// Returns an [`InternalError`] if it cannot be written. The user may still be signed in somewhere then, and the
/// response must not claim otherwise.
pub(super) async fn end_all(
    signet: &Signet,
    account: &AccountId,
    extent: Extent,
    cause: EndCause,
    actor: &Actor,
) -> Result<usize, InternalError> {
    let store = signet.store.as_actor(actor.clone());
    let subject = Subject::new(account.as_str());
    let participants = participants(signet, &subject, wants_to_be_told)?;
    let meant = |grant: &Grant| extent == Extent::Everything || grant.ends_with_its_session();
    let now = signet.clock.now();
    store.end_grants_of(&subject, meant, cause, now).await?;
    let (mut after, mut ended) = (None::<Vec<u8>>, 0);
    loop {
        let sessions = signet.store.sessions_of(account, after.as_deref(), PAGE)?;
        let Some((last, _)) = sessions.last() else { break };
        after = Some(last.clone());
        for (digest, kept) in sessions.into_iter().filter_map(|(_, placed)| placed) {
            conclude(signet, (&digest, &kept.record), &participants, (cause, actor)).await?;
            ended += 1;
        }
    }
    store.end_grants_of(&subject, meant, cause, now).await?;
    Ok(ended)
}

/// Returns `true` if the new `grant` is bound to a session that has ended in the meantime.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub(super) fn is_over(signet: &Signet, grant: &Grant) -> Result<bool, InternalError> {
    let Some(authentication) = grant.authentication.as_ref().filter(|_| grant.ends_with_its_session()) else {
        return Ok(false);
    };
    let Ok(account) = AccountId::parse(grant.subject.as_str()) else { return Ok(false) };
    Ok(signet.store.session_of(&account, &Sid::presented(&authentication.sid))?.is_none())
}

/// Ends the session itself, and records which clients to notify.
async fn conclude(
    signet: &Signet,
    (digest, session): (&Digest, &Session),
    participants: &Participants,
    (cause, actor): (EndCause, &Actor),
) -> Result<(), InternalError> {
    let (subject, sid) = (Subject::new(session.account.as_str()), session.sid.as_str());
    let now = signet.clock.now();
    let told = participants.get(sid).into_iter().flatten();
    let notification =
        |client_id: &ClientId| LogoutNotification::new(client_id.clone(), subject.clone(), sid.to_owned(), now);
    let notifications: Vec<LogoutNotification> = told.map(notification).collect();
    signet.store.as_actor(actor.clone()).end_session(digest, session, &notifications, cause).await?;
    tracing::info!(account = %session.account, to_tell = notifications.len(), "session ended");
    if !notifications.is_empty() {
        signet.logout_signal.notify_one();
    }
    Ok(())
}

/// The clients to notify, by the `sid` of the session they took part in.
type Participants = HashMap<String, BTreeSet<ClientId>>;

fn wants_to_be_told(client: &Client) -> bool {
    client.metadata.openid.backchannel_logout_uri.is_some()
}

/// Finds the clients that satisfy `are_meant` from the user's grants, active or ended: a client that has revoked its
/// tokens may still keep the user signed in.
fn participants(
    signet: &Signet,
    subject: &Subject,
    are_meant: fn(&Client) -> bool,
) -> Result<Participants, InternalError> {
    let (mut participants, mut meant) = (Participants::new(), HashMap::<ClientId, bool>::new());
    let mut after = None;
    loop {
        let ids = signet.store.grant_ids_of(subject, after.as_ref(), PAGE)?;
        let Some(last) = ids.last() else { return Ok(participants) };
        after = Some(last.clone());
        for id in &ids {
            let Some(grant) = signet.store.grant(id)?.map(|kept| kept.record) else { continue };
            let Some(authentication) = grant.authentication.as_ref() else { continue };
            let sid = authentication.sid.as_str();
            if !grant.takes_part_in(sid) {
                continue;
            }
            if !meant.contains_key(&grant.client_id) {
                let client = signet.store.client(&grant.client_id)?;
                meant.insert(grant.client_id.clone(), client.is_some_and(|kept| are_meant(&kept.record)));
            }
            if meant.get(&grant.client_id) == Some(&true) {
                participants.entry(sid.to_owned()).or_default().insert(grant.client_id);
            }
        }
    }
}

/// Number of records read per page.
const PAGE: u16 = 100;
