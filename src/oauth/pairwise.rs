//! Pairwise subjects, [OpenID Connect Core §8.1](https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg):
//! clients of different sectors cannot find out that they know the same person.
//!
//! A client with pairwise subjects receives that subject everywhere: in ID tokens, from `/userinfo`, in its access
//! tokens (which it can read) and in their introspection. An API therefore sees a person under a different subject for
//! each sector. The server finds the account of a token through its grant.

use url::{Host, Url};

use super::{client::Client, openid_metadata::SubjectType, redirect_uri::RedirectUri, subject::Subject};
use crate::crypto::SealingKey;

/// Returns the subject under which `client` knows `subject`. A client that acts for itself always has its own subject.
///
/// The subject of a sector depends only on `key` and the sector, not on later registrations. Without the key it can
/// neither be computed nor be mapped back to the account ("MUST NOT be reversible by any party other than the OpenID
/// Provider").
#[must_use]
pub fn client_subject(subject: &Subject, client: &Client, key: &SealingKey) -> Subject {
    if client.metadata.openid.subject_type == SubjectType::Public || !subject.is_person() {
        return subject.clone();
    }
    Subject::new(format!("{}{}", Subject::PAIRWISE, tag(PURPOSE, subject.as_str(), client, key)))
}

/// Returns the `sid` under which `client` knows the session `sid`. A `sid` common to two sectors would reveal that both
/// know the same person.
#[must_use]
pub fn client_session_id(sid: &str, client: &Client, key: &SealingKey) -> String {
    match client.metadata.openid.subject_type {
        SubjectType::Public => sid.to_owned(),
        SubjectType::Pairwise => tag(SESSION_PURPOSE, sid, client, key),
    }
}

/// Returns whether `client` receives other subjects than `before`.
#[must_use]
pub fn has_other_subjects(client: &Client, before: &Client) -> bool {
    let kind = |client: &Client| {
        let is_pairwise = client.metadata.openid.subject_type == SubjectType::Pairwise;
        is_pairwise.then(|| sector(client))
    };
    kind(client) != kind(before)
}

fn tag(purpose: &str, name: &str, client: &Client, key: &SealingKey) -> String {
    let (kind, sector) = sector(client);
    key.authenticate(purpose, &[kind.as_bytes(), sector.as_bytes(), name.as_bytes()])
}

/// Returns the sector: the host of `sector_identifier_uri`, or else of the redirect URIs if the client receives every
/// subject there. Otherwise the client is a sector by itself. A redirect URI that receives no responses proves nothing
/// about its host: for example with a grant type that needs no redirect, or next to a redirect URI with another scheme.
/// A loopback host is no sector either, because every person's device has it.
fn sector(client: &Client) -> (&'static str, String) {
    let own = || ("client", client.client_id.as_str().to_owned());
    let registered = client.metadata.openid.sector_identifier_uri.as_deref();
    let is_received_there =
        client.metadata.grant_types.iter().all(|grant_type| !grant_type.reaches_person_without_redirect())
            && client.metadata.redirect_uris.iter().all(|uri| uri.is_https() && uri.is_usable());
    let uris: Vec<&str> = match registered {
        Some(uri) => vec![uri],
        None if is_received_there => client.metadata.redirect_uris.iter().map(RedirectUri::as_str).collect(),
        None => Vec::new(),
    };
    let mut hosts = uris
        .iter()
        .map(|uri| Url::parse(uri).ok()?.host().filter(|host| !is_everywhere(host)).map(|host| host.to_string()));
    match hosts.next() {
        Some(Some(first)) if hosts.all(|host| host.as_ref() == Some(&first)) => ("host", first),
        _ => own(),
    }
}

fn is_everywhere(host: &Host<&str>) -> bool {
    super::issuer::is_loopback(host)
}

