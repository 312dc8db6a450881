//! `/account/applications`: the applications connected to the user's account.

use poem::{Response, http::StatusCode};

use super::{current, done, own, refused, sign_in_first, wanted_lines};
use crate::{
    endpoint::connections::{ConnectedApplication, applications, disconnect},
    http::{
        csrf::{CsrfChecked, FormAction},
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    oidc::step::Wanted,
    web::{ApplicationCard, ApplicationsPage},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at(PATH).show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    let connected = match applications(page_request.server.signet(), &own(&current), "me") {
        Ok(connected) => connected,
        Err(refusal) => return refused(&page_request, refusal),
    };
    let page = ApplicationsPage {
        applications: connected.iter().map(|connected| card(&page_request, connected)).collect(),
        done: done(&page_request, &[("disconnected", |w| w.application_disconnected)]),
        anti_forgery: ACTION.token(&page_request, None),
    };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, PATH)) };
    match disconnect(page_request.server.signet(), &own(&current), "me", &page_request.text("client_id")).await {
        Ok(()) => Ok(page_request.redirect("/account/applications?done=disconnected")),
        Err(refusal) => refused(&page_request, refusal),
    }
}

fn card(page_request: &PageRequest, connected: &ConnectedApplication) -> ApplicationCard {
    let client_id = connected.client_id.as_str().to_owned();
    let wanted = Wanted { scope: connected.scope.clone(), claims: connected.claims.clone() }.beyond_scope();
    ApplicationCard {
        name: connected.client_name.clone().unwrap_or_else(|| client_id.clone()),
        client_id,
        scope: wanted_lines(page_request, &wanted),
        since: page_request.texts.time.moment(connected.since),
        grants: connected.grants,
        remembered_since: connected.remembered_since.map(|at| page_request.texts.time.moment(at)),
    }
}

const ACTION: FormAction = FormAction::named("applications");
const PATH: &str = "/account/applications";
