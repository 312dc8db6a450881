//! Access tokens for endpoints where this server is the protected resource: `/userinfo` and the management API.

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

/// Proof that a request is authorized, with the scope it may use. Only [`authorize`] creates one from a token.
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

/// How recently the acting person is known to have been present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// The person uses one of the server's own pages, or runs the server, or no person is involved.
    Here,
    /// The person signed in at this time, and an application has been acting for them since.
    SignedIn(OffsetDateTime),
}

/// Reasons why a request is not authorized.
#[derive(Debug)]
pub enum AccessRefusal {
    /// The token is refused, as described in RFC 6750.
    Bearer(BearerError),
    Internal(InternalError),
}

/// An access token issued by this server whose signature, issuer and type have been verified.
pub struct OwnToken {
    pub claims: Claims,
    /// The grant that the token belongs to.
    pub grant: GrantId,
}

/// Authorizes the bearer of `unverified_jwt` if the token has at least one of `scopes`.
///
/// Unlike other resource servers, this one reads the grant behind the token, so a revoked token is refused
/// immediately.
///
/// # Errors
///
/// Returns an [`AccessRefusal`] if the token is invalid, expired or revoked, lacks the scope, or the storage fails.
pub fn authorize(signet: &Signet, unverified_jwt: &Secret, scopes: &[&str]) -> Result<Access, AccessRefusal> {
    let now = signet.clock.now();
    let invalid = |reason| AccessRefusal::Bearer(BearerError::InvalidToken(reason));
    let token = own_token(signet, unverified_jwt.expose())
        .map_err(|_| invalid("the access token was not issued by this server"))?;
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

/// Verifies an access token issued by this server. The expiry is not checked.
///
/// # Errors
///
/// Returns the reason if the token was not issued by this server or is not an access token.
pub fn own_token(signet: &Signet, unverified_jwt: &str) -> Result<OwnToken, JwtRefusal> {
    let verified = signet.keys.verify_own(unverified_jwt, TokenType::AccessToken).or_else(|refusal| {
        // A resource may ask for access tokens of type `JWT`. An ID token has that type too, but no `client_id`.
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

/// Verifies an ID token issued by this server. The expiry is not checked. Other JWTs may have the same type: an
/// access token, which always has a `client_id`, and a signed `UserInfo` response, which has no `exp`. "REQUIRED" in
/// an ID token are `iss`, `sub`, `aud`, `exp` and `iat` ([OpenID Connect Core
/// §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
///
/// # Errors
///
/// Returns the reason if the token was not issued by this server or is not an ID token.
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

/// Returns the grant with `id` if tokens may still be issued from it.
///
/// # Errors
///
/// Returns an [`InternalError`] if the storage fails.
pub(super) fn live_grant(signet: &Signet, id: &GrantId) -> Result<Option<Grant>, InternalError> {
    let Some(grant) = signet.store.grant(id)?.map(|kept| kept.record) else { return Ok(None) };
    let may_issue = StatusLookup::new(&signet.store, signet.clock.now()).may_issue(&grant)?;
    Ok(Some(grant).filter(|_| may_issue))
}

/// Returns `true` if the token has not expired at `now`.
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
    /// Access for the operator: the person who can open the socket in the data folder, or the folder itself.
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

    /// Access for the person signed in on one of the server's own pages, limited to the scope token that the page
    /// needs. Administrators have no additional rights there.
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

    /// Access for an administrator signed in on one of the server's own pages, or `None` if the person is not an
    /// administrator.
    #[must_use]
    pub fn of_administrator(current: &CurrentSession) -> Option<Self> {
        current.account.is_administrator().then(|| Self::of_session(current, "signet:admin"))
    }

    /// The same access, with the origin of the request.
    #[must_use]
    pub fn asked_by(self, origin: RequestOrigin) -> Self {
        Self { origin, ..self }
    }

    /// Checks that the person has signed in recently if an application acts for them. Required before irreversible
    /// changes to their own account. On the server's own pages the person is always present.
    ///
    /// # Errors
    ///
    /// Returns an [`AccessRefusal`] that tells the application to have the person sign in again (RFC 9470).
    pub fn recent(&self, now: OffsetDateTime) -> Result<(), AccessRefusal> {
        match self.presence {
            Presence::SignedIn(at) if now - at > RECENT => {
                let max_age = RECENT.whole_seconds();
                Err(AccessRefusal::Bearer(BearerError::InsufficientUserAuthentication { max_age }))
            }
            Presence::SignedIn(_) | Presence::Here => Ok(()),
        }
    }

    #[must_use]
    pub fn origin(&self) -> &RequestOrigin {
        &self.origin
    }

    /// The actor recorded in security events.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let principal =
            if self.is_operator() { Principal::Operator } else { Principal::of(&self.subject, &self.client_id) };
        self.origin.acting_as(principal)
    }

    /// Returns `true` for the operator, who uses the command line.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.subject.as_str() == OPERATOR
    }

    /// The acting subject: a person, or a client acting for itself.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The claims about the person that the client requested by name.
    #[must_use]
    pub fn named_claims(&self) -> &NamedClaims {
        &self.claims
    }

    /// The `sid` of the session in which the person consented, if a person did.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// The account of the acting person, or `None` if no person is involved.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The role in which applications are registered.
    #[must_use]
    pub fn registrar(&self) -> Registrar {
        match (self.is_administrator(), self.scope.contains("signet:admin")) {
            (true, true) => Registrar::Administrator,
            (true, false) => Registrar::Manager,
            (false, _) => Registrar::Person,
        }
    }

    /// Returns `true` for an administrator, and for a client that holds the scope for itself.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.account.as_ref().map_or(!self.subject.is_person(), Account::is_administrator)
    }
}

/// Maximum time since the last sign-in for an application to make irreversible changes on behalf of a person.
const RECENT: Duration = Duration::minutes(5);

/// The operator's subject. It is neither a person nor a registered client.
const OPERATOR: &str = "operator";
