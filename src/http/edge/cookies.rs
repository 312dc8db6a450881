//! The cookies of this server: names, attributes and parsing.
//!
//! The `__Host-` prefix binds a cookie to this host over https ([RFC 6265bis
//! §4.1.3.2](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2)), so that no other
//! host of the domain can set it. Cookies use `SameSite=Lax`, since `Strict` would drop the session when a client
//! redirects here.

use std::fmt;

use poem::http::{HeaderMap, HeaderValue, header};
use time::Duration;

use super::origin::Origin;
use crate::secret::Secret;

/// The cookies that this server sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session of a signed-in user.
    Session,
    /// Binds a pending authorization request to the browser before the user signs in.
    PreLogin,
    /// Marks a browser in which the user has signed in before.
    Device,
}

/// Writes and reads cookies with the attributes that the issuer requires.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    is_secure: bool,
}

/// The value contains characters that are not allowed in a cookie, RFC 6265 §4.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACookieValue;

impl Cookies {
    /// Creates the cookie settings for `issuer`. Only an `http` issuer on loopback omits `Secure` and the prefix.
    #[must_use]
    pub fn new(issuer: &Origin) -> Self {
        Self { is_secure: issuer.is_https() || !issuer.is_loopback() }
    }

    /// The name of `cookie` in the browser.
    #[must_use]
    pub fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.is_secure) {
            (Cookie::Session, true) => "__Host-sid",
            (Cookie::Session, false) => "sid",
            (Cookie::PreLogin, true) => "__Host-pre",
            (Cookie::PreLogin, false) => "pre",
            (Cookie::Device, true) => "__Host-device",
            (Cookie::Device, false) => "device",
        }
    }

    /// Returns a `Set-Cookie` value that sets the cookie for `max_age` or, without `max_age`, for the browser session.
    ///
    /// # Errors
    ///
    /// Returns [`NotACookieValue`] if the value is empty or contains characters outside RFC 6265 §4.1.1. Base64url is
    /// always valid.
    pub fn set(
        self,
        cookie: Cookie,
        value: &Secret,
        max_age: Option<Duration>,
    ) -> Result<HeaderValue, NotACookieValue> {
        if !is_cookie_value(value.expose()) {
            return Err(NotACookieValue);
        }
        let lifetime = max_age.map(|age| format!("; Max-Age={}", age.whole_seconds().max(0))).unwrap_or_default();
        self.header_value(cookie, value.expose(), &lifetime).ok_or(NotACookieValue)
    }

    /// Returns a `Set-Cookie` value that deletes `cookie`.
    #[must_use]
    pub fn clear(self, cookie: Cookie) -> HeaderValue {
        let forgotten = self.header_value(cookie, "", "; Max-Age=0");
        forgotten.unwrap_or(HeaderValue::from_static(""))
    }

    /// Returns the value of `cookie`. A cookie that occurs twice counts as absent: an attacker may have set one of the
    /// two, and they cannot be told apart.
    #[must_use]
    pub fn read(self, cookie: Cookie, headers: &HeaderMap) -> Option<Secret> {
        let name = self.name(cookie);
        // HTTP/2 may split the field, RFC 9113 §8.2.3.
        let fields = headers.get_all(header::COOKIE).iter();
        let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
        let mut values = pairs.filter_map(|pair| {
            let (found, value) = std::str::from_utf8(pair).ok()?.trim_matches([' ', '\t']).split_once('=')?;
            (found == name).then_some(value)
        });
        let value = values.next()?;
        if values.next().is_some() || !is_cookie_value(value) {
            return None;
        }
        Some(Secret::new(value))
    }

    fn header_value(self, cookie: Cookie, value: &str, lifetime: &str) -> Option<HeaderValue> {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/{secure}; HttpOnly; SameSite=Lax{lifetime}", self.name(cookie));
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Display for NotACookieValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the text cannot be the value of a cookie")
    }
}

impl std::error::Error for NotACookieValue {}

