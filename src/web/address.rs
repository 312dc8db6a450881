//! URLs that a page may contain, validated before they reach a page. Escaping keeps a text inside its attribute, but
//! does not prevent a `javascript:` URL.

use url::Url;

/// An absolute `http` or `https` URL that a page may link to or submit a form to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebLink(String);

impl WebLink {
    /// Returns the URL if `text` is an absolute `http` or `https` URL without user information, white space or control
    /// characters. The text is kept byte for byte, since redirect URIs are compared that way. Who owns the URL is not
    /// checked.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // The URL standard drops tabs and line breaks before it examines the scheme. Legitimate URLs contain none.
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        // A browser resolves `https:login` relative to the page that links to it.
        let is_absolute = text.get(url.scheme().len()..).is_some_and(|rest| rest.starts_with("://"));
        let is_web = matches!(url.scheme(), "http" | "https") && is_absolute && url.host().is_some();
        // `https://bank.example@evil.example/` looks like a URL of the bank.
        let is_plain = url.username().is_empty() && url.password().is_none();
        (is_web && is_plain).then(|| Self(text.to_owned()))
    }

    /// Returns the root URL of the site in `text`.
    #[must_use]
    pub fn origin_of(text: &str) -> Option<Self> {
        let link = Self::parse(text)?;
        let origin = Url::parse(link.as_str()).ok()?.origin();
        origin.is_tuple().then(|| Self(format!("{}/", origin.ascii_serialization())))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A URL of a client that a page may link to: a web URL, or a private-use URI scheme of an application on the user's
/// device. Such a scheme contains a dot (RFC 8252 §7.1), which excludes `javascript` and all other schemes that a
/// browser executes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLink(String);

impl ClientLink {
    /// Returns the URL if it is safe to link to.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(link) = WebLink::parse(text) {
            return Some(Self(link.0));
        }
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        let scheme = Url::parse(text).ok().map(|url| url.scheme().to_owned());
        (is_plain && scheme.is_some_and(|scheme| scheme.contains('.'))).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The source of an image: this server or the page itself. Visits to the login page are thus not revealed to a third
/// party, and a client cannot replace its logo after a review. [`ImageSource::elsewhere`] is for servers that are
/// configured to load logos from other servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSource(String);

impl ImageSource {
    /// Accepts a path on this server (`/logos/…`), or a base64 `data:` URL of a PNG, JPEG, WebP or GIF.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (is_own_path(text) || is_inline_picture(text)).then(|| Self(text.to_owned()))
    }

    /// Accepts an absolute `https` URL of another server. That server learns that a browser shows the page.
    #[must_use]
    pub fn elsewhere(text: &str) -> Option<Self> {
        let link = WebLink::parse(text)?;
        let is_https = Url::parse(link.as_str()).is_ok_and(|url| url.scheme() == "https");
        is_https.then_some(Self(link.0))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Browsers read `//host` and `/\host` as URLs of other hosts, so only plain characters may follow the slash.
fn is_own_path(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~?=&%".contains(&byte);
    text.starts_with('/') && !text.starts_with("//") && text.bytes().all(is_plain)
}

fn is_inline_picture(text: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    INLINE_PICTURES
        .iter()
        .filter_map(|prefix| text.strip_prefix(prefix))
        .any(|base64| !base64.is_empty() && base64.bytes().all(is_base64))
}

/// SVG is excluded: opened in a tab, it is a document that can contain links and scripts.
const INLINE_PICTURES: [&str; 4] =
    ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/webp;base64,", "data:image/gif;base64,"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_of_a_site_is_found() {
        for (address, expected) in [
            ("https://rp.example/cb?x=1", Some("https://rp.example/")),
            ("http://127.0.0.1:8080/cb", Some("http://127.0.0.1:8080/")),
            ("com.example.app:/cb", None),
        ] {
            assert_eq!(WebLink::origin_of(address).as_ref().map(WebLink::as_str), expected, "{address}");
        }
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        for honest in ["https://rp.example/policy", "http://127.0.0.1:8080", "HTTPS://RP.example/?a=b#c"] {
            assert_eq!(WebLink::parse(honest).as_ref().map(WebLink::as_str), Some(honest));
        }
        let refused = [
            "",
            "/policy",
            "//rp.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            " https://rp.example",
            "https://rp.example/a b",
            "https://rp.example/\r\n",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "https://",
            "https://bank.example@rp.example/",
            "blob:https://rp.example/1",
            "https:login",
            "https:rp.example/",
            "https:/rp.example/",
        ];
        for text in refused {
            assert_eq!(WebLink::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_client_is_linked_to_by_the_web_or_by_a_scheme_with_a_dot() {
        for honest in ["https://rp.example/cb?error=x", "http://127.0.0.1:8080/cb", "org.example.app:/cb?error=x"] {
            assert_eq!(ClientLink::parse(honest).as_ref().map(ClientLink::as_str), Some(honest));
        }
        for text in ["", "/cb", "javascript:alert(1)", "data:text/html,x", "myapp:/cb", "org.example.app:/a b", "a.b"] {
            assert_eq!(ClientLink::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_picture_comes_from_this_server_or_from_the_page_itself() {
        for honest in ["/logos/7.png?v=2", "data:image/png;base64,iVBORw0KGgo=", "data:image/webp;base64,UklG"] {
            assert_eq!(ImageSource::parse(honest).as_ref().map(ImageSource::as_str), Some(honest));
        }
        let refused = [
            "",
            "logo.png",
            "//rp.example/logo.png",
            "/\\rp.example/logo.png",
            "/logo.png\" onerror=\"x",
            "https://rp.example/logo.png",
            "javascript:alert(1)",
            "data:image/png;base64,",
            "data:image/png,x",
            "data:text/html;base64,PGI+",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:image/png;base64,<script>",
        ];
        for text in refused {
            assert_eq!(ImageSource::parse(text), None, "{text:?}");
        }
        assert!(ImageSource::elsewhere("https://rp.example/logo.png").is_some());
        for text in ["http://rp.example/logo.png", "/logo.png", "javascript:alert(1)", "https://a@b.example/"] {
            assert_eq!(ImageSource::elsewhere(text), None, "{text:?}");
        }
    }
}
