//! An issuer in the same process, for the tests of an API: it signs, revokes and rotates without a network.

use std::{
    collections::HashMap,
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, write::ZlibEncoder};
use serde_json::{Map, Value, json};
use time::Duration;

use super::{Builder, FetchFault, Verifier, fetch::Source};
use crate::{
    clock::Clock,
    entropy::Entropy,
    jose::{Algorithm, JwkSet, PublicKey, SigningFault, SigningKey, TokenType, UnverifiedJwt},
};

/// An issuer for tests. Clones share keys and revocations.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use signet::verify::TestIssuer;
///
/// let issuer = TestIssuer::new("https://login.example.org")?;
/// let verifier = issuer.verifier("https://api.orders.example").connect().await?;
///
/// let token = issuer.token("https://api.orders.example").scope("orders:read").sign()?;
/// assert_eq!(verifier.verify_fresh(&token).await?.sub(), "usr_test");
///
/// issuer.revoke(&token);
/// verifier.refresh().await?;
/// assert_eq!(verifier.verify(&token).unwrap_err().code(), "revoked");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TestIssuer(Arc<Shared>);

struct Shared {
    issuer: String,
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    signing: SigningKey,
    published: Vec<PublicKey>,
    /// One bit per token.
    statuses: Vec<u8>,
    next_index: usize,
    ttl: Duration,
    is_down: bool,
    requests: HashMap<String, u64>,
}

/// An unsigned token of a [`TestIssuer`].
#[must_use = "sign it"]
pub struct TestToken {
    issuer: TestIssuer,
    token_type: TokenType,
    claims: Map<String, Value>,
}

impl TestIssuer {
    /// Creates an issuer with the identifier `issuer` and a new ES256 key. No request is sent to that URL.
    ///
    /// # Errors
    ///
    /// Returns an error if OpenSSL cannot generate a key.
    pub fn new(issuer: impl Into<String>) -> Result<Self, SigningFault> {
        Self::with_clock(issuer, Clock::system())
    }

    /// Creates an issuer as [`TestIssuer::new`] does, with your clock.
    ///
    /// # Errors
    ///
    /// Returns an error if OpenSSL cannot generate a key.
    pub fn with_clock(issuer: impl Into<String>, clock: Clock) -> Result<Self, SigningFault> {
        let (signing, published) = new_key()?;
        let state = State {
            signing,
            published: vec![published],
            statuses: vec![0; 128],
            next_index: 0,
            ttl: Duration::MINUTE,
            is_down: false,
            requests: HashMap::new(),
        };
        Ok(Self(Arc::new(Shared { issuer: issuer.into(), clock, state: Mutex::new(state) })))
    }

    /// Returns the builder of a verifier for this issuer and `audience`. The verifier calls the issuer directly.
    pub fn verifier(&self, audience: impl Into<String>) -> Builder {
        let this = self.clone();
        let source = Source::InProcess(Arc::new(move |url| this.answer_at(url)));
        Verifier::of(&self.0.issuer, audience).clock(self.0.clock.clone()).source(source)
    }

    /// Creates a token for `audience` with the subject `usr_test`, the client `app_test`, no scope, and a lifetime of
    /// five minutes.
    pub fn token(&self, audience: &str) -> TestToken {
        let index = {
            let mut state = self.state();
            state.next_index += 1;
            if state.next_index >= state.statuses.len() * 8 {
                state.statuses.push(0);
            }
            state.next_index
        };
        let now = self.0.clock.now().unix_timestamp();
        let claims = json!({
            "iss": self.0.issuer, "aud": audience, "sub": "usr_test", "client_id": "app_test", "scope": "",
            "jti": Entropy::system().text::<12>(), "iat": now, "exp": now + 300,
            "status": {"status_list": {"idx": index, "uri": self.list_uri()}},
        });
        let claims = if let Value::Object(claims) = claims { claims } else { Map::new() };
        TestToken { issuer: self.clone(), token_type: TokenType::AccessToken, claims }
    }

    /// Revokes a token of this issuer. The next fetched status list contains it. Other texts are ignored.
    pub fn revoke(&self, token: &str) {
        let index = UnverifiedJwt::parse(token).ok().and_then(|unverified| {
            let status = unverified.unverified_claims().get("status")?;
            usize::try_from(status.get("status_list")?.get("idx")?.as_u64()?).ok()
        });
        let mut state = self.state();
        if let Some((byte, index)) = index.and_then(|index| Some((state.statuses.get_mut(index / 8)?, index))) {
            *byte |= 1 << (index % 8);
        }
    }

