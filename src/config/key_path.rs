//! Names of keys, in the file and in the environment.

/// The path of `key` in `section`, which is empty at the top level.
pub(super) fn join(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// The name of the variable that sets the key `path`.
pub(super) fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.to_ascii_uppercase().replace('.', "__"))
}

pub(super) const PREFIX: &str = "SIGNET__";
