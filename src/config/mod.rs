//! The configuration: `config.toml` and the environment, read once into types that are always valid.
//!
//! A key is set by the file, by a variable (`SIGNET__LIFETIMES__ACCESS_TOKEN` for `access_token` in `[lifetimes]`),
//! or by a file named by a variable (`SIGNET__BOOTSTRAP__ADMIN_PASSWORD_FILE`). Variables override the file. The
//! entries of `[[clients]]` and `[[resources]]` are counted from 0: `SIGNET__CLIENTS__0__CLIENT_SECRET`. In a
//! variable, lists are separated by commas.
//!
//! A passphrase and a password must not be in the file. A client secret may be, if no other user can read the file.
//!
//! All errors are reported together, including unknown keys. None of them shows the value of a secret.

mod applications;
mod choice;
mod choices;
mod clients;
mod declaration;
mod example;
mod in_force;
mod key_path;
mod keys;
mod layers;
mod load;
mod mistake;
mod password_hash;
mod quotas;
mod reference;
mod resources;
mod section;
mod settings;
mod sources;
mod value;

#[cfg(test)]
mod declaration_tests;
#[cfg(test)]
mod tests;

pub use example::example;
pub use in_force::SettingsInForce;
pub use mistake::{ConfigMistakes, Mistake};
pub use reference::reference;
pub use settings::{
    AccountSettings, ApplicationSettings, Bootstrap, BrandSettings, Config, ConfiguredClient, DynamicRegistration,
    FetchSettings, HttpSettings, KeyRingSettings, LifetimeSettings, LogFormat, LogSettings, OauthSettings,
    OpenidSettings, Profile, SignUp, ThrottleSettings,
};
pub use sources::ConfigSources;
