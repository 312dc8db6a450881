//! What can be configured. The names of the fields are those of the keys.

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

/// The configuration of one server. [`Config::load`] makes it.
#[derive(Clone, Debug)]
pub struct Config {
    /// The server's own name and public address, exactly. Default `http://127.0.0.1:8080`.
    pub issuer: Issuer,
    /// Where the server accepts connections: an IP address and a port. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The folder of the database; relative to the working directory. Default `data`.
    pub data: PathBuf,
    /// The folder of the signing keys; relative to the working directory. Default `keys`.
    pub keys: PathBuf,
    /// Which rules hold where OAuth and OpenID Connect differ. Default `default`.
    pub profile: Profile,
    /// `[lifetimes]`
    pub lifetimes: LifetimeSettings,
    /// `[oauth]`
    pub oauth: OauthSettings,
    /// `[openid]`
    pub openid: OpenidSettings,
    /// What follows from all that for the registration of clients.
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
    /// `[bootstrap]`, if there is one.
    pub bootstrap: Option<Bootstrap>,
    /// `[[resources]]`, after the server's own.
    pub resources: Resources,
    /// `[[clients]]`
    pub clients: Vec<ConfiguredClient>,
}

/// Which rules hold where the current practice of OAuth and the certification of OpenID Connect differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// `default`: the current practice, RFC 9700.
    #[default]
    Default,
    /// `oidc-compat`: what relying parties made for OpenID Connect Core alone need: neither `state` nor PKCE is demanded of
    /// confidential clients, and applications that register themselves may receive tokens straight from `/authorize`.
    OidcCompat,
}

/// How long things live. In the file, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LifetimeSettings {
    /// An authorization code, 1 second to 10 minutes. Default 60 seconds.
    pub authorization_code: Duration,
    /// An access token, 1 second to 1 day. Default 5 minutes. A resource may ask for another.
    pub access_token: Duration,
    /// An ID token, 1 second to 1 day. Default 5 minutes.
    pub id_token: Duration,
    /// All refresh tokens of a grant, however they are used, 1 second to 2 years. Default 90 days.
    pub refresh_token: Duration,
    /// A refresh token that is not used. Default 14 days, or `refresh_token` if that is shorter; never more than it.
    pub refresh_token_idle: Duration,
    /// How long a refresh token that was replaced still answers with its successor, 0 to 60 seconds; 0 turns it off.
    /// Default 10 seconds.
    pub refresh_token_overlap: Duration,
    /// A device code, 1 second to 1 hour. Default 10 minutes.
    pub device_code: Duration,
    /// A session that is not used. Default 8 hours, or `session_absolute` if that is shorter; never more than it.
    pub session_idle: Duration,
    /// A session, however it is used, 1 second to 30 days. Default 24 hours.
    pub session_absolute: Duration,
    /// A copy of a status list, before a fresh one is fetched, 10 seconds to 1 hour. Default 60 seconds.
    pub status_list: Duration,
    /// A link with which a person sets a password, 1 second to 7 days. Default 24 hours.
    pub password_reset: Duration,
    /// An authorization request that waits for a person, 1 second to 1 hour. Default 15 minutes.
    pub interaction: Duration,
}

