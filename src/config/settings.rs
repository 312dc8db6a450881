//! The configuration settings. The fields have the names of the keys.

use std::{net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use time::Duration;

pub use crate::account::invitation::SignUp;
use crate::{
    account::{hashing::HashingCost, quota::QuotaPolicy},
    jose::Algorithm,
    oauth::{
        client::{ClientId, ClientMetadata},
        grant_type::EnabledGrants,
        issuer::Issuer,
        redirect_uri::RedirectScheme,
        registration_policy::{ApplicationRegistration, RegistrationPolicy},
        resource::Resources,
    },
    secret::Secret,
};

/// The configuration of one server. [`Config::load`] creates it.
#[derive(Clone, Debug)]
pub struct Config {
    /// The public URL of the server, used as issuer identifier without modification.
    pub issuer: Issuer,
    /// The IP address and port on which the server listens.
    pub listen: SocketAddr,
    /// The database folder, relative to the working directory.
    pub data: PathBuf,
    /// The folder of the signing keys, relative to the working directory.
    pub keys: PathBuf,
    /// Which rules apply where OAuth and OpenID Connect differ.
    pub profile: Profile,
    /// `[lifetimes]`
    pub lifetimes: LifetimeSettings,
    /// `[oauth]`
    pub oauth: OauthSettings,
    /// `[openid]`
    pub openid: OpenidSettings,
    /// The resulting policy for client registrations.
    pub registration: RegistrationPolicy,
    /// `[accounts]`
    pub accounts: AccountSettings,
    /// `[applications]`
    pub applications: ApplicationSettings,
    /// `[throttle]`
    pub throttle: ThrottleSettings,
    /// `[quotas]`
    pub quotas: QuotaPolicy,
    /// `[http]`
    pub http: HttpSettings,
    /// `[fetch]`
    pub fetch: FetchSettings,
    /// `[key_ring]`
    pub key_ring: KeyRingSettings,
    /// `[brand]`
    pub brand: BrandSettings,
    /// `[log]`
    pub log: LogSettings,
    /// `[audit]`
    pub audit: AuditSettings,
    /// `[bootstrap]`, if present.
    pub bootstrap: Option<Bootstrap>,
    /// `[[resources]]`, after the server's own resource.
    pub resources: Resources,
    /// `[[clients]]`
    pub clients: Vec<ConfiguredClient>,
}

/// Which rules apply where the current practice of OAuth and the certification of OpenID Connect differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// `default`: current practice, RFC 9700.
    #[default]
    Default,
    /// `oidc-compat`: for relying parties that only implement OpenID Connect Core. Confidential clients need neither
    /// `state` nor PKCE, and self-registered applications may receive tokens from the authorization endpoint.
    OidcCompat,
}

/// `[lifetimes]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifetimeSettings {
    /// An authorization code.
    pub authorization_code: Duration,
    /// An access token. A resource may have its own.
    pub access_token: Duration,
    /// An ID token.
    pub id_token: Duration,
    /// All refresh tokens of a grant, even if they are used.
    pub refresh_token: Duration,
    /// An unused refresh token.
    pub refresh_token_idle: Duration,
    /// How long a replaced refresh token still returns its successor; 0 disables this.
    pub refresh_token_overlap: Duration,
    /// A device code.
    pub device_code: Duration,
    /// An unused session.
    pub session_idle: Duration,
    /// A session, even if it is used.
    pub session_absolute: Duration,
    /// A cached copy of a status list.
    pub status_list: Duration,
    /// A password reset link.
    pub password_reset: Duration,
    /// An authorization request that waits for the user.
    pub interaction: Duration,
}

