//! Starting, refusing to start, commands, and stopping.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::{
    support::{ADMINISTRATOR, RunningServer, command, free_port},
    visitor::{SECRET, Visitor, config},
};

/// Runs the program until it exits.
fn run(folder: &Path, port: u16, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(folder, port).args(arguments).envs(environment.iter().copied()).output().unwrap()
}

/// The error message of a program that refuses to start.
fn refusal(folder: &Path, port: u16, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = run(folder, port, arguments, environment);
    assert!(!output.status.success(), "it started");
    String::from_utf8(output.stderr).unwrap()
}

fn folder(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    folder
}

fn signal(server: &RunningServer, name: &str) {
    // Uses the `kill` of the shell, since not every machine has a program with that name.
    let status = Command::new("sh").args(["-c", &format!("kill {name} {}", server.child.id())]).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_wrong_configuration_is_reported_completely_with_its_lines() {
    let folder = folder("issuer = \"http://login.example.org\"\nlistn = \"x\"\n[lifetimes]\naccess_token = 0\n");
    let mut start = command(folder.path(), free_port());
    let output = start.env_remove("SIGNET__ISSUER").output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    for part in ["config.toml:1: issuer", "config.toml:2: listn", "did you mean listen?", "config.toml:4: lifetimes"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!folder.path().join("data").exists(), "nothing is begun");
    let missing = refusal(folder.path(), free_port(), &["--config", "missing.toml"], &[]);
    assert!(missing.contains("missing.toml: cannot be read"), "{missing}");
    let weak = self::folder("");
    let said = refusal(weak.path(), free_port(), &[], &[("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", "short")]);
    assert!(said.contains("SIGNET__BOOTSTRAP__ADMIN_PASSWORD") && !said.contains("short\n"), "{said}");
}

#[test]
fn a_port_in_use_is_named_with_the_setting() {
    let folder = folder("");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let said = refusal(folder.path(), port, &[], &[]);
    assert!(
        said.contains(&format!("already listens on 127.0.0.1:{port}")) && said.contains("SIGNET__LISTEN"),
        "{said}"
    );
}

#[test]
fn a_data_folder_belongs_to_one_server() {
    let folder = folder("");
    let server = RunningServer::start_in(folder.path(), free_port());
    let said = refusal(folder.path(), free_port(), &[], &[]);
    assert!(said.contains("data") && said.to_lowercase().contains("another"), "{said}");
    assert!(server.is_well());
}

#[test]
fn keys_that_others_can_read_are_refused_with_the_remedy() {
    let folder = folder("");
    let mut server = RunningServer::start_in(folder.path(), free_port());
    server.kill();
    let key = std::fs::read_dir(folder.path().join("keys")).unwrap().map(|entry| entry.unwrap().path());
    let key = key.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "json")).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = refusal(folder.path(), free_port(), &[], &[]);
    assert!(said.contains("chmod 600") && said.contains(key.file_name().unwrap().to_str().unwrap()), "{said}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(RunningServer::start_in(folder.path(), free_port()).is_well());
}

