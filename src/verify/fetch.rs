//! Fetches the documents of the issuer, with limits on time and size: its metadata (RFC 8414), its keys, and its status
//! lists.

use std::{fmt, io::Read, sync::Arc, time::Duration};

use flate2::read::GzDecoder;
use reqwest::{StatusCode, header};
use serde_json::Value;
use url::{Host, Url};

use super::status_list_token::StatusTokenRefusal;
use crate::jose::{JwkSet, JwkSetRefusal};

/// Why a document of the issuer could not be fetched. `Display` says what to check.
#[derive(Debug)]
pub enum FetchFault {
    /// The configured issuer is neither an `https` URL nor an `http` URL of a loopback host.
    NotAnIssuer(String),
    /// The server did not respond, or not in time.
    Unreachable {
        /// The requested URL.
        url: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The status of the response was not 200, or the response was too long.
    Unexpected {
        /// The requested URL.
        url: String,
        /// A description of the response.
        what: String,
    },
    /// The metadata name another issuer: "the issuer value returned MUST be identical" (RFC 8414 §3.3).
    AnotherIssuer {
        /// The configured issuer.
        expected: String,
        /// The issuer in the document.
        found: String,
    },
    /// The JWKS cannot be parsed.
    Keys(JwkSetRefusal),
    /// The document at this URL is not a valid status list.
    StatusList {
        /// The requested URL.
        url: String,
        /// What is wrong with the document.
        refusal: StatusTokenRefusal,
    },
    /// A status list cannot be verified before keys are known.
    NoKeys,
    /// The issuer could not be reached, and the cache file could not be used.
    CacheFile {
        /// The file and the reason.
        reason: String,
        /// Why the issuer could not be reached.
        fault: Box<FetchFault>,
    },
}

/// The source of the documents.
#[derive(Clone)]
pub(super) enum Source {
    Http(reqwest::Client),
    /// The same process, for tests.
    InProcess(InProcess),
}

/// Returns the document at a URL.
pub(super) type InProcess = Arc<dyn Fn(&str) -> Result<String, FetchFault> + Send + Sync>;

pub(super) enum FetchOutcome {
    /// The document has not changed since the given `ETag`.
    Unchanged,
    Document {
        text: String,
        etag: Option<String>,
    },
}

/// A request for a document: the URL, the `ETag` of the cached copy, and the maximum length of the response in bytes.
#[derive(Clone, Copy)]
pub(super) struct ConditionalRequest<'a> {
    pub(super) url: &'a str,
    pub(super) etag: Option<&'a str>,
    pub(super) longest: usize,
}

impl Source {
    /// Creates a client that follows no redirects and has a timeout.
    pub(super) fn http() -> Result<Self, FetchFault> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build();
        let client = client.map_err(|source| FetchFault::Unreachable { url: String::new(), source: source.into() })?;
        Ok(Self::Http(client))
    }

    pub(super) async fn get(&self, asked: ConditionalRequest<'_>) -> Result<FetchOutcome, FetchFault> {
        match self {
            Self::Http(client) => http(client, asked).await,
            Self::InProcess(documents) => documents(asked.url).map(|text| FetchOutcome::Document { text, etag: None }),
        }
    }

    async fn text(&self, url: &str) -> Result<String, FetchFault> {
        match self.get(ConditionalRequest { url, etag: None, longest: LONGEST }).await? {
            FetchOutcome::Document { text, .. } => Ok(text),
            FetchOutcome::Unchanged => Err(unexpected(url, "304")),
        }
    }
}

/// Parses the URL of the issuer.
///
/// # Errors
///
/// Returns [`FetchFault::NotAnIssuer`] if the URL is not `https`, except for a loopback host.
pub(super) fn issuer_url(issuer: &str) -> Result<Url, FetchFault> {
    let refused = || FetchFault::NotAnIssuer(issuer.to_owned());
    let url = Url::parse(issuer).map_err(|_| refused())?;
    let is_here = match url.host().ok_or_else(refused)? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    if is_safe && url.query().is_none() && url.fragment().is_none() { Ok(url) } else { Err(refused()) }
}

/// Fetches the keys of `issuer`, whose URL is `url`.
pub(super) async fn keys(source: &Source, issuer: &str, url: &Url) -> Result<JwkSet, FetchFault> {
    let (location, document) = metadata(source, url).await?;
    let document: Value = serde_json::from_str(&document).map_err(|_| unexpected(&location, "no JSON"))?;
    let member = |name| document.get(name).and_then(Value::as_str).unwrap_or_default();
    if member("issuer") != issuer {
        return Err(FetchFault::AnotherIssuer { expected: issuer.to_owned(), found: member("issuer").to_owned() });
    }
    let jwks_uri = member("jwks_uri");
    // RFC 8414 §2: "This URL MUST use the "https" scheme." A loopback issuer may publish its keys at its own origin.
    let is_safe = Url::parse(jwks_uri).is_ok_and(|keys| keys.scheme() == "https" || keys.origin() == url.origin());
    if !is_safe {
        return Err(unexpected(&location, "a jwks_uri that does not use https"));
    }
    let keys = JwkSet::parse(&source.text(jwks_uri).await?).map_err(FetchFault::Keys)?;
    // An issuer without keys cannot issue tokens, so this is an error, and the previous keys stay in use.
    if keys.is_empty() { Err(unexpected(jwks_uri, "no supported key")) } else { Ok(keys) }
}

