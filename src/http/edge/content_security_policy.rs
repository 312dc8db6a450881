//! Builds the policy of a page: [Content Security Policy Level 3](https://www.w3.org/TR/CSP3/).

use std::{collections::BTreeSet, fmt};

use poem::http::HeaderValue;
use url::{Host, Url};

/// The policy of one page. Everything that is not listed is blocked.
#[derive(Clone, Debug, Default)]
pub struct ContentSecurityPolicy {
    allows_own_forms_only: bool,
    script: Option<String>,
    image: Option<String>,
    frames: BTreeSet<String>,
}

/// The URL of the image has no origin that is allowed in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnImageOrigin;

/// The digest or nonce is not valid in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAScriptSource;

impl ContentSecurityPolicy {
    /// The policy of a page without scripts. It has no `form-action`: browsers also apply that directive to every
    /// redirect after a form submission, including redirects from an application's callback to other origins or custom
    /// schemes, which this server cannot list. Anti-forgery tokens protect the forms instead.
    #[must_use]
    pub fn page() -> Self {
        Self::default()
    }

    /// Restricts forms to this server, for pages whose forms never lead to an application.
    #[must_use]
    pub fn with_own_forms_only(mut self) -> Self {
        self.allows_own_forms_only = true;
        self
    }

    /// Allows the one inline script with `nonce`, which must be generated for each response.
    ///
    /// # Errors
    ///
    /// Returns [`NotAScriptSource`] if `nonce` is not base64 or base64url.
    pub fn with_script_nonce(self, nonce: &str) -> Result<Self, NotAScriptSource> {
        self.with_script("nonce-", nonce)
    }

    /// Allows the one inline script whose SHA-256 is `digest`, in padded standard base64.
    ///
    /// # Errors
    ///
    /// Returns [`NotAScriptSource`] if `digest` is not base64.
    pub fn with_script_sha256(self, digest: &str) -> Result<Self, NotAScriptSource> {
        self.with_script("sha256-", digest)
    }

    /// Allows images from the origin of `uri`.
    ///
    /// # Errors
    ///
    /// Returns [`NotAnImageOrigin`] if `uri` is not an `https` URL, or if its host contains characters with a meaning
    /// in a policy.
    pub fn with_image(mut self, uri: &str) -> Result<Self, NotAnImageOrigin> {
        let url = Url::parse(uri).map_err(|_| NotAnImageOrigin)?;
        let origin = url.origin().ascii_serialization();
        if url.scheme() != "https" || matches!(url.host(), None | Some(Host::Ipv6(_))) || !is_plain(&origin) {
            return Err(NotAnImageOrigin);
        }
        self.image = Some(origin);
        Ok(self)
    }

    /// Also allows frames from the origin of `uri`, if it is a web origin without characters that have a meaning in a
    /// policy.
    #[must_use]
    pub fn with_frame(mut self, uri: &str) -> Self {
        let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.filter(|url| !matches!(url.host(), None | Some(Host::Ipv6(_))));
        let origin = url.map(|url| url.origin().ascii_serialization());
        self.frames.extend(origin.filter(|origin| is_plain(origin)));
        self
    }

    fn with_script(mut self, kind: &str, value: &str) -> Result<Self, NotAScriptSource> {
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
        if value.is_empty() || !value.bytes().all(is_base64) {
            return Err(NotAScriptSource);
        }
        self.script = Some(format!("'{kind}{value}'"));
        Ok(self)
    }

    /// The value of the `Content-Security-Policy` header.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        // All parts consist of characters checked above, so this cannot fail. The fallback is the strictest policy.
        HeaderValue::try_from(self.to_string()).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    }
}

impl fmt::Display for ContentSecurityPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("default-src 'none'; style-src 'self'; img-src 'self' data:")?;
        if let Some(origin) = &self.image {
            write!(formatter, " {origin}")?;
        }
        formatter.write_str("; base-uri 'none'; ")?;
        if let Some(script) = &self.script {
            write!(formatter, "script-src {script}; ")?;
        }
        if !self.frames.is_empty() {
            let origins: Vec<&str> = self.frames.iter().map(String::as_str).collect();
            write!(formatter, "frame-src {}; ", origins.join(" "))?;
        }
        formatter.write_str("frame-ancestors 'none'")?;
        if self.allows_own_forms_only { formatter.write_str("; form-action 'self'") } else { Ok(()) }
    }
}

/// The URL Standard allows `;`, `,` and `*` in host names. In a policy they would start a directive or match any host.
fn is_plain(source: &str) -> bool {
    source.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._+:/".contains(&byte))
}

impl fmt::Display for NotAnImageOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the picture has no origin for a policy")
    }
}

impl std::error::Error for NotAnImageOrigin {}

impl fmt::Display for NotAScriptSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not base64")
    }
}

impl std::error::Error for NotAScriptSource {}

#[cfg(test)]
mod tests {
    use super::*;

    // Content Security Policy Level 3 §6.4.2: `form-action` is checked against each redirect that follows a form.
    #[test]
    fn a_page_names_no_target_of_forms_unless_they_never_end_at_an_application() {
        assert!(!ContentSecurityPolicy::page().to_string().contains("form-action"));
        let own = ContentSecurityPolicy::page().with_own_forms_only().to_string();
        assert!(own.ends_with("; frame-ancestors 'none'; form-action 'self'"), "{own}");
    }

    #[test]
    fn a_picture_comes_from_one_origin_of_https() {
        let policy = ContentSecurityPolicy::page().with_image("https://app.example/logo.png").unwrap().to_string();
        assert!(policy.contains("img-src 'self' data: https://app.example; base-uri"), "{policy}");
        for uri in
            ["http://app.example/logo.png", "https://*.example/", "https://a;b/", "https://[::1]/", "data:x", "/a"]
        {
            assert_eq!(ContentSecurityPolicy::page().with_image(uri).err(), Some(NotAnImageOrigin), "{uri}");
        }
    }

    #[test]
    fn frames_are_of_the_origins_that_are_named_and_of_no_others() {
        assert!(!ContentSecurityPolicy::page().to_string().contains("frame-src"));
        let uris =
            ["https://b.example/out?x=1", "https://a.example:8443/", "https://b.example/2", "https://*.c/", "/d"];
        let policy = uris.iter().fold(ContentSecurityPolicy::page(), |policy, uri| policy.with_frame(uri)).to_string();
        assert!(policy.contains("; frame-src https://a.example:8443 https://b.example; frame-ancestors"), "{policy}");
    }

    #[test]
    fn one_script_is_allowed_by_nonce_or_digest() {
        let policy = ContentSecurityPolicy::page().with_script_nonce("c2lnbmV0").unwrap();
        assert!(policy.to_string().contains("script-src 'nonce-c2lnbmV0';"));
        let policy = ContentSecurityPolicy::page().with_script_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert!(
            policy.unwrap().to_string().contains("script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';")
        );
        for nonce in ["", "a b", "a'; script-src *"] {
            assert_eq!(ContentSecurityPolicy::page().with_script_nonce(nonce).err(), Some(NotAScriptSource), "{nonce}");
        }
    }
}
