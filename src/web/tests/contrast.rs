//! Contrast ratios as defined in [WCAG 2.2 §1.4.3 and §1.4.11](https://www.w3.org/TR/WCAG22/), computed from the
//! stylesheet.

use std::collections::BTreeMap;

use super::STYLESHEET;

/// The properties of the first `:root` after `start`.
fn colours(css: &str, start: &str) -> BTreeMap<String, [f64; 3]> {
    let rest = &css[css.find(start).unwrap()..];
    let block = rest.split_once(":root {").unwrap().1.split_once('}').unwrap().0;
    let properties = block.split(';').filter_map(|line| line.trim().split_once(": #"));
    properties.map(|(name, hex)| (name.to_owned(), channels(hex))).collect()
}

fn channels(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_and_controls_can_be_told_from_their_ground_in_light_and_in_dark() {
    let css = std::str::from_utf8(STYLESHEET.bytes).unwrap();
    let text = 4.5;
    let control = 3.0;
    let pairs = [
        ("ink", "ground", text),
        ("ink", "surface", text),
        ("ink", "sunken", text),
        ("ink", "notice-ground", text),
        ("muted", "ground", text),
        ("muted", "surface", text),
        ("muted", "sunken", text),
        ("muted", "notice-ground", text),
        ("accent", "ground", text),
        ("accent", "surface", text),
        ("accent", "sunken", text),
        ("on-accent", "accent", text),
        ("on-accent", "accent-pressed", text),
        ("danger", "danger-ground", text),
        ("danger", "surface", text),
        ("caution", "caution-ground", text),
        ("notice", "notice-ground", text),
        ("edge", "surface", control),
        ("edge", "ground", control),
    ];
    for theme in [":root", "@media (prefers-color-scheme: dark)"] {
        let colours = colours(css, theme);
        for (front, back, least) in pairs {
            let measured = contrast(colours[&format!("--{front}")], colours[&format!("--{back}")]);
            assert!(measured >= least, "{theme}: {front} on {back}: {measured:.2}");
        }
    }
}

// The extreme values in the definition of the contrast ratio.
#[test]
fn contrast_is_measured_as_defined() {
    assert!((contrast(channels("000000"), channels("ffffff")) - 21.0).abs() < 1e-9);
    assert!((contrast(channels("777777"), channels("ffffff")) - 4.48).abs() < 0.01);
}
