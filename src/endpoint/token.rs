//! `/token`, [RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2).

use time::OffsetDateTime;

use super::{Fault, Signet};
use crate::{
    crypto::Digest,
    jose::{Algorithm, TokenType},
    oauth::{
        access_token::Issuance,
        authorization_code::{self, CodeRequest, Consequence, IssuedCode, Redemption},
        client::GrantType,
        client_authentication::{AuthenticatedClient, PresentedCredentials},
        client_credentials,
        grant::{EndCause, Grant, GrantId},
        parameters::Parameters,
        scope::Scope,
        token_error::TokenError,
    },
    oidc::id_token::IdToken,
    secret::Secret,
    store::{CommitError, Kept},
};

/// The tokens, as §5.1 answers them.
#[derive(Debug)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: Secret,
    /// How long it lives.
    pub expires_in_seconds: i64,
    /// What it allows.
    pub scope: Scope,
    /// The ID token, if `openid` was asked for.
    pub id_token: Option<Secret>,
}

/// Why there are no tokens.
#[derive(Debug)]
pub enum TokenRefusal {
    /// The request breaks a rule.
    Refused {
        /// Which one.
        error: TokenError,
        /// Whether the client authenticated in the `Authorization` header, so that the answer has to name the scheme.
        by_header: bool,
    },
    /// Our side failed.
    Fault(Fault),
}

/// Answers a token request.
///
/// # Errors
///
/// [`TokenRefusal`]. A code that could not be redeemed may be worthless afterwards, and a replayed one has ended its
/// grant: that is on disk before this returns.
pub async fn token(
    signet: &Signet,
    authorization: Option<&str>,
    form: &Parameters,
) -> Result<TokenResponse, TokenRefusal> {
    let by_header = authorization.is_some();
    let refuse = |error: TokenError| TokenRefusal::Refused { error, by_header };
    form.once_each().map_err(|malformed| refuse(malformed.into()))?;
    let grant_type = form.required("grant_type").map_err(|malformed| refuse(malformed.into()))?;
    let client = authenticate(signet, authorization, form).await.map_err(|error| error.with_header(by_header))?;
    let answered = match GrantType::parse(grant_type) {
        None => Err(RuleOrFault::Rule(TokenError::UnknownGrant)),
        Some(GrantType::AuthorizationCode) => authorization_code(signet, &client, form).await,
        Some(GrantType::ClientCredentials) => client_credentials(signet, client.clone(), form).await,
    };
    let client_id = &client.client().client_id;
    match &answered {
        Ok(_) => tracing::info!(%client_id, grant_type, "tokens issued"),
        Err(RuleOrFault::Rule(error)) => tracing::info!(%client_id, %error, "token request refused"),
        // It is logged where it becomes an answer.
        Err(RuleOrFault::Fault(_)) => {}
    }
    answered.map_err(|error| error.with_header(by_header))
}

/// Finds out which client asks.
///
/// # Errors
///
/// The rule of RFC 6749 §2.3 that is broken, or a fault.
pub(super) async fn authenticate(
    signet: &Signet,
    authorization: Option<&str>,
    form: &Parameters,
) -> Result<AuthenticatedClient, RuleOrFault> {
    let presented = PresentedCredentials::find(authorization, form)?;
    let client = signet.store.client(&presented.client_id).map_err(Fault::from)?;
    Ok(presented.authenticate(client.map(|kept| kept.record)).inspect_err(|error| {
        tracing::info!(client_id = %presented.client_id, %error, "client authentication refused");
    })?)
}

/// A rule broken by the request, or a failure of ours.
#[derive(Debug)]
pub(super) enum RuleOrFault {
    Rule(TokenError),
    Fault(Fault),
}

impl RuleOrFault {
    pub(super) fn with_header(self, by_header: bool) -> TokenRefusal {
        match self {
            Self::Rule(error) => TokenRefusal::Refused { error, by_header },
            Self::Fault(fault) => TokenRefusal::Fault(fault),
        }
    }
}

