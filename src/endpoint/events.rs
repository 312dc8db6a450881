//! `/events` and `/users/{id}/events`: lists security events.

use time::{Duration, OffsetDateTime};

use super::{
    InternalError, Signet,
    access::Access,
    management::ManagementRefusal,
    page::{Page, PageQuery, page},
    user_access,
};
use crate::{
    account::record::AccountId,
    audit::{Actor, EventDetails, EventKind, Noted, Outcome, SecurityEvent},
    oauth::client::ClientId,
    store::EventIndex,
};

#[derive(Clone, Copy, Debug, Default)]
pub struct EventFilter<'a> {
    /// Events of this kind, given by its name.
    pub kind: Option<&'a str>,
    /// Events about this user or caused by them.
    pub account: Option<&'a str>,
    /// Events about this application or caused by it.
    pub client_id: Option<&'a str>,
    /// Events with this outcome: `success` or `failure`.
    pub outcome: Option<&'a str>,
    /// Events at this instant or later.
    pub from: Option<OffsetDateTime>,
    /// Events before this instant.
    pub until: Option<OffsetDateTime>,
}

/// The scope that allows listing the events of all users.
pub const SCOPES: &[&str] = &["signet:admin"];

/// Lists the events that match `filter`, newest first, for administrators.
///
/// A filter by user or application uses an index. A filter by kind or outcome scans a bounded number of events per
/// request, so a page can be empty although there are more.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub async fn list(
    signet: &Signet,
    access: &Access,
    filter: EventFilter<'_>,
    request: PageQuery<'_>,
) -> Result<Page<SecurityEvent>, ManagementRefusal> {
    if !access.is_administrator() || !access.scope().contains("signet:admin") {
        return Err(ManagementRefusal::Forbidden("only an administrator can do this"));
    }
    let sought = Sought::parse(filter)?;
    write_failures(signet, false).await?;
    sought.page(signet, &format!("events of {filter:?}"), request, Some)
}

/// Lists the events that concern a user, newest first, as far as the user may see them.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
pub async fn list_of(
    signet: &Signet,
    access: &Access,
    id: &str,
    request: PageQuery<'_>,
) -> Result<Page<SecurityEvent>, ManagementRefusal> {
    let account = user_access::find(signet, access, id)?.0.record;
    write_failures(signet, false).await?;
    let sought = Sought { account: Some(account.id.clone()), ..Sought::default() };
    let list = format!("events that {} sees", account.id);
    sought.page(signet, &list, request, |event| event.as_seen_by(&account.id))
}

/// Returns some of the events after the sequence number `after`, oldest first, each as a line of JSON. The result is
/// empty at the end. `settled` leaves out the last seconds: concurrent commits may still be reordered, and a reader
/// that continues after one of them could miss another.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub async fn lines_after(signet: &Signet, after: u64, settled: bool) -> Result<Vec<String>, InternalError> {
    write_failures(signet, false).await?;
    let end = signet.clock.now() - if settled { SETTLED_AFTER } else { Duration::ZERO };
    let events = signet.store.events_after(after, READ_TOGETHER)?;
    let events = events.into_iter().take_while(|event| !settled || event.at < end);
    Ok(events.map(|event| event.to_json().to_string()).collect())
}

/// Writes the pending failure events; on shutdown (`is_last`) also those that have only been counted.
///
/// # Errors
///
/// Returns an [`InternalError`] if they cannot be written. The number of lost events is recorded later.
pub async fn write_failures(signet: &Signet, is_last: bool) -> Result<(), InternalError> {
    let now = signet.clock.now();
    let noted: Vec<Noted> = if is_last { signet.failures.take_rest(now) } else { signet.failures.take(now) };
    if noted.is_empty() {
        return Ok(());
    }
    let count = noted.len();
    signet.store.record_noted(noted).await.inspect_err(|_| signet.failures.lost(count))?;
    Ok(())
}

