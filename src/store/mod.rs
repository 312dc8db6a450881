//! Persistence: operations of the domain on top of a small engine interface.
//!
//! The operations are implemented once over [`Engine`]: rows in namespaces, read one by one or in pages, and a
//! [`Commit`] of preconditions and writes that resolves when it is on disk. [`SledEngine`] stores a server's data.
//! [`MemoryEngine`] gives tests the same guarantees except durability. One test suite runs on both.

mod account_names;
mod accounts;
mod assertions;
mod clients;
mod clock_record;
mod codes;
mod commit;
mod configured_resources;
mod consents;
mod devices;
mod engine;
mod event_trail;
mod events;
mod fault;
mod grants;
mod groups;
mod indexes;
mod interactions;
mod invitations;
mod key_record;
mod logout_failures;
mod logout_notifications;
mod memory;
mod namespaces;
mod password_resets;
mod pictures;
mod rebuild;
mod record;
mod record_store;
mod refresh_schedules;
mod row;
mod sessions;
mod setup;
mod sled;
mod status_entries;
mod watcher;

#[cfg(test)]
mod both_engines;
#[cfg(test)]
mod contract;

pub use self::{
    account_names::{ConflictKind, NameConflict},
    accounts::AccountOrder,
    commit::{Commit, Expect},
    engine::{Engine, EngineHealth, Pending},
    event_trail::EventIndex,
    fault::{CommitError, Limit, MAX_KEY, MAX_OPERATIONS, MAX_VALUE, StoreFault, UnreadableRow},
    groups::GroupSize,
    key_record::KeyRecord,
    logout_notifications::LogoutQueue,
    memory::MemoryEngine,
    record::Versioned,
    record_store::{DEFAULT_USERNAME_RESERVATION, Store},
    row::{Namespace, Row, SWEEP_AFTER, SWEEP_LIMIT},
    sessions::SessionEntry,
    sled::{
        Epoch, Evidence, OnRollback, OpenError, OpenPolicy, Opened, Outside, OutsideMark, Position, Salvage,
        SalvageReport, SledEngine, Space, SpaceLevel, salvage,
    },
    status_entries::StatusEntry,
    watcher::{Affected, Watcher},
};
