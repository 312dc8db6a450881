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

/// A running server without its HTTP layer.
pub struct Signet {
    pub issuer: Issuer,
    /// The APIs that accept its access tokens.
    pub resources: Resources,
    /// Requirements for authorization requests.
    pub authorization_policy: AuthorizationPolicy,
    pub lifetimes: Lifetimes,
    pub password_policy: PasswordPolicy,
    /// Who may create an account.
    pub sign_up: SignUp,
    /// Which users may register applications.
    pub application_registration: ApplicationRegistration,
    /// Limits on what one user may store.
    pub quotas: Quotas,
    /// Held while a user registers an application, so that concurrent registrations are counted one after the other.
    pub registering: tokio::sync::Mutex<()>,
    /// Whether applications receive unverified e-mail addresses.
    pub shares_unverified_email: bool,
    /// Defaults and limits for client registrations.
    pub registration_policy: RegistrationPolicy,
    /// The domains, besides the issuer's host, whose users `WebFinger` resolves to this server.
    pub webfinger_domains: Vec<String>,
    /// Whether pages show client logos, loaded from the clients' servers.
    pub shows_client_logos: bool,
    /// Whether clients may register themselves.
    pub registration: RegistrationAccess,
    /// The display name of the server, which passwords must not contain.
    pub brand: String,
    pub store: Store,
    /// The status lists, from which offline verifiers learn which grants have ended. The store updates them.
    pub status_lists: Arc<StatusLists>,
    pub keys: Arc<Keys>,
    /// Limits key rotations to one at a time.
    pub key_rotation: RotationGate,
    pub hasher: PasswordHasher,
    /// Counts failed password attempts.
    pub throttle: Throttle,
    /// Failure events waiting to be written.
    pub failures: FailureQueue,
    /// Recent errors of applications, for their developers.
    pub client_errors: ClientErrorLogs,
    /// Limits the number of wrong client secrets checked.
    pub secret_guesses: SecretGuesses,
    pub device_polls: DevicePolls,
    /// Counts wrong user codes.
    pub device_guesses: DeviceGuesses,
    /// Limits concurrent picture processing.
    pub picture_bench: PictureBench,
    /// Notified when logout tokens have to be sent.
    pub logout_signal: Notify,
    /// Fetches documents of clients.
    pub fetcher: Fetcher,
    /// Cached public keys of clients.
    pub published_keys: PublishedKeys,
    /// Encrypts values kept by browsers, and client secrets.
    pub sealing_key: SealingKey,
    /// The key from which pairwise subjects are derived.
    pub pairwise_key: SealingKey,
    /// Current problems of the server.
    pub conditions: Conditions,
    pub clock_trust: ClockWatch,
    pub clock: Clock,
    /// The source of random bytes.
    pub entropy: Entropy,
}

/// Who may register clients at `/register`, [RFC 7591 §3](https://www.rfc-editor.org/rfc/rfc7591#section-3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationAccess {
    #[default]
    Off,
    /// Callers with an initial access token: an access token with the scope to register clients.
    InitialAccessToken,
    Open,
}

/// The configured lifetimes.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// An authorization code: at most ten minutes (RFC 6749 §4.1.2).
    pub authorization_code: Duration,
    /// An access token, unless its resource has its own lifetime.
    pub access_token: Duration,
    pub id_token: Duration,
    pub refresh_token: RefreshPolicy,
    pub device_code: Duration,
    /// A cached copy of a status list: its `ttl`.
    pub status_list: Duration,
    /// A password reset link.
    pub password_reset: Duration,
    /// An interaction.
    pub interaction: Duration,
    pub session: SessionLifetimes,
}

impl Signet {
    /// Collects the state needed to decide whether a grant of `subject` to `client_id` may issue a token now.
    ///
    /// # Errors
    ///
    /// Returns an [`InternalError`] if the storage cannot be read.
    pub fn issuance_context(&self, subject: &Subject, client_id: &ClientId) -> Result<IssuanceContext, InternalError> {
        Ok(standing::issuance_context(&self.store, subject, client_id, self.clock.now())?)
    }

    /// Generates the identity of a new grant.
    #[must_use]
    pub fn new_grant_identity(&self, now: OffsetDateTime) -> GrantIdentity {
        let status = Some(self.status_lists.reserve(self.entropy, now));
        GrantIdentity { id: GrantId::generate(self.entropy), status }
    }

    /// When the schedule of `subject` for `client_id` last required a new login, before `now`.
    ///
    /// # Errors
    ///
    /// Returns an [`InternalError`] if the storage cannot be read.
    pub fn scheduled_end_at(
        &self,
        subject: &Subject,
        client_id: &ClientId,
        now: OffsetDateTime,
    ) -> Result<Option<OffsetDateTime>, InternalError> {
        Ok(self.store.schedule_in_force(subject, client_id)?.scheduled_end_at(now))
    }

