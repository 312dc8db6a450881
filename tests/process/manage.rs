//! `signet user` and `signet client`.

use std::{
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

use crate::{
    support::{RunningServer, command, free_port},
    visitor::{Visitor, config},
};

const PASSPHRASE: &str = "a long and winding passphrase";

struct Operator<'a>(&'a Path, u16);

impl Operator<'_> {
    fn run(&self, arguments: &[&str], typed: &str) -> Output {
        let mut child = command(self.0, self.1)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn prints(&self, arguments: &[&str], typed: &str) -> String {
        let output = self.run(arguments, typed);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refuses(&self, arguments: &[&str], typed: &str) -> String {
        let output = self.run(arguments, typed);
        assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

#[tokio::test]
async fn the_operator_manages_people_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config()).unwrap();
    let port = free_port();
    let server = RunningServer::start_in(folder.path(), port);
    let operator = Operator(folder.path(), port);
    let added = ["user", "add", "eve", "--email", "eve@example.org", "--group", "staff", "--employee-number", "7"];
    let said = operator.refuses(&added, "short\n");
    assert!(said.contains("password"), "{said}");
    let id = operator.prints(&added, &format!("{PASSPHRASE}\n"));
    assert!(id.starts_with("usr_"), "{id}");
    let mut eve = Visitor::new(&server.issuer);
    eve.sign_in(("eve", PASSPHRASE)).await;
    assert!(
        operator.prints(&["user", "list", "--username", "ev"], "").contains("eve  person  active  eve@example.org")
    );
    let shown = operator.prints(&["user", "show", id.trim()], "");
    assert!(shown.contains("groups: staff") && shown.contains("employee_number: 7"), "{shown}");
    assert!(!shown.contains("argon2"), "{shown}");
    operator.prints(&["user", "disable", "EVE"], "");
    assert_eq!(eve.get("/account").await.status, 303);
    operator.prints(&["user", "enable", "eve"], "");
    operator.prints(&["user", "unlock", "eve"], "");
    assert!(operator.prints(&["audit"], "").contains("\"event\":\"account_unlocked\""));
    assert!(operator.refuses(&["user", "unlock", "unknown"], "").contains("no such user"));
    operator.prints(&["user", "password", "eve"], "quite another long passphrase\n");
    Visitor::new(&server.issuer).sign_in(("eve", "quite another long passphrase")).await;
    assert!(operator.refuses(&["user", "password", "eve"], "").contains("no password"));
    let link = operator.prints(&["user", "reset-link", "eve"], "");
    let page = Visitor::new(&server.issuer).get(link.trim()).await;
    assert!(page.status == 200 && page.html.contains("value=\"eve\""), "{}", page.html);
    let link = operator.prints(&["user", "invite", "--group", "staff"], "");
    assert_eq!(Visitor::new(&server.issuer).get(link.trim()).await.status, 200);
    for refused in [&["user", "invite", "--group", "st\u{430}ff"][..], &["user", "add", "bob", "--group", "Staff"]] {
        let said = operator.refuses(refused, &format!("{PASSPHRASE}\n"));
        assert!(said.contains("looks like the group staff"), "{said}");
    }
    operator.prints(&["user", "delete", "eve"], "");
    assert!(operator.refuses(&["user", "show", "eve"], "").contains("no such user"));
    let said = operator.refuses(&["user", "delete", "root"], "");
    assert!(said.contains("last administrator"), "{said}");
    assert!(!server.log().contains(PASSPHRASE));
}

#[tokio::test]
async fn the_operator_manages_applications_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config()).unwrap();
    let port = free_port();
    let operator = Operator(folder.path(), port);
    // While no server runs, the command opens the files.
    let added = ["client", "add", "Job", "--grant-type", "client_credentials", "--scope", "orders:read"];
    let told = operator.prints(&added, "");
    let value = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(ToOwned::to_owned));
        line.unwrap_or_else(|| panic!("{told}"))
    };
    let (id, secret) = (value("client_id"), value("client_secret"));
    let server = RunningServer::start_in(folder.path(), port);
    let works = async |secret: &str| {
        let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", secret)];
        Visitor::new(&server.issuer).post("/token", &form).await.status == 200
    };
    assert!(works(&secret).await);
    let second = operator.prints(&["client", "secret", "add", &id], "");
    let second = second.lines().find_map(|line| line.strip_prefix("client_secret: ")).unwrap().to_owned();
    operator.prints(&["client", "secret", "remove", &id, "1"], "");
    assert!(!works(&secret).await && works(&second).await);
    operator.prints(&["client", "disable", &id], "");
    assert!(!works(&second).await);
    operator.prints(&["client", "enable", &id], "");
    assert!(works(&second).await);
    assert!(operator.prints(&["client", "list", "--name", "job"], "").contains(&id));
    let shown = operator.prints(&["client", "show", &id], "");
    assert!(shown.contains("grant_type: client_credentials") && !shown.contains(&second), "{shown}");
    // One setting changes and all others are kept.
    let set = ["client", "set", &id, "--require-state", "false", "--allowed-group", "staff", "--default-max-age", "60"];
    operator.prints(&set, "");
    let shown = operator.prints(&["client", "show", &id], "");
    for line in ["require_state: false", "allowed_groups: [\"staff\"]", "default_max_age: 60", "scope: orders:read"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    operator.prints(&["client", "set", &id, "--allowed-group", "", "--client-name", "Night job"], "");
    let shown = operator.prints(&["client", "show", &id], "");
    assert!(shown.contains("client_name: Night job") && !shown.contains("allowed_groups"), "{shown}");
    let warned = operator.prints(&["client", "set", &id, "--backchannel-logout-uri", "https://10.0.0.7/logout"], "");
    assert!(
        warned.contains("warning: backchannel_logout_uri") && warned.contains("allow_private_addresses"),
        "{warned}"
    );
    assert!(operator.refuses(&["client", "set", &id], "").contains("--help"));
    assert!(operator.refuses(&["client", "set", &id, "--subject-type", "x"], "").contains("subject_type"));
    operator.prints(&["client", "delete", &id], "");
    assert!(!works(&second).await);
    assert!(operator.refuses(&["client", "delete", "report"], "").contains("configuration"));
    assert!(
        operator.refuses(&["client", "add", "Bad", "--redirect-uri", "javascript:x"], "").contains("redirect_uris")
    );
}

