//! The URL of a picture stored by this server: below the current issuer, at the time of each request.
//!
//! The claim `picture` is a URL, and the issuer can change. A picture stored by this server is therefore recorded
//! with a host that never exists ([RFC 2606 §2](https://www.rfc-editor.org/rfc/rfc2606#section-2)), and only the path
//! counts.

use super::{
    profile::WebAddress,
    record::{Account, AccountId},
};

/// The URL under which the picture of `account` is recorded. `version` changes with each picture.
#[must_use]
pub fn stored(account: &AccountId, version: &str) -> Option<WebAddress> {
    WebAddress::parse(&format!("{NOWHERE}{}?v={version}", path(account))).ok()
}

/// The path and query of the picture of `account`, to be appended to the issuer, if this server stores the picture.
///
/// The recorded host is ignored, because earlier versions recorded the issuer. The path contains the account
/// identifier, so it cannot refer to another user's picture.
#[must_use]
pub fn target(account: &Account) -> Option<String> {
    let address = account.claims.picture.as_ref()?.as_str();
    let (_, query) = address.split_once(&path(&account.id))?;
    let version = query.strip_prefix("?v=")?;
    let is_version = (1..=64).contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_version.then(|| format!("{}{query}", path(&account.id)))
}

/// Removes the server name from the URL of the account's own picture, even if a user typed it, so that it can be
/// stored.
pub fn detach(account: &mut Account) {
    if let Some(target) = target(account) {
        account.claims.picture = WebAddress::parse(&format!("{NOWHERE}{target}")).ok();
    }
}

#[must_use]
pub fn path(account: &AccountId) -> String {
    format!("/users/{}/picture", account.as_str())
}

const NOWHERE: &str = "https://issuer.invalid";

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{account::record::Username, entropy::Entropy};

    fn account(picture: &str) -> Account {
        let now = datetime!(2030-01-01 00:00 UTC);
        let mut account = Account::new(Username::parse("eve").unwrap(), now, Entropy::system());
        let picture = picture.replace("{id}", account.id.as_str());
        account.claims.picture = WebAddress::parse(&picture).ok();
        account
    }

    #[test]
    fn a_picture_that_is_kept_here_is_found_whatever_the_issuer_was_when_it_was_stored() {
        for stored in ["https://old.example.org", "http://127.0.0.1:8080", "https://old.example.org/auth", NOWHERE] {
            let mut account = account(&format!("{stored}/users/{{id}}/picture?v=Ab12"));
            let expected = format!("/users/{}/picture?v=Ab12", account.id.as_str());
            assert_eq!(target(&account).as_deref(), Some(expected.as_str()), "{stored}");
            detach(&mut account);
            assert_eq!(account.claims.picture.as_ref().unwrap().as_str(), format!("{NOWHERE}{expected}"));
            assert_eq!(target(&account).as_deref(), Some(expected.as_str()));
        }
        let mut account = account("https://a.example/me.png");
        account.claims.picture = stored(&account.id, "Ab12");
        assert!(target(&account).is_some_and(|target| target.ends_with("/picture?v=Ab12")));
    }

    #[test]
    fn a_picture_from_elsewhere_stays_where_it_is() {
        for elsewhere in [
            "https://a.example/me.png",
            "https://login.example.org/users/usr_aaaaaaaaaaaaaaaaaaaaaaaaaa/picture?v=Ab12",
            "https://login.example.org/users/{id}/picture",
            "https://login.example.org/users/{id}/picture?v=",
            "https://login.example.org/users/{id}/picture?v=a/../b",
            "https://login.example.org/users/{id}/pictures?v=Ab12",
        ] {
            let mut account = account(elsewhere);
            let before = account.claims.picture.clone();
            assert_eq!(target(&account), None, "{elsewhere}");
            detach(&mut account);
            assert_eq!(account.claims.picture, before, "{elsewhere}");
        }
    }
}
