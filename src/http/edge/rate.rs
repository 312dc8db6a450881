//! Rate limits per client address.
//!
//! Each address has a token bucket, stored as the instant at which it is full again (generic cell rate algorithm). IPv6
//! addresses are grouped by /64, the usual allocation of one customer.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};
use time::{Duration, OffsetDateTime};

use super::{client_ip::ClientIp, refusal::Refusal};
use crate::clock::Clock;

/// The rate and burst of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    burst: u32,
    interval: Duration,
}

impl Quota {
    /// Allows `count` requests per `period`, all of them in one burst. A count of 0 counts as 1.
    #[must_use]
    pub fn new(count: u32, period: Duration) -> Self {
        let count = count.max(1);
        Self { burst: count, interval: (period / count).max(Duration::NANOSECOND) }
    }

    /// Keeps the rate and sets the burst size. 0 counts as 1.
    #[must_use]
    pub fn with_burst(self, burst: u32) -> Self {
        Self { burst: burst.max(1), ..self }
    }

    /// The time in which an empty bucket becomes full.
    fn refill(self) -> Duration {
        self.interval * self.burst
    }
}

/// The buckets of a group of routes, used as a middleware or with [`RateLimit::take`]. Clones share the buckets.
///
/// At most 65 536 addresses are stored; beyond that, the least recently seen ones are discarded. Without trusted
/// proxies in the configuration, all clients behind a proxy share one address.
#[derive(Clone, Debug)]
pub struct RateLimit {
    quota: Quota,
    clock: Clock,
    buckets: Arc<Mutex<Buckets>>,
}

impl RateLimit {
    /// Creates the limit with full buckets.
    #[must_use]
    pub fn new(quota: Quota, clock: Clock) -> Self {
        Self { quota, clock, buckets: Arc::default() }
    }

    /// Takes one token from the bucket of `client`.
    ///
    /// # Errors
    ///
    /// Returns [`Refusal::TooManyRequests`] if the bucket is empty.
    pub fn take(&self, client: ClientIp) -> Result<(), Refusal> {
        let now = self.clock.now();
        let bucket = network(client.0);
        // A panic while the lock is held cannot leave inconsistent buckets.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        // After the clock was set back, a bucket must not count as emptier than empty, which would lock clients out.
        let full_at = buckets.full_at(bucket).unwrap_or(now).clamp(now, now + self.quota.refill());
        let wait = full_at + self.quota.interval - now - self.quota.refill();
        if wait.is_positive() {
            buckets.remember(bucket, full_at);
            let whole = wait.whole_seconds() + i64::from(wait.subsec_nanoseconds() > 0);
            return Err(Refusal::TooManyRequests { retry_after_seconds: u64::try_from(whole).unwrap_or(1) });
        }
        buckets.remember(bucket, full_at + self.quota.interval);
        Ok(())
    }
}

impl<E: Endpoint> Middleware<E> for RateLimit {
    type Output = RateLimitEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        RateLimitEndpoint { limit: self.clone(), inner }
    }
}

/// Takes a token before the inner endpoint runs.
pub struct RateLimitEndpoint<E> {
    limit: RateLimit,
    inner: E,
}

impl<E: Endpoint> Endpoint for RateLimitEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        self.limit.take(ClientIp::of(&request))?;
        self.inner.call(request).await.map(IntoResponse::into_response)
    }
}

/// Two generations of buckets. When the younger one is full it becomes the older one, and buckets move back when they
/// are used. This bounds memory, keeps active clients, and needs no sweep.
#[derive(Debug, Default)]
struct Buckets {
    younger: HashMap<u64, OffsetDateTime>,
    older: HashMap<u64, OffsetDateTime>,
}

impl Buckets {
    fn full_at(&self, bucket: u64) -> Option<OffsetDateTime> {
        self.younger.get(&bucket).or_else(|| self.older.get(&bucket)).copied()
    }

    fn remember(&mut self, bucket: u64, full_at: OffsetDateTime) {
        if self.younger.len() >= GENERATION && !self.younger.contains_key(&bucket) {
            self.older = std::mem::take(&mut self.younger);
        }
        self.younger.insert(bucket, full_at);
    }
}

/// An IPv4 address, or the first 64 bits of an IPv6 address. The prefixes of global unicast addresses never collide
/// with an IPv4 address.
pub(super) fn network(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => u64::try_from(address.to_bits() >> 64).unwrap_or(u64::MAX),
    }
}

