use proptest::prelude::*;
use serde_json::{from_value, json, to_value};
use time::macros::datetime;

use super::*;

const NOW: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);

fn schedule(cron: &str, time_zone: &str) -> RefreshSchedule {
    RefreshSchedule::parse(cron, time_zone, false, NOW).unwrap()
}

/// The ticks of `cron` after `now`, compared with the instants of `expected`.
fn assert_ticks(cron: &str, time_zone: &str, now: OffsetDateTime, expected: &[OffsetDateTime]) {
    let ticks = schedule(cron, time_zone).next_ticks(now, u8::try_from(expected.len()).unwrap());
    assert_eq!(ticks, expected, "{cron} in {time_zone}");
}

#[test]
fn a_tick_is_strictly_after_now() {
    let daily = schedule("0 4 * * *", "UTC");
    let tick = datetime!(2026-01-01 04:00 UTC);
    assert_eq!(daily.next_tick(NOW), Some(tick));
    assert_eq!(daily.next_tick(tick - Duration::MILLISECOND), Some(tick));
    assert_eq!(daily.next_tick(tick), Some(tick + Duration::DAY));
    assert_eq!(daily.next_tick(tick + Duration::MILLISECOND), Some(tick + Duration::DAY));
    assert_eq!(daily.last_tick(tick - Duration::MILLISECOND), Some(tick - Duration::DAY));
    assert_eq!(daily.last_tick(tick), Some(tick));
    assert_eq!(daily.last_tick(tick + Duration::MILLISECOND), Some(tick));
}

// In Berlin, 02:00 became 03:00 on 29 March 2026; in New York on 8 March. On Lord Howe Island, 02:00 became 02:30 on
// 4 October.
#[test]
fn a_time_that_is_skipped_is_made_up_for_at_the_first_instant_after_it() {
    let berlin = datetime!(2026-03-28 12:00 UTC);
    assert_ticks(
        "30 2 * * *",
        "Europe/Berlin",
        berlin,
        &[datetime!(2026-03-29 03:00 +2), datetime!(2026-03-30 02:30 +2)],
    );
    assert_ticks(
        "0 1 * * *",
        "Europe/Berlin",
        berlin,
        &[datetime!(2026-03-29 01:00 +1), datetime!(2026-03-30 01:00 +2)],
    );
    assert_ticks(
        "30 2 * * *",
        "America/New_York",
        datetime!(2026-03-08 05:00 UTC),
        &[datetime!(2026-03-08 03:00 -4), datetime!(2026-03-09 02:30 -4)],
    );
    assert_ticks(
        "15 2 * * *",
        "Australia/Lord_Howe",
        datetime!(2026-10-03 12:00 UTC),
        &[datetime!(2026-10-04 02:30 +11), datetime!(2026-10-05 02:15 +11)],
    );
}

#[test]
fn several_times_a_day_are_not_made_up_for() {
    assert_ticks(
        "*/30 1-3 * * *",
        "Europe/Berlin",
        datetime!(2026-03-28 23:00 UTC),
        &[
            datetime!(2026-03-29 01:00 +1),
            datetime!(2026-03-29 01:30 +1),
            datetime!(2026-03-29 03:00 +2),
            datetime!(2026-03-29 03:30 +2),
        ],
    );
}

// In Berlin, 03:00 became 02:00 on 25 October 2026; in New York, 02:00 became 01:00 on 1 November. On Lord Howe
// Island, 02:00 became 01:30 on 5 April.
#[test]
fn a_time_that_comes_twice_ticks_the_first_time() {
    assert_ticks(
        "30 2 * * *",
        "Europe/Berlin",
        datetime!(2026-10-24 12:00 UTC),
        &[datetime!(2026-10-25 02:30 +2), datetime!(2026-10-26 02:30 +1)],
    );
    assert_ticks(
        "30 1 * * *",
        "America/New_York",
        datetime!(2026-10-31 12:00 UTC),
        &[datetime!(2026-11-01 01:30 -4), datetime!(2026-11-02 01:30 -5)],
    );
    assert_ticks(
        "45 1 * * *",
        "Australia/Lord_Howe",
        datetime!(2026-04-04 12:00 UTC),
        &[datetime!(2026-04-05 01:45 +11), datetime!(2026-04-06 01:45 +10:30)],
    );
}

