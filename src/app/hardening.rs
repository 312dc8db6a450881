//! Protects the memory of the process, which contains keys and passwords, from other programs of the same user.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Disables core dumps, and on Linux also `ptrace` and access to `/proc/PID/mem` by unprivileged processes.
///
/// A failure is logged and does not stop the server, which works without this protection.
pub fn keep_memory_private() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "disabling core dumps failed");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "disabling ptrace failed");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn the_process_is_not_dumped_and_not_traced() {
        keep_memory_private();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), maximum: Some(0) });
    }
}
