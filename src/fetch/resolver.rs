//! Resolving names, with a look at every address before a connection is made to it.

use std::{net::SocketAddr, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::{address::is_public, refusal::FetchRefusal};

/// What the connection asks for addresses. It connects to one of those and to no other, so that a name that means
/// something else a moment later (DNS rebinding) gains nothing.
///
/// The system resolves names in threads that nobody can stop, so that their number is bounded here.
pub(super) struct GuardedResolver {
    allows_private: bool,
    places: Arc<Semaphore>,
}

impl GuardedResolver {
    pub(super) fn new(allows_private: bool) -> Self {
        Self { allows_private, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allows_private, places) = (self.allows_private, Arc::clone(&self.places));
        Box::pin(async move {
            let place = places.acquire_owned().await?;
            // A task of its own keeps its place until the system has answered, whether or not somebody still waits.
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

/// The most names that are resolved at a time.
const AT_ONCE: usize = 16;
