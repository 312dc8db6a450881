//! Our own access tokens, where this server is the protected resource: `/userinfo` and the management API.

use time::{Duration, OffsetDateTime};

use super::{InternalError, Signet, session::CurrentSession, standing::StatusLookup};
use crate::{
    account::record::{Account, AccountId},
    audit::{Actor, Principal, RequestOrigin},
    jose::{Claims, JwtRefusal, TokenType},
    oauth::{
        bearer::BearerError,
        client::ClientId,
        grant::{Grant, GrantId},
        named_claims::NamedClaims,
        registration::Registrar,
        scope::Scope,
        subject::Subject,
    },
    secret::Secret,
};

/// Proof that a request may do what its scope says. Only [`authorize`] makes one.
#[derive(Debug)]
pub struct Access {
    subject: Subject,
    client_id: ClientId,
    scope: Scope,
    claims: NamedClaims,
    sid: Option<String>,
    account: Option<Account>,
    presence: Presence,
    origin: RequestOrigin,
}

/// How it is known that the person is there who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// They are on a page of ours, or run the server, or there is no person.
    Here,
    /// They signed in then, and an application acts for them since.
    SignedIn(OffsetDateTime),
}

/// Why a request may not.
#[derive(Debug)]
pub enum AccessRefusal {
    /// The token, in the terms of RFC 6750.
    Bearer(BearerError),
    /// Our side failed.
    Internal(InternalError),
}

/// A token of ours whose signature, issuer and type hold.
pub struct OwnToken {
    /// What it says.
    pub claims: Claims,
    /// The grant that it belongs to.
    pub grant: GrantId,
}

/// Lets the bearer of `unverified_jwt` act with any one of `scopes`.
///
/// Unlike other resource servers, this one knows the grant behind the token, so that a revoked token is refused at once.
///
/// # Errors
///
/// [`AccessRefusal`].
pub fn authorize(signet: &Signet, unverified_jwt: &Secret, scopes: &[&str]) -> Result<Access, AccessRefusal> {
    let now = signet.clock.now();
    let invalid = |reason| AccessRefusal::Bearer(BearerError::InvalidToken(reason));
    let token = own_token(signet, unverified_jwt.expose())
        .map_err(|_| invalid("the access token is not one that this server issued"))?;
    if !is_in_time(&token.claims, now) {
        return Err(invalid("the access token has expired"));
    }
    let audience = token.claims.audience().unwrap_or_default();
    if !audience.contains(&signet.issuer.as_str()) {
        return Err(invalid("the access token is for another audience"));
    }
    let grant = live_grant(signet, &token.grant).map_err(AccessRefusal::Internal)?;
    let grant = grant.ok_or(invalid("the access token was revoked"))?;
    let scope = token.claims.optional_text("scope").ok().flatten().and_then(|text| Scope::parse(text).ok());
    let scope = scope.unwrap_or_default();
    if !scopes.iter().any(|wanted| scope.contains(wanted)) {
        let wanted = scopes.first().copied().into_iter().collect();
        return Err(AccessRefusal::Bearer(BearerError::InsufficientScope(wanted)));
    }
    let account = account(signet, &grant.subject).map_err(AccessRefusal::Internal)?;
    let presence = match &grant.authentication {
        Some(authentication) => Presence::SignedIn(authentication.auth_time),
        None => Presence::Here,
    };
    let sid = grant.authentication.map(|authentication| authentication.sid);
    Ok(Access {
        subject: grant.subject,
        client_id: grant.client_id,
        scope,
        claims: grant.claims,
        sid,
        account,
        presence,
        origin: RequestOrigin::default(),
    })
}

/// Reads a token of ours, expired or not.
///
/// # Errors
///
/// Why it is none.
pub fn own_token(signet: &Signet, unverified_jwt: &str) -> Result<OwnToken, JwtRefusal> {
    let verified = signet.keys.verify_own(unverified_jwt, TokenType::AccessToken).or_else(|refusal| {
        // A resource may ask for tokens of the type JWT. An ID token has that type too, but no client_id.
        let verified = signet.keys.verify_own(unverified_jwt, TokenType::IdToken)?;
        if verified.claims().get("client_id").is_some() { Ok(verified) } else { Err(refusal) }
    })?;
    let claims = verified.into_claims();
    let grant = GrantId::of_jti(claims.text("jti")?).ok_or(JwtRefusal::MalformedClaim("jti"))?;
    if claims.text("iss")? == signet.issuer.as_str() {
        Ok(OwnToken { claims, grant })
    } else {
        Err(JwtRefusal::MalformedClaim("iss"))
    }
}

/// Reads an ID token of ours, expired or not. Other JWTs may have its type: an access token, which never lacks a `client_id`,
/// and a signed answer of `UserInfo`, which has no `exp`. "REQUIRED" in an ID token are `iss`, `sub`, `aud`, `exp` and `iat`
/// ([OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
///
/// # Errors
///
/// Why it is none.
pub(super) fn own_id_token(signet: &Signet, unverified_jwt: &str) -> Result<Claims, JwtRefusal> {
    let claims = signet.keys.verify_own(unverified_jwt, TokenType::IdToken)?.into_claims();
    if claims.get("client_id").is_some() {
        return Err(JwtRefusal::MalformedClaim("client_id"));
    }
    claims.text("sub")?;
    claims.audience()?;
    claims.instant("exp")?;
    claims.instant("iat")?;
    if claims.text("iss")? == signet.issuer.as_str() { Ok(claims) } else { Err(JwtRefusal::MalformedClaim("iss")) }
}