/// `[oauth]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthSettings {
    /// Whether an authorization request must contain `state`, unless its client is registered otherwise.
    pub require_state: bool,
    /// Whether a confidential client whose registration does not mention PKCE must use it in a request without `openid`
    /// and `nonce`. Public clients always must.
    pub require_pkce: bool,
    /// Whether the authorization endpoint issues tokens directly to clients registered for it: the implicit grant and
    /// the hybrid flow.
    pub implicit: bool,
    /// Whether clients registered for it may exchange a user's password for tokens.
    pub password_grant: bool,
    /// Whether clients may register themselves (RFC 7591).
    pub dynamic_registration: DynamicRegistration,
    /// Whether a request may pass its request object by a registered URI, which the server then fetches (RFC 9101
    /// §5.2).
    pub request_uri: bool,
    /// Whether clients may by default use the token endpoint as the audience of the JWTs with which they authenticate,
    /// and not only the issuer.
    pub token_endpoint_as_audience: bool,
    /// The private-use schemes without a dot that redirect URIs may have, such as `audiobookshelf`; separated by
    /// commas in a variable. Default none: RFC 8252 §7.1 requires a reversed domain name.
    pub redirect_schemes: Vec<RedirectScheme>,
}

/// `[openid]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenidSettings {
    /// The domains, besides the issuer's host, whose users `WebFinger` resolves to this server.
    pub webfinger_domains: Vec<String>,
    /// Whether the login and consent pages show an application's logo from `logo_uri`. The server of the logo then
    /// learns that a browser shows the page.
    pub client_logos: bool,
}

/// Who may register clients at `/register`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DynamicRegistration {
    /// `off`: the endpoint is disabled.
    #[default]
    Off,
    /// `initial_access_token`: callers with an access token with the scope `signet:clients`.
    InitialAccessToken,
    /// `open`: everyone.
    Open,
}

/// `[accounts]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountSettings {
    /// Who may create an account: `open`, `invitation` or `closed`.
    pub sign_up: SignUp,
    /// Whether `sign_up` has its default value.
    pub is_default_sign_up: bool,
    /// How long the username of a deleted or renamed account stays reserved.
    pub username_reservation: Duration,
    /// Whether applications receive unverified e-mail addresses, with `email_verified: false`. Many applications match
    /// their accounts by the address alone.
    pub share_unverified_email: bool,
    /// Minimum number of characters of a password.
    pub password_minimum_length: usize,
    /// The cost of hashing a password: `password_hash_memory_kib` and `password_hash_passes`.
    pub password_hash: HashingCost,
}

/// `[applications]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSettings {
    /// Who may register applications: `administrators`, `group:NAME` or `everybody`.
    pub registration: ApplicationRegistration,
    /// Whether `registration` has its default value.
    pub is_default: bool,
    /// Whether clients removed from `[[clients]]` are disabled until they are added again.
    pub prune: bool,
}

/// `[throttle]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThrottleSettings {
    /// Whether logins, registrations and token requests are practically unlimited, for test setups.
    pub relaxed: bool,
}

/// `[http]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpSettings {
    /// The reverse proxies whose forwarding headers are trusted, as addresses and networks in CIDR notation. `None`
    /// if it is not configured: see [`Config::trusts_this_machine`].
    pub trusted_proxies: Option<Vec<IpNet>>,
}

/// `[fetch]`: how the server fetches documents from URIs that clients have registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchSettings {
    /// Whether the server may connect to this machine and to private networks, for applications in the same network.
    pub allow_private_addresses: bool,
    /// A file with a certificate authority to trust besides those of the system, for test setups.
    pub certificate_authority: Option<PathBuf>,
}

/// `[key_ring]`
#[derive(Clone, Debug)]
pub struct KeyRingSettings {
    /// The passphrase with which the files of the signing keys are encrypted. From the environment only.
    pub passphrase: Option<Secret>,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// Algorithms for which there are keys, besides `RS256`, `ES256` and those of resources.
    pub algorithms: Vec<Algorithm>,
}

/// `[brand]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandSettings {
    /// The display name of the server.
    pub name: String,
    /// A logo file: SVG, PNG, JPEG or WebP.
    pub logo: Option<PathBuf>,
    /// The colour of links and buttons, as `#rrggbb`.
    pub accent: Option<String>,
}

/// `[log]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// The format of log lines.
    pub format: LogFormat,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `text`: for people.
    #[default]
    Text,
    /// `json`: one JSON object per line.
    Json,
}

