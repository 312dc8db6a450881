//! What this server fetches from addresses that others chose: a client's keys (`jwks_uri`), request objects
//! (`request_uri`), the redirect URIs of a sector (`sector_identifier_uri`); and what it sends there.
//!
//! Whoever chooses an address that a server asks can have it ask what only the server can reach (server-side request
//! forgery: OWASP SSRF, RFC 9101 §10.4, OpenID Connect Registration §9). So: `https` only, no address that is not of the
//! public internet, looked at where the connection is made and not before (a name may mean something else a moment
//! later), no redirects, no proxy, 64 KiB, and 3 seconds from the first question to the last byte.

mod address;
mod refusal;
mod resolver;

#[cfg(test)]
#[path = "../../tests/support/https.rs"]
pub(crate) mod https;
#[cfg(test)]
mod tests;

use std::{net::IpAddr, sync::Arc, time::Duration as StdDuration};

use reqwest::{
    Certificate, Client, Response,
    dns::Resolve,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE},
};
use serde_json::Value;
use time::Duration;
use tokio::sync::Semaphore;
use url::{Host, Url};

pub use address::is_public;
pub use refusal::FetchRefusal;
use resolver::GuardedResolver;

/// Fetches documents, within the bounds of this module.
#[derive(Clone)]
pub struct Fetcher {
    client: Client,
    resolver: Arc<GuardedResolver>,
    allows_private: bool,
    places: Arc<Semaphore>,
    /// How long a question and its answer may take, all in all.
    patience: StdDuration,
}

/// What a fetcher may do beyond the usual: at home and in test rigs, applications are in one's own network.
#[derive(Clone, Debug, Default)]
pub struct FetchPolicy {
    /// Whether addresses of this machine and of private networks may be reached.
    pub allow_private_addresses: bool,
    /// A further certificate authority to trust, in PEM.
    pub certificate_authority: Option<Vec<u8>>,
}

/// What was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The body: UTF-8, at most 64 KiB.
    pub body: String,
    /// For how long its sender says that it can be kept; nothing if that is not said, zero for `no-store` and `no-cache`.
    pub max_age: Option<Duration>,
}

