//! Swagger UI at `/docs`, where a developer signs in by authorization code with PKCE.
//!
//! The bundled page is one document with inline scripts, and never calls `initOAuth`. This module changes both. The
//! policy allows the two inline scripts by their hashes, so no other script runs.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::crypto::sha256;

/// The page and its Content-Security-Policy.
pub(super) struct Docs {
    pub(super) html: String,
    pub(super) policy: String,
}

/// Builds the page from the framework's `swagger_ui_html`. Returns `None` if a newer version of the framework generates
/// different HTML.
pub(super) fn docs(swagger_ui_html: &str) -> Option<Docs> {
    let html = replace_once(swagger_ui_html, BUNDLE, KEPT)?;
    let at = html.rfind("</script>")?;
    let (before, after) = html.split_at_checked(at)?;
    let html = format!("{before}\n{INIT}\n{after}");
    let scripts = inner(&html, "<script", "</script>");
    if scripts.is_empty() {
        return None;
    }
    // Swagger UI sets style attributes from its script, which no hash can allow.
    let policy = format!(
        "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        sources(&scripts)
    );
    Some(Docs { html, policy })
}

/// The policy of the page that receives the authorization response for Swagger UI.
pub(super) fn receiver_policy() -> String {
    let scripts = inner(RECEIVER, "<script", "</script>");
    format!("default-src 'none'; script-src {}; base-uri 'none'; frame-ancestors 'none'", sources(&scripts))
}

fn sources(scripts: &[&str]) -> String {
    let hash = |script: &&str| format!("'sha256-{}'", STANDARD.encode(sha256(script)));
    scripts.iter().map(hash).collect::<Vec<_>>().join(" ")
}

/// The text between the opening and closing tags of each element.
fn inner<'a>(html: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let mut rest = html;
    let mut found = Vec::new();
    while let Some((_, tail)) = rest.split_once(open) {
        let Some((_, tail)) = tail.split_once('>') else { break };
        let Some((content, tail)) = tail.split_once(close) else { break };
        found.push(content);
        rest = tail;
    }
    found
}

fn replace_once(text: &str, from: &str, to: &str) -> Option<String> {
    let (before, after) = text.split_once(from)?;
    Some(format!("{before}{to}{after}"))
}

const BUNDLE: &str = "SwaggerUIBundle({";
const KEPT: &str = "window.ui = SwaggerUIBundle({ persistAuthorization: false,";
const INIT: &str =
    "window.ui.initOAuth({clientId: 'swagger-ui', usePkceWithAuthorizationCodeGrant: true, scopes: 'openid profile'});";

/// The page that receives the authorization response for Swagger UI.
pub(super) const RECEIVER: &str = include_str!("oauth-receiver.html");

#[cfg(test)]
mod tests {
    use super::*;

    // The framework's page, reduced to the parts that are replaced or kept.
    const BUNDLED: &str = "<html><head><style>a{}</style><script charset=\"UTF-8\">var a = 1;</script></head><body>\n\
                           <script>\nlet spec = {};\nSwaggerUIBundle({\n dom_id: '#ui' })\n</script></body></html>";

    #[test]
    fn swagger_ui_logs_in_with_pkce_and_runs_no_script_but_its_own() {
        let docs = docs(BUNDLED).unwrap();
        assert!(docs.html.contains("window.ui = SwaggerUIBundle({"), "{}", docs.html);
        assert!(docs.html.contains("usePkceWithAuthorizationCodeGrant: true"), "{}", docs.html);
        assert_eq!(docs.policy.matches("'sha256-").count(), 2);
        assert!(!docs.policy.contains("script-src 'unsafe-inline'"));
        assert!(receiver_policy().contains("'sha256-"));
    }

    #[test]
    fn a_page_that_is_written_otherwise_is_not_mended_by_half() {
        assert!(docs("<script>SwaggerUIBundle2({})</script>").is_none());
    }
}
