//! `/users/{id}/refresh_schedule`: people choose when applications have to refresh their access tokens.

use std::sync::Arc;

use poem::{Response, http::StatusCode};
use poem_openapi::{
    Object, OpenApi,
    param::Path,
    registry::Registry,
    types::{Example, Type},
};
use serde_json::{Value, json};

use super::{
    documented::{AnswerKind, DocumentedAnswer, Kinds, json_answer, kinds},
    extract::BearerToken,
    management::{admitted, answered, no_content, with_refusals_of_one},
    oauth_api::ApiTag,
    oauth_schema::ErrorBody,
    server::Server,
    strict_json::StrictJson,
    user_schema::GoneKinds,
};
use crate::endpoint::{
    access::Access,
    management::ManagementRefusal,
    refresh_schedules::{self, ScheduleForm, ShownSchedule},
    users::SCOPES,
};

/// Refresh schedules.
pub(super) struct SchedulesApi(pub(super) Arc<Server>);

/// When access tokens have to be refreshed.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, example)]
struct ScheduleBody {
    /// Five fields: minute, hour, day of the month, month, day of the week. `0 4 * * *` is every day at 04:00.
    cron: String,
    /// By its IANA name; daylight saving is that of the zone.
    time_zone: String,
    /// Whether a tick also ends the grants, so that the person has to sign in again. No, if left out.
    ends_grant: Option<bool>,
}

impl Example for ScheduleBody {
    fn example() -> Self {
        Self { cron: "0 4 * * *".to_owned(), time_zone: "Europe/Berlin".to_owned(), ends_grant: Some(false) }
    }
}

/// A schedule with what it means.
#[derive(Object)]
struct ShownScheduleBody {
    /// As it was set.
    cron: String,
    /// As it was set.
    time_zone: String,
    /// As it was set.
    ends_grant: bool,
    /// It in words.
    description: String,
    /// When it ticks next.
    next_ticks: Vec<TickBody>,
}

/// A tick.
#[derive(Object)]
struct TickBody {
    /// In seconds since 1970.
    at: i64,
    /// In words, in the time zone of the schedule.
    in_words: String,
}

kinds!(ScheduleKinds registers ShownScheduleBody, ErrorBody =>
    with_refusals_of_one(vec![AnswerKind::json::<ShownScheduleBody>(200, "The schedule, with its next ticks in words")]));
kinds!(SetScheduleKinds registers ShownScheduleBody, ErrorBody => with_refusals_of_one(vec![
    AnswerKind::json::<ShownScheduleBody>(200, "The schedule, with its next ticks in words"),
    AnswerKind::json::<ErrorBody>(415, "The body is not JSON"),
]));

#[OpenApi]
impl SchedulesApi {
    /// See what a schedule would mean
    ///
    /// Nothing is set.
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

    /// Look at the schedule of a person
    #[oai(
        path = "/users/:id/refresh_schedule",
        method = "get",
        operation_id = "refreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn show(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ScheduleKinds>> {
        self.shown(token, (&id.0, None))
    }

    /// Set the schedule of a person
    ///
    /// It counts for every application that has none of its own. An access token that is issued from now on expires by the
    /// next tick, but never lives for less than 30 seconds.
    #[oai(
        path = "/users/:id/refresh_schedule",
        method = "put",
        operation_id = "setRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn set(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        form: StrictJson<ScheduleBody>,
    ) -> poem::Result<DocumentedAnswer<SetScheduleKinds>> {
        self.changed(token, (&id.0, None), form.body.into()).await
    }

    /// Remove the schedule of a person
    #[oai(
        path = "/users/:id/refresh_schedule",
        method = "delete",
        operation_id = "removeRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn remove(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<GoneKinds>> {
        self.removed(token, (&id.0, None)).await
    }

    /// Look at the schedule of a person for one application
    #[oai(
        path = "/users/:id/applications/:client_id/refresh_schedule",
        method = "get",
        operation_id = "applicationRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn show_for_application(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// The application.
        client_id: Path<String>,
    ) -> poem::Result<DocumentedAnswer<ScheduleKinds>> {
        self.shown(token, (&id.0, Some(&client_id.0)))
    }

    /// Set the schedule of a person for one application
    #[oai(
        path = "/users/:id/applications/:client_id/refresh_schedule",
        method = "put",
        operation_id = "setApplicationRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn set_for_application(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// The application.
        client_id: Path<String>,
        form: StrictJson<ScheduleBody>,
    ) -> poem::Result<DocumentedAnswer<SetScheduleKinds>> {
        self.changed(token, (&id.0, Some(&client_id.0)), form.body.into()).await
    }

    /// Remove the schedule of a person for one application
    #[oai(
        path = "/users/:id/applications/:client_id/refresh_schedule",
        method = "delete",
        operation_id = "removeApplicationRefreshSchedule",
        tag = "ApiTag::People"
    )]
    async fn remove_for_application(
        &self,
        token: BearerToken,
        /// The identifier of the person, or `me`.
        id: Path<String>,
        /// The application.
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
    let ticks: Vec<Value> =
        shown.next_ticks.iter().map(|(at, texts)| json!({"at": at.unix_timestamp(), "in_words": texts})).collect();
    let body = json!({
        "cron": shown.schedule.cron(),
        "time_zone": shown.schedule.time_zone(),
        "ends_grant": shown.schedule.ends_grant(),
        "description": shown.description,
        "next_ticks": ticks,
    });
    json_answer(StatusCode::OK, &body)
}

impl From<ScheduleBody> for ScheduleForm {
    fn from(body: ScheduleBody) -> Self {
        Self { cron: body.cron, time_zone: body.time_zone, ends_grant: body.ends_grant.unwrap_or(false) }
    }
}