#[test]
fn several_times_a_day_that_come_twice_tick_twice() {
    assert_ticks(
        "0,30 2 * * *",
        "Europe/Berlin",
        datetime!(2026-10-24 23:00 UTC),
        &[
            datetime!(2026-10-25 02:00 +2),
            datetime!(2026-10-25 02:30 +2),
            datetime!(2026-10-25 02:00 +1),
            datetime!(2026-10-25 02:30 +1),
            datetime!(2026-10-26 02:00 +1),
        ],
    );
}

#[test]
fn months_years_and_leap_days_follow_the_calendar() {
    let december = datetime!(2026-12-31 22:00 UTC);
    assert_ticks("0 4 * * *", "Europe/Berlin", december, &[datetime!(2027-01-01 04:00 +1)]);
    assert_ticks("0 0 1 1 *", "America/New_York", december, &[datetime!(2027-01-01 00:00 -5)]);
    assert_ticks("0 0 31 * *", "UTC", december, &[datetime!(2027-01-31 00:00 UTC), datetime!(2027-03-31 00:00 UTC)]);
    assert_ticks("0 4 29 2 *", "Europe/Berlin", NOW, &[datetime!(2028-02-29 04:00 +1), datetime!(2032-02-29 04:00 +1)]);
    assert_ticks("0 0 L 2 *", "UTC", NOW, &[datetime!(2026-02-28 00:00 UTC), datetime!(2027-02-28 00:00 UTC)]);
    assert_ticks("0 0 * * MON", "UTC", NOW, &[datetime!(2026-01-05 00:00 UTC), datetime!(2026-01-12 00:00 UTC)]);
}

#[test]
fn a_token_lives_until_the_next_tick_but_never_under_30_seconds() {
    let every_minute = schedule("* * * * *", "Europe/Berlin");
    let minute = datetime!(2026-01-01 00:01 UTC);
    for (now, expected) in [
        (NOW, minute),
        (datetime!(2026-01-01 00:00:30 UTC), minute),
        (datetime!(2026-01-01 00:00:31 UTC), datetime!(2026-01-01 00:01:01 UTC)),
        (datetime!(2026-01-01 00:00:59.9 UTC), datetime!(2026-01-01 00:01:29.9 UTC)),
    ] {
        assert_eq!(every_minute.expires_by(now), Some(expected), "{now}");
    }
}

#[test]
fn what_is_not_a_schedule_is_refused_with_what_to_do() {
    let field = ScheduleRefusal::Field;
    let long = format!("0 4 * * 1{}", ",1".repeat(60));
    for (cron, time_zone, expected) in [
        ("0 4 * * *", "Europe/Atlantis", ScheduleRefusal::UnknownTimeZone),
        ("0 4 * * *", "", ScheduleRefusal::UnknownTimeZone),
        ("0 4 * * *", "Etc/Unknown", ScheduleRefusal::UnknownTimeZone),
        ("0 4 * * *", "../../etc/localtime", ScheduleRefusal::UnknownTimeZone),
        ("0 0 4 * * *", "UTC", ScheduleRefusal::SixFields),
        ("0 4 * *", "UTC", ScheduleRefusal::FieldCount),
        ("0 0 4 * * * 2030", "UTC", ScheduleRefusal::FieldCount),
        ("@daily", "UTC", ScheduleRefusal::FieldCount),
        ("", "UTC", ScheduleRefusal::FieldCount),
        ("60 4 * * *", "UTC", field(CronField::Minute)),
        ("*/0 4 * * *", "UTC", field(CronField::Minute)),
        ("0 24 * * *", "UTC", field(CronField::Hour)),
        ("0 4 32 * *", "UTC", field(CronField::DayOfMonth)),
        ("0 4 * 13 *", "UTC", field(CronField::Month)),
        ("0 4 * * monday", "UTC", field(CronField::DayOfWeek)),
        ("0 4 * * ☀", "UTC", field(CronField::DayOfWeek)),
        (&long, "UTC", ScheduleRefusal::TooLong),
        ("0 4 30 2 *", "UTC", ScheduleRefusal::NeverTicks),
        ("0 4 31 2,4,6,9,11 *", "UTC", ScheduleRefusal::NeverTicks),
    ] {
        let refusal = RefreshSchedule::parse(cron, time_zone, false, NOW);
        assert_eq!(refusal, Err(expected), "{cron} in {time_zone}");
        let text = expected.to_string();
        assert!(text.ends_with('.') && text.chars().next().unwrap().is_ascii_uppercase(), "{text}");
    }
    assert!(RefreshSchedule::parse(&long[..127], "UTC", false, NOW).is_ok());
}

