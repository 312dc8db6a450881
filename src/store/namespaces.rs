//! Which number each kind of record has on disk, and which kinds can be rebuilt from others. A number is never given twice.

use super::Namespace;

/// Where the rows of a namespace come from, for the salvage of a damaged database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Requests. A row that is lost is lost.
    Primary,
    /// Rows of other namespaces: an index. A salvage rebuilds it and does not copy it.
    Derived,
    /// Both. A salvage copies the rows that it can read, and adds those that other namespaces tell.
    Mixed,
}

macro_rules! namespaces {
    ($($(#[$doc:meta])* $constant:ident = $id:literal, $name:literal, $origin:ident;)+) => {
        $($(#[$doc])* pub(super) const $constant: Namespace = Namespace::new($id, $name);)+

        /// Every namespace.
        pub(super) const ALL: &[(Namespace, Origin)] = &[$(($constant, Origin::$origin)),+];
    };
}

namespaces! {
    ACCOUNTS = 1, "accounts", Primary;
    /// Canonical username → account.
    USERNAMES = 2, "usernames", Derived;
    /// Account → nothing: those who administer the server.
    ADMINISTRATORS = 3, "administrators", Derived;
    CLIENTS = 4, "clients", Primary;
    /// Owner and client → nothing.
    CLIENTS_BY_OWNER = 5, "clients_by_owner", Derived;
    /// Hash of the code → code.
    CODES = 6, "codes", Primary;
    GRANTS = 7, "grants", Primary;
    /// Client → the grant of its own credentials.
    CLIENT_GRANTS = 8, "client_grants", Derived;
    /// Hash of the session's identifier → session.
    SESSIONS = 9, "sessions", Primary;
    /// Person and client → what the person has agreed to.
    CONSENTS = 10, "consents", Primary;
    /// The one link with which the first administrator is made.
    SETUP = 11, "setup", Primary;
    /// Time of creation, the newest first, and account → nothing.
    ACCOUNTS_BY_CREATION = 12, "accounts_by_creation", Derived;
    /// Hash of the secret → invitation.
    INVITATIONS = 13, "invitations", Primary;
    /// Canonical e-mail address and account → nothing.
    ACCOUNTS_BY_EMAIL = 14, "accounts_by_email", Derived;
    /// Account and `sid` → hash of the session's identifier.
    SESSIONS_BY_ACCOUNT = 15, "sessions_by_account", Derived;
    /// Account → what describes the picture; account and number → a part of it.
    PICTURES = 16, "pictures", Primary;
    /// Person and grant → nothing.
    GRANTS_BY_SUBJECT = 17, "grants_by_subject", Derived;
    /// Hash of the device code → device authorization.
    DEVICES = 18, "devices", Primary;
    /// User code → hash of the device code.
    DEVICES_BY_USER_CODE = 19, "devices_by_user_code", Derived;
    /// Person and client, or nothing for the account → refresh schedule.
    REFRESH_SCHEDULES = 20, "refresh_schedules", Primary;
    /// Status list and place in it → grant.
    STATUS_ENTRIES = 21, "status_entries", Mixed;
    /// Client and grant → nothing.
    GRANTS_BY_CLIENT = 22, "grants_by_client", Derived;
    /// `sid` and client → what the client is still to be told of the session.
    LOGOUT_NOTIFICATIONS = 23, "logout_notifications", Primary;
    /// Client and hash of the `jti` of an assertion that was used → nothing.
    ASSERTIONS = 24, "assertions", Primary;
    /// Sequence → security event.
    EVENTS = 25, "events", Primary;
    /// Person and sequence → nothing: the events about a person, and of what they did.
    EVENTS_BY_ACCOUNT = 26, "events_by_account", Derived;
    /// Client and sequence → nothing: the events about a client, and of what it did.
    EVENTS_BY_CLIENT = 27, "events_by_client", Derived;
    /// Account → the newest link with which its password can be set.
    PASSWORD_RESETS = 32, "password_resets", Primary;
    /// Group and account → nothing.
    ACCOUNTS_BY_GROUP = 33, "accounts_by_group", Derived;
    /// When somebody signed in, the newest first, with account and `sid` → nothing.
    SESSIONS_BY_TIME = 34, "sessions_by_time", Derived;
    /// When a grant began, the newest first, with the grant → nothing.
    GRANTS_BY_TIME = 35, "grants_by_time", Derived;
    /// What a name of a client has from the beginning of a word on, with the client → nothing.
    CLIENTS_BY_NAME = 36, "clients_by_name", Derived;
    /// Name of an index → nothing, once it has the records of earlier versions.
    INDEXES = 37, "indexes", Derived;
    /// Identifier of a login that was answered → nothing.
    ANSWERED_INTERACTIONS = 52, "answered_interactions", Primary;
    /// What a username looks like, hashed → account that has it, or had it lately.
    USERNAME_SKELETONS = 60, "username_skeletons", Mixed;
    /// Verified e-mail address, hashed → account.
    VERIFIED_EMAILS = 61, "verified_emails", Derived;
    /// What the name of a vouched client looks like, hashed, and client → nothing.
    CLIENT_NAME_SKELETONS = 62, "client_name_skeletons", Derived;
    /// Hash of the identifier → a resource that the configuration has named.
    CONFIGURED_RESOURCES = 70, "configured_resources", Primary;
    /// What the folder of keys is recognised by.
    KEY_RECORD = 200, "key_record", Primary;
    /// Until when the clock was last trusted.
    CLOCK_RECORD = 201, "clock_record", Primary;
}

/// What is called so on disk, for reports.
pub(super) fn name_of(id: u8) -> String {
    let known = ALL.iter().find(|(namespace, _)| namespace.id() == id);
    known.map_or_else(|| format!("kind {id}"), |(namespace, _)| namespace.name().to_owned())
}

/// Whether a salvage rebuilds the rows of this kind, and does not copy them.
pub(super) fn is_derived(id: u8) -> bool {
    ALL.iter().any(|(namespace, origin)| namespace.id() == id && *origin == Origin::Derived)
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
