//! `/console/brand`: what customers see of the operator, where each text comes from, and whether his colour can be read.

use askama::Template;

use super::FieldProblem;
use crate::look::part::{Frame, LogoSeen};
use crate::look::{Locale, Reader};

/// The page.
#[derive(Template)]
#[template(path = "page/brand.html")]
pub struct BrandPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Whether staff of this role may change it.
    pub may_change: bool,
    /// Said once after a change.
    pub saved: Option<String>,
    /// The texts.
    pub fields: Vec<BrandLine>,
    /// What is made of the colour; `None` where the program's own is seen.
    pub palette: Option<PaletteSeen>,
    /// The logo.
    pub logo: Option<LogoSeen>,
    /// What was wrong with the file that was sent.
    pub logo_problem: Option<String>,
    /// The operator's zone, which is not changed here.
    pub time_zone: String,
    /// All that was wrong with what was sent.
    pub problems: Vec<FieldProblem>,
}

/// What is made of a colour, alone: replaced while it is typed.
#[derive(Template)]
#[template(path = "fragment/palette.html")]
pub struct PaletteFragment {
    /// Through whose eyes.
    pub reader: Reader,
    /// What is made of it; `None` if it is no colour.
    pub palette: Option<PaletteSeen>,
}

/// One text of the brand.
#[derive(Clone, Debug)]
pub struct BrandLine {
    /// Its name when it is sent.
    pub name: &'static str,
    /// What stands above it.
    pub label: String,
    /// What stands below it: where it comes from.
    pub source: String,
    /// What staff saved, or typed.
    pub value: String,
    /// What is in force if nothing is typed.
    pub otherwise: String,
    /// Languages to choose from: value, words, whether it is chosen; none for a text.
    pub options: Vec<(&'static str, String, bool)>,
    /// Whether a group of legal texts begins here.
    pub begins_legal: bool,
}

/// What is made of the brand's colour, in words and numbers.
#[derive(Clone, Debug)]
pub struct PaletteSeen {
    /// The colour, as `#ffd400`.
    pub own: String,
    /// The letters on it.
    pub on_own: String,
    /// What is said of them.
    pub letters: String,
    /// Links on light pages, and on dark ones.
    pub shades: [ShadeSeen; 2],
}

/// How links look on pages of one kind.
#[derive(Clone, Debug)]
pub struct ShadeSeen {
    /// What they stand on.
    pub ground: &'static str,
    /// Their colour.
    pub colour: String,
    /// What is said of it.
    pub words: String,
    /// Whether it is the brand's own colour.
    pub is_own: bool,
}

impl BrandPage {
    /// What was wrong with this text.
    pub fn wrong_with(&self, line: &BrandLine) -> Option<&str> {
        let found = self.problems.iter().find(|problem| problem.field == line.name);
        found.map(|problem| problem.words.as_str())
    }
}

/// A contrast as people write it, `4.5 : 1`: never better than it is.
pub fn contrast_words(locale: Locale, contrast: f64) -> String {
    let text = format!("{:.1}", (contrast * 10.0).floor() / 10.0);
    let text = if locale == Locale::PtBr { text.replace('.', ",") } else { text };
    format!("{text}\u{a0}:\u{a0}1")
}
