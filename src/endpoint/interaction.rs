//! The state of an authorization request while the user signs in and consents. It is encrypted and kept by the
//! browser, so it cannot be altered or used in another browser.

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

/// An authorization request that is not answered yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interaction {
    pub request: AuthenticationRequest,
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// The user's decision on the consent page.
    pub decision: Option<Decision>,
    /// Unique identifier, so that the interaction is answered only once.
    #[serde(default)]
    pub id: String,
    /// When the user made the decision.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    decided_at: Option<OffsetDateTime>,
    /// When the interaction was renewed, if the user came back to it late.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    renewed_at: Option<OffsetDateTime>,
    binding: Digest,
}

/// Reasons why an interaction cannot continue. The user has to start again at the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InteractionRefusal {
    /// It was not encrypted by this server, or has been altered.
    Unsealable,
    /// It began in another browser: an attacker may have sent a link to their own login (for example CVE-2026-7507).
    OtherBrowser,
    /// It began too long ago.
    Expired,
    /// It is already answered. The application has its response and can send another request.
    Answered,
    /// The consent was given before the user disconnected the application.
    Withdrawn,
}

/// The application of an interaction, as far as a page may name it to the browser that presents the interaction.
#[derive(Clone, Debug)]
pub struct BegunFor {
    pub client_id: ClientId,
    /// The redirect URI of the request. It was registered for the application.
    pub redirect_uri: TrustedRedirectUri,
}

impl Interaction {
    /// Starts an interaction at `now` in the browser that holds `binding`.
    #[must_use]
    pub fn begin(request: AuthenticationRequest, binding: &Secret, (now, entropy): (OffsetDateTime, Entropy)) -> Self {
        let (id, binding) = (entropy.text::<16>(), Digest::of_secret(binding));
        Self { request, started_at: now, decision: None, id, decided_at: None, renewed_at: None, binding }
    }

    /// Records the user's decision, made at `now`.
    pub fn decide(&mut self, decision: Decision, now: OffsetDateTime) {
        self.decision = Some(decision);
        self.decided_at = Some(now);
    }

    /// Returns `true` if the decision is older than the withdrawal of the consent at `withdrawn_at`.
    #[must_use]
    pub fn is_withdrawn(&self, withdrawn_at: OffsetDateTime) -> bool {
        let is_allowed = matches!(self.decision, Some(Decision::Allowed { .. }));
        is_allowed && self.decided_at.is_none_or(|at| at <= withdrawn_at)
    }

    /// Encrypts the interaction for the browser.
    #[must_use]
    pub fn seal(&self, signet: &Signet) -> String {
        let plaintext = serde_json::to_vec(self).unwrap_or_default();
        signet.sealing_key.seal(PURPOSE, &plaintext, signet.entropy)
    }

    /// Returns `sealed` as it continues after a sign-in at `authenticated_at`. If the clock was set back during the
    /// interaction, it gets a new start time. Otherwise the user would be asked to sign in until the clock reaches
    /// the old time again.
    #[must_use]
    pub fn after_login(sealed: &str, binding: &Secret, signet: &Signet, authenticated_at: OffsetDateTime) -> String {
        match Self::open(sealed, binding, signet, authenticated_at) {
            Ok(begun) if begun.started_at > authenticated_at => {
                Self { started_at: authenticated_at, ..begun }.seal(signet)
            }
            _ => sealed.to_owned(),
        }
    }

    /// Decrypts the interaction presented by a browser. One that comes late continues without the user's decision, as
    /// long as its browser is recognized.
    ///
    /// # Errors
    ///
    /// Returns an [`InteractionRefusal`] if it cannot continue.
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
            // An old decision is asked for again; the request itself is still valid.
            interaction.decision = None;
            interaction.renewed_at = Some(now);
        }
        Ok(interaction)
    }

    /// The application of `sealed`, whatever the browser and its age.
    #[must_use]
    pub fn begun_for(sealed: &str, signet: &Signet) -> Option<BegunFor> {
        let authorization = Self::unseal(sealed, signet).ok()?.request.authorization;
        Some(BegunFor { client_id: authorization.client_id, redirect_uri: authorization.redirect_uri })
    }

    /// How long an interaction that begins now must be remembered as answered.
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
            Self::Unsealable => "the sign-in was not started on this server",
            Self::OtherBrowser => "the sign-in was started in another browser",
            Self::Expired => "the sign-in was started too long ago",
            Self::Answered => "the sign-in was already completed",
            Self::Withdrawn => "the sign-in was approved before the user disconnected the application",
        })
    }
}

impl std::error::Error for InteractionRefusal {}

const PURPOSE: &str = "interaction";

/// Maximum lifetime of an interaction.
const LONGEST: Duration = Duration::hours(24);
