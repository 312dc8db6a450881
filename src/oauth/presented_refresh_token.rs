//! A presented refresh token. It contains its grant and its generation and is authenticated.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::grant_id::GrantId;
use crate::{
    crypto::{SealingKey, equal},
    entropy::Entropy,
    secret::Secret,
};

/// A refresh token that this server issued. Whether it is still valid is not checked yet.
pub struct PresentedRefreshToken {
    grant: GrantId,
    pub(super) generation: u32,
    pub(super) text: Secret,
}

impl PresentedRefreshToken {
    /// Parses a presented refresh token. Returns `None` unless this server issued it.
    #[must_use]
    pub fn parse(text: &str, key: &SealingKey) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        if !equal(tag.as_bytes(), authenticator(key, body).as_bytes()) {
            return None;
        }
        Self::read(text, body)
    }

    /// Parses a token that may have been issued under a server secret that was replaced since. Unless
    /// `RefreshState::is_current` confirms it, the caller must treat it as forged.
    #[must_use]
    pub fn parse_unauthenticated(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        let (body, _) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        Self::read(text, body)
    }

    fn read(text: &str, body: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
        let (grant, rest) = bytes.split_first_chunk::<16>()?;
        let (generation, _) = rest.split_first_chunk::<4>()?;
        Some(Self {
            grant: GrantId::from_bytes(grant),
            generation: u32::from_be_bytes(*generation),
            text: Secret::new(text),
        })
    }

    #[must_use]
    pub fn grant(&self) -> &GrantId {
        &self.grant
    }
}

/// Generates the text of a token. Its prefix lets secret scanners recognise it.
pub(super) fn generate(grant: &GrantId, generation: u32, key: &SealingKey, entropy: Entropy) -> Option<Secret> {
    let bytes = [grant.to_bytes()?.as_slice(), &generation.to_be_bytes(), &entropy.bytes::<32>()].concat();
    let body = URL_SAFE_NO_PAD.encode(bytes);
    Some(Secret::new(format!("{PREFIX}{body}{}", authenticator(key, &body))))
}

fn authenticator(key: &SealingKey, body: &str) -> String {
    let mut tag = key.authenticate(PURPOSE, &[body.as_bytes()]);
    tag.truncate(TAG);
    tag
}

impl fmt::Debug for PresentedRefreshToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PresentedRefreshToken")
            .field("grant", &self.grant)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

const PREFIX: &str = "signet_rt_";
const PURPOSE: &str = "refresh token";

/// Number of base64url characters that authenticate a token: 132 bits.
const TAG: usize = 22;
