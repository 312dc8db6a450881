//! Redirect URIs: what may be registered, and what a request may name.
//!
//! [RFC 6749 §3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2), compared exactly as
//! [RFC 9700 §4.1.3](https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3) asks, with the one exception that
//! [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3) makes for the port of a loopback address.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{client::ApplicationType, issuer::is_loopback, parameters, uri::is_literal};

/// A redirect URI that a client has registered. What was registered under older rules is kept as it is, and is used only if
/// it still [is usable](RedirectUri::is_usable).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

/// A private-use scheme without a dot that the configuration allows, such as `audiobookshelf`: lower case, and none that a
/// browser acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectScheme(String);

/// The text cannot be a private-use scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedirectSchemeRefusal;

/// Proof that a redirect URI is one of the client's own: nobody is redirected anywhere else.
///
/// Only [`TrustedRedirectUri::choose`] makes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrustedRedirectUri(String);

/// Where a redirect URI leads, in what a person can judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectDestination {
    /// A web site.
    Host(String),
    /// A program on the person's own machine.
    ThisDevice,
    /// The application that has claimed this scheme.
    Scheme(String),
}

/// Why a text cannot be registered as a redirect URI. `Display` says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectUriRefusal {
    /// Not an absolute URI, or one with characters that do not belong in a URI.
    NotAbsolute,
    /// Longer than [`LONGEST_REDIRECT_URI`].
    TooLong,
    /// "The endpoint URI MUST NOT include a fragment component."
    Fragment,
    /// A user name or password.
    Credentials,
    /// An asterisk in the host: whoever writes one expects it to stand for something, and here it never does.
    Wildcard,
    /// `http` to a host that is not this machine (RFC 9700 §2.6).
    PlainHttp,
    /// A private-use scheme without a dot (RFC 8252 §7.1), or one that a browser would act on, such as `javascript`.
    Scheme,
    /// Only a lenient parser makes it absolute, or understands it as it is meant: `https:login`, `HTTPS://…`.
    NotLiteral,
}

/// Why a request's `redirect_uri` leads nowhere: the person gets a page, and no redirect happens (§3.1.2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UntrustedRedirectUri {
    /// The request names one that is not registered. Its first [`LONGEST_REDIRECT_URI`] characters are kept for the
    /// client's owner, and one more if it is longer.
    NotRegistered(String),
    /// The request names none although the client has not exactly one (§3.1.2.3).
    Missing,
}

impl RedirectUri {
    /// Takes `text` for registration, where no private-use scheme without a dot is allowed.
    ///
    /// # Errors
    ///
    /// The first rule that `text` breaks.
    pub fn parse(text: &str) -> Result<Self, RedirectUriRefusal> {
        Self::register(text, &[])
    }

    /// Takes `text` for registration, where these private-use schemes are allowed besides those with a dot.
    ///
    /// # Errors
    ///
    /// The first rule that `text` breaks.
    pub fn register(text: &str, allowed: &[RedirectScheme]) -> Result<Self, RedirectUriRefusal> {
        let scheme = Self::scheme(text)?;
        let is_allowed = scheme.is_none_or(|scheme| allowed.iter().any(|allowed| allowed.0 == scheme));
        if is_allowed { Ok(Self(text.to_owned())) } else { Err(RedirectUriRefusal::Scheme) }
    }

