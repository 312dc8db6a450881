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
    layers::{Layers, ReadFile},
    mistake::{ConfigMistakes, Mistake, SettingSource},
    password_hash, quotas, resources,
    section::Section,
    settings::{
        AccountSettings, AuditSettings, Bootstrap, BrandSettings, Config, DynamicRegistration, FetchSettings,
        HttpSettings, KeyRingSettings, LifetimeSettings, LogFormat, LogSettings, OauthSettings, OpenidSettings,
        Profile, SignUp, ThrottleSettings,
    },
    value::{Written, list, number, one_of, seconds},
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
        Self::load_with(file, environment, &|path| std::fs::read_to_string(path))
    }

    /// The default configuration.
    ///
    /// # Errors
    ///
    /// Never fails, which a test verifies: the defaults are valid.
    pub fn defaults() -> Result<Self, ConfigMistakes> {
        Self::load_with(None, [], &|_| Err(io::Error::from(io::ErrorKind::NotFound)))
    }

    pub(super) fn load_with(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        read: ReadFile<'_>,
    ) -> Result<Self, ConfigMistakes> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let whole = || SettingSource::File { name: path.display().to_string(), line: None };
        let text = match read(path) {
            Ok(text) => text,
            Err(fault) if file.is_none() && fault.kind() == io::ErrorKind::NotFound => String::new(),
            Err(fault) => {
                return Err(ConfigMistakes::new(vec![Mistake::new(whole(), "", format!("cannot be read: {fault}"))]));
            }
        };
        let layers = Layers::new(path, &text, environment, read);
        let parsed = DeTable::parse(&text).map_err(|error| {
            let place = error.span().map_or_else(whole, |span| layers.line(span.start));
            ConfigMistakes::new(vec![Mistake::new(place, "", error.message().to_owned())])
        })?;
        let mut top = Section::new(&layers, String::new(), whole(), Some(parsed.get_ref()));
        let config = read_all(&mut top);
        top.close();
        layers.conclude()?;
        // Without errors, all values are present.
        config.ok_or_else(|| ConfigMistakes::new(Vec::new()))
    }
}

fn read_all(top: &mut Section<'_>) -> Option<Config> {
    let (issuer, listen) = addresses(top);
    let folder = |written: Written<'_>| written.some_text().map(PathBuf::from);
    let data = or(top, "data", || Some(PathBuf::from("data")), folder);
    let keys = or(top, "keys", || Some(PathBuf::from("keys")), folder);
    let profile = top.read("profile", one_of([("default", Profile::Default), ("oidc-compat", Profile::OidcCompat)]));
    let profile = profile.unwrap_or_default();
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
    let issuer = or(
        top,
        "issuer",
        || Issuer::parse(DEFAULT_ISSUER).ok(),
        |written| Issuer::parse(&written.text()?).map_err(|refusal| refusal.to_string()),
    );
    let listen = or(
        top,
        "listen",
        || DEFAULT_LISTEN.parse().ok(),
        |written| {
            let text = written.text()?;
            text.parse::<SocketAddr>()
                .map_err(|_| "must be an IP address and a port, such as \"127.0.0.1:8080\" or \"[::]:8080\"".to_owned())
        },
    );
    (issuer, listen)
}

