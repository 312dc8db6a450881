//! The parts of a running server that endpoints use.

use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::Fault;
use crate::{
    account::{
        hashing::PasswordHasher, password::PasswordPolicy, record::AccountId, session::SessionLifetimes,
        throttle::Throttle,
    },
    clock::Clock,
    crypto::SealingKey,
    entropy::Entropy,
    jose::{Algorithm, Keys, SigningFault, TokenType},
    oauth::{
        access_token::{Issuance, Terms},
        authorization_request::AuthorizationPolicy,
        grant::{Circumstances, PersonStanding},
        issuer::Issuer,
        resource::{AccessTokenType, Resource, Resources},
        subject::Subject,
    },
    secret::Secret,
    store::Store,
};

/// A running server without its HTTP.
pub struct Signet {
    /// Its name.
    pub issuer: Issuer,
    /// The APIs that accept its tokens.
    pub resources: Resources,
    /// What it demands of authorization requests.
    pub authorization_policy: AuthorizationPolicy,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// What it demands of passwords.
    pub password_policy: PasswordPolicy,
    /// Whether anybody may register an account.
    pub sign_up_is_open: bool,
    /// Its name for people, which nobody should choose as a password.
    pub brand: String,
    /// What it remembers.
    pub store: Store,
    /// The keys that sign.
    pub keys: Arc<Keys>,
    /// What hashes passwords.
    pub hasher: PasswordHasher,
    /// What counts guesses of passwords.
    pub throttle: Throttle,
    /// What seals what travels through browsers.
    pub sealing_key: SealingKey,
    /// Where instants come from.
    pub clock: Clock,
    /// Where random bytes come from.
    pub entropy: Entropy,
}

/// How long things live.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// An authorization code; at most ten minutes (RFC 6749 §4.1.2).
    pub authorization_code: Duration,
    /// An access token, unless its resource says otherwise.
    pub access_token: Duration,
    /// An ID token.
    pub id_token: Duration,
    /// A login that was begun.
    pub interaction: Duration,
    /// A session.
    pub session: SessionLifetimes,
}

impl Signet {
    /// What has to be known of the person behind a grant before it may issue a token.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn circumstances(&self, subject: &Subject) -> Result<Circumstances, Fault> {
        if !subject.is_person() {
            return Ok(Circumstances { person: PersonStanding::NoPerson, password_changed_at: None });
        }
        let account = AccountId::parse(subject.as_str()).ok().map(|id| self.store.account(&id)).transpose()?.flatten();
        Ok(match account {
            Some(kept) if kept.record.is_active() => {
                Circumstances { person: PersonStanding::Active, password_changed_at: kept.record.password_changed_at }
            }
            _ => Circumstances { person: PersonStanding::Gone, password_changed_at: None },
        })
    }

    /// How long the access token of `issuance` lives.
    #[must_use]
    pub fn access_token_lifetime(&self, resource: Option<&Resource>) -> Duration {
        resource.and_then(|resource| resource.access_token_lifetime).unwrap_or(self.lifetimes.access_token)
    }

    /// Mints an access token.
    ///
    /// # Errors
    ///
    /// When it cannot be signed.
    pub fn mint(&self, issuance: &Issuance, now: OffsetDateTime) -> Result<MintedToken, Fault> {
        let resource = self.resources.of(issuance.audience()).ok_or(SigningFault::NoKey(Algorithm::Es256))?;
        let terms = Terms { issuer: &self.issuer, resource, default_lifetime: self.lifetimes.access_token };
        let claims = issuance.claims(&terms, &issuance.grant().jti(self.entropy), now);
        let token_type = match resource.access_token_typ {
            AccessTokenType::AtJwt => TokenType::AccessToken,
            AccessTokenType::Jwt => TokenType::IdToken,
        };
        let token = self.keys.sign(resource.access_token_signing_alg, token_type, &claims)?;
        Ok(MintedToken { token: Secret::new(token), lifetime: terms.lifetime() })
    }
}

/// An access token as it is sent.
#[derive(Clone, Debug)]
pub struct MintedToken {
    /// The token.
    pub token: Secret,
    /// How long it lives.
    pub lifetime: Duration,
}
