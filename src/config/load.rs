//! Reads all configuration keys, with their allowed values and defaults.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use ipnet::IpNet;
use time::Duration;
use toml::de::DeTable;

use super::{
    applications, clients,
    in_force::SettingsInForce,
    keys,
    layers::{Layers, ReadFile},
    mistake::{ConfigMistakes, Mistake, SettingSource},
    password_hash, quotas, resources,
    section::Section,
    settings::{
        AccountSettings, AuditSettings, Bootstrap, BrandSettings, Config, FetchSettings, HttpSettings, KeyRingSettings,
        LifetimeSettings, LogSettings, OauthSettings, OpenidSettings, Profile, SignUp, ThrottleSettings,
    },
    sources::ConfigSources,
    value::{Written, list},
};
use crate::{
    jose::Algorithm,
    oauth::{issuer::Issuer, registration_policy::RegistrationPolicy, resource::Resources},
    secret::Secret,
};

impl Config {
    /// Reads `file`, or `config.toml` if `file` is `None`, and `environment`.
    ///
    /// # Errors
    ///
    /// Returns all errors together. It is an error if the given file does not exist; `config.toml` need not exist.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigMistakes> {
        let environment = environment.into_iter().collect();
        let sources = ConfigSources { file: file.map(Path::to_owned), environment, arguments: Vec::new() };
        sources.load().map(|(config, _)| config)
    }

    /// The default configuration.
    ///
    /// # Errors
    ///
    /// Never fails, which a test verifies: the defaults are valid.
    pub fn defaults() -> Result<Self, ConfigMistakes> {
        let missing = |_: &Path| Err(io::Error::from(io::ErrorKind::NotFound));
        Self::load_with(&ConfigSources::default(), &missing).map(|(config, _)| config)
    }

    pub(super) fn load_with(
        sources: &ConfigSources,
        read: ReadFile<'_>,
    ) -> Result<(Self, SettingsInForce), ConfigMistakes> {
        let file = sources.file.as_deref();
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let whole = || SettingSource::File { name: path.display().to_string(), line: None };
        let text = match read(path) {
            Ok(text) => text,
            Err(fault) if file.is_none() && fault.kind() == io::ErrorKind::NotFound => String::new(),
            Err(fault) => {
                return Err(ConfigMistakes::new(vec![Mistake::new(whole(), "", format!("cannot be read: {fault}"))]));
            }
        };
        let layers = Layers::new(path, &text, sources, read);
        let parsed = DeTable::parse(&text).map_err(|error| {
            let place = error.span().map_or_else(whole, |span| layers.line(span.start));
            ConfigMistakes::new(vec![Mistake::new(place, "", error.message().to_owned())])
        })?;
        let mut top = Section::new(&layers, (&keys::TOP, String::new()), whole(), Some(parsed.get_ref()));
        let config = read_all(&mut top);
        top.close();
        let settings = layers.conclude()?;
        // Without errors, all values are present.
        config.map(|config| (config, settings)).ok_or_else(|| ConfigMistakes::new(Vec::new()))
    }
}

fn read_all(top: &mut Section<'_>) -> Option<Config> {
    let (issuer, listen) = addresses(top);
    let data = top.strictly("data", path);
    let keys = top.strictly("keys", path);
    let profile = top.choice("profile");
    let lifetimes = lifetimes(top);
    let oauth = oauth(top, profile);
    let openid = openid(top, profile);
    let throttle = throttle(top);
    let quotas = quotas::read(top, throttle.relaxed);
    let http = http(top);
    let fetch = fetch(top);
    let key_ring = key_ring(top);
    let brand = brand(top);
    let log = log(top);
    let audit = audit(top);
    let bootstrap = bootstrap(top);
    // The rest is checked with a placeholder, so that all errors are reported together with that of the issuer.
    let known = issuer.clone().or_else(|| Issuer::parse(DEFAULT_ISSUER).ok())?;
    let accounts = accounts(top, &known);
    let applications = applications::read(top, &known);
    let resources = Resources::new(&known, resources::read(top, &known));
    let registration = registration(&oauth, profile, &key_ring, &resources);
    let clients = clients::read(top, (&resources, &registration));
    Some(Config {
        issuer: issuer?,
        listen: listen?,
        data: data?,
        keys: keys?,
        profile,
        lifetimes,
        oauth,
        openid,
        registration,
        accounts,
        applications,
        throttle,
        quotas,
        http,
        fetch,
        key_ring,
        brand,
        log,
        audit,
        bootstrap,
        resources,
        clients,
    })
}

