//! All layers around the application, in their order.

use std::sync::Arc;

use poem::{Endpoint, EndpointExt, IntoEndpoint, Response};

use super::{
    client_ip::TrustedProxies,
    cross_origin::PublicPaths,
    failure::{Failures, Presentation},
    headers::SecurityHeaders,
    host::HostCheck,
    limits::Limits,
    log::RequestLog,
    origin::Origin,
};
use crate::{clock::Clock, entropy::Entropy};

/// What the edge has to know of the server.
#[derive(Clone)]
pub struct Edge {
    /// The origin under which the server answers.
    pub issuer: Origin,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// How large and slow a request may be.
    pub limits: Limits,
    /// What scripts of any page may call.
    pub public_paths: PublicPaths,
    /// How failures look.
    pub presentation: Arc<dyn Presentation>,
    /// Where durations come from.
    pub clock: Clock,
    /// Where request ids come from.
    pub entropy: Entropy,
}

impl Edge {
    /// Wraps `application` in all layers. They are listed from the inside out.
    pub fn wrap<E>(self, application: E) -> impl Endpoint<Output = Response>
    where
        E: IntoEndpoint,
        E::Endpoint: 'static,
    {
        application
            .into_endpoint()
            .with(HostCheck::new(self.issuer.clone(), self.trusted_proxies.clone()))
            .with(self.limits)
            .with(Failures::new(self.issuer.clone(), self.presentation))
            .with(self.public_paths)
            .with(SecurityHeaders::new(&self.issuer))
            .with(RequestLog::new(self.clock, self.entropy))
            .with(self.trusted_proxies)
    }
}
