//! `/consent`: asks the user to approve an application's request.

use poem::{Response, http::StatusCode};

use super::{card_with_logo, page_about, wanted_lines};
use crate::{
    endpoint::consent::{ConsentDecision, ConsentQuestion, ConsentRefusal, NotAdmitted, answer, question},
    http::{
        authorize::{broken_off, interaction_at, returns_to},
        csrf::{CsrfChecked, FormAction},
        fault,
        page_request::PageRequest,
        page_route::{PageRoute, Routes},
    },
    oauth::client::{Client, Provenance},
    web::{ClientType, ConsentPage, NotAdmittedPage, Person, Registrant, Remember},
};

pub(in crate::http) fn routes() -> Routes {
    Routes::of([PageRoute::at("/consent").show(show).submit(ACTION, submit)])
}

async fn show(page_request: PageRequest) -> poem::Result<Response> {
    let sealed = page_request.text("interaction");
    match question(page_request.server.signet(), &sealed, &page_request.browser).await {
        Ok(question) => page(&page_request, &question, &sealed),
        Err(refusal) => refused(&page_request, refusal, &sealed),
    }
}

async fn submit(page_request: CsrfChecked<PageRequest>) -> poem::Result<Response> {
    let sealed = page_request.text("interaction");
    let said = match page_request.value("decision") {
        Some("allow") => ConsentDecision::Allow { remember: page_request.value("remember") == Some("true") },
        Some("deny") => ConsentDecision::Deny,
        // The user wants to use another account. The current session ends only after the password has been entered.
        Some("switch") => {
            return Ok(page_request.redirect(&format!("{}&account=another", interaction_at("/login", &sealed))));
        }
        _ => return Err(poem::Error::from_status(StatusCode::BAD_REQUEST)),
    };
    match answer(page_request.server.signet(), &sealed, &page_request.browser, said).await {
        Ok(sealed) => Ok(page_request.redirect(&interaction_at("/authorize", &sealed))),
        Err(refusal) => refused(&page_request, refusal, &sealed),
    }
}

fn refused(page_request: &PageRequest, refusal: ConsentRefusal, sealed: &str) -> poem::Result<Response> {
    match refusal {
        ConsentRefusal::Interaction(refusal) => broken_off(page_request, refusal),
        ConsentRefusal::NotAdmitted(not_admitted) => Ok(closed(page_request, &not_admitted, sealed)),
        ConsentRefusal::NothingToAsk => Ok(page_request.redirect(&interaction_at("/authorize", sealed))),
        ConsentRefusal::Internal(cause) => Err(fault(cause)),
    }
}

/// The page for a user who is not allowed to use the application.
fn closed(page_request: &PageRequest, not_admitted: &NotAdmitted, sealed: &str) -> Response {
    let (client, account) = (&not_admitted.client, &not_admitted.person.account);
    let page = NotAdmittedPage {
        client: card_with_logo(page_request, client),
        username: account.username.as_str().to_owned(),
        contacts: client.metadata.contacts.clone(),
        interaction: sealed.to_owned(),
        anti_forgery: ACTION.token(page_request, Some(sealed)),
    };
    page_about(page_request, client, (StatusCode::OK, page.render(page_request.context())))
}

fn page(page_request: &PageRequest, question: &ConsentQuestion, sealed: &str) -> poem::Result<Response> {
    let redirect_uri = &question.interaction.request.authorization.redirect_uri;
    let account = &question.person.account;
    let page = ConsentPage {
        client: card_with_logo(page_request, &question.client),
        client_type: if question.client.is_public() { ClientType::Public } else { ClientType::Confidential },
        remember: match (question.client.may_skip_consent(), question.client.is_vouched()) {
            (false, _) => Remember::NotOffered,
            (true, true) => Remember::Ticked,
            (true, false) => Remember::EnabledGrants,
        },
        registrant: registrant(page_request, &question.client)?,
        returns_to: returns_to(redirect_uri.destination()),
        person: Person {
            username: account.username.as_str().to_owned(),
            full_name: account.claims.name.as_ref().map(|name| name.as_str().to_owned()),
        },
        scope: wanted_lines(page_request, &question.wanted),
        lifetime: None,
        interaction: sealed.to_owned(),
        anti_forgery: ACTION.token(page_request, Some(sealed)),
    };
    let content = (StatusCode::OK, page.render(page_request.context()));
    Ok(page_about(page_request, &question.client, content))
}

/// Who registered the client. Users should know if it was only another user.
pub(super) fn registrant(page_request: &PageRequest, client: &Client) -> poem::Result<Registrant> {
    if client.is_vouched() {
        return Ok(Registrant::Administrator);
    }
    let Provenance::Person(owner) = &client.provenance else { return Ok(Registrant::Itself) };
    let id = crate::account::record::AccountId::parse(owner.as_str()).ok();
    let owner = id.map(|id| page_request.server.signet().store.account(&id)).transpose();
    let owner = owner.map_err(|cause| fault(cause.into()))?.flatten();
    let username = owner
        .map_or_else(|| page_request.texts.consent.someone.to_owned(), |kept| kept.record.username.as_str().to_owned());
    Ok(Registrant::Person { username })
}

const ACTION: FormAction = FormAction::named("consent");
