//! Refresh schedules: when applications have to refresh their access tokens. A schedule has cron syntax and is in the
//! user's time zone.
//!
//! An access token issued under a schedule expires no later than the schedule's next tick, so the application has to
//! refresh it then. If the schedule ends grants, the refresh is refused and the user has to sign in again. APIs only
//! see the effect on `exp`.
//!
//! # Daylight saving time
//!
//! Ticks are local times. Once a year some local times are skipped and some occur twice:
//!
//! - A schedule with one time of day (`30 2 * * *`), on a day that skips this time, ticks at the first instant after
//!   the skipped time. On a day that has it twice, it ticks once, the first time.
//! - A schedule with several times of day (`*/20 * * * *`) does not tick at skipped times, and ticks twice at times
//!   that occur twice.

use std::fmt;

use croner::{
    Cron, Weekday,
    parser::{CronParser, Seconds, Year},
};
use jiff::{
    Timestamp, Zoned,
    civil::Date,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, UtcOffset, format_description::BorrowedFormatItem, macros::format_description};

/// A refresh schedule.
///
/// User input is only accepted by [`RefreshSchedule::parse`]. Stored schedules are read by `serde`, which refuses
/// what could not have been parsed but does not check again that the schedule ever ticks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct RefreshSchedule {
    text: String,
    cron: Cron,
    time_zone: TimeZone,
    ends_grant: bool,
}

/// A schedule as it is stored and sent.
#[derive(Serialize, Deserialize)]
struct Written {
    cron: String,
    time_zone: String,
    #[serde(default)]
    ends_grant: bool,
}

/// Reasons why a schedule is not accepted. The text tells the user what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleRefusal {
    TooLong,
    /// Six fields. Cron dialects disagree whether the first is seconds or the last is years.
    SixFields,
    /// A number of fields other than five.
    FieldCount,
    /// A field cannot be parsed.
    Field(CronField),
    /// The time zone is unknown.
    UnknownTimeZone,
    /// There is no tick within five years.
    NeverTicks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CronField {
    Minute,
    Hour,
    DayOfMonth,
    Month,
    DayOfWeek,
}

impl RefreshSchedule {
    /// Minimum token lifetime, whatever the schedule says, so that an application can use a token it has just
    /// received.
    pub const SHORTEST_LIFETIME: Duration = Duration::seconds(30);

    /// Maximum length of a schedule in cron syntax, in characters.
    pub const MAXIMUM_LENGTH: usize = 128;

    /// Parses a schedule in cron syntax. `cron` has five fields (minute, hour, day of the month, month, day of the
    /// week), and `time_zone` is a name of the IANA time zone database.
    ///
    /// Besides POSIX syntax, names of months and weekdays and the modifiers `L`, `W`, `#` and `+` are supported.
    ///
    /// # Errors
    ///
    /// Returns the first [`ScheduleRefusal`] that applies, in the order of its variants.
    pub fn parse(cron: &str, time_zone: &str, ends_grant: bool, now: OffsetDateTime) -> Result<Self, ScheduleRefusal> {
        let schedule = Self::read(cron, time_zone, ends_grant)?;
        if schedule.next_tick(now).is_none() {
            return Err(ScheduleRefusal::NeverTicks);
        }
        Ok(schedule)
    }

