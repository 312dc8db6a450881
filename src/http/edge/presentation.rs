//! The interface through which the edge obtains its error pages.

use poem::http::StatusCode;

use super::origin::Origin;

/// The data of an error page.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Status code of the response.
    pub status: StatusCode,
    /// Error code for programs, such as `invalid_request`.
    pub error: &'static str,
    /// Description for people. It does not reveal the cause.
    pub description: &'a str,
    /// Request identifier, which also appears in the log.
    pub request_id: &'a str,
    /// The `Accept-Language` header, or an empty string.
    pub accept_language: &'a str,
}

/// The data of the error page for a request under a foreign host name.
#[derive(Clone, Copy, Debug)]
pub struct Misdirection<'a> {
    /// The origin of this server.
    pub issuer: &'a Origin,
    /// The requested host, shortened and without unprintable characters.
    pub host: &'a str,
    /// Whether the request came directly from this machine, so that the page may show the setting to change.
    pub is_from_this_machine: bool,
    /// The `Accept-Language` header, or an empty string.
    pub accept_language: &'a str,
}

/// The configuration lines with which common reverse proxies pass on the requested host.
pub const PASS_HOST_ON: [(&str, &str); 3] = [
    ("nginx", "proxy_set_header Host $host;"),
    ("Caddy", "header_up Host {http.request.host}"),
    ("Traefik", "passHostHeader: true"),
];

/// Renders error pages for the edge.
pub trait Presentation: Send + Sync + 'static {
    /// Renders the page for a failure as HTML.
    fn failure(&self, failure: &Failure<'_>) -> String;

    /// Renders the page for a request under another host name as HTML.
    fn misdirected(&self, misdirection: &Misdirection<'_>) -> String;

    /// The language of the pages for this `Accept-Language`, as a `Content-Language` value.
    fn language(&self, _accept_language: &str) -> Option<&'static str> {
        None
    }

    /// Whether `path` is for programs, which get JSON regardless of `Accept`.
    fn is_for_programs(&self, path: &str) -> bool;

    /// Whether `path` is below an API, so that a client that does not accept HTML gets JSON.
    fn is_below_api(&self, _path: &str) -> bool {
        false
    }

    /// The methods of a path pattern for the `Allow` header of a 405 (RFC 9110 §15.5.6). poem does not expose them.
    fn allowed_methods(&self, _pattern: &str) -> Option<&str> {
        None
    }
}
