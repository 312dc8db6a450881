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
    /// A sentence for people, the same for every cause of this status.
    pub description: &'static str,
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
    /// Whether the request came from this machine, and through no proxy, so that the setting may be named.
    pub is_from_this_machine: bool,
    /// The header of this name, or nothing.
    pub accept_language: &'a str,
}

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

    /// The methods served at a path pattern, for the `Allow` of a 405 (RFC 9110 §15.5.6); poem does not tell them.
    fn allowed_methods(&self, _pattern: &str) -> Option<&'static str> {
        None
    }
}
