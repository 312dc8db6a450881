//! `/users/{id}/refresh_schedule`: a person chooses when applications have to refresh their access tokens.

use time::OffsetDateTime;

use super::{Signet, access::Access, management::ManagementRefusal, new_account::FieldErrors, quota, user_access};
use crate::{
    account::{
        quota::Spending,
        record::Account,
        refresh_schedule::{RefreshSchedule, ScheduleRefusal},
    },
    oauth::{client::ClientId, subject::Subject},
};

/// A schedule as it was entered.
#[derive(Clone, Debug)]
pub struct ScheduleForm {
    /// When it ticks, in the syntax of cron.
    pub cron: String,
    /// In which time zone, by its IANA name.
    pub time_zone: String,
    /// Whether a tick ends the grants rather than only the access tokens.
    pub ends_grant: bool,
}

/// A schedule with what it means.
#[derive(Clone, Debug)]
pub struct ShownSchedule {
    /// The schedule.
    pub schedule: RefreshSchedule,
    /// It in words.
    pub description: String,
    /// The next ticks, each also in words.
    pub next_ticks: Vec<(OffsetDateTime, String)>,
}

/// What a schedule would mean, without setting it.
///
/// # Errors
///
/// What is wrong with it.
pub fn preview(signet: &Signet, form: &ScheduleForm) -> Result<ShownSchedule, ManagementRefusal> {
    let now = signet.clock.now();
    let parsed = RefreshSchedule::parse(&form.cron, &form.time_zone, form.ends_grant, now);
    parsed.map(|schedule| shown(schedule, now)).map_err(|refusal| {
        let field = if refusal == ScheduleRefusal::UnknownTimeZone { "time_zone" } else { "cron" };
        ManagementRefusal::Fields(FieldErrors::of_one(field, refusal))
    })
}

/// The schedule of a person, for the whole account or for one application.
///
/// # Errors
///
/// [`ManagementRefusal`]: there may be none.
pub fn show(
    signet: &Signet,
    access: &Access,
    (id, client_id): (&str, Option<&str>),
) -> Result<ShownSchedule, ManagementRefusal> {
    let (kept, _) = user_access::find(signet, access, id)?;
    let (subject, client_id) = addressed(&kept.record, client_id)?;
    let schedule = signet.store.refresh_schedule(&subject, client_id.as_ref())?;
    let schedule = schedule.ok_or(ManagementRefusal::NotFound("there is no schedule here"))?;
    Ok(shown(schedule, signet.clock.now()))
}

/// Sets the schedule of a person, for the whole account or for one application. The access tokens that are issued from
/// now on expire by its next tick.
///
/// # Errors
///
/// [`ManagementRefusal`]; then the schedule is what it was.
pub async fn set(
    signet: &Signet,
    access: &Access,
    (id, client_id): (&str, Option<&str>),
    form: &ScheduleForm,
) -> Result<ShownSchedule, ManagementRefusal> {
    let (kept, _) = user_access::find_to_change(signet, access, id)?;
    let (subject, client_id) = addressed(&kept.record, client_id)?;
    if let Some(client_id) = &client_id
        && signet.store.client(client_id)?.is_none()
    {
        return Err(ManagementRefusal::NotFound("there is no such application"));
    }
    let shown = preview(signet, form)?;
    quota::spend(signet, access, Spending::Change)?;
    let schedule = shown.schedule.clone();
    let store = signet.store.as_actor(access.actor());
    store.put_refresh_schedule(&subject, client_id.as_ref(), schedule, signet.clock.now()).await?;
    tracing::info!(%subject, by = %access.subject(), "refresh schedule set");
    Ok(shown)
}

/// Removes the schedule of a person. That there is none is no error; what a tick has ended stays ended.
///
/// # Errors
///
/// [`ManagementRefusal`].
pub async fn remove(
    signet: &Signet,
    access: &Access,
    (id, client_id): (&str, Option<&str>),
) -> Result<(), ManagementRefusal> {
    let (kept, _) = user_access::find_to_change(signet, access, id)?;
    let (subject, client_id) = addressed(&kept.record, client_id)?;
    quota::spend(signet, access, Spending::Change)?;
    signet
        .store
        .as_actor(access.actor())
        .remove_refresh_schedule(&subject, client_id.as_ref(), signet.clock.now())
        .await?;
    tracing::info!(%subject, by = %access.subject(), "refresh schedule removed");
    Ok(())
}

fn addressed(account: &Account, client_id: Option<&str>) -> Result<(Subject, Option<ClientId>), ManagementRefusal> {
    let client_id = client_id.map(ClientId::parse).transpose();
    let client_id = client_id.map_err(|_| ManagementRefusal::NotFound("there is no such application"))?;
    Ok((Subject::new(account.id.as_str()), client_id))
}

fn shown(schedule: RefreshSchedule, now: OffsetDateTime) -> ShownSchedule {
    let ticks = schedule.next_ticks(now, TICKS_SHOWN);
    let next_ticks = ticks.into_iter().map(|tick| (tick, schedule.in_words(tick))).collect();
    ShownSchedule { description: schedule.describe(), next_ticks, schedule }
}

/// So many of the next ticks are shown.
const TICKS_SHOWN: u8 = 5;
