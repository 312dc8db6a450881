//! `signet audit`: prints the security events for event collectors.

use std::str::FromStr;

use clap::Args;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// Print the security events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct AuditCommand {
    /// Only events since then: 90s, 15m, 2h or 3d ago, or a time such as 2030-12-31T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub since: Option<Since>,
    /// Keep printing new events, with a delay of a few seconds, until interrupted.
    #[arg(long)]
    pub follow: bool,
}

/// A time, absolute or relative to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// A duration before now.
    Ago(Duration),
    /// A point in time.
    Time(OffsetDateTime),
}

impl Since {
    /// The sequence number after which events were recorded since then, if it is `now`. Sequence numbers are about
    /// the microseconds since 1970.
    #[must_use]
    pub fn sequence(self, now: OffsetDateTime) -> u64 {
        let time = match self {
            Self::Ago(duration) => now.saturating_sub(duration),
            Self::Time(time) => time,
        };
        let microseconds = u64::try_from(time.unix_timestamp_nanos() / 1000).unwrap_or_default();
        microseconds.saturating_sub(1)
    }
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
            return Ok(Self::Time(time));
        }
        let wrong = "must be 90s, 15m, 2h, 3d or a time such as 2030-12-31T00:00:00Z";
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(wrong)?;
        let number: i64 = number.parse().map_err(|_| wrong)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(wrong),
        };
        let seconds = number.checked_mul(unit).filter(|seconds| *seconds >= 0).ok_or(wrong)?;
        Ok(Self::Ago(Duration::seconds(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_is_written_as_one_or_as_how_long_ago() {
        let now = datetime!(2030-01-02 00:00 UTC);
        let since = |text: &str| text.parse::<Since>().map(|since| since.sequence(now));
        let day_before = since("2030-01-01T00:00:00Z").unwrap();
        for text in ["1d", "24h", "1440m", "86400s", "2030-01-01T01:00:00+01:00"] {
            assert_eq!(since(text), Ok(day_before), "{text}");
        }
        for text in ["", "d", "1", "-1d", "1w", "1.5h", "yesterday", "9223372036854775807d", "é"] {
            assert!(since(text).is_err(), "{text}");
        }
    }
}
