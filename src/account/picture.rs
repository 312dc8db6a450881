//! Pictures of users: every upload is re-encoded as a small square.
//!
//! Only the pixels of the file are kept. Metadata such as place and time, embedded thumbnails of the uncropped
//! picture, and data after the end of the file are dropped. The result is safe to show to others, and a browser
//! cannot interpret it as anything else.

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

/// A picture as it is stored and sent: a square of at most 256 by 256 pixels in at most 64 KiB.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    content_type: PictureType,
    bytes: Vec<u8>,
}

/// The format in which a picture is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureType {
    /// Without transparency.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// With transparency.
    #[serde(rename = "image/png")]
    Png,
}

/// Reasons why an upload cannot be used as a picture. The text tells the user what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureRefusal {
    TooManyBytes,
    /// It does not begin like a PNG, JPEG or WebP file.
    UnknownFormat,
    /// More than 4096 pixels wide or high, or needs more memory than a picture of that size.
    TooLarge,
    /// It begins like a picture but cannot be decoded.
    Unreadable,
    /// More than 64 KiB even at the smallest size.
    TooDetailed,
}

impl Picture {
    /// Maximum size of an upload in bytes.
    pub const MAXIMUM_UPLOAD: usize = 2 * 1024 * 1024;

    /// Maximum size of a stored picture in bytes.
    pub const MAXIMUM_BYTES: usize = 64 * 1024;

    /// Converts a PNG, JPEG or WebP file: applies its orientation, crops it to the square in the middle and scales it
    /// down. Only the first frame of an animation is used.
    ///
    /// It takes up to about a second and up to about 300 MB of memory. Call it on a blocking thread with limited
    /// concurrency.
    ///
    /// # Errors
    ///
    /// Returns the first [`PictureRefusal`] that applies, in the order of its variants.
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

    /// Restores the picture stored with this `etag`. Returns `None` if `bytes` do not match it.
    #[must_use]
    pub fn kept(content_type: PictureType, bytes: Vec<u8>, etag: &str) -> Option<Self> {
        let picture = Self { content_type, bytes };
        (picture.etag() == etag).then_some(picture)
    }

    #[must_use]
    pub fn content_type(&self) -> PictureType {
        self.content_type
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the file as base64url: the entity tag without its quotation marks.
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

/// Re-encodes a complete PNG, JPEG or WebP file as PNG, no larger than the first of `sizes` (width and height in
/// pixels) for which it has at most `most` bytes.
///
/// # Errors
///
/// Returns the first [`PictureRefusal`] that applies, in the order of its variants.
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

/// The square in the middle of the picture, and its orientation.
fn square(upload: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), PictureRefusal> {
    let (image, orientation) = decoded(upload, format)?;
    let (width, height) = (image.width(), image.height());
    let side = width.min(height);
    if side == 0 {
        return Err(PictureRefusal::Unreadable);
    }
    if width == height {
        // A copy of a large picture would take as much memory again.
        return Ok((image, orientation));
    }
    Ok((image.crop_imm((width - side) / 2, (height - side) / 2, side, side), orientation))
}

/// The decoded picture, and its orientation.
fn decoded(upload: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), PictureRefusal> {
    // The WebP decoder allocates as much memory as a metadata chunk claims to need.
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
    // Checked before memory for the pixels is allocated.
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

/// Returns `true` if no chunk of a RIFF file claims to be longer than the file, and the header does not overstate the
/// file size.
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
            // A chunk of odd length is followed by one padding byte.
            Some(next) if next <= end => at = next + next % 2,
            _ => return false,
        }
    }
    true
}

/// Scales `square` to sides of `side` pixels, or returns it unchanged if it is smaller.
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

/// Maximum width and height of an uploaded picture in pixels.
const MAXIMUM_SIDE: u32 = 4096;

/// Memory needed by the largest picture with four bytes per pixel.
const MAXIMUM_MEMORY: u64 = 4 * (MAXIMUM_SIDE as u64) * (MAXIMUM_SIDE as u64);

/// Side lengths in pixels. Transparent photographs can have too many details for the first of them.
const SIDES: [u32; 3] = [256, 192, 128];

const JPEG_QUALITY: u8 = 85;

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