    /// The schedule in cron syntax, with its fields separated by single spaces.
    #[must_use]
    pub fn cron(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn time_zone(&self) -> &str {
        self.time_zone.iana_name().unwrap_or(UTC)
    }

    /// Whether a tick ends the grants made before it, so that the user has to sign in again.
    #[must_use]
    pub fn ends_grant(&self) -> bool {
        self.ends_grant
    }

    /// The first tick after `now`, in UTC. `None` if there is none within five years.
    #[must_use]
    pub fn next_tick(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let from = self.local(now)?;
        if !self.has_day(days(from.date(), Date::tomorrow)) {
            return None;
        }
        let tick = instant(&self.cron.find_next_occurrence(&from, false).ok()?)?;
        Some(tick).filter(|tick| *tick > now && *tick - now <= HORIZON)
    }

    /// The last tick at or before `now`, in UTC. `None` if there was none within five years.
    #[must_use]
    pub fn last_tick(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let from = self.local(now)?;
        if !self.has_day(days(from.date(), Date::yesterday)) {
            return None;
        }
        let tick = instant(&self.cron.find_previous_occurrence(&from, true).ok()?)?;
        Some(tick).filter(|tick| *tick <= now && now - *tick <= HORIZON)
    }

    /// The next `count` ticks after `now`, so that users can check the schedule.
    #[must_use]
    pub fn next_ticks(&self, now: OffsetDateTime, count: u8) -> Vec<OffsetDateTime> {
        let first = self.next_tick(now);
        std::iter::successors(first, |tick| self.next_tick(*tick)).take(count.into()).collect()
    }

    /// The latest expiry of a token issued at `now`: the next tick, but at least
    /// [`RefreshSchedule::SHORTEST_LIFETIME`] after `now`.
    #[must_use]
    pub fn expires_by(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        self.next_tick(now).map(|tick| tick.max(now + Self::SHORTEST_LIFETIME))
    }

    /// The schedule in words, as part of a sentence: `every day at 04:00 (Europe/Berlin)`.
    #[must_use]
    pub fn describe(&self) -> String {
        let pattern = &self.cron.pattern;
        let (hours, minutes) = (pattern.hours.values(), pattern.minutes.values());
        let description = match hours.len() * minutes.len() {
            0..=MANY_TIMES => {
                let times = hours.iter().flat_map(|hour| minutes.iter().map(move |minute| (hour, minute)));
                let times: Vec<String> = times.map(|(hour, minute)| format!("{hour:02}:{minute:02}")).collect();
                let days = self.describe_days();
                let every_day = if days.is_empty() { "every day " } else { "" };
                format!("{every_day}at {}{days}", listed(&times))
            }
            _ => {
                let description = pattern.describe().trim_end_matches('.').to_owned();
                description.replacen("At every", "every", 1).replacen("At ", "at ", 1).replacen("Every", "every", 1)
            }
        };
        format!("{description} ({})", self.time_zone())
    }

    /// The days in words, to follow a time of day. Empty for every day.
    fn describe_days(&self) -> String {
        let days = self.text.splitn(3, ' ').nth(2).and_then(|days| read_cron(&format!("0 0 {days}")));
        let description = days.map(|days| days.describe()).unwrap_or_default();
        description.trim_end_matches('.').trim_start_matches("At 00:00").to_owned()
    }

    /// An instant in words, in the schedule's time zone: `Sunday, 29 March 2026 at 03:00 (UTC+02:00)`.
    #[must_use]
    pub fn in_words(&self, instant: OffsetDateTime) -> String {
        let local = self.local_time(instant);
        local.format(WORDS).unwrap_or_else(|_| local.to_string())
    }

    #[must_use]
    pub fn local_time(&self, instant: OffsetDateTime) -> OffsetDateTime {
        let offset = self.local(instant).and_then(|local| UtcOffset::from_whole_seconds(local.offset().seconds()).ok());
        instant.to_offset(offset.unwrap_or(UtcOffset::UTC))
    }

    fn read(cron: &str, time_zone: &str, ends_grant: bool) -> Result<Self, ScheduleRefusal> {
        if cron.chars().count() > Self::MAXIMUM_LENGTH {
            return Err(ScheduleRefusal::TooLong);
        }
        let fields: Vec<&str> = cron.split_whitespace().collect();
        match fields.len() {
            5 => {}
            6 => return Err(ScheduleRefusal::SixFields),
            _ => return Err(ScheduleRefusal::FieldCount),
        }
        let text = fields.join(" ");
        let cron = read_cron(&text).ok_or_else(|| unreadable_field(&fields))?;
        let time_zone = TimeZoneDatabase::bundled().get(time_zone.trim()).ok();
        let time_zone = time_zone.filter(|zone| !zone.is_unknown()).ok_or(ScheduleRefusal::UnknownTimeZone)?;
        Ok(Self { text, cron, time_zone, ends_grant })
    }

    fn local(&self, instant: OffsetDateTime) -> Option<Zoned> {
        let instant = Timestamp::from_second(instant.unix_timestamp()).ok()?;
        Some(instant.to_zoned(self.time_zone.clone()))
    }

    /// Returns `true` if one of `days` has ticks. This bounds the search: an existing day is found within 400 years,
    /// but a day that does not exist, such as 30 February, would be searched for until the year 5000.
    fn has_day(&self, mut days: impl Iterator<Item = Date>) -> bool {
        let pattern = &self.cron.pattern;
        days.any(|day| {
            let [month, number] = [day.month(), day.day()].map(i8::unsigned_abs).map(u32::from);
            let weekday = Weekday::from_days_from_sunday(day.weekday().to_sunday_zero_offset().unsigned_abs().into());
            let is_day = || pattern.day_match(day.year().into(), month, number, weekday);
            pattern.month_match(month).is_ok_and(|is_month| is_month && is_day().unwrap_or(false))
        })
    }
}

/// The names of all known time zones, in alphabetical order.
#[must_use]
pub fn time_zones() -> Vec<String> {
    let mut names: Vec<_> = TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
    names.sort_unstable();
    names
}

fn read_cron(text: &str) -> Option<Cron> {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Optional).build().parse(text).ok()
}

