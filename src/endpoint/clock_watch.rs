//! Monitors the clock, so that a wrong clock does not cause data to be deleted.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use time::OffsetDateTime;

use crate::{
    clock::Clock,
    clock_trust::{ClockTrust, Trust},
};

/// State of the clock monitoring.
#[derive(Debug)]
pub struct ClockWatch {
    trust: Mutex<ClockTrust>,
    is_trusted: AtomicBool,
}

impl ClockWatch {
    /// Creates the state for a clock that was last trusted until `trusted_until`.
    #[must_use]
    pub fn new(trusted_until: OffsetDateTime, clock: &Clock) -> Self {
        let trust = ClockTrust::new(trusted_until, clock.now(), clock.uptime());
        Self { trust: Mutex::new(trust), is_trusted: AtomicBool::new(false) }
    }

    /// Returns `true` if expired data may be deleted.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.is_trusted.load(Ordering::SeqCst)
    }

    /// Checks the clock and decides whether it is trusted.
    pub(super) fn observe(&self, clock: &Clock) -> Trust {
        let trust = self.with(|trust| trust.observe(clock.now(), clock.uptime()));
        self.is_trusted.store(trust == Trust::Trusted, Ordering::SeqCst);
        trust
    }

    /// Trusts the time of `clock` from now on.
    pub(super) fn confirm(&self, clock: &Clock) {
        self.with(|trust| trust.confirm(clock.now(), clock.uptime()));
    }

    fn with<T>(&self, change: impl FnOnce(&mut ClockTrust) -> T) -> T {
        change(&mut self.trust.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
