//! The origin of the issuer. A request's Host must name it, and a browser's `Origin` must equal it.

use std::{fmt, net::Ipv6Addr};

use url::{Host, Url};

/// Scheme, host and port of the issuer, [RFC 6454 §4](https://www.rfc-editor.org/rfc/rfc6454#section-4).
///
/// The host is in lower case and a default port is omitted, so equal origins have equal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    https: bool,
    loopback: bool,
    host: String,
    port: u16,
}

/// The text is not an absolute `http` or `https` URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnOrigin;

impl Origin {
    /// Parses the origin of `url` and ignores its path.
    ///
    /// # Errors
    ///
    /// Returns [`NotAnOrigin`] if `url` is not absolute or is neither `http` nor `https`.
    pub fn parse(url: &str) -> Result<Self, NotAnOrigin> {
        let url = Url::parse(url).map_err(|_| NotAnOrigin)?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(NotAnOrigin),
        };
        let host = url.host().ok_or(NotAnOrigin)?;
        let loopback = match &host {
            Host::Domain(name) => *name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let port = url.port_or_known_default().ok_or(NotAnOrigin)?;
        Ok(Self { https, loopback, host: host.to_string(), port })
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is `localhost`, in `127.0.0.0/8`, or `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether this origin uses `https` and `other` is the same host over `http`, on any port.
    #[must_use]
    pub fn is_https_of(&self, other: &Self) -> bool {
        self.https && !other.https && self.host == other.host
    }

    /// Whether `authority` (a Host header or an `:authority`: host and optional port) names this origin. The host is
    /// compared case-insensitively, and the port defaults to the scheme's (RFC 9110 §4.2.3).
    #[must_use]
    pub fn is_named_by(&self, authority: &str) -> bool {
        split(authority)
            .is_some_and(|(host, port)| host == self.host && port.unwrap_or(self.default_port()) == self.port)
    }

    fn default_port(&self) -> u16 {
        if self.https { 443 } else { 80 }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(formatter, "{scheme}://{}", self.host)?;
        if self.port == self.default_port() { Ok(()) } else { write!(formatter, ":{}", self.port) }
    }
}

impl fmt::Display for NotAnOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not an absolute http or https URL")
    }
}

impl std::error::Error for NotAnOrigin {}

/// The host (in lower case, an IPv6 address in its shortest form) and port of an authority without user information.
fn split(authority: &str) -> Option<(String, Option<u16>)> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']')? + "[]".len(),
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at_checked(end)?;
    let port = match rest.strip_prefix(':') {
        None if rest.is_empty() => None,
        None => return None,
        // RFC 3986 §3.2.3: an empty port is equivalent to none.
        Some("") => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
        Some(_) => return None,
    };
    let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => format!("[{}]", address.parse::<Ipv6Addr>().ok()?),
        None => host.to_ascii_lowercase(),
    };
    Some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_text() {
        for (url, text) in [
            ("https://Login.Example.org", "https://login.example.org"),
            ("https://login.example.org:443/path?query", "https://login.example.org"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:80", "http://localhost"),
            ("http://[0:0::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(Origin::parse(url).map(|origin| origin.to_string()), Ok(text.to_owned()), "{url}");
        }
        for url in ["", "login.example.org", "ftp://login.example.org", "mailto:a@b", "https://"] {
            assert_eq!(Origin::parse(url), Err(NotAnOrigin), "{url}");
        }
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for (url, expected) in [
            ("http://localhost", true),
            ("http://127.9.9.9", true),
            ("http://[::1]", true),
            ("http://localhost.example", false),
            ("http://127.0.0.1.example", false),
            ("http://0.0.0.0", false),
        ] {
            assert_eq!(Origin::parse(url).unwrap().is_loopback(), expected, "{url}");
        }
    }

    // RFC 9110 §4.2.3.
    #[test]
    fn an_authority_is_compared_without_case_and_with_default_ports() {
        let cases = [
            ("https://login.example.org", "login.example.org", true),
            ("https://login.example.org", "LOGIN.example.ORG:443", true),
            ("https://login.example.org", "login.example.org:", true),
            ("https://login.example.org", "login.example.org:80", false),
            ("https://login.example.org", "login.example.org.", false),
            ("https://login.example.org", "login.example.org.evil.example", false),
            ("https://login.example.org", "evil@login.example.org", false),
            ("https://login.example.org", "login.example.org:443@evil.example", false),
            ("https://login.example.org", "login.example.org:+443", false),
            ("https://login.example.org", "", false),
            ("http://127.0.0.1:8080", "127.0.0.1:8080", true),
            ("http://127.0.0.1:8080", "127.0.0.1", false),
            ("http://127.0.0.1:8080", "localhost:8080", false),
            ("http://[::1]:8080", "[0:0:0:0:0:0:0:1]:8080", true),
            ("http://[::1]:8080", "::1:8080", false),
            ("http://[::1]:8080", "[::1]x:8080", false),
        ];
        for (issuer, authority, expected) in cases {
            assert_eq!(Origin::parse(issuer).unwrap().is_named_by(authority), expected, "{issuer} {authority}");
        }
    }
}
