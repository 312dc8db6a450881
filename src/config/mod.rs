//! The configuration: `config.toml` and the environment, read once into types that cannot be wrong.
//!
//! A key is set by the file, by a variable (`SIGNET__LIFETIMES__ACCESS_TOKEN` for `access_token` in `[lifetimes]`), or by
//! a file that a variable names (`SIGNET__BOOTSTRAP__ADMIN_PASSWORD_FILE`). A variable goes before the file. The
//! entries of `[[clients]]` and `[[resources]]` are counted from 0: `SIGNET__CLIENTS__0__CLIENT_SECRET`. A list is
//! written with commas.
//!
//! A passphrase and a password never stand in the file; a client's secret may, if nobody else can read the file.
//!
//! All mistakes are found at once, an unknown key is one of them, and none of them shows the value of a secret.

mod applications;
mod clients;
mod layers;
mod load;
mod mistake;
mod password_hash;
mod quotas;
mod resources;
mod section;
mod settings;
mod value;

#[cfg(test)]
mod tests;

pub use mistake::{ConfigMistakes, Mistake};
pub use settings::{
    AccountSettings, ApplicationSettings, Bootstrap, BrandSettings, Config, ConfiguredClient, DynamicRegistration,
    FetchSettings, HttpSettings, KeyRingSettings, LifetimeSettings, LogFormat, LogSettings, OauthSettings,
    OpenidSettings, Profile, SignUp, ThrottleSettings,
};
