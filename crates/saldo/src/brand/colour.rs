//! The brand's colour, and what is made of it so that everybody can read it: WCAG 2.2, success criterion 1.4.3 at level AA.
//!
//! No colour is refused for its contrast, and none makes a page that cannot be read. Buttons are filled with the colour as it is, under
//! black or white letters, whichever can be read better: one of the two always reaches 4.58 to 1. Links, figures and outlines stand on
//! the page's own grounds, so they have a shade of it: as it is where that is enough, else mixed with black (light pages) or white
//! (dark ones), step by step, until each ground of the page gives 4.5 to 1.

use std::fmt;

/// The least contrast of text: <https://www.w3.org/TR/WCAG22/#contrast-minimum>.
const CONTRAST_MIN: f64 = 4.5;
/// How far one step goes towards black or white, in thousandths.
const STEP: u32 = 25;
const WHOLE: u32 = 1_000;

const BLACK: Colour = Colour([0, 0, 0]);
const WHITE: Colour = Colour([255, 255, 255]);
/// What text stands on in `saldo.css`: card, page and wash.
const LIGHT_GROUNDS: [Colour; 3] = [WHITE, Colour([0xf6, 0xf7, 0xf9]), Colour([0xf0, 0xf2, 0xf6])];
const DARK_GROUNDS: [Colour; 3] =
    [Colour([0x17, 0x1a, 0x21]), Colour([0x0f, 0x11, 0x15]), Colour([0x1e, 0x22, 0x2b])];

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A colour that can be read on all grounds of a page.
#[derive(Clone, Copy, Debug)]
pub struct Shade {
    /// The colour.
    pub colour: Colour,
    /// The least contrast that it has with one of the grounds.
    pub contrast: f64,
    /// The least contrast that the brand's colour itself would have.
    pub contrast_of_own: f64,
}

/// All that is made of the brand's colour.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// The colour as it was chosen: it fills buttons.
    pub own: Colour,
    /// The letters on it: black or white.
    pub on_own: Colour,
    /// Their contrast.
    pub contrast: f64,
    /// Links and figures on light pages.
    pub light: Shade,
    /// Links and figures on dark pages.
    pub dark: Shade,
}

