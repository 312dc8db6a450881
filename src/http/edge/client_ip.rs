//! Whose request it is: the socket's peer, or what a trusted proxy says.
//!
//! Forwarding headers are believed from listed proxies only, since anyone can send them. `X-Forwarded-For` is read in
//! preference to `Forwarded` ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)): a proxy that writes only the latter
//! must remove the former, or its clients choose their own address.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

use ipnet::IpNet;
use poem::{
    Endpoint, FromRequest, IntoResponse, Middleware, Request, RequestBody, Response, Result,
    http::{HeaderMap, HeaderValue, header},
};

/// The address a request came from, an IPv4-mapped IPv6 address as IPv4. An extractor.
///
/// `0.0.0.0` when the peer has no IP address, as in tests without a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

/// The reverse proxies whose forwarding headers are believed. Empty by default: none.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// An entry of the trusted proxies is neither an address nor a network in CIDR notation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAProxy(
    /// The entry.
    pub String,
);

impl TrustedProxies {
    /// Reads addresses (`10.0.0.1`) and networks (`10.0.0.0/8`, `fd00::/8`).
    ///
    /// # Errors
    ///
    /// [`NotAProxy`] with the first entry that is neither.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NotAProxy> {
        let parse = |entry: &str| {
            let address = IpAddr::from_str(entry).map(|address| IpNet::from(address.to_canonical()));
            address.or_else(|_| IpNet::from_str(entry)).map_err(|_| NotAProxy(entry.to_owned()))
        };
        entries.into_iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether forwarding headers of this peer are believed.
    #[must_use]
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }

    /// The right-most address that no trusted proxy has, starting from the socket's `peer`. An entry that cannot be
    /// read ends the walk, since what stands left of it was written by someone unknown.
    #[must_use]
    pub fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        let hops = if headers.contains_key(X_FORWARDED_FOR) {
            list(headers, X_FORWARDED_FOR).map(|entry| entry.and_then(address)).collect::<Vec<_>>()
        } else {
            list(headers, header::FORWARDED.as_str()).map(|entry| entry.and_then(forwarded_for)).collect()
        };
        for hop in hops.into_iter().rev() {
            if !self.trusts(nearest) {
                return nearest;
            }
            match hop {
                Some(hop) => nearest = hop,
                None => return nearest,
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

/// The address at the other end of the socket, which may be a proxy's.
#[must_use]
pub(crate) fn peer(request: &Request) -> IpAddr {
    let address = request.remote_addr().as_socket_addr().map(SocketAddr::ip);
    address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()
}

impl<E: Endpoint> Middleware<E> for TrustedProxies {
    type Output = ClientIpEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        ClientIpEndpoint { proxies: self.clone(), inner }
    }
}

/// Finds the [`ClientIp`] once and keeps it with the request.
pub struct ClientIpEndpoint<E> {
    proxies: TrustedProxies,
    inner: E,
}

impl<E: Endpoint> Endpoint for ClientIpEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let client = self.proxies.client_of(peer(&request), request.headers());
        request.set_data(ClientIp(client));
        self.inner.call(request).await.map(IntoResponse::into_response)
    }
}

impl ClientIp {
    /// The address found by [`TrustedProxies`], or the socket's peer where that has not run.
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

/// The members of a header that is a list, over all its fields in their order; `None` for one that is no text.
fn list<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = Option<&'a str>> {
    let members = |value: &'a HeaderValue| match value.to_str() {
        Ok(text) => text.split(',').map(|member| Some(member.trim())).collect(),
        Err(_) => vec![None],
    };
    headers.get_all(name).iter().flat_map(members)
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// The address in the `for` parameter of an element of `Forwarded`, RFC 7239 §4 and §6. `unknown` and obfuscated
/// identifiers are no addresses.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let parameter = |pair: &'_ str| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| address(value.trim_matches('"')))
    };
    element.split(';').find_map(parameter).flatten()
}

const X_FORWARDED_FOR: &str = "x-forwarded-for";

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

    // X2
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
    fn an_entry_that_is_no_network_is_refused_by_its_text() {
        for entry in ["proxy", "10.0.0.0/33", "", "10.0.0.1:80"] {
            assert_eq!(TrustedProxies::parse([entry]).err(), Some(NotAProxy(entry.to_owned())));
        }
        assert!(TrustedProxies::parse(["10.0.0.0/32", "::1"]).is_ok());
    }
}
