//! `/consent`

use poem::{Response, http::StatusCode};

use super::{card_with_logo, page_about, wanted_lines};
use crate::{
    endpoint::consent::{Answer, ConsentQuestion, ConsentRefusal, NotAdmitted, answer, question},
    http::{
        authorize::{broken_off, interaction_at, returns_to},
        fault,
        visit::Visit,
    },
    oauth::client::{Client, Provenance},
    web::{ClientType, ConsentPage, NotAdmittedPage, Person, Registrant, Remember},
};

pub(in crate::http) async fn show(visit: Visit) -> poem::Result<Response> {
    let sealed = visit.text("interaction");
    match question(visit.server.signet(), &sealed, &visit.browser).await {
        Ok(question) => page(&visit, &question, &sealed),
        Err(refusal) => refused(&visit, refusal, &sealed),
    }
}

pub(in crate::http) async fn submit(visit: Visit) -> poem::Result<Response> {
    visit.admit("consent")?;
    let sealed = visit.text("interaction");
    let said = match visit.value("decision") {
        Some("allow") => Answer::Allow { remember: visit.value("remember") == Some("true") },
        Some("deny") => Answer::Deny,
        // Another person wants to sign in here; the page asks for a password, and the session ends only then.
        Some("switch") => {
            return Ok(visit.redirect(&format!("{}&account=another", interaction_at("/login", &sealed))));
        }
        _ => return Err(poem::Error::from_status(StatusCode::BAD_REQUEST)),
    };
    match answer(visit.server.signet(), &sealed, &visit.browser, said).await {
        Ok(sealed) => Ok(visit.redirect(&interaction_at("/authorize", &sealed))),
        Err(refusal) => refused(&visit, refusal, &sealed),
    }
}

fn refused(visit: &Visit, refusal: ConsentRefusal, sealed: &str) -> poem::Result<Response> {
    match refusal {
        ConsentRefusal::Interaction(refusal) => broken_off(visit, refusal),
        ConsentRefusal::NotAdmitted(not_admitted) => Ok(closed(visit, &not_admitted, sealed)),
        ConsentRefusal::NothingToAsk => Ok(visit.redirect(&interaction_at("/authorize", sealed))),
        ConsentRefusal::Fault(cause) => Err(fault(cause)),
    }
}

/// The page for a person who may not use the application.
fn closed(visit: &Visit, not_admitted: &NotAdmitted, sealed: &str) -> Response {
    let (client, account) = (&not_admitted.client, &not_admitted.person.account);
    let page = NotAdmittedPage {
        client: card_with_logo(visit, client),
        username: account.username.as_str().to_owned(),
        contacts: client.metadata.contacts.clone(),
        interaction: sealed.to_owned(),
        anti_forgery: visit.anti_forgery("consent", Some(sealed)),
    };
    page_about(visit, client, (StatusCode::OK, page.render(visit.voice())))
}

fn page(visit: &Visit, question: &ConsentQuestion, sealed: &str) -> poem::Result<Response> {
    let redirect_uri = &question.interaction.request.authorization.redirect_uri;
    let account = &question.person.account;
    let page = ConsentPage {
        client: card_with_logo(visit, &question.client),
        client_type: if question.client.is_public() { ClientType::Public } else { ClientType::Confidential },
        remember: match (question.client.may_skip_consent(), question.client.is_vouched()) {
            (false, _) => Remember::NotOffered,
            (true, true) => Remember::Ticked,
            (true, false) => Remember::Offered,
        },
        registrant: registrant(visit, &question.client)?,
        returns_to: returns_to(redirect_uri.destination()),
        person: Person {
            username: account.username.as_str().to_owned(),
            full_name: account.claims.name.as_ref().map(|name| name.as_str().to_owned()),
        },
        scope: wanted_lines(visit, &question.wanted),
        lifetime: None,
        interaction: sealed.to_owned(),
        anti_forgery: visit.anti_forgery("consent", Some(sealed)),
    };
    let content = (StatusCode::OK, page.render(visit.voice()));
    Ok(page_about(visit, &question.client, content))
}

/// Who vouches for the client: people should know when it is only another person.
pub(super) fn registrant(visit: &Visit, client: &Client) -> poem::Result<Registrant> {
    if client.is_vouched() {
        return Ok(Registrant::Administrator);
    }
    let Provenance::Person(owner) = &client.provenance else { return Ok(Registrant::Itself) };
    let id = crate::account::record::AccountId::parse(owner.as_str()).ok();
    let owner = id.map(|id| visit.server.signet().store.account(&id)).transpose();
    let owner = owner.map_err(|cause| fault(cause.into()))?.flatten();
    let username =
        owner.map_or_else(|| visit.words.consent.somebody.to_owned(), |kept| kept.record.username.as_str().to_owned());
    Ok(Registrant::Person { username })
}
