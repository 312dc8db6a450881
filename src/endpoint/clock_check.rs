//! Checks the clock while the server is running, and reports a doubtful one.

use time::OffsetDateTime;

use super::{InternalError, Signet, conditions::Condition};
use crate::clock_trust::Trust;

/// Checks the clock, logs a warning if it is doubtful, and occasionally records until when it was trusted. Call it
/// about once a minute.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage cannot be read or written.
pub async fn observe(signet: &Signet) -> Result<Trust, InternalError> {
    let now = signet.clock.now();
    let trust = signet.clock_trust.observe(&signet.clock);
    match trust {
        Trust::Doubtful { ahead } => {
            let days = ahead.whole_days();
            signet.conditions.set(
                Condition::ClockDoubtful,
                Some(format!(
                    "the clock is {days} days ahead of the time when it was last trusted. Until it is confirmed, \
                     expired records are kept and keys do not rotate. Correct the clock, or run `signet clock confirm` \
                     if it is right"
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

/// Trusts the current time of the clock because the operator confirms it.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage cannot be written.
pub async fn confirm(signet: &Signet) -> Result<OffsetDateTime, InternalError> {
    let now = signet.clock.now();
    signet.clock_trust.confirm(&signet.clock);
    signet.store.put_clock_trusted_until(now).await?;
    observe(signet).await?;
    Ok(now)
}

/// How often the time until which the clock was trusted is recorded.
const WRITTEN_EVERY: time::Duration = time::Duration::HOUR;
