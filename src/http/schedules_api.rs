//! `/users/{id}/refresh_schedule`: schedules that limit the lifetime of access tokens.

use std::sync::Arc;

use poem::{Response, http::StatusCode};
use poem_openapi::{
    Object, OpenApi,
    param::Path,
    registry::Registry,
    types::{Example, Type},
};
use time::OffsetDateTime;

use super::{
    documented::{AnswerKind, DocumentedAnswer, Kinds, kinds, object_answer},
    error_body::ErrorBody,
    extract::BearerToken,
    management::{admitted, answered, no_content, with_refusals_of_one},
    oauth_api::ApiTag,
    server::Server,
    strict_json::StrictJson,
    user_schema::GoneKinds,
};
use crate::{
    account::refresh_schedule::RefreshSchedule,
    endpoint::{
        access::Access,
        management::ManagementRefusal,
        refresh_schedules::{self, ScheduleForm, ShownSchedule},
        user_access::SCOPES,
    },
};

pub(super) struct SchedulesApi(pub(super) Arc<Server>);

/// A refresh schedule.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, example)]
pub(super) struct ScheduleBody {
    /// Cron expression with five fields: minute, hour, day of the month, month, day of the week. `0 4 * * *` is every
    /// day at 04:00.
    cron: String,
    /// IANA name of the time zone. Daylight saving time of the zone applies.
    time_zone: String,
    /// Whether each tick also ends the grants, so that the user has to sign in again. Default: `false`.
    ends_grant: Option<bool>,
}

impl Example for ScheduleBody {
    fn example() -> Self {
        Self { cron: "0 4 * * *".to_owned(), time_zone: "Europe/Berlin".to_owned(), ends_grant: Some(false) }
    }
}

/// A refresh schedule with its description and next ticks.
#[derive(Object)]
struct ShownScheduleBody {
    /// The cron expression.
    cron: String,
    /// IANA name of the time zone.
    time_zone: String,
    /// Whether each tick also ends the grants.
    ends_grant: bool,
    /// The schedule in words.
    description: String,
    /// The next ticks.
    next_ticks: Vec<TickBody>,
}

/// A tick of a schedule.
#[derive(Object)]
struct TickBody {
    /// Time of the tick, in seconds since 1970.
    at: i64,
    /// Time of the tick in words, in the time zone of the schedule.
    in_words: String,
}

kinds!(ScheduleKinds registers ShownScheduleBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<ShownScheduleBody>(200, "The schedule, with its description and next ticks")]));
kinds!(SetScheduleKinds registers ShownScheduleBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<ShownScheduleBody>(200, "The schedule, with its description and next ticks"),
    AnswerKind::json::<ErrorBody>(415, "The body is not JSON"),
]));

