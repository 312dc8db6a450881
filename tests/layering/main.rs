//! Enforces the dependency direction between modules. Reads the paths in `src` and reports file and line of each
//! violation.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod circles;
mod form_checks;
mod paths;
mod rules;
mod security_policy;
mod tokens;
mod words;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use paths::paths_in;
use rules::violation;

/// `file:line: message` for each path in `source` that violates a rule.
fn violations(file: &str, source: &str) -> BTreeSet<String> {
    let module = module_of(file);
    let found = paths_in(source, &module).into_iter();
    let wrong = found.filter_map(|path| Some((path.line, violation(&module, &path.segments)?)));
    wrong.map(|(line, what)| format!("{file}:{line}: {what}")).collect()
}

/// The module path of a file below `src`: `http/edge/log.rs` is `http::edge::log`, `http/mod.rs` is `http`.
fn module_of(file: &str) -> Vec<String> {
    let file = file.trim_start_matches("src/").trim_end_matches(".rs");
    let segments = file.split('/').filter(|segment| *segment != "mod");
    let segments = segments.map(str::to_owned).collect::<Vec<_>>();
    if segments == ["lib"] { Vec::new() } else { segments }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

#[test]
fn every_arrow_in_the_source_points_inward() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = rust_files(&root.join("src"));
    assert!(files.len() > 10, "the source was not found");
    let mut all = BTreeSet::new();
    for path in files {
        let file = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        all.extend(violations(&file, &fs::read_to_string(&path).unwrap()));
    }
    assert!(all.is_empty(), "\n{}", Vec::from_iter(all).join("\n"));
}

#[test]
fn a_planted_outward_arrow_is_found_with_file_and_line() {
    let found = violations("src/oauth/scope.rs", "//! Scopes.\n\nuse crate::store::Store;\n");
    assert_eq!(Vec::from_iter(found), ["src/oauth/scope.rs:3: outward arrow oauth → store"]);
    assert!(violations("src/endpoint/token.rs", "use crate::store::Store;\n").is_empty());
}

#[test]
fn an_arrow_is_found_however_it_is_written() {
    for source in [
        "use crate::store::Store;",
        "pub use crate::{\n    clock::Clock,\n    store::{Engine, Store},\n};",
        "fn f() -> crate::store::Store { todo() }",
        "fn f(s: &dyn crate::store::Engine) {}",
        "use super::super::store::Store;",
        "use super::{super::store as s};",
        "mod tests { use super::super::super::store::Store; }",
        "mod tests { mod inner { fn f() {} } use super::super::super::store::Store; }",
        "macro_rules! m { () => { $crate::store::open() } }",
        "use crate :: store;",
        "fn f<'a>() -> impl Fn() + use<'a> { || () } use super::super::store::Store;",
        "use crate::r#store::Store;",
        "use ::signet::store::Store;",
        "use signet::store::Store;",
    ] {
        let found = violations("src/oidc/step.rs", source);
        assert_eq!(found.len(), 1, "{source}: {found:?}");
        assert!(found.iter().all(|what| what.ends_with("outward arrow oidc → store")), "{source}: {found:?}");
    }
}

#[test]
fn what_is_no_path_of_the_code_is_no_arrow() {
    for source in [
        "//! See [`crate::store::Store`].",
        "/* crate::store /* nested crate::store */ crate::store */",
        "const S: &str = \"crate::store::Store\";",
        "const S: &str = \"a \\\" crate::store\";",
        "const S: &str = r#\"crate::store \" sled::open\"#;",
        "const S: &[u8] = b\"crate::store\";",
        "fn f<'a>(c: &'a str) -> char { '\"' } // crate::store",
        "const C: char = '\\''; const D: &str = \"sled::open\";",
        "use super::super::oauth::Scope;",
        "mod tests { use super::*; use super::super::super::oauth::Scope; }",
        "use self::store::Local;",
        "use crate::{clock::Clock, oauth::{Scope, store}};",
        "use crate::{self as root, oauth::{self, Scope}};",
    ] {
        assert_eq!(violations("src/oidc/step.rs", source), BTreeSet::new(), "{source}");
    }
}

