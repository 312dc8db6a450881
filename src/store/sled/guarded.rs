//! Turns a panic of sled into an error.

use std::{
    error::Error,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::store::fault::StoreFault;

/// On some damage sled panics instead of returning an error. Both become a fault for readers.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, StoreFault>) -> Result<T, StoreFault> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(StoreFault::storage(Panicked)))
}

#[derive(Debug)]
pub(super) struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the database panicked")
    }
}

impl Error for Panicked {}
