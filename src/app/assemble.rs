//! Creates a server that can answer requests from its configuration.

use std::{path::PathBuf, sync::Arc};

use tokio::sync::Notify;

use super::{
    StartError, StartOptions,
    open::{self, OnDisk, rebuild_indexes},
};
use crate::{
    account::{
        hashing::{HashingCost, HashingLimits, PasswordHasher},
        logo::Logo,
        password::PasswordPolicy,
        quota::Quotas,
        session::SessionLifetimes,
        throttle::{Throttle, ThrottlePolicy},
    },
    audit::FailureQueue,
    clock::Clock,
    config::{Config, DynamicRegistration, FetchSettings, Profile},
    crypto::SealingKey,
    endpoint::{
        InternalError, Lifetimes, Signet,
        client_errors::ClientErrorLogs,
        clients::{self, FormerClient},
        clock_watch::ClockWatch,
        conditions::Conditions,
        device_guesses::DeviceGuesses,
        device_polls::DevicePolls,
        keys,
        new_account::{NewAccount, NewAccountRefusal, ProfileForm},
        picture_bench::PictureBench,
        published_keys::PublishedKeys,
        rotation_gate::RotationGate,
        secret_guesses::SecretGuesses,
        setup,
        signet::RegistrationAccess,
        status_lists::StatusLists,
    },
    entropy::Entropy,
    fetch::{FetchPolicy, Fetcher},
    http::{BrandFiles, Server, built_in_client},
    jose::{Algorithm, KeyFolder, Keys, RingPolicy, ServerSecret},
    oauth::{
        authorization_request::AuthorizationPolicy,
        client::{ClientId, Provenance},
        grant_type::EnabledGrants,
        refresh_token::RefreshPolicy,
        registration_policy::RegistrationPolicy,
    },
    secret::Secret,
    store::{ConflictKind, MemoryEngine, NameConflict, Store},
    web::{Accent, Colour},
};

/// Opens the database and the keys, and stores the clients and the administrator defined in the configuration.
///
/// # Errors
///
/// Returns a [`StartError`] if the server cannot start.
pub async fn assemble(
    config: &Config,
    options: StartOptions,
    (clock, entropy): (Clock, Entropy),
) -> Result<Arc<Server>, StartError> {
    let OnDisk { store, status_lists, keys: ring, secret, pairwise_key, last_commit_at } =
        open::open(config, options, (&clock, entropy)).await?;
    let trusted_until = store.clock_trusted_until().map_err(InternalError::from)?.unwrap_or(last_commit_at);
    let ServerSecret { key: sealing_key, previous } = secret;
    let fetcher = fetcher(config)?;
    let brand_files = brand_files(config).await?;
    let signet = Signet {
        issuer: config.issuer.clone(),
        resources: config.resources.clone(),
        authorization_policy: authorization_policy(config),
        registration_policy: config.registration.clone(),
        webfinger_domains: config.openid.webfinger_domains.clone(),
        shows_client_logos: config.openid.client_logos,
        lifetimes: lifetimes(config),
        password_policy: PasswordPolicy::new(config.accounts.password_minimum_length).unwrap_or_default(),
        sign_up: config.accounts.sign_up,
        application_registration: config.applications.registration.clone(),
        quotas: Quotas::new(config.quotas.clone()),
        registering: tokio::sync::Mutex::default(),
        shares_unverified_email: config.accounts.share_unverified_email,
        registration: match config.oauth.dynamic_registration {
            DynamicRegistration::Off => RegistrationAccess::Off,
            DynamicRegistration::InitialAccessToken => RegistrationAccess::InitialAccessToken,
            DynamicRegistration::Open => RegistrationAccess::Open,
        },
        brand: config.brand.name.clone(),
        store,
        status_lists: Arc::clone(&status_lists),
        keys: Arc::new(ring),
        hasher: hasher(config),
        throttle: Throttle::new(if config.throttle.relaxed {
            ThrottlePolicy::relaxed()
        } else {
            ThrottlePolicy::default()
        }),
        failures: FailureQueue::default(),
        client_errors: ClientErrorLogs::default(),
        secret_guesses: SecretGuesses::new(config.throttle.relaxed),
        device_polls: DevicePolls::default(),
        picture_bench: PictureBench::default(),
        key_rotation: RotationGate::default(),
        device_guesses: DeviceGuesses::default(),
        logout_signal: Notify::new(),
        fetcher,
        published_keys: PublishedKeys::default(),
        sealing_key,
        pairwise_key,
        conditions: Conditions::default(),
        clock_trust: ClockWatch::new(trusted_until, &clock),
        clock,
        entropy,
    };
    prepare(&signet, config, (previous, status_lists)).await?;
    // The origin of a parsed issuer can always be parsed.
    Server::new(signet, brand_files, config.throttle.relaxed).map_err(|_| StartError::Interrupted)
}

