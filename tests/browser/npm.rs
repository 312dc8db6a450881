//! Installs npm packages from lock files.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Copies the folder `source` of this repository into the build folder and installs its packages. Returns `None` if
/// Node is not installed or the registry must not be used. In CI, both must be available.
pub(crate) fn installed(source: &str) -> Option<PathBuf> {
    let works = |program: &str| {
        let outcome = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        outcome.is_ok_and(|status| status.success())
    };
    if !works("node") || !works("npm") {
        println!("skipped: Node is not installed");
        return None;
    }
    static ONE_AFTER_THE_OTHER: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _alone = ONE_AFTER_THE_OTHER.lock();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(source.file_name().unwrap());
    std::fs::create_dir_all(&folder).unwrap();
    let lock = std::fs::read_to_string(source.join("package-lock.json")).unwrap();
    let installed = folder.join("installed-package-lock.json");
    for entry in std::fs::read_dir(&source).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == lock) {
        return Some(folder);
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let outcome = Command::new("npm").args(arguments).current_dir(&folder).output().unwrap();
    if !outcome.status.success() {
        let told = String::from_utf8_lossy(&outcome.stderr);
        assert!(std::env::var_os("CI").is_none(), "npm ci: {told}");
        println!("skipped: the packages cannot be installed: {told}");
        return None;
    }
    std::fs::write(installed, lock).unwrap();
    Some(folder)
}
