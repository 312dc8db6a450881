//! `/developer/{client_id}/remedy`: the question whether a setting shall be changed that would have let a refused request
//! through. Nothing of the request stands in the address, only by what it was noted.

use poem::{Response, http::StatusCode};

use super::{current, own_client::access, refused, sign_in_first, troubles::remedy_line, unfit};
use crate::{
    endpoint::clients::settings::{apply_remedy, find_remedy, standing},
    http::visit::Visit,
    web::{RemedyPage, own_client_path},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let path = own_client_path(&visit.id);
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &path)) };
    let (signet, access) = (visit.server.signet(), access(&current));
    let (client, remedy) = match find_remedy(signet, &access, &visit.id, &visit.text("remedy")) {
        Ok(found) => found,
        Err(refusal) => return refused(&visit, refusal),
    };
    // It was registered meanwhile, or helps no more.
    let Some(standing) = standing(signet, &access, &client, &remedy.what) else { return Ok(visit.redirect(&path)) };
    let page = RemedyPage {
        client_id: client.client_id.as_str().to_owned(),
        name: client.metadata.client_name,
        member: remedy.what.member(),
        remedy: remedy_line(&remedy, standing, &visit.words.remedy, signet.clock.now()),
        anti_forgery: visit.anti_forgery(&action(&visit), None),
    };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit(&action(&visit))?;
    let path = own_client_path(&visit.id);
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, &path)) };
    if visit.value("decision") != Some("change") {
        return Err(unfit());
    }
    match apply_remedy(visit.server.signet(), &access(&current), &visit.id, &visit.text("remedy")).await {
        Ok(_) => Ok(visit.redirect(&format!("{path}?done=changed"))),
        Err(refusal) => refused(&visit, refusal),
    }
}

/// The token of one question holds for no other.
fn action(visit: &Visit) -> String {
    format!("remedy {} {}", visit.id, visit.text("remedy"))
}
