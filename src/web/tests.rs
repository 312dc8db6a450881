//! Tests that apply to all pages. Each page is rendered with every text of its view set to one hostile text.

mod account_sample;
mod admin_sample;
mod bracketed;
mod contrast;
mod developer_sample;
mod hostile;
mod languages;
mod outline;
mod sample;

use std::collections::BTreeSet;

use super::asset::STYLESHEET;
use outline::Tag;

#[test]
fn a_hostile_text_never_becomes_markup() {
    for (page, expected) in sample::pages("harmless") {
        let expected = outline::of(&expected);
        assert!(expected.len() > 20, "{page}: the outline sees the page");
        for payload in hostile::TEXTS {
            let (_, html) = sample::pages(payload).into_iter().find(|(name, _)| *name == page).unwrap();
            let found = outline::of(&html);
            let shape = |tags: &[Tag]| tags.iter().map(Tag::shape).collect::<Vec<_>>();
            assert_eq!(shape(&found), shape(&expected), "{page}: {payload:?}");
            assert!(!payload.contains(['<', '"']) || !html.contains(payload), "{page}: {payload:?} stands unescaped");
        }
    }
}

#[test]
fn every_address_on_a_page_is_of_the_web_or_of_this_server() {
    for payload in hostile::TEXTS {
        for (page, html) in sample::pages(payload) {
            for tag in outline::of(&html) {
                for (name, value) in &tag.attributes {
                    let is_address = ["href", "src", "action", "formaction"].contains(&name.as_str());
                    let is_honest = ["https://", "/", "#"].iter().any(|start| value.starts_with(start));
                    assert!(!is_address || is_honest, "{page}: {name}={value:?}");
                }
            }
        }
    }
}

#[test]
fn a_planted_mistake_would_be_found() {
    let honest = outline::of("<p title=\"&quot;a&lt;\">b</p>");
    assert_eq!(honest.iter().map(Tag::shape).collect::<Vec<_>>(), ["p title", "/p"]);
    let planted = outline::of("<p title=\"a\" onclick=\"x\"><script>b</script></p>");
    assert_eq!(planted.iter().map(Tag::shape).collect::<Vec<_>>(), ["p title onclick", "script", "/script", "/p"]);
}

#[test]
fn no_page_has_inline_style_or_handlers_and_only_form_post_has_a_script() {
    for (page, html) in sample::pages("harmless") {
        for tag in outline::of(&html) {
            assert!(tag.name != "style", "{page}");
            assert!(tag.name != "script" || page == "form_post", "{page}");
            for (name, _) in &tag.attributes {
                assert!(name != "style" && !name.starts_with("on"), "{page}: {name}");
            }
        }
    }
}

#[test]
fn ids_are_unique_and_what_refers_to_one_finds_it() {
    for (page, html) in sample::pages("harmless") {
        let tags = outline::of(&html);
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "{page}: {ids:?}");
        for tag in &tags {
            let referred = ["for", "aria-describedby"].into_iter().filter_map(|name| tag.attribute(name));
            for id in referred.flat_map(str::split_whitespace) {
                assert!(known.contains(id), "{page}: {id}");
            }
        }
    }
}

#[test]
fn every_page_has_one_heading_one_main_part_and_a_way_to_it() {
    for (page, html) in sample::pages("harmless") {
        assert_eq!(html.matches("<h1").count(), 1, "{page}");
        assert_eq!(html.matches("<main").count(), 1, "{page}");
        assert!(html.contains("href=\"#main\""), "{page}");
    }
}

#[test]
fn no_heading_skips_a_level() {
    for (page, html) in sample::pages("harmless") {
        let mut above = 0;
        for tag in outline::of(&html) {
            let Some(level) = tag.name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) else { continue };
            assert!(level <= above + 1, "{page}: h{level} below h{above}");
            above = level;
        }
    }
}

#[test]
fn every_visible_field_has_a_label_and_every_posting_form_is_protected() {
    for (page, html) in sample::pages("harmless") {
        let labelled: Vec<String> =
            outline::of(&html).iter().filter_map(|tag| tag.attribute("for").map(str::to_owned)).collect();
        for tag in outline::of(&html).iter().filter(|tag| tag.name == "input" || tag.name == "textarea") {
            let kind = tag.attribute("type").unwrap_or("textarea");
            let is_wrapped = ["hidden", "checkbox", "radio"].contains(&kind);
            let id = tag.attribute("id").unwrap_or_default();
            assert!(is_wrapped || labelled.iter().any(|label| label == id), "{page}: {id}");
        }
        let own_forms = html.matches("method=\"post\" action=\"/").count();
        assert_eq!(html.matches("name=\"anti_forgery\"").count(), own_forms, "{page}");
    }
}

#[test]
fn the_classes_of_the_pages_are_those_of_the_stylesheet() {
    let css = std::str::from_utf8(STYLESHEET.bytes).unwrap();
    let code: String = css.split("/*").map(|part| part.split("*/").last().unwrap()).collect();
    let selectors = code.split('}').filter_map(|rule| rule.rsplit_once('{')).map(|(selector, _)| selector);
    let is_of_name = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let styled: BTreeSet<String> = selectors
        .flat_map(|selector| selector.split('.').skip(1))
        .map(|rest| rest.chars().take_while(|character| is_of_name(*character)).collect())
        .filter(|name: &String| name.starts_with(|first: char| first.is_ascii_alphabetic()))
        .collect();
    let mut used = BTreeSet::new();
    for (_, html) in sample::pages("harmless") {
        for tag in outline::of(&html) {
            used.extend(tag.attribute("class").unwrap_or_default().split_whitespace().map(str::to_owned));
        }
    }
    assert_eq!(used, styled);
}

/// The name of maud's way to bypass escaping, split so that this file does not contain it.
const BYPASS: &str = concat!("Pre", "Escaped");

#[test]
fn nothing_goes_around_the_escaping() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut read = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                assert!(!source.contains(BYPASS), "{}", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 20, "{read} files read");
}
