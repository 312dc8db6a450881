//! Clients to which logout tokens could not be delivered recently.

use time::OffsetDateTime;

use super::{
    Commit, CommitError, Namespace, StoreFault,
    namespaces::LOGOUT_FAILURES,
    record::{Record, put, put_new},
    record_store::Store,
};
use crate::{
    oauth::client::ClientId,
    oidc::delivery_failures::{DeliveryFailure, DeliveryFailures},
};

impl Record for DeliveryFailures {
    const NAMESPACE: Namespace = LOGOUT_FAILURES;

    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at())
    }
}

impl Store {
    /// Reads the recent reasons why logout tokens could not be delivered to `client_id`.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn delivery_failures(&self, client_id: &ClientId) -> Result<DeliveryFailures, StoreFault> {
        let kept = self.read::<DeliveryFailures>(client_id.as_str().as_bytes())?;
        Ok(kept.map(|kept| kept.record).unwrap_or_default())
    }

    /// Adds the failure of a delivery to `client_id` at `now`.
    ///
    /// # Errors
    ///
    /// Returns [`CommitError::Conflict`] if another failure was added concurrently.
    pub async fn add_delivery_failure(
        &self,
        client_id: &ClientId,
        failure: DeliveryFailure,
        now: OffsetDateTime,
    ) -> Result<(), CommitError> {
        let key = client_id.as_str().as_bytes();
        self.commit(match self.read::<DeliveryFailures>(key)? {
            Some(kept) => put(kept.unchanged(Commit::new(), key), key, &kept.record.clone().with(failure, now))?,
            None => put_new(Commit::new(), key, &DeliveryFailures::default().with(failure, now))?,
        })
        .await
    }

    /// Removes the failures after a logout token has been delivered.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn forget_delivery_failures(&self, client_id: &ClientId) -> Result<(), CommitError> {
        if self.read::<DeliveryFailures>(client_id.as_str().as_bytes())?.is_none() {
            return Ok(());
        }
        self.commit(Commit::new().delete(LOGOUT_FAILURES, client_id.as_str())).await
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::store::both_engines::stores;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[tokio::test]
    async fn failures_are_found_until_a_delivery_succeeds_or_they_are_old() {
        let (stores, _folder) = stores(NOW);
        for store in stores {
            let [one, other] = ["one", "other"].map(|id| ClientId::parse(id).unwrap());
            for client_id in [&one, &other] {
                for _ in 0..2 {
                    store.add_delivery_failure(client_id, DeliveryFailure::Status(404), NOW).await.unwrap();
                }
            }
            let found = |id| store.delivery_failures(id).unwrap().iter().map(|one| one.count).collect::<Vec<_>>();
            assert_eq!((found(&one), found(&other)), (vec![2], vec![2]));
            for _ in 0..2 {
                store.forget_delivery_failures(&one).await.unwrap();
            }
            assert_eq!((found(&one), found(&other)), (vec![], vec![2]));
            store.engine().sweep(NOW + time::Duration::days(29)).await.unwrap();
            assert_eq!(found(&other), [2]);
            store.engine().sweep(NOW + time::Duration::days(31)).await.unwrap();
            assert!(found(&other).is_empty());
        }
    }
}
