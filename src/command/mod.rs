//! Commands for administration, and the socket through which a running server receives them.

mod arguments;
mod audit;
mod client_settings;
mod manage;
mod protocol;
mod socket;

pub use self::{
    arguments::{AdminCommand, Arguments, ClockCommand, Command, KeysCommand},
    audit::{AuditCommand, Since},
    client_settings::ClientSettings,
    manage::{ClientCommand, SecretCommand, UserCommand},
    protocol::{CommandAnswer, CommandRequest, Typed},
    socket::{AdminSocket, CallError, call},
};
