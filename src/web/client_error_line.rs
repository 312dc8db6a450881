//! Errors of an application, as the pages list them.

/// An unregistered redirect URI from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentUri {
    /// The URI as it was sent.
    pub uri: String,
    /// Number of occurrences.
    pub count: u64,
    /// Time since the last occurrence.
    pub seconds_ago: i64,
    /// Whether it differs from a registered one only by a trailing slash.
    pub differs_by_slash: bool,
    /// Identifier of the remedy that registers the URI. `None` if the URI cannot be registered.
    pub remedy: Option<String>,
}

/// An error that the application received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientErrorLine {
    /// The `error` code, explained on the page `/docs/errors`.
    pub code: &'static str,
    /// Reason code.
    pub cause: String,
    /// Number of occurrences.
    pub count: u64,
    /// Time since the last occurrence.
    pub seconds_ago: i64,
}
