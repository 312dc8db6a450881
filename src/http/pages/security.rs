//! `/account/security`: the user's security events.

use poem::{Response, http::StatusCode};

use super::{current, own, refused, sign_in_first};
use crate::{
    account::record::AccountId,
    audit::{Principal, SecurityEvent},
    endpoint::{events::list_of, page::PageQuery},
    http::{
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    web::{Doer, EventLine, SecurityPage},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/account/security").show(show)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let Some(current) = current(&page_request).await? else {
        return Ok(sign_in_first(&page_request, "/account/security"));
    };
    let signet = page_request.server.signet();
    let page_token = page_request.value("page_token").filter(|token| !token.is_empty());
    let request = PageQuery { limit: None, page_token };
    let listed = match list_of(signet, &own(&current), "me", request).await {
        Ok(listed) => listed,
        Err(refusal) => return refused(&page_request, refusal),
    };
    let lines: poem::Result<_> =
        listed.entries.into_iter().map(|event| line(&page_request, &current.account.id, event)).collect();
    let page = SecurityPage { events: lines?, next_page_token: listed.next_page_token };
    Ok(page_request.page(StatusCode::OK, page.render(page_request.context())))
}

fn line(page_request: &PageRequest, own: &AccountId, event: SecurityEvent) -> poem::Result<EventLine> {
    let signet = page_request.server.signet();
    let SecurityEvent { at, principal, origin, details, .. } = event;
    let application = match &details.client_id {
        Some(client_id) => {
            let client = signet.store.client(client_id).map_err(|cause| fault(cause.into()))?;
            client.map_or_else(|| client_id.as_str().to_owned(), |kept| kept.record.metadata.client_name)
        }
        None => String::new(),
    };
    Ok(EventLine {
        event: details.kind.as_str().to_owned(),
        application,
        by: match principal {
            Principal::Account(account) if account == *own => Doer::Oneself,
            Principal::Account(_) | Principal::Operator => Doer::Administrator,
            Principal::Anonymous => Doer::Stranger,
            Principal::Client(_) => Doer::Application,
            Principal::Server => Doer::Server,
        },
        device: origin.device.map(|device| device.to_string()),
        address: origin.address.map(|address| address.to_string()),
        members: details.members,
        not_written: details.not_written,
        seconds_ago: (signet.clock.now() - at).whole_seconds(),
        at: page_request.texts.time.moment(at),
    })
}
