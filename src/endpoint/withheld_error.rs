//! Errors that are shown to the user instead of being sent to the client by redirect, [RFC 9700
//! §4.11.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2). Otherwise, a link to this server could send
//! people to the URI of any stranger who may register an application here.

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

/// An error that the user can take to the client by following a link.
#[derive(Clone, Debug)]
pub struct WithheldError {
    pub client_name: String,
    /// The value of `error`.
    pub code: &'static str,
    /// The value of `error_description`.
    pub description: String,
    /// The redirect URI of the client.
    pub destination: RedirectDestination,
    /// The redirect that was withheld.
    pub delivery: Delivery,
}

/// The situation in which an error occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorOf {
    /// A request that cannot be answered, with or without a session.
    Request,
    /// The user denied access on the consent page.
    Denial,
    /// A request that forbids asking the user (`prompt=none`).
    Silence {
        /// Whether the signed-in user has consented to the client before.
        has_consented: bool,
    },
}

/// Returns `true` if the browser is redirected to the client with the error: "the authorization server SHOULD only
/// automatically redirect the user agent if it trusts the redirect URI".
pub(super) fn redirects(client: &Client, redirects_to_all: bool, what: ErrorOf) -> bool {
    let is_expected = match what {
        ErrorOf::Request => false,
        ErrorOf::Denial => true,
        ErrorOf::Silence { has_consented } => has_consented,
    };
    is_expected || redirects_to_all || client.is_vouched()
}

/// The situation in which the error of an interaction occurred.
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

/// Returns `true` if `subject` has consented to `client` and has not withdrawn the consent.
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

/// Converts an error response to `address` into an error page. Returns `None` if `response` is not an error.
pub(super) fn withheld(
    signet: &Signet,
    client: &Client,
    response: &AuthorizationResponse,
    address: ReturnAddress<'_>,
) -> Option<WithheldError> {
    let (code, description) = response.error()?;
    tracing::info!(client_id = %client.client_id, code, "error shown to the user: client not trusted by the operator");
    Some(WithheldError {
        client_name: client.metadata.client_name.clone(),
        code,
        description,
        destination: address.redirect_uri.destination(),
        delivery: response.deliver(address, &signet.issuer),
    })
}

/// Number of grants per page. Together with the number of pages it bounds the work of one request.
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
