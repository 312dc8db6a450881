//! A person's picture: whatever was uploaded becomes a small square of our own making.
//!
//! Nothing of the file survives but its pixels: not where and when it was taken, not a thumbnail of what was cut away,
//! and not what is hidden behind its end. So the picture can be shown to others, and a browser cannot take it for
//! anything else.

use std::{fmt, io::Cursor, panic::catch_unwind};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgba,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType as RowFilter, PngEncoder},
    },
    imageops::FilterType,
    metadata::Orientation,
};
use serde::{Deserialize, Serialize};

use crate::crypto::sha256;

/// A picture as it is kept and sent: a square of at most 256 by 256 pixels in at most 64 KiB.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    content_type: PictureType,
    bytes: Vec<u8>,
}

/// In which format a picture is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureType {
    /// Without transparency.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// With it.
    #[serde(rename = "image/png")]
    Png,
}

/// Why what was uploaded cannot become a picture. The text tells the person what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureRefusal {
    /// More than 2 MiB.
    TooManyBytes,
    /// It does not begin as a PNG, JPEG or WebP file does.
    UnknownFormat,
    /// More than 4096 pixels wide or high, or it needs more memory than such a picture does.
    TooLarge,
    /// It begins as a picture and makes no sense further on.
    Unreadable,
    /// Even small it has more than 64 KiB.
    TooDetailed,
}

impl Picture {
    /// The most bytes that are taken.
    pub const MAXIMUM_UPLOAD: usize = 2 * 1024 * 1024;

    /// The most bytes that a picture has.
    pub const MAXIMUM_BYTES: usize = 64 * 1024;

    /// Makes a picture of a PNG, JPEG or WebP file: turns it the right way up, crops it to the square in its middle and
    /// scales it down. Of an animation it takes the first frame.
    ///
    /// It takes up to about a second and up to about 300 MB of memory: callers do it on a thread for blocking work, and
    /// few at a time.
    ///
    /// # Errors
    ///
    /// [`PictureRefusal`], in the order of its variants.
    pub fn parse(upload: &[u8]) -> Result<Self, PictureRefusal> {
        if upload.len() > Self::MAXIMUM_UPLOAD {
            return Err(PictureRefusal::TooManyBytes);
        }
        let format = image::guess_format(upload).ok().filter(|format| FORMATS.contains(format));
        let format = format.ok_or(PictureRefusal::UnknownFormat)?;
        // The release notes of the decoders warn that many of them panic on malicious input.
        let (square, orientation) =
            catch_unwind(|| square(upload, format)).unwrap_or(Err(PictureRefusal::Unreadable))?;
        for side in SIDES {
            let picture = Self::encode(scaled(&square, side), orientation).ok_or(PictureRefusal::Unreadable)?;
            if picture.bytes.len() <= Self::MAXIMUM_BYTES {
                return Ok(picture);
            }
        }
        Err(PictureRefusal::TooDetailed)
    }

    /// The picture that was kept with this `etag`. None if these are not its bytes.
    #[must_use]
    pub fn kept(content_type: PictureType, bytes: Vec<u8>, etag: &str) -> Option<Self> {
        let picture = Self { content_type, bytes };
        (picture.etag() == etag).then_some(picture)
    }

    /// In which format it is.
    #[must_use]
    pub fn content_type(&self) -> PictureType {
        self.content_type
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the file as base64url, which is its entity tag without the quotation marks.
    #[must_use]
    pub fn etag(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&self.bytes))
    }

    fn encode(mut image: DynamicImage, orientation: Orientation) -> Option<Self> {
        image.apply_orientation(orientation);
        let rgba = image.to_rgba8();
        let mut bytes = Vec::new();
        let content_type = if rgba.pixels().all(|Rgba([.., alpha])| *alpha == u8::MAX) {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
            image.to_rgb8().write_with_encoder(encoder).ok()?;
            PictureType::Jpeg
        } else {
            let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, RowFilter::Adaptive);
            rgba.write_with_encoder(encoder).ok()?;
            PictureType::Png
        };
        Some(Self { content_type, bytes })
    }
}

