//! The body of error responses.

use std::collections::BTreeMap;

use poem_openapi::Object;

/// An error, in the form of RFC 6749 §5.2.
#[derive(Object)]
#[oai(rename = "Problem", skip_serializing_if_is_none)]
pub(super) struct ErrorBody {
    /// Error code, for programs.
    pub(super) error: String,
    /// Explanation, for developers.
    pub(super) error_description: String,
    /// What was expected, for each member or parameter that is wrong. The names are paths, such as `redirect_uris[2]` or
    /// `address.country`. Absent if the error is not about single members.
    pub(super) fields: Option<BTreeMap<String, String>>,
}
