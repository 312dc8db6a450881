//! The accent colour of a brand. The colours of links, buttons and focus rings are derived from it, so that each is
//! readable in the light and the dark theme ([WCAG 2.2 §1.4.3](https://www.w3.org/TR/WCAG22/#contrast-minimum)).

use std::fmt;

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// The text is not a colour in the format `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAColour;

/// The accent properties of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// Links, buttons and focus rings: the brand colour, or the nearest readable one.
    pub accent: Colour,
    /// Background of a button under the pointer.
    pub pressed: Colour,
    /// Text of a button.
    pub on_accent: Colour,
    /// Text of notices and badges.
    pub notice: Colour,
    /// Background of notices and badges.
    pub notice_ground: Colour,
}

/// The colours of a theme that the accent is combined with.
struct ColourScheme {
    /// Backgrounds on which the accent appears.
    grounds: [Colour; 3],
    surface: Colour,
    /// Colour of secondary text, which also appears on notices.
    muted: Colour,
    /// The colour towards which an unreadable colour is mixed.
    away: Colour,
    on_accent: Colour,
}

impl Colour {
    /// Parses `#rrggbb`.
    ///
    /// # Errors
    ///
    /// Returns [`NotAColour`] if the text has another format.
    pub fn parse(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(NotAColour)?;
        let number = u32::from_str_radix(digits, 16).map_err(|_| NotAColour)?;
        let [_, red, green, blue] = number.to_be_bytes();
        // The number parser also accepts a sign, which is not a digit.
        if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            Ok(Self([red, green, blue]))
        } else {
            Err(NotAColour)
        }
    }

    /// The contrast ratio of two colours, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Mixes the given percentage of `other` into this colour.
    fn mixed(self, other: Self, hundredths: u32) -> Self {
        let part = |one: u8, other: u8| {
            let mixed = u32::from(one) * (100 - hundredths) + u32::from(other) * hundredths;
            u8::try_from((mixed + 50) / 100).unwrap_or(u8::MAX)
        };
        let ([a, b, c], [d, e, f]) = (self.0, other.0);
        Self([part(a, d), part(b, e), part(c, f)])
    }

    /// Returns the colour, or the nearest one on the way to `away` that is readable on all `grounds`.
    fn readable_on(self, grounds: &[Self], away: Self) -> Self {
        let mut nearer = (0..=100).map(|hundredths| self.mixed(away, hundredths));
        nearer.find(|colour| grounds.iter().all(|ground| colour.contrast(*ground) >= READABLE)).unwrap_or(away)
    }
}

impl Accent {
    /// The accent of `brand` in the light theme.
    #[must_use]
    pub fn light(brand: Colour) -> Self {
        Self::in_theme(brand, &LIGHT)
    }

    /// The accent of `brand` in the dark theme.
    #[must_use]
    pub fn dark(brand: Colour) -> Self {
        Self::in_theme(brand, &DARK)
    }

    fn in_theme(brand: Colour, theme: &ColourScheme) -> Self {
        let accent = brand.readable_on(&theme.grounds, theme.away);
        let is_quiet = |ground: &Colour| theme.muted.contrast(*ground) >= READABLE;
        let mut tinted = (0..=16).rev().map(|hundredths| theme.surface.mixed(accent, hundredths));
        let notice_ground = tinted.find(is_quiet).unwrap_or(theme.surface);
        Self {
            accent,
            pressed: accent.mixed(theme.away, 18),
            on_accent: theme.on_accent,
            notice: accent.readable_on(&[notice_ground], theme.away),
            notice_ground,
        }
    }

    fn properties(&self) -> String {
        let Self { accent, pressed, on_accent, notice, notice_ground } = self;
        format!(
            "--accent:{accent};--accent-pressed:{pressed};--on-accent:{on_accent};--notice:{notice};\
             --notice-ground:{notice_ground}"
        )
    }
}

/// The stylesheet with the accent of `brand`, to be loaded after the common stylesheet.
#[must_use]
pub fn accent_stylesheet(brand: Colour) -> String {
    let (light, dark) = (Accent::light(brand).properties(), Accent::dark(brand).properties());
    format!(":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n")
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl fmt::Display for NotAColour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("must be a colour such as \"#3346b8\"")
    }
}