/// Prepares the state before the first request is answered.
async fn prepare(
    signet: &Signet,
    config: &Config,
    (previous, status_lists): (Option<SealingKey>, Arc<StatusLists>),
) -> Result<(), StartError> {
    keys::save_mark(signet).await;
    if let Some(previous) = previous {
        keys::reseal(signet, &previous).await.map_err(StartError::Internal)?;
    }
    rebuild_indexes(&signet.store).await?.iter().for_each(warn_of_conflict);
    put_clients(signet, config).await?;
    bootstrap(signet, config).await?;
    let loaded = tokio::task::spawn_blocking(move || status_lists.load()).await;
    let grants =
        loaded.map_err(|_| StartError::Interrupted)?.map_err(InternalError::from).map_err(StartError::Internal)?;
    tracing::debug!(grants, "status lists loaded");
    Ok(())
}

fn authorization_policy(config: &Config) -> AuthorizationPolicy {
    AuthorizationPolicy {
        require_state: config.oauth.require_state,
        require_pkce: config.oauth.require_pkce,
        offered: config.oauth.offered(),
        request_uri: config.oauth.request_uri,
        redirects_errors_to_all: config.profile == Profile::OidcCompat,
    }
}

/// Creates a server with the default configuration, without stored data, and with keys in a temporary folder. It is
/// sufficient to print the server's OpenAPI document.
///
/// # Errors
///
/// Returns a message if the keys cannot be generated.
pub fn without_storage() -> Result<Arc<Server>, String> {
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let config = Config::defaults().map_err(|mistakes| mistakes.to_string())?;
    let path = std::env::temp_dir().join(format!("signet-{}", entropy.text::<12>()));
    let folder = KeyFolder::open(&path, None, entropy).map_err(|fault| fault.to_string())?;
    let keys = Keys::open(folder, RingPolicy::default(), &[Algorithm::Es256], clock.now());
    // Nothing more is signed with these keys, whether or not they can be deleted.
    let _ = std::fs::remove_dir_all(&path);
    let store = Store::new(Arc::new(MemoryEngine::new()), None);
    let signet = Signet {
        issuer: config.issuer.clone(),
        resources: config.resources.clone(),
        authorization_policy: AuthorizationPolicy {
            require_state: true,
            require_pkce: true,
            offered: EnabledGrants::default(),
            request_uri: false,
            redirects_errors_to_all: false,
        },
        registration_policy: RegistrationPolicy::default(),
        webfinger_domains: Vec::new(),
        shows_client_logos: false,
        lifetimes: lifetimes(&config),
        password_policy: PasswordPolicy::default(),
        sign_up: config.accounts.sign_up,
        application_registration: config.applications.registration.clone(),
        quotas: Quotas::new(config.quotas.clone()),
        registering: tokio::sync::Mutex::default(),
        shares_unverified_email: false,
        registration: RegistrationAccess::Off,
        brand: config.brand.name.clone(),
        status_lists: Arc::new(StatusLists::new(store.clone(), clock.clone())),
        store,
        keys: Arc::new(keys.map_err(|fault| fault.to_string())?),
        hasher: PasswordHasher::new(HashingCost::default(), HashingLimits::for_cores(1)),
        throttle: Throttle::new(ThrottlePolicy::default()),
        failures: FailureQueue::default(),
        client_errors: ClientErrorLogs::default(),
        secret_guesses: SecretGuesses::new(false),
        device_polls: DevicePolls::default(),
        picture_bench: PictureBench::default(),
        key_rotation: RotationGate::default(),
        device_guesses: DeviceGuesses::default(),
        logout_signal: Notify::new(),
        fetcher: Fetcher::new(FetchPolicy::default()).map_err(|refusal| refusal.to_string())?,
        published_keys: PublishedKeys::default(),
        sealing_key: SealingKey::new(entropy.bytes()),
        pairwise_key: SealingKey::new(entropy.bytes()),
        conditions: Conditions::default(),
        clock_trust: ClockWatch::new(clock.now(), &clock),
        clock,
        entropy,
    };
    Server::new(signet, BrandFiles::default(), false).map_err(|refusal| refusal.to_string())
}

/// Logs a conflict between two accounts created by an earlier version, one of which needs another name or address.
fn warn_of_conflict(conflict: &NameConflict) {
    let NameConflict { kind, holder, other, other_username } = conflict;
    match kind {
        ConflictKind::Username => tracing::warn!(
            account = %other, username = other_username, looks_like = %holder,
            "two usernames look the same; rename one of the accounts"
        ),
        ConflictKind::Email => tracing::warn!(
            account = %other, username = other_username, address_of = %holder,
            "two accounts had the same verified e-mail address: it counts as verified for the older account only"
        ),
    }
}