impl Colour {
    /// Reads `#0b6e4f` or `#0a5`.
    pub fn parse(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.is_ascii())?;
        let whole = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            6 => digits.to_owned(),
            _ => return None,
        };
        let bytes = hex::decode(whole).ok()?;
        bytes.try_into().ok().map(Colour)
    }

    /// How bright it is, from 0 to 1: <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>.
    fn luminance(self) -> f64 {
        let linear = self.0.map(|channel| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// The contrast of two colours, from 1 to 21: <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>.
    pub fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour with so many thousandths of another.
    fn mixed(self, other: Colour, thousandths: u32) -> Colour {
        let share = thousandths.min(WHOLE);
        let mix = |(mine, theirs): (u8, u8)| {
            let sum = u32::from(mine) * (WHOLE - share) + u32::from(theirs) * share + WHOLE / 2;
            u8::try_from(sum / WHOLE).unwrap_or(u8::MAX)
        };
        Colour(std::array::from_fn(|channel| mix((self.0[channel], other.0[channel]))))
    }

    fn least_contrast(self, grounds: &[Colour]) -> f64 {
        grounds.iter().map(|ground| self.contrast(*ground)).fold(f64::INFINITY, f64::min)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", hex::encode(self.0))
    }
}

impl Shade {
    fn of(own: Colour, grounds: &[Colour], towards: Colour) -> Shade {
        let mut shares = (0..=WHOLE / STEP).map(|step| own.mixed(towards, step * STEP));
        let found = shares.find(|colour| colour.least_contrast(grounds) >= CONTRAST_MIN);
        let colour = found.unwrap_or(towards);
        Shade {
            colour,
            contrast: colour.least_contrast(grounds),
            contrast_of_own: own.least_contrast(grounds),
        }
    }

    /// Whether the brand's colour can be read as it is.
    pub fn is_own(&self) -> bool {
        self.contrast_of_own >= CONTRAST_MIN
    }
}

impl Palette {
    /// What is made of this colour.
    pub fn of(own: Colour) -> Palette {
        let on_own = if own.contrast(WHITE) >= own.contrast(BLACK) { WHITE } else { BLACK };
        Palette {
            own,
            on_own,
            contrast: own.contrast(on_own),
            light: Shade::of(own, &LIGHT_GROUNDS, BLACK),
            dark: Shade::of(own, &DARK_GROUNDS, WHITE),
        }
    }

    /// Whether the letters on it are white.
    pub fn is_on_white(&self) -> bool {
        self.on_own == WHITE
    }

    /// The style sheet that puts it on every page, over `saldo.css`.
    pub fn sheet(&self) -> String {
        let (light, dark) = (self.light.colour, self.dark.colour);
        // Under the pointer a button moves away from its letters, so that they are read better still.
        let pressed = self.own.mixed(if self.is_on_white() { BLACK } else { WHITE }, 150);
        let pair =
            |name: &str, light: Colour, dark: Colour| format!("--{name}: light-dark({light}, {dark}); ");
        let mut css = ":root { ".to_owned();
        css += &pair("brand", light, dark);
        css += &pair("brand-deep", light.mixed(BLACK, 200), dark.mixed(WHITE, 250));
        css += &pair("brand-wash", light.mixed(WHITE, 900), dark.mixed(DARK_GROUNDS[0], 850));
        css += &pair("brand-fill", self.own, self.own);
        css += &pair("brand-fill-deep", pressed, pressed);
        css += &pair("on-brand", self.on_own, self.on_own);
        css += &pair("brand-mark", light.mixed(WHITE, 650), dark.mixed(BLACK, 650));
        css + "}\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).expect("a colour")
    }

    /// The ratios that W3C's own calculators give.
    #[test]
    fn contrasts_are_those_of_the_standard() {
        for (a, b, hundredths) in [
            ("#000", "#fff", 2100.0),
            ("#777777", "#ffffff", 448.0),
            ("#767676", "#ffffff", 454.0),
            ("#ff0000", "#ffffff", 400.0),
            ("#0000ff", "#ffffff", 859.0),
            ("#ffff00", "#ffffff", 107.0),
        ] {
            let found = (colour(a).contrast(colour(b)) * 100.0).round();
            assert!((found - hundredths).abs() < 1.0, "{a} on {b}: {found}");
        }
    }

    #[test]
    fn every_colour_can_be_read_on_every_ground() {
        let steps = [0_u8, 51, 102, 128, 153, 204, 255];
        for red in steps {
            for green in steps {
                for blue in steps {
                    let palette = Palette::of(Colour([red, green, blue]));
                    let own = palette.own;
                    assert!(palette.contrast >= CONTRAST_MIN, "letters on {own}");
                    assert!(palette.light.contrast >= CONTRAST_MIN, "{own} on light pages");
                    assert!(palette.dark.contrast >= CONTRAST_MIN, "{own} on dark pages");
                    assert!(!palette.light.is_own() || palette.light.colour == own);
                    assert!(!palette.dark.is_own() || palette.dark.colour == own);
                }
            }
        }
    }

    #[test]
    fn a_colour_that_is_enough_stays_as_it_is() {
        let palette = Palette::of(colour("#0b6e4f"));
        assert!(palette.light.is_own() && palette.is_on_white() && !palette.dark.is_own());
        let yellow = Palette::of(colour("#ffd400"));
        assert!(!yellow.light.is_own() && !yellow.is_on_white() && yellow.dark.is_own());
        assert!(yellow.sheet().contains("--brand-fill: light-dark(#ffd400, #ffd400)"), "{}", yellow.sheet());
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for text in ["", "#", "0b6e4f", "#0b6e4", "#0b6e4ff", "#gggggg", "#éé", "red", "#fff; } body { x: y"]
        {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
        assert_eq!(colour("#0aF").to_string(), "#00aaff");
    }
}
