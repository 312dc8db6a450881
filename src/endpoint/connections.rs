//! `/users/{id}/applications` and `/users/{id}/grants`: what a person has let applications do, looked at and ended.

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

/// An application that holds grants of a person, or that need not ask the person again.
#[derive(Clone, Debug)]
pub struct ConnectedApplication {
    /// The application.
    pub client_id: ClientId,
    /// Its name, unless it is gone.
    pub client_name: Option<String>,
    /// All that it may do.
    pub scope: Scope,
    /// The claims that it asked for by name and that the person agreed to.
    pub claims: BTreeSet<String>,
    /// Since when.
    pub since: OffsetDateTime,
    /// How many grants it holds.
    pub grants: usize,
    /// Since when the person is not asked again for what they have agreed to, if they wanted it so.
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

/// The grants of a person, live or ended, in the order of their identifiers.
///
/// # Errors
///
/// [`ManagementRefusal`].
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

/// Ends a grant of a person: nothing more is issued from it. One that has ended is no error.
///
/// # Errors
///
/// [`ManagementRefusal`]; then it may still be live.
pub async fn end_grant(signet: &Signet, access: &Access, id: &str, grant_id: &str) -> Result<(), ManagementRefusal> {
    let account = find_to_end(signet, access, id)?.0.record;
    let subject = subject(&account);
    let unknown = ManagementRefusal::NotFound("this person has no such grant");
    let Some(grant_id) = GrantId::parse(grant_id) else { return Err(unknown) };
    let grant = signet.store.grant(&grant_id)?.filter(|kept| kept.record.subject == subject);
    if grant.is_none() {
        return Err(unknown);
    }
    signet.store.as_actor(access.actor()).end_grant(&grant_id, cause(access, &account), signet.clock.now()).await?;
    tracing::info!(grant = %grant_id, by = %access.subject(), "grant ended");
    Ok(())
}

/// The applications that hold live grants of a person, or that need not ask the person again.
///
/// # Errors
///
/// [`ManagementRefusal`].
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

/// Adds what `subject` has agreed to for next time, be there a grant of it or not: it counts after signing out, too.
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
            // An application that is gone asks for nothing any more.
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

/// Disconnects an application from a person: what they have agreed to is withdrawn, and every grant ends.
///
/// # Errors
///
/// [`ManagementRefusal`]; then the application may still be connected.
pub async fn disconnect(signet: &Signet, access: &Access, id: &str, client_id: &str) -> Result<(), ManagementRefusal> {
    let account = find_to_end(signet, access, id)?.0.record;
    let subject = subject(&account);
    let client_id = ClientId::parse(client_id)
        .map_err(|_| ManagementRefusal::NotFound("this is not the client_id of an application"))?;
    let now = signet.clock.now();
    // From here on nothing that was granted before issues anything, whichever grants there are.
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

/// So many grants are looked at together, and so many times: it bounds the work of one request.
const PAGE: u16 = 100;
const MOST_PAGES: usize = 20;
