//! Checks the clock while the server runs, and reports one that is doubtful.

use time::OffsetDateTime;

use super::{InternalError, Signet, conditions::Condition};
use crate::clock_trust::Trust;

/// Looks at the clock, tells of one that is doubtful, and writes down now and then until when it was trusted. To be called
/// about once a minute.
///
/// # Errors
///
/// The storage cannot be read or written.
pub async fn observe(signet: &Signet) -> Result<Trust, InternalError> {
    let now = signet.clock.now();
    let trust = signet.clock_trust.observe(&signet.clock);
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
    let now = signet.clock.now();
    signet.clock_trust.confirm(&signet.clock);
    signet.store.put_clock_trusted_until(now).await?;
    observe(signet).await?;
    Ok(now)
}

/// How often it is written down until when the clock was trusted.
const WRITTEN_EVERY: time::Duration = time::Duration::HOUR;
