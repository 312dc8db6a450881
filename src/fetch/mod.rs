//! Outgoing requests to URLs that other parties chose: a client's keys (`jwks_uri`), request objects (`request_uri`),
//! the redirect URIs of a sector (`sector_identifier_uri`), and notifications.
//!
//! A party that chooses the URL could make the server request resources that only the server can reach (server-side
//! request forgery: OWASP SSRF, RFC 9101 §10.4, OpenID Connect Registration §9). The limits are therefore: `https`
//! only; public addresses only, checked when the connection is made (a name may resolve differently a moment later); no
//! redirects; no proxy; 64 KiB; and 3 seconds from the DNS query to the last byte.

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

/// Fetches documents within the limits of this module.
#[derive(Clone)]
pub struct Fetcher {
    client: Client,
    resolver: Arc<GuardedResolver>,
    allows_private: bool,
    places: Arc<Semaphore>,
    /// The timeout of a request, including the response.
    patience: StdDuration,
}

/// Exceptions from the limits: in home networks and test environments, applications have private addresses.
#[derive(Clone, Debug, Default)]
pub struct FetchPolicy {
    /// Whether loopback and private addresses are permitted.
    pub allow_private_addresses: bool,
    /// An additional trusted certificate authority, in PEM.
    pub certificate_authority: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
pub struct Fetched {
    /// The body: UTF-8, at most 64 KiB.
    pub body: String,
    /// How long the sender permits the document to be cached; `None` if not stated, zero for `no-store` and `no-cache`.
    pub max_age: Option<Duration>,
}

impl Fetcher {
    /// Creates a fetcher.
    ///
    /// # Errors
    ///
    /// Returns [`FetchRefusal::Certificate`] if the certificate authority is not PEM, and [`FetchRefusal::Unavailable`]
    /// if TLS is not available.
    pub fn new(policy: FetchPolicy) -> Result<Self, FetchRefusal> {
        let FetchPolicy { allow_private_addresses, certificate_authority } = policy;
        let resolver = Arc::new(GuardedResolver::new(allow_private_addresses));
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            // A kept-alive connection would outlive the DNS record that led to it.
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::clone(&resolver));
        if let Some(pem) = certificate_authority {
            let certificate = Certificate::from_pem(&pem).map_err(|_| FetchRefusal::Certificate)?;
            builder = builder.add_root_certificate(certificate);
        }
        let client = builder.build().map_err(|_| FetchRefusal::Unavailable)?;
        let places = Arc::new(Semaphore::new(MAX_CONCURRENT));
        Ok(Self { client, resolver, allows_private: allow_private_addresses, places, patience: PATIENCE })
    }

    /// Fetches the document at `url`. `accept` is the expected media type.
    ///
    /// # Errors
    ///
    /// Returns [`FetchRefusal`] if the document cannot be fetched within the limits.
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

    /// Fetches the JSON document at `url`, and returns how long it can be cached, as in [`Fetched::max_age`].
    ///
    /// # Errors
    ///
    /// Returns [`FetchRefusal`] if the document cannot be fetched within the limits.
    pub async fn json(&self, url: &str) -> Result<(Value, Option<Duration>), FetchRefusal> {
        let fetched = self.text(url, "application/json").await?;
        let document = serde_json::from_str(&fetched.body).map_err(|_| FetchRefusal::NotJson)?;
        Ok((document, fetched.max_age))
    }

    /// Sends `encoded`, a body of `application/x-www-form-urlencoded`, to `url`. Returns the status of the response;
    /// the body is ignored.
    ///
    /// Where private addresses are permitted, `http` is too, since a client on the same machine may register an `http`
    /// URI for back-channel logout.
    ///
    /// # Errors
    ///
    /// Returns [`FetchRefusal`] if there is no response.
    pub async fn post_form(&self, url: &str, encoded: String) -> Result<u16, FetchRefusal> {
        let url = self.address(url, self.schemes_of_forms())?;
        let request = self.client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(encoded);
        self.bounded(async { Ok(request.send().await.map_err(FetchRefusal::of)?.status().as_u16()) }).await
    }

    /// Checks that [`Self::post_form`] would send a request to `url`, provided that DNS does not change.
    ///
    /// # Errors
    ///
    /// Returns [`FetchRefusal::Address`] or [`FetchRefusal::Private`] if it would not, or another error if the name
    /// cannot be resolved.
    pub async fn permits_post(&self, url: &str) -> Result<(), FetchRefusal> {
        let url = self.address(url, self.schemes_of_forms())?;
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        let name = name.parse().map_err(|_| FetchRefusal::Address)?;
        self.bounded(async { self.resolver.resolve(name).await.map(|_| ()).map_err(FetchRefusal::of_resolving) }).await
    }

    /// Returns whether loopback and private addresses are permitted.
    #[must_use]
    pub fn allows_private_addresses(&self) -> bool {
        self.allows_private
    }

    fn schemes_of_forms(&self) -> &'static [&'static str] {
        if self.allows_private { &["https", "http"] } else { &["https"] }
    }

    /// Parses `url` and checks that it may be requested. Literal addresses are checked here, since they are not
    /// resolved. The `url` crate has normalised decimal, octal and shortened forms.
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

    /// Runs `work` when fewer than the maximum number of fetches are running, within [`Fetcher::patience`] in total.
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

/// Parses `max-age`, `no-store` and `no-cache` of `Cache-Control`, RFC 9111 §5.2.2.
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

/// From the DNS query to the last byte: see [`Fetcher::patience`].
const PATIENCE: StdDuration = StdDuration::from_secs(3);

/// Maximum size of a document, in bytes.
const LARGEST: usize = 64 * 1024;

/// Maximum number of concurrent fetches.
const MAX_CONCURRENT: usize = 16;