impl std::error::Error for NotAColour {}

/// Minimum contrast ratio of text.
const READABLE: f64 = 4.5;

const LIGHT: ColourScheme = ColourScheme {
    grounds: [Colour([0xf5, 0xf6, 0xf9]), Colour([0xff, 0xff, 0xff]), Colour([0xf3, 0xf4, 0xf8])],
    surface: Colour([0xff, 0xff, 0xff]),
    muted: Colour([0x56, 0x5d, 0x6d]),
    away: Colour([0, 0, 0]),
    on_accent: Colour([0xff, 0xff, 0xff]),
};

const DARK: ColourScheme = ColourScheme {
    grounds: [Colour([0x0f, 0x11, 0x17]), Colour([0x17, 0x1a, 0x22]), Colour([0x1f, 0x23, 0x2d])],
    surface: Colour([0x17, 0x1a, 0x22]),
    muted: Colour([0xa0, 0xa7, 0xb6]),
    away: Colour([0xff, 0xff, 0xff]),
    on_accent: Colour([0x10, 0x14, 0x2b]),
};

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn a_colour_has_six_digits() {
        assert_eq!(colour("#3346B8").to_string(), "#3346b8");
        for text in ["", "#", "3346b8", "#346", "#3346b", "#3346b88", "#gg46b8", "#+346b8", "red", "#33 6b8"] {
            assert_eq!(Colour::parse(text), Err(NotAColour), "{text}");
        }
    }

    #[test]
    fn whatever_the_colour_everything_can_be_read() {
        let parts = ["00", "33", "80", "b8", "ff"];
        for number in 0..125 {
            let [red, green, blue] = [number / 25, number / 5 % 5, number % 5].map(|at| parts[at]);
            let brand = colour(&format!("#{red}{green}{blue}"));
            for (accent, theme) in [(Accent::light(brand), &LIGHT), (Accent::dark(brand), &DARK)] {
                let pairs = theme.grounds.iter().map(|ground| (accent.accent, *ground));
                let further = [
                    (accent.on_accent, accent.accent),
                    (accent.on_accent, accent.pressed),
                    (accent.notice, accent.notice_ground),
                    (theme.muted, accent.notice_ground),
                ];
                for (front, back) in pairs.chain(further) {
                    let measured = front.contrast(back);
                    assert!(measured >= READABLE, "{brand}: {front} on {back}: {measured:.2}");
                }
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays_and_another_is_moved_no_further_than_needed() {
        assert_eq!(Accent::light(colour("#3346b8")).accent, colour("#3346b8"));
        assert_eq!(Accent::dark(colour("#a5b4ff")).accent, colour("#a5b4ff"));
        let yellow = Accent::light(colour("#ffd500")).accent;
        assert!(yellow.contrast(colour("#f3f4f8")) < 4.8 && yellow != colour("#000000"), "{yellow}");
    }

    // The themes must match the common stylesheet.
    #[test]
    fn the_grounds_are_those_of_the_stylesheet() {
        let css = std::str::from_utf8(crate::web::STYLESHEET.bytes).unwrap();
        let (light, dark) = css.split_once("prefers-color-scheme: dark").unwrap();
        for (css, theme) in [(light, &LIGHT), (dark, &DARK)] {
            let names = ["ground", "surface", "sunken"];
            for (name, colour) in names.iter().zip(theme.grounds).chain([(&"muted", theme.muted)]) {
                assert!(css.contains(&format!("--{name}: {colour};")), "{name} {colour}");
            }
        }
    }

    #[test]
    fn the_stylesheet_has_properties_alone() {
        let css = accent_stylesheet(colour("#c2185b"));
        assert!(css.starts_with(":root{--accent:#c2185b;") && css.contains("prefers-color-scheme:dark"), "{css}");
        assert_eq!(css.matches("--").count(), 10, "{css}");
        assert!(!css.contains("url(") && !css.contains('<'), "{css}");
    }
}
