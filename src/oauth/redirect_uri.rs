//! Redirect URIs: which may be registered, and which a request may name.
//!
//! [RFC 6749 §3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2), compared exactly as
//! [RFC 9700 §4.1.3](https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3) requires, with the one exception of
//! [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3) for the port of a loopback address.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{application_type::ApplicationType, issuer::is_loopback, parameters, uri::is_literal};

/// A redirect URI that a client has registered. URIs registered under earlier rules stay in the record but are used
/// only if they [are usable](RedirectUri::is_usable).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

/// A private-use scheme without a dot that the configuration allows, such as `audiobookshelf`: in lower case, and
/// without meaning to browsers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectScheme(String);

/// The text is not an allowed private-use scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedirectSchemeRefusal;

/// Proof that a redirect URI is registered for the client. The server redirects nowhere else.
///
/// Only [`TrustedRedirectUri::choose`] constructs one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrustedRedirectUri(String);

/// The destination of a redirect URI as the consent page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectDestination {
    Host(String),
    /// A program on the person's device.
    ThisDevice,
    /// The application that has registered this scheme.
    Scheme(String),
}

/// Why a text cannot be registered as a redirect URI. `Display` says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectUriRefusal {
    /// It is not an absolute URI, or contains characters that a URI must not contain.
    NotAbsolute,
    /// It is longer than [`LONGEST_REDIRECT_URI`].
    TooLong,
    Fragment,
    /// It contains a user name or password.
    Credentials,
    /// It contains an asterisk in the host: the author expects a wildcard, which is not supported.
    Wildcard,
    /// It uses `http` with a host that is not a loopback host (RFC 9700 §2.6).
    PlainHttp,
    /// It uses a private-use scheme without a dot (RFC 8252 §7.1), or one with a meaning to browsers, such as
    /// `javascript`.
    Scheme,
    /// Only a lenient parser reads it as absolute or as intended: `https:login`, `HTTPS://…`.
    NotLiteral,
}

/// Why a request's `redirect_uri` is rejected. The server shows an error page and does not redirect (§3.1.2.4).
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum UntrustedRedirectUri {
    /// The request names a URI that is not registered. Its first [`LONGEST_REDIRECT_URI`] characters are stored for the
    /// client's owner, and one more if it is longer.
    NotRegistered(String),
    /// The request names no URI although the client has not exactly one (§3.1.2.3).
    Missing,
}

impl RedirectUri {
    /// Parses `text` for registration. Private-use schemes without a dot are not allowed.
    ///
    /// # Errors
    ///
    /// Returns the first rule that `text` breaks.
    pub fn parse(text: &str) -> Result<Self, RedirectUriRefusal> {
        Self::register(text, &[])
    }

    /// Parses `text` for registration. The private-use schemes in `allowed` are accepted in addition to those with a
    /// dot.
    ///
    /// # Errors
    ///
    /// Returns the first rule that `text` breaks.
    pub fn register(text: &str, allowed: &[RedirectScheme]) -> Result<Self, RedirectUriRefusal> {
        let scheme = Self::scheme(text)?;
        let is_allowed = scheme.is_none_or(|scheme| allowed.iter().any(|allowed| allowed.0 == scheme));
        if is_allowed { Ok(Self(text.to_owned())) } else { Err(RedirectUriRefusal::Scheme) }
    }