impl Signet {
    /// Queues a failure event. It is written a moment later, within bounds.
    pub fn note_failure(&self, actor: &Actor, details: EventDetails) {
        self.failures.note(actor, details, self.clock.now());
    }

    /// Records an event that belongs to no other commit. A failure to write it is only logged, because the event has
    /// already happened.
    pub async fn note_event(&self, actor: Actor, details: EventDetails) {
        let kind = details.kind;
        if let Err(error) = self.store.as_actor(actor).record_event(details).await {
            tracing::warn!(%error, %kind, "writing a security event failed");
        }
    }

    /// A keyed hash of a name that matches no account, for security events. People sometimes type their password as
    /// the name; without the server's key it cannot be found by guessing.
    #[must_use]
    pub fn unknown_name(&self, name: &str) -> String {
        self.sealing_key.authenticate("unknown name", &[name.as_bytes()]).chars().take(16).collect()
    }
}

/// A validated filter.
#[derive(Clone, Debug, Default)]
struct Sought {
    kind: Option<EventKind>,
    account: Option<AccountId>,
    client_id: Option<ClientId>,
    outcome: Option<Outcome>,
    from: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
}

impl Sought {
    fn parse(filter: EventFilter<'_>) -> Result<Self, ManagementRefusal> {
        let wrong = |name: &str, expected: &str| ManagementRefusal::invalid_member(name, expected);
        let kind = filter.kind.map(str::parse::<EventKind>).transpose();
        let outcome = filter.outcome.map(|text| Outcome::parse(text).ok_or(())).transpose();
        let account = filter.account.map(AccountId::parse).transpose();
        let client_id = filter.client_id.map(ClientId::parse).transpose();
        Ok(Self {
            kind: kind.map_err(|_| wrong("event", "must be an event name, such as login_failed"))?,
            account: account.map_err(|_| wrong("account", "must be the id of a user"))?,
            client_id: client_id.map_err(|_| wrong("client_id", "must be the client_id of an application"))?,
            outcome: outcome.map_err(|()| wrong("outcome", "must be success or failure"))?,
            from: filter.from,
            until: filter.until,
        })
    }

    fn page(
        &self,
        signet: &Signet,
        list: &str,
        request: PageQuery<'_>,
        see: impl Fn(SecurityEvent) -> Option<SecurityEvent>,
    ) -> Result<Page<SecurityEvent>, ManagementRefusal> {
        let index = match (&self.account, &self.client_id) {
            (Some(account), _) => EventIndex::Account(account),
            (None, Some(client_id)) => EventIndex::Client(client_id),
            (None, None) => EventIndex::All,
        };
        let oldest = self.from.map_or(0, EventIndex::sequence_at);
        let until = self.until.map(EventIndex::sequence_at);
        let fetch = |after: Option<&[u8]>, limit| {
            let after = after.and_then(|key| key.try_into().ok()).map(u64::from_be_bytes);
            let events = signet.store.events(index, after.or(until), limit)?;
            let in_time = events.into_iter().take_while(|(sequence, _)| *sequence >= oldest);
            Ok(in_time.map(|(sequence, event)| (sequence.to_be_bytes().to_vec(), event.and_then(&see))).collect())
        };
        page(signet, list, request, fetch, |event| self.is_wanted(event))
    }

    fn is_wanted(&self, event: &SecurityEvent) -> bool {
        let details = &event.details;
        let is_of = |client_id: &ClientId| {
            details.client_id.as_ref() == Some(client_id) || event.principal.client_id() == Some(client_id)
        };
        self.kind.is_none_or(|kind| details.kind == kind)
            && self.outcome.is_none_or(|outcome| details.kind.outcome() == outcome)
            && self.client_id.as_ref().is_none_or(is_of)
    }
}

/// Commits reach their final order in far less time than this.
const SETTLED_AFTER: Duration = Duration::seconds(3);

/// Number of lines per response.
const READ_TOGETHER: u16 = 100;
