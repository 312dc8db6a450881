//! Workers that send the next request as soon as they receive a response.
//!
//! The driver never sleeps. Waking an idle core costs the responding side several microseconds, which would count
//! against the server but not against its limit, whose responses arrive before the driver can fall asleep.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::http::{Answer, Connection};

/// A client with a separate connection.
pub(crate) struct Worker {
    pub(crate) connection: Connection,
    pub(crate) request: Vec<u8>,
    /// Text that the body of a successful response contains.
    pub(crate) expected: &'static str,
    /// Builds the next request from the response, if requests differ.
    pub(crate) follow: Option<Follow>,
}

pub(crate) type Follow = Box<dyn Fn(&str) -> Option<Vec<u8>> + Send>;

/// The result of one turn.
#[derive(Default)]
pub(crate) struct Turn {
    /// In microseconds.
    pub(crate) latencies: Vec<u32>,
    pub(crate) errors: Vec<String>,
    pub(crate) elapsed: Duration,
    /// How long the driver was idle.
    pub(crate) idle: Duration,
}

/// Lets all `workers` send requests for `length`.
pub(crate) async fn turn(workers: Vec<Worker>, length: Duration) -> (Vec<Worker>, Turn) {
    let begun = Instant::now();
    let progress = Arc::new(AtomicU64::new(0));
    let mut asking = JoinSet::new();
    for mut worker in workers {
        let progress = Arc::clone(&progress);
        asking.spawn(async move {
            let asked = worker.ask(begun + length, &progress).await;
            (worker, asked)
        });
    }
    let (mut workers, mut turn) = (Vec::new(), Turn::default());
    let collect = async {
        while let Some(ended) = asking.join_next().await {
            let (worker, (latencies, error)) = ended.unwrap();
            workers.push(worker);
            turn.latencies.extend(latencies);
            turn.errors.extend(error);
        }
    };
    let idle = Cell::new(Duration::ZERO);
    tokio::select! {
        () = collect => {}
        () = stay_awake((&progress, &idle), begun + length + PATIENCE) => panic!("a request was never answered"),
    }
    turn.idle = idle.get();
    turn.elapsed = begun.elapsed();
    (workers, turn)
}

/// Keeps this core busy until `end`, and measures the idle time.
async fn stay_awake((progress, idle): (&AtomicU64, &Cell<Duration>), end: Instant) {
    let (mut before, mut seen) = (Instant::now(), 0);
    while before < end {
        tokio::task::yield_now().await;
        let (now, asked) = (Instant::now(), progress.load(Ordering::Relaxed));
        if asked == seen {
            idle.set(idle.get() + (now - before));
        }
        (before, seen) = (now, asked);
    }
}

impl Worker {
    /// Sends requests until `end` or the first error.
    async fn ask(&mut self, end: Instant, progress: &AtomicU64) -> (Vec<u32>, Option<String>) {
        let mut latencies = Vec::new();
        let mut asked = Instant::now();
        while asked < end {
            let next = match self.connection.exchange(&self.request).await {
                Ok(answer) => Self::judge(&answer, self.expected, self.follow.as_ref()),
                Err(error) => Err(error.to_string()),
            };
            match next {
                Ok(Some(next)) => self.request = next,
                Ok(None) => {}
                Err(error) => return (latencies, Some(error)),
            }
            progress.fetch_add(1, Ordering::Relaxed);
            let answered = Instant::now();
            latencies.push(u32::try_from((answered - asked).as_micros()).unwrap_or(u32::MAX));
            asked = answered;
        }
        (latencies, None)
    }

    fn judge(answer: &Answer<'_>, expected: &str, follow: Option<&Follow>) -> Result<Option<Vec<u8>>, String> {
        let refused = || format!("{}: {}", answer.status, answer.body);
        if answer.status != 200 || !answer.body.contains(expected) {
            return Err(refused());
        }
        follow.map(|follow| follow(answer.body).ok_or_else(refused)).transpose()
    }
}

/// How long after the end of a turn the last response may arrive.
const PATIENCE: Duration = Duration::from_secs(30);
