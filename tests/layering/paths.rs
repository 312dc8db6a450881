//! Extracts the paths from Rust source and resolves them to absolute paths.

use std::iter::once;

use crate::tokens::{Token, tokens};

/// A path and its location.
#[derive(Debug)]
pub(crate) struct Named {
    /// `crate` and modules below it, or a package and the items named in it.
    pub(crate) segments: Vec<String>,
    /// 1-based line number.
    pub(crate) line: usize,
}

/// Every path in `source`, the file of `module`, that starts with `crate`, `super`, `self` or a package. Each branch of
/// a `use` tree is a separate path.
pub(crate) fn paths_in(source: &str, module: &[String]) -> Vec<Named> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut blocks: Vec<Option<&str>> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let here = || module.iter().map(String::as_str).chain(blocks.iter().flatten().copied()).collect::<Vec<_>>();
        match token.text {
            // Excludes the `use<…>` of a return type.
            "use" if tokens.get(at + 1).is_some_and(|next| next.text != "<") => {
                at = tree(&tokens, at + 1, &[], &mut |segments, line| found.push(absolute(segments, &here(), line)));
                continue;
            }
            "{" => blocks.push(module_opened_at(&tokens, at)),
            "}" => {
                blocks.pop();
            }
            _ if begins_path(&tokens, at) => {
                let (segments, next) = straight(&tokens, at);
                found.push(absolute(&segments, &here(), token.line));
                at = next;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The name of the module whose block opens at this brace, if it belongs to a module.
fn module_opened_at<'a>(tokens: &[Token<'a>], brace: usize) -> Option<&'a str> {
    let name = tokens.get(brace.checked_sub(1)?)?;
    let keyword = tokens.get(brace.checked_sub(2)?)?;
    (keyword.text == "mod").then_some(name.text)
}

/// Whether a path outside of `use` starts here: a word followed by `::` and not preceded by one.
fn begins_path(tokens: &[Token<'_>], at: usize) -> bool {
    let is_word = tokens.get(at).is_some_and(|token| is_word(token.text));
    let is_followed = tokens.get(at + 1).is_some_and(|next| next.text == "::");
    let is_inside = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| before.text == "::");
    // `::package::…` starts at the package.
    let is_rooted = is_inside
        && !at.checked_sub(2).and_then(|before| tokens.get(before)).is_some_and(|before| is_word_or_end(before.text));
    is_word && is_followed && (!is_inside || is_rooted)
}

/// The segments from here, and the index after them.
fn straight<'a>(tokens: &[Token<'a>], mut at: usize) -> (Vec<&'a str>, usize) {
    let mut segments = Vec::new();
    while let Some(token) = tokens.get(at).filter(|token| is_word(token.text)) {
        segments.push(token.text);
        at += 1;
        if tokens.get(at).is_none_or(|next| next.text != "::") {
            break;
        }
        at += 1;
    }
    (segments, at)
}

/// Reports each branch of the `use` tree that starts here, below `stem`. Returns the index after it.
fn tree<'a>(tokens: &[Token<'a>], at: usize, stem: &[&'a str], report: &mut dyn FnMut(&[&'a str], usize)) -> usize {
    // A leading `::` only indicates that a package follows.
    let at = if tokens.get(at).is_some_and(|token| token.text == "::") { at + 1 } else { at };
    let line = tokens.get(at).map_or(0, |token| token.line);
    let (segments, mut at) = straight(tokens, at);
    let path = stem.iter().copied().chain(segments).collect::<Vec<_>>();
    if tokens.get(at).is_some_and(|token| token.text == "{") {
        at += 1;
        while tokens.get(at).is_some_and(|token| token.text != "}") {
            at = tree(tokens, at, &path, report);
            if tokens.get(at).is_some_and(|token| token.text == ",") {
                at += 1;
            }
        }
        return at + 1;
    }
    report(&path, line);
    // `as name` and `*` end a branch.
    while tokens.get(at).is_some_and(|token| ![",", "}", ";"].contains(&token.text)) {
        at += 1;
    }
    at
}

/// Resolves a path written in the module `here` to an absolute path.
fn absolute(segments: &[&str], here: &[&str], line: usize) -> Named {
    let ups = segments.iter().take_while(|segment| ["super", "self"].contains(segment)).count();
    let supers = segments.iter().take(ups).filter(|segment| **segment == "super").count();
    // A `self` at the end of a `use` tree names the parent module.
    let below = segments.iter().skip(ups).copied().filter(|segment| *segment != "self");
    let segments: Vec<&str> = match segments.first() {
        Some(&"super" | &"self") => {
            let base = here.iter().copied().take(here.len().saturating_sub(supers));
            once("crate").chain(base).chain(below).collect()
        }
        // The binary refers to the library by the package name.
        Some(&"signet") => once("crate").chain(below.skip(1)).collect(),
        _ => below.collect(),
    };
    Named { segments: segments.into_iter().map(str::to_owned).collect(), line }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Whether `::` after this token continues a path: after a name or after generic arguments.
fn is_word_or_end(text: &str) -> bool {
    is_word(text) || [">", ")", "]"].contains(&text)
}