/// §4.1.3
async fn authorization_code(
    signet: &Signet,
    client: &AuthenticatedClient,
    form: &Parameters,
) -> Result<TokenResponse, RuleOrFault> {
    let request = CodeRequest {
        client,
        redirect_uri: form.one("redirect_uri")?,
        code_verifier: form.one("code_verifier")?.map(Secret::new),
        resources: form.many("resource").collect(),
    };
    let digest = Digest::of(form.required("code")?);
    let now = signet.clock.now();
    // A conflict means that another request with the same code was first: then the code is spent, and the second
    // round says so.
    for _ in 0..ROUNDS {
        let Some(kept) = signet.store.code(&digest).map_err(Fault::from)? else {
            return Err(TokenError::CodeUnknown.into());
        };
        let circumstances = signet.circumstances(&kept.record.subject)?;
        let redemption = match authorization_code::redeem(&kept.record, &request, &circumstances, now) {
            Ok(redemption) => redemption,
            Err(refusal) => match suffer(signet, &digest, &kept, &refusal, now).await {
                Ok(()) => return Err(refusal.into()),
                Err(CommitError::Conflict) => continue,
                Err(CommitError::Fault(fault)) => return Err(Fault::from(fault).into()),
            },
        };
        let grant = begin(signet, &redemption, now);
        let spent = redemption.spent(&grant.id);
        match signet.store.spend_code(&digest, &kept, &spent, &grant).await {
            Ok(()) => return respond(signet, redemption, &grant, now),
            Err(CommitError::Conflict) => {}
            Err(CommitError::Fault(fault)) => return Err(Fault::from(fault).into()),
        }
    }
    Err(RuleOrFault::Fault(Fault::Contended))
}

/// Writes down what follows from a refusal.
async fn suffer(
    signet: &Signet,
    digest: &Digest,
    kept: &Kept<IssuedCode>,
    refusal: &TokenError,
    now: OffsetDateTime,
) -> Result<(), CommitError> {
    match kept.record.consequence(refusal) {
        Consequence::Nothing => Ok(()),
        Consequence::Burn => signet.store.burn_code(digest, kept).await,
        Consequence::EndGrant(grant) => {
            tracing::warn!(client_id = %kept.record.client_id, "an authorization code was used twice; its grant ends");
            Ok(signet.store.end_grant(&grant, EndCause::CodeReplayed, now).await?)
        }
    }
}

fn begin(signet: &Signet, redemption: &Redemption, now: OffsetDateTime) -> Grant {
    let lifetime = signet.access_token_lifetime(signet.resources.of(redemption.audience()));
    redemption.grant(GrantId::draw(signet.entropy), lifetime, now)
}

fn respond(
    signet: &Signet,
    redemption: Redemption,
    grant: &Grant,
    now: OffsetDateTime,
) -> Result<TokenResponse, RuleOrFault> {
    let nonce = redemption.nonce().map(ToOwned::to_owned);
    let issuance = redemption.issuance(grant);
    let mut response = mint(signet, &issuance, now)?;
    let id_token = IdToken {
        issuer: &signet.issuer,
        nonce: nonce.as_deref(),
        access_token: response.access_token.expose(),
        lifetime: signet.lifetimes.id_token,
    };
    if let Some(claims) = id_token.claims(&issuance, now) {
        let signed = signet.keys.sign(Algorithm::Rs256, TokenType::IdToken, &claims).map_err(Fault::from)?;
        response.id_token = Some(Secret::new(signed));
    }
    Ok(response)
}

/// §4.4.2
async fn client_credentials(
    signet: &Signet,
    client: AuthenticatedClient,
    form: &Parameters,
) -> Result<TokenResponse, RuleOrFault> {
    let now = signet.clock.now();
    let client_id = client.client().client_id.clone();
    let requested: Vec<&str> = form.many("resource").collect();
    let authorization = client_credentials::authorize(client, form.one("scope")?, &requested, &signet.resources)?;
    let fresh = authorization.grant(GrantId::draw(signet.entropy), now);
    let grant = signet.store.own_grant(&client_id, fresh).await.map_err(Fault::from)?;
    mint(signet, &authorization.issuance(&grant), now)
}

fn mint(signet: &Signet, issuance: &Issuance, now: OffsetDateTime) -> Result<TokenResponse, RuleOrFault> {
    let minted = signet.mint(issuance, now)?;
    Ok(TokenResponse {
        access_token: minted.token,
        expires_in_seconds: minted.lifetime.whole_seconds(),
        scope: issuance.scope().clone(),
        id_token: None,
    })
}

impl<E: Into<TokenError>> From<E> for RuleOrFault {
    fn from(error: E) -> Self {
        Self::Rule(error.into())
    }
}

impl From<Fault> for RuleOrFault {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// One round decides, the second sees what another request did meanwhile, and a third would be a surprise.
const ROUNDS: usize = 4;
