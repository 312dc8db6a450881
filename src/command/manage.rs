//! `signet user` and `signet client`: the operations of the management API, for callers who can open the data folder.

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::ClientSettings;

/// Manage users. USER is a username, a verified e-mail address or an identifier.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserCommand {
    /// Print the users, one per line: identifier, username, role, status, e-mail address.
    List {
        /// Only users whose username begins with this text.
        #[arg(long, value_name = "BEGINNING")]
        username: Option<String>,
        /// Only users whose e-mail address begins with this text.
        #[arg(long, value_name = "BEGINNING")]
        email: Option<String>,
    },
    /// Print the data of a user.
    Show {
        /// The username, verified e-mail address or identifier.
        user: String,
    },
    /// Create an account. The password is read from standard input.
    Add {
        /// The name used to sign in.
        username: String,
        /// The e-mail address.
        #[arg(long)]
        email: Option<String>,
        /// Whether the address is known to belong to the user. Only then is it shared with applications and can be
        /// used to sign in.
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
        /// The employee number.
        #[arg(long)]
        employee_number: Option<String>,
        /// A group. Can be repeated.
        #[arg(long = "group", value_name = "GROUP")]
        groups: Vec<String>,
        /// Make the user an administrator.
        #[arg(long)]
        administrator: bool,
        /// Do not ask for a password. The user cannot sign in by password until one is set.
        #[arg(long)]
        no_password: bool,
    },
    /// Set a password, which is read from standard input. Earlier sessions and grants end.
    Password {
        /// The username, verified e-mail address or identifier.
        user: String,
    },
    /// Print a link with which the user can set a password, once. It replaces the previous link.
    ResetLink {
        /// The username, verified e-mail address or identifier.
        user: String,
    },
    /// Lift the waiting time after failed password attempts.
    Unlock {
        /// The username, verified e-mail address or identifier.
        user: String,
    },
    /// Enable an account.
    Enable {
        /// The username, verified e-mail address or identifier.
        user: String,
    },
    /// Disable an account. Applications get no more tokens for the user.
    Disable {
        /// The username, verified e-mail address or identifier.
        user: String,
    },
    /// Delete an account with all its grants.
    Delete {
        /// The username, verified e-mail address or identifier.
        user: String,
    },
    /// Print a link with which a person can create an account, once.
    Invite {
        /// The e-mail address of the account.
        #[arg(long)]
        email: Option<String>,
        /// A group. Can be repeated.
        #[arg(long = "group", value_name = "GROUP")]
        groups: Vec<String>,
    },
}

/// Manage applications.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientCommand {
    /// Print the applications, one per line: `client_id`, name, provenance, status.
    List {
        /// Only applications with a word in their name that begins with this text.
        #[arg(long)]
        name: Option<String>,
    },
    /// Print the registration of an application.
    Show {
        /// The `client_id` of the application.
        client_id: String,
    },
    /// Register an application, and print its `client_id` and its secret, which is shown only once.
    Add {
        /// The name shown to users.
        client_name: String,
        /// The application cannot keep a secret.
        #[arg(long = "public", conflicts_with = "token_endpoint_auth_method")]
        is_public: bool,
        /// It runs on the user's device.
        #[arg(long = "native", conflicts_with = "application_type")]
        is_native: bool,
        /// The settings.
        #[command(flatten)]
        settings: Box<ClientSettings>,
    },
    /// Change settings of an application. All others keep their values.
    Set {
        /// The `client_id` of the application.
        client_id: String,
        /// The name shown to users.
        #[arg(long, value_name = "NAME")]
        client_name: Option<String>,
        /// The settings.
        #[command(flatten)]
        settings: Box<ClientSettings>,
    },
    /// Enable an application.
    Enable {
        /// The `client_id` of the application.
        client_id: String,
    },
    /// Disable an application. It gets no more tokens, not even from existing grants.
    Disable {
        /// The `client_id` of the application.
        client_id: String,
    },
    /// Delete an application.
    Delete {
        /// The `client_id` of the application.
        client_id: String,
    },
    /// Manage the secrets of an application, which can have two at a time.
    #[command(subcommand)]
    Secret(SecretCommand),
}

/// Manage the secrets of an application.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretCommand {
    /// Print a new secret. The existing one stays valid.
    Add {
        /// The `client_id` of the application.
        client_id: String,
    },
    /// Remove a secret, given by its number in the output of `signet client show`.
    Remove {
        /// The `client_id` of the application.
        client_id: String,
        /// The number of the secret.
        number: u32,
    },
}

fn yes() -> bool {
    true
}

impl UserCommand {
    /// Returns `true` if the command reads a password.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        matches!(self, Self::Password { .. } | Self::Add { no_password: false, .. })
    }
}
