//! The command-line arguments.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::{AuditCommand, ClientCommand, UserCommand};

/// An OAuth 2.0 and OpenID Connect authorization server in one binary.
///
/// Without a command, it starts the server.
#[derive(Clone, Debug, Parser)]
#[command(version, about, max_term_width = 100, after_help = ENVIRONMENT)]
pub struct Arguments {
    /// Path of the configuration file [default: config.toml, if it exists].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Set a key of the configuration. Takes precedence over the environment and the file. Can be repeated.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub settings: Vec<String>,

    /// Start although the database is older than what this server has already committed, for example after restoring
    /// a backup. All earlier logins, codes, tokens and grants become invalid, and the signing keys are replaced.
    #[arg(long)]
    pub accept_rollback: bool,

    /// The command to run instead of the server.
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run the server until interrupted (the same as no command).
    Serve,
    /// Manage the initial setup.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Manage the signing keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Manage users.
    #[command(subcommand)]
    User(UserCommand),
    /// Manage applications.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Show or confirm the clock. Expired data is only deleted while the clock is trusted.
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Print the security events, one JSON object per line, oldest first.
    Audit(AuditCommand),
    /// Copy what can still be read from a damaged database to a new folder, and report what is lost. The server must
    /// be stopped.
    Salvage {
        /// The new folder [default: the data folder with the suffix `.salvaged`].
        #[arg(value_name = "FOLDER")]
        target: Option<PathBuf>,
    },
    /// Print the configuration in force: every key with its value and its source. Secrets are hidden. Exits with 1 if the
    /// configuration has errors.
    Config {
        /// Print a complete config.toml instead, with every key commented out.
        #[arg(long, conflicts_with = "reference")]
        example: bool,
        /// Print the reference of all keys in Markdown instead.
        #[arg(long)]
        reference: bool,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Check whether the running server is healthy. The exit code is 0 if it is.
    Healthcheck,
}

/// Manage the initial setup.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum AdminCommand {
    /// Print a new link for creating the first administrator. Earlier links stop working.
    SetupLink,
}

/// Manage the signing keys.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum KeysCommand {
    /// Print the keys and their states.
    List,
    /// Start signing with the next keys immediately. The current keys stay published until their tokens have expired.
    Rotate {
        /// Treat the current keys as compromised: remove them from the JWKS immediately, generate new ones, and
        /// replace the server's secret too.
        #[arg(long)]
        emergency: bool,
    },
    /// Generate new keys if the key folder is lost or is the wrong one. All sessions, codes and tokens become
    /// invalid.
    New,
}

/// Show or confirm the clock.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ClockCommand {
    /// Print the time and whether the clock is trusted.
    Show,
    /// Confirm that the clock is right although it is far ahead of the time when it was last trusted.
    Confirm,
}

const ENVIRONMENT: &str = "Every key of config.toml can also be set by an environment variable: SIGNET__LISTEN, \
    SIGNET__LIFETIMES__ACCESS_TOKEN, and so on. A variable that ends in _FILE contains the path of a file with the \
    value.";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_make_sense() {
        Arguments::command().debug_assert();
        let arguments = Arguments::try_parse_from(["signet", "keys", "rotate", "--emergency", "--config", "x.toml"]);
        let arguments = arguments.unwrap();
        assert_eq!(arguments.config, Some(PathBuf::from("x.toml")));
        assert!(matches!(arguments.command, Some(Command::Keys(KeysCommand::Rotate { emergency: true }))));
        let line =
            "signet client add Shop --redirect-uri https://a.example/cb --redirect-uri https://b.example/cb --public";
        let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
        let Some(Command::Client(ClientCommand::Add { settings, is_public: true, .. })) = arguments.command else {
            panic!("{arguments:?}");
        };
        assert_eq!(settings.redirect_uris, ["https://a.example/cb", "https://b.example/cb"]);
    }
}
