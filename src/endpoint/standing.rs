//! Decides whether a grant may still issue tokens, by applying `oauth::grant` to stored records.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::{
    account::record::{Account, AccountId},
    oauth::{
        client::{Client, ClientId},
        grant::{ActivePerson, Grant, IssuanceContext, SubjectStatus},
        subject::Subject,
    },
    store::{Store, StoreFault},
};

/// Stored clients and accounts, each read once, as they are at one instant.
pub(super) struct StatusLookup<'a> {
    store: &'a Store,
    now: OffsetDateTime,
    clients: HashMap<ClientId, Option<Client>>,
    people: HashMap<(Subject, ClientId), IssuanceContext>,
}

impl<'a> StatusLookup<'a> {
    pub(super) fn new(store: &'a Store, now: OffsetDateTime) -> Self {
        Self { store, now, clients: HashMap::new(), people: HashMap::new() }
    }

    /// Returns the client `id` if it was read and exists.
    pub(super) fn known_client(&self, id: &ClientId) -> Option<&Client> {
        self.clients.get(id).and_then(Option::as_ref)
    }

    /// Returns `true` if `grant` may still issue tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub(super) fn may_issue(&mut self, grant: &Grant) -> Result<bool, StoreFault> {
        if !grant.is_live() {
            return Ok(false);
        }
        if !self.clients.contains_key(&grant.client_id) {
            let client = self.store.client(&grant.client_id)?.map(|kept| kept.record);
            self.clients.insert(grant.client_id.clone(), client);
        }
        let Some(Some(client)) = self.clients.get(&grant.client_id) else { return Ok(false) };
        if !grant.subject.is_person() {
            return Ok(IssuanceContext { person: SubjectStatus::NoPerson }.may_issue(client, grant.created_at));
        }
        let key = (grant.subject.clone(), grant.client_id.clone());
        if let Some(issuance_context) = self.people.get(&key) {
            return Ok(issuance_context.may_issue(client, grant.created_at));
        }
        let issuance_context = issuance_context(self.store, &grant.subject, &grant.client_id, self.now)?;
        let may_issue = issuance_context.may_issue(client, grant.created_at);
        self.people.insert(key, issuance_context);
        Ok(may_issue)
    }
}

/// Collects the state needed to decide at `now` whether a grant of `subject` to `client_id` may issue a token.
///
/// # Errors
///
/// Returns a [`StoreFault`] if the storage cannot be read.
pub(super) fn issuance_context(
    store: &Store,
    subject: &Subject,
    client_id: &ClientId,
    now: OffsetDateTime,
) -> Result<IssuanceContext, StoreFault> {
    if !subject.is_person() {
        return Ok(IssuanceContext { person: SubjectStatus::NoPerson });
    }
    let account = AccountId::parse(subject.as_str()).ok().map(|id| store.account(&id)).transpose()?.flatten();
    let Some(account) = account.map(|kept| kept.record).filter(Account::is_active) else {
        return Ok(IssuanceContext { person: SubjectStatus::Inactive });
    };
    let consent = store.consent(subject, client_id)?;
    let person = ActivePerson {
        groups: account.groups.iter().map(ToOwned::to_owned).collect(),
        password_changed_at: account.password_changed_at,
        disconnected_at: consent.and_then(|consent| consent.withdrawn_at),
        scheduled_end_at: store.schedule_in_force(subject, client_id)?.scheduled_end_at(now),
    };
    Ok(IssuanceContext { person: SubjectStatus::Active(person) })
}
