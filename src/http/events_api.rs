//! `/events` and `/users/{id}/events`: the security event log.

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
    error_body::ErrorBody,
    extract::BearerToken,
    management::{admitted, answered, page_answer, with_refusals, with_refusals_of_one},
    oauth_api::ApiTag,
    server::Server,
};
use crate::{
    audit::SecurityEvent,
    endpoint::{
        events::{self, EventFilter},
        management::ManagementRefusal,
        page::PageQuery,
        user_access,
    },
};

pub(super) struct EventsApi(pub(super) Arc<Server>);

#[OpenApi]
#[expect(clippy::too_many_arguments, reason = "the arguments are the parameters of the operation")]
impl EventsApi {
    /// List security events
    ///
    /// Newest first. Requires the scope `signet:admin`. Filters by user and by application use an index. For the other
    /// filters, each request examines a limited number of events: a page can have fewer entries than requested, or
    /// none, although more follow. Continue while there is a `next_page_token`.
    #[oai(path = "/events", method = "get", operation_id = "listEvents", tag = "ApiTag::Events")]
    async fn list(
        &self,
        token: BearerToken,
        /// Returns only events of this type, such as `login_failed`.
        event: Query<Option<String>>,
        /// Returns only events about or caused by the user with this identifier.
        account: Query<Option<String>>,
        /// Returns only events about or caused by this application.
        client_id: Query<Option<String>>,
        /// Returns only events with this outcome: `success` or `failure`.
        outcome: Query<Option<String>>,
        /// Returns only events at or after this time, in seconds since 1970.
        from: Query<Option<i64>>,
        /// Returns only events before this time, in seconds since 1970.
        until: Query<Option<i64>>,
        /// Maximum number of entries, 1 to 200. Default: 50.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the previous page.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<EventPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let listed = async {
            let filter = EventFilter {
                kind: event.0.as_deref(),
                account: account.0.as_deref(),
                client_id: client_id.0.as_deref(),
                outcome: outcome.0.as_deref(),
                from: from.0.map(|seconds| instant("from", seconds)).transpose()?,
                until: until.0.map(|seconds| instant("until", seconds)).transpose()?,
            };
            let access = admitted(&self.0, token, events::SCOPES)?;
            events::list(&self.0.signet, &access, filter, request).await
        };
        answered(listed.await.map(|page| page_answer("events", &page, SecurityEvent::to_json)))
    }

    /// List security events of a user
    ///
    /// Newest first: events about the user and events caused by the user. The IP addresses and devices of other actors
    /// are omitted. Users can read their own events with the scope `signet:account`.
    #[oai(path = "/users/:id/events", method = "get", operation_id = "listEventsOfUser", tag = "ApiTag::Events")]
    async fn list_of_user(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// Maximum number of entries, 1 to 200. Default: 50.
        limit: Query<Option<i64>>,
        /// The `next_page_token` of the previous page.
        page_token: Query<Option<String>>,
    ) -> poem::Result<DocumentedAnswer<OwnEventPageKinds>> {
        let request = PageQuery { limit: limit.0, page_token: page_token.0.as_deref() };
        let listed = async {
            let access = admitted(&self.0, token, user_access::SCOPES)?;
            events::list_of(&self.0.signet, &access, &id.0, request).await
        };
        answered(listed.await.map(|page| page_answer("events", &page, SecurityEvent::to_json)))
    }
}

fn instant(name: &str, seconds: i64) -> Result<OffsetDateTime, ManagementRefusal> {
    OffsetDateTime::from_unix_timestamp(seconds)
        .map_err(|_| ManagementRefusal::invalid_member(name, "must be a time in seconds since 1970"))
}

/// A security event.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct EventBody {
    /// Increases with every event.
    sequence: u64,
    /// Time of the event in UTC, in the format of RFC 3339.
    time: String,
    /// Type of the event, such as `login_succeeded`.
    event: String,
    /// `success`, or `failure` if the request was rejected.
    outcome: String,
    /// Reason code.
    reason: Option<String>,
    /// The actor.
    actor: ActorBody,
    /// Identifier of the user that the event is about.
    account: Option<String>,
    /// Client identifier of the application that the event is about.
    client_id: Option<String>,
    /// Hash of the session identifier.
    session: Option<String>,
    /// Hash of the grant identifier.
    grant: Option<String>,
    /// Names of the changed members.
    members: Option<Vec<String>>,
    /// Hash of an entered username that belongs to no account.
    unknown_name: Option<String>,
    /// Number of further identical events that were not stored.
    not_written: Option<u64>,
    /// IP address of the client.
    ip: Option<String>,
    /// Browser and operating system, as far as known.
    device: Option<String>,
    /// Request identifier, which also appears in the log.
    request_id: Option<String>,
}

/// The actor of a security event.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ActorBody {
    /// `account`, `client`, `operator`, `server` or `anonymous`.
    #[oai(rename = "type")]
    kind: String,
    /// Identifier of the user or of the application.
    id: Option<String>,
}

/// A page of security events.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct EventPageBody {
    /// The events.
    events: Vec<EventBody>,
    /// Token for the next page. Absent on the last page.
    next_page_token: Option<String>,
}

kinds!(EventPageKinds registers EventPageBody, ErrorBody =>
    with_refusals(vec![AnswerKind::json::<EventPageBody>(200, "The events")]));
kinds!(OwnEventPageKinds registers EventPageBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<EventPageBody>(200, "The events")]));