#[test]
fn a_schedule_without_a_tick_within_five_years_is_refused() {
    for cron in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "* * 30 2 *", "0 0 29 2 +MON#5", "0 0 1 1 +MON#5"] {
        let refusal = RefreshSchedule::parse(cron, "Europe/Berlin", false, NOW);
        assert_eq!(refusal, Err(ScheduleRefusal::NeverTicks), "{cron}");
    }
    // 2096 is a leap year, 2100 is not.
    let leap_day = schedule("0 0 29 2 *", "UTC");
    assert_eq!(leap_day.next_tick(datetime!(2096-02-29 00:00 UTC)), None);
    assert_eq!(leap_day.last_tick(datetime!(2103-12-31 00:00 UTC)), None);
}

#[test]
fn a_schedule_is_stored_as_three_members_and_read_again() {
    let schedule = RefreshSchedule::parse(" 0  4 * *\tMON-FRI ", "europe/berlin", true, NOW).unwrap();
    let written = json!({ "cron": "0 4 * * MON-FRI", "time_zone": "Europe/Berlin", "ends_grant": true });
    assert_eq!(to_value(&schedule).unwrap(), written);
    assert_eq!(from_value::<RefreshSchedule>(written).unwrap(), schedule);
    for (member, value) in [("cron", "0 4 * *"), ("cron", "0 0 4 * * *"), ("time_zone", "Europe/Atlantis")] {
        let mut written = to_value(&schedule).unwrap();
        written[member] = value.into();
        assert!(from_value::<RefreshSchedule>(written).is_err(), "{member}: {value}");
    }
    assert!(schedule.ends_grant());
    assert_eq!((schedule.cron(), schedule.time_zone()), ("0 4 * * MON-FRI", "Europe/Berlin"));
}

#[test]
fn a_schedule_and_its_ticks_are_shown_in_words() {
    for (cron, expected) in [
        ("0 4 * * *", "every day at 04:00"),
        ("30 2,14 * * *", "every day at 02:30 and 14:30"),
        ("0 4,12,20 * * 1-5", "at 04:00, 12:00 and 20:00, on Monday, Tuesday, Wednesday, Thursday, and Friday"),
        ("0 4 1 JAN *", "at 04:00, on day 1, in January"),
        ("0 3 * * 1#1", "at 03:00, on the 1st Monday of the month"),
        ("*/15 * * * *", "every 15 minutes"),
        ("* * * * *", "every minute"),
        ("5 * * * *", "at minute 5 past every hour"),
    ] {
        assert_eq!(schedule(cron, "Europe/Berlin").to_string(), format!("{expected} (Europe/Berlin)"));
    }
    for (time_zone, instant, expected) in [
        ("Europe/Berlin", datetime!(2026-03-29 01:00 UTC), "Sunday, 29 March 2026 at 03:00 (UTC+02:00)"),
        ("America/New_York", datetime!(2026-11-01 05:30 UTC), "Sunday, 1 November 2026 at 01:30 (UTC-04:00)"),
        ("Australia/Lord_Howe", datetime!(2026-07-01 00:00 UTC), "Wednesday, 1 July 2026 at 10:30 (UTC+10:30)"),
        ("America/St_Johns", datetime!(2026-01-01 00:00 UTC), "Wednesday, 31 December 2025 at 20:30 (UTC-03:30)"),
        ("UTC", NOW, "Thursday, 1 January 2026 at 00:00 (UTC+00:00)"),
    ] {
        assert_eq!(schedule("0 4 * * *", time_zone).in_words(instant), expected);
    }
}

