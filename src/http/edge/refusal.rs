//! Rejections by the edge before a request reaches an endpoint.

use std::fmt;

use poem::{IntoResponse, Response, error::ResponseError, http::StatusCode};

/// Why the edge rejected a request. [`Failures`](super::Failures) builds the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The Host is missing, repeated or unreadable, RFC 9112 §3.2.
    MalformedHost,
    /// The Host is not the issuer's, RFC 9110 §15.5.20.
    Misdirected,
    /// The target is longer than the limit, RFC 9110 §15.5.15.
    UriTooLong,
    /// The header fields together are larger than the limit, RFC 6585 §5.
    HeadersTooLarge,
    /// The body is larger than the limit of its path, RFC 9110 §15.5.14.
    BodyTooLarge,
    /// The body ended prematurely.
    BodyBroken,
    /// The body did not arrive in time, RFC 9110 §15.5.9.
    BodyTooSlow,
    /// The server did not answer in time, RFC 9110 §15.6.4.
    AnswerTooSlow,
    /// The address sent too many requests, RFC 6585 §4.
    TooManyRequests {
        /// Seconds until the next request is allowed.
        retry_after_seconds: u64,
    },
    /// The body is not a form, RFC 9110 §15.5.16.
    NotAForm,
    /// The form was not submitted from a page of this server.
    Forged,
}

impl Refusal {
    /// The value of `Retry-After`, if the request may be repeated.
    #[must_use]
    pub fn retry_after_seconds(self) -> Option<u64> {
        match self {
            Self::TooManyRequests { retry_after_seconds } => Some(retry_after_seconds),
            Self::AnswerTooSlow => Some(1),
            _ => None,
        }
    }
}

impl ResponseError for Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::MalformedHost | Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::AnswerTooSlow => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Forged => StatusCode::FORBIDDEN,
        }
    }

    fn as_response(&self) -> Response {
        self.status().into_response()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::MalformedHost => "the Host header is missing, repeated or invalid",
            Self::Misdirected => "the Host header does not match the issuer",
            Self::UriTooLong => "the target is too long",
            Self::HeadersTooLarge => "the header fields are too large",
            Self::BodyTooLarge => "the body is too large",
            Self::BodyBroken => "the body is incomplete",
            Self::BodyTooSlow => "the body did not arrive in time",
            Self::AnswerTooSlow => "the response took too long",
            Self::TooManyRequests { .. } => "too many requests from one address",
            Self::NotAForm => "the body must be a form, with the Content-Type application/x-www-form-urlencoded",
            Self::Forged => "the form was not sent from a page of this server",
        })
    }
}

impl std::error::Error for Refusal {}