/// Reads the issuer and the address to listen on.
fn addresses(top: &mut Section<'_>) -> (Option<Issuer>, Option<SocketAddr>) {
    let issuer =
        top.strictly("issuer", |written| Issuer::parse(&written.text()?).map_err(|refusal| refusal.to_string()));
    let listen = top.strictly("listen", |written| {
        let text = written.text()?;
        text.parse::<SocketAddr>()
            .map_err(|_| "must be an IP address and a port, such as \"127.0.0.1:8080\" or \"[::]:8080\"".to_owned())
    });
    (issuer, listen)
}

/// A path, of a file or a folder.
fn path(written: Written<'_>) -> Result<PathBuf, String> {
    written.some_text().map(PathBuf::from)
}

fn lifetimes(top: &mut Section<'_>) -> LifetimeSettings {
    let mut section = top.section(&keys::LIFETIMES);
    let refresh_token = section.seconds("refresh_token");
    let session_absolute = section.seconds("session_absolute");
    let session_idle = section.read("session_idle", |written| written.seconds());
    if session_idle.is_some_and(|idle| idle > session_absolute) {
        section.record_error("session_idle", "must not be longer than session_absolute");
    }
    let refresh_token_idle = section.read("refresh_token_idle", |written| written.seconds());
    if refresh_token_idle.is_some_and(|idle| idle > refresh_token) {
        section.record_error("refresh_token_idle", "must not be longer than refresh_token");
    }
    let lifetimes = LifetimeSettings {
        authorization_code: section.seconds("authorization_code"),
        access_token: section.seconds("access_token"),
        id_token: section.seconds("id_token"),
        refresh_token,
        refresh_token_idle: section.or("refresh_token_idle", refresh_token_idle, Duration::days(14).min(refresh_token)),
        refresh_token_overlap: section.seconds("refresh_token_overlap"),
        device_code: section.seconds("device_code"),
        session_idle: section.or("session_idle", session_idle, Duration::hours(8).min(session_absolute)),
        session_absolute,
        status_list: section.seconds("status_list"),
        password_reset: section.seconds("password_reset"),
        interaction: section.seconds("interaction"),
    };
    section.close();
    lifetimes
}

fn oauth(top: &mut Section<'_>, profile: Profile) -> OauthSettings {
    let mut section = top.section(&keys::OAUTH);
    let is_compatible = profile == Profile::OidcCompat;
    let oauth = OauthSettings {
        require_state: section.flag_or("require_state", !is_compatible),
        require_pkce: section.flag_or("require_pkce", !is_compatible),
        implicit: section.flag_or("implicit", is_compatible),
        password_grant: section.flag("password_grant"),
        dynamic_registration: section.choice("dynamic_registration"),
        request_uri: section.flag("request_uri"),
        token_endpoint_as_audience: section.flag_or("token_endpoint_as_audience", is_compatible),
        redirect_schemes: section.value("redirect_schemes", clients::redirect_schemes).unwrap_or_default(),
    };
    section.close();
    oauth
}

fn openid(top: &mut Section<'_>, profile: Profile) -> OpenidSettings {
    let mut section = top.section(&keys::OPENID);
    let domain = |text: &str| {
        let parsed = url::Url::parse(&format!("https://{text}")).ok();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
        let is_host = is_plain && parsed.is_some_and(|url| url.host_str() == Some(text));
        let refusal = || "each entry must be a domain in lower case, such as \"example.org\"".to_owned();
        if is_host { Ok(text.to_owned()) } else { Err(refusal()) }
    };
    let webfinger_domains = section.value("webfinger_domains", list(domain)).unwrap_or_default();
    let client_logos = section.flag_or("client_logos", profile == Profile::OidcCompat);
    section.close();
    OpenidSettings { webfinger_domains, client_logos }
}

fn registration(
    oauth: &OauthSettings,
    profile: Profile,
    key_ring: &KeyRingSettings,
    resources: &Resources,
) -> RegistrationPolicy {
    let of_resources = resources.all().iter().map(|resource| resource.access_token_signing_alg);
    let further: BTreeSet<Algorithm> = of_resources.chain(key_ring.algorithms.iter().copied()).collect();
    let always = RegistrationPolicy::ALWAYS;
    let further = further.into_iter().filter(|algorithm| !always.contains(algorithm));
    RegistrationPolicy {
        offered: oauth.offered(),
        require_pkce: oauth.require_pkce,
        implicit_for_everyone: profile == Profile::OidcCompat,
        signing_algs: always.into_iter().chain(further).collect(),
        token_endpoint_as_audience: oauth.token_endpoint_as_audience,
        redirect_schemes: oauth.redirect_schemes.clone(),
    }
}