#[tokio::test]
async fn the_operator_collects_security_events_as_lines_of_json() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config()).unwrap();
    let port = free_port();
    let mut server = RunningServer::start_in(folder.path(), port);
    let operator = Operator(folder.path(), port);
    operator.prints(&["user", "add", "eve", "--no-password"], "");
    let mut stranger = Visitor::new(&server.issuer);
    let form = [("token", "x"), ("client_id", "report"), ("client_secret", "wrong")];
    assert_eq!(stranger.post("/introspect", &form).await.status, 401);
    let events = |arguments: &[&str]| -> Vec<serde_json::Value> {
        let printed = operator.prints(&[&["audit"], arguments].concat(), "");
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let names = |events: &[serde_json::Value]| -> Vec<String> {
        events.iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    };
    let told = events(&[]);
    let expected = ["server_started", "account_created", "client_authentication_failed"];
    assert_eq!(names(&told)[names(&told).len() - 3..], expected, "the oldest first");
    assert_eq!(told.last().unwrap()["ip"], "127.0.0.1");
    assert_eq!(told[told.len() - 2]["actor"]["type"], "operator");
    assert!(events(&["--since", "2199-01-01T00:00:00Z"]).is_empty());
    assert_eq!(events(&["--since", "1h"]), told);
    operator.refuses(&["audit", "--since", "yesterday"], "");

    // A follower receives later events, each once.
    let mut following = command(folder.path(), port)
        .args(["audit", "--since", "1h", "--follow"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(following.stdout.take().unwrap()));
    let mut followed = Vec::new();
    for _ in 0..told.len() {
        followed.push(serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap());
    }
    assert_eq!(followed, told);
    operator.prints(&["user", "delete", "eve"], "");
    assert!(lines.next().unwrap().unwrap().contains("\"account_deleted\""));
    following.kill().unwrap();
    following.wait().unwrap();

    // Acknowledged events have been received even after a crash, and the command reads them from the files without a
    // server.
    server.kill();
    let after = events(&[]);
    assert_eq!(after[..told.len()], told);
    assert_eq!(names(&after[told.len()..]), ["account_deleted"]);
}
