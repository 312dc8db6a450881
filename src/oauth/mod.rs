//! The rules of OAuth 2.0: pure functions and types, no I/O, no async.
