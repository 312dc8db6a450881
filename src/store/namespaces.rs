//! Which number each kind of record has on disk. A number is never given twice.

use super::Namespace;

pub(super) const ACCOUNTS: Namespace = Namespace::new(1, "accounts");
/// Canonical username → account.
pub(super) const USERNAMES: Namespace = Namespace::new(2, "usernames");
/// Account → nothing: those who administer the server.
pub(super) const ADMINISTRATORS: Namespace = Namespace::new(3, "administrators");
pub(super) const CLIENTS: Namespace = Namespace::new(4, "clients");
/// Owner and client → nothing.
pub(super) const CLIENTS_BY_OWNER: Namespace = Namespace::new(5, "clients_by_owner");
/// Hash of the code → code.
pub(super) const CODES: Namespace = Namespace::new(6, "codes");
pub(super) const GRANTS: Namespace = Namespace::new(7, "grants");
/// Client → the grant of its own credentials.
pub(super) const CLIENT_GRANTS: Namespace = Namespace::new(8, "client_grants");
/// Hash of the session's identifier → session.
pub(super) const SESSIONS: Namespace = Namespace::new(9, "sessions");
/// Person and client → what the person has agreed to.
pub(super) const CONSENTS: Namespace = Namespace::new(10, "consents");
/// The one link with which the first administrator is made.
pub(super) const SETUP: Namespace = Namespace::new(11, "setup");
/// Time of creation, the newest first, and account → nothing.
pub(super) const ACCOUNTS_BY_CREATION: Namespace = Namespace::new(12, "accounts_by_creation");
/// Hash of the secret → invitation.
pub(super) const INVITATIONS: Namespace = Namespace::new(13, "invitations");
/// Canonical e-mail address and account → nothing.
pub(super) const ACCOUNTS_BY_EMAIL: Namespace = Namespace::new(14, "accounts_by_email");
/// Account and `sid` → hash of the session's identifier.
pub(super) const SESSIONS_BY_ACCOUNT: Namespace = Namespace::new(15, "sessions_by_account");
/// Account → what describes the picture; account and number → a part of it.
pub(super) const PICTURES: Namespace = Namespace::new(16, "pictures");
/// Person and grant → nothing.
pub(super) const GRANTS_BY_SUBJECT: Namespace = Namespace::new(17, "grants_by_subject");
/// Hash of the device code → device authorization.
pub(super) const DEVICES: Namespace = Namespace::new(18, "devices");
/// User code → hash of the device code.
pub(super) const DEVICES_BY_USER_CODE: Namespace = Namespace::new(19, "devices_by_user_code");
/// Person and client, or nothing for the account → refresh schedule.
pub(super) const REFRESH_SCHEDULES: Namespace = Namespace::new(20, "refresh_schedules");
/// `sid` and client → what the client is still to be told of the session.
pub(super) const LOGOUT_NOTIFICATIONS: Namespace = Namespace::new(23, "logout_notifications");
/// Client and hash of the `jti` of an assertion that was used → nothing.
pub(super) const ASSERTIONS: Namespace = Namespace::new(24, "assertions");
/// Sequence → security event.
pub(super) const EVENTS: Namespace = Namespace::new(25, "events");
/// Person and sequence → nothing: the events about a person, and of what they did.
pub(super) const EVENTS_BY_ACCOUNT: Namespace = Namespace::new(26, "events_by_account");
/// Client and sequence → nothing: the events about a client, and of what it did.
pub(super) const EVENTS_BY_CLIENT: Namespace = Namespace::new(27, "events_by_client");
/// Status list and place in it → grant.
pub(super) const STATUS_ENTRIES: Namespace = Namespace::new(21, "status_entries");
/// Client and grant → nothing.
pub(super) const GRANTS_BY_CLIENT: Namespace = Namespace::new(22, "grants_by_client");
/// Account → the newest link with which its password can be set.
pub(super) const PASSWORD_RESETS: Namespace = Namespace::new(32, "password_resets");
/// Group and account → nothing.
pub(super) const ACCOUNTS_BY_GROUP: Namespace = Namespace::new(33, "accounts_by_group");
/// When somebody signed in, the newest first, with account and `sid` → nothing.
pub(super) const SESSIONS_BY_TIME: Namespace = Namespace::new(34, "sessions_by_time");
/// When a grant began, the newest first, with the grant → nothing.
pub(super) const GRANTS_BY_TIME: Namespace = Namespace::new(35, "grants_by_time");
/// What a name of a client has from the beginning of a word on, with the client → nothing.
pub(super) const CLIENTS_BY_NAME: Namespace = Namespace::new(36, "clients_by_name");
/// What a username looks like, hashed → account that has it, or had it lately.
pub(super) const USERNAME_SKELETONS: Namespace = Namespace::new(60, "username_skeletons");
/// Verified e-mail address, hashed → account.
pub(super) const VERIFIED_EMAILS: Namespace = Namespace::new(61, "verified_emails");
/// What the name of a vouched client looks like, hashed, and client → nothing.
pub(super) const CLIENT_NAME_SKELETONS: Namespace = Namespace::new(62, "client_name_skeletons");
/// Hash of the identifier → a resource that the configuration has named.
pub(super) const CONFIGURED_RESOURCES: Namespace = Namespace::new(70, "configured_resources");
/// Identifier of a login that was answered → nothing.
pub(super) const ANSWERED_INTERACTIONS: Namespace = Namespace::new(52, "answered_interactions");
/// Name of an index → nothing, once it has the records of earlier versions.
pub(super) const INDEXES: Namespace = Namespace::new(37, "indexes");
/// What the folder of keys is recognised by.
pub(super) const KEY_RECORD: Namespace = Namespace::new(200, "key_record");
/// Until when the clock was last trusted.
pub(super) const CLOCK_RECORD: Namespace = Namespace::new(201, "clock_record");

