//! The source speaks plain technical English: words that readers stumbled over are not used in identifiers, comments and
//! texts.

use std::{collections::BTreeMap, fs, path::Path};

use super::rust_files;

/// Words that are not used, each with what to write instead.
const RETIRED: [(&str, &str); 17] = [
    ("anew", "again"),
    ("are told", "receive, are informed"),
    ("are_told", "receive, are informed"),
    ("at_once", "together, concurrent, immediately"),
    ("beside", "next to, with, besides"),
    ("blame", "record an error"),
    ("has not the form", "is not a valid …"),
    ("is not well", "is invalid, has failed"),
    ("is told", "receives, is informed"),
    ("is_told", "receives, is informed"),
    ("nobody", "no user, no client, no one"),
    ("of today", "current"),
    ("somebody", "a user, someone"),
    ("suffer", "apply a consequence"),
    ("thereof", "of it"),
    ("what there is", "the current state"),
    ("whoever", "the client that, a user who"),
];

/// Types that share their name because they are one concept: the proof that a bearer token has a scope, in the server and in
/// the library for resource servers.
const ONE_CONCEPT: [&str; 1] = ["Access"];

/// `file:line: word: instead` for each retired word of `source`, except in quotations of a specification.
fn retired(file: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(source.lines()) {
        let text = without_quotations(line).to_lowercase();
        for (word, instead) in RETIRED {
            if contains_word(&text, word) {
                found.push(format!("{file}:{number}: \"{word}\": write {instead}"));
            }
        }
    }
    found
}

/// A comment without what it quotes.
fn without_quotations(line: &str) -> String {
    if line.trim_start().starts_with("//") { line.split('"').step_by(2).collect() } else { line.to_owned() }
}

/// Whether `text` contains `word` as a word: letters next to it make it another one, an underscore does not.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_letter = |next: Option<char>| next.is_some_and(char::is_alphabetic);
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !is_letter(before) && !is_letter(after)
    })
}

#[test]
fn the_source_uses_no_retired_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for path in rust_files(&root.join("src")) {
        let file = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        found.extend(retired(&file, &fs::read_to_string(&path).unwrap()));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_planted_retired_word_is_found_with_file_and_line() {
    let found = |source: &str| retired("src/a.rs", source).len();
    assert_eq!(
        retired("src/a.rs", "\n/// Whoever asks."),
        ["src/a.rs:2: \"whoever\": write the client that, a user who"]
    );
    assert_eq!(found("fn seal_anew() {}"), 1);
    assert_eq!(found("const AT_ONCE: u16 = 1;"), 1);
    assert_eq!(found("\"Nobody has this username.\""), 1);
    assert_eq!(found("/// RFC 6749 §1: \"whoever it may be\"."), 0);
    assert_eq!(found("let besides = 1; // one besides the other"), 0);
}

#[test]
fn no_two_public_types_share_a_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut declared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in rust_files(&root.join("src")) {
        let file = path.strip_prefix(root).unwrap().display().to_string();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let line = line.strip_prefix("pub(in crate::oauth) ").unwrap_or(line);
            let public = ["pub ", "pub(crate) ", "pub(super) "].iter().find_map(|public| line.strip_prefix(public));
            let kind = public.and_then(|rest| rest.split_once(' '));
            if let Some((_, rest)) = kind.filter(|(kind, _)| ["struct", "enum", "trait", "type"].contains(kind)) {
                let name = rest.split(|next: char| !next.is_alphanumeric()).next().unwrap_or_default();
                declared.entry(name.to_owned()).or_default().push(file.clone());
            }
        }
    }
    assert!(declared.len() > 300, "{} types read", declared.len());
    let shared: Vec<String> = declared
        .into_iter()
        .filter(|(name, files)| files.len() > 1 && !ONE_CONCEPT.contains(&name.as_str()))
        .map(|(name, files)| format!("{name}: {}", files.join(", ")))
        .collect();
    assert!(shared.is_empty(), "\n{}", shared.join("\n"));
}