    /// Returns the private-use scheme without a dot of `text`, if it has one, after checking all other rules.
    fn scheme(text: &str) -> Result<Option<String>, RedirectUriRefusal> {
        if text.len() > LONGEST_REDIRECT_URI {
            return Err(RedirectUriRefusal::TooLong);
        }
        // Text that the URL standard would silently repair (spaces, control characters, backslashes) is rejected: the
        // comparison is byte by byte, and other parties may repair it differently.
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)) {
            return Err(RedirectUriRefusal::NotAbsolute);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriRefusal::NotAbsolute)?;
        if text.contains('#') {
            return Err(RedirectUriRefusal::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
            return Err(RedirectUriRefusal::Credentials);
        }
        if authority(text).contains('*') {
            return Err(RedirectUriRefusal::Wildcard);
        }
        let private = match (url.scheme(), url.host()) {
            ("https", Some(_)) => None,
            ("http", Some(host)) if is_loopback(&host) => None,
            ("http", _) => return Err(RedirectUriRefusal::PlainHttp),
            // "Apps MUST use a URI scheme based on a domain name under their control, expressed in reverse order": the
            // dot also excludes `javascript`, `data`, `file` and every other scheme with a meaning to browsers.
            (scheme, _) if scheme.contains('.') => None,
            (scheme, _) => {
                Some(RedirectScheme::parse(scheme).map_err(|RedirectSchemeRefusal| RedirectUriRefusal::Scheme)?.0)
            }
        };
        if is_literal(text) { Ok(private) } else { Err(RedirectUriRefusal::NotLiteral) }
    }

    /// Returns whether it follows the current rules, regardless of the schemes that the configuration allows.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        Self::scheme(&self.0).is_ok()
    }

    /// Returns the URI, byte for byte as registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the scheme is `https`. Only the holder of the host's certificate receives what is sent there,
    /// and no other application does (RFC 8252 §8.6).
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Returns whether `requested` matches this URI: byte for byte, except that the port may differ if both are `http`
    /// on the same loopback IP address, or on `localhost` for a native application.
    #[must_use]
    pub fn accepts(&self, requested: &str, application_type: ApplicationType) -> bool {
        if !self.is_usable() {
            return false;
        }
        if self.0 == requested {
            return true;
        }
        let loopback_without_port = |uri| loopback_without_port(uri, application_type);
        match (loopback_without_port(&self.0), loopback_without_port(requested)) {
            (Some(registered), Some(requested)) => registered == requested,
            _ => false,
        }
    }
}

