use image::{GenericImageView, GrayImage, RgbImage, RgbaImage, codecs::webp::WebPEncoder};
use proptest::prelude::*;

use super::*;

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];

/// A picture whose left half is red and whose right half is blue.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| image::Rgb(if x < width / 2 { RED } else { BLUE })).into()
}

/// A picture of random noise, which cannot be compressed.
fn noise(side: u32) -> RgbaImage {
    let mut state = 1_u32;
    RgbaImage::from_fn(side, side, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgba(state.rotate_left(7).to_le_bytes())
    })
}

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn decoded(picture: &Picture) -> DynamicImage {
    let image = image::load_from_memory(picture.bytes()).unwrap();
    assert_eq!(image::guess_format(picture.bytes()).unwrap().to_mime_type(), picture.content_type().as_str());
    image
}

/// Returns `true` if the pixel has about this colour: JPEG is lossy.
fn is_about(image: &DynamicImage, (x, y): (u32, u32), colour: [u8; 3]) -> bool {
    let Rgba([r, g, b, _]) = image.get_pixel(x, y);
    [r, g, b].iter().zip(colour).all(|(found, expected)| found.abs_diff(expected) < 40)
}

/// A PNG file with these chunks.
fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in chunks {
        bytes.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        bytes.extend(*name);
        bytes.extend(*content);
        bytes.extend(crc32fast::hash(&[name.as_slice(), content].concat()).to_be_bytes());
    }
    bytes
}

/// The concatenated IDAT chunks of a PNG file.
fn packed_rows(mut file: &[u8]) -> Vec<u8> {
    let mut rows = Vec::new();
    file = &file[8..];
    while let Some((length, rest)) = file.split_first_chunk() {
        let (chunk, rest) = rest.split_at(usize::try_from(u32::from_be_bytes(*length)).unwrap() + 8);
        if chunk.starts_with(b"IDAT") {
            rows.extend(&chunk[4..chunk.len() - 4]);
        }
        file = rest;
    }
    rows
}

fn header(width: u32, height: u32, depth_and_colour: [u8; 2]) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [size.as_slice(), &depth_and_colour, &[0, 0, 0]].concat()
}

