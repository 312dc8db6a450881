//! Security events: what has happened to people, applications and the server that somebody may have to account for,
//! OWASP ASVS 5.0 [V16](https://github.com/OWASP/ASVS/blob/master/5.0/en/0x25-V16-Security-Logging-and-Error-Handling.md).
//!
//! An [`EventDetails`] is what happened, an [`Actor`] who did it and from where; the store makes a [`SecurityEvent`] of both
//! and writes it in the commit of the change that it tells of. What was refused has no commit: such occurrences go through
//! the [`FailureQueue`], which bounds what strangers can have written.
//!
//! No event holds a password, token, code, secret or cookie, or a name that was entered and is nobody's. What a change has
//! changed is told by the names of the members, never by their values.

mod actor;
mod change;
mod event;
mod failures;

pub use self::{
    actor::{Actor, Principal, RequestOrigin},
    change::{of_account, of_client},
    event::{EventDetails, EventKind, Outcome, SecurityEvent, UnknownKind, fingerprint, reason_code},
    failures::{FailureQueue, Noted},
};
