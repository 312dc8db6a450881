//! `/events` and `/users/{id}/events`: what has happened that somebody may have to account for.

use std::sync::Arc;

use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    registry::Registry,
    types::Type,
};
use time::OffsetDateTime;

use super::{
    documented::{AnswerKind, DocumentedAnswer, Kinds, kinds},
    extract::BearerToken,
    management::{admitted, answered, page_answer, with_refusals, with_refusals_of_one},
    oauth_api::ApiTag,
    oauth_schema::ErrorBody,
    server::Server,
};
use crate::{
    audit::SecurityEvent,
    endpoint::{
        events::{self, EventFilter},
        management::ManagementRefusal,
        page::PageQuery,
        users,
    },
};

/// Security events.
pub(super) struct EventsApi(pub(super) Arc<Server>);

#[OpenApi]
#[expect(clippy::too_many_arguments, reason = "the arguments are the parameters of the operation")]
impl EventsApi {
    /// List security events
    ///
    /// The newest first. For administrators, with the scope `signet:admin`. Person and application are found by an index;
    /// for the other filters a bounded number of events is looked at each time, so a page can have fewer entries than asked
    /// for, or none, although more follow: go on while there is a `next_page_token`.
    #[oai(path = "/events", method = "get", operation_id = "listEvents", tag = "ApiTag::Events")]
    async fn list(
        &self,
        token: BearerToken,
        /// Only those of this kind, such as `login_failed`.
        event: Query<Option<String>>,
        /// Only those about the person of this identifier, and those of what the person did.
        account: Query<Option<String>>,
        /// Only those about this application, and those of what it did.
        client_id: Query<Option<String>>,
        /// Only those that were done (`success`) or refused (`failure`).
        outcome: Query<Option<String>>,
        /// Only those at this time or later, in seconds since 1970.
        from: Query<Option<i64>>,
        /// Only those before this time, in seconds since 1970.
        until: Query<Option<i64>>,
        /// How many at most, 1 to 200; 50 if left out.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the page before.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<EventPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let listed = async {
            let filter = EventFilter {
                kind: event.0.as_deref(),
                account: account.0.as_deref(),
                client_id: client_id.0.as_deref(),
                outcome: outcome.0.as_deref(),
                from: from.0.map(instant).transpose()?,
                until: until.0.map(instant).transpose()?,
            };
            let access = admitted(&self.0, token, events::SCOPES)?;
            events::list(&self.0.signet, &access, filter, request).await
        };
        answered(listed.await.map(|page| page_answer("events", &page, SecurityEvent::to_json)))
    }

    /// List the security events of a person
    ///
    /// The newest first: what the person did, and what was done to them; where others did it from is left out. Oneself with
    /// the scope `signet:account`.
    #[oai(path = "/users/:id/events", method = "get", operation_id = "listEventsOfUser", tag = "ApiTag::Events")]
    async fn list_of_user(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// How many at most, 1 to 200; 50 if left out.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the page before.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<OwnEventPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let listed = async {
            let access = admitted(&self.0, token, users::SCOPES)?;
            events::list_of(&self.0.signet, &access, &id.0, request).await
        };
        answered(listed.await.map(|page| page_answer("events", &page, SecurityEvent::to_json)))
    }
}

fn instant(seconds: i64) -> Result<OffsetDateTime, ManagementRefusal> {
    OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|_| ManagementRefusal::Invalid("from and until must be times in seconds since 1970".to_owned()))
}

/// A security event.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct EventBody {
    /// Grows from event to event.
    sequence: u64,
    /// When, as RFC 3339 writes it, in UTC.
    time: String,
    /// What has happened, such as `login_succeeded`.
    event: String,
    /// `success`, or `failure` for what was refused.
    outcome: String,
    /// Why, in a word.
    reason: Option<String>,
    /// Who did it.
    principal: ActorBody,
    /// The person whom it is about.
    account: Option<String>,
    /// The application that it is about.
    client_id: Option<String>,
    /// A hash of the identifier of the session.
    session: Option<String>,
    /// A hash of the identifier of the grant.
    grant: Option<String>,
    /// The names of what was changed.
    members: Option<Vec<String>>,
    /// A hash of a name that was entered and is nobody's.
    unknown_name: Option<String>,
    /// So many more of the same were not written.
    not_written: Option<u64>,
    /// The address that it was done from.
    ip: Option<String>,
    /// The browser and its system, as far as they are known.
    device: Option<String>,
    /// What to look for in the log.
    request_id: Option<String>,
}

/// Who did something.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ActorBody {
    /// `account`, `client`, `operator`, `server` or `anonymous`.
    #[oai(rename = "type")]
    kind: String,
    /// The identifier of the person, or of the application.
    id: Option<String>,
}

/// A page of security events.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct EventPageBody {
    /// The events.
    events: Vec<EventBody>,
    /// With what the next page is asked for; absent at the end.
    next_page_token: Option<String>,
}

kinds!(EventPageKinds registers EventPageBody, ErrorBody =>
    with_refusals(vec![AnswerKind::json::<EventPageBody>(200, "The events")]));
kinds!(OwnEventPageKinds registers EventPageBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<EventPageBody>(200, "The events")]));
