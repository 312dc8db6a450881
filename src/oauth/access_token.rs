//! Access tokens as JWTs, [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068).

use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

pub use super::authentication::Authentication;

use super::{
    client_id::ClientId,
    grant_id::GrantId,
    issuer::Issuer,
    named_claims::NamedClaims,
    resource::{Audience, Resource},
    scope::Scope,
    status_list::StatusIndex,
    subject::Subject,
};

/// Proof that a token may be issued.
///
/// Only the rules of the grant types construct it, and every token is issued from one.
#[derive(Clone, Debug)]
pub struct Issuance {
    pub(in crate::oauth) grant: GrantId,
    pub(in crate::oauth) status: Option<StatusIndex>,
    pub(in crate::oauth) client_id: ClientId,
    pub(in crate::oauth) subject: Subject,
    pub(in crate::oauth) scope: Scope,
    pub(in crate::oauth) audience: Audience,
    pub(in crate::oauth) authentication: Option<Authentication>,
    pub(in crate::oauth) claims: NamedClaims,
}

impl Issuance {
    #[must_use]
    pub fn grant(&self) -> &GrantId {
        &self.grant
    }

    /// Returns the position of the grant in the published status list.
    #[must_use]
    pub fn status(&self) -> Option<StatusIndex> {
        self.status
    }

    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    #[must_use]
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Returns how the person signed in. `None` if the client acts for itself.
    #[must_use]
    pub fn authentication(&self) -> Option<&Authentication> {
        self.authentication.as_ref()
    }

    /// Returns the claims that the client requested by name and may receive.
    #[must_use]
    pub fn named_claims(&self) -> &NamedClaims {
        &self.claims
    }

    /// Returns the claims of the access token (§2.2), issued at `now` with the identifier `jti`.
    ///
    /// All instants are whole seconds because common verifiers reject fractions.
    #[must_use]
    pub fn claims(&self, terms: &Terms<'_>, jti: &str, now: OffsetDateTime) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("iss".to_owned(), terms.issuer.as_str().into());
        claims.insert("sub".to_owned(), terms.client_subject.as_str().into());
        claims.insert("aud".to_owned(), self.audience.to_claim());
        claims.insert("exp".to_owned(), (now + terms.lifetime(now)).unix_timestamp().into());
        claims.insert("iat".to_owned(), now.unix_timestamp().into());
        claims.insert("jti".to_owned(), jti.into());
        claims.insert("client_id".to_owned(), self.client_id.as_str().into());
        claims.insert("scope".to_owned(), self.scope.to_string().into());
        if let Some(authentication) = &self.authentication {
            claims.insert("auth_time".to_owned(), authentication.auth_time.unix_timestamp().into());
            claims.insert("amr".to_owned(), authentication.amr.clone().into());
        }
        // draft-ietf-oauth-status-list §6.2
        if let Some(status) = self.status {
            claims.insert("status".to_owned(), status.claim(terms.issuer));
        }
        claims
    }
}

/// The conditions under which an access token is issued.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    pub issuer: &'a Issuer,
    /// The subject under which the client knows the person, which is the `sub` of the token.
    pub client_subject: &'a Subject,
    pub resource: &'a Resource,
    /// The lifetime if the resource does not set one.
    pub default_lifetime: Duration,
    /// The latest expiry that the person's refresh schedule allows.
    pub expires_by: Option<OffsetDateTime>,
}

impl Terms<'_> {
    /// Returns the lifetime of an access token issued at `now`: `expires_in`.
    #[must_use]
    pub fn lifetime(&self, now: OffsetDateTime) -> Duration {
        let lifetime = self.resource.access_token_lifetime.unwrap_or(self.default_lifetime);
        self.expires_by.map_or(lifetime, |at| lifetime.min(at - now))
    }
}

/// The longest configurable lifetime of an access token.
pub const LONGEST_LIFETIME: Duration = Duration::DAY;

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;
    use crate::oauth::{
        grant::{Grant, tests::grant},
        resource::tests::{ORDERS, api},
        status_list::ListId,
    };

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    fn terms<'a>(issuer: &'a Issuer, client_subject: &'a Subject, resource: &'a Resource) -> Terms<'a> {
        Terms { issuer, client_subject, resource, default_lifetime: Duration::minutes(5), expires_by: None }
    }

    // §2.2
    #[test]
    fn an_access_token_says_what_was_issued_by_whom_to_whom_and_about_whom() {
        let (issuer, subject) = (Issuer::parse("https://login.example.org").unwrap(), Subject::new("pair_a"));
        let resource = api(ORDERS, "orders:read");
        let terms = terms(&issuer, &subject, &resource);
        let authentication =
            Authentication { auth_time: NOW - Duration::HOUR, amr: vec!["pwd".to_owned()], sid: "s".to_owned() };
        let status = Some(StatusIndex { list: ListId::parse("0000beef").unwrap(), idx: 7 });
        let audience: Audience = serde_json::from_value(json!({"members": [ORDERS]})).unwrap();
        let whole = Grant { audience, authentication: Some(authentication.clone()), status, ..grant() };
        let issuance = whole.issuance();
        assert_eq!((issuance.status(), issuance.authentication()), (status, Some(&authentication)));
        let mut expected = json!({
            "iss": "https://login.example.org", "sub": "pair_a", "aud": ORDERS, "exp": 1_893_456_300,
            "iat": 1_893_456_000, "jti": "j", "client_id": "orders", "scope": "openid orders:read",
            "auth_time": 1_893_452_400, "amr": ["pwd"],
            "status": {"status_list": {"idx": 7, "uri": "https://login.example.org/status/0000beef"}},
        });
        assert_eq!(Value::Object(issuance.claims(&terms, "j", NOW)), expected);
        // A client that acts for itself has no person.
        for name in ["auth_time", "amr", "status"] {
            expected.as_object_mut().unwrap().remove(name);
        }
        let own = Grant { authentication: None, status: None, ..whole }.issuance();
        assert_eq!(Value::Object(own.claims(&terms, "j", NOW)), expected);
    }

    #[test]
    fn an_access_token_lives_as_long_as_its_resource_says_and_not_beyond_the_next_sign_in() {
        let (issuer, subject) = (Issuer::parse("https://login.example.org").unwrap(), Subject::new("usr_a"));
        for (of_resource, ends_in, expected) in
            [(None, None, 300), (Some(60), None, 60), (Some(60), Some(61), 60), (Some(60), Some(59), 59)]
        {
            let access_token_lifetime = of_resource.map(Duration::seconds);
            let resource = Resource { access_token_lifetime, ..api(ORDERS, "orders:read") };
            let expires_by = ends_in.map(|seconds| NOW + Duration::seconds(seconds));
            let terms = Terms { expires_by, ..terms(&issuer, &subject, &resource) };
            assert_eq!(terms.lifetime(NOW), Duration::seconds(expected), "{of_resource:?} {ends_in:?}");
        }
    }

    #[test]
    fn an_issuance_keeps_the_claims_that_were_asked_for_by_name() {
        let claims = NamedClaims { userinfo: ["email".to_owned()].into(), ..NamedClaims::default() };
        let issuance = Grant { claims: claims.clone(), ..grant() }.issuance();
        assert_eq!(issuance.named_claims(), &claims);
    }
}
