//! Tokens from the authorization endpoint: the implicit grant,
//! [RFC 6749 §4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.2), and the hybrid flow of OpenID Connect.
//!
//! [RFC 9700 §2.1.2](https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2) advises against it, because tokens that pass
//! through the browser can leak there. It requires both the server and the client to enable it, and it never issues a
//! refresh token.

use time::{Duration, OffsetDateTime};

use super::{
    access_token::Issuance,
    authorization_code::Agreement,
    authorization_request::AuthorizationRequest,
    grant::{Grant, GrantIdentity, Permission},
};

/// Creates the grant immediately from `agreement` to `request`, if the client requested tokens and not only a code. Its
/// access tokens have a lifetime of at most `access_tokens_live`.
#[must_use]
pub fn begin(
    agreement: &Agreement,
    request: &AuthorizationRequest,
    identity: impl FnOnce() -> GrantIdentity,
    access_tokens_live: Duration,
    now: OffsetDateTime,
) -> Option<(Grant, Issuance)> {
    if !request.response_type.is_front_channel() {
        return None;
    }
    let permission = Permission {
        client_id: request.client_id.clone(),
        subject: agreement.subject.clone(),
        // "The authorization server MUST NOT issue a refresh token" (§4.2.2).
        scope: agreement.scope.filter(|token| token != super::refresh_token::OFFLINE_ACCESS),
        audience: request.audience.clone(),
        authentication: agreement.authentication.clone(),
        claims: agreement.claims.clone(),
    };
    let grant = permission.begin(identity(), access_tokens_live, now);
    let issuance = grant.issuance();
    Some((grant, issuance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        access_token::Authentication, authorization_request::tests::request, client::ResponseType,
        grant::tests::identity, named_claims::NamedClaims, scope::Scope, subject::Subject,
    };
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    // RFC 6749 §4.2.2
    #[test]
    fn only_a_front_channel_response_begins_a_grant_immediately_and_never_with_a_refresh_token() {
        let agreement = Agreement {
            subject: Subject::new("usr_a"),
            scope: Scope::parse("openid offline_access").unwrap(),
            authentication: Authentication { auth_time: NOW, amr: Vec::new(), sid: String::new() },
            nonce: None,
            claims: NamedClaims::default(),
        };
        for response_type in ResponseType::ALL {
            let request = AuthorizationRequest { response_type, ..request() };
            let begun = begin(&agreement, &request, identity, Duration::minutes(5), NOW);
            assert_eq!(begun.is_some(), response_type != ResponseType::Code, "{response_type:?}");
            let Some((grant, issuance)) = begun else { continue };
            assert!(grant.refresh_token.is_none());
            assert_eq!(issuance.scope(), &Scope::parse("openid").unwrap());
        }
    }
}
