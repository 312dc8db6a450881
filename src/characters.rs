//! Invisible characters, by the properties of the [Unicode Character Database](https://www.unicode.org/reports/tr44/).

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};

/// Returns whether `character` is invisible: a default-ignorable code point, a control or format character, or one with
/// a blank glyph. Spaces are visible as gaps.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    let has_no_glyph = matches!(
        CodePointMapData::<GeneralCategory>::new().get(character),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    );
    has_no_glyph
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        || BLANK_GLYPHS.contains(&character)
}

/// The Braille pattern without dots, the musical null notehead, and the Khitan filler.
const BLANK_GLYPHS: [char; 3] = ['\u{2800}', '\u{1d159}', '\u{16fe4}'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_without_a_visible_glyph_is_invisible() {
        let invisible = [
            '\u{0}',
            '\n',
            '\u{7f}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{17b5}',
            '\u{180b}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200f}',
            '\u{2028}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{206f}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{1bca0}',
            '\u{1d159}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{e000}',
            '\u{f0000}',
            '\u{10ffff}',
        ];
        for character in invisible {
            assert!(is_invisible(character), "U+{:04X}", u32::from(character));
        }
        for character in ['a', 'ß', '한', 'ひ', 'न', '\u{94d}', '\u{301}', '-', ' ', '\u{3000}', '⠁', '❤', '😀']
        {
            assert!(!is_invisible(character), "U+{:04X}", u32::from(character));
        }
    }
}