/// Fetches the metadata. RFC 8414 §3.1 inserts the well-known path before the path of the issuer. OpenID Connect
/// Discovery §4 appends its well-known path, and some issuers only serve that one.
async fn metadata(source: &Source, issuer: &Url) -> Result<(String, String), FetchFault> {
    let path = issuer.path().trim_end_matches('/');
    let origin = issuer.origin().ascii_serialization();
    let inserted = format!("{origin}/.well-known/oauth-authorization-server{path}");
    match source.text(&inserted).await {
        Ok(document) => Ok((inserted, document)),
        Err(fault) if fault.is_absence() => {
            let appended = format!("{origin}{path}/.well-known/openid-configuration");
            source.text(&appended).await.map(|document| (appended, document))
        }
        Err(fault) => Err(fault),
    }
}

async fn http(client: &reqwest::Client, asked: ConditionalRequest<'_>) -> Result<FetchOutcome, FetchFault> {
    let url = asked.url;
    let unreachable = |source: reqwest::Error| FetchFault::Unreachable { url: url.to_owned(), source: source.into() };
    let mut request = client.get(url).header(header::ACCEPT_ENCODING, "gzip");
    if let Some(etag) = asked.etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    let mut answer = request.send().await.map_err(unreachable)?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if asked.etag.is_some() => return Ok(FetchOutcome::Unchanged),
        other => return Err(unexpected(url, other.as_str())),
    }
    let etag = answer.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let is_gzip = answer.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > asked.longest {
            return Err(too_long(asked));
        }
    }
    let body = if is_gzip { unpacked(&body, asked)? } else { body };
    let text = String::from_utf8(body).map_err(|_| unexpected(url, "no UTF-8"))?;
    Ok(FetchOutcome::Document { text, etag })
}

impl FetchFault {
    /// Returns the error for a URL that does not exist.
    pub(super) fn absence(url: &str) -> Self {
        unexpected(url, "404")
    }

    /// Returns whether the server responded that the document does not exist.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::Unexpected { what, .. } if what == "404" || what == "410")
    }
}

/// Decompresses a response with the content coding `gzip`. It stops at the maximum length.
fn unpacked(body: &[u8], asked: ConditionalRequest<'_>) -> Result<Vec<u8>, FetchFault> {
    let mut bytes = Vec::new();
    let longest = u64::try_from(asked.longest).unwrap_or(u64::MAX);
    let read = GzDecoder::new(body).take(longest.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|_| unexpected(asked.url, "damaged gzip"))?;
    if bytes.len() > asked.longest { Err(too_long(asked)) } else { Ok(bytes) }
}

fn too_long(asked: ConditionalRequest<'_>) -> FetchFault {
    unexpected(asked.url, &format!("more than {} KiB", asked.longest / 1024))
}

fn unexpected(url: &str, what: &str) -> FetchFault {
    FetchFault::Unexpected { url: url.to_owned(), what: what.to_owned() }
}

impl fmt::Display for FetchFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnIssuer(issuer) => {
                write!(
                    formatter,
                    "{issuer:?} is not an issuer URL; use its https address (http only for loopback \
                    addresses)"
                )
            }
            Self::Unreachable { url, source } => {
                write!(formatter, "{url} cannot be reached: {source}; is the server running?")
            }
            Self::Unexpected { url, what } => {
                write!(formatter, "{url} responded with {what}; is it the address of the issuer?")
            }
            Self::AnotherIssuer { expected, found } => {
                write!(
                    formatter,
                    "the issuer of the server is {found:?}, not {expected:?}; configure it exactly like that"
                )
            }
            Self::Keys(refusal) => write!(formatter, "the JWKS cannot be read: {refusal}"),
            Self::StatusList { url, refusal } => write!(formatter, "the status list {url} is rejected: {refusal}"),
            Self::CacheFile { reason, fault } => write!(formatter, "{fault}; {reason}"),
            Self::NoKeys => formatter.write_str("a status list cannot be checked before the keys are known"),
        }
    }
}

impl std::error::Error for FetchFault {}

