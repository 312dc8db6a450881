//! Limits how many wrong user codes a user may enter, [RFC 8628 §5.1](https://www.rfc-editor.org/rfc/rfc8628#section-5.1).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

/// Number of recent wrong codes per user (§5.1: "the authorization server SHOULD limit the rate").
#[derive(Debug, Default)]
pub struct DeviceGuesses(Mutex<HashMap<String, (u32, OffsetDateTime)>>);

impl DeviceGuesses {
    /// Counts a code entered by `guesser` as wrong before it is checked, so that concurrent attempts cannot bypass
    /// the limit. Returns the time to wait if the limit is reached.
    pub(super) fn admit(&self, guesser: &str, now: OffsetDateTime) -> Result<(), Duration> {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.retain(|_, (_, since)| now < *since + FORGIVEN_AFTER);
        let (count, since) = guesses.entry(guesser.to_owned()).or_insert((0, now));
        // Setting the clock back does not lengthen the wait.
        *since = (*since).min(now);
        if *count >= MOST_GUESSES {
            return Err(*since + FORGIVEN_AFTER - now);
        }
        *count += 1;
        Ok(())
    }

    /// Uncounts an attempt that turned out to be correct.
    pub(super) fn take_back(&self, guesser: &str) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((count, _)) = guesses.get_mut(guesser) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                guesses.remove(guesser);
            }
        }
    }
}

/// Maximum number of wrong codes per user within [`FORGIVEN_AFTER`].
const MOST_GUESSES: u32 = 5;

const FORGIVEN_AFTER: Duration = Duration::minutes(10);

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn after_five_wrong_codes_a_person_waits() {
        let now = datetime!(2030-01-01 00:00 UTC);
        let guesses = DeviceGuesses::default();
        for _ in 1..MOST_GUESSES {
            assert_eq!(guesses.admit("usr_a", now), Ok(()));
        }
        for _ in 0..10 {
            assert_eq!(guesses.admit("usr_a", now), Ok(()), "a right code is no guess");
            guesses.take_back("usr_a");
        }
        assert_eq!(guesses.admit("usr_a", now), Ok(()));
        assert_eq!(guesses.admit("usr_a", now + Duration::minutes(4)), Err(Duration::minutes(6)));
        assert_eq!(guesses.admit("usr_b", now), Ok(()));
        let guesses_before = DeviceGuesses::default();
        for _ in 0..MOST_GUESSES {
            assert_eq!(guesses_before.admit("usr_a", now), Ok(()));
        }
        let back = now - Duration::DAY;
        assert_eq!(guesses_before.admit("usr_a", back), Err(FORGIVEN_AFTER), "a clock that was set back");
        assert_eq!(guesses_before.admit("usr_a", back + FORGIVEN_AFTER), Ok(()));
        assert_eq!(guesses.admit("usr_a", now + FORGIVEN_AFTER), Ok(()));
    }
}
