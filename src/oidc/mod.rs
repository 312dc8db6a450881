//! The rules of OpenID Connect: pure functions and types, no I/O, no async.