/// The grant of `id`, if it may still issue.
///
/// # Errors
///
/// The storage.
pub(super) fn live_grant(signet: &Signet, id: &GrantId) -> Result<Option<Grant>, InternalError> {
    let Some(grant) = signet.store.grant(id)?.map(|kept| kept.record) else { return Ok(None) };
    let may_issue = StatusLookup::new(&signet.store, signet.clock.now()).may_issue(&grant)?;
    Ok(Some(grant).filter(|_| may_issue))
}

/// Whether a token has not expired at `now`.
pub(super) fn is_in_time(claims: &Claims, now: OffsetDateTime) -> bool {
    claims.instant("exp").is_ok_and(|expires_at| now < expires_at)
}

fn account(signet: &Signet, subject: &Subject) -> Result<Option<Account>, InternalError> {
    match AccountId::parse(subject.as_str()) {
        Ok(id) => Ok(signet.store.account(&id)?.map(|kept| kept.record)),
        Err(_) => Ok(None),
    }
}

impl Access {
    /// That of whoever can open the socket in the data folder, or the folder itself: the person who runs the server.
    #[must_use]
    pub fn operator() -> Self {
        Self {
            subject: Subject::new(OPERATOR),
            client_id: ClientId::built_in(OPERATOR),
            scope: ["signet:admin"].into_iter().collect(),
            claims: NamedClaims::default(),
            account: None,
            sid: None,
            presence: Presence::Here,
            origin: RequestOrigin::default(),
        }
    }

    /// That of the person who is signed in, on our own pages, with the one scope token that the page is for. Whoever
    /// administers the server is a person like others there.
    #[must_use]
    pub fn of_session(current: &CurrentSession, scope: &str) -> Self {
        Self {
            subject: current.subject(),
            client_id: ClientId::built_in("pages"),
            scope: std::iter::once(scope).collect(),
            claims: NamedClaims::default(),
            sid: Some(current.session.sid.as_str().to_owned()),
            account: Some(current.account.clone()),
            presence: Presence::Here,
            origin: current.origin.clone(),
        }
    }

    /// That of an administrator who is signed in on a page of ours; nobody else has one.
    #[must_use]
    pub fn of_administrator(current: &CurrentSession) -> Option<Self> {
        current.account.is_administrator().then(|| Self::of_session(current, "signet:admin"))
    }

    /// The same, asked for from `origin`.
    #[must_use]
    pub fn asked_by(self, origin: RequestOrigin) -> Self {
        Self { origin, ..self }
    }

    /// Makes sure that the person has signed in a short time ago if an application acts for them, before it does something to
    /// their own account that they could not take back. On our own pages they are there themselves.
    ///
    /// # Errors
    ///
    /// [`AccessRefusal`], by which the application knows to have them sign in again (RFC 9470).
    pub fn recent(&self, now: OffsetDateTime) -> Result<(), AccessRefusal> {
        match self.presence {
            Presence::SignedIn(at) if now - at > RECENT => {
                let max_age = RECENT.whole_seconds();
                Err(AccessRefusal::Bearer(BearerError::InsufficientUserAuthentication { max_age }))
            }
            Presence::SignedIn(_) | Presence::Here => Ok(()),
        }
    }

    /// From where it was asked for.
    #[must_use]
    pub fn origin(&self) -> &RequestOrigin {
        &self.origin
    }

    /// Who acts, as security events name them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let principal =
            if self.is_operator() { Principal::Operator } else { Principal::of(&self.subject, &self.client_id) };
        self.origin.acting_as(principal)
    }

    /// Whether it is that of the person who runs the server, by the command line.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.subject.as_str() == OPERATOR
    }

    /// Who acts: a person, or a client for itself.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Through which client.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// With which scope.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What its client may know of the person because it asked for it by name.
    #[must_use]
    pub fn named_claims(&self) -> &NamedClaims {
        &self.claims
    }

    /// The `sid` of the session in which the person agreed to it, if a person did.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// The person who acts, if it is one.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// As whom it registers applications.
    #[must_use]
    pub fn registrar(&self) -> Registrar {
        match (self.is_administrator(), self.scope.contains("signet:admin")) {
            (true, true) => Registrar::Administrator,
            (true, false) => Registrar::Manager,
            (false, _) => Registrar::Person,
        }
    }

    /// Whether it may act for others: an administrator, or a client that was given the scope for itself.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.account.as_ref().map_or(!self.subject.is_person(), Account::is_administrator)
    }
}

/// How long ago a person may have signed in for whom an application does something that cannot be taken back.
const RECENT: Duration = Duration::minutes(5);

/// Whoever can open the data folder, as a subject: no person and no registered client.
const OPERATOR: &str = "operator";
