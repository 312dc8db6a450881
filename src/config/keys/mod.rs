//! Every configuration key, declared once.

mod accounts;
mod clients;
mod protocol;
mod resources;
mod server;

use super::declaration::KeyTable;

pub(super) use accounts::{ACCOUNTS, APPLICATIONS, BOOTSTRAP, QUOTAS, THROTTLE};
pub(super) use clients::CLIENTS;
pub(super) use protocol::{LIFETIMES, OAUTH, OPENID};
pub(super) use resources::RESOURCES;
pub(super) use server::{AUDIT, BRAND, FETCH, HTTP, KEY_RING, LOG, TOP};

/// All tables in the order in which the reference and the example show them. Lists of tables are last.
pub(super) static TABLES: [&KeyTable; 17] = [
    &TOP,
    &LIFETIMES,
    &OAUTH,
    &OPENID,
    &ACCOUNTS,
    &APPLICATIONS,
    &QUOTAS,
    &THROTTLE,
    &HTTP,
    &FETCH,
    &KEY_RING,
    &BRAND,
    &LOG,
    &AUDIT,
    &BOOTSTRAP,
    &RESOURCES,
    &CLIENTS,
];

/// Seconds in a day.
const DAY: i64 = 86_400;
