//! Security events concerning users, clients and the server, OWASP ASVS 5.0
//! [V16](https://github.com/OWASP/ASVS/blob/master/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md).
//!
//! [`EventDetails`] describe what happened, and an [`Actor`] who did it and from where. The store combines both to a
//! [`SecurityEvent`] and writes it in the commit of the change that it describes. Failures have no commit: they go
//! through the [`FailureQueue`], which limits how much attackers can cause to be written.
//!
//! No event contains a password, token, code, secret or cookie, or an entered name without an account. Changes are
//! described by the names of the members, never by their values.

mod actor;
mod change;
mod event;
mod failures;

pub use self::{
    actor::{Actor, Principal, RequestOrigin},
    change::{of_account, of_client},
    event::{EventDetails, EventKind, Outcome, SecurityEvent, UnknownKind, fingerprint},
    failures::{FailureQueue, Noted},
};
