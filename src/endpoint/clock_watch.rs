//! Watches the clock, so that nothing is destroyed on the word of one that is wrong.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use time::OffsetDateTime;

use super::{InternalError, Signet, conditions::Condition};
use crate::{
    clock::Clock,
    clock_trust::{ClockTrust, Trust},
};

/// What is known of the clock while the server runs.
#[derive(Debug)]
pub struct ClockWatch {
    trust: Mutex<ClockTrust>,
    is_trusted: AtomicBool,
}

impl ClockWatch {
    /// That of a clock that was last trusted until `trusted_until`.
    #[must_use]
    pub fn new(trusted_until: OffsetDateTime, clock: &Clock) -> Self {
        let trust = ClockTrust::new(trusted_until, clock.now(), clock.uptime());
        Self { trust: Mutex::new(trust), is_trusted: AtomicBool::new(false) }
    }

    /// Whether something may be destroyed because its time is over.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.is_trusted.load(Ordering::SeqCst)
    }

    fn with<T>(&self, change: impl FnOnce(&mut ClockTrust) -> T) -> T {
        change(&mut self.trust.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Looks at the clock, tells of one that is doubtful, and writes down now and then until when it was trusted. To be called
/// about once a minute.
///
/// # Errors
///
/// The storage cannot be read or written.
pub async fn observe(signet: &Signet) -> Result<Trust, InternalError> {
    let (now, uptime) = (signet.clock.now(), signet.clock.uptime());
    let trust = signet.clock_trust.with(|trust| trust.observe(now, uptime));
    signet.clock_trust.is_trusted.store(trust == Trust::Trusted, Ordering::SeqCst);
    match trust {
        Trust::Doubtful { ahead } => {
            let days = ahead.whole_days();
            signet.conditions.set(
                Condition::ClockDoubtful,
                Some(format!(
                    "the clock shows a time {days} days after it was last trusted. Nothing is removed because it has \
                     expired, and keys do not rotate. Set the clock right, or run `signet clock confirm` if it is right"
                )),
            );
        }
        Trust::Settling => signet.conditions.set(Condition::ClockDoubtful, None),
        Trust::Trusted => {
            signet.conditions.set(Condition::ClockDoubtful, None);
            let written = signet.store.clock_trusted_until()?;
            if written.is_none_or(|written| (now - written).abs() >= WRITTEN_EVERY) {
                signet.store.put_clock_trusted_until(now).await?;
            }
        }
    }
    Ok(trust)
}

/// Takes the time that the clock shows for the right one, because the operator says so.
///
/// # Errors
///
/// The storage cannot be written.
pub async fn confirm(signet: &Signet) -> Result<OffsetDateTime, InternalError> {
    let (now, uptime) = (signet.clock.now(), signet.clock.uptime());
    signet.clock_trust.with(|trust| trust.confirm(now, uptime));
    signet.store.put_clock_trusted_until(now).await?;
    observe(signet).await?;
    Ok(now)
}

/// How often it is written down until when the clock was trusted.
const WRITTEN_EVERY: time::Duration = time::Duration::HOUR;
