//! A language changes only the texts of a page.

use std::collections::BTreeMap;

use super::{hostile, outline, sample};
use crate::web::i18n::LANGUAGES;

/// The number of occurrences of each tag with its attribute names. The order may differ, since word order depends on
/// the language.
fn shape(html: &str) -> BTreeMap<String, usize> {
    let mut shape = BTreeMap::new();
    for tag in outline::of(html) {
        *shape.entry(tag.shape()).or_default() += 1;
    }
    shape
}

#[test]
fn a_language_changes_the_texts_and_nothing_else() {
    let english = sample::pages("harmless");
    for texts in LANGUAGES {
        for ((page, english), (_, html)) in english.iter().zip(sample::pages_in(texts, "harmless")) {
            assert!(html.contains(&format!("<html lang=\"{}\">", texts.tag)), "{page}");
            assert_eq!(shape(&html), shape(english), "{page} in {}", texts.tag);
        }
    }
}

#[test]
fn a_hostile_text_becomes_markup_in_no_language() {
    for texts in LANGUAGES {
        let expected: Vec<_> = sample::pages_in(texts, "harmless").iter().map(|(_, html)| shape(html)).collect();
        for payload in hostile::TEXTS {
            for ((page, html), expected) in sample::pages_in(texts, payload).iter().zip(&expected) {
                assert_eq!(&shape(html), expected, "{page} in {}: {payload:?}", texts.tag);
            }
        }
    }
}

#[test]
fn each_language_has_a_tag_of_its_own() {
    let mut tags: Vec<&str> = LANGUAGES.iter().map(|texts| texts.tag).collect();
    tags.dedup();
    assert_eq!(tags.len(), LANGUAGES.len());
    assert_eq!(tags.first(), Some(&"en"));
}
