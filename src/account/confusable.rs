//! Names that look the same, by [Unicode Technical Standard #39](https://www.unicode.org/reports/tr39/).

use unicode_normalization::UnicodeNormalization;
use unicode_security::{GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection, skeleton};

use super::canonical::canonical;

/// The confusable skeletons of a name. Two names that share one can be mistaken for each other
/// ([§4](https://www.unicode.org/reports/tr39/#Confusable_Detection)).
///
/// There is one for the name as written and one for its lower-case form, because a capital `I` looks like a small `l`
/// and a small `i` does not. Any sequence of spaces counts as one space.
#[must_use]
pub fn skeletons(name: &str) -> Vec<String> {
    let spaced = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let compatible: String = spaced.nfkc().collect();
    let mut skeletons: Vec<String> =
        [compatible, canonical(&spaced)].iter().map(|text| skeleton(text).collect()).collect();
    skeletons.dedup();
    skeletons
}

/// Returns `true` if identifiers may contain `character`: its `Identifier_Status` is Allowed
/// ([§3.1](https://www.unicode.org/reports/tr39/#General_Security_Profile)).
pub(super) fn is_identifier_character(character: char) -> bool {
    character.identifier_allowed()
}

/// Returns `true` if `text` uses one writing system: at most Highly Restrictive
/// ([§5.2](https://www.unicode.org/reports/tr39/#Restriction_Level_Detection)), which allows Latin letters together
/// with Japanese, Chinese and Korean ones.
pub(super) fn is_of_one_writing_system(text: &str) -> bool {
    text.check_restriction_level(RestrictionLevel::HighlyRestrictive)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can_be_mistaken(one: &str, other: &str) -> bool {
        skeletons(one).iter().any(|skeleton| skeletons(other).contains(skeleton))
    }

    #[test]
    fn names_that_look_the_same_share_a_skeleton() {
        let same = [
            ("admin", "аdmin"),
            ("alice", "aIice"),
            ("Alice", "alice"),
            ("scope", "ѕсоре"),
            ("modern", "rnodern"),
            ("B0B", "BOB"),
            ("Signet", "Ѕignet"),
            ("Signet", "  signet "),
            ("Signet", "Si\u{fe0f}gnet"),
            ("Signet", "\u{ff33}ignet"),
            ("Order report", "Order\u{a0} report"),
            ("google", "\u{261}oogle"),
        ];
        for (one, other) in same {
            assert!(can_be_mistaken(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn names_that_look_different_do_not() {
        for (one, other) in [("alice", "alicia"), ("eve", "adam"), ("Signet", "Cygnet"), ("p10", "p11"), ("a.b", "ab")]
        {
            assert!(!can_be_mistaken(one, other), "{one} and {other}");
        }
    }
}
