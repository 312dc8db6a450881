//! The issuer identifier, [RFC 8414 §2](https://www.rfc-editor.org/rfc/rfc8414#section-2).

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The issuer identifier of the server, exactly as it appears in every token, response and document.
///
/// It comes from the configuration and never from a request. It has no query, no fragment and no trailing slash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer {
    text: String,
    url: Url,
}

/// Why a text is not a valid issuer. `Display` says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuerRefusal {
    /// It is not an absolute URL with a host.
    NotAUrl,
    /// The scheme is neither `https` nor `http` on a loopback host.
    NotHttps,
    /// It has a user name, a password, a query or a fragment.
    Superfluous,
    /// It has a path. The pages of this server are at the root of its host.
    Path,
    /// It has a trailing slash, a default port or an upper-case host, and so differs from what clients compare with.
    NotCanonical,
}

impl Issuer {
    /// Parses `text` as an issuer.
    ///
    /// # Errors
    ///
    /// Returns the first requirement of RFC 8414 §2 that `text` does not meet. `http` is accepted for a loopback host
    /// only.
    pub fn parse(text: &str) -> Result<Self, IssuerRefusal> {
        let url = Url::parse(text).map_err(|_| IssuerRefusal::NotAUrl)?;
        let host = url.host().ok_or(IssuerRefusal::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            _ => return Err(IssuerRefusal::NotHttps),
        }
        let credentials = !url.username().is_empty() || url.password().is_some();
        if credentials || url.query().is_some() || url.fragment().is_some() {
            return Err(IssuerRefusal::Superfluous);
        }
        if url.path() != "/" {
            return Err(IssuerRefusal::Path);
        }
        if text != url.as_str().trim_end_matches('/') {
            return Err(IssuerRefusal::NotCanonical);
        }
        Ok(Self { text: text.to_owned(), url })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the URL of the endpoint at `path`, which begins with a slash.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Returns scheme, host and port, in the format of the `Origin` header.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Returns whether the host is a loopback address, so that other machines cannot reach the server under it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.url.host().is_some_and(|host| is_loopback(&host))
    }

    /// Returns whether the external URL uses `https`, so that cookies are `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

/// Returns whether `host` is a loopback host without a DNS lookup: 127.0.0.0/8, `::1` or `localhost`.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

impl TryFrom<String> for Issuer {
    type Error = IssuerRefusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.text
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Issuer({})", self.text)
    }
}

impl fmt::Display for IssuerRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotAUrl => "must be an absolute URL such as \"https://login.example.org\"",
            Self::NotHttps => {
                "must begin with https://, because otherwise tokens and passwords cross the network unencrypted (plain \
                 http is allowed only for http://127.0.0.1 and http://localhost); put a reverse proxy with a \
                 certificate in front of the server and enter its https address here"
            }
            Self::Superfluous => "must not contain a username, a query or a fragment",
            Self::Path => "must not have a path; give the server its own host name",
            Self::NotCanonical => "must be in normalized form: lower-case host, no default port, no trailing slash",
        })
    }
}

impl std::error::Error for IssuerRefusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_this_machine() {
        for (text, expected) in [
            ("https://login.example.org", Ok(())),
            ("http://127.0.0.1:8080", Ok(())),
            ("http://localhost:8080", Ok(())),
            ("http://[::1]:8080", Ok(())),
            ("http://login.example.org", Err(IssuerRefusal::NotHttps)),
            ("http://127.0.0.1.evil.example", Err(IssuerRefusal::NotHttps)),
            ("ftp://example.org", Err(IssuerRefusal::NotHttps)),
            ("login.example.org", Err(IssuerRefusal::NotAUrl)),
            ("", Err(IssuerRefusal::NotAUrl)),
            ("https://login.example.org/", Err(IssuerRefusal::NotCanonical)),
            ("https://example.org/login", Err(IssuerRefusal::Path)),
            ("https://login.example.org:443", Err(IssuerRefusal::NotCanonical)),
            ("https://Login.example.org", Err(IssuerRefusal::NotCanonical)),
            ("https://login.example.org?a=b", Err(IssuerRefusal::Superfluous)),
            ("https://login.example.org#a", Err(IssuerRefusal::Superfluous)),
            ("https://me@login.example.org", Err(IssuerRefusal::Superfluous)),
        ] {
            assert_eq!(Issuer::parse(text).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn an_issuer_is_written_as_it_was_read_and_read_by_the_same_rules() {
        let written = serde_json::to_value(Issuer::parse("https://login.example.org").unwrap()).unwrap();
        assert_eq!(written, "https://login.example.org");
        assert_eq!(serde_json::from_value::<Issuer>(written).unwrap().to_string(), "https://login.example.org");
        assert!(serde_json::from_value::<Issuer>("http://login.example.org".into()).is_err());
    }

    #[test]
    fn endpoints_are_appended_to_the_issuer() {
        let issuer = Issuer::parse("https://example.org:8443").unwrap();
        assert_eq!(issuer.endpoint("/token"), "https://example.org:8443/token");
        assert_eq!(issuer.origin(), "https://example.org:8443");
    }
}
