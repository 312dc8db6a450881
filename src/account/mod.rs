//! Accounts: profile data, credentials, and limits on password attempts.
//!
//! Plain functions and types. Nothing here reads the time, the store or a request; only password hashing
//! ([`hashing`]) waits.

pub mod confusable;
pub mod device;
pub mod field_refusal;
pub mod group_name;
pub mod hashing;
mod hashing_cost;
pub mod identifier;
pub mod invitation;
pub mod lines;
pub mod logo;
pub mod own_picture;
pub mod password;
pub mod password_reset;
pub mod picture;
pub mod profile;
pub mod profile_form;
pub mod profile_refusal;
pub mod quota;
pub mod record;
pub mod refresh_schedule;
pub mod schedule_record;
pub mod session;
pub mod setup;
pub mod sign_in;
pub mod throttle;
pub mod user_agent;

mod canonical;
mod predictable;
mod ranked_table;
