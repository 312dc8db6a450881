//! Assigns one core to the measured processes and another to the driver.

use std::{
    fmt,
    fs::{read_dir, read_to_string},
    process::{Command, Stdio},
    time::Duration,
};

/// The assignment of cores.
pub(crate) enum Cores {
    /// The server and its limit share one core, and the driver has another.
    Apart { server: usize, driver: usize },
    /// The system schedules all processes.
    Shared(&'static str),
}

impl Cores {
    /// Moves this process to the driver's core. Must be called before any thread is started.
    pub(crate) fn take() -> Self {
        let allowed = allowed();
        let (Some(&server), Some(&driver)) = (allowed.first(), allowed.get(1)) else {
            return Self::Shared("there is one core only");
        };
        let mut taskset = Command::new("taskset");
        taskset.args(["-a", "-c", "-p"]).arg(driver.to_string()).arg(std::process::id().to_string());
        match taskset.stdout(Stdio::null()).status() {
            Ok(status) if status.success() => Self::Apart { server, driver },
            _ => Self::Shared("taskset, which pins a process, is missing or not allowed"),
        }
    }

    /// Lets `command` run on the server's core.
    pub(crate) fn on_servers(&self, command: &Command) -> Command {
        let mut pinned = match self {
            Self::Apart { server, .. } => {
                let mut taskset = Command::new("taskset");
                taskset.arg("-c").arg(server.to_string()).arg(command.get_program());
                taskset
            }
            Self::Shared(_) => Command::new(command.get_program()),
        };
        pinned.args(command.get_args());
        pinned.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = command.get_current_dir() {
            pinned.current_dir(folder);
        }
        pinned
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apart { server, driver } => {
                write!(formatter, "The server and its limits ran on core {server}, the driver on core {driver}.")
            }
            Self::Shared(reason) => write!(formatter, "NOTHING WAS PINNED to a core: {reason}."),
        }
    }
}

/// The processor time of all threads of a process. Zero if the system does not report it.
pub(crate) fn busy(process: u32) -> Duration {
    let threads = read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let text = read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

/// The cores that this process may use.
fn allowed() -> Vec<usize> {
    let status = read_to_string("/proc/self/status").unwrap_or_default();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
    let ranges = list.trim().split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse::<usize>().ok()?..=last.parse().ok()?)
    });
    ranges.flatten().collect()
}
