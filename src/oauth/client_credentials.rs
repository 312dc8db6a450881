//! The client credentials grant, [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4).

use time::OffsetDateTime;

use super::{
    access_token::Issuance,
    client::GrantType,
    client_authentication::AuthenticatedClient,
    grant::{Circumstances, Grant, GrantIdentity, PersonStanding},
    named_claims::NamedClaims,
    resource::{Audience, AudienceRefusal, Resources},
    scope::Scope,
    subject::Subject,
    token_error::TokenError,
};

/// Proof that a client may act for itself; only [`authorize`] makes one.
#[derive(Clone, Debug)]
pub struct OwnAuthorization {
    client: AuthenticatedClient,
    scope: Scope,
    audience: Audience,
}

/// Lets `client` act for itself with `scope` (or, if it asks for none, with all that it is registered for that a client
/// without a person can use) at the `requested` resources.
///
/// # Errors
///
/// The first rule broken.
pub fn authorize(
    client: AuthenticatedClient,
    scope: Option<&str>,
    (requested, resources): (&[&str], &Resources),
    now: OffsetDateTime,
) -> Result<OwnAuthorization, TokenError> {
    // "The client credentials grant type MUST only be used by confidential clients."
    if client.client().is_public() || !client.client().allows(GrantType::ClientCredentials) {
        return Err(TokenError::GrantNotAllowed);
    }
    if !(Circumstances { person: PersonStanding::NoPerson }).may_issue(client.client(), now) {
        return Err(TokenError::GrantEnded);
    }
    let registered = &client.client().metadata.scope;
    let scope = match scope {
        Some(text) => Scope::parse(text).map_err(|_| TokenError::ScopeExceeded)?,
        None => default_scope(registered, requested, resources),
    };
    // There is no person whose identity could be told.
    let of_a_person = |token: &str| PERSONAL.contains(&token);
    if !registered.covers(&scope) || scope.iter().any(of_a_person) {
        return Err(TokenError::ScopeExceeded);
    }
    let audience = resources.audience(&scope, requested).map_err(|refusal| match refusal {
        AudienceRefusal::UnknownScope => TokenError::ScopeExceeded,
        AudienceRefusal::UnknownResource | AudienceRefusal::SeveralResources => TokenError::InvalidTarget,
    })?;
    Ok(OwnAuthorization { client, scope, audience })
}

/// What the client is registered for at the requested resource, or at all if it names none.
fn default_scope(registered: &Scope, requested: &[&str], resources: &Resources) -> Scope {
    registered.filter(|token| {
        let belongs = |id: &str| requested.is_empty() || requested.contains(&id);
        !PERSONAL.contains(&token) && resources.scope(token).is_some_and(|(resource, _)| belongs(resource.id.as_str()))
    })
}

impl OwnAuthorization {
    /// The grant of the client's own credentials, if it has none yet.
    #[must_use]
    pub fn grant(&self, identity: GrantIdentity, now: OffsetDateTime) -> Grant {
        let client = self.client.client();
        Grant {
            id: identity.id,
            client_id: client.client_id.clone(),
            subject: Subject::new(client.client_id.as_str()),
            scope: client.metadata.scope.clone(),
            audience: Audience::default(),
            authentication: None,
            claims: NamedClaims::default(),
            created_at: now,
            expires_at: None,
            told_until: None,
            refresh_token: None,
            status: identity.status,
            ended: None,
        }
    }

    /// The right to mint tokens of `grant`. The subject is the client (RFC 9068 §2.2).
    #[must_use]
    pub fn issuance(self, grant: &Grant) -> Issuance {
        Issuance { scope: self.scope, audience: self.audience, ..grant.issuance() }
    }
}

/// Scope tokens that mean something only with a person.
const PERSONAL: &[&str] =
    &["openid", "profile", "email", "address", "phone", "groups", "offline_access", "signet:account"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        authorization_request::tests::resources,
        client_authentication::{PresentedCredentials, tests::client},
        parameters::Parameters,
    };

    const NOW: OffsetDateTime = time::macros::datetime!(2030-01-01 00:00 UTC);

    fn service(grant_types: Vec<GrantType>) -> AuthenticatedClient {
        let mut service = client();
        service.metadata.grant_types = grant_types;
        let form = Parameters::parse("client_id=orders&client_secret=older").unwrap();
        PresentedCredentials::find(None, &form).unwrap().authenticate(Some(service)).unwrap()
    }

    fn scope(asked: Option<&str>, requested: &[&str]) -> Result<String, TokenError> {
        let service = service(vec![GrantType::ClientCredentials]);
        authorize(service, asked, (requested, &resources()), NOW).map(|authorization| authorization.scope.to_string())
    }

    #[test]
    fn a_service_gets_what_it_is_registered_for() {
        assert_eq!(scope(Some("orders:read"), &[]), Ok("orders:read".to_owned()));
        assert_eq!(scope(None, &[]), Ok("orders:read".to_owned()));
        assert_eq!(scope(None, &["https://orders.example.org"]), Ok("orders:read".to_owned()));
    }

    #[test]
    fn a_service_gets_no_more() {
        assert_eq!(scope(Some("orders:write"), &[]), Err(TokenError::ScopeExceeded));
        assert_eq!(scope(Some("signet:admin"), &[]), Err(TokenError::ScopeExceeded));
        assert_eq!(scope(Some("openid"), &[]), Err(TokenError::ScopeExceeded));
        assert_eq!(scope(None, &["https://evil.example"]), Err(TokenError::InvalidTarget));
    }

    #[test]
    fn the_grant_is_for_clients_that_are_registered_for_it() {
        let service = service(vec![GrantType::AuthorizationCode]);
        let refusal = authorize(service, None, (&[], &resources()), NOW).unwrap_err();
        assert_eq!(refusal, TokenError::GrantNotAllowed);
    }
}
