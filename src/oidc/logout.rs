//! [OpenID Connect RP-Initiated Logout](https://openid.net/specs/openid-connect-rpinitiated-1_0.html): confirmation of
//! the logout and the redirect after it.

use crate::oauth::{client::Client, redirect_uri::RedirectUri};

/// What the `id_token_hint` of a logout request proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// There is no hint.
    Absent,
    /// This server did not issue it, or it belongs to another client than the one that the request names.
    Refused,
    /// It was issued to a client in this session.
    Of { sid: String },
}

/// What determines whether a person must confirm the logout.
#[derive(Clone, Debug)]
pub struct LogoutRequest<'a> {
    pub hint: &'a Hint,
    /// The `sid` of the session of the browser, if it has one.
    pub session: Option<&'a str>,
    /// Whether the request contains `post_logout_redirect_uri`.
    pub asks_to_return: bool,
    /// That URI, if it is registered for the client.
    pub destination: Option<String>,
}

impl LogoutRequest<'_> {
    /// Returns whether the logout needs no confirmation: "the OP SHOULD ask the End-User whether to log out of the OP
    /// as well. Furthermore, the OP MUST ask the End-User this question if an `id_token_hint` was not provided or if
    /// the supplied ID Token does not belong to the current OP session with the RP" (§2). The sessions are compared,
    /// not the persons, because the session identifies the person under every subject.
    ///
    /// A request with an unregistered `post_logout_redirect_uri` always needs confirmation.
    #[must_use]
    pub fn needs_no_question(&self) -> bool {
        let is_of_this_session = match self.hint {
            Hint::Of { sid } => self.session.is_none_or(|session| session == sid),
            Hint::Absent | Hint::Refused => false,
        };
        is_of_this_session && (self.destination.is_some() || !self.asks_to_return)
    }
}

/// Returns the URI to which the person is redirected after signing out. It must be registered for `client`, byte for
/// byte, and the client must be known from an ID token or from `client_id`.
#[must_use]
pub fn destination(client: Option<&Client>, requested: Option<&str>, state: Option<&str>) -> Option<String> {
    let (client, requested) = (client?, requested?);
    let registered = client.metadata.post_logout_redirect_uris.iter().filter(|uri| uri.is_usable());
    let uri = registered.map(RedirectUri::as_str).find(|uri| *uri == requested)?;
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

    // §2
    #[test]
    fn a_person_is_asked_unless_the_hint_is_of_this_very_session() {
        let of = |sid: &str| Hint::Of { sid: sid.to_owned() };
        for (hint, session, asks_to_return, destination, expected) in [
            (of("here"), Some("here"), true, Some("https://app.example.org/bye"), true),
            (of("here"), Some("here"), false, None, true),
            (of("here"), None, true, Some("https://app.example.org/bye"), true),
            (of("here"), Some("here"), true, None, false),
            (of("elsewhere"), Some("here"), false, None, false),
            (Hint::Absent, Some("here"), true, Some("https://app.example.org/bye"), false),
            (Hint::Absent, None, false, None, false),
            (Hint::Refused, Some("here"), false, None, false),
        ] {
            let destination = destination.map(ToOwned::to_owned);
            let request = LogoutRequest { hint: &hint, session, asks_to_return, destination };
            assert_eq!(request.needs_no_question(), expected, "{request:?}");
        }
    }

    #[test]
    fn no_one_is_sent_to_an_address_that_is_not_registered() {
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
