//! One file per endpoint: fetch, decide, commit. No HTTP.
//!
//! An endpoint fetches what its rules need, applies them, and awaits one commit. If a precondition of the commit
//! fails, it fetches and decides again. The response is sent only after the write is on disk.

pub mod access;
pub mod activity;
mod authorization_issue;
pub mod authorize;
pub mod backchannel_logout;
mod client_assertion;
pub mod client_authentication;
pub mod client_errors;
pub mod client_keys;
pub mod clients;
pub mod clock_check;
pub mod clock_watch;
pub mod conditions;
pub mod connections;
pub mod consent;
pub mod device;
pub mod device_guesses;
pub mod device_polls;
pub mod endpoint_error;
pub mod events;
pub mod fault;
pub mod groups;
pub mod interaction;
pub mod introspect;
pub mod invitations;
pub mod key_folder;
pub mod keys;
pub mod login;
pub mod logout;
pub mod management;
pub mod merge_patch;
pub mod new_account;
pub mod page;
pub mod password_change;
mod password_date;
pub mod password_resets;
pub mod picture_bench;
pub mod pictures;
pub mod presets;
pub mod profile;
pub mod published_keys;
pub mod quota;
pub mod refresh_schedules;
mod request_object;
mod retry;
pub mod revoke;
pub mod rotation_gate;
pub mod secret_guesses;
pub mod session;
pub mod session_end;
pub mod sessions;
pub mod setup;
pub mod signet;
pub mod signup;
mod standing;
pub mod status_lists;
pub mod token;
pub mod user_access;
pub mod userinfo;
pub mod users;
pub mod withheld_error;

pub use self::signet::{Lifetimes, Signet};
pub use fault::InternalError;
