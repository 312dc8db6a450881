//! Comparison of entered texts: [Unicode normalization](https://www.unicode.org/reports/tr15/) and case.

use unicode_normalization::UnicodeNormalization;

/// The composed form (NFC), in which texts are stored and counted: `e` followed by a combining accent becomes `é`.
pub(crate) fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// The form in which names are compared: NFKC without case.
///
/// The text is converted to upper case and then to lower case, because `ß`, `ſ`, `ς` and `ı` each compare equal to
/// their upper case.
pub(crate) fn canonical(text: &str) -> String {
    let compatible: String = text.nfkc().collect();
    compatible.to_uppercase().to_lowercase().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writings_of_one_name_have_one_canonical_form() {
        let same = [
            ("Alice", "alice"),
            ("STRASSE", "straße"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("\u{ff41}\u{ff42}", "ab"),
            ("K", "\u{212a}"),
            ("ſ", "s"),
        ];
        for (one, other) in same {
            assert_eq!(canonical(one), canonical(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_names_stay_different() {
        for (one, other) in [("alice", "alice1"), ("a.b", "ab"), ("cafe", "café"), ("o", "0")] {
            assert_ne!(canonical(one), canonical(other), "{one} and {other}");
        }
    }
}
