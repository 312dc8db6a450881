//! Clients and resources that have been removed from the configuration.

use crate::{
    endpoint::{
        InternalError, Signet,
        retry::{Attempts, is_conflict},
    },
    oauth::{
        client::{Client, ClientId, Provenance},
        resource::ResourceId,
    },
};

/// A client that has been removed from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerClient {
    pub client_id: ClientId,
    pub client_name: String,
    /// Whether it can still obtain tokens.
    pub is_active: bool,
}

/// Lists the clients that came from the configuration and are not in `configured`. With `prune`, active ones are
/// disabled until the configuration contains them again.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub async fn former_clients(
    signet: &Signet,
    configured: &[&ClientId],
    prune: bool,
) -> Result<Vec<FormerClient>, InternalError> {
    let mut former = Vec::new();
    let mut after = None;
    loop {
        let page = signet.store.clients(after.as_deref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(former) };
        after = Some(last.client_id.as_str().to_owned());
        let is_former = |client: &&Client| {
            client.provenance == Provenance::Configuration && !configured.contains(&&client.client_id)
        };
        for client in page.iter().filter(is_former) {
            let is_disabled = if prune { disable(signet, &client.client_id).await? } else { client.is_disabled };
            former.push(FormerClient {
                client_id: client.client_id.clone(),
                client_name: client.metadata.client_name.clone(),
                is_active: !is_disabled,
            });
        }
    }
}

/// Disables a client that has been removed from the configuration. Returns `true` if it is disabled now.
async fn disable(signet: &Signet, client_id: &ClientId) -> Result<bool, InternalError> {
    let mut attempts = Attempts::default();
    loop {
        attempts.begin()?;
        let Some(kept) = signet.store.client(client_id)? else { return Ok(true) };
        if kept.record.is_disabled {
            return Ok(true);
        }
        let pruned = Client { is_disabled: true, is_pruned: true, ..kept.record.clone() };
        if !is_conflict(signet.store.replace_client(&kept, &pruned).await)? {
            return Ok(true);
        }
    }
}

/// Lists the resources that were in the configuration at an earlier start and are not there now. The current ones are
/// remembered; with `prune`, the former ones are forgotten.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub async fn former_resources(signet: &Signet, prune: bool) -> Result<Vec<ResourceId>, InternalError> {
    let own = signet.resources.own();
    let configured: Vec<&ResourceId> = signet.resources.all().iter().map(|resource| &resource.id).collect();
    let known = signet.store.configured_resources()?;
    let former: Vec<ResourceId> = known.iter().filter(|id| !configured.contains(id)).cloned().collect();
    let added = configured.into_iter().filter(|id| *id != own && !known.contains(id));
    let forgotten = if prune { former.as_slice() } else { &[] };
    signet.store.remember_resources(added, forgotten).await?;
    Ok(former)
}

/// Number of clients read per page.
const PAGE: u16 = 100;