#[tokio::test]
async fn a_database_that_was_set_back_is_refused_until_it_is_accepted() {
    let folder = folder(&config());
    let port = free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    server.kill();
    let (database, copy) = (folder.path().join("data/db"), folder.path().join("copy"));
    std::fs::copy(&database, &copy).unwrap();
    let mut server = RunningServer::start_in(folder.path(), port);
    assert_eq!(visitor.get("/account").await.status, 200);
    visitor.code().await;
    server.kill();
    std::fs::copy(&copy, &database).unwrap();
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("snap") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let said = refusal(folder.path(), port, &[], &[]);
    assert!(said.contains("--accept-rollback"), "{said}");
    let child = command(folder.path(), port)
        .arg("--accept-rollback")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = RunningServer::adopt(child, folder.path(), port);
    assert_eq!(visitor.get("/account").await.status, 303, "a session from before is over");
    visitor.sign_in(ADMINISTRATOR).await;
    drop(server);
    assert!(RunningServer::start_in(folder.path(), port).is_well(), "it is asked once");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("blobs")).unwrap();
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o700)).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[tokio::test]
async fn an_older_copy_of_the_whole_data_folder_and_lost_keys_are_refused_with_the_way_out() {
    let folder = folder(&config());
    let port = free_port();
    let (data, older, keys) = (folder.path().join("data"), folder.path().join("older"), folder.path().join("keys"));
    let stopped = |server: RunningServer| {
        let mut server = server;
        signal(&server, "-TERM");
        assert!(server.child.wait().unwrap().success());
    };
    stopped(RunningServer::start_in(folder.path(), port));
    copy(&data, &older);
    let server = RunningServer::start_in(folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    stopped(server);
    std::fs::remove_dir_all(&data).unwrap();
    copy(&older, &data);
    let said = refusal(folder.path(), port, &[], &[]);
    assert!(said.contains("--accept-rollback") && said.contains("older copy"), "{said}");
    let mut start = command(folder.path(), port);
    let start = start.arg("--accept-rollback").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    stopped(RunningServer::adopt(start, folder.path(), port));

    std::fs::remove_dir_all(&keys).unwrap();
    for _ in 0..2 {
        let said = refusal(folder.path(), port, &[], &[]);
        assert!(said.contains("signet keys new") && said.contains("it is empty"), "{said}");
    }
    let output = run(folder.path(), port, &["keys", "new"], &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let server = RunningServer::start_in(folder.path(), port);
    let said = refusal(folder.path(), port, &["keys", "new"], &[]);
    assert!(said.contains("stop it first"), "{said}");
    assert!(server.is_well());
}

#[test]
fn the_end_of_a_terminal_does_not_end_the_server() {
    let server = RunningServer::start("");
    signal(&server, "-HUP");
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !server.log().contains("SIGHUP ignored") {
        assert!(std::time::Instant::now() < patience, "{}", server.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(server.is_well());
}

#[tokio::test]
async fn a_signal_stops_the_server_and_a_restart_finds_everything() {
    let folder = folder(&config());
    let port = free_port();
    for name in ["-TERM", "-INT"] {
        let mut server = RunningServer::start_in(folder.path(), port);
        let mut visitor = Visitor::new(&server.issuer);
        visitor.sign_in(ADMINISTRATOR).await;
        let keys = visitor.get("/jwks.json").await.html;
        signal(&server, name);
        let status = server.child.wait().unwrap();
        assert!(status.success(), "{name}: {status}");
        assert!(!folder.path().join("data/admin.sock").exists());
        let again = RunningServer::start_in(folder.path(), port);
        assert_eq!(visitor.get("/account").await.status, 200, "the session is still there");
        assert_eq!(visitor.get("/jwks.json").await.html, keys);
        drop(again);
    }
}

#[tokio::test]
async fn commands_reach_a_running_server_and_the_files_of_one_that_does_not_run() {
    let folder = folder(&config());
    let port = free_port();
    let printed = |arguments: &[&str]| {
        let mut command = command(folder.path(), port);
        command.env_remove("SIGNET__BOOTSTRAP__ADMIN_USERNAME").env_remove("SIGNET__BOOTSTRAP__ADMIN_PASSWORD");
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!run(folder.path(), port, &["healthcheck"], &[]).status.success());
    let stopped = printed(&["admin", "setup-link"]);
    assert!(stopped.contains("/setup?code="), "{stopped}");
    let mut start = command(folder.path(), port);
    start.env_remove("SIGNET__BOOTSTRAP__ADMIN_USERNAME").env_remove("SIGNET__BOOTSTRAP__ADMIN_PASSWORD");
    let server =
        RunningServer::adopt(start.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), folder.path(), port);
    assert_eq!(printed(&["healthcheck"]).trim(), "ok");

    let mut visitor = Visitor::new(&server.issuer);
    assert_eq!(visitor.get(stopped.trim()).await.status, 403, "a newer link was printed at start");
    let link = printed(&["admin", "setup-link"]);
    let page = visitor.get(link.trim()).await;
    let (code, token) = (page.hidden("code"), page.hidden("anti_forgery"));
    let form = [("code", code.as_str()), ("username", "ada"), ("password", ADMINISTRATOR.1), ("anti_forgery", &token)];
    assert_eq!(visitor.post("/setup", &form).await.location(), "/account");
    assert_eq!(visitor.post("/setup", &form).await.location(), "/account", "ada has this account already");
    assert_eq!(visitor.get(link.trim()).await.status, 403, "the link works once");
    let said = refusal(folder.path(), port, &["admin", "setup-link"], &[]);
    assert!(said.contains("already has an administrator"), "{said}");

    let before = printed(&["keys", "list"]);
    let service = [
        ("grant_type", "client_credentials"),
        ("client_id", "service"),
        ("client_secret", SECRET),
        ("scope", "orders:read"),
    ];
    let signed = visitor.post("/token", &service).await.html;
    let signed: serde_json::Value = serde_json::from_str(&signed).unwrap();
    let after = printed(&["keys", "rotate"]);
    assert!(before.contains("next") && after.contains("retired") && before != after, "{before}\n{after}");
    let form =
        [("token", signed["access_token"].as_str().unwrap()), ("client_id", "service"), ("client_secret", SECRET)];
    assert!(visitor.post("/verify", &form).await.html.contains("\"active\":true"), "a retired key still verifies");
    printed(&["keys", "rotate", "--emergency"]);
    assert!(visitor.post("/verify", &form).await.html.contains("\"active\":false"), "a compromised one does not");
}

#[test]
fn only_the_start_that_creates_the_administrator_needs_its_password() {
    let folder = folder(&config());
    let port = free_port();
    let passwordless = || {
        let mut command = command(folder.path(), port);
        command.env_remove("SIGNET__BOOTSTRAP__ADMIN_PASSWORD").stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let listed = passwordless().args(["user", "list"]).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let started = passwordless().output().unwrap();
    let said = String::from_utf8(started.stderr).unwrap();
    assert!(!started.status.success() && said.contains("SIGNET__BOOTSTRAP__ADMIN_PASSWORD is missing"), "{said}");
    RunningServer::start_in(folder.path(), port).kill();
    let listed = passwordless().args(["user", "list"]).output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains(ADMINISTRATOR.0), "{listed:?}");
    let started = passwordless().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    drop(RunningServer::adopt(started, folder.path(), port));
}

#[tokio::test]
async fn clients_of_the_configuration_follow_it_and_the_administrator_does_not() {
    let folder = folder(&config());
    let port = free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    server.kill();
    let changed = config().replace("https://report.example.org/callback", "https://report.example.org/new");
    std::fs::write(folder.path().join("config.toml"), changed).unwrap();
    let mut start = command(folder.path(), port);
    let child = start
        .env("SIGNET__BOOTSTRAP__ADMIN_PASSWORD", "another battery staple horse")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = RunningServer::adopt(child, folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let query = crate::visitor::query(&[]);
    assert_eq!(visitor.get(&format!("/authorize?{query}")).await.status, 400, "the old redirect URI is gone");
}

#[test]
fn a_hundred_connections_that_say_nothing_keep_no_one_out() {
    let server = RunningServer::start("");
    let mut silent: Vec<TcpStream> =
        (0..100).map(|_| TcpStream::connect(("127.0.0.1", server.port)).unwrap()).collect();
    for stream in &mut silent {
        stream.write_all(b"POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le").unwrap();
    }
    // The request is sent within five seconds, and the deadline for idle peers is thirty.
    assert!(server.is_well());
}

// Secrets of users and clients never reach the log, at any log level.
#[tokio::test]
async fn no_secret_is_logged() {
    let folder = folder(&config());
    let port = free_port();
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let mut start = command(folder.path(), port);
    let child = start.env("RUST_LOG", "trace").stdout(Stdio::null()).stderr(log).spawn().unwrap();
    let server = RunningServer::adopt(child, folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let code = visitor.code().await;
    let tokens = visitor.post("/token", &crate::visitor::redemption(&code)).await.html;
    let tokens: serde_json::Value = serde_json::from_str(&tokens).unwrap();
    let token = tokens["access_token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    assert_eq!(visitor.post_with("/userinfo", &[], &[("authorization", &bearer)]).await.status, 200);
    let log = server.log();
    assert!(log.contains("tokens issued"), "the log is there");
    let signature = token.rsplit('.').next().unwrap();
    for (name, secret) in [
        ("password", ADMINISTRATOR.1),
        ("code", code.as_str()),
        ("access token", signature),
        ("client secret", SECRET),
        ("session", visitor.cookies["sid"].as_str()),
        ("verifier", crate::visitor::VERIFIER),
    ] {
        assert!(!log.contains(secret), "the {name} is in the log");
    }
}

// A failure to write the log must not stop the server.
#[tokio::test]
async fn a_server_whose_standard_error_cannot_be_written_goes_on_answering() {
    let full = || Stdio::from(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    // The reader of a pipe has exited, a pipe is never read, a disk is full.
    for stream in ["gone", "unread", "full"] {
        let folder = folder(&config());
        let port = free_port();
        let mut start = command(folder.path(), port);
        start.env("RUST_LOG", "trace");
        if stream == "full" {
            start.stdout(full()).stderr(full());
        } else {
            start.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        let mut child = start.spawn().unwrap();
        let kept = (child.stdout.take(), child.stderr.take());
        let held = (stream == "unread").then_some(kept);
        let mut server = RunningServer::adopt(child, folder.path(), port);
        let mut visitor = Visitor::new(&server.issuer);
        visitor.sign_in(ADMINISTRATOR).await;
        for _ in 0..200 {
            assert_eq!(visitor.get("/account").await.status, 200, "{stream}");
        }
        signal(&server, "-TERM");
        assert!(server.child.wait().unwrap().success(), "{stream}: it ends all the same");
        drop(held);
    }
}

#[test]
fn the_last_line_of_the_log_is_written_and_so_is_the_reason_of_a_failed_start() {
    let folder = folder("");
    let mut server = RunningServer::start_in(folder.path(), free_port());
    signal(&server, "-TERM");
    assert!(server.child.wait().unwrap().success());
    assert!(server.log().contains("shutting down, finishing open requests"), "{}", server.log());
}

// The memory of the process contains keys and passwords.
#[cfg(target_os = "linux")]
#[test]
fn no_core_of_the_server_is_ever_dumped() {
    let server = RunningServer::start("");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{cores}");
}

#[tokio::test]
async fn a_picture_of_the_time_of_another_issuer_is_shown_below_the_present_one() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let folder = folder(&config());
    let port = free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let mut visitor = Visitor::new(&server.issuer);
    visitor.sign_in(ADMINISTRATOR).await;
    let token = visitor.get("/account/profile").await.hidden("anti_forgery");
    let form = [("anti_forgery", token.as_str()), ("decision", "upload")];
    let page = visitor.upload("/account/picture", &form, &STANDARD.decode(pixel).unwrap()).await;
    assert_eq!(page.location(), "/account/profile?done=picture");
    let copy = visitor.get("/account/data/copy").await.html;
    assert!(copy.contains(&format!("http://127.0.0.1:{port}/users/")), "{copy}");
    server.kill();

    let mut start = command(folder.path(), port);
    let child = start.env("SIGNET__ISSUER", format!("http://localhost:{port}")).stdout(Stdio::null());
    let _server = RunningServer::adopt(child.stderr(Stdio::null()).spawn().unwrap(), folder.path(), port);
    let mut visitor = Visitor::new(&format!("http://localhost:{port}"));
    visitor.sign_in(ADMINISTRATOR).await;
    let copy = visitor.get("/account/data/copy").await.html;
    assert!(copy.contains(&format!("http://localhost:{port}/users/")), "{copy}");
    assert!(!copy.contains("127.0.0.1") && !copy.contains("issuer.invalid"), "{copy}");
    let page = visitor.get("/account/profile").await;
    let source = page.html.split_once("img src=\"").unwrap().1.split('"').next().unwrap().to_owned();
    assert_eq!(visitor.get(&source).await.status, 200, "{source}");
}

// An operator who removes an entry from the file expects that it is gone.
#[tokio::test]
async fn what_is_taken_out_of_the_configuration_is_named_at_start_and_disabled_if_that_is_configured() {
    let folder = folder(&config());
    let port = free_port();
    let token = [
        ("grant_type", "client_credentials"),
        ("client_id", "service"),
        ("client_secret", SECRET),
        ("scope", "signet:clients"),
    ];
    let without = |prune: &str| {
        let text = config();
        let service = text.split_once("\n[[clients]]\nclient_id = \"service\"").unwrap().0.to_owned();
        service.replace("https://api.orders.example", "https://api.other.example") + prune
    };
    let mut server = RunningServer::start_in(folder.path(), port);
    assert!(!server.log().contains("no longer in the configuration"), "{}", server.log());
    server.kill();
    for (text, status, told) in [
        (without(""), 200, "still active"),
        (without("\n[applications]\nprune = true\n"), 401, "has been disabled"),
        (config(), 200, ""),
    ] {
        std::fs::write(folder.path().join("config.toml"), &text).unwrap();
        std::fs::write(folder.path().join("log"), "").unwrap();
        let mut server = RunningServer::start_in(folder.path(), port);
        let answered = Visitor::new(&server.issuer).post("/token", &token).await.status;
        // Another test covers how requests of a disabled client are rejected.
        assert_eq!(answered == 200, status == 200, "{answered} {told}");
        let log = server.log();
        let line = log.lines().find(|line| line.contains("service") && line.contains("no longer in the configuration"));
        assert_eq!(line.is_some_and(|line| line.contains(told)), !told.is_empty(), "{log}");
        let names_resource = log.contains("resource=\"https://api.orders.example\"");
        assert_eq!(names_resource, !told.is_empty(), "{log}");
        server.kill();
    }
}