/// `[oauth]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthSettings {
    /// Whether an authorization request must carry `state`, unless its client says otherwise. Default true, and false
    /// with the profile `oidc-compat`.
    pub require_state: bool,
    /// Whether a confidential client that says nothing of PKCE has to use it in a request without `openid` and `nonce`.
    /// Public clients always have to. Default true (RFC 9700 §2.1.1), and false with the profile `oidc-compat`.
    pub require_pkce: bool,
    /// Whether tokens are issued straight from the authorization endpoint, to clients that are registered for it: the
    /// implicit grant and the hybrid flow. Default false (RFC 9700 §2.1.2), and true with the profile `oidc-compat`.
    pub implicit: bool,
    /// Whether clients that are registered for it may exchange a person's password for tokens. Default false (RFC 9700
    /// §2.4).
    pub password_grant: bool,
    /// Whether clients may register themselves (RFC 7591). Default `off`.
    pub dynamic_registration: DynamicRegistration,
    /// Whether a request may name its request object by an address that its client has registered, which the server then
    /// fetches (RFC 9101 §5.2). Default false.
    pub request_uri: bool,
    /// Whether clients that do not say may name the token endpoint as the audience of the JWTs with which they
    /// authenticate, rather than the issuer alone. Default false, and true with the profile `oidc-compat`.
    pub token_endpoint_as_audience: bool,
    /// The private-use schemes without a dot that redirect URIs may have, such as `audiobookshelf`; in a variable with
    /// commas between them. Default none: RFC 8252 §7.1 demands a domain name in reverse order.
    pub redirect_schemes: Vec<RedirectScheme>,
}

/// `[openid]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenidSettings {
    /// The domains whose people sign in here, as `WebFinger` tells, besides the host of the issuer. Default none.
    pub webfinger_domains: Vec<String>,
    /// Whether the login page and the consent page show an application's logo from `logo_uri`. Whoever keeps it there
    /// then learns that a browser shows the page. Default false, and true with the profile `oidc-compat`.
    pub client_logos: bool,
}

/// Who may register clients at `/register`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DynamicRegistration {
    /// `off`: nobody.
    #[default]
    Off,
    /// `initial_access_token`: whoever has an access token with the scope `signet:clients`.
    InitialAccessToken,
    /// `open`: everyone.
    Open,
}

/// `[accounts]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountSettings {
    /// Whether people may register themselves: `open`, `invitation` or `closed`. Default `open` if the issuer is a loopback
    /// address, else `invitation`.
    pub sign_up: SignUp,
    /// Whether that is the default.
    pub is_default_sign_up: bool,
    /// How long the username of a deleted or renamed account stays reserved, 0 to 10 years; in the file, seconds.
    /// Default 180 days.
    pub username_reservation: Duration,
    /// Whether applications receive e-mail addresses that are not verified, with `email_verified: false`. Many match their
    /// accounts by the address alone. Default false.
    pub share_unverified_email: bool,
    /// The fewest characters of a password, 8 to 64. Default 15 (NIST SP 800-63B-4 §3.1.1.2, for a single factor).
    pub password_minimum_length: usize,
    /// What hashing a password costs: `password_hash_memory_kib` and `password_hash_passes`.
    pub password_hash: HashingCost,
}

/// `[applications]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSettings {
    /// Which people register applications: `administrators`, `group:NAME` or `everybody`. Default `everybody` if the issuer
    /// is a loopback address, else `administrators`.
    pub registration: ApplicationRegistration,
    /// Whether that is the default.
    pub is_default: bool,
    /// Whether the clients of `[[clients]]` that are taken out of the configuration are disabled, until they stand there
    /// again. Default false: they go on working, and the start names them.
    pub prune: bool,
}

/// `[throttle]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThrottleSettings {
    /// Whether logins, registrations and token requests are hardly slowed down, for a test rig. Default false.
    pub relaxed: bool,
}

/// `[http]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpSettings {
    /// The reverse proxies whose forwarding headers are believed: addresses and networks in CIDR notation. Nothing where
    /// the file and the environment say nothing: see [`Config::trusts_this_machine`].
    pub trusted_proxies: Option<Vec<IpNet>>,
}

/// `[fetch]`: what the server fetches from addresses that clients have registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchSettings {
    /// Whether it may ask this machine and private networks, where applications are in one's own network. Default false.
    pub allow_private_addresses: bool,
    /// A file with a certificate authority to trust beside those of the system, for test rigs. Default none.
    pub certificate_authority: Option<PathBuf>,
}

