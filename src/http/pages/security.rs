//! `/account/security`

use poem::{Response, http::StatusCode};

use super::{current, own, refused, sign_in_first};
use crate::{
    account::record::AccountId,
    audit::{Actor, SecurityEvent},
    endpoint::{events::list_of, page::PageRequest},
    http::{fault, visit::Visit},
    web::{Doer, EventLine, SecurityPage},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let Some(current) = current(&visit).await? else { return Ok(sign_in_first(&visit, "/account/security")) };
    let signet = visit.server.signet();
    let page_token = visit.value("page_token").filter(|token| !token.is_empty());
    let request = PageRequest { limit: None, page_token };
    let listed = match list_of(signet, &own(&current), "me", request).await {
        Ok(listed) => listed,
        Err(refusal) => return refused(&visit, refusal),
    };
    let lines: poem::Result<_> =
        listed.entries.into_iter().map(|event| line(&visit, &current.account.id, event)).collect();
    let page = SecurityPage { events: lines?, next_page_token: listed.next_page_token };
    Ok(visit.page(StatusCode::OK, page.render(visit.voice())))
}

fn line(visit: &Visit, own: &AccountId, event: SecurityEvent) -> poem::Result<EventLine> {
    let signet = visit.server.signet();
    let SecurityEvent { at, actor, requester, occurrence, .. } = event;
    let application = match &occurrence.client_id {
        Some(client_id) => {
            let client = signet.store.client(client_id).map_err(|cause| fault(cause.into()))?;
            client.map_or_else(|| client_id.as_str().to_owned(), |kept| kept.record.metadata.client_name)
        }
        None => String::new(),
    };
    Ok(EventLine {
        event: occurrence.kind.as_str().to_owned(),
        application,
        by: match actor {
            Actor::Account(account) if account == *own => Doer::Oneself,
            Actor::Account(_) | Actor::Operator => Doer::Administrator,
            Actor::Anonymous => Doer::Stranger,
            Actor::Client(_) => Doer::Application,
            Actor::Server => Doer::Server,
        },
        device: requester.device.map(|device| device.to_string()),
        address: requester.address.map(|address| address.to_string()),
        members: occurrence.members,
        not_written: occurrence.not_written,
        seconds_ago: (signet.clock.now() - at).whole_seconds(),
        at: visit.words.time.moment(at),
    })
}
