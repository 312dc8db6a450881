//! A real server for tests: the binary, in a temporary folder and on a free port, killed on drop.

#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The username and password of the administrator on every test server.
pub(crate) const ADMINISTRATOR: (&str, &str) = ("root", "correct horse battery staple");

/// A running server.
pub(crate) struct RunningServer {
    pub(crate) issuer: String,
    pub(crate) port: u16,
    pub(crate) child: Child,
    folder: PathBuf,
    owned: Option<tempfile::TempDir>,
}

impl RunningServer {
    /// Starts a server in a new folder, with `config` as its config.toml.
    pub(crate) fn start(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let mut server = Self::start_in(folder.path(), free_port());
        server.owned = Some(folder);
        server
    }

    /// Starts a server on `port` in `folder`, which may contain data of an earlier server.
    pub(crate) fn start_in(folder: &Path, port: u16) -> Self {
        let child = command(folder, port).stdout(Stdio::null()).stderr(log(folder)).spawn().unwrap();
        Self::adopt(child, folder, port)
    }

    /// Waits until a server that was started in another way answers.
    pub(crate) fn adopt(child: Child, folder: &Path, port: u16) -> Self {
        let issuer = format!("http://127.0.0.1:{port}");
        let mut server = Self { issuer, port, child, folder: folder.to_owned(), owned: None };
        let begun = Instant::now();
        while !server.is_well() {
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", server.log());
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "the server did not start:\n{}", server.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Whether /health answers 200.
    pub(crate) fn is_well(&self) -> bool {
        let ask = || {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            write!(stream, "GET /health HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", self.port)?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok::<_, std::io::Error>(answer.starts_with("HTTP/1.1 200"))
        };
        ask().unwrap_or(false)
    }

    /// Everything logged so far. The log is written shortly after the response, so this waits until it stops growing.
    pub(crate) fn log(&self) -> String {
        let read = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let mut text = read();
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(50));
            let later = read();
            if later.len() == text.len() {
                break;
            }
            text = later;
        }
        text
    }

    /// The folder of the server's files.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Kills the server with SIGKILL, which simulates a power failure for the process.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that starts a server in `folder` on `port`, with an administrator and relaxed throttles.
pub(crate) fn command(folder: &Path, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signet"));
    command
        .current_dir(folder)
        .env("SIGNET__ISSUER", format!("http://127.0.0.1:{port}"))
        .env("SIGNET__LISTEN", format!("127.0.0.1:{port}"))
        .env("SIGNET__BOOTSTRAP__ADMIN_USERNAME", ADMINISTRATOR.0)
        .env("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", ADMINISTRATOR.1)
        .env("SIGNET__THROTTLE__RELAXED", "true");
    command
}

/// A port that is currently unused.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn log(folder: &Path) -> Stdio {
    std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap().into()
}
