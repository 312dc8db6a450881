//! The parts of a running server that endpoints use.

use std::sync::Arc;

use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};
use tokio::sync::Notify;

use super::{
    InternalError,
    client_errors::ClientErrorLogs,
    clock_watch::ClockWatch,
    conditions::Conditions,
    device_guesses::DeviceGuesses,
    device_polls::DevicePolls,
    picture_bench::PictureBench,
    profile,
    published_keys::PublishedKeys,
    rotation_gate::RotationGate,
    secret_guesses::SecretGuesses,
    standing,
    status_lists::{PublishedList, Publisher, StatusLists},
};
use crate::{
    account::{
        hashing::PasswordHasher,
        invitation::SignUp,
        password::PasswordPolicy,
        quota::Quotas,
        record::{Account, AccountId},
        session::SessionLifetimes,
        throttle::Throttle,
    },
    audit::FailureQueue,
    clock::Clock,
    crypto::SealingKey,
    entropy::Entropy,
    fetch::Fetcher,
    jose::{Algorithm, Keys, SigningFault, TokenType},
    oauth::{
        access_token::{Issuance, Terms},
        authorization_request::AuthorizationPolicy,
        client::{Client, ClientId},
        grant::{GrantId, GrantIdentity, IssuanceContext},
        issuer::Issuer,
        pairwise,
        presented_refresh_token::PresentedRefreshToken,
        refresh_token::RefreshPolicy,
        registration_policy::{ApplicationRegistration, RegistrationPolicy},
        resource::{AccessTokenType, Audience, Resources},
        scope::Scope,
        status_list::ListId,
        subject::Subject,
    },
    oidc::{claims, id_token::IdToken},
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
    /// Who may make an account for themselves.
    pub sign_up: SignUp,
    /// Which people register applications.
    pub application_registration: ApplicationRegistration,
    /// How much one person may have stored.
    pub quotas: Quotas,
    /// Held while a person registers an application, so that two at a time are counted one after the other.
    pub registering: tokio::sync::Mutex<()>,
    /// Whether applications receive e-mail addresses that are not verified.
    pub shares_unverified_email: bool,
    /// What it assumes and allows when clients are registered.
    pub registration_policy: RegistrationPolicy,
    /// The domains whose people sign in here, as `WebFinger` tells, besides the host of the issuer.
    pub webfinger_domains: Vec<String>,
    /// Whether pages show the logo of a client, from where the client keeps it.
    pub shows_client_logos: bool,
    /// Whether clients may register themselves.
    pub registration: RegistrationAccess,
    /// Its name for people, which nobody should choose as a password.
    pub brand: String,
    /// What it remembers.
    pub store: Store,
    /// Where those who verify offline see what has ended. The store tells it.
    pub status_lists: Arc<StatusLists>,
    /// The keys that sign.
    pub keys: Arc<Keys>,
    /// What lets one rotation of the keys run at a time.
    pub key_rotation: RotationGate,
    /// What hashes passwords.
    pub hasher: PasswordHasher,
    /// What counts guesses of passwords.
    pub throttle: Throttle,
    /// What was refused, on its way to the disk.
    pub failures: FailureQueue,
    /// What applications do wrong, for their developers.
    pub client_errors: ClientErrorLogs,
    /// How many wrong secrets of clients are judged.
    pub secret_guesses: SecretGuesses,
    /// How often devices ask.
    pub device_polls: DevicePolls,
    /// How often people have typed wrong codes of devices.
    pub device_guesses: DeviceGuesses,
    /// Where pictures are made small.
    pub picture_bench: PictureBench,
    /// What is rung when clients are to be told that a session has ended.
    pub logout_signal: Notify,
    /// What fetches documents of clients.
    pub fetcher: Fetcher,
    /// The keys that clients publish.
    pub published_keys: PublishedKeys,
    /// What seals what travels through browsers, and secrets of clients.
    pub sealing_key: SealingKey,
    /// From what pairwise subjects are derived.
    pub pairwise_key: SealingKey,
    /// What is wrong at the moment.
    pub conditions: Conditions,
    /// Whether the clock may be believed.
    pub clock_trust: ClockWatch,
    /// Where instants come from.
    pub clock: Clock,
    /// Where random bytes come from.
    pub entropy: Entropy,
}