impl PictureType {
    /// The value of `Content-Type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// A PNG file of the whole of a PNG, JPEG or WebP file, no larger than the first of `sizes` (width and height in pixels)
/// with which it has at most `most` bytes.
///
/// # Errors
///
/// [`PictureRefusal`], in the order of its variants.
pub(super) fn shrunk_png<const N: usize>(
    file: &[u8],
    sizes: [(u32, u32); N],
    most: usize,
) -> Result<Vec<u8>, PictureRefusal> {
    if file.len() > Picture::MAXIMUM_UPLOAD {
        return Err(PictureRefusal::TooManyBytes);
    }
    let format = image::guess_format(file).ok().filter(|format| FORMATS.contains(format));
    let format = format.ok_or(PictureRefusal::UnknownFormat)?;
    let decoded = catch_unwind(|| decoded(file, format)).unwrap_or(Err(PictureRefusal::Unreadable))?;
    let (mut whole, orientation) = decoded;
    whole.apply_orientation(orientation);
    for (width, height) in sizes {
        let fits = whole.width() <= width && whole.height() <= height;
        let small = if fits { whole.clone() } else { whole.resize(width, height, FilterType::Lanczos3) };
        let mut bytes = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, RowFilter::Adaptive);
        small.to_rgba8().write_with_encoder(encoder).map_err(|error| refusal(&error))?;
        if bytes.len() <= most {
            return Ok(bytes);
        }
    }
    Err(PictureRefusal::TooDetailed)
}

/// The square in the middle of a file's picture, and how it has to be turned.
fn square(upload: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), PictureRefusal> {
    let (image, orientation) = decoded(upload, format)?;
    let (width, height) = (image.width(), image.height());
    let side = width.min(height);
    if side == 0 {
        return Err(PictureRefusal::Unreadable);
    }
    if width == height {
        // A copy of a large one takes as much memory again.
        return Ok((image, orientation));
    }
    Ok((image.crop_imm((width - side) / 2, (height - side) / 2, side, side), orientation))
}

/// A file's picture, and how it has to be turned.
fn decoded(upload: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), PictureRefusal> {
    // The decoder of WebP takes as much memory as a block of metadata says it needs.
    if format == ImageFormat::WebP && !chunks_fit(upload) {
        return Err(PictureRefusal::Unreadable);
    }
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAXIMUM_SIDE);
    limits.max_image_height = Some(MAXIMUM_SIDE);
    limits.max_alloc = Some(MAXIMUM_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    // Before anything is allocated for the pixels.
    if decoder.total_bytes() > MAXIMUM_MEMORY {
        return Err(PictureRefusal::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    if image.width() == 0 || image.height() == 0 {
        return Err(PictureRefusal::Unreadable);
    }
    Ok((image, orientation))
}

/// Whether no chunk of a RIFF file claims to be longer than the file, nor the file than it is.
fn chunks_fit(upload: &[u8]) -> bool {
    let length = |at: usize| {
        let bytes = upload.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let end = length(4).and_then(|length| length.checked_add(8)).filter(|end| *end <= upload.len());
    let Some(end) = end else { return false };
    let mut at = 12;
    while at + 8 <= end {
        match length(at + 4).and_then(|length| at.checked_add(8)?.checked_add(length)) {
            // A chunk of an odd length is followed by one byte more.
            Some(next) if next <= end => at = next + next % 2,
            _ => return false,
        }
    }
    true
}

/// `square` with sides of `side` pixels, or as it is if it is smaller.
fn scaled(square: &DynamicImage, side: u32) -> DynamicImage {
    if square.width() <= side {
        return square.clone();
    }
    square.resize_exact(side, side, FilterType::Lanczos3)
}

fn refusal(error: &ImageError) -> PictureRefusal {
    match error {
        ImageError::Limits(_) => PictureRefusal::TooLarge,
        _ => PictureRefusal::Unreadable,
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { content_type, bytes } = self;
        formatter.debug_struct("Picture").field("content_type", content_type).field("length", &bytes.len()).finish()
    }
}

impl fmt::Display for PictureRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TooManyBytes => "This file is too large. Choose one of at most 2 MB.",
            Self::UnknownFormat => "Choose a PNG, JPEG or WebP picture.",
            Self::TooLarge => "This picture is too large. Choose one of at most 4096 by 4096 pixels.",
            Self::Unreadable => "This file is damaged. Save the picture again, or choose another one.",
            Self::TooDetailed => "This picture has too much detail. Save it as JPEG, or choose another one.",
        })
    }
}

impl std::error::Error for PictureRefusal {}

const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

/// The most pixels that an uploaded picture is wide or high.
const MAXIMUM_SIDE: u32 = 4096;

/// What the largest picture with four bytes for each pixel needs.
const MAXIMUM_MEMORY: u64 = 4 * (MAXIMUM_SIDE as u64) * (MAXIMUM_SIDE as u64);

/// How many pixels a picture is wide and high. Transparent photographs can be too detailed for the first of them.
const SIDES: [u32; 3] = [256, 192, 128];

const JPEG_QUALITY: u8 = 85;

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
