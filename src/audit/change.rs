//! Determines which members of a record have changed. The events contain their names, never their values.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{EventDetails, EventKind, Principal};
use crate::{
    account::record::{Account, AccountId},
    oauth::client::Client,
};

/// The events for an account whose record changed from `before` to `after`. Rehashing the same password is not a
/// change.
#[must_use]
pub fn of_account(before: &Account, after: &Account, principal: &Principal) -> Vec<EventDetails> {
    let is = |kind| EventDetails::of(kind).about(&after.id);
    let mut occurrences = Vec::new();
    // A corrected date does not mean a new password.
    let has_password_date = |account: &Account| account.password_changed_at.is_some();
    if before.password_generation != after.password_generation || has_password_date(before) != has_password_date(after)
    {
        occurrences.push(is(EventKind::PasswordChanged));
    }
    if before.standing != after.standing {
        occurrences.push(is(if after.is_active() { EventKind::AccountEnabled } else { EventKind::AccountDisabled }));
    }
    let members = changed(&visible(before), &visible(after));
    if !members.is_empty() {
        let kind = if is_own(principal, &after.id) { EventKind::ProfileChanged } else { EventKind::PersonChanged };
        occurrences.push(is(kind).changing(members));
    }
    occurrences
}

/// The events for a client whose record changed from `before` to `after`.
#[must_use]
pub fn of_client(before: &Client, after: &Client) -> Vec<EventDetails> {
    let is = |kind| EventDetails::of(kind).with_client(&after.client_id);
    let has = |client: &Client, digest: &str| client.secrets.iter().any(|one| one.digest.as_str() == digest);
    let mut occurrences = Vec::new();
    if after.secrets.iter().any(|secret| !has(before, secret.digest.as_str())) {
        occurrences.push(is(EventKind::SecretAdded));
    }
    if before.secrets.iter().any(|secret| !has(after, secret.digest.as_str())) {
        occurrences.push(is(EventKind::SecretRemoved));
    }
    if before.is_disabled != after.is_disabled {
        occurrences.push(is(if after.is_disabled { EventKind::ClientDisabled } else { EventKind::ClientEnabled }));
    }
    let members = changed(&members(&before.metadata), &members(&after.metadata));
    if !members.is_empty() {
        occurrences.push(is(EventKind::ClientChanged).changing(members));
    }
    occurrences
}

fn is_own(principal: &Principal, account: &AccountId) -> bool {
    principal.account() == Some(account)
}

/// The members of an account that are named when they change: not those with their own events, and never the
/// password.
fn visible(account: &Account) -> Map<String, Value> {
    let mut members = members(&Account { password: None, ..account.clone() });
    for told_otherwise in
        ["id", "password", "password_changed_at", "password_generation", "standing", "created_at", "updated_at"]
    {
        members.remove(told_otherwise);
    }
    // Each claim is named as a separate member.
    if let Some(Value::Object(claims)) = members.remove("claims") {
        members.extend(claims);
    }
    members
}

fn members(record: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// The names of the members that differ, in alphabetical order.
fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> =
        before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime, macros::datetime};

    use super::*;
    use crate::{
        account::record::{AccountStatus, EmailAddress, Role, Username},
        entropy::Entropy,
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn account() -> Account {
        Account::new(Username::parse("ada").unwrap(), NOW, Entropy::system())
    }

    fn kinds(occurrences: &[EventDetails]) -> Vec<&'static str> {
        occurrences.iter().map(|details| details.kind.as_str()).collect()
    }

    #[test]
    fn a_change_is_recorded_by_names_and_not_by_values() {
        let before = account();
        let mut after = before.clone();
        after.email = Some(EmailAddress::parse("ada@example.org").unwrap());
        after.role = Role::Administrator;
        after.updated_at = NOW + Duration::HOUR;
        let [told] = &of_account(&before, &after, &Principal::Server)[..] else { panic!() };
        assert_eq!((told.kind, told.members.clone()), (EventKind::PersonChanged, vec!["email".into(), "role".into()]));
        assert!(!serde_json::to_string(told).unwrap().contains("ada@"));
        let own = of_account(&before, &after, &Principal::Account(before.id.clone()));
        assert_eq!(kinds(&own), ["profile_changed"]);
    }

    #[test]
    fn what_has_its_own_kind_is_recorded_under_it() {
        let before = account();
        let mut after = before.clone();
        after.standing = AccountStatus::Disabled;
        after.password_changed_at = Some(NOW);
        assert_eq!(kinds(&of_account(&before, &after, &Principal::Server)), ["password_changed", "account_disabled"]);
        assert_eq!(kinds(&of_account(&after, &before, &Principal::Server)), ["password_changed", "account_enabled"]);
        assert!(of_account(&before, &before.clone(), &Principal::Server).is_empty());
        let touched = Account { updated_at: NOW + Duration::DAY, ..before.clone() };
        assert!(of_account(&before, &touched, &Principal::Server).is_empty());
    }
}
