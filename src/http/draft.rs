//! What a person had entered into a form when their session turned out to have ended. It goes sealed through the login
//! page, and comes back to the same person alone.

use serde::{Deserialize, Serialize};

use super::visit::Visit;
use crate::{
    oauth::parameters::encode,
    secret::Secret,
    web::{Remark, Restored, is_secret},
};

/// A form that was sent and not taken.
#[derive(Serialize, Deserialize)]
pub(super) struct Draft {
    /// The address of the page on which the form stands.
    page: String,
    /// Where the form leads.
    action: String,
    /// The token of the form, which says whose it was.
    token: String,
    /// What was entered, without passwords, secrets and codes.
    fields: Vec<(String, String)>,
}

impl Draft {
    /// The form of `visit`, which stands on the page at `page`. The browser must have said that it comes from there.
    pub(super) fn of(visit: &Visit, page: &str) -> Self {
        Self {
            page: page_address(visit, page),
            action: visit.path.clone(),
            token: visit.text("anti_forgery"),
            fields: entered(visit),
        }
    }

    /// The draft as the login page carries it.
    pub(super) fn seal(&self, visit: &Visit) -> String {
        let signet = visit.server.signet();
        signet.sealing_key.seal(PURPOSE, &serde_json::to_vec(self).unwrap_or_default(), signet.entropy)
    }

    /// Whether `sealed` is a draft.
    pub(super) fn is_one(visit: &Visit, sealed: &str) -> bool {
        visit.server.signet().sealing_key.open(PURPOSE, sealed).is_ok()
    }

    /// Where a person goes who has just begun `session` with a login that carried `sealed`, if that is a draft.
    pub(super) fn onward(visit: &Visit, sealed: &str, session: &Secret) -> Option<String> {
        let signet = visit.server.signet();
        let content = signet.sealing_key.open(PURPOSE, sealed).ok()?;
        let draft: Self = serde_json::from_slice(&content).ok()?;
        let ticket = visit.server.short_term.keep(session, &content, signet.clock.now());
        let separator = if draft.page.contains('?') { '&' } else { '?' };
        Some(format!("{}{separator}{}", draft.page, encode(&[("restored", &ticket)])))
    }

    /// The visit of a page with what the same person had entered there before they signed in again.
    pub(super) fn restore(visit: Visit) -> Visit {
        let Some(draft) = Self::named(&visit) else { return visit };
        let remark = Some(Remark::Done(visit.words.proof.restored.to_owned()));
        Visit { remark, restored: Some(Restored { action: draft.action, fields: draft.fields }), ..visit }
    }

    fn named(visit: &Visit) -> Option<Self> {
        let (ticket, person) = (visit.value("restored").filter(|_| !visit.is_post)?, visit.person.as_ref()?);
        let session = visit.browser.session.as_ref()?;
        let content = visit.server.short_term.show(session, ticket, visit.server.signet().clock.now())?;
        let draft: Self = serde_json::from_slice(&content).ok()?;
        visit.server.anti_forgery.is_of_person(&draft.token, person.account.id.as_str()).then_some(draft)
    }
}

/// What was entered that may be shown again.
pub(super) fn entered(visit: &Visit) -> Vec<(String, String)> {
    let pairs = visit.parameters.iter().flat_map(|parameters| parameters.pairs());
    pairs.filter(|(name, _)| !is_secret(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The address of `page` with what it is about.
fn page_address(visit: &Visit, page: &str) -> String {
    let about = ["client_id", "user_code", "remedy"].into_iter().filter_map(|name| Some((name, visit.value(name)?)));
    let about: Vec<(&str, &str)> = about.collect();
    if about.is_empty() { page.to_owned() } else { format!("{page}?{}", encode(&about)) }
}

const PURPOSE: &str = "draft of a form";
