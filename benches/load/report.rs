//! The results: medians of the rounds, as a table.

use super::{cores::Cores, driver::Turn, scenario::Scenario};

/// The time of one request, or of one of its parts, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Speed {
    /// Wall-clock time.
    pub(crate) elapsed: f64,
    /// Processor time. It excludes other processes on a shared core and waiting for the disk.
    pub(crate) processor: f64,
}

/// The measurements of a scenario, with one entry per round.
pub(crate) struct Measured {
    name: &'static str,
    concurrent: usize,
    ours: Vec<Speed>,
    parts: Vec<(&'static str, Vec<Speed>)>,
    latencies: Vec<u32>,
    /// Core utilization of the server, of the driver during the server's turns, and of the driver during the bare
    /// responses.
    busy: [Vec<f64>; 3],
    pub(crate) errors: usize,
}

impl Measured {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let names = std::iter::once("bare answer").chain(scenario.parts.iter().map(|part| part.name()));
        Self {
            name: scenario.name,
            concurrent: scenario.ours.len(),
            ours: Vec::new(),
            parts: names.map(|name| (name, Vec::new())).collect(),
            latencies: Vec::new(),
            busy: Default::default(),
            errors: 0,
        }
    }

    /// Adds a round: the server, the bare responses, and the speeds of the server and of all parts of the limit.
    pub(crate) fn add(&mut self, (ours, bare): (Turn, Turn), speed: Speed, parts: &[Speed]) {
        let server_share = speed.processor / speed.elapsed;
        let share = |turn: &Turn| 1.0 - turn.idle.as_secs_f64() / turn.elapsed.as_secs_f64();
        let shares = [server_share, share(&ours), share(&bare)];
        self.busy.iter_mut().zip(shares).for_each(|(busy, share)| busy.push(share));
        self.ours.push(speed);
        for ((_, speeds), part) in self.parts.iter_mut().zip(parts) {
            speeds.push(*part);
        }
        for error in ours.errors.iter().chain(&bare.errors) {
            eprintln!("{}: {error}", self.name);
            self.errors += 1;
        }
        self.latencies.extend(ours.latencies);
    }

    /// The time of the limit in each round. The times of its parts are added, not their rates.
    fn limits(&self, of: fn(&Speed) -> f64) -> Vec<f64> {
        let rounds = 0..self.ours.len();
        rounds.map(|round| self.parts.iter().filter_map(|(_, speeds)| speeds.get(round)).map(of).sum()).collect()
    }

    /// The ratio in each round, so that other load during a round affects both sides.
    fn ratios(&self, of: fn(&Speed) -> f64) -> Vec<f64> {
        self.limits(of).iter().zip(&self.ours).map(|(limit, ours)| limit / of(ours)).collect()
    }

    /// In milliseconds.
    fn latency(&self, percent: f64) -> f64 {
        quantile(self.latencies.iter().map(|latency| f64::from(*latency)).collect(), percent / 100.0) / 1000.0
    }
}

/// Prints everything as Markdown.
pub(crate) fn print(measured: &[Measured], cores: &Cores) {
    println!("| scenario | req/s | limit | ratio | lowest – highest | of processor time | p50 | p99 | errors |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for one in measured {
        let (ours, limit) = (1.0 / median(one.ours.iter().map(elapsed)), 1.0 / median(one.limits(elapsed)));
        let (ratio, by_processor) = (median(one.ratios(elapsed)), median(one.ratios(processor)));
        let (lowest, highest) = (quantile(one.ratios(elapsed), 0.0), quantile(one.ratios(elapsed), 1.0));
        let (p50, p99, errors) = (one.latency(50.0), one.latency(99.0), one.errors);
        print!("| {} | {ours:.0} | {limit:.0} | **{ratio:.2}** | {lowest:.2} – {highest:.2} ", one.name);
        println!("| {by_processor:.2} | {p50:.1} ms | {p99:.1} ms | {errors} |");
    }
    println!("\n{cores} Medians of the rounds; a ratio is that of the two sides of one round.");
    println!("\nMicroseconds by the clock, and of the processor:\n");
    for one in measured {
        let server = ("server", &one.ours);
        let parts = one.parts.iter().map(|(name, speeds)| (*name, speeds));
        let figures = std::iter::once(server).chain(parts).map(|(name, speeds)| {
            let [elapsed, processor] = [elapsed, processor].map(|of| median(speeds.iter().map(of)) * 1e6);
            format!("{name} {elapsed:.1} ({processor:.1})")
        });
        println!("- {}, {} concurrent: {}", one.name, one.concurrent, figures.collect::<Vec<_>>().join(", "));
    }
    println!("\nHow much of its core each side had:\n");
    for one in measured {
        let [server, driver, driver_of_bare] = one.busy.each_ref().map(|shares| median(shares.iter().copied()) * 100.0);
        print!("- {}: server {server:.0} %, driver {driver:.0} %, ", one.name);
        println!("driver during the bare answers {driver_of_bare:.0} %");
        if one.parts.first().is_some_and(|(_, bare)| is_shared(bare)) {
            println!("  OTHERS USED THE SERVER'S CORE TOO: go by the ratio of processor time, or measure again.");
        }
        for (busy, what) in [(driver, "figure"), (driver_of_bare, "limit")] {
            if busy > SATURATED {
                println!("  THE DRIVER WAS SATURATED: its core, not the server's, may bound this {what}.");
            }
        }
    }
}

/// Whether the bare responses, which keep a core busy, did not have the core all the time.
fn is_shared(bare: &[Speed]) -> bool {
    median(bare.iter().map(|speed| speed.processor / speed.elapsed)) < ALONE
}

fn elapsed(speed: &Speed) -> f64 {
    speed.elapsed
}

fn processor(speed: &Speed) -> f64 {
    speed.processor
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(values.into_iter().collect(), 0.5)
}

fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// The utilization above which a core counts as unshared.
const ALONE: f64 = 0.9;

/// In percent.
const SATURATED: f64 = 95.0;
