//! A Pix to pay: QR code, *copia e cola*, amount, until when.

use std::fmt::Write as _;

use money::{Amount, Timestamp};
use qrcodegen::{QrCode, QrCodeEcc};

/// Modules of white around a QR code, as its standard asks.
const QUIET: i32 = 4;

/// A Pix that can be paid.
#[derive(Clone, Debug)]
pub struct PixPanel {
    /// The drawing of its code; `None` if the text does not fit into one.
    pub qr: Option<QrDrawing>,
    /// The text of the code.
    pub br_code: String,
    /// How much.
    pub amount: Amount,
    /// Until when it is offered.
    pub until: Timestamp,
}

/// A QR code as the path of its black modules.
#[derive(Clone, Debug)]
pub struct QrDrawing {
    /// Modules of one side with the white around it.
    pub side: i32,
    /// The path, in modules.
    pub path: String,
}

impl PixPanel {
    /// The Pix of this text.
    pub fn new(br_code: String, amount: Amount, until: Timestamp) -> PixPanel {
        PixPanel { qr: QrDrawing::of(&br_code), br_code, amount, until }
    }
}

impl QrDrawing {
    /// Draws `text`, so that a seventh of it may be unreadable.
    pub fn of(text: &str) -> Option<QrDrawing> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
                let run = i32::try_from(run).unwrap_or(0);
                if run > 0 {
                    // Writing into a string cannot fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        Some(QrDrawing { side: code.size() + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that a path blackens.
    fn blackened(drawing: &QrDrawing) -> Vec<(i32, i32)> {
        let mut modules = Vec::new();
        for run in drawing.path.split('M').skip(1) {
            let numbers: Vec<i32> =
                run.split(|c: char| !c.is_ascii_digit()).filter_map(|text| text.parse().ok()).collect();
            modules.extend((0..numbers[2]).map(|more| (numbers[0] + more, numbers[1])));
        }
        modules
    }

    #[test]
    fn the_path_is_the_code() {
        let text = "00020126360014br.gov.bcb.pix0114arya@stark.com5204000053039865406125.005802BR";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).expect("a code");
        let drawing = QrDrawing::of(text).expect("a drawing");
        let black = blackened(&drawing);
        for (x, y) in (0..code.size()).flat_map(|x| (0..code.size()).map(move |y| (x, y))) {
            assert_eq!(black.contains(&(x + QUIET, y + QUIET)), code.get_module(x, y), "{x} {y}");
        }
    }
}