fn accounts(top: &mut Section<'_>, issuer: &Issuer) -> AccountSettings {
    let mut section = top.section(&keys::ACCOUNTS);
    let sign_up = section.read("sign_up", |written| written.choice());
    let accounts = AccountSettings {
        is_default_sign_up: sign_up.is_none(),
        sign_up: section.or("sign_up", sign_up, SignUp::by_default(issuer.is_loopback())),
        username_reservation: section.seconds("username_reservation"),
        share_unverified_email: section.flag("share_unverified_email"),
        password_minimum_length: section.number("password_minimum_length"),
        password_hash: password_hash::read(&mut section),
    };
    section.close();
    accounts
}

fn throttle(top: &mut Section<'_>) -> ThrottleSettings {
    let mut section = top.section(&keys::THROTTLE);
    let relaxed = section.flag("relaxed");
    section.close();
    ThrottleSettings { relaxed }
}

fn http(top: &mut Section<'_>) -> HttpSettings {
    let mut section = top.section(&keys::HTTP);
    let network = |text: &str| {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        network.map_err(|_| "each entry must be an IP address or a network such as \"10.0.0.0/8\"".to_owned())
    };
    let trusted_proxies = section.read("trusted_proxies", list(network));
    section.close();
    HttpSettings { trusted_proxies }
}

fn fetch(top: &mut Section<'_>) -> FetchSettings {
    let mut section = top.section(&keys::FETCH);
    let allow_private_addresses = section.flag("allow_private_addresses");
    let certificate_authority = section.read("certificate_authority", path);
    section.close();
    FetchSettings { allow_private_addresses, certificate_authority }
}

fn key_ring(top: &mut Section<'_>) -> KeyRingSettings {
    let mut section = top.section(&keys::KEY_RING);
    let passphrase = section.read("passphrase", secret);
    let rotate_every = section.seconds("rotate_every");
    let algorithm = |name: &str| {
        name.parse::<Algorithm>()
            .map_err(|_| format!("must be one of {}", Algorithm::ALL.map(Algorithm::as_str).join(", ")))
    };
    let algorithms = section.value("algorithms", list(algorithm)).unwrap_or_default();
    section.close();
    KeyRingSettings { passphrase, rotate_every, algorithms }
}

fn brand(top: &mut Section<'_>) -> BrandSettings {
    let mut section = top.section(&keys::BRAND);
    let name = section.value("name", |written| {
        let name = written.some_text()?;
        let fits = name.chars().count() <= 40 && !name.chars().any(char::is_control);
        if fits { Ok(name) } else { Err("must have 1 to 40 characters".to_owned()) }
    });
    let logo = section.read("logo", path);
    let accent = section.read("accent", |written| {
        let colour = written.some_text()?;
        let digits = colour.strip_prefix('#').unwrap_or_default();
        let is_colour = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_colour { Ok(colour) } else { Err("must be a colour such as \"#3346b8\"".to_owned()) }
    });
    section.close();
    BrandSettings { name: name.unwrap_or_default(), logo, accent }
}

fn log(top: &mut Section<'_>) -> LogSettings {
    let mut section = top.section(&keys::LOG);
    let format = section.choice("format");
    section.close();
    LogSettings { format }
}

fn audit(top: &mut Section<'_>) -> AuditSettings {
    let mut section = top.section(&keys::AUDIT);
    let retention = section.seconds("retention");
    section.close();
    AuditSettings { retention }
}

fn bootstrap(top: &mut Section<'_>) -> Option<Bootstrap> {
    let mut section = top.section(&keys::BOOTSTRAP);
    let mut username = None;
    let mut password = None;
    if section.sets_anything() {
        username = section.require("admin_username", |written| written.some_text());
        password = section.read("admin_password", secret);
    } else {
        // It is read in any case, so that a misspelled variable gets the right suggestion.
        let _ = section.read("admin_username", |written| written.some_text());
        let _ = section.read("admin_password", secret);
    }
    section.close();
    Some(Bootstrap { admin_username: username?, admin_password: password })
}

fn secret(written: Written<'_>) -> Result<Secret, String> {
    written.some_text().map(Secret::new)
}

const DEFAULT_FILE: &str = "config.toml";
const DEFAULT_ISSUER: &str = "http://127.0.0.1:8080";
