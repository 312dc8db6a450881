//! The cost of the administration pages with many users: `cargo bench --bench crowd`.
//!
//! Two real servers on disk, one with a hundred users and one with a million (and a hundred thousand grants, and ten
//! thousand applications), receive the same requests in turns, so that other load on the machine affects both equally.
//! The relevant figure is the ratio. The benchmark also reports the start time and memory use of each server.
//!
//! `SIGNET_CROWD_PEOPLE` sets the number of users (1000000); a tenth of them have a grant, a hundredth own an
//! application.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a measurement stops at the first surprise")]

mod fill;
#[path = "../../tests/support/mod.rs"]
mod support;
#[path = "../../tests/support/visitor.rs"]
mod visitor;

use std::time::{Duration, Instant};

use support::{ADMINISTRATOR, RunningServer};
use visitor::{Visitor, config};

/// A server with a given number of users, and a browser in which its administrator is signed in.
struct Crowd {
    server: RunningServer,
    cookies: String,
    http: reqwest::Client,
    started_in: Duration,
    _folder: tempfile::TempDir,
}

fn main() {
    // `cargo test --all-targets` also runs this file, without the flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let many = std::env::var("SIGNET_CROWD_PEOPLE").map_or(1_000_000, |text| text.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let small = Crowd::start(100).await;
        let large = Crowd::start(many).await;
        println!("{:44} {:>12} {:>12} {:>8}", "page (median of 100, in milliseconds)", 100, many, "ratio");
        for (name, path) in PAGES {
            let (mut few, mut lots) = (Vec::new(), Vec::new());
            for round in 0..=ROUNDS {
                let (one, other) = (small.time(path).await, large.time(path).await);
                // The first round is a warm-up.
                if round > 0 {
                    few.push(one);
                    lots.push(other);
                }
            }
            let (few, lots) = (median(few), median(lots));
            println!("{name:44} {:12.2} {:12.2} {:8.2}", few * 1e3, lots * 1e3, lots / few);
        }
        let (few, lots) = (small.started_in.as_secs_f64(), large.started_in.as_secs_f64());
        println!("{:44} {:12.0} {:12.0} {:8.2}", "start until /health answers", few * 1e3, lots * 1e3, lots / few);
        let (few, lots) = (small.memory(), large.memory());
        println!("{:44} {few:12.0} {lots:12.0} {:8.2}", "memory in MiB (VmRSS)", lots / few);
    });
}

impl Crowd {
    async fn start(people: u32) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        std::fs::write(folder.path().join("config.toml"), config()).unwrap();
        // Started once while empty, to create the administrator.
        drop(RunningServer::start_in(folder.path(), support::free_port()));
        let begun = Instant::now();
        fill::fill(&folder.path().join("data"), people).await;
        eprintln!("{people} people written in {:.0} s", begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        let server = RunningServer::start_in(folder.path(), support::free_port());
        let started_in = begun.elapsed();
        let mut visitor = Visitor::new(&server.issuer);
        visitor.sign_in(ADMINISTRATOR).await;
        let cookies: Vec<String> = visitor.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self { server, cookies: cookies.join("; "), http: reqwest::Client::new(), started_in, _folder: folder }
    }

    /// The time in seconds until the whole page has arrived.
    async fn time(&self, path: &str) -> f64 {
        let request = self.http.get(format!("{}{path}", self.server.issuer)).header("cookie", &self.cookies);
        let begun = Instant::now();
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let html = answer.text().await.unwrap();
        let elapsed = begun.elapsed().as_secs_f64();
        assert!(status.is_success() && html.contains("</html>"), "{path}: {status}\n{html}");
        elapsed
    }

    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        let kibibytes = line.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
        kibibytes.unwrap_or_default() / 1024.0
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_else(|| panic!("nothing was measured"))
}

/// The pages, with their names. The searches have results on both servers.
const PAGES: [(&str, &str); 7] = [
    ("people, newest first", "/admin/people"),
    ("people whose username begins with user000000", "/admin/people?q=user000000&by=username"),
    ("people whose address begins with user000000", "/admin/people?q=user000000&by=email"),
    ("an unknown username", "/admin/people?q=zebra&by=username"),
    ("applications", "/admin/applications"),
    ("applications by name, found", "/admin/applications?q=application+0000"),
    ("applications by name, not found", "/admin/applications?q=zebra"),
];

const ROUNDS: usize = 100;