const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_within_the_bound() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&[b'a'; 4096]).unwrap();
        let packed = encoder.finish().unwrap();
        let unpacked = |body: &[u8], longest| unpacked(body, ConditionalRequest { url: "a", etag: None, longest });
        assert_eq!(unpacked(&packed, 4096).unwrap(), [b'a'; 4096]);
        assert!(unpacked(&packed, 4095).is_err_and(|fault| fault.to_string().contains("more than 3 KiB")));
        assert!(unpacked(&packed[..packed.len() - 1], 4096).is_err());
        assert!(unpacked(b"{}", 4096).is_err());
    }

    #[test]
    fn an_issuer_is_https_or_this_machine() {
        for issuer in ["https://a.example", "https://a.example/t1", "http://127.0.0.1:8080", "http://[::1]:1"] {
            assert!(issuer_url(issuer).is_ok(), "{issuer}");
        }
        for issuer in ["", "a.example", "http://a.example", "http://10.0.0.1", "ftp://localhost", "https://a.example?b"]
        {
            assert!(matches!(issuer_url(issuer), Err(FetchFault::NotAnIssuer(_))), "{issuer}");
        }
    }

    #[tokio::test]
    async fn metadata_is_looked_for_where_both_specifications_put_it() {
        for location in [
            "https://a.example/.well-known/oauth-authorization-server/t1",
            "https://a.example/t1/.well-known/openid-configuration",
        ] {
            let document =
                move |url: &str| if url == location { Ok(String::new()) } else { Err(FetchFault::absence(url)) };
            let source = Source::InProcess(Arc::new(document));
            let found = metadata(&source, &Url::parse("https://a.example/t1").unwrap()).await.unwrap();
            assert_eq!(found.0, location);
        }
    }

    #[tokio::test]
    async fn metadata_of_a_server_that_is_down_are_looked_for_once() {
        let source = Source::InProcess(Arc::new(|url| {
            if url.ends_with("/openid-configuration") { Ok(String::new()) } else { Err(unexpected(url, "500")) }
        }));
        let fault = metadata(&source, &Url::parse("https://a.example").unwrap()).await.unwrap_err();
        assert!(fault.to_string().contains("oauth-authorization-server responded with 500"), "{fault}");
    }

    /// Asks a server that sends `answer` once.
    async fn asked(answer: Vec<u8>, etag: Option<&str>) -> Result<FetchOutcome, FetchFault> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the request ends early");
            }
            stream.write_all(&answer).await.unwrap();
        });
        let answer = Source::http().unwrap().get(ConditionalRequest { url: &url, etag, longest: 32 }).await;
        serving.abort();
        answer
    }

    #[tokio::test]
    async fn a_document_is_read_up_to_its_bound_and_unpacked_only_if_it_is_packed() {
        let document = |coding: &str, body: &[u8]| {
            let head = format!("HTTP/1.1 200 OK\r\n{coding}content-length: {}\r\n\r\n", body.len());
            [head.as_bytes(), body].concat()
        };
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(b"{}").unwrap();
        let packed = encoder.finish().unwrap();
        let gzip = "content-encoding: gzip\r\n";
        for (coding, body, expected) in [
            ("", [b'a'; 32].as_slice(), Ok("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
            ("", &[b'a'; 33], Err("more than")),
            ("", &[0xff], Err("no UTF-8")),
            (gzip, &packed, Ok("{}")),
            (gzip, b"{}", Err("damaged gzip")),
            ("", &packed, Err("no UTF-8")),
        ] {
            match (asked(document(coding, body), None).await, expected) {
                (Ok(FetchOutcome::Document { text, .. }), Ok(expected)) => assert_eq!(text, expected),
                (Err(fault), Err(expected)) => assert!(fault.to_string().contains(expected), "{fault}"),
                (answer, expected) => panic!("{:?} instead of {expected:?}", answer.err()),
            }
        }
    }

    #[tokio::test]
    async fn that_nothing_has_changed_is_an_answer_only_to_who_has_a_copy() {
        let unchanged = || b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec();
        assert!(matches!(asked(unchanged(), Some("\"a\"")).await, Ok(FetchOutcome::Unchanged)));
        let fault = asked(unchanged(), None).await.err().unwrap();
        assert!(fault.to_string().contains("responded with 304"), "{fault}");
    }

    #[tokio::test]
    async fn metadata_that_misleads_is_refused() {
        let fetched = async |document: &'static str| {
            let source = Source::InProcess(Arc::new(move |url| {
                Ok(if url.ends_with("/jwks") { r#"{"keys":[]}"# } else { document }.to_owned())
            }));
            keys(&source, "https://a.example", &Url::parse("https://a.example").unwrap()).await.unwrap_err().to_string()
        };
        for (document, complaint) in [
            (r#"{"issuer":"https://b.example","jwks_uri":"https://a.example/jwks"}"#, "the issuer of the server is"),
            (r#"{"issuer":"https://a.example","jwks_uri":"http://a.example/jwks"}"#, "does not use https"),
            (r#"{"issuer":"https://a.example"}"#, "does not use https"),
            (r#"{"issuer":"https://a.example","jwks_uri":"https://a.example/jwks"}"#, "no supported key"),
            ("<html>", "no JSON"),
        ] {
            let fault = fetched(document).await;
            assert!(fault.contains(complaint), "{document}: {fault}");
        }
    }
}
