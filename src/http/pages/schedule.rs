//! `/account/schedule`

use poem::{Response, http::StatusCode};

use super::{current, done, entry, own, refused, sign_in_first, unfit, wording::wrong};
use crate::{
    endpoint::{
        access::Access,
        connections::applications,
        management::ManagementRefusal,
        new_account::FieldErrors,
        refresh_schedules::{self, ScheduleForm, ShownSchedule},
        session::CurrentSession,
    },
    http::visit::Visit,
    oauth::parameters::encode,
    web::{Entry, SchedulePage, ScheduleWords, ScheduledApplication},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit, None))) };
    match page(&visit, &current) {
        Ok(page) => Ok(visit.page(StatusCode::OK, page.render(visit.voice()))),
        Err(refusal) => refused(&visit, refusal),
    }
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("schedule")?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &address(&visit, None))) };
    let (signet, access) = (visit.server.signet(), own(&current));
    // Whether there is such a page at all comes first.
    let page = match page(&visit, &current) {
        Ok(page) => page,
        Err(refusal) => return refused(&visit, refusal),
    };
    let of = ("me", visit.value("client_id"));
    let form = ScheduleForm {
        cron: visit.text("cron"),
        time_zone: visit.text("time_zone"),
        ends_grant: visit.value("ends_grant").is_some(),
    };
    let outcome = match visit.value("decision") {
        Some("preview") => refresh_schedules::preview(signet, &form).map(Some),
        Some("set") => refresh_schedules::set(signet, &access, of, &form).await.map(|_| None),
        Some("remove") => {
            return match refresh_schedules::remove(signet, &access, of).await {
                Ok(()) => Ok(visit.redirect(&address(&visit, Some("removed")))),
                Err(refusal) => refused(&visit, refusal),
            };
        }
        _ => return Err(unfit()),
    };
    let (status, errors, preview) = match outcome {
        Ok(None) => return Ok(visit.redirect(&address(&visit, Some("set")))),
        Ok(Some(preview)) => (StatusCode::OK, FieldErrors::default(), Some(words(&visit, &preview))),
        Err(ManagementRefusal::Fields(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Err(refusal) => return refused(&visit, refusal),
    };
    let page = SchedulePage {
        preview,
        cron: entry(form.cron, wrong(visit.words, &errors, "cron")),
        time_zone: entry(form.time_zone, wrong(visit.words, &errors, "time_zone")),
        ends_grant: form.ends_grant,
        ..page
    };
    Ok(visit.page(status, page.render(visit.voice())))
}

/// The page of the schedule that is set, and a form with it, or with what most people mean.
fn page(visit: &Visit, current: &CurrentSession) -> Result<SchedulePage, ManagementRefusal> {
    let access = own(current);
    let set = match refresh_schedules::show(visit.server.signet(), &access, ("me", visit.value("client_id"))) {
        Ok(set) => Some(set),
        Err(ManagementRefusal::NotFound(_)) => None,
        Err(refusal) => return Err(refusal),
    };
    let application = visit.value("client_id").map(|client_id| application(visit, &access, client_id, set.is_some()));
    let zone = current.account.claims.zoneinfo.as_ref().map_or("UTC", |zone| zone.as_str());
    let schedule = set.as_ref().map(|set| &set.schedule);
    Ok(SchedulePage {
        application: application.transpose()?,
        cron: Entry::of(schedule.map_or("0 4 * * *", |schedule| schedule.cron())),
        time_zone: Entry::of(schedule.map_or(zone, |schedule| schedule.time_zone())),
        ends_grant: schedule.is_some_and(|schedule| schedule.ends_grant()),
        set: set.as_ref().map(|set| words(visit, set)),
        done: done(visit, &[("set", |w| w.schedule_set), ("removed", |w| w.schedule_removed)]),
        anti_forgery: visit.anti_forgery("schedule", None),
        ..SchedulePage::default()
    })
}

/// An application that is connected, or that was and has kept its schedule.
fn application(
    visit: &Visit,
    access: &Access,
    client_id: &str,
    has_schedule: bool,
) -> Result<ScheduledApplication, ManagementRefusal> {
    let connected = applications(visit.server.signet(), access, "me")?;
    let connected = connected.into_iter().find(|connected| connected.client_id.as_str() == client_id);
    if connected.is_none() && !has_schedule {
        return Err(ManagementRefusal::NotFound("this application is not connected"));
    }
    let name = connected.and_then(|connected| connected.client_name).unwrap_or_else(|| client_id.to_owned());
    Ok(ScheduledApplication { client_id: client_id.to_owned(), name })
}

/// The address of the page that was asked for, perhaps with what was just done.
fn address(visit: &Visit, done: Option<&str>) -> String {
    let of = visit.value("client_id").map(|client_id| ("client_id", client_id));
    let pairs: Vec<(&str, &str)> = of.into_iter().chain(done.map(|done| ("done", done))).collect();
    if pairs.is_empty() { "/account/schedule".to_owned() } else { format!("/account/schedule?{}", encode(&pairs)) }
}

fn words(visit: &Visit, shown: &ShownSchedule) -> ScheduleWords {
    let (w, schedule) = (&visit.words.time, &shown.schedule);
    ScheduleWords {
        description: w.schedule(schedule.cron(), schedule.time_zone(), &shown.description),
        next_ticks: shown.next_ticks.iter().map(|(at, _)| w.local(schedule.local_time(*at))).collect(),
    }
}
