//! The client's IP address: the peer of the socket, or the address reported by a trusted proxy.
//!
//! Forwarding headers are accepted from listed proxies only, since any client can send them. `X-Forwarded-For` takes
//! precedence over `Forwarded` ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)), and `Forwarded` over `X-Real-IP`.
//! A proxy that sets only one of the latter must remove the headers before it, or its clients choose their own address.
//!
//! A header from an unlisted peer is ignored and logged with the configuration line that would trust the peer: behind
//! an unlisted proxy, all users share one address and therefore every rate limit.

use std::{
    collections::HashSet,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use ipnet::IpNet;
use poem::{
    Endpoint, FromRequest, IntoResponse, Middleware, Request, RequestBody, Response, Result,
    http::{HeaderMap, HeaderValue, header},
};

/// The client's IP address. An IPv4-mapped IPv6 address is converted to IPv4. An extractor.
///
/// `0.0.0.0` if the peer has no IP address, as in tests without a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

/// The reverse proxies whose forwarding headers are trusted. Empty by default.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    hops: Hops,
}

/// How many entries of a forwarding header are trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Hops {
    /// One entry for each consecutive listed proxy.
    #[default]
    Listed,
    /// Only the last entry, which the proxy on this machine added itself.
    Last,
}

/// An entry of the trusted proxies is neither an IP address nor a network in CIDR notation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAProxy(
    /// The entry.
    pub String,
);

impl TrustedProxies {
    /// Parses addresses (`10.0.0.1`) and networks (`10.0.0.0/8`, `fd00::/8`).
    ///
    /// # Errors
    ///
    /// Returns [`NotAProxy`] with the first entry that is neither.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NotAProxy> {
        let parse = |entry: &str| {
            let address = IpAddr::from_str(entry).map(|address| IpNet::from(address.to_canonical()));
            address.or_else(|_| IpNet::from_str(entry)).map_err(|_| NotAProxy(entry.to_owned()))
        };
        let networks = entries.into_iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { networks, hops: Hops::Listed })
    }

    /// Trusts the reverse proxy on this machine, for a server that listens on loopback only. Of its header only the
    /// last address is used: the one that the proxy has seen itself.
    #[must_use]
    pub fn on_this_machine() -> Self {
        let loopback = [(IpAddr::V4(Ipv4Addr::LOCALHOST), 8), (IpAddr::V6(Ipv6Addr::LOCALHOST), 128)];
        let networks = loopback.into_iter().filter_map(|(address, bits)| IpNet::new(address, bits).ok());
        Self { networks: networks.collect(), hops: Hops::Last }
    }

    /// Whether forwarding headers of this peer are trusted.
    #[must_use]
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.networks.iter().any(|network| network.contains(&peer))
    }

    /// Returns the right-most address that is not a trusted proxy, starting from the socket's `peer`. The search stops
    /// at an unreadable entry, since an unknown party wrote the entries to its left.
    #[must_use]
    pub fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = if headers.contains_key(X_FORWARDED_FOR) {
            (X_FORWARDED_FOR, address)
        } else if headers.contains_key(header::FORWARDED) {
            (header::FORWARDED.as_str(), forwarded_for)
        } else {
            (X_REAL_IP, address)
        };
        // Each entry is read only after its writer is known to be trusted, so a long header from an untrusted peer
        // costs nothing.
        let most = if self.hops == Hops::Last { 1 } else { MOST_HOPS };
        let mut hops = from_the_right(headers, name).take(most);
        while self.trusts(nearest) {
            match hops.next() {
                Some(Some(hop)) => match read(hop) {
                    Some(hop) => nearest = hop,
                    None => return nearest,
                },
                Some(None) | None => return nearest,
            }
        }
        nearest
    }
}

impl fmt::Display for NotAProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} is neither an IP address nor a network such as 10.0.0.0/8", self.0)
    }
}

impl std::error::Error for NotAProxy {}

/// The address of the socket's peer, which may be a proxy.
#[must_use]
pub(crate) fn peer(request: &Request) -> IpAddr {
    let address = request.remote_addr().as_socket_addr().map(SocketAddr::ip);
    address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()
}

impl<E: Endpoint> Middleware<E> for TrustedProxies {
    type Output = ClientIpEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        ClientIpEndpoint { proxies: self.clone(), strangers: Strangers::default(), inner }
    }
}

/// Determines the [`ClientIp`] and attaches it to the request.
pub struct ClientIpEndpoint<E> {
    proxies: TrustedProxies,
    strangers: Strangers,
    inner: E,
}

