//! Fetching the keys: discovery (RFC 8414), then the JWKS, within bounds of time and size.

use std::{fmt, time::Duration};

use serde_json::Value;

use crate::jose::{JwkSet, JwkSetRefusal};

/// Why the keys could not be fetched. `Display` says what to look at.
#[derive(Debug)]
pub enum FetchFault {
    /// The server did not answer, or not in time.
    Unreachable {
        /// What was asked for.
        url: String,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It answered with another status than 200, or with too much.
    Unexpected {
        /// What was asked for.
        url: String,
        /// What came.
        what: String,
    },
    /// The document names another issuer: "the issuer value returned MUST be identical" (RFC 8414 §3.3).
    AnotherIssuer {
        /// The one that was configured.
        expected: String,
        /// The one that the document names.
        found: String,
    },
    /// The JWKS cannot be read.
    Keys(JwkSetRefusal),
}

/// Fetches the keys of `issuer`.
pub(super) async fn keys(client: &reqwest::Client, issuer: &str) -> Result<JwkSet, FetchFault> {
    let url = format!("{issuer}/.well-known/oauth-authorization-server");
    let document = text(client, &url).await?;
    let document: Value = serde_json::from_str(&document)
        .map_err(|_| FetchFault::Unexpected { url: url.clone(), what: "no JSON".into() })?;
    let member = |name| document.get(name).and_then(Value::as_str).unwrap_or_default();
    if member("issuer") != issuer {
        return Err(FetchFault::AnotherIssuer { expected: issuer.to_owned(), found: member("issuer").to_owned() });
    }
    let jwks = text(client, member("jwks_uri")).await?;
    JwkSet::parse(&jwks).map_err(FetchFault::Keys)
}

/// A client that follows no redirect and waits for nobody.
pub(super) fn client() -> Result<reqwest::Client, FetchFault> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build();
    client.map_err(|source| FetchFault::Unreachable { url: String::new(), source: source.into() })
}

async fn text(client: &reqwest::Client, url: &str) -> Result<String, FetchFault> {
    let unreachable = |source: reqwest::Error| FetchFault::Unreachable { url: url.to_owned(), source: source.into() };
    let unexpected = |what: &str| FetchFault::Unexpected { url: url.to_owned(), what: what.to_owned() };
    let mut answer = client.get(url).send().await.map_err(unreachable)?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(unexpected(answer.status().as_str()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err(unexpected("more than 256 KiB"));
        }
    }
    String::from_utf8(body).map_err(|_| unexpected("no UTF-8"))
}

impl fmt::Display for FetchFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { url, source } => {
                write!(formatter, "{url} cannot be reached: {source}; is the server running?")
            }
            Self::Unexpected { url, what } => {
                write!(formatter, "{url} answered with {what}; is it the issuer's address?")
            }
            Self::AnotherIssuer { expected, found } => {
                write!(
                    formatter,
                    "the server calls itself {found:?}, not {expected:?}; write the issuer exactly as it does"
                )
            }
            Self::Keys(refusal) => write!(formatter, "the JWKS cannot be read: {refusal}"),
        }
    }
}

impl std::error::Error for FetchFault {}

const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST: usize = 256 * 1024;
