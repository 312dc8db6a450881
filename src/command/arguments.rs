//! The arguments of the program.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::{AuditCommand, ClientCommand, UserCommand};

/// An OAuth 2.0 and OpenID Connect authorization server in one binary.
///
/// Without a command it serves.
#[derive(Clone, Debug, Parser)]
#[command(version, about, max_term_width = 100, after_help = ENVIRONMENT)]
pub struct Arguments {
    /// The configuration file [default: config.toml, which need not exist].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Start although the database is older than what this server has promised (after a restore, for example). Every
    /// login, code, token and grant from before becomes invalid, and the signing keys are replaced.
    #[arg(long)]
    pub accept_rollback: bool,

    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Serve until interrupted; the same as no command.
    Serve,
    /// Administration.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// The signing keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// People.
    #[command(subcommand)]
    User(UserCommand),
    /// Applications.
    #[command(subcommand)]
    Client(ClientCommand),
    /// The clock: expired data is only removed while it is trusted.
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Print the security events, one JSON object on each line, the oldest first.
    Audit(AuditCommand),
    /// Copy what can still be read of a damaged database into a new folder, and report what is lost. The server must be
    /// stopped.
    Salvage {
        /// The new folder [default: the data folder with `.salvaged` at its end].
        #[arg(value_name = "FOLDER")]
        target: Option<PathBuf>,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Ask the running server whether it is well; ends with 0 if so.
    Healthcheck,
}

/// Administration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum AdminCommand {
    /// Print a new link with which the first administrator is made. Earlier links stop working.
    SetupLink,
}

/// The signing keys.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum KeysCommand {
    /// Print the keys and their stages.
    List,
    /// Let the next keys sign at once; the present ones stay published until their tokens have expired.
    Rotate {
        /// The keys may be in other hands: take all of them out of the JWKS immediately, make new ones, and replace the
        /// secret of the server too.
        #[arg(long)]
        emergency: bool,
    },
    /// Make new keys when the folder of keys is lost or is not the right one. Every session, code and token ends.
    New,
}

/// The clock.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ClockCommand {
    /// Print the time and whether it is trusted.
    Show,
    /// Confirm that the clock is right although it is far ahead of the time until which it was last trusted.
    Confirm,
}

const ENVIRONMENT: &str = "Every key of config.toml can be set by the environment too: SIGNET__LISTEN, \
                           SIGNET__LIFETIMES__ACCESS_TOKEN, and so on; with _FILE at its end, a variable names a file \
                           that holds the value.";

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