/// What is called so on disk, for reports.
pub(super) fn name_of(id: u8) -> String {
    let known = ALL.iter().find(|namespace| namespace.id() == id);
    known.map_or_else(|| format!("kind {id}"), |namespace| namespace.name().to_owned())
}

const ALL: &[Namespace] = &[
    ACCOUNTS,
    USERNAMES,
    ADMINISTRATORS,
    CLIENTS,
    CLIENTS_BY_OWNER,
    CODES,
    GRANTS,
    CLIENT_GRANTS,
    SESSIONS,
    CONSENTS,
    SETUP,
    ACCOUNTS_BY_CREATION,
    INVITATIONS,
    ACCOUNTS_BY_EMAIL,
    SESSIONS_BY_ACCOUNT,
    PICTURES,
    GRANTS_BY_SUBJECT,
    DEVICES,
    DEVICES_BY_USER_CODE,
    REFRESH_SCHEDULES,
    LOGOUT_NOTIFICATIONS,
    ASSERTIONS,
    EVENTS,
    EVENTS_BY_ACCOUNT,
    EVENTS_BY_CLIENT,
    STATUS_ENTRIES,
    GRANTS_BY_CLIENT,
    PASSWORD_RESETS,
    ACCOUNTS_BY_GROUP,
    SESSIONS_BY_TIME,
    GRANTS_BY_TIME,
    CLIENTS_BY_NAME,
    USERNAME_SKELETONS,
    VERIFIED_EMAILS,
    CLIENT_NAME_SKELETONS,
    CONFIGURED_RESOURCES,
    INDEXES,
    KEY_RECORD,
    CLOCK_RECORD,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_given_twice() {
        let numbers: std::collections::BTreeSet<_> = ALL.iter().map(|namespace| namespace.id()).collect();
        assert_eq!(numbers.len(), ALL.len());
        assert_eq!((name_of(ACCOUNTS.id()), name_of(254)), ("accounts".to_owned(), "kind 254".to_owned()));
    }
}