/// The first field that cannot be parsed on its own, with all others set to `*`.
fn unreadable_field(fields: &[&str]) -> ScheduleRefusal {
    let is_unreadable = |at: usize| {
        let alone: Vec<&str> = fields.iter().enumerate().map(|(i, field)| if i == at { *field } else { "*" }).collect();
        read_cron(&alone.join(" ")).is_none()
    };
    let unreadable = CronField::ALL.into_iter().enumerate().find(|(at, _)| is_unreadable(*at));
    unreadable.map_or(ScheduleRefusal::FieldCount, |(_, field)| ScheduleRefusal::Field(field))
}

/// `first` and the days reached from it by `step`, for five years.
fn days(first: Date, step: impl Fn(Date) -> Result<Date, jiff::Error>) -> impl Iterator<Item = Date> {
    let count = usize::try_from(HORIZON.whole_days()).unwrap_or(0) + 1;
    std::iter::successors(Some(first), move |day| step(*day).ok()).take(count)
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn instant(local: &Zoned) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(local.timestamp().as_second()).ok()
}

impl PartialEq for RefreshSchedule {
    fn eq(&self, other: &Self) -> bool {
        let key = |schedule: &Self| (schedule.text.clone(), schedule.time_zone().to_owned(), schedule.ends_grant);
        key(self) == key(other)
    }
}

impl Eq for RefreshSchedule {}

impl fmt::Display for RefreshSchedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.describe())
    }
}

impl TryFrom<Written> for RefreshSchedule {
    type Error = ScheduleRefusal;

    fn try_from(written: Written) -> Result<Self, ScheduleRefusal> {
        Self::read(&written.cron, &written.time_zone, written.ends_grant)
    }
}

impl From<RefreshSchedule> for Written {
    fn from(schedule: RefreshSchedule) -> Self {
        let time_zone = schedule.time_zone().to_owned();
        Self { cron: schedule.text, time_zone, ends_grant: schedule.ends_grant }
    }
}

impl fmt::Display for ScheduleRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => formatter.write_str("Shorten the schedule to at most 128 characters."),
            Self::SixFields => formatter.write_str(
                "Remove the sixth field. A schedule has no seconds or years. For example, 0 4 * * * is every day at \
                 04:00.",
            ),
            Self::FieldCount => formatter.write_str(
                "Enter five fields separated by spaces: minute, hour, day of the month, month, day of the week. For \
                 example, 0 4 * * * is every day at 04:00.",
            ),
            Self::Field(field) => {
                let (name, values) = field.described();
                write!(
                    formatter,
                    "The field for the {name} is not valid. Enter {values}, * for all, or several with a comma (1,2), \
                     a hyphen (1-5) or a step (*/2)."
                )
            }
            Self::UnknownTimeZone => {
                formatter.write_str("Enter a time zone name, for example Europe/Berlin or America/New_York.")
            }
            Self::NeverTicks => {
                formatter.write_str("This schedule has no date within the next five years. Choose a day that exists.")
            }
        }
    }
}

impl std::error::Error for ScheduleRefusal {}

impl CronField {
    /// In the order of the syntax.
    const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::DayOfMonth, Self::Month, Self::DayOfWeek];

    /// The name of the field, and its allowed values.
    fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Minute => ("minute", "0 to 59"),
            Self::Hour => ("hour", "0 to 23"),
            Self::DayOfMonth => ("day of the month", "1 to 31, L for the last day"),
            Self::Month => ("month", "1 to 12 or JAN to DEC"),
            Self::DayOfWeek => ("day of the week", "0 to 7 or SUN to SAT (0 and 7 are Sunday)"),
        }
    }
}

/// Ticks further away than this, in the past or the future, are ignored.
const HORIZON: Duration = Duration::days(5 * 366);

/// A schedule with more times of day than this is described by its rule.
const MANY_TIMES: usize = 6;

const UTC: &str = "UTC";

const WORDS: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday], [day padding:none] [month repr:long] [year] at [hour]:[minute] \
     (UTC[offset_hour sign:mandatory]:[offset_minute])"
);

#[cfg(test)]
#[path = "refresh_schedule_tests.rs"]
mod tests;
