//! The metadata of an API: OAuth 2.0 Protected Resource Metadata, [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728).

use serde::Serialize;
use url::Url;

/// Information for clients about this API. The resource identifier and the authorization server are added
/// automatically.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "give it to the builder"]
pub struct ResourceMetadata {
    scopes: Vec<String>,
    name: Option<String>,
    documentation: Option<String>,
}

/// The metadata document (§2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProtectedResource {
    resource: String,
    authorization_servers: [String; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_documentation: Option<String>,
}

/// The document and its URL.
pub(super) struct Published {
    pub(super) url: String,
    pub(super) path: String,
    pub(super) document: ProtectedResource,
}

impl ResourceMetadata {
    /// Creates metadata without optional members.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `scopes_supported`.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Sets `resource_name`: the name of this API for people.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Sets `resource_documentation`: the URL of a page for developers.
    pub fn documentation(self, url: impl Into<String>) -> Self {
        Self { documentation: Some(url.into()), ..self }
    }
}

/// Returns the document for the resource `audience`, or `None` if the audience is not an `https` URL (or `http`, for
/// tests) and so has no document.
pub(super) fn published(metadata: ResourceMetadata, audience: &str, issuer: &str) -> Option<Published> {
    let url = Url::parse(audience).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    // §3.1: the well-known path is inserted "between the host component and the path and/or query components", after
    // removing a slash at the end of the host.
    let rest = if url.path() == "/" { "" } else { url.path() };
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = format!("/.well-known/oauth-protected-resource{rest}");
    Some(Published {
        url: format!("{}{path}{query}", url.origin().ascii_serialization()),
        path,
        document: ProtectedResource {
            resource: audience.to_owned(),
            authorization_servers: [issuer.to_owned()],
            scopes_supported: metadata.scopes,
            bearer_methods_supported: ["header"],
            resource_name: metadata.name,
            resource_documentation: metadata.documentation,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // §3.1
    #[test]
    fn the_well_known_path_stands_between_host_and_path() {
        for (audience, url) in [
            ("https://api.example", "https://api.example/.well-known/oauth-protected-resource"),
            ("https://api.example/", "https://api.example/.well-known/oauth-protected-resource"),
            ("https://api.example:8443/r1", "https://api.example:8443/.well-known/oauth-protected-resource/r1"),
            ("https://api.example/r1?a=b", "https://api.example/.well-known/oauth-protected-resource/r1?a=b"),
        ] {
            let published = published(ResourceMetadata::new(), audience, "https://login.example").unwrap();
            assert_eq!(published.url, url);
            // §3.3: "The resource value returned MUST be identical".
            assert_eq!(published.document.resource, audience);
        }
        assert!(published(ResourceMetadata::new(), "urn:orders", "https://login.example").is_none());
    }

    #[test]
    fn what_was_said_is_published() {
        let metadata = ResourceMetadata::new().scopes(["a"]).name("Orders").documentation("https://api.example/docs");
        let document = published(metadata, "https://api.example", "https://login.example").unwrap().document;
        let document = serde_json::to_value(&document).unwrap();
        assert_eq!(document["scopes_supported"], serde_json::json!(["a"]));
        assert_eq!(document["resource_name"], "Orders");
        assert_eq!(document["resource_documentation"], "https://api.example/docs");
    }

    #[test]
    fn what_was_not_said_is_left_out() {
        let metadata = ResourceMetadata::new().scopes(["orders:read"]);
        let document = published(metadata, "https://api.example", "https://login.example").unwrap().document;
        assert_eq!(
            serde_json::to_string(&document).unwrap(),
            r#"{"resource":"https://api.example","authorization_servers":["https://login.example"],"scopes_supported":["orders:read"],"bearer_methods_supported":["header"]}"#
        );
    }
}
