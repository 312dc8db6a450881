//! What is wrong with a request, member by member.

use std::{collections::BTreeMap, fmt};

/// The errors of a request: of its members and parameters, by their path, or of the request as a whole. They contain
/// none of the submitted values, which may be secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestErrors {
    /// Errors of the request as a whole.
    general: Vec<String>,
    /// Path of the member, such as `redirect_uris[2]` or `address.country`, and what was expected.
    members: Vec<(String, String)>,
}

impl RequestErrors {
    /// Creates an error of the request as a whole.
    #[must_use]
    pub fn of_request(description: impl Into<String>) -> Self {
        Self { general: vec![description.into()], members: Vec::new() }
    }

    /// Creates an error of the member at `path`.
    #[must_use]
    pub fn of_member(path: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { general: Vec::new(), members: vec![(path.into(), expected.into())] }
    }

    /// Adds an error of the member at `path`, up to [`MOST_ERRORS`].
    pub fn add(&mut self, path: impl Into<String>, expected: impl Into<String>) {
        match self.members.len() {
            MOST_ERRORS if self.general.is_empty() => self.general.push("further members are wrong too".to_owned()),
            MOST_ERRORS => {}
            _ => self.members.push((path.into(), expected.into())),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.general.is_empty() && self.members.is_empty()
    }

    /// Whether further errors would be left out, so that there is no reason to look for them.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.members.len() == MOST_ERRORS && !self.general.is_empty()
    }

    /// The errors of members by path.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, String> {
        self.members.iter().cloned().collect()
    }
}

/// Writes `path: expected` for each member.
impl fmt::Display for RequestErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.members.iter().map(|(path, expected)| format!("{path}: {expected}"));
        let all: Vec<String> = members.chain(self.general.iter().cloned()).collect();
        formatter.write_str(&all.join("; "))
    }
}

impl std::error::Error for RequestErrors {}

/// Maximum number of members that one response names. It bounds the response.
pub const MOST_ERRORS: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_names_each_member_and_what_was_expected() {
        let mut errors = RequestErrors::of_member("name", "missing");
        assert_eq!(errors.to_string(), "name: missing");
        errors.add("address.country", "must be a string");
        assert_eq!(errors.to_string(), "name: missing; address.country: must be a string");
        assert_eq!(errors.fields().get("address.country").map(String::as_str), Some("must be a string"));
        let general = RequestErrors::of_request("the body is not JSON");
        assert_eq!((general.to_string().as_str(), general.fields().len()), ("the body is not JSON", 0));
    }

    #[test]
    fn a_limited_number_of_members_is_named() {
        let mut errors = RequestErrors::default();
        for at in 0..MOST_ERRORS {
            errors.add(format!("a[{at}]"), "must be a string");
        }
        assert!(!errors.is_full() && !errors.to_string().contains("further"));
        for at in MOST_ERRORS..2 * MOST_ERRORS {
            errors.add(format!("a[{at}]"), "must be a string");
        }
        assert_eq!(errors.fields().len(), MOST_ERRORS);
        assert!(errors.is_full() && errors.to_string().ends_with("; further members are wrong too"));
    }
}
