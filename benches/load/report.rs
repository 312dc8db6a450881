//! The figures: medians of the rounds, as a table.

use std::time::Duration;

use super::{cores::Cores, driver::Turn, scenario::Scenario};

/// What was measured of a scenario, one entry for each round.
pub(crate) struct Measured {
    name: &'static str,
    at_once: usize,
    ours: Vec<f64>,
    limits: Vec<f64>,
    parts: Vec<(&'static str, Vec<f64>)>,
    latencies: Vec<u32>,
    /// How much of its core the server needed, the driver meanwhile, and the driver beside the bare answers.
    busy: [Vec<f64>; 3],
    pub(crate) errors: usize,
}

impl Measured {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let names = std::iter::once("bare answer").chain(scenario.parts.iter().map(|part| part.name()));
        Self {
            name: scenario.name,
            at_once: scenario.ours.len(),
            ours: Vec::new(),
            limits: Vec::new(),
            parts: names.map(|name| (name, Vec::new())).collect(),
            latencies: Vec::new(),
            busy: Default::default(),
            errors: 0,
        }
    }

    /// Adds a round: the server, then the bare answers and the rates of all parts.
    pub(crate) fn add(&mut self, ours: Turn, (bare, rates): (Turn, &[f64]), server_busy: Duration) {
        self.ours.push(ours.rate());
        // Times add up, rates do not.
        self.limits.push(1.0 / rates.iter().map(|rate| 1.0 / rate).sum::<f64>());
        for ((_, part), rate) in self.parts.iter_mut().zip(rates) {
            part.push(*rate);
        }
        let share = |busy: Duration, turn: &Turn| busy.as_secs_f64() / turn.elapsed.as_secs_f64();
        let shares = [share(server_busy, &ours), share(ours.busy, &ours), share(bare.busy, &bare)];
        self.busy.iter_mut().zip(shares).for_each(|(busy, share)| busy.push(share));
        for error in ours.errors.iter().chain(&bare.errors) {
            eprintln!("{}: {error}", self.name);
            self.errors += 1;
        }
        self.latencies.extend(ours.latencies);
    }

    /// Of each round, so that what the machine did in a round hits both sides of the ratio.
    fn ratios(&self) -> Vec<f64> {
        self.ours.iter().zip(&self.limits).map(|(ours, limit)| ours / limit).collect()
    }

    /// In milliseconds.
    fn latency(&self, percent: f64) -> f64 {
        quantile(self.latencies.iter().map(|latency| f64::from(*latency)).collect(), percent / 100.0) / 1000.0
    }
}

/// Prints everything as Markdown.
pub(crate) fn print(measured: &[Measured], cores: &Cores) {
    println!("| scenario | at once | req/s | limit | ratio | lowest and highest | p50 ms | p99 ms | errors |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for one in measured {
        let (ours, limit, ratio) = (median(&one.ours), median(&one.limits), median(&one.ratios()));
        let (lowest, highest) = (quantile(one.ratios(), 0.0), quantile(one.ratios(), 1.0));
        let (p50, p99) = (one.latency(50.0), one.latency(99.0));
        println!(
            "| {} | {} | {ours:.0} | {limit:.0} | **{ratio:.2}** | {lowest:.2}–{highest:.2} | {p50:.1} | {p99:.1} | {} |",
            one.name, one.at_once, one.errors
        );
    }
    println!(
        "\nMedians of the rounds; the ratio is that of the two sides of one round. Each limit, in requests per second:\n"
    );
    for one in measured {
        let parts: Vec<String> = one.parts.iter().map(|(name, rates)| format!("{name} {:.0}", median(rates))).collect();
        println!("- {}: {}", one.name, parts.join(", "));
    }
    println!("\n{cores} How much of its core each side needed:\n");
    for one in measured {
        let [server, driver, beside_bare] = one.busy.each_ref().map(|shares| median(shares) * 100.0);
        println!(
            "- {}: server {server:.0} %, driver {driver:.0} %; driver beside the bare answers {beside_bare:.0} %",
            one.name
        );
        for (busy, what) in [(driver, "figure"), (beside_bare, "limit")] {
            if busy > SATURATED {
                println!("  THE DRIVER WAS SATURATED: its core, not the server's, may bound this {what}.");
            }
        }
    }
}

fn median(values: &[f64]) -> f64 {
    quantile(values.to_vec(), 0.5)
}

fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// In percent.
const SATURATED: f64 = 95.0;
