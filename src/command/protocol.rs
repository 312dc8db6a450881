//! What is said through the socket: one line of JSON there, one line back.

use serde::{Deserialize, Serialize};

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Request {
    /// A new link with which the first administrator is made.
    SetupLink,
    /// The signing keys and their stages.
    KeysList,
    /// Let the next keys sign at once.
    KeysRotate {
        /// Whether the present keys are taken out of the JWKS too, because somebody else may have them.
        emergency: bool,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// What to print.
    Lines(Vec<String>),
    /// Why it was not done.
    Refused(String),
}