/// `[key_ring]`
#[derive(Clone, Debug)]
pub struct KeyRingSettings {
    /// With what the files of the signing keys are encrypted. From the environment only. Default nothing.
    pub passphrase: Option<Secret>,
    /// How long a key signs, 2 days to 2 years; in the file, seconds. Default 90 days.
    pub rotate_every: Duration,
    /// The algorithms for which there are keys besides `RS256`, `ES256` and those that resources ask for. Default none.
    pub algorithms: Vec<Algorithm>,
}

/// `[brand]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandSettings {
    /// What the pages call this server, 1 to 40 characters. Default `Signet`.
    pub name: String,
    /// A file with a logo: SVG, PNG, JPEG or WebP. Default none.
    pub logo: Option<PathBuf>,
    /// The colour of links and buttons, as `#rrggbb`. Default that of the stylesheet.
    pub accent: Option<String>,
}

/// `[log]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// How a line of the log is written. Default `text`.
    pub format: LogFormat,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `text`: for people.
    #[default]
    Text,
    /// `json`: one JSON object for each line.
    Json,
}

/// `[audit]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditSettings {
    /// How long security events are kept, 1 day to 10 years; in the file, seconds. Default 90 days.
    pub retention: Duration,
}

/// `[bootstrap]`: the administrator that is created at start, as long as the server has had none.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    /// The username. That it can be one is not checked here.
    pub admin_username: String,
    /// The password, from the environment only. Only the start that creates the administrator needs it; commands do not.
    /// That it is a good one is not checked here.
    pub admin_password: Option<Secret>,
}

/// An entry of `[[clients]]`.
#[derive(Clone, Debug)]
pub struct ConfiguredClient {
    /// The identifier, which no other entry has.
    pub client_id: ClientId,
    /// The secret: there is one exactly if the client is confidential. At least 16 characters.
    pub client_secret: Option<Secret>,
    /// Everything else.
    pub metadata: ClientMetadata,
}

impl OauthSettings {
    /// The grants that the server offers.
    #[must_use]
    pub fn offered(&self) -> EnabledGrants {
        EnabledGrants { implicit: self.implicit, password: self.password_grant }
    }
}

impl Config {
    /// The longest that any token lives. A key that signs no more must stay published for this long.
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

    /// Whether reverse proxies on this machine are trusted although the configuration names none: the issuer is `https`,
    /// which this server does not speak itself, and it accepts connections from this machine only. Then whatever connects
    /// is a proxy.
    #[must_use]
    pub fn trusts_this_machine(&self) -> bool {
        self.http.trusted_proxies.is_none() && self.issuer.is_https() && self.listen.ip().is_loopback()
    }

    /// What is possible, but seldom meant. Sentences for the log.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.issuer.is_https() && !self.listen.ip().is_loopback() {
            warnings.push(format!(
                "listen = \"{}\" accepts connections from other machines, but the issuer {} means this machine only: \
                 logins from elsewhere will not work",
                self.listen, self.issuer
            ));
        }
        if self.oauth.password_grant {
            warnings.push(
                "oauth.password_grant = true: clients that are registered for it see people's passwords (RFC 9700 §2.4 \
                 says that this must not be used)"
                    .to_owned(),
            );
        }
        if self.fetch.allow_private_addresses {
            warnings.push(
                "fetch.allow_private_addresses = true: whoever registers an application can have this server ask \
                 addresses that only it can reach; for a home network let only administrators register applications"
                    .to_owned(),
            );
        }
        if let Some(file) = &self.fetch.certificate_authority {
            warnings.push(format!(
                "fetch.certificate_authority = \"{}\": whoever has its key can pose as any application's server; for test \
                 rigs only",
                file.display()
            ));
        }
        if self.accounts.share_unverified_email && self.accounts.sign_up == SignUp::Open {
            warnings.push(
                "accounts.share_unverified_email = true with open sign-up: applications that match accounts by e-mail \
                 address let anyone in who enters that address here"
                    .to_owned(),
            );
        }
        if self.throttle.relaxed {
            warnings.push("throttle.relaxed = true: passwords can be guessed quickly; for test rigs only".to_owned());
        }
        warnings
    }
}