/// RFC 6265 §4.1.1: `cookie-octet`, at least one and at most 4096.
fn is_cookie_value(text: &str) -> bool {
    let is_octet = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    (1..=4096).contains(&text.len()) && text.bytes().all(is_octet)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Cookie; 3] = [Cookie::Session, Cookie::PreLogin, Cookie::Device];

    fn cookies(issuer: &str) -> Cookies {
        Cookies::new(&Origin::parse(issuer).unwrap())
    }

    fn read(issuer: &str, fields: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::COOKIE, field.parse().unwrap());
        }
        cookies(issuer).read(Cookie::Session, &headers).map(|value| value.expose().to_owned())
    }

    // RFC 6265bis §4.1.3.2: `Secure`, `Path=/`, no `Domain`.
    #[test]
    fn a_cookie_of_an_https_issuer_is_bound_to_its_host() {
        let cookies = cookies("https://login.example.org");
        for (cookie, name) in ALL.into_iter().zip(["__Host-sid", "__Host-pre", "__Host-device"]) {
            let value = cookies.set(cookie, &Secret::new("abc"), Some(Duration::minutes(15))).unwrap();
            let expected = format!("{name}=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900");
            assert_eq!(value.to_str().unwrap(), expected);
            assert!(!format!("{value:?}").contains("abc"), "the value is not printed");
        }
        let value = cookies.set(Cookie::Session, &Secret::new("abc"), None).unwrap();
        assert_eq!(value, "__Host-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn only_an_http_loopback_issuer_goes_without_secure() {
        for (issuer, name) in [
            ("http://127.0.0.1:8080", "sid"),
            ("http://localhost:8080", "sid"),
            ("https://localhost:8080", "__Host-sid"),
            ("http://login.example.org", "__Host-sid"),
        ] {
            let cookies = cookies(issuer);
            assert_eq!(cookies.name(Cookie::Session), name, "{issuer}");
            let value = cookies.set(Cookie::Session, &Secret::new("abc"), None).unwrap();
            assert_eq!(value.to_str().unwrap().contains("Secure"), name.starts_with("__Host-"), "{issuer}");
            assert!(value.to_str().unwrap().contains("HttpOnly"), "{issuer}");
        }
    }

    #[test]
    fn a_cleared_cookie_is_forgotten_with_the_same_attributes() {
        let value = cookies("https://login.example.org").clear(Cookie::PreLogin);
        assert_eq!(value, "__Host-pre=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn a_value_cannot_add_attributes() {
        let cookies = cookies("https://login.example.org");
        for value in ["", "a; Domain=example.org", "a b", "a,b", "a\"b", "a\\b", "ä", "a\r\nb"] {
            let value = Secret::new(value);
            assert_eq!(cookies.set(Cookie::Session, &value, None), Err(NotACookieValue), "{}", value.expose());
        }
        assert!(cookies.set(Cookie::Session, &Secret::new("aZ0-_"), None).is_ok());
    }

    #[test]
    fn a_cookie_is_read_by_its_exact_name() {
        let https = "https://login.example.org";
        for (fields, expected) in [
            (&["__Host-sid=abc"] as &[&str], Some("abc")),
            (&["a=1; __Host-sid=abc; b=2"], Some("abc")),
            (&["a=1;__Host-sid=abc"], Some("abc")),
            (&["a=1", "__Host-sid=abc"], Some("abc")),
            (&["a=1; b=2"], None),
            (&["sid=abc"], None),
            (&["__host-sid=abc"], None),
            (&["x__Host-sid=abc"], None),
            (&["__Host-sid="], None),
            (&["__Host-sid=\"abc\""], None),
            (&["__Host-sid=abc; __Host-sid=abd"], None),
            (&["__Host-sid=abc", "__Host-sid=abc"], None),
        ] {
            assert_eq!(read(https, fields).as_deref(), expected, "{fields:?}");
        }
        assert_eq!(read("http://127.0.0.1:8080", &["sid=abc"]).as_deref(), Some("abc"));
    }
}
