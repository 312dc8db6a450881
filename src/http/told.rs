//! What is shown after something was made or answered: for ten minutes, to the session that did it, as often as it reloads
//! the page. So every POST ends in a redirect, and neither a reload nor "back" does anything twice.

use poem::Response;
use serde::{Deserialize, Serialize};

use super::page_request::PageRequest;
use crate::{oauth::parameters::encode, secret::Secret};

/// What was made or answered.
#[derive(Serialize, Deserialize)]
pub(super) enum Told {
    /// An application was registered.
    Registered {
        /// Which.
        client_id: String,
        /// Its secret, unless it is a public client.
        client_secret: Option<String>,
    },
    /// An application got another secret.
    Secret {
        /// Which application.
        client_id: String,
        /// The secret.
        client_secret: String,
    },
    /// An application was registered by its preset.
    Preset(ToldPreset),
    /// An administrator made something with a secret.
    Once(ToldOnce),
    /// A device was connected or not.
    Device {
        /// The name of the application on it.
        client_name: String,
        /// What the person said.
        is_allowed: bool,
    },
}

/// What to enter at an application of a preset.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldPreset {
    /// The preset.
    pub(super) preset: String,
    /// What to know of what was registered.
    pub(super) warning: Option<String>,
    /// What was registered, unless only the configuration file can.
    pub(super) credentials: Option<ToldCredentials>,
    /// Title and text of what to paste.
    pub(super) snippets: Vec<(String, String)>,
}

/// What was registered by a preset.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldCredentials {
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    pub(super) scope: String,
    pub(super) redirect_uris: Vec<String>,
}

/// What an administrator made.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldOnce {
    /// What was made.
    pub(super) title: String,
    /// What the secret is.
    pub(super) label: String,
    /// The secret.
    pub(super) secret: String,
    /// What to do with it.
    pub(super) advice: String,
    /// The segments of the pages that the page is part of, each with its name.
    pub(super) crumbs: Vec<(String, String)>,
}

impl Told {
    /// The browser goes to the page at `path`, which shows this.
    pub(super) fn redirect(&self, page_request: &PageRequest, path: &str) -> Response {
        let content = serde_json::to_vec(self).unwrap_or_default();
        let now = page_request.server.signet().clock.now();
        let ticket = page_request
            .browser
            .session
            .as_ref()
            .map(|session| page_request.server.short_term.keep(session, &content, now));
        match ticket {
            Some(ticket) => page_request.redirect(&format!("{path}?{}", encode(&[("told", &ticket)]))),
            None => page_request.redirect(path),
        }
    }

    /// What the page that was asked for shows, if this session may still see it.
    pub(super) fn of(page_request: &PageRequest) -> Option<Self> {
        let (ticket, session) =
            (page_request.value("told").filter(|_| !page_request.is_post)?, page_request.browser.session.as_ref()?);
        // A session that has ended sees nothing.
        let _person = page_request.person.as_ref()?;
        let content = page_request.server.short_term.show(session, ticket, page_request.server.signet().clock.now())?;
        serde_json::from_slice(&content).ok()
    }
}

/// The text of a secret that goes back into its page.
pub(super) fn text(secret: &Secret) -> String {
    secret.expose().to_owned()
}
