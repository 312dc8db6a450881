//! Token introspection, [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662): the content of a token, for those who may
//! know it.

use serde_json::{Map, Value, json};

use super::{
    client::{Client, Provenance},
    grant::Grant,
};

/// The answer for a token whose signature, issuer and lifetime hold, given its `claims` and the `grant` behind it, to
/// `caller`.
///
/// Whatever is not valid *for this caller* is exactly `{"active":false}` (§2.2): an application that a person registered
/// learns of its own tokens only; one of the configuration or of an administrator may serve an API and learns of all.
#[must_use]
pub fn answer(claims: &Map<String, Value>, grant: Option<&Grant>, caller: &Client) -> Map<String, Value> {
    let is_live = grant.is_some_and(Grant::is_live);
    let is_own = claims.get("client_id").and_then(Value::as_str) == Some(caller.client_id.as_str());
    let serves_apis = matches!(caller.provenance, Provenance::Configuration | Provenance::Administrator);
    if !is_live || !(is_own || serves_apis) {
        return inactive();
    }
    let mut answer = Map::new();
    answer.insert("active".to_owned(), Value::Bool(true));
    answer.insert("token_type".to_owned(), json!("Bearer"));
    answer.extend(claims.clone());
    answer
}

/// The answer for every token that is not active: unknown, expired, revoked, or none of the caller's business.
#[must_use]
pub fn inactive() -> Map<String, Value> {
    Map::from_iter([("active".to_owned(), Value::Bool(false))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entropy::Entropy,
        oauth::{
            client_authentication::tests::client,
            grant::{EndCause, Ended, GrantId},
            scope::Scope,
            subject::Subject,
        },
    };
    use time::macros::datetime;

    fn grant() -> Grant {
        Grant {
            id: GrantId::draw(Entropy::system()),
            client_id: client().client_id,
            subject: Subject::new("usr_a"),
            scope: Scope::empty(),
            created_at: datetime!(2030-01-01 00:00 UTC),
            expires_at: None,
            ended: None,
        }
    }

    fn claims(client_id: &str) -> Map<String, Value> {
        Map::from_iter([("client_id".to_owned(), json!(client_id)), ("sub".to_owned(), json!("usr_a"))])
    }

    #[test]
    fn a_live_token_is_described_to_its_client_and_to_apis() {
        let person = Client { provenance: Provenance::Person(Subject::new("usr_b")), ..client() };
        for (claims, caller) in [(claims("orders"), &person), (claims("other"), &client())] {
            let answer = answer(&claims, Some(&grant()), caller);
            assert_eq!(answer.get("active"), Some(&json!(true)));
            assert_eq!(answer.get("sub"), Some(&json!("usr_a")));
        }
    }

    // RFC 7662 §2.2
    #[test]
    fn anything_else_is_inactive_and_says_nothing_more() {
        let ended = Ended { at: grant().created_at, cause: EndCause::RevokedByClient };
        let person = Client { provenance: Provenance::Person(Subject::new("usr_b")), ..client() };
        assert_eq!(answer(&claims("orders"), None, &client()), inactive());
        assert_eq!(answer(&claims("orders"), Some(&Grant { ended: Some(ended), ..grant() }), &client()), inactive());
        assert_eq!(answer(&claims("other"), Some(&grant()), &person), inactive());
        assert_eq!(Value::Object(inactive()), json!({"active": false}));
    }
}
