//! Sessions and grants of all users, newest first, for administrators.

use super::{
    Signet,
    access::Access,
    connections,
    management::ManagementRefusal,
    page::{Page, PageQuery, page},
    session, user_access, users,
};
use crate::{
    account::{
        record::{Account, AccountId},
        session::Session,
    },
    oauth::{
        client::ClientId,
        grant::{EndCause, Grant, GrantId},
        subject::Subject,
    },
};

/// A session and the account it belongs to.
#[derive(Clone, Debug)]
pub struct OwnedSession {
    pub session: Session,
    pub account: Account,
}

/// Selects which grants to list. With a filter they are ordered by their identifiers.
#[derive(Clone, Copy, Debug)]
pub enum GrantFilter<'a> {
    /// All grants, newest first.
    All,
    /// The grants of a user, given by username, verified e-mail address or identifier.
    Person(&'a str),
    /// The grants to an application, given by `client_id`.
    Application(&'a str),
}

/// Lists the active sessions, most recent sign-in first, or those of the user `username`.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn sessions(
    signet: &Signet,
    access: &Access,
    username: Option<&str>,
    request: PageQuery<'_>,
) -> Result<Page<OwnedSession>, ManagementRefusal> {
    user_access::manager(access)?;
    let person = match username {
        None => None,
        Some(name) => match person(signet, name)? {
            Some(account) => Some(account),
            None => return Ok(Page { entries: Vec::new(), next_page_token: None }),
        },
    };
    let (now, lifetimes) = (signet.clock.now(), &signet.lifetimes.session);
    let fetch = |after: Option<&[u8]>, limit| {
        let placed = match &person {
            Some(account) => signet.store.sessions_of(&account.id, after, limit)?,
            None => signet.store.newest_sessions(after, limit)?,
        };
        let mut listed = Vec::with_capacity(placed.len());
        for (key, placed) in placed {
            let session = placed.map(|(_, kept)| kept.record).filter(|session| session.is_live(lifetimes, now));
            let account = match &session {
                Some(session) => signet.store.account(&session.account)?.map(|kept| kept.record),
                None => None,
            };
            let is_valid = session.zip(account).filter(|(session, account)| session::is_valid(account, session));
            listed.push((key, is_valid.map(|(session, account)| OwnedSession { session, account })));
        }
        Ok(listed)
    };
    page(
        signet,
        &format!("everybody's sessions of {:?}", person.as_ref().map(|person| &person.id)),
        request,
        fetch,
        |_| true,
    )
}

/// Lists the grants that match `filter`, active or ended.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn grants(
    signet: &Signet,
    access: &Access,
    filter: GrantFilter<'_>,
    request: PageQuery<'_>,
) -> Result<Page<Grant>, ManagementRefusal> {
    user_access::manager(access)?;
    let store = &signet.store;
    let nothing = Ok(Page { entries: Vec::new(), next_page_token: None });
    let list = format!("everybody's grants of {filter:?}");
    let placed = |id: GrantId| Ok((id.as_str().into(), store.grant(&id)?.map(|kept| kept.record)));
    let id = |after: Option<&[u8]>| after.and_then(|after| std::str::from_utf8(after).ok()).and_then(GrantId::parse);
    match filter {
        GrantFilter::All => {
            page(signet, &list, request, |after, limit| Ok(store.newest_grants(after, limit)?), |_| true)
        }
        GrantFilter::Person(name) => {
            let Some(account) = person(signet, name)? else { return nothing };
            let subject = Subject::new(account.id.as_str());
            let fetch = |after: Option<&[u8]>, limit| {
                store.grant_ids_of(&subject, id(after).as_ref(), limit)?.into_iter().map(placed).collect()
            };
            page(signet, &list, request, fetch, |_| true)
        }
        GrantFilter::Application(client_id) => {
            let Ok(client_id) = ClientId::parse(client_id) else { return nothing };
            let fetch = |after: Option<&[u8]>, limit| {
                store.grant_ids_to(&client_id, id(after).as_ref(), limit)?.into_iter().map(placed).collect()
            };
            page(signet, &list, request, fetch, |_| true)
        }
    }
}

/// Finds a user by username, verified e-mail address or identifier.
fn person(signet: &Signet, name: &str) -> Result<Option<Account>, ManagementRefusal> {
    let kept = match AccountId::parse(name) {
        Ok(id) => signet.store.account(&id)?,
        Err(_) => signet.store.account_by_name(name)?,
    };
    Ok(kept.map(|kept| kept.record))
}

/// Ends the grant of any user, so nothing more is issued from it. Ending it twice is not an error.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The grant may then still be
/// active.
pub async fn end_grant(signet: &Signet, access: &Access, id: &str) -> Result<(), ManagementRefusal> {
    user_access::manager(access)?;
    let grant = GrantId::parse(id).map(|id| signet.store.grant(&id)).transpose()?.flatten();
    let grant = grant.ok_or(ManagementRefusal::NotFound("there is no such grant"))?.record;
    if grant.subject.is_person() && users::show(signet, access, grant.subject.as_str()).is_ok() {
        return connections::end_grant(signet, access, grant.subject.as_str(), id).await;
    }
    signet.store.end_grant(&grant.id, EndCause::RevokedByAdministrator, signet.clock.now()).await?;
    tracing::info!(grant = %grant.id, by = %access.subject(), "grant ended");
    Ok(())
}