const GENERATION: usize = 32_768;

#[cfg(test)]
mod tests {
    use poem::{EndpointExt, endpoint::make_sync, test::TestClient};
    use time::macros::datetime;

    use super::*;

    fn limit(quota: Quota) -> (Clock, RateLimit) {
        let clock = Clock::manual(datetime!(2030-01-01 00:00 UTC));
        (clock.clone(), RateLimit::new(quota, clock))
    }

    fn ip(text: &str) -> ClientIp {
        ClientIp(text.parse().unwrap())
    }

    fn wait(seconds: u64) -> Result<(), Refusal> {
        Err(Refusal::TooManyRequests { retry_after_seconds: seconds })
    }

    #[test]
    fn a_burst_passes_and_the_next_waits_for_its_token() {
        let (clock, limit) = limit(Quota::new(5, Duration::hours(1)));
        for nth in 1..=5 {
            assert_eq!(limit.take(ip("192.0.2.1")), Ok(()), "request {nth}");
        }
        assert_eq!(limit.take(ip("192.0.2.1")), wait(720));
        clock.advance(Duration::seconds(719));
        assert_eq!(limit.take(ip("192.0.2.1")), wait(1));
        clock.advance(Duration::seconds(1));
        assert_eq!(limit.take(ip("192.0.2.1")), Ok(()));
        assert_eq!(limit.take(ip("192.0.2.1")), wait(720));
    }

    #[test]
    fn a_bucket_never_holds_more_than_the_burst() {
        let (clock, limit) = limit(Quota::new(50, Duration::SECOND).with_burst(100));
        clock.advance(Duration::DAY);
        let passed = (0..200).filter(|_| limit.take(ip("192.0.2.1")).is_ok()).count();
        assert_eq!(passed, 100);
        clock.advance(Duration::SECOND);
        let passed = (0..200).filter(|_| limit.take(ip("192.0.2.1")).is_ok()).count();
        assert_eq!(passed, 50);
    }

    #[test]
    fn every_address_has_its_own_bucket_and_a_64_is_one() {
        let (_, limit) = limit(Quota::new(1, Duration::MINUTE));
        assert_eq!(limit.take(ip("192.0.2.1")), Ok(()));
        assert_eq!(limit.take(ip("192.0.2.2")), Ok(()));
        assert_eq!(limit.take(ip("::ffff:192.0.2.1")), wait(60));
        assert_eq!(limit.take(ip("2001:db8::1")), Ok(()));
        assert_eq!(limit.take(ip("2001:db8::ffff:1")), wait(60));
        assert_eq!(limit.take(ip("2001:db8:0:1::1")), Ok(()));
    }

    #[test]
    fn a_clock_set_back_locks_no_one_out() {
        let (clock, limit) = limit(Quota::new(1, Duration::MINUTE));
        assert_eq!(limit.take(ip("192.0.2.1")), Ok(()));
        clock.advance(-Duration::HOUR);
        assert_eq!(limit.take(ip("192.0.2.1")), wait(60));
        clock.advance(Duration::MINUTE);
        assert_eq!(limit.take(ip("192.0.2.1")), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_the_busy_are_remembered() {
        let (_, limit) = limit(Quota::new(2, Duration::HOUR));
        let busy = ip("198.51.100.1");
        assert_eq!(limit.take(busy), Ok(()));
        for address in 0..u32::try_from(3 * GENERATION).unwrap() {
            assert_eq!(limit.take(ClientIp(IpAddr::V4((0x0a00_0000 + address).into()))), Ok(()));
            if address == 1000 {
                assert_eq!(limit.take(busy), Ok(()));
            }
            if address == 1000 + u32::try_from(GENERATION).unwrap() {
                assert!(limit.take(busy).is_err(), "still remembered by the older generation");
            }
        }
        let buckets = limit.buckets.lock().unwrap();
        assert!(buckets.younger.len() + buckets.older.len() <= 2 * GENERATION);
    }

    // RFC 6585 §4.
    #[tokio::test]
    async fn a_route_group_shares_its_buckets() {
        let (_, limit) = limit(Quota::new(1, Duration::MINUTE));
        let one = TestClient::new(make_sync(|_| "one").with(limit.clone()));
        let other = TestClient::new(make_sync(|_| "other").with(limit));
        one.get("/").send().await.assert_status_is_ok();
        other.get("/").send().await.assert_status(poem::http::StatusCode::TOO_MANY_REQUESTS);
    }
}
