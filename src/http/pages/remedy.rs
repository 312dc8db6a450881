//! `/developer/{client_id}/remedy`: asks whether to change a setting that would have allowed a rejected request. The
//! URL contains nothing of the request, only the key of its error record.

use poem::{Response, http::StatusCode};

use super::{bad_request, client_errors::remedy_line, current, own_client_page::access, refused, sign_in_first};
use crate::{
    endpoint::clients::settings::{apply_remedy, find_remedy, standing},
    http::{
        csrf::{CsrfChecked, FormAction},
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    web::{RemedyPage, own_client_path},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/developer/:id/remedy").show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let path = own_client_path(page_request.path_value("id"));
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, &path)) };
    let (signet, access) = (page_request.server.signet(), access(&current));
    let (client, remedy) =
        match find_remedy(signet, &access, page_request.path_value("id"), &page_request.text("remedy")) {
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
        anti_forgery: ACTION.token(&page_request, None),
    };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let path = own_client_path(page_request.path_value("id"));
    let Some(current) = current(&page_request).await? else { return Ok(sign_in_first(&page_request, &path)) };
    if page_request.value("decision") != Some("change") {
        return Err(bad_request());
    }
    match apply_remedy(
        page_request.server.signet(),
        &access(&current),
        page_request.path_value("id"),
        &page_request.text("remedy"),
    )
    .await
    {
        Ok(_) => Ok(page_request.redirect(&format!("{path}?done=changed"))),
        Err(refusal) => refused(&page_request, refusal),
    }
}

/// The token of one question is not valid for another.
const ACTION: FormAction =
    FormAction::of(|page_request| format!("remedy {} {}", page_request.path_value("id"), page_request.text("remedy")));
