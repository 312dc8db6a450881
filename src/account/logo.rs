//! The operator's logo: a file next to the configuration.
//!
//! A PNG, JPEG or WebP file is re-encoded by this server, as users' pictures are. An SVG file is served unchanged:
//! pages show it as an image, in which scripts do not run and nothing is loaded, and as a document it is sandboxed.

use std::fmt;

use super::picture::{PictureRefusal, shrunk_png};

#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Reasons why a file cannot be a logo. The text tells the operator what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoRefusal {
    TooLong,
    /// The picture cannot be read.
    Picture(PictureRefusal),
}

impl Logo {
    /// Creates a logo from an SVG, PNG, JPEG or WebP file. Pictures other than SVG are scaled down to at most 480 by
    /// 160 pixels.
    ///
    /// # Errors
    ///
    /// Returns a [`LogoRefusal`] if the file cannot be used.
    pub fn parse(file: &[u8]) -> Result<Self, LogoRefusal> {
        if let Some(text) = std::str::from_utf8(file).ok().filter(|text| is_svg(text)) {
            if text.len() > LONGEST {
                return Err(LogoRefusal::TooLong);
            }
            return Ok(Self { content_type: "image/svg+xml", bytes: file.to_vec() });
        }
        let bytes = shrunk_png(file, SIZES, LONGEST).map_err(LogoRefusal::Picture)?;
        Ok(Self { content_type: "image/png", bytes })
    }
}

/// Returns `true` if a text begins like an SVG document, after anything that may precede the root element.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    while let Some(end) = ["<?", "<!--", "<!DOCTYPE"].iter().find(|start| rest.starts_with(**start)) {
        let end = if *end == "<!--" { "-->" } else { ">" };
        match rest.split_once(end) {
            Some((_, after)) => rest = after.trim_start(),
            None => return false,
        }
    }
    rest.starts_with("<svg")
}

impl fmt::Debug for Logo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content_type, bytes } = self;
        formatter.debug_struct("Logo").field("content_type", content_type).field("length", &bytes.len()).finish()
    }
}

impl fmt::Display for LogoRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => formatter.write_str("an SVG logo must not exceed 64 KiB; simplify it"),
            Self::Picture(PictureRefusal::UnknownFormat) => {
                formatter.write_str("it is not an SVG, PNG, JPEG or WebP file")
            }
            Self::Picture(refusal) => refusal.fmt(formatter),
        }
    }
}

impl std::error::Error for LogoRefusal {}

/// Maximum width and height of a logo in pixels. The second size is used if the first has too many details.
const SIZES: [(u32, u32); 2] = [(480, 160), (240, 80)];

/// Maximum size of a logo in bytes.
const LONGEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgba, RgbaImage};

    use super::*;

    #[test]
    fn a_picture_keeps_its_shape_and_its_transparency() {
        let mut file = Cursor::new(Vec::new());
        RgbaImage::from_pixel(1200, 200, Rgba([200, 10, 10, 100])).write_to(&mut file, ImageFormat::Png).unwrap();
        let logo = Logo::parse(file.get_ref()).unwrap();
        assert_eq!(logo.content_type, "image/png");
        let image = image::load_from_memory_with_format(&logo.bytes, ImageFormat::Png).unwrap().to_rgba8();
        assert_eq!((image.dimensions(), image.get_pixel(100, 40).0[3]), ((480, 80), 100));
    }

    #[test]
    fn an_svg_is_served_as_it_is_and_what_only_names_one_is_not() {
        let svg = "<?xml version=\"1.0\"?>\n<!-- ours -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>";
        let logo = Logo::parse(svg.as_bytes()).unwrap();
        assert_eq!((logo.content_type, logo.bytes.as_slice()), ("image/svg+xml", svg.as_bytes()));
        for text in ["", "<html><svg/></html>", "<!-- <svg> ", "svg", "GIF89a"] {
            let refusal = Logo::parse(text.as_bytes()).unwrap_err();
            assert!(refusal.to_string().contains("SVG"), "{text}: {refusal}");
        }
        let long = format!("<svg>{}</svg>", " ".repeat(LONGEST));
        assert_eq!(Logo::parse(long.as_bytes()), Err(LogoRefusal::TooLong));
    }
}
