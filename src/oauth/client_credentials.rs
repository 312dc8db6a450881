//! The client credentials grant, [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4).

use time::OffsetDateTime;

use super::{
    access_token::Issuance,
    client::GrantType,
    client_authentication::AuthenticatedClient,
    grant::{Grant, GrantIdentity, IssuanceContext, SubjectStatus},
    named_claims::NamedClaims,
    requested_scope::{ActsFor, PermittedScope, ScopeRequest, permit},
    resource::{Audience, Resources},
    scope::Scope,
    subject::Subject,
    token_error::TokenError,
};

/// Proof that a client may act on its own behalf; only [`authorize`] constructs one.
#[derive(Clone, Debug)]
pub struct OwnAuthorization {
    client: AuthenticatedClient,
    scope: Scope,
    audience: Audience,
}

/// Authorizes `client` to act on its own behalf with the part of `scope` that it may have, or the default scope, at the
/// `requested` resources.
///
/// # Errors
///
/// Returns the first rule broken.
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
    if !(IssuanceContext { person: SubjectStatus::NoPerson }).may_issue(client.client(), now) {
        return Err(TokenError::GrantEnded);
    }
    let request = ScopeRequest { scope, resources: requested };
    let PermittedScope { scope, audience } = permit(client.client(), ActsFor::Itself, request, resources)?;
    Ok(OwnAuthorization { client, scope, audience })
}

impl OwnAuthorization {
    /// Creates the grant of the client itself.
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
            notify_logout_until: None,
            refresh_token: None,
            status: identity.status,
            ended: None,
        }
    }

    /// Returns the permission to issue tokens for `grant`. The subject is the client (RFC 9068 §2.2).
    #[must_use]
    pub fn issuance(self, grant: &Grant) -> Issuance {
        Issuance { scope: self.scope, audience: self.audience, ..grant.issuance() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        authorization_request::tests::resources,
        client_authentication::{PresentedCredentials, tests::client},
        grant::tests::identity,
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
        for (asked, requested, code) in [
            (Some("orders:write"), &[][..], "invalid_scope"),
            (Some("orders:read signet:admin"), &[], "invalid_scope"),
            (Some("openid"), &[], "invalid_scope"),
            (None, &["https://evil.example"], "invalid_target"),
        ] {
            assert_eq!(scope(asked, requested).unwrap_err().code(), code, "{asked:?}");
        }
        assert_eq!(scope(Some("orders:read orders:write openid"), &[]), Ok("orders:read".to_owned()));
    }

    #[test]
    fn the_grant_is_for_clients_that_are_registered_for_it() {
        let service = service(vec![GrantType::AuthorizationCode]);
        let refusal = authorize(service, None, (&[], &resources()), NOW).unwrap_err();
        assert_eq!(refusal, TokenError::GrantNotAllowed);
    }

    #[test]
    fn a_token_is_for_what_was_asked_and_the_grant_for_all_that_the_client_has() {
        let service = service(vec![GrantType::ClientCredentials]);
        let authorization = authorize(service, Some("orders:read"), (&[], &resources()), NOW).unwrap();
        let grant = authorization.grant(identity(), NOW);
        assert_eq!(grant.scope, client().metadata.scope);
        let issuance = authorization.issuance(&grant);
        assert_eq!(issuance.scope().to_string(), "orders:read");
        assert_eq!(issuance.audience().to_claim(), "https://orders.example.org");
    }
}
