//! [OpenID Connect RP-Initiated Logout](https://openid.net/specs/openid-connect-rpinitiated-1_0.html): where a person
//! goes after signing out.

use crate::oauth::{client::Client, redirect_uri::RedirectUri};

/// Where to send the person after signing out: only to an address that `client` has registered, byte for byte, and only
/// if the client is known from an ID token or by name.
#[must_use]
pub fn destination(client: Option<&Client>, requested: Option<&str>, state: Option<&str>) -> Option<String> {
    let (client, requested) = (client?, requested?);
    let registered = client.metadata.post_logout_redirect_uris.iter().map(RedirectUri::as_str);
    let uri = registered.into_iter().find(|uri| *uri == requested)?;
    Some(match state {
        None => uri.to_owned(),
        Some(state) => {
            let separator = if uri.contains('?') { '&' } else { '?' };
            format!("{uri}{separator}{}", crate::oauth::parameters::encode(&[("state", state)]))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client_authentication::tests::client;

    #[test]
    fn nobody_is_sent_to_an_address_that_is_not_registered() {
        let mut registered = client();
        registered.metadata.post_logout_redirect_uris =
            vec![RedirectUri::parse("https://app.example.org/bye").unwrap()];
        let to = |client, requested| destination(client, requested, Some("x y"));
        assert_eq!(
            to(Some(&registered), Some("https://app.example.org/bye")).as_deref(),
            Some("https://app.example.org/bye?state=x+y")
        );
        for (client, requested) in [
            (None, Some("https://app.example.org/bye")),
            (Some(&registered), None),
            (Some(&registered), Some("https://app.example.org/bye?a=b")),
            (Some(&registered), Some("https://app.example.org/cb")),
            (Some(&registered), Some("https://evil.example")),
        ] {
            assert_eq!(to(client, requested), None, "{requested:?}");
        }
    }
}
