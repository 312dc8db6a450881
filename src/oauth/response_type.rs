//! Response types and response modes:
//! [RFC 6749 §3.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.1) and
//! [OAuth 2.0 Multiple Response Type Encoding Practices](https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html).

use serde::{Deserialize, Serialize};

use crate::wire_names::wire_names;

/// A response type, by its name in `response_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ResponseType {
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

/// This server knows no response type with this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownResponseType;

wire_names! {
    /// How the response is sent to the redirect URI.
    pub enum ResponseMode {
        Query = "query",
        /// In the fragment, which browsers do not send to servers.
        Fragment = "fragment",
        /// In a form submitted with POST,
        /// [Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html).
        FormPost = "form_post",
    }
}

impl ResponseType {
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

    /// Parses a response type: a "space-delimited list of values, where the order of values does not matter".
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

    #[must_use]
    pub fn has_code(self) -> bool {
        self.as_str().starts_with("code")
    }

    /// Returns whether an access token is requested from the authorization endpoint.
    #[must_use]
    pub fn has_token(self) -> bool {
        matches!(self, Self::Token | Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// Returns whether an ID token is requested from the authorization endpoint.
    #[must_use]
    pub fn has_id_token(self) -> bool {
        matches!(self, Self::IdToken | Self::IdTokenToken | Self::CodeIdToken | Self::CodeIdTokenToken)
    }

    /// Returns whether anything other than a code is sent through the browser.
    #[must_use]
    pub fn is_front_channel(self) -> bool {
        self != Self::Code
    }

    /// Returns the default response mode (§5). Tokens are never sent in the query.
    #[must_use]
    pub fn default_mode(self) -> ResponseMode {
        if self.is_front_channel() { ResponseMode::Fragment } else { ResponseMode::Query }
    }

    /// Returns whether the response may be sent in `mode`. Responses with tokens are not sent in the query, which logs
    /// and the browser history record.
    #[must_use]
    pub fn may_travel_in(self, mode: ResponseMode) -> bool {
        mode != ResponseMode::Query || !self.is_front_channel()
    }

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
        formatter.write_str("this server does not support this response type")
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
