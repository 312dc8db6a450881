//! Users' refresh schedules, for the account or for one application.

use time::OffsetDateTime;

use super::{
    Affected, Commit, CommitError, Expect, Namespace, StoreFault,
    namespaces::REFRESH_SCHEDULES,
    record::{Record, Versioned, pair, put},
    record_store::Store,
};
use crate::{
    account::{
        refresh_schedule::RefreshSchedule,
        schedule_record::{ScheduleInForce, ScheduleRecord},
    },
    audit::{EventDetails, EventKind},
    oauth::{client::ClientId, subject::Subject},
};

impl Record for ScheduleRecord {
    const NAMESPACE: Namespace = REFRESH_SCHEDULES;
}

impl Store {
    /// Returns the schedule that `subject` has set for `client`, or for the account.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn refresh_schedule(
        &self,
        subject: &Subject,
        client: Option<&ClientId>,
    ) -> Result<Option<RefreshSchedule>, StoreFault> {
        Ok(self.schedule_record(subject, client)?.and_then(|kept| kept.record.schedule))
    }

    /// Returns the schedules that apply to `client_id` acting for `subject`.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn schedule_in_force(&self, subject: &Subject, client_id: &ClientId) -> Result<ScheduleInForce, StoreFault> {
        let record = |client| Ok(self.schedule_record(subject, client)?.map(|kept| kept.record));
        Ok(ScheduleInForce { account: record(None)?, client: record(Some(client_id))? })
    }

    /// Stores the schedule that `subject` has set at `now` for `client`, or for the account, replacing an earlier
    /// one.
    ///
    /// Whether the client exists is not checked.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the write fails.
    pub async fn put_refresh_schedule(
        &self,
        subject: &Subject,
        client: Option<&ClientId>,
        schedule: RefreshSchedule,
        now: OffsetDateTime,
    ) -> Result<(), StoreFault> {
        self.change_schedule((subject, client), Some(&schedule), now).await
    }

    /// Removes the schedule of `client`, or of the account, at `now`. It is not an error if there is none. Grants
    /// that it has ended stay ended.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the write fails.
    pub async fn remove_refresh_schedule(
        &self,
        subject: &Subject,
        client: Option<&ClientId>,
        now: OffsetDateTime,
    ) -> Result<(), StoreFault> {
        self.change_schedule((subject, client), None, now).await
    }

    /// Deletes every schedule of `subject`, whose account is deleted.
    ///
    /// # Errors
    ///
    /// Returns a [`CommitError`] if a write fails. Some records may then be deleted and others not.
    pub async fn forget_refresh_schedules_of(&self, subject: &Subject) -> Result<(), CommitError> {
        self.delete_below(REFRESH_SCHEDULES, &pair(subject.as_str(), "")).await
    }

    /// Lists up to `limit` schedules of `subject`: first that of the account (without a client), then by client
    /// identifier.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn refresh_schedules_of(
        &self,
        subject: &Subject,
        limit: u16,
    ) -> Result<Vec<(Option<ClientId>, RefreshSchedule)>, StoreFault> {
        let prefix = pair(subject.as_str(), "");
        let mut found = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let keys = self.keys(REFRESH_SCHEDULES, &prefix, after.as_deref(), PAGE)?;
            for key in &keys {
                let client = key.strip_prefix(prefix.as_slice()).and_then(|client| str::from_utf8(client).ok());
                let client = client.and_then(|client| ClientId::parse(client).ok());
                let schedule = self.read::<ScheduleRecord>(key)?.and_then(|kept| kept.record.schedule);
                found.extend(schedule.map(|schedule| (client, schedule)));
                if found.len() >= usize::from(limit) {
                    found.truncate(usize::from(limit));
                    return Ok(found);
                }
            }
            after = keys.last().cloned();
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Lists up to `limit` schedules of all users after the key `after`, with their owners and keys. Removed
    /// schedules are included if they have ended grants.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreFault`] if the storage cannot be read.
    pub fn schedules_of_everybody(
        &self,
        after: Option<&[u8]>,
        limit: u16,
    ) -> Result<Vec<(Vec<u8>, Subject, ScheduleRecord)>, StoreFault> {
        let records = self.records::<ScheduleRecord>(b"", after, limit)?;
        let whose = |key: &[u8]| str::from_utf8(key.split(|byte| *byte == 0).next()?).ok().map(Subject::new);
        Ok(records.into_iter().filter_map(|(key, kept)| Some((key.clone(), whose(&key)?, kept.record))).collect())
    }

    fn schedule_record(
        &self,
        subject: &Subject,
        client: Option<&ClientId>,
    ) -> Result<Option<Versioned<ScheduleRecord>>, StoreFault> {
        self.read(&key(subject, client))
    }

    /// Replaces one record. Both records that it depends on are preconditions, so that neither of two concurrent
    /// changes is lost.
    async fn change_schedule(
        &self,
        (subject, client): (&Subject, Option<&ClientId>),
        schedule: Option<&RefreshSchedule>,
        now: OffsetDateTime,
    ) -> Result<(), StoreFault> {
        loop {
            let account = self.schedule_record(subject, None)?;
            let own = client.map(|client| self.schedule_record(subject, Some(client))).transpose()?.flatten();
            let changed = if client.is_some() { &own } else { &account };
            if schedule.is_none() && changed.as_ref().is_none_or(|kept| kept.record.schedule.is_none()) {
                return Ok(());
            }
            let commit = expect(Commit::new(), &key(subject, None), account.as_ref());
            let commit = if client.is_some() { expect(commit, &key(subject, client), own.as_ref()) } else { commit };
            let in_force =
                ScheduleInForce { account: account.map(|kept| kept.record), client: own.map(|kept| kept.record) };
            let record = in_force.change(schedule.cloned(), now);
            let commit = put(commit, &key(subject, client), &record)?;
            let details = EventDetails::of(EventKind::RefreshScheduleChanged).about_subject(subject);
            let details = details.because(if schedule.is_some() { "set" } else { "removed" });
            let commit = self.append_events(commit, [EventDetails { client_id: client.cloned(), ..details }])?;
            match self.commit_and_tell(commit, Affected::GrantsOf(subject.clone())).await {
                Ok(()) => return Ok(()),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Internal(fault)) => return Err(fault),
            }
        }
    }
}

