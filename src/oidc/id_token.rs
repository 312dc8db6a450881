//! The ID token, [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

use crate::{
    crypto,
    oauth::{access_token::Issuance, issuer::Issuer},
};

/// What an ID token says besides what the issuance says.
#[derive(Clone, Copy, Debug)]
pub struct IdToken<'a> {
    /// By whom.
    pub issuer: &'a Issuer,
    /// The `nonce` of the request.
    pub nonce: Option<&'a str>,
    /// The access token that is issued with it, if one is.
    pub access_token: Option<&'a str>,
    /// The code that is issued with it, if one is (§3.3.2.11).
    pub code: Option<&'a str>,
    /// How long it lives.
    pub lifetime: Duration,
}

impl IdToken<'_> {
    /// The claims of the ID token that is issued at `now`; `None` if `openid` was not asked for, or there is no person.
    ///
    /// Its audience is the client alone, so that no API can take it for an access token.
    #[must_use]
    pub fn claims(&self, issuance: &Issuance, now: OffsetDateTime) -> Option<Map<String, Value>> {
        let authentication = issuance.authentication().filter(|_| issuance.scope().contains("openid"))?;
        let mut claims = Map::new();
        claims.insert("iss".to_owned(), self.issuer.as_str().into());
        claims.insert("sub".to_owned(), issuance.subject().as_str().into());
        claims.insert("aud".to_owned(), issuance.client_id().as_str().into());
        claims.insert("exp".to_owned(), (now + self.lifetime).unix_timestamp().into());
        claims.insert("iat".to_owned(), now.unix_timestamp().into());
        claims.insert("auth_time".to_owned(), authentication.auth_time.unix_timestamp().into());
        claims.insert("amr".to_owned(), authentication.amr.clone().into());
        claims.insert("sid".to_owned(), authentication.sid.clone().into());
        if let Some(access_token) = self.access_token {
            claims.insert("at_hash".to_owned(), half_hash(access_token).into());
        }
        if let Some(code) = self.code {
            claims.insert("c_hash".to_owned(), half_hash(code).into());
        }
        if let Some(nonce) = self.nonce {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        Some(claims)
    }
}

/// The left half of the SHA-256 of `text`, as `at_hash` (§3.1.3.6) and `c_hash` hold it under every algorithm with a 256 in its name.
fn half_hash(text: &str) -> String {
    let hash = crypto::sha256(text);
    let (left, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of OpenID Connect Core §A.3
    #[test]
    fn at_hash_agrees_with_the_example_of_the_specification() {
        assert_eq!(half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
