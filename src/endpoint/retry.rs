//! Decides again when another request changed the same record first.

use super::InternalError;
use crate::store::CommitError;

/// Counts how often a request has decided, so that it gives up at some point.
///
/// A request reads records, decides, and commits on the condition that the records are still the same. After a conflict it
/// begins again:
///
/// ```text
/// let mut attempts = Attempts::default();
/// loop {
///     attempts.begin()?;
///     let stored = store.read()?;
///     if is_conflict(store.replace(&stored, &changed).await)? {
///         continue;
///     }
///     return Ok(changed);
/// }
/// ```
#[derive(Debug, Default)]
pub(super) struct Attempts(u32);

impl Attempts {
    /// Begins one more attempt.
    ///
    /// # Errors
    ///
    /// [`InternalError::Contended`] after [`MAX_ATTEMPTS`].
    pub(super) fn begin(&mut self) -> Result<(), InternalError> {
        self.0 += 1;
        if self.0 > MAX_ATTEMPTS { Err(InternalError::Contended) } else { Ok(()) }
    }
}

/// Whether a precondition of the commit failed. `false`: it was written.
///
/// # Errors
///
/// The storage failed.
pub(super) fn is_conflict(outcome: Result<(), CommitError>) -> Result<bool, InternalError> {
    match outcome {
        Ok(()) => Ok(false),
        Err(CommitError::Conflict) => Ok(true),
        Err(CommitError::Internal(fault)) => Err(fault.into()),
    }
}

/// How often a request decides before it gives up. Each conflict means that another request was written.
const MAX_ATTEMPTS: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_gives_up_after_sixteen_conflicts() {
        let mut attempts = Attempts::default();
        assert!((0..16).all(|_| attempts.begin().is_ok()));
        assert!(matches!(attempts.begin(), Err(InternalError::Contended)));
    }
}
