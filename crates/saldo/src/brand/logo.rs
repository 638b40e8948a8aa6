//! The operator's logo: a PNG, read whole and written anew, so that nothing but pixels is kept of what was sent.
//!
//! Only PNG is taken. An SVG may hold scripts and load from elsewhere, and could not be drawn on papers.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Encoder, Limits, Transformations};

use crate::problem::Problem;

/// Longest file, in bytes.
pub const FILE_BYTES_MAX: usize = 256 * 1024;
/// Fewest pixels of a side.
pub const PIXELS_MIN: u32 = 32;
/// Most pixels of a side.
pub const PIXELS_MAX: u32 = 1_024;
/// Memory that reading one may take, in bytes.
const MEMORY_BYTES_MAX: usize = 16 << 20;
/// The field that the file comes in.
const FIELD: &str = "logo";

/// A picture as pixels.
pub(crate) struct Pixels {
    /// How wide it is.
    pub(crate) width: u32,
    /// How high it is.
    pub(crate) height: u32,
    /// Red, green, blue and how opaque, for each.
    pub(crate) rgba: Vec<u8>,
}

/// The logo in what was sent, written anew.
pub(super) fn taken(sent: &[u8]) -> Result<(Pixels, Vec<u8>), Problem> {
    let refused = |code, detail: &str| Problem::invalid(FIELD, code, detail);
    if sent.len() > FILE_BYTES_MAX {
        return Err(refused("logo_too_long", "A logo has at most 256 KiB."));
    }
    if !sent.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Err(refused("logo_not_png", "A logo is a PNG picture."));
    }
    let head = Decoder::new(Cursor::new(sent)).read_header_info().map(|head| (head.width, head.height));
    let (width, height) = head.map_err(|_| refused("logo_damaged", "This PNG cannot be read."))?;
    let allowed = PIXELS_MIN..=PIXELS_MAX;
    if !allowed.contains(&width) || !allowed.contains(&height) {
        return Err(refused("logo_bad_size", "Each side of a logo has from 32 to 1024 pixels."));
    }
    let pixels = pixels(sent).map_err(|_| refused("logo_damaged", "This PNG cannot be read."))?;
    let png = written(&pixels).map_err(|error| Problem::internal(&error))?;
    Ok((pixels, png))
}

/// The pixels of a PNG.
pub(crate) fn pixels(png: &[u8]) -> anyhow::Result<Pixels> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(png), Limits { bytes: MEMORY_BYTES_MAX });
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let len = reader.output_buffer_size().ok_or_else(|| anyhow::anyhow!("too large"))?;
    let mut buffer = vec![0; len];
    let frame = reader.next_frame(&mut buffer)?;
    buffer.truncate(frame.buffer_size());
    reader.finish()?;
    let rgba = match frame.color_type {
        ColorType::Rgba => buffer,
        ColorType::GrayscaleAlpha => {
            buffer.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect()
        }
        other => anyhow::bail!("{other:?} was to become RGBA"),
    };
    Ok(Pixels { width: frame.width, height: frame.height, rgba })
}

fn written(pixels: &Pixels) -> anyhow::Result<Vec<u8>> {
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, pixels.width, pixels.height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels.rgba)?;
    writer.finish()?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, color: ColorType, text: Option<&str>) -> Vec<u8> {
        let samples = u32::try_from(color.samples()).expect("few");
        let len = usize::try_from(width * height * samples).expect("small");
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, width, height);
        encoder.set_color(color);
        if let Some(text) = text {
            encoder.add_text_chunk("Comment".to_owned(), text.to_owned()).expect("a comment");
        }
        let mut writer = encoder.write_header().expect("a head");
        writer.write_image_data(&vec![90; len]).expect("pixels");
        writer.finish().expect("an end");
        png
    }

    #[test]
    fn nothing_but_pixels_is_kept() {
        for color in [ColorType::Rgb, ColorType::Rgba, ColorType::Grayscale, ColorType::GrayscaleAlpha] {
            let mut sent = png(40, 32, color, Some("<script>alert(1)</script>"));
            sent.extend_from_slice(b"<html>behind its end</html>");
            let (pixels, kept) = taken(&sent).expect("a logo");
            assert_eq!((pixels.width, pixels.height, pixels.rgba.len()), (40, 32, 40 * 32 * 4), "{color:?}");
            let text = String::from_utf8_lossy(&kept);
            assert!(!text.contains("script") && !text.contains("html"), "{color:?}");
            assert_eq!(super::pixels(&kept).expect("a PNG").rgba, pixels.rgba);
        }
    }

    #[test]
    fn what_is_no_logo_is_refused_with_its_reason() {
        let fine = png(64, 64, ColorType::Rgba, None);
        let damaged = [&fine[..60], &[0; 40], &fine[60..]].concat();
        for (sent, code) in [
            (&b""[..], "logo_not_png"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "logo_not_png"),
            (b"\x89PNG\r\n\x1a\n", "logo_damaged"),
            (&fine[..fine.len() / 2], "logo_damaged"),
            (&damaged, "logo_damaged"),
            (&png(31, 64, ColorType::Rgb, None), "logo_bad_size"),
            (&png(64, 1_025, ColorType::Rgb, None), "logo_bad_size"),
            (&[&fine[..], &vec![0; FILE_BYTES_MAX]].concat(), "logo_too_long"),
        ] {
            assert_eq!(
                taken(sent).map(|_| ()).map_err(|problem| problem.code),
                Err(code),
                "{} bytes",
                sent.len()
            );
        }
    }
}