    /// The private-use scheme without a dot of `text`, if it has one and is a redirect URI otherwise.
    fn scheme(text: &str) -> Result<Option<String>, RedirectUriRefusal> {
        if text.len() > LONGEST_REDIRECT_URI {
            return Err(RedirectUriRefusal::TooLong);
        }
        // What the URL standard would silently repair (spaces, control characters, backslashes) is refused instead,
        // since the text is compared byte by byte and other parties may repair it differently.
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
            // "Apps MUST use a URI scheme based on a domain name under their control, expressed in reverse order":
            // the dot also keeps out javascript, data, file and every other scheme that a browser acts on.
            (scheme, _) if scheme.contains('.') => None,
            (scheme, _) => {
                Some(RedirectScheme::parse(scheme).map_err(|RedirectSchemeRefusal| RedirectUriRefusal::Scheme)?.0)
            }
        };
        if is_literal(text) { Ok(private) } else { Err(RedirectUriRefusal::NotLiteral) }
    }

    /// Whether it keeps the present rules, whichever schemes the configuration allows.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        Self::scheme(&self.0).is_ok()
    }

    /// The URI, byte for byte as it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is claimed by whoever holds the host's certificate, so that no other application can receive what is
    /// sent there (RFC 8252 §8.6).
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether a request that names `requested` means this one: byte for byte, and the port may differ when both are
    /// `http` on the same loopback IP address, or on `localhost` for an application on the person's machine.
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
    /// Chooses where the answer to a request goes: to `requested` if one of `registered` accepts it, or to the only
    /// one registered if the request names none.
    ///
    /// # Errors
    ///
    /// [`UntrustedRedirectUri`]; then nobody is redirected anywhere.
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
                // As long as one that can be registered, and a character more, by which it is seen to be longer.
                let kept = requested.chars().take(LONGEST_REDIRECT_URI + 1).collect();
                Err(UntrustedRedirectUri::NotRegistered(kept))
            }
            (None, [only]) if only.is_usable() => Ok(Self(only.0.clone())),
            (None, _) => Err(UntrustedRedirectUri::Missing),
        }
    }

    /// The URI without response parameters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI with `pairs` added to its query, which "MUST be retained when adding additional query parameters".
    #[must_use]
    pub fn with_query(&self, pairs: &[(&str, &str)]) -> String {
        let separator = match self.0.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{}{separator}{}", self.0, parameters::encode(pairs))
    }

    /// The URI with `pairs` as its fragment, of which a registered one has none.
    #[must_use]
    pub fn with_fragment(&self, pairs: &[(&str, &str)]) -> String {
        format!("{}#{}", self.0, parameters::encode(pairs))
    }

    /// Where a person returns to, as they are told.
    #[must_use]
    pub fn destination(&self) -> RedirectDestination {
        RedirectDestination::of(&self.0)
    }
}

impl RedirectDestination {
    /// Where `uri`, which is one of a client's, leads.
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
    /// Takes `text` as a scheme that redirect URIs may have.
    ///
    /// # Errors
    ///
    /// [`RedirectSchemeRefusal`] when it is none by RFC 3986 §3.1, is not in lower case, or means something to a browser.
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

/// `uri` without its port if it is `http` on a loopback IP literal. The name `localhost` could be made to lead elsewhere, so
/// that RFC 8252 §8.3 advises against it; many programs on people's machines use it all the same, and only they do so with
/// another port each time.
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
    // Whatever follows must not continue the host, as it does in http://127.0.0.1.evil.example.
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

impl fmt::Display for RedirectUriRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAbsolute => {
                formatter.write_str("must be an absolute URI such as https://app.example.org/callback")
            }
            Self::TooLong => write!(formatter, "must not be longer than {LONGEST_REDIRECT_URI} characters"),
            Self::Fragment => formatter.write_str("must not hold a fragment (the part after #)"),
            Self::Credentials => formatter.write_str("must not hold a user name or password"),
            Self::Wildcard => formatter.write_str("must name its host in full: there are no wildcards"),
            Self::PlainHttp => formatter
                .write_str("must begin with https:// (plain http is for this machine only, as in http://127.0.0.1)"),
            Self::Scheme => formatter.write_str(
                "must begin with https://, or with a scheme of the application's own in reverse domain form, such as \
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
        formatter
            .write_str("must be a scheme in lower case that means nothing to a browser, such as \"audiobookshelf\"")
    }
}

impl std::error::Error for RedirectSchemeRefusal {}

/// Schemes that browsers and systems act on by themselves.
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

/// The longest redirect URI that is registered, in bytes. It bounds the record of a client.
pub const LONGEST_REDIRECT_URI: usize = 512;

#[cfg(test)]
#[path = "redirect_uri_tests.rs"]
mod tests;
