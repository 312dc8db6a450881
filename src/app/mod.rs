//! Assembles the server from its configuration and runs it.

mod assemble;
mod hardening;
mod log_writer;
mod manage;
mod open;
mod start_error;
mod tasks;

use std::{
    io::{IsTerminal, Write},
    sync::Arc,
    time::Duration,
};

use poem::listener::{Listener, TcpListener};

pub use self::{
    assemble::{assemble, without_storage},
    hardening::keep_memory_private,
    log_writer::{LogFlush, LogWriter},
    open::salvage,
    start_error::StartError,
    tasks::answer,
};
use crate::{
    audit::{Actor, EventDetails, EventKind},
    clock::Clock,
    command::AdminSocket,
    config::Config,
    endpoint::{InternalError, events, keys, setup},
    entropy::Entropy,
    http::{Server, Wrapping, application, edge},
    store::EngineHealth,
};

#[derive(Clone, Copy, Debug, Default)]
pub struct StartOptions {
    /// Whether to start with a database that has been rolled back: see `--accept-rollback`.
    pub accept_rollback: bool,
    /// Whether to generate new keys, whatever is in the key folder, and to begin an epoch: see `signet keys new`.
    pub new_keys: bool,
}

/// Serves requests until SIGINT or SIGTERM, or until the storage fails.
///
/// # Errors
///
/// Returns a [`StartError`] if the server cannot start, or has to stop because of a failure.
pub async fn serve(config: Config, options: StartOptions) -> Result<(), StartError> {
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    tracing::info!("{}", config.admission());
    let acceptor = TcpListener::bind(config.listen)
        .into_acceptor()
        .await
        .map_err(|source| StartError::Listen { address: config.listen, source })?;
    let server = assemble(&config, options, (Clock::system(), Entropy::system())).await?;
    let is_passwordless = config.bootstrap.as_ref().is_some_and(|bootstrap| bootstrap.admin_password.is_none());
    if is_passwordless
        && !server.signet().store.has_administrator().map_err(InternalError::from).map_err(StartError::Internal)?
    {
        return Err(StartError::BootstrapPasswordMissing);
    }
    let socket = AdminSocket::bind(&config.data).map_err(StartError::Socket)?;
    greet(&server, &config).await?;
    let started = EventDetails::of(EventKind::ServerStarted).because(env!("CARGO_PKG_VERSION"));
    server.signet().note_event(Actor::default(), started).await;

    let trusted_proxies = trusted_proxies(&config);
    let acceptor = edge::GuardedAcceptor::new(acceptor, edge::ConnectionLimits::default());
    let acceptor = acceptor.exempting(trusted_proxies.clone());
    let wrapping = Wrapping { trusted_proxies, ..Wrapping::default() };
    let mut background = tasks::spawn(&server, socket);
    let mut health = server.signet().store.engine().health();
    let stop = async move {
        tokio::select! {
            () = signal() => tracing::info!("shutting down, finishing open requests"),
            _ = health.wait_for(|health| *health == EngineHealth::Failed) => tracing::error!("storage failed, shutting down"),
        }
    };
    let application = application(&server, wrapping);
    let served = poem::Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(application, stop, Some(PATIENCE))
        .await
        .map_err(StartError::Serve);
    background.abort_all();
    if let Err(fault) = events::write_failures(server.signet(), true).await {
        tracing::warn!(%fault, "writing the last failure events failed");
    }
    // Otherwise, commits since the last update of the mark could be lost without being detected.
    keys::save_mark(server.signet()).await;
    let engine = server.signet().store.engine();
    let is_failed = engine.is_failed();
    let closed = engine.close().await;
    served?;
    closed.map_err(StartError::Storage)?;
    if is_failed { Err(StartError::StorageFailed) } else { Ok(()) }
}

/// The reverse proxies whose forwarding headers are trusted.
fn trusted_proxies(config: &Config) -> edge::TrustedProxies {
    if config.trusts_this_machine() {
        tracing::info!(
            "reverse proxies on this machine are trusted, because the issuer is https and listen is a loopback \
             address. The setting http.trusted_proxies changes this"
        );
        return edge::TrustedProxies::on_this_machine();
    }
    let proxies: Vec<String> = config.http.trusted_proxies.iter().flatten().map(ToString::to_string).collect();
    edge::TrustedProxies::parse(proxies.iter().map(String::as_str)).unwrap_or_default()
}

/// Closes the database of a server that was opened for a command.
///
/// # Errors
///
/// Returns a message if the last commits cannot be written.
pub async fn close(server: &Arc<Server>) -> Result<(), String> {
    keys::save_mark(server.signet()).await;
    server.signet().store.engine().close().await.map_err(|fault| fault.to_string())
}

/// Prints the next steps for the operator.
async fn greet(server: &Arc<Server>, config: &Config) -> Result<(), StartError> {
    let signet = server.signet();
    let link = setup::link(signet).await.map_err(StartError::Internal)?;
    let issuer = &config.issuer;
    let mut lines =
        vec![String::new(), format!("  Signet {} is running at {issuer}", env!("CARGO_PKG_VERSION")), String::new()];
    if let Some(link) = link {
        lines.push("  There is no administrator yet. Create the first one here within 60 minutes:".to_owned());
        lines.push(format!("    {link}"));
        lines.push(String::new());
    }
    lines.push(format!("  Register an application   {issuer}/developer"));
    lines.push(format!("  Try the API               {issuer}/docs"));
    lines.push(format!("  Discovery                 {issuer}/.well-known/openid-configuration"));
    lines.push(String::new());
    if std::io::stdout().is_terminal() {
        lines.push("  Press Ctrl+C to stop.".to_owned());
        lines.push(String::new());
    }
    // Standard output that is closed, full or not read must not stop or delay the server.
    let greeting = lines.join("\n");
    let _ = std::thread::Builder::new().spawn(move || writeln!(std::io::stdout().lock(), "{greeting}"));
    Ok(())
}

/// Resolves on SIGINT or SIGTERM.
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Without handlers, the signals terminate the process.
        return std::future::pending().await;
    };
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return std::future::pending().await };
    loop {
        tokio::select! {
            _ = interrupt.recv() => return,
            _ = terminate.recv() => return,
            // Closing the terminal does not stop the server.
            _ = hangup.recv() => tracing::info!("SIGHUP ignored: the configuration is only read at startup"),
        }
    }
}

/// How long open requests may take when the server is shutting down.
const PATIENCE: Duration = Duration::from_secs(10);