    /// The longest allowed lifetime of access tokens for `audience` or a part of it.
    #[must_use]
    pub fn access_token_lifetime(&self, audience: &Audience) -> Duration {
        let known = self.resources.all().iter().filter(|resource| audience.members().contains(&resource.id));
        let lifetimes = known.map(|resource| resource.access_token_lifetime.unwrap_or(self.lifetimes.access_token));
        lifetimes.max().unwrap_or(self.lifetimes.access_token)
    }

    /// The `sub` under which `client` knows `subject`, used wherever the client can read it.
    #[must_use]
    pub fn client_subject(&self, subject: &Subject, client: &Client) -> Subject {
        pairwise::client_subject(subject, client, &self.pairwise_key)
    }

    /// The claims about `account` that applications may receive.
    #[must_use]
    pub fn disclosable_claims(&self, account: &Account) -> Map<String, Value> {
        profile::disclosable_claims(account, &self.issuer, self.shares_unverified_email)
    }

    /// The `sid` under which `client` knows the session `sid`.
    #[must_use]
    pub fn client_session_id(&self, sid: &str, client: &Client) -> String {
        pairwise::client_session_id(sid, client, &self.pairwise_key)
    }

    /// Issues an access token for `client`. A token about a user expires by the next tick of the schedule that the
    /// user set.
    ///
    /// # Errors
    ///
    /// Returns an [`InternalError`] if the schedule cannot be read or the token cannot be signed.
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

    /// Issues an ID token for `client`, if the scope has `openid` and the grant has a user.
    ///
    /// # Errors
    ///
    /// Returns an [`InternalError`] if the account cannot be read or the token cannot be signed.
    pub fn mint_id_token(
        &self,
        issuance: &Issuance,
        client: &Client,
        context: IdTokenContext<'_>,
        now: OffsetDateTime,
    ) -> Result<Option<Secret>, InternalError> {
        let algorithm = client.metadata.openid.id_token_signed_response_alg;
        let sid = issuance.authentication().map(|how| self.client_session_id(&how.sid, client));
        let id_token = IdToken {
            issuer: &self.issuer,
            client_subject: &self.client_subject(issuance.subject(), client),
            client_session_id: sid.as_deref(),
            about_person: &self.about_person(issuance, client, context)?,
            algorithm,
            nonce: context.nonce,
            access_token: context.access_token.map(Secret::expose),
            code: context.code.map(Secret::expose),
            lifetime: self.lifetimes.id_token,
        };
        let Some(claims) = id_token.claims(issuance, now) else { return Ok(None) };
        Ok(Some(Secret::new(self.keys.sign(algorithm, TokenType::IdToken, &claims)?)))
    }

    /// The claims about the user in an ID token: those requested there by name, and those of the scope if the client
    /// is registered to receive them there or has no access token for `/userinfo` (OpenID Connect Core §5.4: "when no
    /// Access Token is issued (which is the case for the `response_type` value `id_token`), the resulting Claims are
    /// returned in the ID Token").
    fn about_person(
        &self,
        issuance: &Issuance,
        client: &Client,
        context: IdTokenContext<'_>,
    ) -> Result<Map<String, Value>, InternalError> {
        let by_scope = client.metadata.openid.claims_in_id_token || context.no_access_token;
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

    /// Returns the current version of the status list `id`, or `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// Returns an [`InternalError`] if the list cannot be signed.
    pub fn publish_status_list(&self, id: ListId) -> Result<Option<Arc<PublishedList>>, InternalError> {
        let (ttl, now) = (self.lifetimes.status_list, self.clock.now());
        let publisher = Publisher { issuer: &self.issuer, keys: &self.keys, ttl, now };
        Ok(self.status_lists.publish(id, &publisher)?)
    }

    /// Parses the refresh token that a client presents, if it was issued by this server. A token issued under a
    /// replaced server secret is still accepted while it is the current one of its grant.
    ///
    /// # Errors
    ///
    /// Returns an [`InternalError`] if the storage cannot be read.
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

    /// The key and the random source for refresh tokens and encrypted client secrets.
    #[must_use]
    pub fn sealing_means(&self) -> (&SealingKey, Entropy) {
        (&self.sealing_key, self.entropy)
    }
}

/// Values issued together with an ID token.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdTokenContext<'a> {
    /// The `nonce` of the request.
    pub nonce: Option<&'a str>,
    pub access_token: Option<&'a Secret>,
    pub code: Option<&'a Secret>,
    /// Whether no access token is issued for the same request, now or later.
    pub no_access_token: bool,
}

/// An access token as returned to the client.
#[derive(Clone, Debug)]
pub struct MintedToken {
    pub token: Secret,
    pub lifetime: Duration,
    pub scope: Scope,
}
