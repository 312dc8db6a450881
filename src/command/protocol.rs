//! What is said through the socket: one line of JSON there, one line back.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ClientCommand, UserCommand};

/// A command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum CommandRequest {
    /// A new link with which the first administrator is made.
    SetupLink,
    /// The signing keys and their stages.
    KeysList,
    /// Let the next keys sign at once.
    KeysRotate {
        /// Whether the present keys are taken out of the JWKS too, because somebody else may have them.
        emergency: bool,
    },
    /// New keys, whatever is in their folder.
    KeysNew,
    /// The clock, and whether it is trusted.
    Clock {
        /// Whether the time that it shows is the right one.
        confirm: bool,
    },
    /// People.
    User {
        /// What to do.
        user: UserCommand,
        /// The password that was typed, where one is asked for.
        password: Option<Typed>,
    },
    /// Some security events, the oldest first, each a line of JSON.
    Audit {
        /// Those after the one of this sequence.
        after: u64,
        /// Whether to leave out the latest, before which others may still come to stand.
        settled: bool,
    },
    /// Applications.
    Client {
        /// What to do.
        client: ClientCommand,
    },
}

/// What was typed and must not be shown. `Debug` does not.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Typed(pub String);

impl fmt::Debug for Typed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Typed(…)")
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandAnswer {
    /// What to print.
    Lines(Vec<String>),
    /// Why it was not done.
    Refused(String),
}
