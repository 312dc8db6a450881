//! `/account/schedule`: the user's refresh schedules.

use poem::{Response, http::StatusCode};

use super::{bad_request, current, done, entry, messages::wrong, own, refused, sign_in_first};
use crate::{
    endpoint::{
        access::Access,
        connections::applications,
        management::ManagementRefusal,
        new_account::FieldErrors,
        refresh_schedules::{self, ScheduleForm, ShownSchedule},
        session::CurrentSession,
    },
    http::{
        csrf::{CsrfChecked, FormAction},
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    oauth::parameters::encode,
    web::{FieldState, SchedulePage, ScheduleTexts, ScheduledApplication},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/account/schedule")
        .show(show)
        .submit(ACTION, submit)
        .listed_on("/account/applications")])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, None)));
    };
    match page(&page_request, &current) {
        Ok(page) => Ok(page_request.page(StatusCode::OK, page.render(page_request.context()))),
        Err(refusal) => refused(&page_request, refusal),
    }
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, &address(&page_request, None)));
    };
    let (signet, access) = (page_request.server.signet(), own(&current));
    // Checked first, because the page may not exist.
    let page = match page(&page_request, &current) {
        Ok(page) => page,
        Err(refusal) => return refused(&page_request, refusal),
    };
    let of = ("me", page_request.value("client_id"));
    let form = ScheduleForm {
        cron: page_request.text("cron"),
        time_zone: page_request.text("time_zone"),
        ends_grant: page_request.value("ends_grant").is_some(),
    };
    let outcome = match page_request.value("decision") {
        Some("preview") => refresh_schedules::preview(signet, &form).map(Some),
        Some("set") => refresh_schedules::set(signet, &access, of, &form).await.map(|_| None),
        Some("remove") => {
            return match refresh_schedules::remove(signet, &access, of).await {
                Ok(()) => Ok(page_request.redirect(&address(&page_request, Some("removed")))),
                Err(refusal) => refused(&page_request, refusal),
            };
        }
        _ => return Err(bad_request()),
    };
    let (status, errors, preview) = match outcome {
        Ok(None) => return Ok(page_request.redirect(&address(&page_request, Some("set")))),
        Ok(Some(preview)) => (StatusCode::OK, FieldErrors::default(), Some(texts(&page_request, &preview))),
        Err(ManagementRefusal::Fields(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
        Err(refusal) => return refused(&page_request, refusal),
    };
    let page = SchedulePage {
        preview,
        cron: entry(form.cron, wrong(page_request.texts, &errors, "cron")),
        time_zone: entry(form.time_zone, wrong(page_request.texts, &errors, "time_zone")),
        ends_grant: form.ends_grant,
        ..page
    };
    Ok(page_request.page(status, page.render(page_request.context())))
}

/// The page with the current schedule, and a form with it or with a common default.
fn page(page_request: &PageRequest, current: &CurrentSession) -> Result<SchedulePage, ManagementRefusal> {
    let access = own(current);
    let set =
        match refresh_schedules::show(page_request.server.signet(), &access, ("me", page_request.value("client_id"))) {
            Ok(set) => Some(set),
            Err(ManagementRefusal::NotFound(_)) => None,
            Err(refusal) => return Err(refusal),
        };
    let application =
        page_request.value("client_id").map(|client_id| application(page_request, &access, client_id, set.is_some()));
    let zone = current.account.claims.zoneinfo.as_ref().map_or("UTC", |zone| zone.as_str());
    let schedule = set.as_ref().map(|set| &set.schedule);
    Ok(SchedulePage {
        application: application.transpose()?,
        cron: FieldState::of(schedule.map_or("0 4 * * *", |schedule| schedule.cron())),
        time_zone: FieldState::of(schedule.map_or(zone, |schedule| schedule.time_zone())),
        ends_grant: schedule.is_some_and(|schedule| schedule.ends_grant()),
        set: set.as_ref().map(|set| texts(page_request, set)),
        done: done(page_request, &[("set", |w| w.schedule_set), ("removed", |w| w.schedule_removed)]),
        anti_forgery: ACTION.token(page_request, None),
        ..SchedulePage::default()
    })
}

/// An application that is connected, or that was connected and still has a schedule.
fn application(
    page_request: &PageRequest,
    access: &Access,
    client_id: &str,
    has_schedule: bool,
) -> Result<ScheduledApplication, ManagementRefusal> {
    let connected = applications(page_request.server.signet(), access, "me")?;
    let connected = connected.into_iter().find(|connected| connected.client_id.as_str() == client_id);
    if connected.is_none() && !has_schedule {
        return Err(ManagementRefusal::NotFound("this application is not connected"));
    }
    let name = connected.and_then(|connected| connected.client_name).unwrap_or_else(|| client_id.to_owned());
    Ok(ScheduledApplication { client_id: client_id.to_owned(), name })
}

/// The path of the requested page, with the confirmation of the last action if there is one.
fn address(page_request: &PageRequest, done: Option<&str>) -> String {
    let of = page_request.value("client_id").map(|client_id| ("client_id", client_id));
    let pairs: Vec<(&str, &str)> = of.into_iter().chain(done.map(|done| ("done", done))).collect();
    if pairs.is_empty() { "/account/schedule".to_owned() } else { format!("/account/schedule?{}", encode(&pairs)) }
}

fn texts(page_request: &PageRequest, shown: &ShownSchedule) -> ScheduleTexts {
    let (w, schedule) = (&page_request.texts.time, &shown.schedule);
    ScheduleTexts {
        description: w.schedule(schedule.cron(), schedule.time_zone(), &shown.description),
        next_ticks: shown.next_ticks.iter().map(|(at, _)| w.local(schedule.local_time(*at))).collect(),
    }
}

const ACTION: FormAction = FormAction::named("schedule");
