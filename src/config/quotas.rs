//! `[quotas]`: how much one user or anonymous caller may store, and how quickly.

use super::{
    section::Section,
    value::{number, seconds},
};
use crate::account::quota::QuotaPolicy;

/// Reads the section over the defaults, or over the defaults for test setups if `is_relaxed`.
pub(super) fn read(top: &mut Section<'_>, is_relaxed: bool) -> QuotaPolicy {
    let usual = QuotaPolicy::default();
    let usual = if is_relaxed { usual.relaxed() } else { usual };
    let mut section = top.section("quotas");
    let mut rate = |key, default: u32| {
        let count = section.read(key, number(1..=1_000_000));
        count.and_then(|count| u32::try_from(count).ok()).unwrap_or(default)
    };
    let applications_per_hour = rate("applications_per_hour", usual.applications_per_hour);
    let self_registrations_per_day = rate("self_registrations_per_day", usual.self_registrations_per_day);
    let self_registrations_per_hour = rate("self_registrations_per_hour", usual.self_registrations_per_hour);
    let invitations_per_hour = rate("invitations_per_hour", usual.invitations_per_hour);
    let pictures_per_hour = rate("pictures_per_hour", usual.pictures_per_hour);
    let changes_per_hour = rate("changes_per_hour", usual.changes_per_hour);
    let sign_ups_per_hour = rate("sign_ups_per_hour", usual.sign_ups_per_hour);
    let device_codes_per_minute = rate("device_codes_per_minute", usual.device_codes_per_minute);
    let mut count = |key, default: u16| {
        let count = section.read(key, number(1..=1000));
        count.and_then(|count| u16::try_from(count).ok()).unwrap_or(default)
    };
    let applications_per_person = count("applications_per_person", usual.applications_per_person);
    let sessions_per_person = count("sessions_per_person", usual.sessions_per_person);
    let unused_registration =
        section.read("unused_registration", seconds(3600..=366 * 86_400)).unwrap_or(usual.unused_registration);
    section.close();
    QuotaPolicy {
        applications_per_person,
        applications_per_hour,
        self_registrations_per_day,
        self_registrations_per_hour,
        unused_registration,
        invitations_per_hour,
        pictures_per_hour,
        changes_per_hour,
        sessions_per_person,
        sign_ups_per_hour,
        device_codes_per_minute,
    }
}
