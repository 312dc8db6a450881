//! A server in this process, over real HTTP, whose clock and database are controlled by the test.

#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::{ffi::OsString, path::Path, sync::Arc};

use poem::listener::{Acceptor, Listener, TcpListener};
use signet::{
    account::record::{Account, Username},
    app::{StartOptions, assemble},
    clock::Clock,
    config::Config,
    endpoint::Signet,
    entropy::Entropy,
    http::{Server, Wrapping, application},
    oauth::client::{Client, ClientId},
};
use time::macros::datetime;
use tokio::task::JoinHandle;

use crate::support::ADMINISTRATOR;

/// A server whose clock stays at noon until it is advanced.
pub(crate) struct ServedHere {
    pub(crate) issuer: String,
    pub(crate) clock: Clock,
    server: Arc<Server>,
    serving: JoinHandle<()>,
    folder: tempfile::TempDir,
}

impl ServedHere {
    /// Starts a server in a new folder, with `config` as its config.toml and relaxed throttles.
    pub(crate) async fn start(config: &str) -> Self {
        Self::start_with(config, "true").await
    }

    /// Starts a server with the throttles of a publicly reachable server.
    pub(crate) async fn start_throttled(config: &str) -> Self {
        Self::start_with(config, "false").await
    }

    async fn start_with(config: &str, relaxed: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, config).unwrap();
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let issuer = format!("http://{}", acceptor.local_addr().remove(0).as_socket_addr().unwrap());
        let environment = [
            ("SIGNET__ISSUER", OsString::from(&issuer)),
            ("SIGNET__DATA", folder.path().join("data").into()),
            ("SIGNET__KEYS", folder.path().join("keys").into()),
            ("SIGNET__BOOTSTRAP__ADMIN_USERNAME", ADMINISTRATOR.0.into()),
            ("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", ADMINISTRATOR.1.into()),
            ("SIGNET__THROTTLE__RELAXED", relaxed.into()),
        ];
        let environment = environment.map(|(name, value)| (OsString::from(name), value));
        let config = Config::load(Some(&file), environment).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let clock = Clock::manual(datetime!(2030-01-01 12:00 UTC));
        let assembled = assemble(&config, StartOptions::default(), (clock.clone(), Entropy::system())).await;
        let server = assembled.unwrap_or_else(|error| panic!("{error}"));
        let application = application(&server, Wrapping::default());
        let serving = tokio::spawn(async {
            poem::Server::new_with_acceptor(acceptor).run(application).await.unwrap();
        });
        Self { issuer, clock, server, serving, folder }
    }

    /// The server without its HTTP layer.
    pub(crate) fn signet(&self) -> &Signet {
        self.server.signet()
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server, for tasks that call it without HTTP.
    pub(crate) fn shared(&self) -> Arc<Server> {
        Arc::clone(&self.server)
    }

    /// The stored account of the administrator.
    pub(crate) fn person(&self) -> Account {
        let username = Username::parse(ADMINISTRATOR.0).unwrap();
        self.signet().store.account_by_username(&username).unwrap().unwrap().record
    }

    /// Changes the stored account of the administrator.
    pub(crate) async fn change_person(&self, change: impl FnOnce(&mut Account)) {
        let store = &self.signet().store;
        let kept = store.account(&self.person().id).unwrap().unwrap();
        let mut changed = kept.record.clone();
        change(&mut changed);
        store.replace_account(&kept, &changed).await.unwrap();
    }

    /// Changes the stored record of a client.
    pub(crate) async fn change_client(&self, client_id: &str, change: impl FnOnce(&mut Client)) {
        let store = &self.signet().store;
        let kept = store.client(&ClientId::parse(client_id).unwrap()).unwrap().unwrap();
        let mut changed = kept.record.clone();
        change(&mut changed);
        store.replace_client(&kept, &changed).await.unwrap();
    }
}

impl Drop for ServedHere {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
