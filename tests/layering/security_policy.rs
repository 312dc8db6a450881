//! Checks that each test named in `SECURITY.md` exists.

use std::{collections::BTreeSet, fs, path::Path};

use super::rust_files as files;

/// The names of all test functions below `src` and `tests`.
fn tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    for path in files(&root.join("src")).into_iter().chain(files(&root.join("tests"))) {
        let text = fs::read_to_string(&path).unwrap();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            is_test |= line.starts_with("#[test") || line.starts_with("#[tokio::test");
            let name = line.split_once("fn ").filter(|_| is_test).and_then(|(_, rest)| rest.split_once('('));
            if let Some((name, _)) = name {
                names.insert(name.to_owned());
                is_test = false;
            }
        }
    }
    names
}

/// The names in backticks in the last column of each table of attacks.
fn named(page: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut is_of_attacks = false;
    for line in page.lines() {
        is_of_attacks = line.starts_with("| attack ") || (is_of_attacks && line.starts_with('|'));
        if let Some((_, cell)) = line.trim_end_matches('|').rsplit_once(" | ").filter(|_| is_of_attacks) {
            names.extend(cell.split('`').skip(1).step_by(2));
        }
    }
    names
}

#[test]
fn every_test_that_the_security_policy_names_exists() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("SECURITY.md")).unwrap();
    let (named, tests) = (named(&page), tests());
    assert!(named.len() > 100, "{} tests are named", named.len());
    let missing: Vec<_> = named.iter().filter(|name| !tests.contains(**name)).collect();
    assert!(missing.is_empty(), "SECURITY.md names tests that do not exist: {missing:#?}");
}

#[test]
fn a_test_is_named_by_the_last_column_of_a_table() {
    let page = "| attack | answer | test |\n|---|---|---|\n| `a` | `b` | `one_test`, `another_test` |\n`no_table`\n\n\
                | whom | how |\n|---|---|\n| a | `no_test` |\n";
    assert_eq!(named(page), ["one_test", "another_test"]);
    assert!(tests().contains("a_test_is_named_by_the_last_column_of_a_table"));
    assert!(!tests().contains("named"));
}