impl TrustedRedirectUri {
    /// Chooses where the response is sent: to `requested` if one of `registered` accepts it, or to the only registered
    /// URI if the request names none.
    ///
    /// # Errors
    ///
    /// Returns [`UntrustedRedirectUri`]; the server then does not redirect.
    pub fn choose(
        registered: &[RedirectUri],
        application_type: ApplicationType,
        requested: Option<&str>,
    ) -> Result<Self, UntrustedRedirectUri> {
        match (requested, registered) {
            (Some(requested), _) if registered.iter().any(|uri| uri.accepts(requested, application_type)) => {
                Ok(Self(requested.to_owned()))
            }
            (Some(requested), _) => {
                // One character more than the longest valid URI, so that a longer one is recognisable.
                let kept = requested.chars().take(LONGEST_REDIRECT_URI + 1).collect();
                Err(UntrustedRedirectUri::NotRegistered(kept))
            }
            (None, [only]) if only.is_usable() => Ok(Self(only.0.clone())),
            (None, _) => Err(UntrustedRedirectUri::Missing),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the URI with `pairs` added to its query, which "MUST be retained when adding additional query
    /// parameters".
    #[must_use]
    pub fn with_query(&self, pairs: &[(&str, &str)]) -> String {
        let separator = match self.0.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{}{separator}{}", self.0, parameters::encode(pairs))
    }

    /// Returns the URI with `pairs` as its fragment. A registered URI has none.
    #[must_use]
    pub fn with_fragment(&self, pairs: &[(&str, &str)]) -> String {
        format!("{}#{}", self.0, parameters::encode(pairs))
    }

    /// Returns the destination to show to the person.
    #[must_use]
    pub fn destination(&self) -> RedirectDestination {
        RedirectDestination::of(&self.0)
    }
}

impl RedirectDestination {
    /// Returns the destination of `uri`, which is registered for a client.
    #[must_use]
    pub fn of(uri: &str) -> Self {
        match Url::parse(uri) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => match url.host() {
                Some(host) if is_loopback(&host) => RedirectDestination::ThisDevice,
                _ => RedirectDestination::Host(url.host_str().unwrap_or_default().to_owned()),
            },
            Ok(url) => RedirectDestination::Scheme(url.scheme().to_owned()),
            Err(_) => RedirectDestination::Scheme(String::new()),
        }
    }
}

fn authority(text: &str) -> &str {
    let rest = text.split_once("//").map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

impl RedirectScheme {
    /// Parses `text` as a scheme of redirect URIs.
    ///
    /// # Errors
    ///
    /// Returns [`RedirectSchemeRefusal`] if it violates RFC 3986 §3.1, is not in lower case, or has a meaning to
    /// browsers.
    pub fn parse(text: &str) -> Result<Self, RedirectSchemeRefusal> {
        let is_scheme = text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
        if is_scheme && text.len() <= 64 && !OF_BROWSERS.contains(&text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RedirectSchemeRefusal)
        }
    }
}

/// Returns `uri` without its port if it is `http` on a loopback IP literal. RFC 8252 §8.3 advises against `localhost`,
/// because the name could resolve elsewhere. Many native applications use it all the same, and only they vary the port.
fn loopback_without_port(uri: &str, application_type: ApplicationType) -> Option<(&'static str, &str)> {
    let named = (application_type == ApplicationType::Native).then_some("http://localhost");
    let (host, rest) = ["http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .chain(named)
        .find_map(|host| uri.strip_prefix(host).map(|rest| (host, rest)))?;
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(with_port) => {
            let digits = with_port.bytes().take_while(u8::is_ascii_digit).count();
            let (port, rest) = with_port.split_at_checked(digits)?;
            port.parse::<u16>().ok().filter(|port| *port > 0)?;
            rest
        }
    };
    // The rest must not continue the host, as it does in `http://127.0.0.1.evil.example`.
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

impl fmt::Display for RedirectUriRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAbsolute => {
                formatter.write_str("must be an absolute URI such as https://app.example.org/callback")
            }
            Self::TooLong => write!(formatter, "must not be longer than {LONGEST_REDIRECT_URI} characters"),
            Self::Fragment => formatter.write_str("must not contain a fragment (the part after #)"),
            Self::Credentials => formatter.write_str("must not contain a username or password"),
            Self::Wildcard => formatter.write_str("must contain the full host name; wildcards are not supported"),
            Self::PlainHttp => formatter.write_str(
                "must begin with https:// (plain http is allowed only for loopback addresses such as http://127.0.0.1)",
            ),
            Self::Scheme => formatter.write_str(
                "must begin with https://, or with a private-use scheme in reverse domain form, such as \
                 org.example.app:/callback (the setting oauth.redirect_schemes allows others)",
            ),
            Self::NotLiteral => formatter.write_str(
                "must be written in full: the scheme in lower case, then :// and the host, and a path without . and ..",
            ),
        }
    }
}

impl std::error::Error for RedirectUriRefusal {}

impl fmt::Display for RedirectSchemeRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("must be a lower-case scheme that browsers do not use, such as \"audiobookshelf\"")
    }
}

impl std::error::Error for RedirectSchemeRefusal {}

/// Schemes that browsers and operating systems handle themselves.
const OF_BROWSERS: &[&str] = &[
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "facetime",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "geo",
    "http",
    "https",
    "imap",
    "intent",
    "jar",
    "javascript",
    "ldap",
    "livescript",
    "mailto",
    "market",
    "mocha",
    "news",
    "resource",
    "sftp",
    "sip",
    "sms",
    "smsto",
    "ssh",
    "tel",
    "telnet",
    "urn",
    "vbscript",
    "view-source",
    "ws",
    "wss",
    "wyciwyg",
];

/// The longest accepted redirect URI, in bytes. It bounds the record of a client.
pub const LONGEST_REDIRECT_URI: usize = 512;

#[cfg(test)]
#[path = "redirect_uri_tests.rs"]
mod tests;
