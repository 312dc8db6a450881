//! The protocol of the command socket: one line of JSON in each direction.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ClientCommand, UserCommand};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum CommandRequest {
    /// Create a new link for creating the first administrator.
    SetupLink,
    /// List the signing keys and their stages.
    KeysList,
    /// Start signing with the next keys immediately.
    KeysRotate {
        /// Whether the current keys are also removed from the JWKS, because they may be compromised.
        emergency: bool,
    },
    /// Generate new keys, whatever is in the key folder.
    KeysNew,
    /// Show the clock, and whether it is trusted.
    Clock {
        /// Whether to confirm that its time is right.
        confirm: bool,
    },
    User {
        user: UserCommand,
        /// The entered password, if the command reads one.
        password: Option<Typed>,
    },
    /// Return some security events, oldest first, each as a line of JSON.
    Audit {
        /// The sequence number after which to start.
        after: u64,
        /// Whether to leave out the latest events, which may still be reordered.
        settled: bool,
    },
    Client {
        client: ClientCommand,
    },
}

/// Entered text that must not be displayed. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Typed(pub String);

impl fmt::Debug for Typed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Typed(…)")
    }
}

/// The result of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandAnswer {
    /// The lines to print.
    Lines(Vec<String>),
    /// The reason why the command was refused.
    Refused(String),
}
