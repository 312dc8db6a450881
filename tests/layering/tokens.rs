//! Splits Rust source into the tokens that paths consist of. Comments, strings and similar are skipped.

/// A word, `::`, or any other single character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    /// 1-based line number.
    pub(crate) line: usize,
}

/// The tokens of `source` in order.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = skipped(rest);
        let length = if skipped > 0 {
            skipped
        } else if is_word(first) {
            rest.find(|next| !is_word(next)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (text, after) = rest.split_at(length);
        if skipped == 0 && !first.is_whitespace() {
            found.push(Token { text, line });
        }
        line += text.matches('\n').count();
        rest = after;
    }
    found
}

/// Length in bytes of the comment, string, character or raw marker at the start of `rest`. 0 if there is none.
fn skipped(rest: &str) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let after = rest.strip_prefix(prefix).unwrap_or_default();
        after.starts_with('"') || (prefix.ends_with('r') && after.trim_start_matches('#').starts_with('"'))
    });
    if let Some(prefix) = prefix {
        return prefix.len()
            + if prefix.ends_with('r') { raw_string(&rest[prefix.len()..]) } else { string(rest, prefix.len()) };
    }
    // `r#store` is the word `store`.
    if rest.starts_with("r#") {
        return 2;
    }
    character(rest)
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(next) = rest.get(at..).filter(|next| !next.is_empty()) {
        if next.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if next.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += next.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Length in bytes of the string whose opening quote is at `quote`, counted from that quote.
fn string(rest: &str, quote: usize) -> usize {
    let inner = &rest[quote + 1..];
    let mut is_escaped = false;
    for (at, next) in inner.char_indices() {
        match next {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 2,
            _ => {}
        }
    }
    inner.len() + 1
}

/// Length in bytes of a raw string, counted from its first `#` or quote.
fn raw_string(rest: &str) -> usize {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    let inner = &rest[hashes + 1..];
    inner.find(&end).map_or(rest.len(), |at| hashes + 1 + at + end.len())
}

/// Length in bytes of a character literal. 0 for a lifetime.
fn character(rest: &str) -> usize {
    let Some(inner) = rest.strip_prefix('\'') else {
        return 0;
    };
    if let Some(escape) = inner.strip_prefix('\\') {
        // The escaped character itself may be a quote.
        let after = escape.chars().next().map_or(0, char::len_utf8);
        return escape.get(after..).and_then(|tail| tail.find('\'')).map_or(0, |at| 2 + after + at + 1);
    }
    let length = inner.chars().next().map_or(0, char::len_utf8);
    if inner.get(length..).is_some_and(|tail| tail.starts_with('\'')) { length + 2 } else { 0 }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