/// Unlisted peers whose forwarding headers have been logged.
#[derive(Debug, Clone, Default)]
struct Strangers(Arc<Mutex<HashSet<IpAddr>>>);

impl Strangers {
    /// Logs the first forwarding header of an unlisted `peer`. Anyone can send one, so only the first few peers are
    /// logged.
    fn note(&self, peer: IpAddr, headers: &HeaderMap) {
        let Some(name) = FORWARDING.iter().find(|name| headers.contains_key(**name)) else { return };
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < MOST_STRANGERS && logged.insert(peer) {
            tracing::warn!(
                %peer,
                header = name,
                "forwarding header ignored: {peer} is not a trusted proxy, so all people behind it count as one \
                 address. If it is your reverse proxy, set trusted_proxies = [\"{peer}\"] under [http] in config.toml, \
                 or SIGNET__HTTP__TRUSTED_PROXIES={peer}"
            );
        }
    }
}

impl<E: Endpoint> Endpoint for ClientIpEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let peer = peer(&request);
        if !self.proxies.trusts(peer) {
            self.strangers.note(peer, request.headers());
        }
        let client = self.proxies.client_of(peer, request.headers());
        request.set_data(ClientIp(client));
        self.inner.call(request).await.map(IntoResponse::into_response)
    }
}

impl ClientIp {
    /// Returns the address found by [`TrustedProxies`], or the socket's peer if that middleware has not run.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        request.data().copied().unwrap_or_else(|| Self(peer(request)))
    }
}

impl<'a> FromRequest<'a> for ClientIp {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        Ok(Self::of(request))
    }
}

impl fmt::Display for ClientIp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The members of a list-valued header across all its fields, last first. `None` stands for a field that is not text.
fn from_the_right<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = Option<&'a str>> {
    let text = |value: &'a HeaderValue| value.to_str().ok();
    let members = |text: Option<&'a str>| {
        let readable = text.into_iter().flat_map(|text| text.rsplit(',').map(|member| Some(member.trim())));
        readable.chain(text.is_none().then_some(None))
    };
    headers.get_all(name).iter().rev().map(text).flat_map(members)
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// The address in the `for` parameter of a `Forwarded` element (RFC 7239 §4 and §6). Returns `None` for `unknown` and
/// obfuscated identifiers.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let parameter = |pair: &'_ str| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| address(value.trim_matches('"')))
    };
    element.split(';').find_map(parameter).flatten()
}

const X_FORWARDED_FOR: &str = "x-forwarded-for";
const X_REAL_IP: &str = "x-real-ip";

/// The headers that reverse proxies add to a request.
const FORWARDING: [&str; 5] = [X_FORWARDED_FOR, "forwarded", X_REAL_IP, "x-forwarded-proto", "x-forwarded-host"];

/// Maximum number of unlisted peers that are logged.
const MOST_STRANGERS: usize = 8;

