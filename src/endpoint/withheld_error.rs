//! Errors that a browser does not carry to a client by itself,
//! [RFC 9700 §4.11.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2): a link to this server would otherwise send
//! people on to the address of any stranger who may register an application here.

use super::{
    InternalError, Signet,
    interaction::Interaction,
    session::{self, Browser},
};
use crate::{
    oauth::{
        authorization_response::{AuthorizationResponse, Delivery, ReturnAddress},
        client::Client,
        redirect_uri::RedirectDestination,
        subject::Subject,
    },
    oidc::step::Decision,
};

/// An error that the person takes to the client, or does not.
#[derive(Clone, Debug)]
pub struct WithheldError {
    /// The name of the client.
    pub client_name: String,
    /// The value of `error`.
    pub code: &'static str,
    /// The value of `error_description`.
    pub description: String,
    /// Where the client is.
    pub destination: RedirectDestination,
    /// How it would have been told.
    pub delivery: Delivery,
}

/// What an error answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorOf {
    /// A request that cannot be answered, with or without a session.
    Request,
    /// The person's own refusal on the consent page.
    Denial,
    /// A request that forbids asking the person (`prompt=none`).
    Silence {
        /// Whether the person who is signed in has agreed to the client before.
        has_consented: bool,
    },
}

/// Whether the browser goes to the client with the error of `what`: "the authorization server SHOULD only automatically
/// redirect the user agent if it trusts the redirect URI".
pub(super) fn redirects(client: &Client, redirects_to_all: bool, what: ErrorOf) -> bool {
    let is_expected = match what {
        ErrorOf::Request => false,
        ErrorOf::Denial => true,
        ErrorOf::Silence { has_consented } => has_consented,
    };
    is_expected || redirects_to_all || client.is_vouched()
}

/// What the error of an interaction answers.
pub(super) async fn error_of(
    signet: &Signet,
    interaction: &Interaction,
    client: &Client,
    browser: &Browser,
) -> Result<ErrorOf, InternalError> {
    if interaction.decision == Some(Decision::Denied) {
        return Ok(ErrorOf::Denial);
    }
    if !interaction.request.prompt.none {
        return Ok(ErrorOf::Request);
    }
    let current = session::current(signet, browser, signet.clock.now()).await?;
    let has_consented = match current {
        Some(current) => has_consented(signet, &current.subject(), client)?,
        None => false,
    };
    Ok(ErrorOf::Silence { has_consented })
}

/// Whether `subject` has agreed to `client` before, and has not taken that back.
fn has_consented(signet: &Signet, subject: &Subject, client: &Client) -> Result<bool, InternalError> {
    let remembered = signet.store.consent(subject, &client.client_id)?;
    let withdrawn_at = remembered.as_ref().and_then(|consent| consent.withdrawn_at);
    if remembered.is_some_and(|consent| consent.withdrawn_at.is_none_or(|at| at < consent.granted_at)) {
        return Ok(true);
    }
    let mut after = None;
    for _ in 0..MOST_PAGES {
        let ids = signet.store.grant_ids_of(subject, after.as_ref(), PAGE)?;
        let Some(last) = ids.last() else { break };
        after = Some(last.clone());
        for id in &ids {
            let grant = signet.store.grant(id)?.map(|kept| kept.record);
            let is_theirs = grant.is_some_and(|grant| {
                grant.client_id == client.client_id && withdrawn_at.is_none_or(|at| at < grant.created_at)
            });
            if is_theirs {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// `response` as the person sees it, who decides whether to go on to `address`; nothing if it is no error.
pub(super) fn withheld(
    signet: &Signet,
    client: &Client,
    response: &AuthorizationResponse,
    address: ReturnAddress<'_>,
) -> Option<WithheldError> {
    let (code, description) = response.error()?;
    tracing::info!(client_id = %client.client_id, code, "error shown to the person: nobody vouches for the application");
    Some(WithheldError {
        client_name: client.metadata.client_name.clone(),
        code,
        description,
        destination: address.redirect_uri.destination(),
        delivery: response.deliver(address, &signet.issuer),
    })
}

/// So many grants are looked at together, and so many times: it bounds the work of one request.
const PAGE: u16 = 100;
const MOST_PAGES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{client::Provenance, client_authentication::tests::client};

    // RFC 9700 §4.11.2
    #[test]
    fn an_error_redirects_by_itself_to_applications_that_the_host_vouches_for_alone() {
        let stranger = Client { provenance: Provenance::Itself { owner: None, is_vouched: false }, ..client() };
        let persons = Client { provenance: Provenance::Person(Subject::new("usr_a")), ..client() };
        let silence = |has_consented| ErrorOf::Silence { has_consented };
        for what in [ErrorOf::Request, ErrorOf::Denial, silence(true), silence(false)] {
            assert!(redirects(&client(), false, what), "{what:?}");
            for unvouched in [&stranger, &persons] {
                assert!(redirects(unvouched, true, what), "{what:?}");
                let expected = matches!(what, ErrorOf::Denial | ErrorOf::Silence { has_consented: true });
                assert_eq!(redirects(unvouched, false, what), expected, "{what:?}");
            }
        }
    }
}
