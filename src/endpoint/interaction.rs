//! A login that was begun: the authorization request, sealed, so that it can travel through the browser and come back
//! unaltered, and only from the same browser.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::Signet;
use crate::{
    crypto::{Digest, equal},
    entropy::Entropy,
    oauth::{client::ClientId, redirect_uri::TrustedRedirectUri},
    oidc::{authentication_request::AuthenticationRequest, step::Decision},
    secret::Secret,
};

/// A login that was begun and is not finished.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interaction {
    /// What the client asks for.
    pub request: AuthenticationRequest,
    /// When it asked.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// What the person said on the consent page.
    pub decision: Option<Decision>,
    /// Names it among all, so that it is answered once.
    #[serde(default)]
    pub id: String,
    /// When the person said it.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    decided_at: Option<OffsetDateTime>,
    /// When its time began again, if the person came back to it late.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    renewed_at: Option<OffsetDateTime>,
    binding: Digest,
}

/// Why a login cannot go on. The person has to begin again at the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InteractionRefusal {
    /// Not one of ours, or altered.
    Unsealable,
    /// Begun in another browser: somebody sent a link to their own login (CVE-2026-7507 and others were this).
    OtherBrowser,
    /// Begun too long ago.
    Expired,
    /// Answered already: the application was told, and asks again if it wants more.
    Answered,
    /// Allowed before the person disconnected the application.
    Withdrawn,
}

/// The application that a login was begun for, as far as a page may name it to the browser that brings it.
#[derive(Clone, Debug)]
pub struct BegunFor {
    /// The application.
    pub client_id: ClientId,
    /// Where it wanted the answer. It was one of the application's own.
    pub redirect_uri: TrustedRedirectUri,
}

impl Interaction {
    /// A login that begins at `now` in the browser that holds `binding`.
    #[must_use]
    pub fn begin(request: AuthenticationRequest, binding: &Secret, (now, entropy): (OffsetDateTime, Entropy)) -> Self {
        let (id, binding) = (entropy.text::<16>(), Digest::of_secret(binding));
        Self { request, started_at: now, decision: None, id, decided_at: None, renewed_at: None, binding }
    }

    /// Takes what the person said at `now`.
    pub fn decide(&mut self, decision: Decision, now: OffsetDateTime) {
        self.decision = Some(decision);
        self.decided_at = Some(now);
    }

    /// Whether what the person said is older than `withdrawn_at`, when they took back what they had allowed.
    #[must_use]
    pub fn is_withdrawn(&self, withdrawn_at: OffsetDateTime) -> bool {
        let is_allowed = matches!(self.decision, Some(Decision::Allowed { .. }));
        is_allowed && self.decided_at.is_none_or(|at| at <= withdrawn_at)
    }

    /// The login as the browser carries it.
    #[must_use]
    pub fn seal(&self, signet: &Signet) -> String {
        let plaintext = serde_json::to_vec(self).unwrap_or_default();
        signet.sealing_key.seal(PURPOSE, &plaintext, signet.entropy)
    }

    /// `sealed` as it goes on after a person has signed in for it at `authenticated_at`. A login in which the clock was set
    /// back gets a new date, since the person would otherwise be asked to sign in until the clock arrives there again.
    #[must_use]
    pub fn after_login(sealed: &str, binding: &Secret, signet: &Signet, authenticated_at: OffsetDateTime) -> String {
        match Self::open(sealed, binding, signet, authenticated_at) {
            Ok(begun) if begun.started_at > authenticated_at => {
                Self { started_at: authenticated_at, ..begun }.seal(signet)
            }
            _ => sealed.to_owned(),
        }
    }

    /// The login that a browser brings back. One that comes late goes on without what the person had decided, for as long
    /// as its browser is known.
    ///
    /// # Errors
    ///
    /// [`InteractionRefusal`].
    pub fn open(
        sealed: &str,
        binding: &Secret,
        signet: &Signet,
        now: OffsetDateTime,
    ) -> Result<Self, InteractionRefusal> {
        let mut interaction = Self::unseal(sealed, signet)?;
        let presented = Digest::of_secret(binding);
        if !equal(interaction.binding.as_str().as_bytes(), presented.as_str().as_bytes()) {
            return Err(InteractionRefusal::OtherBrowser);
        }
        let lifetime = signet.lifetimes.interaction;
        if now >= interaction.started_at + lifetime.max(LONGEST) {
            return Err(InteractionRefusal::Expired);
        }
        if now >= interaction.renewed_at.unwrap_or(interaction.started_at) + lifetime {
            // What was said long ago is asked again; the request itself is still the application's.
            interaction.decision = None;
            interaction.renewed_at = Some(now);
        }
        Ok(interaction)
    }

    /// The application that `sealed` was begun for, in whichever browser and however long ago.
    #[must_use]
    pub fn begun_for(sealed: &str, signet: &Signet) -> Option<BegunFor> {
        let authorization = Self::unseal(sealed, signet).ok()?.request.authorization;
        Some(BegunFor { client_id: authorization.client_id, redirect_uri: authorization.redirect_uri })
    }

    /// Until when a login that began now must be remembered as answered.
    #[must_use]
    pub fn can_come_until(&self, signet: &Signet) -> OffsetDateTime {
        self.started_at + signet.lifetimes.interaction.max(LONGEST)
    }

    fn unseal(sealed: &str, signet: &Signet) -> Result<Self, InteractionRefusal> {
        let plaintext = signet.sealing_key.open(PURPOSE, sealed).map_err(|_| InteractionRefusal::Unsealable)?;
        serde_json::from_slice(&plaintext).map_err(|_| InteractionRefusal::Unsealable)
    }
}

impl fmt::Display for InteractionRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unsealable => "the login is not one that was begun here",
            Self::OtherBrowser => "the login was begun in another browser",
            Self::Expired => "the login was begun too long ago",
            Self::Answered => "the login was answered already",
            Self::Withdrawn => "the login was allowed before the person disconnected the application",
        })
    }
}

impl std::error::Error for InteractionRefusal {}

const PURPOSE: &str = "interaction";

/// For so long a login can go on at most.
const LONGEST: Duration = Duration::hours(24);
