//! `/users/{id}/applications` and `/users/{id}/grants`: the access a user has given to applications.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use super::{
    Signet,
    access::Access,
    management::ManagementRefusal,
    page::{Page, PageQuery, page},
    standing::StatusLookup,
    user_access::{cause, find, find_to_end},
};
use crate::{
    account::record::Account,
    oauth::{
        client::ClientId,
        grant::{Grant, GrantId},
        scope::Scope,
        subject::Subject,
    },
};

/// An application that holds grants of a user, or whose consent is remembered.
#[derive(Clone, Debug)]
pub struct ConnectedApplication {
    pub client_id: ClientId,
    /// The name, or `None` if the application has been deleted.
    pub client_name: Option<String>,
    /// The scope of all its grants together.
    pub scope: Scope,
    /// The claims that it requested by name and that the user agreed to.
    pub claims: BTreeSet<String>,
    /// When the first of these was granted.
    pub since: OffsetDateTime,
    /// Number of grants it holds.
    pub grants: usize,
    /// When the user chose to have the consent remembered, if they did.
    pub remembered_since: Option<OffsetDateTime>,
}

impl ConnectedApplication {
    fn new(client_id: &ClientId, since: OffsetDateTime) -> Self {
        Self {
            client_id: client_id.clone(),
            client_name: None,
            scope: Scope::empty(),
            claims: BTreeSet::new(),
            since,
            grants: 0,
            remembered_since: None,
        }
    }
}

/// Lists the grants of a user, active or ended, ordered by identifier.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn grants(
    signet: &Signet,
    access: &Access,
    id: &str,
    request: PageQuery<'_>,
) -> Result<Page<Grant>, ManagementRefusal> {
    let subject = subject(&find(signet, access, id)?.0.record);
    let fetch = |after: Option<&[u8]>, limit| {
        let after = after.and_then(|after| std::str::from_utf8(after).ok()).and_then(GrantId::parse);
        let ids = signet.store.grant_ids_of(&subject, after.as_ref(), limit)?;
        let placed = |id: GrantId| Ok((id.as_str().into(), signet.store.grant(&id)?.map(|kept| kept.record)));
        ids.into_iter().map(placed).collect()
    };
    page(signet, &format!("grants of {subject}"), request, fetch, |_| true)
}

/// Ends a grant of a user, so nothing more is issued from it. Ending it twice is not an error.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The grant may then still be
/// active.
pub async fn end_grant(signet: &Signet, access: &Access, id: &str, grant_id: &str) -> Result<(), ManagementRefusal> {
    let account = find_to_end(signet, access, id)?.0.record;
    let subject = subject(&account);
    let unknown = ManagementRefusal::NotFound("this user has no such grant");
    let Some(grant_id) = GrantId::parse(grant_id) else { return Err(unknown) };
    let grant = signet.store.grant(&grant_id)?.filter(|kept| kept.record.subject == subject);
    if grant.is_none() {
        return Err(unknown);
    }
    signet.store.as_actor(access.actor()).end_grant(&grant_id, cause(access, &account), signet.clock.now()).await?;
    tracing::info!(grant = %grant_id, by = %access.subject(), "grant ended");
    Ok(())
}

/// Lists the applications that hold active grants of a user or whose consent is remembered.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub fn applications(
    signet: &Signet,
    access: &Access,
    id: &str,
) -> Result<Vec<ConnectedApplication>, ManagementRefusal> {
    let account = find(signet, access, id)?.0.record;
    let subject = subject(&account);
    let mut connected: BTreeMap<ClientId, ConnectedApplication> = BTreeMap::new();
    let mut standing = StatusLookup::new(&signet.store, signet.clock.now());
    let mut after = None;
    for _ in 0..MOST_PAGES {
        let ids = signet.store.grant_ids_of(&subject, after.as_ref(), PAGE)?;
        let Some(last) = ids.last() else { break };
        after = Some(last.clone());
        for id in &ids {
            let Some(grant) = signet.store.grant(id)?.map(|kept| kept.record) else { continue };
            if !standing.may_issue(&grant)? {
                continue;
            }
            let new = || ConnectedApplication::new(&grant.client_id, grant.created_at);
            let entry = connected.entry(grant.client_id.clone()).or_insert_with(new);
            entry.client_name =
                standing.known_client(&grant.client_id).map(|client| client.metadata.client_name.clone());
            entry.scope = entry.scope.iter().chain(grant.scope.iter()).collect();
            entry.claims.extend(grant.claims.names());
            entry.since = entry.since.min(grant.created_at);
            entry.grants += 1;
        }
    }
    add_remembered(signet, &subject, &mut connected)?;
    Ok(connected.into_values().collect())
}

/// Adds the remembered consents of `subject`, with or without a grant. They stay valid after signing out.
fn add_remembered(
    signet: &Signet,
    subject: &Subject,
    connected: &mut BTreeMap<ClientId, ConnectedApplication>,
) -> Result<(), ManagementRefusal> {
    let mut after = None;
    for _ in 0..MOST_PAGES {
        let consents = signet.store.consents_of(subject, after.as_ref(), PAGE)?;
        let Some((last, _)) = consents.last() else { break };
        after = Some(last.clone());
        for (client_id, consent) in consents.into_iter().filter(|(_, consent)| consent.is_remembered()) {
            // A deleted application cannot ask for anything.
            let Some(client) = signet.store.client(&client_id)?.map(|kept| kept.record) else { continue };
            if !client.may_skip_consent() {
                continue;
            }
            let new = || ConnectedApplication::new(&client_id, consent.granted_at);
            let entry = connected.entry(client_id.clone()).or_insert_with(new);
            entry.client_name = Some(client.metadata.client_name);
            entry.scope = entry.scope.union(&consent.scope);
            entry.claims.extend(consent.claims);
            entry.since = entry.since.min(consent.granted_at);
            entry.remembered_since = Some(consent.granted_at);
        }
    }
    Ok(())
}

/// Disconnects an application from a user: withdraws the consent and ends every grant.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The application may then still be
/// connected.
pub async fn disconnect(signet: &Signet, access: &Access, id: &str, client_id: &str) -> Result<(), ManagementRefusal> {
    let account = find_to_end(signet, access, id)?.0.record;
    let subject = subject(&account);
    let client_id = ClientId::parse(client_id)
        .map_err(|_| ManagementRefusal::NotFound("this is not the client_id of an application"))?;
    let now = signet.clock.now();
    // From here on nothing is issued from earlier grants, however many there are.
    let store = signet.store.as_actor(access.actor());
    store.withdraw_consent(&subject, &client_id, now).await?;
    let cause = cause(access, &account);
    let ended = store.end_grants_of(&subject, |grant| grant.client_id == client_id, cause, now).await?;
    tracing::info!(%client_id, by = %access.subject(), ended, "application disconnected");
    Ok(())
}

fn subject(account: &Account) -> Subject {
    Subject::new(account.id.as_str())
}

/// Number of grants per page. Together with the number of pages it bounds the work of one request.
const PAGE: u16 = 100;
const MOST_PAGES: usize = 20;
