//! The sources of the configuration.

use std::{ffi::OsString, path::PathBuf};

use super::{in_force::SettingsInForce, mistake::ConfigMistakes, settings::Config};

/// The sources of the configuration. The command line takes precedence over the environment, and the environment over
/// the file.
#[derive(Clone, Default)]
pub struct ConfigSources {
    /// The file. `None` stands for `config.toml`, which need not exist.
    pub file: Option<PathBuf>,
    /// The variables of the environment. Those that do not begin with `SIGNET__` are ignored.
    pub environment: Vec<(OsString, OsString)>,
    /// The values of the options `--set`: `KEY=VALUE`.
    pub arguments: Vec<String>,
}

impl ConfigSources {
    /// Reads the configuration, with the value and the source of every key.
    ///
    /// # Errors
    ///
    /// Returns all errors, as [`Config::load`] does.
    pub fn load(&self) -> Result<(Config, SettingsInForce), ConfigMistakes> {
        Config::load_with(self, &|path| std::fs::read_to_string(path))
    }
}
