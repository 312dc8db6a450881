//! What an authorization request asks for, and how the answer travels:
//! [RFC 6749 §3.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.1) and
//! [OAuth 2.0 Multiple Response Type Encoding Practices](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html).

use serde::{Deserialize, Serialize};

/// What an authorization request asks for, by the name that stands in `response_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ResponseType {
    /// An authorization code.
    Code,
    /// An access token (implicit).
    Token,
    /// An ID token (implicit).
    IdToken,
    /// Both (implicit).
    IdTokenToken,
    /// A code and an ID token (hybrid).
    CodeIdToken,
    /// A code and an access token (hybrid).
    CodeToken,
    /// All three (hybrid).
    CodeIdTokenToken,
}

/// The text names no response type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownResponseType;

/// How the answer travels to the redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query.
    Query,
    /// In the fragment, which browsers do not send to servers.
    Fragment,
    /// In a form that is sent by POST,
    /// [Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html).
    FormPost,
}

impl ResponseType {
    /// The name that stands in `response_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// The response type of this name, if there is one: a "space-delimited list of values, where the order of values
    /// does not matter".
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut asked: Vec<&str> = name.split(' ').collect();
        asked.sort_unstable();
        Self::ALL.into_iter().find(|response_type| {
            let mut values: Vec<&str> = response_type.as_str().split(' ').collect();
            values.sort_unstable();
            values == asked
        })
    }

    /// Whether a code is asked for.
    #[must_use]
    pub fn has_code(self) -> bool {
        self.as_str().starts_with("code")
    }

    /// Whether an access token is asked for, straight from the authorization endpoint.
    #[must_use]
    pub fn has_token(self) -> bool {
        matches!(self, Self::Token | Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Whether an ID token is asked for, straight from the authorization endpoint.
    #[must_use]
    pub fn has_id_token(self) -> bool {
        matches!(self, Self::IdToken | Self::IdTokenToken | Self::CodeIdToken | Self::CodeIdTokenToken)
    }

    /// Whether anything but a code passes through the browser.
    #[must_use]
    pub fn is_front_channel(self) -> bool {
        self != Self::Code
    }

    /// How the answer travels unless the request says otherwise (§5): tokens never in the query.
    #[must_use]
    pub fn default_mode(self) -> ResponseMode {
        if self.is_front_channel() { ResponseMode::Fragment } else { ResponseMode::Query }
    }

    /// Whether the answer may travel in `mode`: what holds a token must not travel in the query, which stands in logs and
    /// in the history of browsers.
    #[must_use]
    pub fn may_travel_in(self, mode: ResponseMode) -> bool {
        mode != ResponseMode::Query || !self.is_front_channel()
    }

    /// All response types.
    pub const ALL: [Self; 7] = [
        Self::Code,
        Self::Token,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeIdToken,
        Self::CodeToken,
        Self::CodeIdTokenToken,
    ];
}

impl ResponseMode {
    /// The name that stands in `response_mode`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }

    /// The mode of this name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }

    /// All modes.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];
}

impl TryFrom<String> for ResponseType {
    type Error = UnknownResponseType;

    fn try_from(name: String) -> Result<Self, UnknownResponseType> {
        Self::parse(&name).ok_or(UnknownResponseType)
    }
}

impl From<ResponseType> for String {
    fn from(response_type: ResponseType) -> Self {
        response_type.as_str().to_owned()
    }
}

impl std::fmt::Display for UnknownResponseType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("this is no response type of this server")
    }
}

impl std::error::Error for UnknownResponseType {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_values_does_not_matter() {
        assert_eq!(ResponseType::parse("token id_token"), Some(ResponseType::IdTokenToken));
        assert_eq!(ResponseType::parse("token code id_token"), Some(ResponseType::CodeIdTokenToken));
        for unknown in ["", "code code", "code  token", "none", "Code", "code device"] {
            assert_eq!(ResponseType::parse(unknown), None, "{unknown}");
        }
    }

    // Multiple Response Types §3 and §5
    #[test]
    fn a_token_never_travels_in_the_query() {
        for response_type in ResponseType::ALL {
            let has_token = response_type.has_token() || response_type.has_id_token();
            assert_eq!(response_type.is_front_channel(), has_token, "{response_type:?}");
            assert_eq!(response_type.may_travel_in(ResponseMode::Query), !has_token, "{response_type:?}");
            assert!(response_type.may_travel_in(response_type.default_mode()), "{response_type:?}");
            assert!(response_type.may_travel_in(ResponseMode::FormPost), "{response_type:?}");
        }
    }
}
