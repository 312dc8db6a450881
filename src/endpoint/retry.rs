//! Retries a change after a concurrent change of the same record.

use super::InternalError;
use crate::store::CommitError;

/// Counts the attempts of a request, so that it gives up at some point.
///
/// A request reads records, decides, and commits on condition that the records have not changed. After a conflict it
/// starts again:
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
    /// Starts another attempt.
    ///
    /// # Errors
    ///
    /// Returns [`InternalError::Contended`] after [`MAX_ATTEMPTS`].
    pub(super) fn begin(&mut self) -> Result<(), InternalError> {
        self.0 += 1;
        if self.0 > MAX_ATTEMPTS { Err(InternalError::Contended) } else { Ok(()) }
    }
}

/// Returns `true` if a precondition of the commit failed, and `false` if it was written.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub(super) fn is_conflict(outcome: Result<(), CommitError>) -> Result<bool, InternalError> {
    match outcome {
        Ok(()) => Ok(false),
        Err(CommitError::Conflict) => Ok(true),
        Err(CommitError::Internal(fault)) => Err(fault.into()),
    }
}

/// Maximum number of attempts. Each conflict means that another request has succeeded.
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