/// Maximum number of proxies considered for one request.
const MOST_HOPS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        TrustedProxies::parse(proxies.iter().copied()).unwrap().client_of(peer.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn a_forwarding_header_is_not_believed_from_a_stranger() {
        let spoofed = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1")];
        assert_eq!(client(&[], "198.51.100.1", &spoofed), "198.51.100.1");
        assert_eq!(client(&["10.0.0.0/8"], "198.51.100.1", &spoofed), "198.51.100.1");
        assert_eq!(client(&["198.51.100.1"], "198.51.100.1", &spoofed), "192.0.2.1");
    }

    #[test]
    fn the_right_most_untrusted_address_is_the_clients() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        for (forwarded, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
            ("203.0.113.9, 192.0.2.1, 10.1.1.1", "192.0.2.1"),
            ("203.0.113.9,192.0.2.1 , fd00::7", "192.0.2.1"),
            ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1, nonsense", "10.0.0.1"),
            ("192.0.2.1, nonsense, 10.1.1.1", "10.1.1.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(client(&proxies, "10.0.0.1", &[("x-forwarded-for", forwarded)]), expected, "{forwarded}");
        }
    }

    #[test]
    fn repeated_fields_are_one_list() {
        let fields = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &fields), "192.0.2.1");
    }

    // RFC 7239 §4.
    #[test]
    fn forwarded_is_read_where_x_forwarded_for_is_absent() {
        for (forwarded, expected) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("proto=https; For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=203.0.113.9, for=192.0.2.43", "192.0.2.43"),
            ("for=unknown", "10.0.0.1"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &[("forwarded", forwarded)]), expected, "{forwarded}");
        }
        let both = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=203.0.113.9")];
        assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &both), "192.0.2.1");
    }

    #[test]
    fn a_mapped_peer_is_its_ipv4_address() {
        assert_eq!(client(&[], "::ffff:192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(client(&["127.0.0.1"], "::ffff:127.0.0.1", &[("x-forwarded-for", "192.0.2.1")]), "192.0.2.1");
    }

    #[test]
    fn a_real_ip_is_read_where_nothing_else_is_forwarded() {
        let real = ("x-real-ip", "192.0.2.1");
        assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &[real]), "192.0.2.1");
        assert_eq!(client(&[], "10.0.0.1", &[real]), "10.0.0.1");
        assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &[real, ("x-forwarded-for", "192.0.2.2")]), "192.0.2.2");
    }

    // Whatever header the client sends, the proxy on this machine appends the address that it has seen.
    #[test]
    fn of_the_proxy_on_this_machine_only_the_last_address_is_believed() {
        let own = TrustedProxies::on_this_machine();
        let client = |peer: &str, forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.append(X_FORWARDED_FOR, forwarded.parse().unwrap());
            own.client_of(peer.parse().unwrap(), &headers).to_string()
        };
        for (peer, forwarded, expected) in [
            ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
            ("::1", "203.0.113.9, 192.0.2.1", "192.0.2.1"),
            ("127.0.0.1", "203.0.113.9, 127.0.0.1", "127.0.0.1"),
            ("127.0.0.1", "203.0.113.9, ::1", "::1"),
            ("198.51.100.1", "192.0.2.1", "198.51.100.1"),
        ] {
            assert_eq!(client(peer, forwarded), expected, "{forwarded} from {peer}");
        }
    }

    #[test]
    fn a_header_of_any_length_is_not_read_from_a_stranger_and_only_in_part_from_a_proxy() {
        let long = format!("{}192.0.2.1", "10.0.0.1,".repeat(10_000));
        assert_eq!(client(&[], "198.51.100.1", &[("x-forwarded-for", &long)]), "198.51.100.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.9", &[("x-forwarded-for", &long)]), "192.0.2.1");
        let proxies_only = "10.0.0.1,".repeat(10_000);
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.9", &[("x-forwarded-for", proxies_only.trim_end_matches(','))]),
            "10.0.0.1"
        );
    }

    #[tokio::test]
    async fn the_first_forwarding_header_of_a_stranger_is_logged_once_with_the_line_to_add() {
        for name in FORWARDING {
            let (lines, _guard) = super::super::recording::record();
            let endpoint = TrustedProxies::default().transform(poem::endpoint::make_sync(|_| "fine"));
            let asked = || Request::builder().header(name, "192.0.2.1").finish();
            for _ in 0..3 {
                endpoint.call(asked()).await.unwrap();
            }
            let text = lines.text();
            assert_eq!(text.matches("forwarding header ignored").count(), 1, "{name}: {text}");
            // Without a socket, the peer is 0.0.0.0.
            assert!(text.contains("trusted_proxies = [\"0.0.0.0\"]") && text.contains("WARN"), "{text}");
            let trusting = TrustedProxies::parse(["0.0.0.0"]).unwrap().transform(poem::endpoint::make_sync(|_| "fine"));
            trusting.call(asked()).await.unwrap();
            endpoint.call(Request::builder().finish()).await.unwrap();
            assert_eq!(lines.text().matches("forwarding header ignored").count(), 1, "{name}");
        }
    }

    #[tokio::test]
    async fn the_log_of_strangers_is_bounded() {
        let (lines, _guard) = super::super::recording::record();
        let strangers = Strangers::default();
        let mut headers = HeaderMap::new();
        headers.append(X_FORWARDED_FOR, HeaderValue::from_static("192.0.2.1"));
        for last in 0..100 {
            strangers.note(IpAddr::V4(Ipv4Addr::new(198, 51, 100, last)), &headers);
        }
        assert_eq!(lines.text().matches("forwarding header ignored").count(), MOST_STRANGERS);
    }

    #[test]
    fn an_entry_that_is_no_network_is_refused_by_its_text() {
        for entry in ["proxy", "10.0.0.0/33", "", "10.0.0.1:80"] {
            assert_eq!(TrustedProxies::parse([entry]).err(), Some(NotAProxy(entry.to_owned())));
        }
        assert!(TrustedProxies::parse(["10.0.0.0/32", "::1"]).is_ok());
    }
}
