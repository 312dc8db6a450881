//! The whole process: start, refusal to start, stop, and recovery after a kill.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod configuration;
mod killed;
mod killed_status;
mod manage;
mod start;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/visitor.rs"]
mod visitor;
