//! Token introspection, [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662): the state and the claims of a token, for
//! authorized callers.

use serde_json::{Map, Value, json};

use time::OffsetDateTime;

use super::{
    client::{Client, Provenance},
    grant::Grant,
    issuer::Issuer,
    openid_metadata::SubjectType,
    scope::Scope,
    subject::Subject,
};

/// Returns whether `caller` receives the username of the person behind a token that `client` has for `scope`:
/// "OPTIONAL. Human-readable identifier for the resource owner" (§2.2). It does if the scope contains `profile`. APIs
/// receive it too, unless the client has pairwise subjects, which a username would defeat.
#[must_use]
pub fn tells_username(scope: &Scope, client: &Client, caller: &Client) -> bool {
    let is_pairwise = client.metadata.openid.subject_type == SubjectType::Pairwise;
    scope.contains("profile") || (serves_apis(caller) && !is_pairwise)
}

fn serves_apis(caller: &Client) -> bool {
    matches!(
        caller.provenance,
        Provenance::Configuration | Provenance::Administrator | Provenance::AdministratorAccount(_)
    )
}

/// Builds the response to `caller` for a token with these `claims` and this `grant`. The signature, the issuer and the
/// lifetime have been verified.
///
/// A token that is not valid *for this caller* is answered with exactly `{"active":false}` (§2.2). A client that a
/// person registered can introspect only its own tokens. A client from the configuration or of an administrator may act
/// as an API and can introspect all.
#[must_use]
pub fn answer(claims: &Map<String, Value>, grant: Option<&Grant>, caller: &Client) -> Map<String, Value> {
    let is_live = grant.is_some_and(Grant::is_live);
    let is_own = claims.get("client_id").and_then(Value::as_str) == Some(caller.client_id.as_str());
    if !is_live || !(is_own || serves_apis(caller)) {
        return inactive();
    }
    let mut answer = Map::new();
    answer.insert("active".to_owned(), Value::Bool(true));
    answer.insert("token_type".to_owned(), json!("Bearer"));
    answer.extend(claims.clone());
    answer
}

/// Builds the response to `caller` for a valid refresh token of the live `grant`. The caller knows the person as
/// `client_subject`; the token expires at `expires_at`.
///
/// Only the client that the token was issued to receives it: an API has no use for refresh tokens.
#[must_use]
pub fn of_refresh_token(
    grant: &Grant,
    client_subject: &Subject,
    caller: &Client,
    issuer: &Issuer,
    expires_at: OffsetDateTime,
) -> Map<String, Value> {
    if !grant.is_live() || grant.client_id != caller.client_id {
        return inactive();
    }
    let members = [
        ("active", json!(true)),
        ("iss", json!(issuer.as_str())),
        ("client_id", json!(grant.client_id.as_str())),
        ("sub", json!(client_subject.as_str())),
        ("scope", json!(grant.scope.to_string())),
        ("iat", json!(grant.created_at.unix_timestamp())),
        ("exp", json!(expires_at.unix_timestamp())),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Builds the claims of `answer` as a signed JWT for `caller`,
/// [RFC 9701 §5](https://www.rfc-editor.org/rfc/rfc9701#section-5). `sub` and `exp` are not at the top level, so that
/// the JWT cannot be mistaken for an access token.
#[must_use]
pub fn signed(answer: Map<String, Value>, issuer: &Issuer, caller: &Client, now: OffsetDateTime) -> Map<String, Value> {
    let members = [
        ("iss", json!(issuer.as_str())),
        ("aud", json!(caller.client_id.as_str())),
        ("iat", json!(now.unix_timestamp())),
        ("token_introspection", Value::Object(answer)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Returns the response for every inactive token: unknown, expired, revoked, or not visible to the caller.
#[must_use]
pub fn inactive() -> Map<String, Value> {
    Map::from_iter([("active".to_owned(), Value::Bool(false))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{
        client::ClientId,
        client_authentication::tests::client,
        grant::{EndCause, Ended, tests::grant},
    };

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

    #[test]
    fn a_refresh_token_is_described_to_its_client_alone() {
        let issuer = Issuer::parse("https://login.example.org").unwrap();
        let expires_at = grant().created_at + time::Duration::DAY;
        let alice = Subject::new("usr_a");
        let answer = of_refresh_token(&grant(), &alice, &client(), &issuer, expires_at);
        assert_eq!(answer.get("active"), Some(&json!(true)));
        assert_eq!(answer.get("exp"), Some(&json!(expires_at.unix_timestamp())));
        assert!(!answer.contains_key("token_type"), "a refresh token is not a bearer token");
        let other = Client { client_id: ClientId::parse("other").unwrap(), ..client() };
        assert_eq!(of_refresh_token(&grant(), &alice, &other, &issuer, expires_at), inactive());
        let ended = Some(Ended { at: expires_at, cause: EndCause::RefreshReplayed });
        assert_eq!(of_refresh_token(&Grant { ended, ..grant() }, &alice, &client(), &issuer, expires_at), inactive());
    }

    // §2.2
    #[test]
    fn an_api_is_shown_the_username_unless_pairwise_subjects_hide_it() {
        let person = Client { provenance: Provenance::Person(Subject::new("usr_b")), ..client() };
        let mut pairwise = client();
        pairwise.metadata.openid.subject_type = SubjectType::Pairwise;
        for (scope, client, caller, expected) in [
            ("openid", &client(), &client(), true),
            ("openid", &person, &person, false),
            ("openid profile", &person, &person, true),
            ("openid", &pairwise, &client(), false),
            ("openid profile", &pairwise, &client(), true),
        ] {
            assert_eq!(tells_username(&Scope::parse(scope).unwrap(), client, caller), expected, "{scope}");
        }
    }

    // RFC 9701 §5
    #[test]
    fn a_signed_answer_cannot_be_taken_for_an_access_token() {
        let issuer = Issuer::parse("https://login.example.org").unwrap();
        let signed = signed(inactive(), &issuer, &client(), grant().created_at);
        assert_eq!(signed.get("aud"), Some(&json!("orders")));
        assert_eq!(signed.get("token_introspection"), Some(&json!({"active": false})));
        assert!(!signed.contains_key("sub") && !signed.contains_key("exp"));
    }
}
