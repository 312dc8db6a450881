//! How failures look: the edge decides what is said, the pages live elsewhere.

use poem::http::StatusCode;

use super::origin::Origin;

/// What a page about a failure may say.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// The status of the answer.
    pub status: StatusCode,
    /// A word for programs, such as `invalid_request`.
    pub error: &'static str,
    /// A sentence for people, which tells no secret of the cause.
    pub description: &'a str,
    /// What to look for in the log.
    pub request_id: &'a str,
    /// The header of this name, or nothing.
    pub accept_language: &'a str,
}

/// What the page for a request under a foreign host name may say.
#[derive(Clone, Copy, Debug)]
pub struct Misdirection<'a> {
    /// The origin under which this server answers.
    pub issuer: &'a Origin,
    /// The host that the request named, shortened and without anything that is not printable.
    pub host: &'a str,
    /// Whether the request came from this machine, and through no proxy, so that the setting may be named.
    pub is_from_this_machine: bool,
    /// The header of this name, or nothing.
    pub accept_language: &'a str,
}

/// What a reverse proxy needs to pass on the host that the browser asked for, by the name of the proxy.
pub const PASS_HOST_ON: [(&str, &str); 3] = [
    ("nginx", "proxy_set_header Host $host;"),
    ("Caddy", "header_up Host {http.request.host}"),
    ("Traefik", "passHostHeader: true"),
];

/// How failures look. The pages live elsewhere; the edge asks for them here.
pub trait Presentation: Send + Sync + 'static {
    /// The page for a failure, as HTML.
    fn failure(&self, failure: &Failure<'_>) -> String;

    /// The page for a request under another host name, as HTML.
    fn misdirected(&self, misdirection: &Misdirection<'_>) -> String;

    /// The language of the pages for this `Accept-Language`, as `Content-Language` names it.
    fn language(&self, _accept_language: &str) -> Option<&'static str> {
        None
    }

    /// Whether programs, not people, ask for `path`, so that they are answered in JSON whatever they accept.
    fn is_for_programs(&self, path: &str) -> bool;

    /// Whether `path` lies below an API, so that a client that does not accept a page gets JSON.
    fn is_below_api(&self, _path: &str) -> bool {
        false
    }

    /// All methods served at a path pattern, for the `Allow` of a 405 (RFC 9110 §15.5.6); poem does not tell them.
    fn allowed_methods(&self, _pattern: &str) -> Option<&str> {
        None
    }
}