    /// Signs with a new key from now on. The earlier keys stay published.
    ///
    /// # Errors
    ///
    /// Returns an error if OpenSSL cannot generate a key.
    pub fn rotate(&self) -> Result<(), SigningFault> {
        let (signing, published) = new_key()?;
        let mut state = self.state();
        state.signing = signing;
        state.published.push(published);
        Ok(())
    }

    /// Publishes only the signing key, as after an emergency rotation.
    pub fn withdraw_old_keys(&self) {
        let mut state = self.state();
        let newest = state.published.len().saturating_sub(1);
        state.published.drain(..newest);
    }

    /// Sets how long a copy of the status list may be used. Default: one minute. The list expires after ten times that.
    pub fn set_status_list_ttl(&self, ttl: Duration) {
        self.state().ttl = ttl;
    }

    /// Simulates an outage, or ends it.
    pub fn set_down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    /// Returns the content type and the document at `path`, for tests that serve the issuer on a socket.
    #[must_use]
    pub fn answer(&self, path: &str) -> Option<(&'static str, String)> {
        let mut state = self.state();
        *state.requests.entry(path.to_owned()).or_default() += 1;
        if state.is_down {
            return None;
        }
        match path {
            "/.well-known/oauth-authorization-server" => {
                let jwks_uri = format!("{}/jwks.json", self.0.issuer);
                Some(("application/json", json!({"issuer": self.0.issuer, "jwks_uri": jwks_uri}).to_string()))
            }
            "/jwks.json" => {
                let jwks = serde_json::to_string(&JwkSet::new(state.published.iter().cloned())).ok()?;
                Some(("application/json", jwks))
            }
            LIST_PATH => Some(("application/statuslist+jwt", self.list(&state)?)),
            _ => None,
        }
    }

    /// Returns how often `path` was requested.
    #[must_use]
    pub fn requests(&self, path: &str) -> u64 {
        self.state().requests.get(path).copied().unwrap_or_default()
    }

    pub(super) fn answer_at(&self, url: &str) -> Result<String, FetchFault> {
        let path = url.strip_prefix(self.0.issuer.as_str());
        match path.and_then(|path| self.answer(path)) {
            Some((_, document)) => Ok(document),
            None if self.state().is_down => {
                Err(FetchFault::Unreachable { url: url.to_owned(), source: "the issuer is down".into() })
            }
            None => Err(FetchFault::absence(url)),
        }
    }

    fn list(&self, state: &State) -> Option<String> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&state.statuses).ok()?;
        let lst = URL_SAFE_NO_PAD.encode(encoder.finish().ok()?);
        let (now, ttl) = (self.0.clock.now().unix_timestamp(), state.ttl.whole_seconds());
        let claims = json!({
            "iss": self.0.issuer, "sub": self.list_uri(), "iat": now, "exp": now + 10 * ttl, "ttl": ttl,
            "status_list": {"bits": 1, "lst": lst},
        });
        state.signing.sign(TokenType::StatusList, claims.as_object()?).ok()
    }

    fn list_uri(&self) -> String {
        format!("{}{LIST_PATH}", self.0.issuer)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TestToken {
    /// Sets the subject.
    pub fn subject(self, sub: &str) -> Self {
        self.claim("sub", sub)
    }

    /// Sets the scope: scope tokens separated by spaces.
    pub fn scope(self, scope: &str) -> Self {
        self.claim("scope", scope)
    }

    /// Sets the lifetime from now. With a negative duration the token has already expired.
    pub fn lifetime(self, lifetime: Duration) -> Self {
        let expires_at = self.issuer.0.clock.now() + lifetime;
        self.claim("exp", expires_at.unix_timestamp())
    }

    /// Sets a claim, or replaces an existing one.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Removes a claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets another `typ`, to test that the token is rejected.
    pub fn token_type(self, token_type: TokenType) -> Self {
        Self { token_type, ..self }
    }

    /// Signs the token.
    ///
    /// # Errors
    ///
    /// Returns an error if OpenSSL cannot sign.
    pub fn sign(self) -> Result<String, SigningFault> {
        self.issuer.state().signing.sign(self.token_type, &self.claims)
    }
}

fn new_key() -> Result<(SigningKey, PublicKey), SigningFault> {
    let signing = SigningKey::generate(Algorithm::Es256)?;
    let public = PublicKey::new(signing.public_jwk().clone()).map_err(|_| SigningFault::NotAKey)?;
    Ok((signing, public))
}

const LIST_PATH: &str = "/status/1";
