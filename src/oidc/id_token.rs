//! The ID token, [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

use super::acr;
use crate::{
    crypto,
    jose::Algorithm,
    oauth::{access_token::Issuance, issuer::Issuer, subject::Subject},
};

/// The content of an ID token, in addition to the issuance.
#[derive(Clone, Copy)]
pub struct IdToken<'a> {
    pub issuer: &'a Issuer,
    /// The subject under which the client knows the person.
    pub client_subject: &'a Subject,
    /// The `sid` under which the client knows the session, if there is one.
    pub client_session_id: Option<&'a str>,
    /// The claims about the person, except the subject.
    pub about_person: &'a Map<String, Value>,
    /// The `nonce` of the request.
    pub nonce: Option<&'a str>,
    /// The access token that is issued with it, if any.
    pub access_token: Option<&'a str>,
    /// The code that is issued with it, if any (§3.3.2.11).
    pub code: Option<&'a str>,
    /// The signature algorithm, which determines the hash function of `at_hash` and `c_hash`.
    pub algorithm: Algorithm,
    pub lifetime: Duration,
}

impl IdToken<'_> {
    /// Returns the claims of the ID token issued at `now`, or `None` if `openid` was not requested or there is no
    /// person.
    ///
    /// The client is the only audience, so that no API accepts it as an access token.
    #[must_use]
    pub fn claims(&self, issuance: &Issuance, now: OffsetDateTime) -> Option<Map<String, Value>> {
        let authentication = issuance.authentication().filter(|_| issuance.scope().contains("openid"))?;
        // The claims about the person come first, so that they cannot replace claims of the token.
        let mut claims = self.about_person.clone();
        claims.insert("iss".to_owned(), self.issuer.as_str().into());
        claims.insert("sub".to_owned(), self.client_subject.as_str().into());
        claims.insert("aud".to_owned(), issuance.client_id().as_str().into());
        claims.insert("azp".to_owned(), issuance.client_id().as_str().into());
        claims.insert("exp".to_owned(), (now + self.lifetime).unix_timestamp().into());
        claims.insert("iat".to_owned(), now.unix_timestamp().into());
        claims.insert("auth_time".to_owned(), authentication.auth_time.unix_timestamp().into());
        claims.insert("acr".to_owned(), acr::reached(&authentication.amr).into());
        claims.insert("amr".to_owned(), authentication.amr.clone().into());
        if let Some(sid) = self.client_session_id {
            claims.insert("sid".to_owned(), sid.into());
        }
        if let Some(access_token) = self.access_token {
            claims.insert("at_hash".to_owned(), half_hash(access_token, self.algorithm).into());
        }
        if let Some(code) = self.code {
            claims.insert("c_hash".to_owned(), half_hash(code, self.algorithm).into());
        }
        if let Some(nonce) = self.nonce {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        Some(claims)
    }
}

/// Returns the left half of the hash of `text` for `at_hash` (§3.1.3.6) and `c_hash`, by "the hash algorithm used in
/// the `alg` Header Parameter": SHA-256 for algorithms with 256 in their name, SHA-512 for Ed25519 (RFC 8032 §5.1).
fn half_hash(text: &str, algorithm: Algorithm) -> String {
    let left = |hash: &[u8]| URL_SAFE_NO_PAD.encode(hash.split_at(hash.len() / 2).0);
    match algorithm {
        Algorithm::Es256 | Algorithm::Rs256 | Algorithm::Ps256 => left(&crypto::sha256(text)),
        Algorithm::EdDsa => left(&crypto::sha512(text)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;
    use crate::oauth::{
        access_token::Authentication,
        grant::{
            Grant,
            tests::{grant, issuance},
        },
        scope::Scope,
    };

    // The example of OpenID Connect Core §A.3
    #[test]
    fn at_hash_agrees_with_the_example_of_the_specification() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(token, Algorithm::Rs256), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_hash(token, Algorithm::EdDsa).len(), 43);
    }

    const NOW: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    // §2, §3.1.3.6 and §3.3.2.11
    #[test]
    fn an_id_token_is_for_its_client_alone_and_what_is_about_the_person_replaces_nothing() {
        let issuer = Issuer::parse("https://login.example.org").unwrap();
        let subject = Subject::new("pair_a");
        let about_person = Map::from_iter([("email".to_owned(), json!("a@b.example")), ("sub".to_owned(), json!("x"))]);
        let bare = IdToken {
            issuer: &issuer,
            client_subject: &subject,
            client_session_id: None,
            about_person: &about_person,
            nonce: None,
            access_token: None,
            code: None,
            algorithm: Algorithm::Rs256,
            lifetime: Duration::minutes(5),
        };
        let auth_time = NOW - Duration::HOUR;
        let authentication = Authentication { auth_time, amr: vec!["pwd".to_owned()], sid: "s".to_owned() };
        let grant = Grant { authentication: Some(authentication), ..grant() };
        let mut expected = json!({
            "iss": "https://login.example.org", "sub": "pair_a", "aud": "orders", "azp": "orders",
            "exp": NOW.unix_timestamp() + 300, "iat": NOW.unix_timestamp(), "auth_time": auth_time.unix_timestamp(),
            "acr": "1", "amr": ["pwd"], "email": "a@b.example",
        });
        let claims = |token: &IdToken<'_>, grant: &Grant| token.claims(&issuance(grant), NOW).map(Value::Object);
        assert_eq!(claims(&bare, &grant), Some(expected.clone()));
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        let whole = IdToken {
            client_session_id: Some("s1"),
            nonce: Some("n"),
            access_token: Some(token),
            code: Some(token),
            ..bare
        };
        for (name, value) in
            [("sid", "s1"), ("nonce", "n"), ("at_hash", "77QmUPtjPfzWtF2AnpK9RQ"), ("c_hash", "77QmUPtjPfzWtF2AnpK9RQ")]
        {
            expected[name] = value.into();
        }
        assert_eq!(claims(&whole, &grant), Some(expected));
        let plain = Grant { scope: Scope::parse("orders:read").unwrap(), ..grant.clone() };
        assert_eq!(claims(&whole, &plain), None, "openid was not asked for");
        assert_eq!(claims(&whole, &Grant { authentication: None, ..grant }), None, "there is no person");
    }
}
