//! The keys of accounts, of the people who register applications, and of quotas.

use super::{
    super::choice::words,
    super::declaration::{
        DefaultValue::{Derived, Fixed, Unset},
        Key, KeyTable,
        Kind::{Choice, Flag, Format, NonEmptyText, Number, Seconds},
        Secrecy,
    },
    DAY,
};
use crate::account::{hashing::HashingCost, invitation::SignUp};

pub(in super::super) static ACCOUNTS: KeyTable = KeyTable {
    name: "accounts",
    is_list: false,
    description: "Accounts and passwords.",
    keys: &[
        Key::new(
            "sign_up",
            Choice(words::<SignUp>),
            Derived("`\"open\"` if `issuer` is a loopback address, otherwise `\"invitation\"`", "\"invitation\""),
            "Who can create an account: everyone, people with an invitation, or only administrators. The log at start says \
             which applies and why.",
        ),
        Key::new(
            "username_reservation",
            Seconds(0..=3650 * DAY),
            Fixed("15552000"),
            "How long the username of a renamed or deleted account stays reserved. The default is 180 days.",
        ),
        Key::new(
            "share_unverified_email",
            Flag,
            Fixed("false"),
            "Whether applications receive e-mail addresses that are not verified, with `email_verified: false`. Many \
             applications match accounts by the address alone; see [accounts](accounts.md).",
        ),
        Key::new(
            "password_minimum_length",
            Number(8..=64),
            Fixed("15"),
            "The minimum number of characters of a password. NIST SP 800-63B-4 demands 15 for a single factor.",
        ),
        Key::new(
            "password_hash_memory_kib",
            Number(7168..=HashingCost::MOST_MEMORY_KIB as i64),
            Fixed("19456"),
            "The memory that argon2id uses for a password, in KiB. The server refuses a cost below OWASP's recommendation; a \
             stored password is hashed again when its owner next signs in.",
        ),
        Key::new(
            "password_hash_passes",
            Number(1..=HashingCost::MOST_PASSES as i64),
            Fixed("2"),
            "The number of passes of argon2id.",
        ),
    ],
};

pub(in super::super) static APPLICATIONS: KeyTable = KeyTable {
    name: "applications",
    is_list: false,
    description: "The registration of applications.",
    keys: &[
        Key::new(
            "registration",
            Format("`administrators`, `everybody` or `group:NAME`"),
            Derived(
                "`\"everybody\"` if `issuer` is a loopback address, otherwise `\"administrators\"`",
                "\"group:developers\"",
            ),
            "Who can register applications, on the page for developers and by the API. The log at start says which applies \
             and why.",
        ),
        Key::new(
            "prune",
            Flag,
            Fixed("false"),
            "Whether a client that is removed from `[[clients]]` is disabled until it returns. Otherwise it continues to \
             work, and the log at start names it.",
        ),
    ],
};

pub(in super::super) static QUOTAS: KeyTable = KeyTable {
    name: "quotas",
    is_list: false,
    description: "How much a person or an address may store, and how fast. `throttle.relaxed` raises the defaults.",
    keys: &[
        Key::new(
            "applications_per_person",
            Number(1..=1000),
            Fixed("50"),
            "The number of applications that a person can own. Administrators can own more.",
        ),
        Key::new(
            "applications_per_hour",
            RATE,
            Fixed("20"),
            "The number of applications that a person can register in an hour.",
        ),
        Key::new(
            "self_registrations_per_day",
            RATE,
            Fixed("1000"),
            "The number of applications that can register themselves in a day, counted over all addresses.",
        ),
        Key::new(
            "self_registrations_per_hour",
            RATE,
            Fixed("60"),
            "The number of applications that can register themselves in an hour from an address.",
        ),
        Key::new(
            "unused_registration",
            Seconds(3600..=366 * DAY),
            Fixed("2592000"),
            "The time after which an application that registered itself is deleted if it is not used. The default is 30 \
             days.",
        ),
        Key::new(
            "invitations_per_hour",
            RATE,
            Fixed("100"),
            "The number of invitations that an administrator or a script can create in an hour.",
        ),
        Key::new(
            "pictures_per_hour",
            RATE,
            Fixed("20"),
            "The number of profile pictures that a person can upload in an hour.",
        ),
        Key::new(
            "changes_per_hour",
            RATE,
            Fixed("600"),
            "The number of changes that a person can make in an hour to their profile, schedules and applications.",
        ),
        Key::new(
            "sessions_per_person",
            Number(1..=1000),
            Fixed("50"),
            "The number of sessions that a person can have. A further sign-in ends the session that was unused for longest.",
        ),
        Key::new(
            "sign_ups_per_hour",
            RATE,
            Fixed("10"),
            "The number of accounts that can be created by sign-up in an hour from an address.",
        ),
        Key::new(
            "device_codes_per_minute",
            RATE,
            Fixed("60"),
            "The number of device codes that can be requested in a minute from an address.",
        ),
    ],
};

pub(in super::super) static THROTTLE: KeyTable = KeyTable {
    name: "throttle",
    is_list: false,
    description: "Protection against guessing.",
    keys: &[Key::new(
        "relaxed",
        Flag,
        Fixed("false"),
        "Whether logins, registrations and token requests are almost unlimited. For test environments only.",
    )],
};

pub(in super::super) static BOOTSTRAP: KeyTable = KeyTable {
    name: "bootstrap",
    is_list: false,
    description: "The first administrator, created at start as long as the server has never had one.",
    keys: &[
        Key::new("admin_username", NonEmptyText, Unset("\"admin\""), "The username of the first administrator."),
        Key::secret(
            "admin_password",
            Secrecy::EnvironmentOnly,
            Unset(""),
            "The password of the first administrator. Commands do not need it.",
        ),
    ],
};

const RATE: super::super::declaration::Kind = Number(1..=1_000_000);