/// Who may register clients at `/register`, [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591#section-3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationAccess {
    /// Nobody.
    #[default]
    Off,
    /// Whoever has an initial access token: an access token with the scope to register clients.
    InitialAccessToken,
    /// Everyone.
    Open,
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
    /// Refresh tokens.
    pub refresh_token: RefreshPolicy,
    /// A device code.
    pub device_code: Duration,
    /// A copy of a status list, before a fresh one is fetched: its `ttl`.
    pub status_list: Duration,
    /// A link with which a person sets a password.
    pub password_reset: Duration,
    /// A login that was begun.
    pub interaction: Duration,
    /// A session.
    pub session: SessionLifetimes,
}

impl Signet {
    /// What has to be known of the world, as it is now, before a grant of `subject` to `client_id` may issue a token.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn circumstances(&self, subject: &Subject, client_id: &ClientId) -> Result<IssuanceContext, InternalError> {
        Ok(standing::circumstances(&self.store, subject, client_id, self.clock.now())?)
    }

    /// What tells a new grant from all others.
    #[must_use]
    pub fn new_grant_identity(&self, now: OffsetDateTime) -> GrantIdentity {
        let status = Some(self.status_lists.reserve(self.entropy, now));
        GrantIdentity { id: GrantId::generate(self.entropy), status }
    }

    /// When the schedule of `subject` for `client_id` last asked, before `now`, for a new login.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn scheduled_end_at(
        &self,
        subject: &Subject,
        client_id: &ClientId,
        now: OffsetDateTime,
    ) -> Result<Option<OffsetDateTime>, InternalError> {
        Ok(self.store.schedule_in_force(subject, client_id)?.scheduled_end_at(now))
    }

    /// How long the access tokens for `audience`, or for a part of it, live at most.
    #[must_use]
    pub fn access_token_lifetime(&self, audience: &Audience) -> Duration {
        let known = self.resources.all().iter().filter(|resource| audience.members().contains(&resource.id));
        let lifetimes = known.map(|resource| resource.access_token_lifetime.unwrap_or(self.lifetimes.access_token));
        lifetimes.max().unwrap_or(self.lifetimes.access_token)
    }

    /// As whom `client` knows `subject`: what stands in `sub` wherever the client can read it.
    #[must_use]
    pub fn client_subject(&self, subject: &Subject, client: &Client) -> Subject {
        pairwise::client_subject(subject, client, &self.pairwise_key)
    }

    /// The claims about `account` that applications may receive.
    #[must_use]
    pub fn disclosable_claims(&self, account: &Account) -> Map<String, Value> {
        profile::disclosable_claims(account, &self.issuer, self.shares_unverified_email)
    }

    /// By which `sid` `client` knows the session `sid`.
    #[must_use]
    pub fn client_session_id(&self, sid: &str, client: &Client) -> String {
        pairwise::client_session_id(sid, client, &self.pairwise_key)
    }

    /// Mints an access token for `client`. One about a person expires by the next tick of the schedule that the person set.
    ///
    /// # Errors
    ///
    /// When the schedule cannot be read, or the token not be signed.
    pub fn mint(
        &self,
        issuance: &Issuance,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<MintedToken, InternalError> {
        let resource = self.resources.of(issuance.audience()).ok_or(SigningFault::NoKey(Algorithm::Es256))?;
        let terms = Terms {
            issuer: &self.issuer,
            client_subject: &self.client_subject(issuance.subject(), client),
            resource,
            default_lifetime: self.lifetimes.access_token,
            expires_by: self.expires_by(issuance, now)?,
        };
        let claims = issuance.claims(&terms, &issuance.grant().jti(self.entropy), now);
        let token_type = match resource.access_token_typ {
            AccessTokenType::AtJwt => TokenType::AccessToken,
            AccessTokenType::Jwt => TokenType::IdToken,
        };
        let token = self.keys.sign(resource.access_token_signing_alg, token_type, &claims)?;
        Ok(MintedToken { token: Secret::new(token), lifetime: terms.lifetime(now), scope: issuance.scope().clone() })
    }

    fn expires_by(&self, issuance: &Issuance, now: OffsetDateTime) -> Result<Option<OffsetDateTime>, InternalError> {
        if !issuance.subject().is_person() {
            return Ok(None);
        }
        Ok(self.store.schedule_in_force(issuance.subject(), issuance.client_id())?.expires_by(now))
    }

    /// Mints an ID token for `client`, if `openid` was asked for and there is a person.
    ///
    /// # Errors
    ///
    /// When the person cannot be read, or it not be signed.
    pub fn mint_id_token(
        &self,
        issuance: &Issuance,
        client: &Client,
        beside: IdTokenContext<'_>,
        now: OffsetDateTime,
    ) -> Result<Option<Secret>, InternalError> {
        let algorithm = client.metadata.openid.id_token_signed_response_alg;
        let sid = issuance.authentication().map(|how| self.client_session_id(&how.sid, client));
        let id_token = IdToken {
            issuer: &self.issuer,
            client_subject: &self.client_subject(issuance.subject(), client),
            client_session_id: sid.as_deref(),
            about_person: &self.about_person(issuance, client, beside)?,
            algorithm,
            nonce: beside.nonce,
            access_token: beside.access_token.map(Secret::expose),
            code: beside.code.map(Secret::expose),
            lifetime: self.lifetimes.id_token,
        };
        let Some(claims) = id_token.claims(issuance, now) else { return Ok(None) };
        Ok(Some(Secret::new(self.keys.sign(algorithm, TokenType::IdToken, &claims)?)))
    }

    /// What an ID token tells about the person: what was asked for there by name, and what the scope asks for if the client
    /// is registered to find it there, or has nothing to ask `/userinfo` with (OpenID Connect Core §5.4: "when no Access
    /// Token is issued (which is the case for the `response_type` value `id_token`), the resulting Claims are returned in
    /// the ID Token").
    fn about_person(
        &self,
        issuance: &Issuance,
        client: &Client,
        beside: IdTokenContext<'_>,
    ) -> Result<Map<String, Value>, InternalError> {
        let by_scope = client.metadata.openid.claims_in_id_token || beside.no_access_token;
        let named = issuance.named_claims();
        if !by_scope && named.id_token.is_empty() {
            return Ok(Map::new());
        }
        let Ok(id) = AccountId::parse(issuance.subject().as_str()) else { return Ok(Map::new()) };
        let Some(account) = self.store.account(&id)?.map(|kept| kept.record) else { return Ok(Map::new()) };
        let nothing = Scope::empty();
        let scope = if by_scope { issuance.scope() } else { &nothing };
        Ok(claims::asked_for(&self.disclosable_claims(&account), scope, &named.id_token))
    }

    /// The status list of `id` as it is now; `None` if there is no such list.
    ///
    /// # Errors
    ///
    /// The list cannot be signed.
    pub fn publish_status_list(&self, id: ListId) -> Result<Option<Arc<PublishedList>>, InternalError> {
        let (ttl, now) = (self.lifetimes.status_list, self.clock.now());
        let publisher = Publisher { issuer: &self.issuer, keys: &self.keys, ttl, now };
        Ok(self.status_lists.publish(id, &publisher)?)
    }

    /// The refresh token that a client presents, if this server has made it. One that was made under a secret that was
    /// replaced since still counts while it is the current one of its grant.
    ///
    /// # Errors
    ///
    /// The storage cannot be read.
    pub fn presented_refresh_token(&self, text: &str) -> Result<Option<PresentedRefreshToken>, InternalError> {
        if let Some(presented) = PresentedRefreshToken::parse(text, &self.sealing_key) {
            return Ok(Some(presented));
        }
        let Some(presented) = PresentedRefreshToken::parse_unauthenticated(text) else { return Ok(None) };
        let grant = self.store.grant(presented.grant())?.map(|kept| kept.record);
        let state = grant.as_ref().and_then(|grant| grant.refresh_token.as_ref());
        let (policy, now) = (&self.lifetimes.refresh_token, self.clock.now());
        Ok(state.is_some_and(|state| state.is_current(&presented, policy, now)).then_some(presented))
    }

    /// The key and the generator with which refresh tokens are made and secrets of clients are sealed.
    #[must_use]
    pub fn sealing_means(&self) -> (&SealingKey, Entropy) {
        (&self.sealing_key, self.entropy)
    }
}

/// What an ID token is issued beside.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdTokenContext<'a> {
    /// The `nonce` of the request.
    pub nonce: Option<&'a str>,
    /// The access token.
    pub access_token: Option<&'a Secret>,
    /// The code.
    pub code: Option<&'a Secret>,
    /// Whether no access token is issued for the same request, now or later.
    pub no_access_token: bool,
}

/// An access token as it is sent.
#[derive(Clone, Debug)]
pub struct MintedToken {
    /// The token.
    pub token: Secret,
    /// How long it lives.
    pub lifetime: Duration,
    /// What it allows.
    pub scope: Scope,
}
