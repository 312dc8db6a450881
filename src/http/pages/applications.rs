//! `/account/applications`

use poem::{Response, http::StatusCode};

use super::{current, done, own, refused, sign_in_first, wanted_lines};
use crate::{
    endpoint::connections::{ConnectedApplication, applications, disconnect},
    http::visit::Visit,
    oidc::step::Wanted,
    web::{ApplicationCard, ApplicationsPage},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, PATH)) };
    let connected = match applications(visit.server.signet(), &own(&current), "me") {
        Ok(connected) => connected,
        Err(refusal) => return refused(&visit, refusal),
    };
    let page = ApplicationsPage {
        applications: connected.iter().map(|connected| card(&visit, connected)).collect(),
        done: done(&visit, &[("disconnected", |w| w.application_disconnected)]),
        anti_forgery: visit.anti_forgery("applications", None),
    };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("applications")?;
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, PATH)) };
    match disconnect(visit.server.signet(), &own(&current), "me", &visit.text("client_id")).await {
        Ok(()) => Ok(visit.redirect("/account/applications?done=disconnected")),
        Err(refusal) => refused(&visit, refusal),
    }
}

fn card(visit: &Visit, connected: &ConnectedApplication) -> ApplicationCard {
    let client_id = connected.client_id.as_str().to_owned();
    let wanted = Wanted { scope: connected.scope.clone(), claims: connected.claims.clone() }.beyond_scope();
    ApplicationCard {
        name: connected.client_name.clone().unwrap_or_else(|| client_id.clone()),
        client_id,
        scope: wanted_lines(visit, &wanted),
        since: visit.words.time.moment(connected.since),
        grants: connected.grants,
        remembered_since: connected.remembered_since.map(|at| visit.words.time.moment(at)),
    }
}

const PATH: &str = "/account/applications";
