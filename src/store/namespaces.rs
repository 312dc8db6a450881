//! The number of each kind of record on disk, and which kinds can be rebuilt from others. Numbers are never reused.

use super::Namespace;

/// Where the rows of a namespace come from. The salvage of a damaged database depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowOrigin {
    /// From requests. A lost row cannot be restored.
    Primary,
    /// From rows of other namespaces: an index. A salvage rebuilds it instead of copying it.
    Derived,
    /// Both. A salvage copies the rows that it can read, and adds those that follow from other namespaces.
    Mixed,
}

macro_rules! namespaces {
    ($($(#[$doc:meta])* $constant:ident = $id:literal, $name:literal, $origin:ident;)+) => {
        $($(#[$doc])* pub(super) const $constant: Namespace = Namespace::new($id, $name);)+

        /// All namespaces.
        pub(super) const ALL: &[(Namespace, RowOrigin)] = &[$(($constant, RowOrigin::$origin)),+];
    };
}

namespaces! {
    ACCOUNTS = 1, "accounts", Primary;
    /// Canonical username → account.
    USERNAMES = 2, "usernames", Derived;
    /// Account → nothing: the administrators.
    ADMINISTRATORS = 3, "administrators", Derived;
    CLIENTS = 4, "clients", Primary;
    /// Owner and client → nothing.
    CLIENTS_BY_OWNER = 5, "clients_by_owner", Derived;
    /// Hash of the code → code.
    CODES = 6, "codes", Primary;
    GRANTS = 7, "grants", Primary;
    /// Client → the grant of its own credentials.
    CLIENT_GRANTS = 8, "client_grants", Derived;
    /// Hash of the session identifier → session.
    SESSIONS = 9, "sessions", Primary;
    /// User and client → the user's consent.
    CONSENTS = 10, "consents", Primary;
    /// The one link for creating the first administrator.
    SETUP = 11, "setup", Primary;
    /// Creation time, newest first, and account → nothing.
    ACCOUNTS_BY_CREATION = 12, "accounts_by_creation", Derived;
    /// Hash of the secret → invitation.
    INVITATIONS = 13, "invitations", Primary;
    /// Canonical e-mail address and account → nothing.
    ACCOUNTS_BY_EMAIL = 14, "accounts_by_email", Derived;
    /// Account and `sid` → hash of the session identifier.
    SESSIONS_BY_ACCOUNT = 15, "sessions_by_account", Derived;
    /// Account → description of the picture; account and number → a chunk of its bytes.
    PICTURES = 16, "pictures", Primary;
    /// User and grant → nothing.
    GRANTS_BY_SUBJECT = 17, "grants_by_subject", Derived;
    /// Hash of the device code → device authorization.
    DEVICES = 18, "devices", Primary;
    /// User code → hash of the device code.
    DEVICES_BY_USER_CODE = 19, "devices_by_user_code", Derived;
    /// User and client, or nothing for the account → refresh schedule.
    REFRESH_SCHEDULES = 20, "refresh_schedules", Primary;
    /// Status list and index in it → grant.
    STATUS_ENTRIES = 21, "status_entries", Mixed;
    /// Client and grant → nothing.
    GRANTS_BY_CLIENT = 22, "grants_by_client", Derived;
    /// `sid` and client → logout notification still to be sent.
    LOGOUT_NOTIFICATIONS = 23, "logout_notifications", Primary;
    /// Client and hash of the `jti` of a used assertion → nothing.
    ASSERTIONS = 24, "assertions", Primary;
    /// Sequence number → security event.
    EVENTS = 25, "events", Primary;
    /// User and sequence number → nothing: events about a user or caused by them.
    EVENTS_BY_ACCOUNT = 26, "events_by_account", Derived;
    /// Client and sequence number → nothing: events about a client or caused by it.
    EVENTS_BY_CLIENT = 27, "events_by_client", Derived;
    /// Account → its newest password reset link.
    PASSWORD_RESETS = 32, "password_resets", Primary;
    /// Group and account → nothing.
    ACCOUNTS_BY_GROUP = 33, "accounts_by_group", Derived;
    /// Sign-in time, newest first, with account and `sid` → nothing.
    SESSIONS_BY_TIME = 34, "sessions_by_time", Derived;
    /// Start time of a grant, newest first, with the grant → nothing.
    GRANTS_BY_TIME = 35, "grants_by_time", Derived;
    /// Suffix of a client name that begins at a word, with the client → nothing.
    CLIENTS_BY_NAME = 36, "clients_by_name", Derived;
    /// Name of an index → nothing, once it contains the records of earlier versions.
    INDEXES = 37, "indexes", Derived;
    /// Identifier of an answered interaction → nothing.
    ANSWERED_INTERACTIONS = 52, "answered_interactions", Primary;
    /// Hash of a username skeleton → account that has the username, or had it recently.
    USERNAME_SKELETONS = 60, "username_skeletons", Mixed;
    /// Verified e-mail address, hashed → account.
    VERIFIED_EMAILS = 61, "verified_emails", Derived;
    /// Hash of a skeleton of a trusted client's name, and client → nothing.
    CLIENT_NAME_SKELETONS = 62, "client_name_skeletons", Derived;
    /// Hash of the identifier → a resource that has been in the configuration.
    CONFIGURED_RESOURCES = 70, "configured_resources", Primary;
    /// Client → the recent reasons why logout tokens could not be delivered to it.
    LOGOUT_FAILURES = 71, "logout_failures", Primary;
    /// The state of the key folder.
    KEY_RECORD = 200, "key_record", Primary;
    /// The time until which the clock was last trusted.
    CLOCK_RECORD = 201, "clock_record", Primary;
}

/// The name of a namespace on disk, for reports.
pub(super) fn name_of(id: u8) -> String {
    let known = ALL.iter().find(|(namespace, _)| namespace.id() == id);
    known.map_or_else(|| format!("kind {id}"), |(namespace, _)| namespace.name().to_owned())
}

/// Returns `true` if a salvage rebuilds the rows of this kind instead of copying them.
pub(super) fn is_derived(id: u8) -> bool {
    ALL.iter().any(|(namespace, origin)| namespace.id() == id && *origin == RowOrigin::Derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_given_twice() {
        let numbers: std::collections::BTreeSet<_> = ALL.iter().map(|(namespace, _)| namespace.id()).collect();
        assert_eq!(numbers.len(), ALL.len());
        assert_eq!((name_of(ACCOUNTS.id()), name_of(254)), ("accounts".to_owned(), "kind 254".to_owned()));
    }
}
