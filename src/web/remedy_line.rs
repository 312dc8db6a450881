//! A setting that would have let a refused request through, as the pages list it.

/// The kind of setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemedyKind {
    StateOptional,
    PkceOptional,
    RedirectUri,
    PostLogoutRedirectUri,
    RequestUri,
    ResponseType,
    GrantType,
    Scope,
    TokenEndpointAsAudience,
    AnyAssertionAlgorithm,
    AnyRequestObjectAlgorithm,
}

/// A setting that would have allowed a rejected request, with the value from the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemedyLine {
    /// Identifier of the remedy in URLs.
    pub id: String,
    pub kind: RemedyKind,
    /// The value from the request, unless the setting is a boolean.
    pub value: Option<String>,
    /// Number of rejected requests that the setting would have allowed.
    pub count: u64,
    /// Time since the last of these requests.
    pub seconds_ago: i64,
    /// Why the user cannot change the setting and who can, in one sentence.
    pub obstacle: Option<String>,
}
