//! The resource owner password credentials grant, [RFC 6749 §4.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.3).
//!
//! [RFC 9700 §2.4](https://www.rfc-editor.org/rfc/rfc9700#section-2.4): it "MUST NOT be used", since the application
//! sees the password and a second factor is not possible. It exists for legacy applications. It is off by default, and
//! is limited to confidential clients that are registered for it.

use time::{Duration, OffsetDateTime};

use super::{
    access_token::{Authentication, Issuance},
    client::{Client, GrantType},
    client_authentication::AuthenticatedClient,
    grant::{Grant, GrantIdentity, Permission},
    grant_type::EnabledGrants,
    named_claims::NamedClaims,
    requested_scope::{self, ActsFor, PermittedScope, RequestedScopeRefusal, ScopeRequest},
    resource::{Audience, Resources},
    scope::Scope,
    subject::Subject,
    token_error::TokenError,
};

/// Proof that a client may send a person's password; only [`permit`] constructs one. The caller verifies the password,
/// under the same rate limits as on the login page.
#[derive(Clone, Debug)]
pub struct PasswordRequest<'a> {
    client: &'a Client,
    scope: Scope,
    audience: Audience,
}

/// The person whose password was verified.
#[derive(Clone, Debug)]
pub struct PasswordHolder {
    pub subject: Subject,
    pub authentication: Authentication,
    pub is_administrator: bool,
}

/// Checks that `client` may use the password grant, and determines the part of `scope` that it may have, or the default
/// scope, at the `requested` resources.
///
/// # Errors
///
/// Returns the first rule broken.
pub fn permit<'a>(
    client: &'a AuthenticatedClient,
    offered: EnabledGrants,
    scope: Option<&str>,
    (requested, resources): (&[&str], &Resources),
) -> Result<PasswordRequest<'a>, TokenError> {
    let client = client.client();
    if !offered.password {
        return Err(TokenError::UnknownGrant);
    }
    if client.is_public() || !client.allows(GrantType::Password) {
        return Err(TokenError::GrantNotAllowed);
    }
    let request = ScopeRequest { scope, resources: requested };
    let PermittedScope { scope, audience } =
        requested_scope::permit(client, ActsFor::Person { offline: true }, request, resources)?;
    Ok(PasswordRequest { client, scope, audience })
}

impl PasswordRequest<'_> {
    /// Creates the grant at `now` after `holder`'s password was verified, and the permission to issue its first tokens,
    /// to be used after the grant is stored. Its access tokens have a lifetime of at most `access_tokens_live`.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::Scope`] if the person may grant none of the scope.
    pub fn begin(
        self,
        holder: PasswordHolder,
        identity: GrantIdentity,
        access_tokens_live: Duration,
        now: OffsetDateTime,
    ) -> Result<(Grant, Issuance), TokenError> {
        let scope = self.client.grantable(&self.scope, holder.is_administrator);
        if scope.is_empty() {
            return Err(RequestedScopeRefusal::NothingGrantable(self.scope).into());
        }
        let permission = Permission {
            client_id: self.client.client_id.clone(),
            subject: holder.subject,
            scope,
            audience: self.audience,
            authentication: holder.authentication,
            claims: NamedClaims::default(),
        };
        let grant = permission.begin(identity, access_tokens_live, now);
        let issuance = grant.issuance();
        Ok((grant, issuance))
    }

    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.audience
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        authorization_request::tests::resources,
        client_authentication::{
            PresentedCredentials,
            tests::{client, public_client},
        },
        grant::tests::identity,
        parameters::Parameters,
    };
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn registered(mut client: Client, grant_types: &[GrantType]) -> AuthenticatedClient {
        client.metadata.grant_types = grant_types.to_vec();
        let secret = if client.is_public() { "" } else { "&client_secret=older" };
        let form = Parameters::parse(&format!("client_id={}{secret}", client.client_id)).unwrap();
        PresentedCredentials::find(None, &form).unwrap().authenticate(Some(client)).unwrap()
    }

    // RFC 9700 §2.4
    #[test]
    fn the_grant_is_for_confidential_clients_that_are_registered_where_it_is_offered() {
        use GrantType::{AuthorizationCode, Password};
        let offered = EnabledGrants { password: true, ..EnabledGrants::default() };
        for (client, offered, expected) in [
            (registered(client(), &[Password]), offered, None),
            (registered(client(), &[Password]), EnabledGrants::default(), Some(TokenError::UnknownGrant)),
            (registered(client(), &[AuthorizationCode]), offered, Some(TokenError::GrantNotAllowed)),
            (registered(public_client(), &[Password]), offered, Some(TokenError::GrantNotAllowed)),
        ] {
            assert_eq!(permit(&client, offered, None, (&[], &resources())).err(), expected, "{client:?}");
        }
    }

    #[test]
    fn a_person_gives_what_is_theirs() {
        let mut client = client();
        client.metadata.scope = Scope::parse("openid orders:read signet:users offline_access").unwrap();
        let client = registered(client, &[GrantType::Password]);
        let scope = |asked: Option<&str>, is_administrator| -> Result<String, TokenError> {
            let request = permit(&client, EnabledGrants::EVERYTHING, asked, (&[], &resources()))?;
            let holder = PasswordHolder {
                subject: Subject::new("usr_a"),
                authentication: Authentication { auth_time: NOW, amr: vec!["pwd".into()], sid: String::new() },
                is_administrator,
            };
            let (grant, _) = request.begin(holder, identity(), Duration::minutes(5), NOW)?;
            Ok(grant.scope.to_string())
        };
        assert_eq!(scope(None, false), Ok("openid orders:read".to_owned()));
        assert_eq!(scope(Some("orders:read"), false), Ok("orders:read".to_owned()));
        assert_eq!(scope(Some("openid signet:users"), false), Ok("openid".to_owned()));
        assert_eq!(scope(Some("openid signet:users"), true), Ok("openid signet:users".to_owned()));
        assert_eq!(scope(Some("openid roles"), false), Ok("openid".to_owned()));
        assert_eq!(scope(Some("signet:users"), false).unwrap_err().code(), "invalid_scope");
        assert_eq!(scope(Some("orders:write"), true).unwrap_err().code(), "invalid_scope");
    }

    // RFC 8707 §2
    #[test]
    fn the_tokens_are_for_the_resource_that_is_named() {
        let client = registered(client(), &[GrantType::Password]);
        for (scope, named, expected) in [
            ("orders:read", &["https://orders.example.org"][..], Some("https://orders.example.org")),
            ("openid", &[], Some("https://login.example.org")),
            ("openid", &["https://stock.example.org"], None),
        ] {
            let request = permit(&client, EnabledGrants::EVERYTHING, Some(scope), (named, &resources()));
            let audience = request.ok().map(|request| request.audience().to_claim());
            assert_eq!(audience, expected.map(Into::into), "{scope} {named:?}");
        }
    }
}
