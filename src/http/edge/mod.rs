//! What every connection and every request goes through before an endpoint sees it.
//!
//! A connection: [`GuardedAcceptor`] bounds how many are open and how long a peer may let us wait.
//!
//! A request, from the outside in, as [`Edge::wrap`] puts it together:
//!
//! 1. [`TrustedProxies`] finds the [`ClientIp`];
//! 2. [`RequestLog`] gives the request its [`RequestId`] and, in the end, its line in the log;
//! 3. [`SecurityHeaders`] are on every answer, so on every refusal too;
//! 4. [`PublicPaths`] opens some paths to scripts of any page, and lets them read refusals there;
//! 5. [`Failures`] turns what is refused further in, and panics, into an answer for a program or a person;
//! 6. [`HostCheck`] lets only requests for the issuer pass, before anything of their body is read;
//! 7. [`Limits`] bounds size and time.
//!
//! Around a group of routes: [`RateLimit`]. In handlers of pages: [`Cookies`], [`AntiForgery`],
//! [`ContentSecurityPolicy`].
//!
//! Nothing here knows of OAuth: of this crate only time, randomness, hashing and secrets are used.

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
