//! Which language a visitor reads: the lookup of [RFC 4647 §3.4](https://www.rfc-editor.org/rfc/rfc4647#section-3.4).

use super::{LANGUAGES, Texts, english};

/// The language for a visitor: the first of `ui_locales`
/// ([OpenID Connect Core §3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest), "a space-separated
/// list […] ordered by preference") that there is, else the best of the header `Accept-Language`, else English. "An error
/// SHOULD NOT result if some or all of the requested locales are not supported."
pub(crate) fn preferred(ui_locales: &str, accept_language: &str) -> &'static Texts {
    among(&LANGUAGES, ui_locales, accept_language).unwrap_or(&english::LANGUAGE)
}

fn among(languages: &[&'static Texts], ui_locales: &str, accept_language: &str) -> Option<&'static Texts> {
    let separated = |letter: char| letter.is_ascii_whitespace() || letter == ',';
    let asked = ui_locales.split(separated).filter(|range| !range.is_empty()).take(MOST_RANGES);
    let named = |texts: &&'static Texts| Some(*texts);
    asked.into_iter().find_map(|range| lookup(languages, range, named)).or_else(|| accepted(languages, accept_language))
}

/// The best language by `Accept-Language`: [RFC 9110 §12.5.4](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4).
/// A language whose range has the weight 0 is "not acceptable" (§12.4.2), by `*` neither.
fn accepted(languages: &[&'static Texts], accept_language: &str) -> Option<&'static Texts> {
    let ranges = accept_language.split(',').take(MOST_RANGES).filter_map(weighed);
    let (mut asked, refused): (Vec<_>, Vec<_>) = ranges.partition(|(_, weight)| *weight > 0);
    // Stable: those of one weight stay in the order in which the browser has them.
    asked.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    let is_refused = |texts: &Texts| refused.iter().any(|(range, _)| is_tag(range, texts.tag));
    let acceptable = |texts: &&'static Texts| Some(*texts).filter(|texts| !is_refused(texts));
    asked.into_iter().find_map(|(range, _)| lookup(languages, range, acceptable))
}

/// A range with its weight in thousandths; none if it cannot be read.
fn weighed(element: &str) -> Option<(&str, u16)> {
    let (range, weight) = element.split_once(';').unwrap_or((element, "q=1"));
    let (name, weight) = weight.split_once('=')?;
    let weight: f32 = weight.trim().parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?;
    let thousandths = (weight * 1000.0) as u16;
    let is_asked = name.trim().eq_ignore_ascii_case("q") && !range.trim().is_empty();
    is_asked.then_some((range.trim(), thousandths))
}

/// The language of `range`, or of what is left of it when one subtag after the other is cut off its end. The name of a
/// POSIX locale (`de_DE.UTF-8`), which many applications hand on, is read as the tag that it means.
fn lookup(
    languages: &[&'static Texts],
    range: &str,
    acceptable: impl Fn(&&'static Texts) -> Option<&'static Texts>,
) -> Option<&'static Texts> {
    let mut rest = range.split(['.', '@']).next().filter(|range| range.len() <= LONGEST_RANGE);
    while let Some(range) = rest {
        let fits = |texts: &&&'static Texts| range == "*" || is_tag(range, texts.tag);
        if let Some(texts) = languages.iter().filter(fits).find_map(&acceptable) {
            return Some(texts);
        }
        rest = range.rsplit_once(['-', '_']).map(|(shorter, _)| shorter);
    }
    None
}

/// Whether `range` names the language of `tag`, whatever its case and with underscores for hyphens.
fn is_tag(range: &str, tag: &str) -> bool {
    let letter = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    range.len() == tag.len() && range.bytes().zip(tag.bytes()).all(|(one, other)| letter(one) == letter(other))
}

/// The most languages of one visitor that are looked at.
const MOST_RANGES: usize = 32;

/// The longest range that is looked at, in bytes; RFC 5646 §4.4.1 has 35 for the longest tag without extensions.
const LONGEST_RANGE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::i18n::bracketed::BRACKETED;

    fn tag(ui_locales: &str, accept_language: &str) -> Option<&'static str> {
        let danish: &'static Texts = Box::leak(Box::new(Texts { tag: "da", ..*BRACKETED }));
        let brazilian: &'static Texts = Box::leak(Box::new(Texts { tag: "pt-BR", ..*BRACKETED }));
        among(&[&english::LANGUAGE, danish, brazilian], ui_locales, accept_language).map(|texts| texts.tag)
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
        for range in ["pt", "d", "dan", "", "-", "_", ",,;", "se", ".", "@euro"] {
            assert_eq!(tag("", range), None, "{range}");
        }
    }

    #[test]
    fn the_name_of_a_posix_locale_is_read_as_the_tag_that_it_means() {
        for (locale, expected) in [
            ("da_DK", Some("da")),
            ("DA_dk", Some("da")),
            ("pt_BR", Some("pt-BR")),
            ("PT_br", Some("pt-BR")),
            ("pt-br", Some("pt-BR")),
            ("da_DK.UTF-8", Some("da")),
            ("da_DK@euro", Some("da")),
            ("se_NO da_DK", Some("da")),
            ("se_NO,da_DK", Some("da")),
            ("dan_DK", None),
            ("C.UTF-8", None),
        ] {
            assert_eq!(tag(locale, ""), expected, "ui_locales={locale}");
            if !locale.contains([' ', ',']) {
                assert_eq!(tag("", locale), expected, "Accept-Language: {locale}");
            }
        }
    }

    #[test]
    fn only_the_first_ranges_are_looked_at_and_none_that_is_too_long() {
        assert_eq!(tag("", &format!("{}da", "se,".repeat(MOST_RANGES - 1))), Some("da"));
        assert_eq!(tag("", &format!("{}da", "se,".repeat(MOST_RANGES))), None);
        assert_eq!(tag(&"da-".repeat(20_000), ""), None);
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
            ("en;q=0, *", Some("da")),
            ("EN_gb;q=0.2, *;q=0.1", Some("en")),
            ("*;q=0.1, da", Some("da")),
            ("en;q=0, da;q=0, pt-BR;q=0, *", None),
            ("da;q=x", None),
            ("da;q=2", None),
            ("da;q=NaN", None),
            ("da;level=1", None),
        ] {
            assert_eq!(tag("", header), expected, "{header}");
        }
    }

    #[test]
    fn a_user_who_prefers_none_of_the_languages_reads_english() {
        assert_eq!(preferred("tlh", "tlh").tag, "en");
        assert_eq!(preferred("", "").tag, "en");
    }
}
