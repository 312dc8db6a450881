//! The whole process: how it starts, refuses to start, stops, and what survives when it is killed.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod killed;
mod manage;
mod start;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/visitor.rs"]
mod visitor;
