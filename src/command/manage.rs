//! `signet user` and `signet client`: what the management API does for tokens, for who can open the data folder.

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::ClientSettings;

/// People. USER is a username, a verified e-mail address or an identifier.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserCommand {
    /// Print the people, one on each line: identifier, username, role, standing, e-mail address.
    List {
        /// Only those whose username begins so.
        #[arg(long, value_name = "BEGINNING")]
        username: Option<String>,
        /// Only those whose e-mail address begins so.
        #[arg(long, value_name = "BEGINNING")]
        email: Option<String>,
    },
    /// Print what is known about a person.
    Show {
        /// Who.
        user: String,
    },
    /// Register a person; the password is read from standard input, or left out.
    Add {
        /// The name to sign in with.
        username: String,
        /// The e-mail address.
        #[arg(long)]
        email: Option<String>,
        /// Whether the address is known to be the person's. Only then applications are told it, and the person can sign in
        /// with it.
        #[arg(
            long,
            value_name = "true|false",
            num_args = 0..=1,
            default_value_t = true,
            default_missing_value = "true",
            action = clap::ArgAction::Set
        )]
        #[serde(default = "yes")]
        email_verified: bool,
        /// The full name.
        #[arg(long)]
        name: Option<String>,
        /// The number by which an employer knows the person.
        #[arg(long)]
        employee_number: Option<String>,
        /// A group; can be given several times.
        #[arg(long = "group", value_name = "GROUP")]
        groups: Vec<String>,
        /// Let the person administer the server.
        #[arg(long)]
        administrator: bool,
        /// Do not ask for a password: nobody can sign in by password until one is set.
        #[arg(long)]
        no_password: bool,
    },
    /// Set a password, which is read from standard input. Sessions and grants from before end.
    Password {
        /// Whose.
        user: String,
    },
    /// Print a link with which the person sets a password, once. It ends the link before.
    ResetLink {
        /// Whose.
        user: String,
    },
    /// Let a person sign in who has to wait after wrong guesses at the password.
    Unlock {
        /// Who.
        user: String,
    },
    /// Let a person use the account again.
    Enable {
        /// Who.
        user: String,
    },
    /// Forbid a person to use the account. Applications get no more tokens for them.
    Disable {
        /// Who.
        user: String,
    },
    /// Take a person away, with everything that they have granted.
    Delete {
        /// Who.
        user: String,
    },
    /// Print a link with which somebody registers, once.
    Invite {
        /// The e-mail address of the account.
        #[arg(long)]
        email: Option<String>,
        /// A group; can be given several times.
        #[arg(long = "group", value_name = "GROUP")]
        groups: Vec<String>,
    },
}

/// Applications.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientCommand {
    /// Print the applications, one on each line: `client_id`, name, who registered it, standing.
    List {
        /// Only those in whose name a word begins so.
        #[arg(long)]
        name: Option<String>,
    },
    /// Print what is registered about an application.
    Show {
        /// Its `client_id`.
        client_id: String,
    },
    /// Register an application and print its `client_id` and its secret, which is told this once.
    Add {
        /// The name that people see.
        client_name: String,
        /// It cannot keep a secret.
        #[arg(long = "public", conflicts_with = "token_endpoint_auth_method")]
        is_public: bool,
        /// It runs on the person's own machine.
        #[arg(long = "native", conflicts_with = "application_type")]
        is_native: bool,
        /// Its settings.
        #[command(flatten)]
        settings: Box<ClientSettings>,
    },
    /// Change settings of an application; all others stay as they are.
    Set {
        /// Its `client_id`.
        client_id: String,
        /// The name that people see.
        #[arg(long, value_name = "NAME")]
        client_name: Option<String>,
        /// The settings.
        #[command(flatten)]
        settings: Box<ClientSettings>,
    },
    /// Let an application obtain tokens again.
    Enable {
        /// Its `client_id`.
        client_id: String,
    },
    /// Forbid an application to obtain tokens. What was granted to it issues nothing more.
    Disable {
        /// Its `client_id`.
        client_id: String,
    },
    /// Take an application away.
    Delete {
        /// Its `client_id`.
        client_id: String,
    },
    /// The secrets of an application, of which two can live at a time.
    #[command(subcommand)]
    Secret(SecretCommand),
}

/// The secrets of an application.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretCommand {
    /// Print a new secret, beside the one that is in use.
    Add {
        /// Its `client_id`.
        client_id: String,
    },
    /// Take a secret away, by its number as `signet client show` prints it.
    Remove {
        /// Its `client_id`.
        client_id: String,
        /// The number.
        number: u32,
    },
}

fn yes() -> bool {
    true
}

impl UserCommand {
    /// Whether a password is typed for it.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        matches!(self, Self::Password { .. } | Self::Add { no_password: false, .. })
    }
}
