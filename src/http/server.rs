//! State shared by all handlers: the server and its cookies, forms and limits.

use std::sync::Arc;

use time::Duration;

use super::{
    brand::BrandFiles,
    edge::{AntiForgery, Cookies, NotAnOrigin, Origin, Quota, RateLimit},
    short_term::ShortTerm,
};
use crate::{
    endpoint::Signet,
    web::{Brand, Theme},
};

/// The state of the HTTP server.
pub struct Server {
    pub(super) signet: Signet,
    pub(super) origin: Origin,
    pub(super) cookies: Cookies,
    pub(super) anti_forgery: AntiForgery,
    pub(super) brand: Brand,
    pub(super) theme: Theme,
    pub(super) brand_files: BrandFiles,
    pub(super) token_rate: RateLimit,
    pub(super) sign_up_rate: RateLimit,
    pub(super) reset_rate: RateLimit,
    pub(super) device_rate: RateLimit,
    pub(super) registration_rate: RateLimit,
    pub(super) short_term: ShortTerm,
}

impl Server {
    /// Creates the HTTP state for `signet` with the branding of `brand_files`. `is_relaxed` raises the rate limits
    /// for registration and token requests in tests.
    ///
    /// # Errors
    ///
    /// Returns an error if the issuer has no origin, which cannot happen with a parsed issuer.
    pub fn new(signet: Signet, brand_files: BrandFiles, is_relaxed: bool) -> Result<Arc<Self>, NotAnOrigin> {
        let origin = Origin::parse(signet.issuer.as_str())?;
        let clock = signet.clock.clone();
        let resets = if is_relaxed { 100_000 } else { 30 };
        let quotas = signet.quotas.policy();
        let (sign_ups, devices) = (quotas.sign_ups_per_hour, quotas.device_codes_per_minute);
        let registrations = quotas.self_registrations_per_hour;
        let tokens = if is_relaxed {
            Quota::new(1_000_000, Duration::SECOND)
        } else {
            Quota::new(200, Duration::SECOND).with_burst(1000)
        };
        Ok(Arc::new(Self {
            cookies: Cookies::new(&origin),
            anti_forgery: AntiForgery::new(origin.clone(), signet.sealing_key.clone()),
            brand: Brand { name: signet.brand.clone() },
            theme: brand_files.theme(),
            brand_files,
            token_rate: RateLimit::new(tokens, clock.clone()),
            sign_up_rate: RateLimit::new(Quota::new(sign_ups, Duration::HOUR), clock.clone()),
            reset_rate: RateLimit::new(Quota::new(resets, Duration::HOUR), clock.clone()),
            device_rate: RateLimit::new(Quota::new(devices, Duration::MINUTE), clock.clone()),
            registration_rate: RateLimit::new(Quota::new(registrations, Duration::HOUR), clock),
            short_term: ShortTerm::new(signet.sealing_key.clone(), signet.entropy),
            signet,
            origin,
        }))
    }

    /// The server without its HTTP layer.
    #[must_use]
    pub fn signet(&self) -> &Signet {
        &self.signet
    }
}
