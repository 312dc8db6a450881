//! A login that was begun: the authorization request, sealed, so that it can travel through the browser and come back
//! unaltered, and only from the same browser.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Signet;
use crate::{
    crypto::{Digest, equal},
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
}

impl Interaction {
    /// A login that begins at `now` in the browser that holds `binding`.
    #[must_use]
    pub fn begin(request: AuthenticationRequest, binding: &Secret, now: OffsetDateTime) -> Self {
        Self { request, started_at: now, decision: None, binding: Digest::of_secret(binding) }
    }

    /// The login as the browser carries it.
    #[must_use]
    pub fn seal(&self, signet: &Signet) -> String {
        let plaintext = serde_json::to_vec(self).unwrap_or_default();
        signet.sealing_key.seal(PURPOSE, &plaintext, signet.entropy)
    }

    /// `sealed` as it goes on after a person has signed in for it at `authenticated_at`. A login in which the clock was set
    /// back is dated anew, since the person would otherwise be asked to sign in until the clock arrives there again.
    #[must_use]
    pub fn after_login(sealed: &str, binding: &Secret, signet: &Signet, authenticated_at: OffsetDateTime) -> String {
        match Self::open(sealed, binding, signet, authenticated_at) {
            Ok(begun) if begun.started_at > authenticated_at => {
                Self { started_at: authenticated_at, ..begun }.seal(signet)
            }
            _ => sealed.to_owned(),
        }
    }

    /// The login that a browser brings back.
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
        let plaintext = signet.sealing_key.open(PURPOSE, sealed).map_err(|_| InteractionRefusal::Unsealable)?;
        let interaction: Self = serde_json::from_slice(&plaintext).map_err(|_| InteractionRefusal::Unsealable)?;
        let presented = Digest::of_secret(binding);
        if !equal(interaction.binding.as_str().as_bytes(), presented.as_str().as_bytes()) {
            return Err(InteractionRefusal::OtherBrowser);
        }
        if now >= interaction.started_at + signet.lifetimes.interaction {
            return Err(InteractionRefusal::Expired);
        }
        Ok(interaction)
    }
}

impl fmt::Display for InteractionRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unsealable => "the login is not one that was begun here",
            Self::OtherBrowser => "the login was begun in another browser",
            Self::Expired => "the login was begun too long ago",
        })
    }
}

impl std::error::Error for InteractionRefusal {}

const PURPOSE: &str = "interaction";