const PURPOSE: &str = "pairwise subject";
const SESSION_PURPOSE: &str = "pairwise session";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{client::ClientId, client_authentication::tests::client};

    fn pairwise(client_id: &str, redirect_uri: &str, sector_identifier_uri: Option<&str>) -> Client {
        let mut client = client();
        client.client_id = ClientId::parse(client_id).unwrap();
        client.metadata.redirect_uris = vec![RedirectUri::parse(redirect_uri).unwrap()];
        client.metadata.openid.subject_type = SubjectType::Pairwise;
        client.metadata.openid.sector_identifier_uri = sector_identifier_uri.map(ToOwned::to_owned);
        client
    }

    fn known(client: &Client) -> String {
        client_subject(&Subject::new("usr_a"), client, &SealingKey::new([7; 32])).as_str().to_owned()
    }

    // §8.1
    #[test]
    fn a_sector_knows_a_person_by_one_subject_and_no_other_sector_does() {
        let one = known(&pairwise("one", "https://app.example.org/cb", None));
        assert_eq!(one, known(&pairwise("two", "https://app.example.org/other", None)));
        assert_eq!(
            one,
            known(&pairwise("three", "https://else.example/cb", Some("https://app.example.org/uris.json")))
        );
        assert_ne!(one, known(&pairwise("one", "https://other.example.org/cb", None)));
        let other = client_subject(
            &Subject::new("usr_b"),
            &pairwise("one", "https://app.example.org/cb", None),
            &SealingKey::new([7; 32]),
        );
        assert_ne!(one, other.as_str());
        assert!(one.is_ascii() && one.len() < 255 && !one.contains("usr_a"), "{one}");
    }

    #[test]
    fn a_sector_knows_a_session_by_a_name_of_its_own() {
        let known = |client: &Client| client_session_id("s1", client, &SealingKey::new([7; 32]));
        let one = known(&pairwise("one", "https://app.example.org/cb", None));
        assert_eq!(one, known(&pairwise("two", "https://app.example.org/other", None)));
        assert_ne!(one, known(&pairwise("one", "https://other.example.org/cb", None)));
        assert_ne!(one, "s1");
        assert_eq!(known(&client()), "s1");
    }

    #[test]
    fn a_client_without_a_host_of_its_own_is_its_own_sector() {
        for redirect_uri in [
            "https://localhost/cb",
            "http://127.0.0.1/cb",
            "http://localhost/cb",
            "http://[::1]/cb",
            "org.example.app:/cb",
        ] {
            let one = known(&pairwise("one", redirect_uri, None));
            assert_ne!(one, known(&pairwise("two", redirect_uri, None)), "{redirect_uri}");
        }
    }

    // §8.1: the host that receives the response determines the sector, not a host that is only named.
    #[test]
    fn a_host_that_never_receives_the_answer_makes_no_sector() {
        use crate::oauth::client::GrantType::{
            AuthorizationCode, ClientCredentials, DeviceCode, Password, RefreshToken,
        };
        let victim = known(&pairwise("victim", "https://app.example.org/cb", None));
        let with = |grant_types: &[_], uris: &[&str], sector: Option<&str>| {
            let mut other = pairwise("other", "https://app.example.org/cb", sector);
            other.metadata.grant_types = grant_types.to_vec();
            other.metadata.redirect_uris = uris.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect();
            known(&other)
        };
        const HOST: &str = "https://app.example.org/cb";
        for (grant_types, uris) in [
            (&[AuthorizationCode, DeviceCode][..], &[HOST][..]),
            (&[DeviceCode], &[HOST]),
            (&[AuthorizationCode, Password], &[HOST]),
            (&[AuthorizationCode], &[HOST, "org.evil.app://app.example.org/cb"]),
            (&[AuthorizationCode], &["org.evil.app://app.example.org/cb"]),
            (&[AuthorizationCode], &[HOST, "https://evil.example/cb"]),
            (&[AuthorizationCode], &[]),
        ] {
            assert_ne!(with(grant_types, uris, None), victim, "{grant_types:?} {uris:?}");
        }
        for grant_types in [&[AuthorizationCode][..], &[AuthorizationCode, RefreshToken, ClientCredentials]] {
            assert_eq!(with(grant_types, &[HOST, "https://app.example.org/b"], None), victim, "{grant_types:?}");
        }
        assert_eq!(with(&[DeviceCode], &[], Some("https://app.example.org/sector.json")), victim);
    }

    // Otherwise a client could switch to the host of another sector after a grant.
    #[test]
    fn what_was_granted_under_other_subjects_ends() {
        let before = pairwise("one", "https://app.example.org/cb", None);
        let same = pairwise("one", "https://app.example.org/other", None);
        let moved = pairwise("one", "https://other.example.org/cb", None);
        let public = Client { metadata: client().metadata, ..before.clone() };
        assert!(!has_other_subjects(&same, &before) && !has_other_subjects(&public, &public));
        assert!(has_other_subjects(&moved, &before) && has_other_subjects(&before, &public));
    }

    #[test]
    fn everybody_else_knows_the_subject_itself() {
        let key = SealingKey::new([7; 32]);
        assert_eq!(client_subject(&Subject::new("usr_a"), &client(), &key), Subject::new("usr_a"));
        let service = pairwise("one", "https://app.example.org/cb", None);
        assert_eq!(client_subject(&Subject::new("one"), &service, &key), Subject::new("one"));
    }

    // RFC 9068 §5
    #[test]
    fn no_client_and_no_account_has_the_name_of_a_pairwise_subject() {
        let one = known(&pairwise("one", "https://app.example.org/cb", None));
        assert!(ClientId::parse(&one).is_err());
        assert!(!Subject::new(one).is_person());
    }
}
