//! Resolving names, with a look at every address before a connection is made to it.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{address::is_public, refusal::FetchRefusal};

/// What the connection asks for addresses. It connects to one of those and to no other, so that a name that means
/// something else a moment later (DNS rebinding) gains nothing.
pub(super) struct GuardedResolver {
    pub(super) allows_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allows_private = self.allows_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| allows_private || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(FetchRefusal::Private.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