fn fetcher(config: &Config) -> Result<Fetcher, StartError> {
    let FetchSettings { allow_private_addresses, certificate_authority } = &config.fetch;
    let authority = certificate_authority.as_ref().map(|file| {
        std::fs::read(file).map_err(|source| StartError::CertificateAuthority { file: file.clone(), source })
    });
    let policy = FetchPolicy {
        allow_private_addresses: *allow_private_addresses,
        certificate_authority: authority.transpose()?,
    };
    Fetcher::new(policy).map_err(StartError::Fetcher)
}

/// Reads the logo and computes the colours.
async fn brand_files(config: &Config) -> Result<BrandFiles, StartError> {
    let read = |file: PathBuf| {
        let refused = |reason: String| StartError::Logo { file: file.clone(), reason };
        let bytes = std::fs::read(&file).map_err(|source| refused(source.to_string()))?;
        Logo::parse(&bytes).map_err(|refusal| refused(refusal.to_string()))
    };
    let logo = match config.brand.logo.clone() {
        Some(file) => {
            let read = tokio::task::spawn_blocking(move || read(file)).await;
            Some(read.map_err(|_| StartError::Interrupted)??)
        }
        None => None,
    };
    // The configuration has already validated it.
    let accent = config.brand.accent.as_deref().and_then(|text| Colour::parse(text).ok());
    if let Some(brand) = accent {
        let (light, dark) = (Accent::light(brand).accent, Accent::dark(brand).accent);
        tracing::info!(%brand, %light, %dark, "accent colours adjusted for contrast");
    }
    Ok(BrandFiles::new(logo, accent))
}

fn lifetimes(config: &Config) -> Lifetimes {
    let configured = config.lifetimes;
    Lifetimes {
        authorization_code: configured.authorization_code,
        access_token: configured.access_token,
        id_token: configured.id_token,
        refresh_token: RefreshPolicy {
            absolute: configured.refresh_token,
            idle: configured.refresh_token_idle,
            overlap: configured.refresh_token_overlap,
        },
        device_code: configured.device_code,
        status_list: configured.status_list,
        password_reset: configured.password_reset,
        interaction: configured.interaction,
        session: SessionLifetimes { idle: configured.session_idle, absolute: configured.session_absolute },
    }
}

async fn put_clients(signet: &Signet, config: &Config) -> Result<(), StartError> {
    let (client_id, metadata) = built_in_client(&signet.issuer, &signet.resources);
    clients::put_configured(signet, &client_id, None, metadata, Provenance::BuiltIn).await?;
    for client in &config.clients {
        let secret = client.client_secret.as_ref();
        let metadata = client.metadata.clone();
        if clients::put_configured(signet, &client.client_id, secret, metadata, Provenance::Configuration).await? {
            tracing::info!(client_id = %client.client_id, "configured client stored");
        }
    }
    report_former(signet, config).await
}

/// Logs the clients and resources that have been removed from the configuration.
async fn report_former(signet: &Signet, config: &Config) -> Result<(), StartError> {
    let prune = config.applications.prune;
    let configured: Vec<&ClientId> = config.clients.iter().map(|client| &client.client_id).collect();
    for FormerClient { client_id, client_name, is_active } in
        clients::former_clients(signet, &configured, prune).await?
    {
        if is_active {
            tracing::warn!(
                %client_id,
                client_name,
                "client is no longer in the configuration, but still active; disable it with `signet client disable \
                 {client_id}`, or all such clients with prune = true under [applications]"
            );
        } else {
            tracing::info!(%client_id, client_name, "client is no longer in the configuration and has been disabled");
        }
    }
    for resource in clients::former_resources(signet, prune).await? {
        tracing::warn!(
            resource = resource.as_str(),
            "resource is no longer in the configuration: no tokens are issued for it, and earlier tokens are valid \
             until they expire. With prune = true under [applications] this is only logged once"
        );
    }
    Ok(())
}

async fn bootstrap(signet: &Signet, config: &Config) -> Result<(), StartError> {
    let Some(bootstrap) = &config.bootstrap else { return Ok(()) };
    let Some(password) = &bootstrap.admin_password else { return Ok(()) };
    let entered = NewAccount {
        profile: ProfileForm { username: Some(bootstrap.admin_username.clone()), ..ProfileForm::default() },
        password: Some(Secret::new(password.expose())),
    };
    match setup::bootstrap(signet, entered).await {
        Ok(_) => Ok(()),
        Err(NewAccountRefusal::Fields(errors)) => Err(StartError::Bootstrap(errors)),
        Err(NewAccountRefusal::Internal(fault)) => Err(StartError::Internal(fault)),
    }
}

fn hasher(config: &Config) -> PasswordHasher {
    let cost = config.accounts.password_hash;
    PasswordHasher::new(cost, HashingLimits::for_cores(cores()).for_cost(cost))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