/// `[audit]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditSettings {
    /// How long security events are kept.
    pub retention: Duration,
}

/// `[bootstrap]`: the administrator created at startup, as long as the server has never had one.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// The username. It is not validated here.
    pub admin_username: String,
    /// The password, from the environment only. It is only needed by the start that creates the administrator, not by
    /// commands. It is not validated here.
    pub admin_password: Option<Secret>,
}

/// An entry of `[[clients]]`.
#[derive(Clone, Debug)]
pub struct ConfiguredClient {
    /// The identifier, which is unique among the entries.
    pub client_id: ClientId,
    /// The secret, at least 16 characters. It is present exactly if the client is confidential.
    pub client_secret: Option<Secret>,
    pub metadata: ClientMetadata,
}

impl OauthSettings {
    /// The grant types that the server supports.
    #[must_use]
    pub fn offered(&self) -> EnabledGrants {
        EnabledGrants { implicit: self.implicit, password: self.password_grant }
    }
}

impl Config {
    /// The longest lifetime of any token. A retired key must stay published for this long.
    #[must_use]
    pub fn longest_token_lifetime(&self) -> Duration {
        let resources = self.resources.all().iter().filter_map(|resource| resource.access_token_lifetime);
        resources.fold(self.lifetimes.access_token.max(self.lifetimes.id_token), Duration::max)
    }

    /// Who may sign up and register applications, and why, in one line for the log.
    #[must_use]
    pub fn admission(&self) -> String {
        let sign_up = self.accounts.sign_up.as_str();
        let registration = &self.applications.registration;
        let kind = if self.issuer.is_loopback() { "a loopback address" } else { "public" };
        let why = |is_default| match is_default {
            true => format!("default, because the issuer is {kind}"),
            false => "configured".to_owned(),
        };
        format!(
            "accounts.sign_up = \"{sign_up}\" ({}), applications.registration = \"{registration}\" ({})",
            why(self.accounts.is_default_sign_up),
            why(self.applications.is_default)
        )
    }

    /// Whether reverse proxies on this machine are trusted although none are configured. That is the case if the
    /// issuer is `https`, which this server does not implement, and the server only accepts connections from this
    /// machine. Every connection then comes from a proxy.
    #[must_use]
    pub fn trusts_this_machine(&self) -> bool {
        self.http.trusted_proxies.is_none() && self.issuer.is_https() && self.listen.ip().is_loopback()
    }

    /// Warnings about settings that are allowed but rarely intended, as sentences for the log.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.issuer.is_https() && !self.listen.ip().is_loopback() {
            warnings.push(format!(
                "listen = \"{}\" accepts connections from other machines, but the issuer {} is a loopback address: \
                 sign-ins from other machines will not work",
                self.listen, self.issuer
            ));
        }
        if self.oauth.password_grant {
            warnings.push(
                "oauth.password_grant = true: clients that are registered for it see people's passwords (RFC 9700 §2.4 \
                 forbids this grant)"
                    .to_owned(),
            );
        }
        if self.fetch.allow_private_addresses {
            warnings.push(
                "fetch.allow_private_addresses = true: anyone who registers an application can make this server send \
                 requests to its private network; in a home network, let only administrators register applications"
                    .to_owned(),
            );
        }
        if let Some(file) = &self.fetch.certificate_authority {
            warnings.push(format!(
                "fetch.certificate_authority = \"{}\": anyone with its key can impersonate the server of any \
                 application; use it only for tests",
                file.display()
            ));
        }
        if self.accounts.share_unverified_email && self.accounts.sign_up == SignUp::Open {
            warnings.push(
                "accounts.share_unverified_email = true with open sign-up: applications that match accounts by e-mail \
                 address let in anyone who enters that address here"
                    .to_owned(),
            );
        }
        if self.throttle.relaxed {
            warnings
                .push("throttle.relaxed = true: passwords can be guessed quickly; use it only for tests".to_owned());
        }
        warnings
    }
}
