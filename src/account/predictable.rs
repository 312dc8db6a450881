//! Passwords that are guessed first in an offline attack: common ones, repetitions, keyboard sequences, and words
//! related to the user.
//!
//! NIST SP 800-63B-4 [§3.1.1.2](https://pages.nist.gov/800-63-4/sp800-63b.html) requires a block list and no rules
//! about kinds of characters. All texts in this module are in canonical form.

use std::{collections::HashSet, sync::LazyLock};

/// The reason why a password is easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// A short part, repeated.
    Repetition,
    /// Characters in the order of the alphabet, the digits or the keyboard.
    Sequence,
    /// A common password with few additions.
    Common,
    /// Words known from the context (the username, the address, the name of the service) with few additions.
    Context,
}

/// The first pattern found in `canonical`. A repeated part must itself have `minimum_length`.
pub(crate) fn pattern_of(canonical: &str, minimum_length: usize, context: &[String]) -> Option<Pattern> {
    if repeated_length(canonical).is_some_and(|length| length < minimum_length) {
        Some(Pattern::Repetition)
    } else if is_common(canonical) {
        Some(Pattern::Common)
    } else if is_about(canonical, context) {
        Some(Pattern::Context)
    } else if weight(canonical) < ENOUGH.min(canonical.chars().count().div_ceil(2)) {
        Some(Pattern::Sequence)
    } else {
        None
    }
}

/// The length of the shortest part that the text repeats at least twice. The last copy may be incomplete.
fn repeated_length(text: &str) -> Option<usize> {
    let text: Vec<char> = text.chars().collect();
    (1..=text.len() / 2).find(|&length| text.iter().zip(text.iter().skip(length)).all(|(one, next)| one == next))
}

/// The number of runs in the text, that is, of characters that do not continue the sequence before them: `aaaa`,
/// `4567` and `poiuy` are one run each, `mouse` is five.
fn weight(text: &str) -> usize {
    let mut runs = usize::from(!text.is_empty());
    let mut ways = u16::MAX;
    for (one, next) in text.chars().zip(text.chars().skip(1)) {
        ways &= ways_from(one, next);
        if ways == 0 {
            runs += 1;
            ways = u16::MAX;
        }
    }
    runs
}

/// The ways in which `next` follows `one`, as a bit mask: being equal, and each keyboard row in both directions.
fn ways_from(one: char, next: char) -> u16 {
    let mut ways = u16::from(one == next);
    for (at, row) in ROWS.iter().enumerate() {
        if let (Some(one), Some(next)) = (row.find(one), row.find(next)) {
            let step = (next + row.len() - one) % row.len();
            ways |= u16::from(step == 1) << (2 * at + 1);
            ways |= u16::from(step == row.len() - 1) << (2 * at + 2);
        }
    }
    ways
}

/// Returns `true` if the text is in the list, possibly after removing a few digits and punctuation marks around it.
fn is_common(text: &str) -> bool {
    let core = text.trim_matches(|character: char| !character.is_alphabetic());
    COMMON.contains(text) || (COMMON.contains(core) && weight(&text.replacen(core, "", 1)) < ENOUGH)
}

/// Returns `true` if the text consists mostly of words from the context.
fn is_about(text: &str, context: &[String]) -> bool {
    let parts = context.iter().flat_map(|words| words.split(|character: char| !character.is_alphanumeric()));
    let mut words: Vec<&str> = context.iter().map(String::as_str).chain(parts).collect();
    words.retain(|word| word.chars().count() >= SHORTEST_WORD);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.iter().fold(text.to_owned(), |rest, word| rest.replace(word, ""));
    rest.len() < text.len() && weight(&rest) < ENOUGH
}

/// Minimum number of unpredictable characters besides the recognized part: the length that NIST requires for a
/// password used with a second factor.
const ENOUGH: usize = 8;

/// Shorter words of the context (`de`, `io`) occur everywhere.
const SHORTEST_WORD: usize = 3;

/// Each row wraps around: `0` is followed by `1`.
const ROWS: [&str; 5] = [
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
];

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let text = include_str!("common_passwords.txt");
    text.split_once("\n----------------\n").map_or_else(HashSet::new, |(_, list)| list.lines().collect())
});

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Option<Pattern> {
        pattern_of(text, 15, &["alice".into(), "alice@mail.example".into(), "signet".into()])
    }

    #[test]
    fn the_list_of_common_passwords_is_there_without_its_preface() {
        assert!(COMMON.len() >= 3000, "{}", COMMON.len());
        assert!(COMMON.contains("password") && COMMON.contains("1q2w3e4r5t6y7u8i9o0p"));
        assert!(COMMON.iter().all(|entry| entry.chars().count() >= 8), "shorter ones are refused for their length");
        assert!(COMMON.iter().all(|entry| super::super::canonical::canonical(entry) == **entry));
    }

    #[test]
    fn a_run_counts_as_one_character() {
        let table = [
            ("", 0),
            ("a", 1),
            ("aaaa", 1),
            ("4567890123", 1),
            ("poiuy", 1),
            ("mouse", 5),
            ("abcd1234", 2),
            ("aab", 2),
        ];
        for (text, expected) in table {
            assert_eq!(weight(text), expected, "{text}");
        }
    }

    #[test]
    fn predictable_passwords_are_found() {
        let table = [
            ("aaaaaaaaaaaaaaaa", Pattern::Repetition),
            ("                ", Pattern::Repetition),
            ("passwordpassword", Pattern::Repetition),
            ("abc!abc!abc!abc", Pattern::Repetition),
            ("123456789012345", Pattern::Sequence),
            ("zyxwvutsrqponmlkji", Pattern::Sequence),
            ("ghjklzxcvb4567890123", Pattern::Sequence),
            ("aaaaaaaaaaaaaab", Pattern::Sequence),
            ("klmnopqr34567890", Pattern::Sequence),
            ("1q2w3e4r5t6y7u8i", Pattern::Common),
            ("manchesterunited", Pattern::Common),
            ("password12345678901", Pattern::Common),
            ("!!!manchesterunited!!!", Pattern::Common),
            ("alice@mail.example", Pattern::Context),
            ("signet-alice-2026", Pattern::Context),
            ("alicealicealice26", Pattern::Context),
        ];
        for (text, expected) in table {
            assert_eq!(pattern(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_a_person_or_a_generator_chose_is_none_of_them() {
        for text in [
            "correct horse battery staple",
            "alice likes long walks at night",
            "manchesterunited lost on tuesday",
            "sixteen letters.",
            "k8v!2mzq-7rtw#0p",
            "gdzie kucharek szesc",
            "password: 7fq2kx9wzb4",
            "犬も歩けば棒に当たる、と言うではないか",
        ] {
            assert_eq!(pattern(text), None, "{text}");
        }
    }

    #[test]
    fn a_repeated_part_may_be_long_enough_by_itself() {
        let part = "my dog is green";
        assert_eq!(pattern(&part.repeat(2)), None);
        assert_eq!(pattern(&part[1..].repeat(2)), Some(Pattern::Repetition));
    }
}
