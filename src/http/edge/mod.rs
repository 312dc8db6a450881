//! Middlewares that every connection and request passes before it reaches an endpoint.
//!
//! For a connection: [`GuardedAcceptor`] limits the number of open connections and the time that a peer may be idle.
//!
//! For a request, from the outside in, as [`Edge::wrap`] assembles them:
//!
//! 1. [`TrustedProxies`] determines the [`ClientIp`];
//! 2. [`RequestLog`] assigns the [`RequestId`] and writes the log line;
//! 3. [`SecurityHeaders`] are added to every response, including errors;
//! 4. [`PublicPaths`] opens some paths to scripts of any origin, including their error responses;
//! 5. [`Failures`] turns rejections and panics of inner layers into a response for a program or a person;
//! 6. [`HostCheck`] rejects requests for other hosts before their body is read;
//! 7. [`Limits`] limits size and time.
//!
//! Around a group of routes: [`RateLimit`]. In handlers of pages: [`Cookies`], [`AntiForgery`],
//! [`ContentSecurityPolicy`].
//!
//! This module is independent of OAuth. From this crate it uses only time, randomness, hashing and secrets.

mod acceptor;
mod client_ip;
mod connection;
mod content_security_policy;
mod cookies;
mod cross_origin;
mod failure;
mod forgery;
mod headers;
mod host;
mod limits;
mod log;
mod origin;
mod presentation;
mod rate;
#[cfg(test)]
mod recording;
mod refusal;
mod stack;

pub use self::{
    acceptor::{ConnectionLimits, GuardedAcceptor},
    client_ip::{ClientIp, ClientIpEndpoint, NotAProxy, TrustedProxies},
    connection::GuardedIo,
    content_security_policy::{ContentSecurityPolicy, NotAScriptSource, NotAnImageOrigin},
    cookies::{Cookie, Cookies, NotACookieValue},
    cross_origin::{PublicPaths, PublicPathsEndpoint},
    failure::{Failures, FailuresEndpoint},
    forgery::{AntiForgery, FetchSite, FormContext, OwnForm},
    headers::{SecurityHeaders, SecurityHeadersEndpoint, no_store},
    host::{HostCheck, HostCheckEndpoint},
    limits::{Limits, LimitsEndpoint},
    log::{RequestId, RequestLog, RequestLogEndpoint},
    origin::{NotAnOrigin, Origin},
    presentation::{Failure, Misdirection, PASS_HOST_ON, Presentation},
    rate::{Quota, RateLimit, RateLimitEndpoint},
    refusal::Refusal,
    stack::Edge,
};
