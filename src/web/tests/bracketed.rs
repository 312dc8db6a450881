//! Every text of a page comes from the i18n tables: in a language that puts each of its texts into brackets, a page
//! contains nothing outside brackets except the data of its view.

use super::{outline, sample};
use crate::web::i18n::bracketed::{BRACKETED, BRACKETS};

/// The value of every text in every view.
const DATA: &str = "harmless";

/// The texts in `html` that are outside brackets and not data.
fn unworded(html: &str) -> Vec<String> {
    let [begin, end] = BRACKETS;
    let mut depth = 0;
    let mut found = Vec::new();
    for text in texts(html) {
        let mut outside = String::new();
        for character in text.chars() {
            depth += usize::from(character == begin);
            if depth == 0 {
                outside.push(character);
            }
            depth -= usize::from(character == end);
        }
        found.extend(outside.split_whitespace().filter(|word| !is_data(word)).map(ToOwned::to_owned));
    }
    assert_eq!(depth, 0, "every bracket is closed");
    found
}

/// The text between tags, and the attributes that are read out or shown. Code that a developer copies is excluded.
fn texts(html: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        texts.push(text.to_owned());
        let (inside, left) = after.split_once('>').unwrap();
        let tag = outline::of(&format!("<{inside}>")).pop().unwrap();
        let shown = ["aria-label", "aria-description", "title", "placeholder", "alt"];
        texts.extend(shown.iter().filter_map(|name| tag.attribute(name)).map(ToOwned::to_owned));
        let program = ["pre", "script"].into_iter().find(|name| tag.name == *name);
        rest = program.and_then(|name| left.split_once(&format!("</{name}>"))).map_or(left, |(_, after)| after);
    }
    texts.push(rest.to_owned());
    texts
}

/// Whether the word is view data, its first letter, or a parameter name or error code from a specification.
fn is_data(word: &str) -> bool {
    let is_name = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && word.contains('_');
    let rest = word.replace(DATA, "");
    word.starts_with("https://") || word == "H" || is_name(word) || !rest.contains(char::is_alphabetic)
}

/// The titles of specifications that the page of error codes cites.
const SPECIFICATIONS: [&str; 6] = ["OpenID", "Connect", "Core", "Error", "Code", "RFC"];

#[test]
fn every_text_of_every_page_is_from_the_table() {
    let mut forgotten = Vec::new();
    for (page, html) in sample::pages_in(&BRACKETED, DATA) {
        assert!(html.contains("lang=\"en-XA\"") && html.contains(BRACKETS), "{page}");
        let mut unworded = unworded(&html);
        unworded.retain(|word| page != "errors" || !SPECIFICATIONS.contains(&word.as_str()));
        forgotten.extend((!unworded.is_empty()).then(|| format!("{page}: {unworded:?}")));
    }
    assert!(forgotten.is_empty(), "{forgotten:#?}");
}

#[test]
fn a_forgotten_text_would_be_found() {
    let worded = "<p aria-label=\"⟦Your pages⟧\">⟦Hello, <bdi>harmless</bdi>⟧ · <code>client_id</code> 1</p>";
    assert_eq!(unworded(worded), Vec::<String>::new());
    for forgotten in ["<p>Hello</p>", "<p>⟦Hello⟧ you</p>", "<img alt=\"Seal\">", "<i title=\"Name\">⟦x⟧</i>"] {
        assert_eq!(unworded(forgotten).len(), 1, "{forgotten}");
    }
}