#[test]
fn a_package_is_named_only_where_it_belongs() {
    for (file, source, expected) in [
        ("src/jose/sign.rs", "use josekit::jws;", None),
        ("src/verify/check.rs", "use josekit::jws;", Some("src/verify/check.rs:1: josekit is named outside of jose")),
        ("src/store/disk.rs", "fn f(db: sled::Db) {}", None),
        ("src/app.rs", "fn f(db: sled::Db) {}", Some("src/app.rs:1: sled is named outside of store")),
        ("src/app.rs", "use crate::store::sled::Disk;", None),
        ("src/verify/poem.rs", "use poem::FromRequest;", None),
        ("src/http/token.rs", "use poem_openapi::OpenApi;", None),
        (
            "src/endpoint/token.rs",
            "use poem::Request;",
            Some("src/endpoint/token.rs:1: poem is named outside of http, verify, app"),
        ),
        (
            "src/endpoint/token.rs",
            "#[poem::handler] fn f() {}",
            Some("src/endpoint/token.rs:1: poem is named outside of http, verify, app"),
        ),
        (
            "src/web/login.rs",
            "use poem::Response;",
            Some("src/web/login.rs:1: poem is named outside of http, verify, app"),
        ),
        ("src/web/login.rs", "fn f() { maud::html! {} }", None),
        ("src/oidc/step.rs", "use maud;", Some("src/oidc/step.rs:1: maud is named outside of web, http")),
    ] {
        let found = violations(file, source);
        assert_eq!(found.first().map(String::as_str), expected, "{file}: {source}");
    }
}

#[test]
fn the_arrows_are_those_of_the_design() {
    for (file, to, is_allowed) in [
        ("src/main.rs", "app", true),
        ("src/app.rs", "store", true),
        ("src/command/keys.rs", "jose", true),
        ("src/http/token.rs", "endpoint", true),
        ("src/http/token.rs", "store", false),
        ("src/http/token.rs", "http::edge", true),
        ("src/http/edge/host.rs", "http::token", false),
        ("src/http/edge/host.rs", "oauth", false),
        ("src/http/edge/host.rs", "clock", true),
        ("src/endpoint/token.rs", "http", false),
        ("src/endpoint/token.rs", "account", true),
        ("src/store/codes.rs", "endpoint", false),
        ("src/store/codes.rs", "oidc", true),
        ("src/oidc/step.rs", "oauth", true),
        ("src/oauth/scope.rs", "oidc", false),
        ("src/oauth/scope.rs", "secret", true),
        ("src/jose/ring.rs", "oauth", false),
        ("src/account/session.rs", "store", false),
        ("src/web/login.rs", "http", false),
        ("src/verify/status.rs", "jose", true),
        ("src/verify/status.rs", "endpoint", false),
        ("src/config.rs", "account", true),
        ("src/config.rs", "http", false),
        ("src/crypto.rs", "entropy", true),
        ("src/crypto.rs", "oauth", false),
    ] {
        let found = violations(file, &format!("use crate::{to}::X;"));
        assert_eq!(found.is_empty(), is_allowed, "{file} → {to}: {found:?}");
    }
}

#[test]
fn a_module_without_a_rule_is_reported() {
    let found = violations("src/extra/x.rs", "use crate::clock::Clock;");
    assert_eq!(Vec::from_iter(found), ["src/extra/x.rs:1: no rule for extra; add one to tests/layering/rules.rs"]);
    let found = violations("src/oauth/scope.rs", "use crate::Extra;");
    assert_eq!(Vec::from_iter(found), ["src/oauth/scope.rs:1: outward arrow oauth → Extra"]);
}