fn key(subject: &Subject, client: Option<&ClientId>) -> Vec<u8> {
    pair(subject.as_str(), client.map_or("", ClientId::as_str))
}

fn expect(commit: Commit, key: &[u8], kept: Option<&Versioned<ScheduleRecord>>) -> Commit {
    match kept {
        Some(kept) => kept.unchanged(commit, key),
        None => commit.expect(REFRESH_SCHEDULES, key, Expect::Absent),
    }
}

/// Number of records read per page.
const PAGE: u16 = 64;

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;
    use crate::store::both_engines::stores;

    const NOON: OffsetDateTime = datetime!(2030-01-01 12:00 UTC);

    fn schedule(cron: &str) -> RefreshSchedule {
        RefreshSchedule::parse(cron, "UTC", true, NOON).unwrap()
    }

    fn client(id: &'static str) -> ClientId {
        ClientId::built_in(id)
    }

    #[tokio::test]
    async fn a_schedule_is_kept_for_the_account_and_for_one_application_each() {
        let ([memory, sled], _folder) = stores(NOON);
        let (person, other) = (Subject::new("usr_a"), Subject::new("usr_ab"));
        let (daily, hourly) = (schedule("0 4 * * *"), schedule("0 * * * *"));
        for store in [memory, sled] {
            let put = |client, schedule: &RefreshSchedule| {
                let (store, person, schedule) = (store.clone(), person.clone(), schedule.clone());
                async move { store.put_refresh_schedule(&person, client, schedule, NOON).await.unwrap() }
            };
            let (report, shop) = (client("report"), client("shop"));
            put(None, &hourly).await;
            put(None, &daily).await;
            put(Some(&shop), &hourly).await;
            assert_eq!(store.refresh_schedule(&person, None).unwrap(), Some(daily.clone()));
            assert_eq!(store.refresh_schedule(&person, Some(&shop)).unwrap(), Some(hourly.clone()));
            assert_eq!(store.refresh_schedule(&person, Some(&report)).unwrap(), None);
            assert_eq!(store.refresh_schedule(&other, None).unwrap(), None);
            assert_eq!(store.schedule_in_force(&person, &report).unwrap().schedule(), Some(&daily));
            assert_eq!(store.schedule_in_force(&person, &shop).unwrap().schedule(), Some(&hourly));
            let all = [(None, daily.clone()), (Some(shop.clone()), hourly.clone())];
            assert_eq!(store.refresh_schedules_of(&person, 9).unwrap(), all);
            assert_eq!(store.refresh_schedules_of(&person, 1).unwrap(), all[..1]);
            assert_eq!(store.refresh_schedules_of(&other, 9).unwrap(), []);

            store.remove_refresh_schedule(&person, Some(&shop), NOON).await.unwrap();
            store.remove_refresh_schedule(&person, Some(&report), NOON).await.unwrap();
            assert_eq!(store.refresh_schedules_of(&person, 9).unwrap(), all[..1]);
            assert_eq!(store.schedule_in_force(&person, &shop).unwrap().schedule(), Some(&daily));
        }
    }

    #[tokio::test]
    async fn what_a_schedule_has_ended_stays_ended_when_it_is_removed() {
        let ([memory, sled], _folder) = stores(NOON);
        let (person, shop) = (Subject::new("usr_a"), client("shop"));
        let tick = datetime!(2030-01-02 04:00 UTC);
        for store in [memory, sled] {
            store.put_refresh_schedule(&person, None, schedule("0 4 * * *"), NOON).await.unwrap();
            store.remove_refresh_schedule(&person, None, tick + Duration::HOUR).await.unwrap();
            store.remove_refresh_schedule(&person, None, tick + Duration::DAY).await.unwrap();
            let in_force = store.schedule_in_force(&person, &shop).unwrap();
            assert_eq!(in_force.schedule(), None);
            assert_eq!(in_force.scheduled_end_at(tick + Duration::WEEK), Some(tick));
        }
    }

    #[tokio::test]
    async fn each_of_two_concurrent_changes_counts() {
        let ([memory, sled], _folder) = stores(NOON);
        let person = Subject::new("usr_a");
        for store in [memory, sled] {
            let tasks: Vec<_> = (0..16)
                .map(|minute| {
                    let (store, person) = (store.clone(), person.clone());
                    let schedule = schedule(&format!("{minute} 4 * * *"));
                    tokio::spawn(async move { store.put_refresh_schedule(&person, None, schedule, NOON).await })
                })
                .collect();
            for task in tasks {
                task.await.unwrap().unwrap();
            }
            assert_eq!(store.refresh_schedules_of(&person, 9).unwrap().len(), 1);
        }
    }
}
