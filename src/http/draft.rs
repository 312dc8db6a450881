//! Form input that was submitted after the session had ended. It is passed through the login page, encrypted, and
//! restored only for the same user.

use serde::{Deserialize, Serialize};

use super::page_request::PageRequest;
use crate::{
    oauth::parameters::encode,
    secret::Secret,
    web::{Remark, Restored, is_secret},
};

/// A submitted form that was not processed.
#[derive(Serialize, Deserialize)]
pub(super) struct Draft {
    /// Path of the page that contains the form.
    page: String,
    /// Path that the form submits to.
    action: String,
    /// Anti-forgery token of the form, which identifies the user.
    token: String,
    /// The fields, without passwords, secrets and codes.
    fields: Vec<(String, String)>,
}

impl Draft {
    /// Creates a draft from the form in `page_request`, shown on the page at `page`. The caller has checked that the
    /// browser reports this server as the origin.
    pub(super) fn of(page_request: &PageRequest, page: &str) -> Self {
        Self {
            page: page_address(page_request, page),
            action: page_request.path.clone(),
            token: page_request.text("anti_forgery"),
            fields: entered(page_request),
        }
    }

    /// Encrypts the draft for the login page.
    pub(super) fn seal(&self, page_request: &PageRequest) -> String {
        let signet = page_request.server.signet();
        signet.sealing_key.seal(PURPOSE, &serde_json::to_vec(self).unwrap_or_default(), signet.entropy)
    }

    /// Whether `sealed` decrypts to a draft.
    pub(super) fn is_one(page_request: &PageRequest, sealed: &str) -> bool {
        page_request.server.signet().sealing_key.open(PURPOSE, sealed).is_ok()
    }

    /// Returns where to redirect the user after a login that carried `sealed`, if it is a draft of the user of
    /// `session`.
    pub(super) fn onward(page_request: &PageRequest, sealed: &str, session: &Secret) -> Option<String> {
        let signet = page_request.server.signet();
        let content = signet.sealing_key.open(PURPOSE, sealed).ok()?;
        let draft: Self = serde_json::from_slice(&content).ok()?;
        let ticket = page_request.server.short_term.keep(session, &content, signet.clock.now());
        let separator = if draft.page.contains('?') { '&' } else { '?' };
        Some(format!("{}{separator}{}", draft.page, encode(&[("restored", &ticket)])))
    }

    /// Returns the page request with the user's draft, if one was restored for this session.
    pub(super) fn restore(page_request: PageRequest) -> PageRequest {
        let Some(draft) = Self::named(&page_request) else { return page_request };
        let remark = Some(Remark::Done(page_request.texts.proof.restored.to_owned()));
        PageRequest { remark, restored: Some(Restored { action: draft.action, fields: draft.fields }), ..page_request }
    }

    fn named(page_request: &PageRequest) -> Option<Self> {
        let (ticket, person) =
            (page_request.value("restored").filter(|_| !page_request.is_post)?, page_request.person.as_ref()?);
        let session = page_request.browser.session.as_ref()?;
        let content = page_request.server.short_term.show(session, ticket, page_request.server.signet().clock.now())?;
        let draft: Self = serde_json::from_slice(&content).ok()?;
        page_request.server.anti_forgery.is_of_person(&draft.token, person.account.id.as_str()).then_some(draft)
    }
}

/// The submitted fields that may be shown again.
pub(super) fn entered(page_request: &PageRequest) -> Vec<(String, String)> {
    let pairs = page_request.parameters.iter().flat_map(|parameters| parameters.pairs());
    pairs.filter(|(name, _)| !is_secret(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The path of `page`, with the identifier from the request.
fn page_address(page_request: &PageRequest, page: &str) -> String {
    let about =
        ["client_id", "user_code", "remedy"].into_iter().filter_map(|name| Some((name, page_request.value(name)?)));
    let about: Vec<(&str, &str)> = about.collect();
    if about.is_empty() { page.to_owned() } else { format!("{page}?{}", encode(&about)) }
}

const PURPOSE: &str = "draft of a form";