impl Fetcher {
    /// A fetcher.
    ///
    /// # Errors
    ///
    /// [`FetchRefusal::Certificate`] when the certificate authority is not PEM, [`FetchRefusal::Unavailable`] when TLS is
    /// not available.
    pub fn new(policy: FetchPolicy) -> Result<Self, FetchRefusal> {
        let FetchPolicy { allow_private_addresses, certificate_authority } = policy;
        let resolver = Arc::new(GuardedResolver::new(allow_private_addresses));
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            // A connection that is kept would outlive the name that led to it.
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::clone(&resolver));
        if let Some(pem) = certificate_authority {
            let certificate = Certificate::from_pem(&pem).map_err(|_| FetchRefusal::Certificate)?;
            builder = builder.add_root_certificate(certificate);
        }
        let client = builder.build().map_err(|_| FetchRefusal::Unavailable)?;
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Ok(Self { client, resolver, allows_private: allow_private_addresses, places, patience: PATIENCE })
    }

    /// The document at `url`, which says that it is of the media type `accept`, or of any.
    ///
    /// # Errors
    ///
    /// [`FetchRefusal`].
    pub async fn text(&self, url: &str, accept: &str) -> Result<Fetched, FetchRefusal> {
        let url = self.address(url, &["https"])?;
        let request = self.client.get(url).header(ACCEPT, accept);
        self.bounded(async {
            let answer = request.send().await.map_err(FetchRefusal::of)?;
            if answer.status() != reqwest::StatusCode::OK {
                return Err(FetchRefusal::Status(answer.status().as_u16()));
            }
            let max_age = answer.headers().get(CACHE_CONTROL).and_then(|value| max_age(value.to_str().ok()?));
            Ok(Fetched { body: body(answer).await?, max_age })
        })
        .await
    }

    /// The JSON document at `url`, and for how long it can be kept, as in [`Fetched::max_age`].
    ///
    /// # Errors
    ///
    /// [`FetchRefusal`].
    pub async fn json(&self, url: &str) -> Result<(Value, Option<Duration>), FetchRefusal> {
        let fetched = self.text(url, "application/json").await?;
        let document = serde_json::from_str(&fetched.body).map_err(|_| FetchRefusal::NotJson)?;
        Ok((document, fetched.max_age))
    }

    /// Sends `encoded`, a body of `application/x-www-form-urlencoded`, to `url`. The status of the answer, whose body
    /// nobody reads.
    ///
    /// Where private addresses are allowed `http` is too, since a client may register such a URI for back-channel logout
    /// on the same machine.
    ///
    /// # Errors
    ///
    /// [`FetchRefusal`], unless there is an answer.
    pub async fn post_form(&self, url: &str, encoded: String) -> Result<u16, FetchRefusal> {
        let url = self.address(url, self.schemes_of_forms())?;
        let request = self.client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(encoded);
        self.bounded(async { Ok(request.send().await.map_err(FetchRefusal::of)?.status().as_u16()) }).await
    }

    /// Whether [`Self::post_form`] would send something to `url`, as far as names mean the same a moment later.
    ///
    /// # Errors
    ///
    /// [`FetchRefusal::Address`] and [`FetchRefusal::Private`] if it would not; another one if that cannot be found out.
    pub async fn permits_post(&self, url: &str) -> Result<(), FetchRefusal> {
        let url = self.address(url, self.schemes_of_forms())?;
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        let name = name.parse().map_err(|_| FetchRefusal::Address)?;
        self.bounded(async { self.resolver.resolve(name).await.map(|_| ()).map_err(FetchRefusal::of_resolving) }).await
    }

    /// Whether addresses of this machine and of private networks may be reached.
    #[must_use]
    pub fn allows_private_addresses(&self) -> bool {
        self.allows_private
    }

    fn schemes_of_forms(&self) -> &'static [&'static str] {
        if self.allows_private { &["https", "http"] } else { &["https"] }
    }

    /// `url`, if it may be asked. An address that is written as such is looked at here, since nobody resolves it; `url`
    /// has brought its decimal, octal and shortened forms into the usual one.
    fn address(&self, url: &str, schemes: &[&str]) -> Result<Url, FetchRefusal> {
        let url = Url::parse(url).map_err(|_| FetchRefusal::Address)?;
        if !schemes.contains(&url.scheme()) || !url.username().is_empty() || url.password().is_some() {
            return Err(FetchRefusal::Address);
        }
        let literal = match url.host() {
            None => return Err(FetchRefusal::Address),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        };
        match literal {
            Some(address) if !self.allows_private && !is_public(address) => Err(FetchRefusal::Private),
            _ => Ok(url),
        }
    }

    /// Does `work` when there is a place for it, all in all within [`Fetcher::patience`].
    async fn bounded<T>(&self, work: impl Future<Output = Result<T, FetchRefusal>>) -> Result<T, FetchRefusal> {
        let in_its_place = async {
            let _place = self.places.acquire().await.map_err(|_| FetchRefusal::Busy)?;
            work.await
        };
        tokio::time::timeout(self.patience, in_its_place).await.unwrap_or(Err(FetchRefusal::TooSlow))
    }
}

async fn body(mut answer: Response) -> Result<String, FetchRefusal> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(FetchRefusal::of)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(FetchRefusal::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    String::from_utf8(body).map_err(|_| FetchRefusal::NotText)
}

/// RFC 9111 §5.2.2.
fn max_age(cache_control: &str) -> Option<Duration> {
    let mut found = None;
    for directive in cache_control.split(',').map(|directive| directive.trim().to_ascii_lowercase()) {
        match directive.split_once('=') {
            None if directive == "no-store" || directive == "no-cache" => return Some(Duration::ZERO),
            Some(("max-age", seconds)) => {
                found = seconds.trim_matches('"').parse::<u32>().ok().map(|seconds| Duration::seconds(seconds.into()));
            }
            _ => {}
        }
    }
    found
}

/// From the first question to the last byte: see [`Fetcher::patience`].
const PATIENCE: StdDuration = StdDuration::from_secs(3);

/// The most bytes of a document.
const LARGEST: usize = 64 * 1024;

/// The most fetches at a time.
const AT_ONCE: usize = 16;
