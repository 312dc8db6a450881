//! DNS resolution that checks every address before a connection is made to it.

use std::{net::SocketAddr, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::{address::is_public, refusal::FetchRefusal};

/// Resolves names for the HTTP client, which connects only to the returned addresses. A name that resolves differently
/// a moment later (DNS rebinding) therefore has no effect.
///
/// The system resolves names in threads that cannot be cancelled, so their number is limited here.
pub(super) struct GuardedResolver {
    allows_private: bool,
    places: Arc<Semaphore>,
}

impl GuardedResolver {
    pub(super) fn new(allows_private: bool) -> Self {
        Self { allows_private, places: Arc::new(Semaphore::new(MAX_CONCURRENT)) }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allows_private, places) = (self.allows_private, Arc::clone(&self.places));
        Box::pin(async move {
            let place = places.acquire_owned().await?;
            // A separate task holds its permit until the system has responded, even if the caller is gone.
            let lookup = tokio::spawn(async move {
                let found = tokio::net::lookup_host((name.as_str(), 0)).await.map(Vec::from_iter);
                drop(place);
                found
            });
            let found = lookup.await??.into_iter();
            let allowed: Vec<SocketAddr> = found.filter(|address| allows_private || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(FetchRefusal::Private.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Maximum number of concurrent name resolutions.
const MAX_CONCURRENT: usize = 16;
