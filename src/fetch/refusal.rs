//! Why a fetch failed.

use std::{error::Error, fmt};

/// Why a fetch failed, for the log. The party that chose the URL receives fewer details, because it may be probing a
/// network that it cannot reach itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchRefusal {
    /// The URL is not `https`, has no host, or contains credentials.
    Address,
    /// The host has a loopback, private or special-purpose address.
    Private,
    /// There was no connection or no TLS, or the response was interrupted. Contains the cause.
    Unreachable(String),
    /// The response took longer than 3 seconds.
    TooSlow,
    /// The status was not 200; redirects are not followed.
    Status(u16),
    /// The document is longer than 64 KiB.
    TooLong,
    /// The document is not UTF-8.
    NotText,
    /// The document is not JSON.
    NotJson,
    /// Too many fetches are running.
    Busy,
    /// The configured certificate authority is not PEM.
    Certificate,
    /// TLS is not available.
    Unavailable,
}

impl FetchRefusal {
    pub(super) fn of_resolving(error: Box<dyn Error + Send + Sync>) -> Self {
        let refusal = error.downcast::<Self>().map(|refusal| *refusal);
        refusal.unwrap_or_else(|error| Self::Unreachable(error.to_string()))
    }

    pub(super) fn of(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TooSlow;
        }
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        let mut last = String::new();
        while let Some(found) = cause {
            if let Some(refusal) = found.downcast_ref::<Self>() {
                return refusal.clone();
            }
            last = found.to_string();
            cause = found.source();
        }
        Self::Unreachable(last)
    }
}

impl fmt::Display for FetchRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => formatter.write_str("the address does not use https"),
            Self::Private => formatter.write_str(
                "the address is not on the public internet; fetch.allow_private_addresses allows addresses in your own \
                 network",
            ),
            Self::Unreachable(cause) => write!(formatter, "the address cannot be reached: {cause}"),
            Self::TooSlow => formatter.write_str("the response took longer than 3 seconds"),
            Self::Status(status) => write!(formatter, "the response has status {status}"),
            Self::TooLong => formatter.write_str("the response is larger than 64 KiB"),
            Self::NotText => formatter.write_str("the response is not UTF-8"),
            Self::NotJson => formatter.write_str("the response is not JSON"),
            Self::Busy => formatter.write_str("too many fetches are in progress"),
            Self::Certificate => formatter.write_str("the certificate authority is not a PEM certificate"),
            Self::Unavailable => formatter.write_str("TLS is not available"),
        }
    }
}

impl Error for FetchRefusal {}
