//! Which language a visitor reads: the lookup of [RFC 4647 §3.4](https://www.rfc-editor.org/rfc/rfc4647#section-3.4).

use super::{LANGUAGES, Words, english};

/// The language for a visitor: the first of `ui_locales`
/// ([OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest), "a space-separated
/// list […] ordered by preference") that there is, else the best of the header `Accept-Language`, else English. "An error
/// SHOULD NOT result if some or all of the requested locales are not supported."
pub(crate) fn preferred(ui_locales: &str, accept_language: &str) -> &'static Words {
    among(&LANGUAGES, ui_locales, accept_language).unwrap_or(&english::LANGUAGE)
}

fn among(languages: &[&'static Words], ui_locales: &str, accept_language: &str) -> Option<&'static Words> {
    let asked = ui_locales.split_ascii_whitespace().chain(accepted(accept_language));
    asked.into_iter().find_map(|range| lookup(languages, range))
}

/// The ranges of `Accept-Language`, the dearest first:
/// [RFC 9110 §12.5.4](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4).
fn accepted(accept_language: &str) -> Vec<&str> {
    let mut ranges: Vec<(&str, u16)> = accept_language.split(',').filter_map(weighed).collect();
    // Stable: those of one weight stay in the order in which the browser has them.
    ranges.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    ranges.into_iter().map(|(range, _)| range).collect()
}

/// A range with its weight in thousandths; none if it is not acceptable (`q=0`) or cannot be read.
fn weighed(element: &str) -> Option<(&str, u16)> {
    let (range, weight) = element.split_once(';').unwrap_or((element, "q=1"));
    let (name, weight) = weight.split_once('=')?;
    let weight: f32 = weight.trim().parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?;
    let thousandths = (weight * 1000.0) as u16;
    let is_asked = name.trim().eq_ignore_ascii_case("q") && thousandths > 0 && !range.trim().is_empty();
    is_asked.then_some((range.trim(), thousandths))
}

/// The language of `range`, or of what is left of it when one subtag after the other is cut off its end.
fn lookup(languages: &[&'static Words], range: &str) -> Option<&'static Words> {
    let mut rest = Some(range);
    while let Some(range) = rest {
        let found = languages.iter().find(|words| words.tag.eq_ignore_ascii_case(range) || range == "*");
        if let Some(words) = found {
            return Some(words);
        }
        rest = range.rsplit_once('-').map(|(shorter, _)| shorter);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::bracketed::BRACKETED;

    fn tag(ui_locales: &str, accept_language: &str) -> Option<&'static str> {
        let danish: &'static Words = Box::leak(Box::new(Words { tag: "da", ..*BRACKETED }));
        let brazilian: &'static Words = Box::leak(Box::new(Words { tag: "pt-BR", ..*BRACKETED }));
        among(&[&english::LANGUAGE, danish, brazilian], ui_locales, accept_language).map(|words| words.tag)
    }

    #[test]
    fn what_the_application_asks_for_comes_before_what_the_browser_accepts() {
        assert_eq!(tag("da", "en"), Some("da"));
        assert_eq!(tag("se da en", "en"), Some("da"));
        assert_eq!(tag("se", "da;q=0.5, en;q=0.4"), Some("da"));
        assert_eq!(tag("", "en"), Some("en"));
    }

    // RFC 4647 §3.4: "Each language range in the language priority list is considered in turn", shortened from its end.
    #[test]
    fn a_range_is_shortened_until_there_is_a_language() {
        for (range, expected) in
            [("da-DK", "da"), ("DA", "da"), ("pt-br", "pt-BR"), ("pt-BR-x-old", "pt-BR"), ("*", "en")]
        {
            assert_eq!(tag("", range), Some(expected), "{range}");
            assert_eq!(tag(range, ""), Some(expected), "{range}");
        }
        for range in ["pt", "d", "dan", "", "-", ",,;", "se"] {
            assert_eq!(tag("", range), None, "{range}");
        }
    }

    // RFC 9110 §12.5.4 and §12.4.2: "A sender of qvalue MUST NOT generate more than three digits after the decimal point."
    #[test]
    fn the_dearest_range_wins_and_what_is_not_acceptable_never() {
        for (header, expected) in [
            ("en;q=0.8, da", Some("da")),
            ("en;q=0.8,da;q=0.801", Some("da")),
            ("en, da", Some("en")),
            ("da;q=0, en;q=0.1", Some("en")),
            ("da ; Q=0.9 , en;q=0.8", Some("da")),
            ("da;q=0", None),
            ("da;q=x", None),
            ("da;q=2", None),
            ("da;q=NaN", None),
            ("da;level=1", None),
        ] {
            assert_eq!(tag("", header), expected, "{header}");
        }
    }

    #[test]
    fn whoever_prefers_none_of_the_languages_reads_english() {
        assert_eq!(preferred("tlh", "tlh").tag, "en");
        assert_eq!(preferred("", "").tag, "en");
    }
}
