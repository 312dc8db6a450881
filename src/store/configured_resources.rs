//! Resources that have been in the configuration, so that removed ones can be detected.

use serde::{Deserialize, Serialize};

use super::{
    Commit, CommitError, MAX_OPERATIONS, Namespace, StoreFault,
    namespaces::CONFIGURED_RESOURCES,
    record::{Record, put},
    record_store::Store,
};
use crate::oauth::resource::ResourceId;

/// A resource that has been configured. Its key is a hash of its identifier.
#[derive(Serialize, Deserialize)]
struct ConfiguredResource {
    id: ResourceId,
}

impl Record for ConfiguredResource {
    const NAMESPACE: Namespace = CONFIGURED_RESOURCES;
}

impl Store {
    /// Lists the recorded resources.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn configured_resources(&self) -> Result<Vec<ResourceId>, StoreFault> {
        let mut found = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.records::<ConfiguredResource>(&[], after.as_deref(), PAGE)?;
            let Some((last, _)) = page.last() else { return Ok(found) };
            after = Some(last.clone());
            found.extend(page.into_iter().map(|(_, kept)| kept.record.id));
        }
    }

    /// Records `added` and deletes `forgotten`.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if the write fails.
    pub async fn remember_resources<'a>(
        &self,
        added: impl Iterator<Item = &'a ResourceId>,
        forgotten: &[ResourceId],
    ) -> Result<(), CommitError> {
        let mut changes: Vec<(&ResourceId, bool)> = added.map(|id| (id, true)).collect();
        changes.extend(forgotten.iter().map(|id| (id, false)));
        for changes in changes.chunks(MAX_OPERATIONS) {
            let mut commit = Commit::new();
            for (id, is_added) in changes {
                commit = match is_added {
                    true => put(commit, &key(id), &ConfiguredResource { id: (*id).clone() })?,
                    false => commit.delete(CONFIGURED_RESOURCES, key(id)),
                };
            }
            self.commit(commit).await?;
        }
        Ok(())
    }
}

fn key(id: &ResourceId) -> Vec<u8> {
    crate::crypto::Digest::of(id.as_str()).as_str().as_bytes().to_vec()
}

/// Number of resources read per page.
const PAGE: u16 = 100;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::store::both_engines::stores;

    #[tokio::test]
    async fn a_resource_is_remembered_until_it_is_forgotten() {
        let ([memory, sled], _folder) = stores(datetime!(2030-01-01 00:00 UTC));
        for store in [memory, sled] {
            let ids: Vec<ResourceId> =
                (0..250).map(|at| ResourceId::parse(&format!("https://api.example/{at}")).unwrap()).collect();
            store.remember_resources(ids.iter(), &[]).await.unwrap();
            assert_eq!(store.configured_resources().unwrap().len(), 250);
            store.remember_resources(std::iter::empty(), &ids[1..]).await.unwrap();
            assert_eq!(store.configured_resources().unwrap(), ids[..1]);
        }
    }
}
