//! [OpenID Connect RP-Initiated Logout](https://openid.net/specs/openid-connect-rpinitiated-1_0.html): where a person
//! goes after signing out.

use crate::oauth::{client::Client, redirect_uri::RedirectUri};

/// What the `id_token_hint` of a logout request proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// There is none.
    Absent,
    /// It is none of ours, or it is another client's than the one that is named.
    Refused,
    /// It was issued to a client in this session.
    Of {
        /// The session.
        sid: String,
    },
}

/// What decides whether a person is asked before being signed out.
#[derive(Clone, Debug)]
pub struct LogoutRequest<'a> {
    /// What the hint proves.
    pub hint: &'a Hint,
    /// The `sid` of the session of the browser, if it has one.
    pub session: Option<&'a str>,
    /// Whether the request names an address to return to.
    pub asks_to_return: bool,
    /// That address, if it can be trusted.
    pub destination: Option<String>,
}

impl LogoutRequest<'_> {
    /// "the OP SHOULD ask the End-User whether to log out of the OP as well. Furthermore, the OP MUST ask the End-User this
    /// question if an `id_token_hint` was not provided or if the supplied ID Token does not belong to the current OP session
    /// with the RP" (§2). The session is compared, not the person: it says the same under every subject.
    ///
    /// Who asks to return where they must not is not trusted to speak for the person either.
    #[must_use]
    pub fn needs_no_question(&self) -> bool {
        let is_of_this_session = match self.hint {
            Hint::Of { sid } => self.session.is_none_or(|session| session == sid),
            Hint::Absent | Hint::Refused => false,
        };
        is_of_this_session && (self.destination.is_some() || !self.asks_to_return)
    }
}

/// Where to send the person after signing out: only to an address that `client` has registered, byte for byte, and only
/// if the client is known from an ID token or by name.
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
