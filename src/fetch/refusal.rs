//! Why nothing was fetched.

use std::{error::Error, fmt};

/// Why nothing was fetched, for the log. Whoever chose the address learns less: the answers of a network that they cannot
/// reach themselves are what they would be after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchRefusal {
    /// Not an `https` address with a host and without credentials.
    Address,
    /// The host is on this machine, in a private network, or an address for a special purpose.
    Private,
    /// No connection, no TLS, or the answer broke off. What happened.
    Unreachable(String),
    /// It took longer than 3 seconds.
    TooSlow,
    /// Another status than 200; redirects are not followed.
    Status(u16),
    /// More than 64 KiB.
    TooLong,
    /// Not UTF-8.
    NotText,
    /// Not JSON.
    NotJson,
    /// Too many fetches are under way.
    Busy,
    /// The certificate authority of the configuration is not PEM.
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
            Self::Address => formatter.write_str("it is not an https address"),
            Self::Private => formatter.write_str(
                "it is not on the public internet; fetch.allow_private_addresses allows that, for applications in your own \
                 network",
            ),
            Self::Unreachable(cause) => write!(formatter, "it cannot be reached: {cause}"),
            Self::TooSlow => formatter.write_str("it took longer than 3 seconds"),
            Self::Status(status) => write!(formatter, "it answered with the status {status}"),
            Self::TooLong => formatter.write_str("it answered with more than 64 KiB"),
            Self::NotText => formatter.write_str("it answered with something that is not UTF-8"),
            Self::NotJson => formatter.write_str("it answered with something that is not JSON"),
            Self::Busy => formatter.write_str("too many fetches are under way"),
            Self::Certificate => formatter.write_str("the certificate authority is not a certificate in PEM"),
            Self::Unavailable => formatter.write_str("TLS is not available"),
        }
    }
}

impl Error for FetchRefusal {}
