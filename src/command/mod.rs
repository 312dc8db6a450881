//! Commands to a server, and the socket through which a running one takes them.

mod arguments;
mod protocol;
mod socket;

pub use self::{
    arguments::{AdminCommand, Arguments, Command, KeysCommand},
    protocol::{Answer, Request},
    socket::{AdminSocket, CallError, call},
};
