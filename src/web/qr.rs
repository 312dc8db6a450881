//! A QR code ([ISO/IEC 18004](https://www.iso.org/standard/83389.html)) as an image, for devices with a screen and
//! without a browser.

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// Encodes `text` as an SVG document: dark on white in every theme, since cameras need the contrast, with a quiet zone.
/// Returns `None` if the text is too long, at about two kilobytes.
#[must_use]
pub fn qr_code(text: &str) -> Option<Markup> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let colors = code.to_colors();
    let rows = colors.chunks(width).zip(QUIET..);
    let dark: String = rows.flat_map(|(row, y)| runs(row).map(move |(x, length)| run(x + QUIET, y, length))).collect();
    Some(html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (side) " " (side) } width=(side * SCALE)
            height=(side * SCALE) shape-rendering="crispEdges" role="img" aria-label=(text) {
            rect width=(side) height=(side) fill="#fff" {}
            path fill="#000" d=(dark) {}
        }
    })
}

/// Start and length of each dark run in a row.
fn runs(row: &[Color]) -> impl Iterator<Item = (usize, usize)> + '_ {
    row.chunk_by(|one, other| one == other)
        .scan(0, |at, run| {
            let begins = *at;
            *at += run.len();
            Some((begins, run))
        })
        .filter(|(_, run)| run.first() == Some(&Color::Dark))
        .map(|(begins, run)| (begins, run.len()))
}

fn run(x: usize, y: usize, length: usize) -> String {
    format!("M{x} {y}h{length}v1h-{length}z")
}

/// Width of the quiet zone in modules.
const QUIET: usize = 4;

/// Default size of a module in pixels.
const SCALE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_the_modules_of_the_code_and_a_light_border() {
        let text = "https://login.example.org/device?user_code=BCDF-GHJK";
        let svg = qr_code(text).unwrap().into_string();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let (width, side) = (code.width(), code.width() + 8);
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{svg}");
        assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")), "{svg}");
        // Renders the path into a grid, to compare it with the code.
        let path = svg.split_once(" d=\"").unwrap().1.split('"').next().unwrap();
        let mut painted = vec![false; side * side];
        for run in path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            painted[y * side + x..][..length].fill(true);
        }
        for y in 0..side {
            for x in 0..side {
                let inside = (4..4 + width).contains(&x) && (4..4 + width).contains(&y);
                let expected = inside && code[(x - 4, y - 4)] == Color::Dark;
                assert_eq!(painted[y * side + x], expected, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_text_stays_a_text_and_one_that_is_too_long_is_none() {
        let svg = qr_code("\"><script>alert(1)</script>").unwrap().into_string();
        assert!(!svg.contains("<script"), "{svg}");
        assert!(qr_code(&"x".repeat(4000)).is_none());
    }
}
