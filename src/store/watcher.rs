//! Who has to know that a grant may issue no more: whoever publishes that to those who verify offline.

use super::StoreFault;
use crate::oauth::{client::ClientId, grant::GrantId, subject::Subject};

/// Learns of commits after which a grant may issue no more, or again.
///
/// The verb whose commit it was resolves only afterwards, so that whoever is told that a grant has ended can rely on its
/// being published.
pub trait Watcher: Send + Sync + 'static {
    /// A commit is on disk that may have changed whether what is `affected` may issue.
    ///
    /// # Errors
    ///
    /// The storage cannot be read. Then the verb fails, although its commit has happened.
    fn changed(&self, affected: &Affected) -> Result<(), StoreFault>;
}

/// Which grants a commit may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// This one.
    Grant(GrantId),
    /// Those of a person.
    GrantsOf(Subject),
    /// Those to a client.
    GrantsTo(ClientId),
}
