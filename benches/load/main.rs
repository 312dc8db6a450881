//! The speed of the server compared with its lower bounds: `cargo bench --bench load`.
//!
//! The real server, with its database on disk, has one core, and this driver another. Each scenario is measured in
//! short turns: the server, then each part of its limit on the same core, then the server again, so that other load on
//! the machine affects both equally. The relevant figure is the ratio; requests per second depend on the machine.
//!
//! The limit of a scenario is the sum of its unavoidable costs, as time per request: a bare response of the same size
//! by the same HTTP library, the bare signature, and the bare durable commit, see [`bare`].
//!
//! `SIGNET_LOAD_SECONDS` sets how long each scenario is measured (5). A word after `--` selects scenarios by name.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a measurement stops at the first surprise")]

mod bare;
mod cores;
mod driver;
mod http;
mod report;
mod scenario;
#[path = "../../tests/support/mod.rs"]
mod support;
#[path = "../../tests/support/visitor.rs"]
mod visitor;

use std::{path::Path, process::ExitCode, time::Duration};

use cores::Cores;
use report::Measured;
use scenario::{Place, Scenario};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, port, folder] = arguments.as_slice()
        && flag == bare::FLAG
    {
        bare::serve(port.parse().unwrap(), Path::new(folder));
        return ExitCode::SUCCESS;
    }
    // `cargo test --all-targets` also runs this file, without the flag.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|word| name.contains(word.as_str()));
    let cores = Cores::take();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let measured = runtime.block_on(async {
        let place = Place::start(&cores);
        let mut measured = Vec::new();
        for name in scenario::NAMES.into_iter().filter(|name| is_chosen(name)) {
            eprintln!("measuring {name}");
            measured.push(measure(&place, place.scenario(name).await).await);
        }
        measured
    });
    report::print(&measured, &cores);
    if measured.iter().all(|measured| measured.errors == 0) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures the server and its limit in turns.
async fn measure(place: &Place, mut scenario: Scenario) -> Measured {
    let seconds = std::env::var("SIGNET_LOAD_SECONDS").map_or(5.0, |text| text.parse().unwrap());
    let length = Duration::from_secs_f64(seconds) / ROUNDS;
    let mut measured = Measured::new(&scenario);
    for round in 0..=ROUNDS {
        let (speed, turn);
        (scenario.ours, turn, speed) = scenario::timed(&place.server, scenario.ours, length).await;
        let (bare_speed, bare_turn);
        (scenario.bare, bare_turn, bare_speed) = scenario::timed(&place.bare, scenario.bare, length).await;
        let mut parts = vec![bare_speed];
        for part in &scenario.parts {
            parts.push(place.part_speed(*part, length).await);
        }
        // The first round is a warm-up for connections, caches and buffers.
        if round > 0 {
            measured.add((turn, bare_turn), speed, &parts);
        }
    }
    measured
}

const ROUNDS: u32 = 10;