/// Reads `key`, or returns the default if it is not set, or `None` if it is invalid.
fn or<T>(
    section: &mut Section<'_>,
    key: &str,
    default: impl FnOnce() -> Option<T>,
    reading: impl Fn(Written<'_>) -> Result<T, String>,
) -> Option<T> {
    let read = section.read(key, reading);
    if section.sets(key) { read } else { default() }
}

fn lifetimes(top: &mut Section<'_>) -> LifetimeSettings {
    let mut section = top.section("lifetimes");
    let mut read =
        |key, most: i64, default: i64| section.read(key, seconds(1..=most)).unwrap_or(Duration::seconds(default));
    let authorization_code = read("authorization_code", 600, 60);
    let access_token = read("access_token", DAY, 300);
    let id_token = read("id_token", DAY, 300);
    let interaction = read("interaction", 3600, 900);
    let refresh_token = read("refresh_token", 2 * 365 * DAY, 90 * DAY);
    let device_code = read("device_code", 3600, 600);
    let password_reset = read("password_reset", 7 * DAY, DAY);
    let session_absolute = read("session_absolute", 30 * DAY, DAY);
    let session_idle = section.read("session_idle", seconds(1..=30 * DAY));
    if session_idle.is_some_and(|idle| idle > session_absolute) {
        section.record_error("session_idle", "must not be longer than session_absolute");
    }
    let refresh_token_idle = section.read("refresh_token_idle", seconds(1..=2 * 365 * DAY));
    if refresh_token_idle.is_some_and(|idle| idle > refresh_token) {
        section.record_error("refresh_token_idle", "must not be longer than refresh_token");
    }
    let status_list = section.read("status_list", seconds(10..=3600)).unwrap_or(Duration::MINUTE);
    let refresh_token_overlap = section.read("refresh_token_overlap", seconds(0..=60));
    section.close();
    let session_idle = session_idle.unwrap_or(Duration::hours(8).min(session_absolute));
    LifetimeSettings {
        authorization_code,
        access_token,
        id_token,
        refresh_token,
        refresh_token_idle: refresh_token_idle.unwrap_or(Duration::days(14).min(refresh_token)),
        refresh_token_overlap: refresh_token_overlap.unwrap_or(Duration::seconds(10)),
        device_code,
        session_idle,
        session_absolute,
        status_list,
        password_reset,
        interaction,
    }
}

fn oauth(top: &mut Section<'_>, profile: Profile) -> OauthSettings {
    let mut section = top.section("oauth");
    let require_state = section.read("require_state", |written| written.flag()).unwrap_or(profile == Profile::Default);
    let implicit = section.read("implicit", |written| written.flag()).unwrap_or(profile == Profile::OidcCompat);
    let require_pkce = section.read("require_pkce", |written| written.flag()).unwrap_or(profile == Profile::Default);
    let password_grant = section.read("password_grant", |written| written.flag()).unwrap_or_default();
    let registrations = one_of([
        ("off", DynamicRegistration::Off),
        ("initial_access_token", DynamicRegistration::InitialAccessToken),
        ("open", DynamicRegistration::Open),
    ]);
    let dynamic_registration = section.read("dynamic_registration", registrations).unwrap_or_default();
    let request_uri = section.read("request_uri", |written| written.flag()).unwrap_or_default();
    let token_endpoint_as_audience =
        section.read("token_endpoint_as_audience", |written| written.flag()).unwrap_or(profile == Profile::OidcCompat);
    let redirect_schemes = section.read("redirect_schemes", clients::redirect_schemes).unwrap_or_default();
    section.close();
    OauthSettings {
        require_state,
        require_pkce,
        implicit,
        password_grant,
        dynamic_registration,
        request_uri,
        token_endpoint_as_audience,
        redirect_schemes,
    }
}

fn openid(top: &mut Section<'_>, profile: Profile) -> OpenidSettings {
    let mut section = top.section("openid");
    let domain = |text: &str| {
        let parsed = url::Url::parse(&format!("https://{text}")).ok();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
        let is_host = is_plain && parsed.is_some_and(|url| url.host_str() == Some(text));
        let refusal = || "each entry must be a domain in lower case, such as \"example.org\"".to_owned();
        if is_host { Ok(text.to_owned()) } else { Err(refusal()) }
    };
    let webfinger_domains = section.read("webfinger_domains", list(domain));
    let client_logos = section.read("client_logos", |written| written.flag()).unwrap_or(profile == Profile::OidcCompat);
    section.close();
    OpenidSettings { webfinger_domains: webfinger_domains.unwrap_or_default(), client_logos }
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
    let mut section = top.section("accounts");
    let choices = [("open", SignUp::Open), ("invitation", SignUp::Invitation), ("closed", SignUp::Closed)];
    let sign_up = section.read("sign_up", one_of(choices));
    let length = section.read("password_minimum_length", number(8..=64));
    let username_reservation = section.read("username_reservation", seconds(0..=3650 * DAY));
    let share_unverified_email = section.read("share_unverified_email", |written| written.flag());
    let password_hash = password_hash::read(&mut section);
    section.close();
    AccountSettings {
        password_hash,
        is_default_sign_up: sign_up.is_none(),
        sign_up: sign_up.unwrap_or_else(|| SignUp::by_default(issuer.is_loopback())),
        username_reservation: username_reservation.unwrap_or(Duration::days(180)),
        share_unverified_email: share_unverified_email.unwrap_or_default(),
        password_minimum_length: length.and_then(|length| usize::try_from(length).ok()).unwrap_or(15),
    }
}

fn throttle(top: &mut Section<'_>) -> ThrottleSettings {
    let mut section = top.section("throttle");
    let relaxed = section.read("relaxed", |written| written.flag()).unwrap_or_default();
    section.close();
    ThrottleSettings { relaxed }
}

fn http(top: &mut Section<'_>) -> HttpSettings {
    let mut section = top.section("http");
    let network = |text: &str| {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        network.map_err(|_| "each entry must be an IP address or a network such as \"10.0.0.0/8\"".to_owned())
    };
    let trusted_proxies = section.read("trusted_proxies", list(network));
    section.close();
    HttpSettings { trusted_proxies }
}

fn fetch(top: &mut Section<'_>) -> FetchSettings {
    let mut section = top.section("fetch");
    let allow_private_addresses = section.read("allow_private_addresses", |written| written.flag()).unwrap_or_default();
    let certificate_authority = section.read("certificate_authority", |written| written.some_text().map(PathBuf::from));
    section.close();
    FetchSettings { allow_private_addresses, certificate_authority }
}

fn key_ring(top: &mut Section<'_>) -> KeyRingSettings {
    let mut section = top.section("key_ring");
    let passphrase = section.read("passphrase", only_environment);
    let rotate_every = section.read("rotate_every", seconds(2 * DAY..=730 * DAY)).unwrap_or(Duration::days(90));
    let algorithm = |name: &str| {
        name.parse::<Algorithm>()
            .map_err(|_| format!("must be one of {}", Algorithm::ALL.map(Algorithm::as_str).join(", ")))
    };
    let algorithms = section.read("algorithms", list(algorithm));
    section.close();
    KeyRingSettings { passphrase, rotate_every, algorithms: algorithms.unwrap_or_default() }
}

fn brand(top: &mut Section<'_>) -> BrandSettings {
    let mut section = top.section("brand");
    let name = section.read("name", |written| {
        let name = written.some_text()?;
        let fits = name.chars().count() <= 40 && !name.chars().any(char::is_control);
        if fits { Ok(name) } else { Err("must have 1 to 40 characters".to_owned()) }
    });
    let logo = section.read("logo", |written| written.some_text().map(PathBuf::from));
    let accent = section.read("accent", |written| {
        let colour = written.some_text()?;
        let digits = colour.strip_prefix('#').unwrap_or_default();
        let is_colour = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_colour { Ok(colour) } else { Err("must be a colour such as \"#3346b8\"".to_owned()) }
    });
    section.close();
    BrandSettings { name: name.unwrap_or_else(|| "Signet".to_owned()), logo, accent }
}

fn log(top: &mut Section<'_>) -> LogSettings {
    let mut section = top.section("log");
    let format = section.read("format", one_of([("text", LogFormat::Text), ("json", LogFormat::Json)]));
    section.close();
    LogSettings { format: format.unwrap_or_default() }
}

fn audit(top: &mut Section<'_>) -> AuditSettings {
    let mut section = top.section("audit");
    let retention = section.read("retention", seconds(DAY..=3650 * DAY)).unwrap_or(Duration::days(90));
    section.close();
    AuditSettings { retention }
}

fn bootstrap(top: &mut Section<'_>) -> Option<Bootstrap> {
    let mut section = top.section("bootstrap");
    let mut username = None;
    let mut password = None;
    if section.sets_anything() {
        username = section.require("admin_username", |written| written.some_text());
        password = section.read("admin_password", only_environment);
    } else {
        // It is read in any case, so that a misspelled variable gets the right suggestion.
        let _ = section.read("admin_username", |written| written.some_text());
        let _ = section.read("admin_password", only_environment);
    }
    section.close();
    Some(Bootstrap { admin_username: username?, admin_password: password })
}

/// A secret that must not be in the file, which more people can read than the environment and which is included in
/// backups.
fn only_environment(written: Written<'_>) -> Result<Secret, String> {
    match written {
        Written::Variable("") => Err("must not be empty".to_owned()),
        Written::Variable(text) => Ok(Secret::new(text)),
        Written::File(_) => {
            Err("must not be in this file; set the environment variable, or its _FILE variant with the path of a file"
                .to_owned())
        }
    }
}

const DEFAULT_FILE: &str = "config.toml";
const DEFAULT_ISSUER: &str = "http://127.0.0.1:8080";
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
const DAY: i64 = 86_400;