#[OpenApi]
impl SchedulesApi {
    /// Preview a schedule
    ///
    /// Describes the schedule without saving it.
    #[oai(
        path = "/refresh_schedule/preview",
        method = "post",
        operation_id = "previewRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn preview(
        &self,
        token: BearerToken,
        form: StrictJson<ScheduleBody>,
    ) -> poem::Result<DocumentedAnswer<SetScheduleKinds>> {
        let shown = self.admitted(token).and_then(|_| refresh_schedules::preview(&self.0.signet, &form.body.into()));
        answered(shown.map(|shown| answer(&shown)))
    }

    /// Get the schedule of a user
    #[oai(
        path = "/users/:id/refresh_schedule",
        method = "get",
        operation_id = "refreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn show(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ScheduleKinds>> {
        self.shown(token, (&id.0, None))
    }

    /// Set the schedule of a user
    ///
    /// Applies to every application that has no separate schedule. New access tokens expire at the next tick at the
    /// latest, but live for at least 30 seconds.
    #[oai(
        path = "/users/:id/refresh_schedule",
        method = "put",
        operation_id = "setRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn set(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        form: StrictJson<ScheduleBody>,
    ) -> poem::Result<DocumentedAnswer<SetScheduleKinds>> {
        self.changed(token, (&id.0, None), form.body.into()).await
    }

    /// Delete the schedule of a user
    #[oai(
        path = "/users/:id/refresh_schedule",
        method = "delete",
        operation_id = "removeRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn remove(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        self.removed(token, (&id.0, None)).await
    }

    /// Get the schedule of a user for one application
    #[oai(
        path = "/users/:id/applications/:client_id/refresh_schedule",
        method = "get",
        operation_id = "applicationRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn show_for_application(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// The client identifier.
        client_id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ScheduleKinds>> {
        self.shown(token, (&id.0, Some(&client_id.0)))
    }

    /// Set the schedule of a user for one application
    #[oai(
        path = "/users/:id/applications/:client_id/refresh_schedule",
        method = "put",
        operation_id = "setApplicationRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn set_for_application(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// The client identifier.
        client_id: Path<String>,
        form: StrictJson<ScheduleBody>,
    ) -> poem::Result<DocumentedAnswer<SetScheduleKinds>> {
        self.changed(token, (&id.0, Some(&client_id.0)), form.body.into()).await
    }

    /// Delete the schedule of a user for one application
    #[oai(
        path = "/users/:id/applications/:client_id/refresh_schedule",
        method = "delete",
        operation_id = "removeApplicationRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn remove_for_application(
        &self,
        token: BearerToken,
        /// Identifier of the user, or `me`.
        id: Path<String>,
        /// The client identifier.
        client_id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        self.removed(token, (&id.0, Some(&client_id.0))).await
    }
}

impl SchedulesApi {
    fn admitted(&self, token: BearerToken) -> Result<Access, ManagementRefusal> {
        admitted(&self.0, token, SCOPES)
    }

    fn shown(&self, token: BearerToken, of: (&str, Option<&str>)) -> poem::Result<DocumentedAnswer<ScheduleKinds>> {
        let shown = self.admitted(token).and_then(|access| refresh_schedules::show(&self.0.signet, &access, of));
        answered(shown.map(|shown| answer(&shown)))
    }

    async fn changed(
        &self,
        token: BearerToken,
        of: (&str, Option<&str>),
        form: ScheduleForm,
    ) -> poem::Result<DocumentedAnswer<SetScheduleKinds>> {
        let set = async { refresh_schedules::set(&self.0.signet, &self.admitted(token)?, of, &form).await }.await;
        answered(set.map(|shown| answer(&shown)))
    }

    async fn removed(&self, token: BearerToken, of: (&str, Option<&str>)) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        let removed = async { refresh_schedules::remove(&self.0.signet, &self.admitted(token)?, of).await }.await;
        answered(removed.map(|()| no_content()))
    }
}

fn answer(shown: &ShownSchedule) -> Response {
    object_answer(StatusCode::OK, &ShownScheduleBody::from(shown))
}

impl From<&ShownSchedule> for ShownScheduleBody {
    fn from(shown: &ShownSchedule) -> Self {
        let tick =
            |(at, texts): &(OffsetDateTime, String)| TickBody { at: at.unix_timestamp(), in_words: texts.clone() };
        Self {
            cron: shown.schedule.cron().to_owned(),
            time_zone: shown.schedule.time_zone().to_owned(),
            ends_grant: shown.schedule.ends_grant(),
            description: shown.description.clone(),
            next_ticks: shown.next_ticks.iter().map(tick).collect(),
        }
    }
}

impl From<&RefreshSchedule> for ScheduleBody {
    fn from(schedule: &RefreshSchedule) -> Self {
        Self {
            cron: schedule.cron().to_owned(),
            time_zone: schedule.time_zone().to_owned(),
            ends_grant: Some(schedule.ends_grant()),
        }
    }
}

impl From<ScheduleBody> for ScheduleForm {
    fn from(body: ScheduleBody) -> Self {
        Self { cron: body.cron, time_zone: body.time_zone, ends_grant: body.ends_grant.unwrap_or(false) }
    }
}
