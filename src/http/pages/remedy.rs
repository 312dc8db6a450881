//! `/developer/{client_id}/remedy`: asks whether to change a setting that would have allowed a rejected request. The
//! URL contains nothing of the request, only the key of its error record.

use poem::{Response, http::StatusCode};

use super::{bad_request, client_errors::remedy_line, current, own_client_page::access, refused, sign_in_first};
use crate::{
    endpoint::clients::settings::{apply_remedy, find_remedy, standing},
    http::page_request::PageRequest,
    web::{RemedyPage, own_client_path},
};

pub(in crate::http) async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let path = own_client_path(&page_request.id);
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, &path)) };
    let (signet, access) = (page_request.server.signet(), access(&current));
    let (client, remedy) = match find_remedy(signet, &access, &page_request.id, &page_request.text("remedy")) {
        Ok(found) => found,
        Err(refusal) => return refused(&page_request, refusal),
    };
    // The value has been registered since, or the remedy no longer applies.
    let Some(standing) = standing(signet, &access, &client, &remedy.what) else {
        return Ok(page_request.redirect(&path));
    };
    let page = RemedyPage {
        client_id: client.client_id.as_str().to_owned(),
        name: client.metadata.client_name,
        member: remedy.what.member(),
        remedy: remedy_line(&remedy, standing, &page_request.texts.remedy, signet.clock.now()),
        anti_forgery: page_request.anti_forgery(&action(&page_request), None),
    };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

pub(in crate::http) async fn submit(page_request: PageRequest) -> poem::Result<Response> {
    page_request.admit(&action(&page_request))?;
    let path = own_client_path(&page_request.id);
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, &path)) };
    if page_request.value("decision") != Some("change") {
        return Err(bad_request());
    }
    match apply_remedy(page_request.server.signet(), &access(&current), &page_request.id, &page_request.text("remedy"))
        .await
    {
        Ok(_) => Ok(page_request.redirect(&format!("{path}?done=changed"))),
        Err(refusal) => refused(&page_request, refusal),
    }
}

/// The token of one question is not valid for another.
fn action(page_request: &PageRequest) -> String {
    format!("remedy {} {}", page_request.id, page_request.text("remedy"))
}
