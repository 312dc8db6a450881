//! `[quotas]`: how much one user or anonymous caller may store, and how quickly.

use super::{keys, section::Section, value::ToToml};
use crate::account::quota::QuotaPolicy;

/// Reads the section over the defaults, or over the defaults for test setups if `is_relaxed`.
pub(super) fn read(top: &mut Section<'_>, is_relaxed: bool) -> QuotaPolicy {
    let declared = QuotaPolicy::default();
    let usual = if is_relaxed { declared.relaxed() } else { declared };
    let mut section = top.section(&keys::QUOTAS);
    let policy = QuotaPolicy {
        applications_per_person: number(&mut section, "applications_per_person", usual.applications_per_person),
        applications_per_hour: number(&mut section, "applications_per_hour", usual.applications_per_hour),
        self_registrations_per_day: number(
            &mut section,
            "self_registrations_per_day",
            usual.self_registrations_per_day,
        ),
        self_registrations_per_hour: number(
            &mut section,
            "self_registrations_per_hour",
            usual.self_registrations_per_hour,
        ),
        unused_registration: section.seconds("unused_registration"),
        invitations_per_hour: number(&mut section, "invitations_per_hour", usual.invitations_per_hour),
        pictures_per_hour: number(&mut section, "pictures_per_hour", usual.pictures_per_hour),
        changes_per_hour: number(&mut section, "changes_per_hour", usual.changes_per_hour),
        sessions_per_person: number(&mut section, "sessions_per_person", usual.sessions_per_person),
        sign_ups_per_hour: number(&mut section, "sign_ups_per_hour", usual.sign_ups_per_hour),
        device_codes_per_minute: number(&mut section, "device_codes_per_minute", usual.device_codes_per_minute),
    };
    section.close();
    policy
}

/// The number `key`, with a default that depends on `throttle.relaxed`.
fn number<T: TryFrom<i64> + ToToml>(section: &mut Section<'_>, key: &str, default: T) -> T {
    let set = section.read(key, |written| written.integer());
    section.or(key, set, default)
}
