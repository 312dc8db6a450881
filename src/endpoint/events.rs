//! `/events` and `/users/{id}/events`: what has happened that somebody may have to account for, looked at.

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

/// Which events to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventFilter<'a> {
    /// Those of this kind, by its name.
    pub kind: Option<&'a str>,
    /// Those about this person, and those of what the person did.
    pub account: Option<&'a str>,
    /// Those about this application, and those of what it did.
    pub client_id: Option<&'a str>,
    /// Those that were done (`success`) or refused (`failure`).
    pub outcome: Option<&'a str>,
    /// Those at this instant or later.
    pub from: Option<OffsetDateTime>,
    /// Those before this instant.
    pub until: Option<OffsetDateTime>,
}

/// The scope that allows to see the events of everybody.
pub const SCOPES: &[&str] = &["signet:admin"];

/// The events of `filter`, the newest first, for administrators.
///
/// A filter by person or application is found by an index. One by kind or outcome is looked for, through a bounded number
/// of events at a time: then a page can be empty although the list goes on.
///
/// # Errors
///
/// [`ManagementRefusal`].
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

/// The events that concern a person, as the person may see them, the newest first.
///
/// # Errors
///
/// [`ManagementRefusal`].
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

/// Some of the events after the one of the sequence `after`, the oldest first, each as a line of JSON; none at the end.
/// `settled` leaves those of the last seconds out: commits that happen at the same time may come to stand in another order,
/// and who asks for what comes after one of them could miss another.
///
/// # Errors
///
/// The storage.
pub async fn lines_after(signet: &Signet, after: u64, settled: bool) -> Result<Vec<String>, InternalError> {
    write_failures(signet, false).await?;
    let end = signet.clock.now() - if settled { SETTLED_AFTER } else { Duration::ZERO };
    let events = signet.store.events_after(after, LINES_AT_ONCE)?;
    let events = events.into_iter().take_while(|event| !settled || event.at < end);
    Ok(events.map(|event| event.to_json().to_string()).collect())
}

/// Writes down what was refused and waits; at the end (`is_last`) also what is only counted.
///
/// # Errors
///
/// When it cannot be written. That so much was lost is told later.
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
    /// Notes that something was refused to `actor`. It is written a moment later, within bounds.
    pub fn note_failure(&self, actor: &Actor, details: EventDetails) {
        self.failures.note(actor, details, self.clock.now());
    }

    /// Notes something that has no commit of its own. That it cannot be written is logged: it has happened all the same.
    pub async fn note_event(&self, actor: Actor, details: EventDetails) {
        let kind = details.kind;
        if let Err(error) = self.store.as_actor(actor).record_event(details).await {
            tracing::warn!(%error, %kind, "a security event could not be written");
        }
    }

    /// By what a name is remembered that is nobody's: people type passwords there. Without the key of this server nobody can
    /// find out by trying.
    #[must_use]
    pub fn unknown_name(&self, name: &str) -> String {
        self.sealing_key.authenticate("unknown name", &[name.as_bytes()]).chars().take(16).collect()
    }
}

/// A filter that makes sense.
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
        let wrong = |what: &str| ManagementRefusal::Invalid(what.to_owned());
        let kind = filter.kind.map(str::parse::<EventKind>).transpose();
        let outcome = filter.outcome.map(|text| Outcome::parse(text).ok_or(()));
        Ok(Self {
            kind: kind.map_err(|_| wrong("kind must be the name of an event, such as login_failed"))?,
            account: filter.account.map(AccountId::parse).transpose().map_err(|_| wrong("account must be an id"))?,
            client_id: filter
                .client_id
                .map(ClientId::parse)
                .transpose()
                .map_err(|_| wrong("client_id must be that of an application"))?,
            outcome: outcome.transpose().map_err(|()| wrong("outcome must be success or failure"))?,
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

/// Commits take far less than this to come to stand.
const SETTLED_AFTER: Duration = Duration::seconds(3);

/// So many lines go into one answer.
const LINES_AT_ONCE: u16 = 100;
