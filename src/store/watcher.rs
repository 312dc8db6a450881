//! Notification of commits after which a grant may no longer issue tokens, to publish it to offline verifiers.

use super::StoreFault;
use crate::oauth::{client::ClientId, grant::GrantId, subject::Subject};

/// Is notified of commits after which a grant may no longer issue tokens, or may again.
///
/// The operation that made the commit resolves only afterwards. A caller who learns that a grant has ended can
/// therefore rely on the published status.
pub trait Watcher: Send + Sync + 'static {
    /// Called when a commit is on disk that may have changed whether `affected` may issue tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read. The operation then fails, although its commit has been
    /// applied.
    fn changed(&self, affected: &Affected) -> Result<(), StoreFault>;
}

/// The grants that a commit may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    Grant(GrantId),
    /// The grants of a user.
    GrantsOf(Subject),
    /// The grants to a client.
    GrantsTo(ClientId),
}
