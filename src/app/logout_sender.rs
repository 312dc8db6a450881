//! Sends logout tokens to where clients have registered to be told, and nowhere that only this machine can reach.

use std::{
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

use crate::{
    endpoint::backchannel_logout::{LogoutSender, NotTaken, Sending},
    secret::Secret,
};

/// A client of HTTP that follows no redirect, uses no proxy and waits for nobody.
pub(super) struct HttpLogoutSender {
    http: reqwest::Client,
    allows_private_addresses: bool,
}

impl HttpLogoutSender {
    /// `allows_private_addresses` also allows plain `http`.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up.
    pub(super) fn new(allows_private_addresses: bool) -> Result<Self, reqwest::Error> {
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE);
        let builder = if allows_private_addresses { builder } else { builder.dns_resolver(Arc::new(PublicAddresses)) };
        Ok(Self { http: builder.build()?, allows_private_addresses })
    }

    fn admit(&self, uri: &str) -> Result<Url, NotTaken> {
        let url = Url::parse(uri).map_err(|error| NotTaken(error.to_string()))?;
        if self.allows_private_addresses {
            return Ok(url);
        }
        // A literal address is not resolved, so it is looked at here.
        let is_private = match url.host() {
            Some(url::Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
            Some(url::Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
            Some(url::Host::Domain(_)) => false,
            None => true,
        };
        if url.scheme() != "https" || is_private {
            return Err(NotTaken(
                "the address is not https to a public address; see allow_private_addresses in [fetch]".to_owned(),
            ));
        }
        Ok(url)
    }
}

impl LogoutSender for HttpLogoutSender {
    fn post<'a>(&'a self, uri: &'a str, form: Secret) -> Sending<'a> {
        Box::pin(async move {
            let request = self
                .http
                .post(self.admit(uri)?)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(CACHE_CONTROL, "no-store")
                .body(form.expose().to_owned());
            // The body is of no interest: "If the logout succeeded, the RP MUST respond with HTTP 200 OK. Note that some
            // Web frameworks will substitute an HTTP 204 No Content" (§2.8).
            match request.send().await.map_err(|error| NotTaken(chain(&error)))?.status() {
                StatusCode::OK | StatusCode::NO_CONTENT => Ok(()),
                status => Err(NotTaken(format!("it answered with {}", status.as_u16()))),
            }
        })
    }
}

/// Names that lead to public addresses only: what was looked up is what is connected to, so that no second answer of the
/// name server leads elsewhere.
struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the name has no public address").into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is of the public internet: none of the special purposes of RFC 6890 and its registries.
fn is_public(address: IpAddr) -> bool {
    let v4 = match address {
        IpAddr::V4(address) => address,
        IpAddr::V6(address) => match embedded(address) {
            Some(address) => address,
            // 2000::/3 is all that is given out; 2001::/23 and 2001:db8::/32 in it are special.
            None => {
                let [first, second, ..] = address.segments();
                return first & 0xe000 == 0x2000
                    && !(first == 0x2001 && (second < 0x0200 || second == 0x0db8))
                    && !(first == 0x3fff && second < 0x1000);
            }
        },
    };
    let [a, b, c, _] = v4.octets();
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && b & 0xc0 == 64)
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && b & 0xfe == 18))
}

/// The IPv4 address that an IPv6 address stands for: mapped, by NAT64, or 6to4.
fn embedded(address: Ipv6Addr) -> Option<std::net::Ipv4Addr> {
    let [first, second, third, fourth, fifth, sixth, high, low] = address.segments();
    let v4 = |high: u16, low: u16| std::net::Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (first, second, third, fourth, fifth, sixth) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(v4(high, low)),
        (0x2002, ..) => Some(v4(second, third)),
        _ => None,
    }
}

/// What went wrong, with its causes: the outermost says only that a request failed.
fn chain(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.last().map_or_else(|| error.to_string(), ToString::to_string)
}

const PATIENCE: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for public in
            ["9.9.9.9", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "64:ff9b::909:909", "::ffff:9.9.9.9"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for special in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
    }

    #[tokio::test]
    async fn nothing_is_sent_in_clear_or_to_this_machine_unless_that_is_allowed() {
        let form = || Secret::new("logout_token=x");
        let guarded = HttpLogoutSender::new(false).unwrap();
        let open = HttpLogoutSender::new(true).unwrap();
        for uri in ["http://app.example.org/", "https://127.0.0.1:1/", "https://[::1]:1/", "https://2130706433:1/"] {
            let refusal = guarded.post(uri, form()).await.unwrap_err();
            assert!(refusal.0.contains("allow_private_addresses"), "{uri}: {refusal}");
            assert!(open.admit(uri).is_ok(), "{uri}");
        }
        assert!(guarded.admit("https://app.example.org/").is_ok());
        let refusal = guarded.post("https://localhost:1/", form()).await.unwrap_err();
        assert!(refusal.0.contains("no public address"), "{refusal}");
    }
}