/// A JPEG file with an EXIF block that contains this orientation and a text.
fn with_exif(jpeg: &[u8], orientation: u8, text: &[u8]) -> Vec<u8> {
    let directory = [1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
    let exif = [b"Exif\0\0II*\0\x08\0\0\0".as_slice(), &directory, text].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn the_middle_of_each_format_becomes_a_small_square() {
    for format in FORMATS {
        let picture = Picture::parse(&file(&halves(600, 300), format)).unwrap();
        let image = decoded(&picture);
        assert_eq!((image.dimensions(), picture.content_type()), ((256, 256), PictureType::Jpeg), "{format:?}");
        assert!(is_about(&image, (100, 128), RED) && is_about(&image, (156, 128), BLUE), "{format:?}");
        assert!(picture.bytes().len() < 8 * 1024);
    }
    // A small picture is not enlarged.
    assert_eq!(decoded(&Picture::parse(&file(&halves(40, 90), ImageFormat::Png)).unwrap()).dimensions(), (40, 40));
    assert_eq!(decoded(&Picture::parse(&file(&halves(1, 1), ImageFormat::Png)).unwrap()).dimensions(), (1, 1));
}

#[test]
fn what_is_transparent_stays_transparent() {
    let clear = RgbaImage::from_fn(300, 300, |x, _| Rgba([0, 200, 0, if x < 150 { 0 } else { 255 }]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let picture = Picture::parse(&file(&clear.clone().into(), format)).unwrap();
        let image = decoded(&picture);
        assert_eq!((image.dimensions(), picture.content_type()), ((256, 256), PictureType::Png));
        assert_eq!((image.get_pixel(20, 20)[3], image.get_pixel(236, 20)), (0, Rgba([0, 200, 0, 255])));
    }
    // A fully opaque alpha channel is dropped.
    let opaque = RgbaImage::from_pixel(300, 300, Rgba([0, 200, 0, 255]));
    let picture = Picture::parse(&file(&opaque.into(), ImageFormat::Png)).unwrap();
    assert_eq!(picture.content_type(), PictureType::Jpeg);
}

#[test]
fn a_picture_never_has_more_than_64_kibibytes() {
    let mut opaque = noise(700);
    opaque.pixels_mut().for_each(|pixel| pixel[3] = 255);
    for (noise, expected) in [(noise(700), PictureType::Png), (opaque, PictureType::Jpeg)] {
        let upload = file(&noise.into(), ImageFormat::Png);
        assert!(upload.len() <= Picture::MAXIMUM_UPLOAD);
        let picture = Picture::parse(&upload).unwrap();
        assert_eq!(picture.content_type(), expected);
        assert!(picture.bytes().len() <= Picture::MAXIMUM_BYTES, "{picture:?}");
    }
}

#[test]
fn where_it_was_taken_is_dropped_and_the_picture_is_upright() {
    let jpeg = file(&halves(64, 64), ImageFormat::Jpeg);
    let secret = b"GPS 52.5200 N 13.4050 E";
    // Rotating by 90 degrees clockwise moves the left side to the top.
    for (orientation, red, blue) in [(1, (10, 32), (54, 32)), (6, (32, 10), (32, 54)), (3, (54, 32), (10, 32))] {
        let upload = with_exif(&jpeg, orientation, secret);
        assert!(upload.windows(secret.len()).any(|window| window == secret));
        let picture = Picture::parse(&upload).unwrap();
        assert!(!picture.bytes().windows(3).any(|window| window == b"GPS"));
        assert!(!picture.bytes().windows(4).any(|window| window == b"Exif"));
        let image = decoded(&picture);
        assert!(is_about(&image, red, RED) && is_about(&image, blue, BLUE), "orientation {orientation}");
    }
}

#[test]
fn nothing_that_lies_behind_the_end_or_next_to_the_pixels_is_kept() {
    let script = b"<script>alert(1)</script>";
    let end = [(ImageFormat::Png, true), (ImageFormat::Jpeg, false), (ImageFormat::WebP, false)];
    for (format, is_transparent) in end {
        let image = if is_transparent { noise(20).into() } else { halves(20, 20) };
        let polyglot = [file(&image, format).as_slice(), script].concat();
        let picture = Picture::parse(&polyglot).unwrap();
        assert!(!picture.bytes().windows(7).any(|window| window == b"<script"), "{format:?}");
        let ends_with: &[u8] = if is_transparent { b"IEND\xae\x42\x60\x82" } else { &[0xff, 0xd9] };
        assert!(picture.bytes().ends_with(ends_with), "{format:?}");
    }
    let plain = file(&noise(20).into(), ImageFormat::Png);
    let (head, tail) = plain.split_at(33);
    let text = [b"Comment\0".as_slice(), script].concat();
    let chunk = png(&[(b"tEXt", &text)]).split_off(8);
    let picture = Picture::parse(&[head, &chunk, tail].concat()).unwrap();
    assert!(!picture.bytes().windows(7).any(|window| window == b"<script"));
}

#[test]
fn what_is_no_picture_is_refused() {
    for upload in [
        b"".as_slice(),
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        b"<?xml version=\"1.0\"?><svg/>",
        b"<!doctype html><title>x</title>",
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        b"BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x01\0\x01\0\x01\0\x18\0\0\0\xff\0",
        b"%PDF-1.7",
        b"RIFF\x04\0\0\0WAVE",
    ] {
        let refusal = Picture::parse(upload);
        assert_eq!(refusal, Err(PictureRefusal::UnknownFormat), "{}", upload.escape_ascii());
    }
    let large = vec![0xff; Picture::MAXIMUM_UPLOAD + 1];
    assert_eq!(Picture::parse(&large), Err(PictureRefusal::TooManyBytes));
}

#[test]
fn a_file_that_breaks_off_is_refused() {
    for format in FORMATS {
        let whole = file(&noise(64).into_dynamic(format), format);
        for length in [8, 12, 16, 30, 40] {
            assert!(Picture::parse(&whole[..length]).is_err(), "{format:?}, {length} bytes");
        }
        // A truncated JPEG can be decoded partially.
        let half = Picture::parse(&whole[..whole.len() / 2]);
        assert!(half.is_err() || format == ImageFormat::Jpeg, "{format:?}");
    }
}

trait IntoDynamic {
    fn into_dynamic(self, format: ImageFormat) -> DynamicImage;
}

impl IntoDynamic for RgbaImage {
    fn into_dynamic(self, format: ImageFormat) -> DynamicImage {
        let image = DynamicImage::from(self);
        if format == ImageFormat::Jpeg { image.to_rgb8().into() } else { image }
    }
}

#[test]
fn a_small_file_that_claims_to_be_huge_is_refused_before_memory_is_taken() {
    let end: (&[u8; 4], &[u8]) = (b"IEND", b"");
    let nothing: (&[u8; 4], &[u8]) = (b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01");
    for (width, height) in [(60_000, 60_000), (4097, 1), (1, 4097), (u32::MAX >> 1, u32::MAX >> 1)] {
        let bomb = png(&[(b"IHDR", &header(width, height, [8, 6])), nothing, end]);
        assert_eq!(refused_immediately(&bomb), PictureRefusal::TooLarge, "{width}×{height}");
    }
    // Within the maximum sides, but with 16 bits for each of four channels.
    let deep = png(&[(b"IHDR", &header(4096, 4096, [16, 6])), nothing, end]);
    assert_eq!(refused_immediately(&deep), PictureRefusal::TooLarge);
    let mut jpeg = file(&halves(64, 64), ImageFormat::Jpeg);
    let size = jpeg.windows(2).position(|window| window == [0xff, 0xc0]).unwrap() + 5;
    jpeg[size..size + 4].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    assert_eq!(refused_immediately(&jpeg), PictureRefusal::TooLarge);
    let mut webp = Vec::new();
    WebPEncoder::new_lossless(&mut webp).encode(&[0; 3], 1, 1, image::ExtendedColorType::Rgb8).unwrap();
    // The VP8L header: one signature byte, then 14 bits of width and 14 of height, each minus one.
    webp[21..24].copy_from_slice(&[0xfe, 0xff, 0xff]);
    assert_eq!(refused_immediately(&webp), PictureRefusal::TooLarge);
}

/// The error for `upload`, which must be refused with almost no memory allocated.
fn refused_immediately(upload: &[u8]) -> PictureRefusal {
    let (refusal, bytes) = parsed(upload);
    assert!(bytes < 1 << 20, "{bytes} bytes");
    refusal.unwrap_err()
}

/// The result for `upload`, and the peak number of bytes allocated for it.
fn parsed(upload: &[u8]) -> (Result<Picture, PictureRefusal>, u64) {
    let mut parsed = None;
    let counted = allocation_counter::measure(|| parsed = Some(Picture::parse(upload)));
    (parsed.unwrap(), counted.bytes_max)
}

#[test]
fn a_text_chunk_that_is_much_longer_unpacked_is_not_unpacked() {
    let (head, tail) = {
        let plain = file(&halves(20, 20), ImageFormat::Png);
        (plain[..33].to_vec(), plain[33..].to_vec())
    };
    // 64 MiB of zeros compressed, as the rows of a black picture are.
    let text =
        [b"Comment\0\0".to_vec(), packed_rows(&file(&GrayImage::new(8192, 8192).into(), ImageFormat::Png))].concat();
    assert!(text.len() < 1 << 20);
    let upload = [head, png(&[(b"zTXt", &text)]).split_off(8), tail].concat();
    let (picture, bytes) = parsed(&upload);
    assert!(picture.is_ok() && bytes < 1 << 24, "{picture:?}, {bytes} bytes");
}

#[test]
fn a_chunk_that_claims_gigabytes_is_refused_before_memory_is_taken() {
    let mut webp = file(&noise(20).into(), ImageFormat::WebP);
    assert!(Picture::parse(&webp).is_ok());
    webp[15] = b'X';
    let content = webp.split_off(12);
    let extended = [b"VP8X\x0a\0\0\0\x08\0\0\0\x13\0\0\x13\0\0".as_slice(), b"VP8L", &content[4..]].concat();
    for (claimed, expected) in [(2_u32, None), (u32::MAX - 1, Some(PictureRefusal::Unreadable))] {
        let exif = [b"EXIF".as_slice(), &claimed.to_le_bytes(), b"II"].concat();
        let body = [extended.as_slice(), &exif].concat();
        let length = u32::try_from(body.len() + 4).unwrap().to_le_bytes();
        let upload = [b"RIFF".as_slice(), &length, b"WEBP", &body].concat();
        let (picture, bytes) = parsed(&upload);
        assert_eq!(picture.err(), expected, "{claimed} bytes");
        assert!(bytes < 1 << 24, "{bytes} bytes");
    }
}

#[test]
fn the_largest_picture_is_taken() {
    let upload = file(&halves(4096, 4096), ImageFormat::Png);
    assert!(upload.len() < Picture::MAXIMUM_UPLOAD);
    assert_eq!(decoded(&Picture::parse(&upload).unwrap()).dimensions(), (256, 256));
}

#[test]
fn a_kept_picture_is_known_by_its_hash() {
    let picture = Picture::parse(&file(&halves(20, 20), ImageFormat::Png)).unwrap();
    let (content_type, bytes, etag) = (picture.content_type(), picture.bytes().to_vec(), picture.etag());
    assert_eq!(etag.len(), 43);
    assert_eq!(Picture::kept(content_type, bytes.clone(), &etag), Some(picture));
    assert_eq!(Picture::kept(content_type, bytes[1..].to_vec(), &etag), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damage_makes_more_than_a_refusal(format in 0..3_usize, damage in prop::collection::vec((0..4096_usize, any::<u8>()), 1..12)) {
        let format = FORMATS[format];
        let mut upload = file(&noise(24).into_dynamic(format), format);
        for (at, byte) in damage {
            let at = at % upload.len();
            upload[at] = byte;
        }
        if let Ok(picture) = Picture::parse(&upload) {
            let image = decoded(&picture);
            prop_assert_eq!(image.width(), image.height());
            prop_assert!(picture.bytes().len() <= Picture::MAXIMUM_BYTES);
        }
    }
}