#[test]
fn every_zone_that_is_offered_is_known() {
    let zones = time_zones();
    assert!(zones.iter().any(|zone| zone == "Europe/Berlin") && zones.len() > 400);
    let unknown = |zone: &&String| *zone != "Etc/Unknown" && RefreshSchedule::read("0 4 * * *", zone, false).is_err();
    assert_eq!(zones.iter().find(unknown), None);
}

fn any_cron() -> impl Strategy<Value = String> {
    let minute = prop_oneof![Just("*".to_owned()), Just("*/20".to_owned()), (0..60u8).prop_map(|at| at.to_string())];
    let hour = prop_oneof![Just("*".to_owned()), Just("*/6".to_owned()), (0..24u8).prop_map(|at| at.to_string())];
    let day = prop_oneof![Just("*".to_owned()), Just("L".to_owned()), (1..32u8).prop_map(|at| at.to_string())];
    let month = prop_oneof![Just("*".to_owned()), (1..13u8).prop_map(|at| at.to_string())];
    let weekday = prop_oneof![Just("*".to_owned()), Just("MON-FRI".to_owned()), (0..8u8).prop_map(|at| at.to_string())];
    (minute, hour, day, month, weekday).prop_map(|(m, h, d, mo, w)| format!("{m} {h} {d} {mo} {w}"))
}

fn any_zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "America/St_Johns",
        "Antarctica/Troll",
        "Asia/Kathmandu",
        "Pacific/Chatham",
    ])
}

/// From 2023 to 2040, often close to a change of clocks.
fn any_instant() -> impl Strategy<Value = OffsetDateTime> {
    let changes = vec![
        datetime!(2026-03-08 07:00 UTC),
        datetime!(2026-03-29 01:00 UTC),
        datetime!(2026-04-04 15:00 UTC),
        datetime!(2026-04-23 22:00 UTC),
        datetime!(2026-10-03 15:30 UTC),
        datetime!(2026-10-25 01:00 UTC),
        datetime!(2026-10-29 21:00 UTC),
        datetime!(2026-11-01 06:00 UTC),
    ];
    let near =
        (prop::sample::select(changes), -14_400..14_400_i64).prop_map(|(change, at)| change.unix_timestamp() + at);
    let seconds = prop_oneof![near, 1_670_000_000..2_210_000_000_i64];
    (seconds, 0..2_i64).prop_map(|(seconds, halves)| {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap() + Duration::milliseconds(500 * halves)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn between_an_instant_and_its_next_tick_there_is_none(cron in any_cron(), zone in any_zone(), now in any_instant()) {
        let Ok(schedule) = RefreshSchedule::parse(&cron, zone, false, now) else { return Ok(()) };
        let tick = schedule.next_tick(now).unwrap();
        prop_assert!(tick > now);
        prop_assert!(schedule.expires_by(now).unwrap() - now >= RefreshSchedule::SHORTEST_LIFETIME);
        prop_assert_eq!(schedule.last_tick(tick), Some(tick));
        prop_assert_eq!(schedule.next_tick(tick - Duration::SECOND), Some(tick));
        if let Some(last) = schedule.last_tick(tick - Duration::SECOND) {
            prop_assert!(last <= now, "{} was between {} and {}", last, now, tick);
            prop_assert_eq!(schedule.next_tick(last), Some(tick));
        }
    }

    #[test]
    fn no_text_is_too_strange_to_be_refused(cron in "\\PC{0,40}", fields in "[-0-9*/,L#W+?A-Z ]{9,20}") {
        for cron in [cron, fields.clone(), format!("0 4 {fields}")] {
            if let Ok(schedule) = RefreshSchedule::parse(&cron, "Europe/Berlin", false, NOW) {
                prop_assert!(!schedule.describe().is_empty());
                prop_assert!(schedule.next_tick(NOW).unwrap() > NOW);
            }
        }
    }
}
