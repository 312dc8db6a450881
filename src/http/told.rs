//! The result of a submitted form, shown for ten minutes to the session that submitted it, however often the page is
//! reloaded. Every POST therefore ends in a redirect, and neither reload nor "back" repeats an action.

use poem::Response;
use serde::{Deserialize, Serialize};

use super::page_request::PageRequest;
use crate::{oauth::parameters::encode, secret::Secret};

/// The result to show.
#[derive(Serialize, Deserialize)]
pub(super) enum Told {
    /// An application was registered.
    Registered {
        client_id: String,
        /// Client secret, absent for a public client.
        client_secret: Option<String>,
    },
    /// A client secret was added.
    Secret { client_id: String, client_secret: String },
    /// An application was registered from a preset.
    Preset(ToldPreset),
    /// An administrator created a secret.
    Once(ToldOnce),
    /// The user allowed or denied a device.
    Device {
        /// The name of the application on the device.
        client_name: String,
        is_allowed: bool,
    },
}

/// The values to enter in an application that was registered from a preset.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldPreset {
    /// Identifier of the preset.
    pub(super) preset: String,
    /// A warning about the registration.
    pub(super) warning: Option<String>,
    /// The credentials, unless the application can only be registered in the configuration file.
    pub(super) credentials: Option<ToldCredentials>,
    /// Title and text of each snippet.
    pub(super) snippets: Vec<(String, String)>,
}

/// The credentials of an application registered from a preset.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldCredentials {
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    pub(super) scope: String,
    pub(super) redirect_uris: Vec<String>,
}

/// A secret that an administrator created.
#[derive(Serialize, Deserialize)]
pub(super) struct ToldOnce {
    /// Title of the page.
    pub(super) title: String,
    /// Label of the secret.
    pub(super) label: String,
    pub(super) secret: String,
    /// Instructions for using the secret.
    pub(super) advice: String,
    /// The breadcrumbs: path segment and name of each parent page.
    pub(super) crumbs: Vec<(String, String)>,
}

impl Told {
    /// Redirects to the page at `path`, which shows this result.
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

    /// Returns the result for the requested page, if the session may still see it.
    pub(super) fn of(page_request: &PageRequest) -> Option<Self> {
        let (ticket, session) =
            (page_request.value("told").filter(|_| !page_request.is_post)?, page_request.browser.session.as_ref()?);
        // A session that has ended sees nothing.
        let _person = page_request.person.as_ref()?;
        let content = page_request.server.short_term.show(session, ticket, page_request.server.signet().clock.now())?;
        serde_json::from_slice(&content).ok()
    }
}

/// The text of a secret, for display on its page.
pub(super) fn text(secret: &Secret) -> String {
    secret.expose().to_owned()
}
