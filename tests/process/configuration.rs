//! `signet config`: the configuration in force, the example and the reference.

use std::{path::Path, process::Command};

/// The exit code, the output and the errors of `signet` in `folder`, with nothing of this process's environment.
fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signet"));
    command.current_dir(folder).env_clear().envs(environment.iter().copied()).args(arguments);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_configuration_in_force_is_printed_with_its_sources_and_nothing_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "\nlisten = \"127.0.0.1:1\"\n").unwrap();
    let environment =
        [("SIGNET__LIFETIMES__ID_TOKEN", "200"), ("SIGNET__KEY_RING__PASSPHRASE", "correct horse battery staple")];
    let (code, printed, errors) = run(folder.path(), &["config", "--set", "lifetimes.access_token=100"], &environment);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    for line in [
        "issuer = \"http://127.0.0.1:8080\"  # default",
        "listen = \"127.0.0.1:1\"  # config.toml:2",
        "id_token = 200  # SIGNET__LIFETIMES__ID_TOKEN",
        "access_token = 100  # --set lifetimes.access_token",
        "# passphrase: hidden  # SIGNET__KEY_RING__PASSPHRASE",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
    assert!(!printed.contains("correct horse"), "{printed}");
    assert_eq!(files(folder.path()), ["config.toml"]);
    // The same settings from the printed file alone.
    std::fs::write(folder.path().join("again.toml"), &printed).unwrap();
    let (code, again, errors) = run(folder.path(), &["config", "--config", "again.toml"], &[]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(again.contains("access_token = 100  # again.toml:"), "{again}");
}

#[test]
fn a_wrong_configuration_ends_with_1_and_all_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "listn = \"x\"\n[lifetimes]\naccess_token = 0\n").unwrap();
    let (code, printed, errors) = run(folder.path(), &["config"], &[]);
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    for mistake in ["config.toml:1: listn: unknown key; did you mean listen?", "config.toml:3: lifetimes.access_token:"]
    {
        assert!(errors.contains(mistake), "{errors}");
    }
    assert_eq!(files(folder.path()), ["config.toml"]);
}

#[test]
fn the_example_and_the_reference_need_no_configuration() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "listn = \"x\"\n").unwrap();
    let (code, reference, _) = run(folder.path(), &["config", "--reference"], &[]);
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
    assert_eq!(code, Some(0));
    assert!(reference == kept, "docs/configuration.md is out of date");
    let (code, example, _) = run(folder.path(), &["config", "--example"], &[]);
    assert_eq!(code, Some(0));
    std::fs::write(folder.path().join("config.toml"), example).unwrap();
    let (code, printed, errors) = run(folder.path(), &["config"], &[]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(!printed.contains("# config.toml:"), "everything is commented out: {printed}");
}
