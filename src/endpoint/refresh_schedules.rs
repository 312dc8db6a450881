//! `/users/{id}/refresh_schedule`: users choose when applications have to refresh their access tokens.

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

#[derive(Clone, Debug)]
pub struct ScheduleForm {
    /// The schedule in cron syntax.
    pub cron: String,
    /// The IANA name of the time zone.
    pub time_zone: String,
    /// Whether a tick ends the grants and not only the access tokens.
    pub ends_grant: bool,
}

/// A schedule with a description.
#[derive(Clone, Debug)]
pub struct ShownSchedule {
    pub schedule: RefreshSchedule,
    /// The schedule in words.
    pub description: String,
    /// The next ticks, each with a description.
    pub next_ticks: Vec<(OffsetDateTime, String)>,
}

/// Describes a schedule without setting it.
///
/// # Errors
///
/// Returns an error for each invalid field.
pub fn preview(signet: &Signet, form: &ScheduleForm) -> Result<ShownSchedule, ManagementRefusal> {
    let now = signet.clock.now();
    let parsed = RefreshSchedule::parse(&form.cron, &form.time_zone, form.ends_grant, now);
    parsed.map(|schedule| shown(schedule, now)).map_err(|refusal| {
        let field = if refusal == ScheduleRefusal::UnknownTimeZone { "time_zone" } else { "cron" };
        ManagementRefusal::Fields(FieldErrors::of_one(field, refusal))
    })
}

/// Returns the schedule of a user, for the whole account or for one application.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused, there is no schedule, or the storage fails.
pub fn show(
    signet: &Signet,
    access: &Access,
    (id, client_id): (&str, Option<&str>),
) -> Result<ShownSchedule, ManagementRefusal> {
    let (kept, _) = user_access::find(signet, access, id)?;
    let (subject, client_id) = addressed(&kept.record, client_id)?;
    let schedule = signet.store.refresh_schedule(&subject, client_id.as_ref())?;
    let schedule = schedule.ok_or(ManagementRefusal::NotFound("there is no schedule"))?;
    Ok(shown(schedule, signet.clock.now()))
}

/// Sets the schedule of a user, for the whole account or for one application. Access tokens issued from now on expire
/// by its next tick.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails. The schedule is unchanged then.
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

/// Removes the schedule of a user. It is not an error if there is none. Grants ended by a tick stay ended.
///
/// # Errors
///
/// Returns a [`ManagementRefusal`] if the request is refused or the storage fails.
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

/// Number of next ticks shown.
const TICKS_SHOWN: u8 = 5;
