//! A table on paper: who writes to whom, some facts, rows over as many pages as they need, totals and remarks behind them.
//!
//! Receipts and statements are drawn with it; what stands on them is theirs. Words are measured in the font, so that amounts stand at
//! the right and long words go on in the next line.

use anyhow::Context as _;
use krilla::Document;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use skrifa::instance::{Location, Size};
use skrifa::{FontRef, MetadataProvider as _};

use super::sheet::{
    FONT, LEFT_MM, LINE_POINTS, PAGE_MM, POINTS_PER_MM, Pen, Picture, VALUE_POINTS, WIDTH_MM, font,
};

const PLAIN: f32 = 400.0;
const STRONG: f32 = 600.0;
/// From one line of text to the next.
const LINE_MM: f32 = 4.4;
/// White between two rows of the table, beside the lines in them.
const ROW_MM: f32 = 1.4;
/// Where the text of the first page begins.
const TOP_MM: f32 = 22.0;
/// Where that of further pages begins.
const FURTHER_TOP_MM: f32 = 18.0;
/// Nothing of the table stands below.
const BOTTOM_MM: f32 = 278.0;
/// Where the page's number stands.
const FOOT_MM: f32 = 287.0;
/// Where the receiver's lines begin, and how wide they and the issuer's are.
const RECEIVER_MM: f32 = LEFT_MM + 95.0;
const PARTY_MM: f32 = 85.0;
/// Where the values of facts begin.
const FACT_MM: f32 = LEFT_MM + 42.0;
/// How large the logo is at most.
const LOGO_MM: (f32, f32) = (40.0, 14.0);
/// White between two columns.
const GAP_MM: f32 = 4.0;

/// Everything that stands on it, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The language it is written in, as `pt-BR`.
    pub language: &'static str,
    /// What it is.
    pub title: String,
    /// The logo of who writes, as PNG.
    pub logo: Option<Vec<u8>>,
    /// Who writes: the name first.
    pub issuer: Vec<String>,
    /// To whom: the name first.
    pub receiver: Vec<String>,
    /// What is said before the table, with its name.
    pub facts: Vec<(String, String)>,
    /// The table's columns.
    pub columns: Vec<Column>,
    /// Its rows: as many cells each as there are columns.
    pub rows: Vec<Vec<String>>,
    /// What stands below it at the right, the last in strong letters.
    pub totals: Vec<(String, String)>,
    /// Sentences below everything.
    pub remarks: Vec<String>,
    /// The words around a page's number: before it, and between it and their count.
    pub page_words: (String, String),
}

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub heading: String,
    /// How wide it is, in millimetres; all of them together fill the page.
    pub width_mm: u16,
    /// Where its text stands.
    pub side: Side,
}

/// Where text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// At the left, in as many lines as it needs.
    Left,
    /// At the right, in one line.
    Right,
}

impl Paper {
    /// The pages as PDF.
    ///
    /// # Errors
    /// The font cannot be read, or the document cannot be written.
    pub fn to_pdf(&self) -> anyhow::Result<Vec<u8>> {
        let ruler = Ruler::new()?;
        let pages = self.pages(&ruler);
        let mut document = Document::new();
        document.set_metadata(Metadata::new().title(self.title.clone()).language(self.language.to_owned()));
        let (plain, strong) = (font(PLAIN)?, font(STRONG)?);
        let logo = Picture::logo(self.logo.as_deref(), LOGO_MM)?;
        for (place, rows) in (1..).zip(&pages) {
            let settings = PageSettings::from_wh(PAGE_MM.0 * POINTS_PER_MM, PAGE_MM.1 * POINTS_PER_MM)
                .context("a page")?;
            let mut page = document.start_page_with(settings);
            let pen = Pen { surface: page.surface(), plain: plain.clone(), strong: strong.clone() };
            Drawing { pen, ruler: &ruler, paper: self, logo: logo.clone() }.page(rows, (place, pages.len()));
            page.finish();
        }
        document.finish().map_err(|error| anyhow::anyhow!("{error:?}"))
    }

    /// The rows of each page, as lines of cells.
    fn pages(&self, ruler: &Ruler<'_>) -> Vec<Vec<Vec<Vec<String>>>> {
        let mut pages = vec![Vec::new()];
        let mut y = self.table_top(true, ruler);
        for row in &self.rows {
            let cells: Vec<Vec<String>> =
                self.columns.iter().zip(row).map(|(column, text)| column.lines(ruler, text)).collect();
            let height = row_height(&cells);
            if y + height > BOTTOM_MM {
                pages.push(Vec::new());
                y = self.table_top(false, ruler);
            }
            y += height;
            if let Some(page) = pages.last_mut() {
                page.push(cells);
            }
        }
        if y + self.foot_height(ruler) > BOTTOM_MM && !self.rows.is_empty() {
            pages.push(Vec::new());
        }
        pages
    }

    /// Where the first row stands.
    fn table_top(&self, is_first: bool, ruler: &Ruler<'_>) -> f32 {
        let heading = 2.0 * LINE_MM + ROW_MM;
        if !is_first {
            return FURTHER_TOP_MM + 2.0 * LINE_MM + heading;
        }
        let party = |lines: &[String]| {
            lines.iter().map(|line| ruler.wrapped(line, VALUE_POINTS, PARTY_MM).len()).sum::<usize>()
        };
        let parties = lines_mm(party(&self.issuer).max(party(&self.receiver)));
        TOP_MM + 2.0 * LINE_MM + parties + LINE_MM + lines_mm(self.facts.len()) + LINE_MM + heading
    }

    /// How much room totals and remarks need.
    fn foot_height(&self, ruler: &Ruler<'_>) -> f32 {
        let remarks = self.remarks.iter().map(|text| ruler.wrapped(text, VALUE_POINTS, WIDTH_MM).len());
        lines_mm(self.totals.len()) * 1.4 + lines_mm(remarks.sum::<usize>()) + 2.0 * LINE_MM
    }
}

impl Column {
    fn lines(&self, ruler: &Ruler<'_>, text: &str) -> Vec<String> {
        match self.side {
            Side::Left => ruler.wrapped(text, VALUE_POINTS, f32::from(self.width_mm) - GAP_MM),
            Side::Right => vec![text.to_owned()],
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "lines of one page are few")]
fn lines_mm(count: usize) -> f32 {
    count as f32 * LINE_MM
}

fn row_height(cells: &[Vec<String>]) -> f32 {
    lines_mm(cells.iter().map(Vec::len).max().unwrap_or(1)) + ROW_MM
}

/// One page under way.
struct Drawing<'d, 'p> {
    pen: Pen<'p>,
    ruler: &'d Ruler<'d>,
    paper: &'d Paper,
    logo: Option<Picture>,
}

impl Drawing<'_, '_> {
    fn page(mut self, rows: &[Vec<Vec<String>>], (place, pages): (usize, usize)) {
        let paper = self.paper;
        let is_first = place == 1;
        if is_first {
            self.head();
        } else {
            self.pen.strong((LEFT_MM, FURTHER_TOP_MM), VALUE_POINTS, &paper.title);
        }
        let mut y = paper.table_top(is_first, self.ruler);
        if !rows.is_empty() {
            self.headings(y - 2.0 * LINE_MM);
        }
        for cells in rows {
            self.row(y, cells);
            y += row_height(cells);
        }
        if place == pages {
            self.foot(y);
        }
        let (before, between) = &paper.page_words;
        let words = format!("{before} {place} {between} {pages}");
        self.right((LEFT_MM + WIDTH_MM, FOOT_MM), Weight::Plain, &words);
        self.pen.surface.finish();
    }

    fn head(&mut self) {
        let paper = self.paper;
        if let Some(logo) = &self.logo {
            self.pen.picture_at_right(TOP_MM - LINE_MM, logo);
        }
        self.pen.strong((LEFT_MM, TOP_MM), LINE_POINTS + 3.0, &paper.title);
        let top = TOP_MM + 2.0 * LINE_MM;
        let issuer = self.party((LEFT_MM, top), &paper.issuer);
        let receiver = self.party((RECEIVER_MM, top), &paper.receiver);
        let mut y = issuer.max(receiver) + LINE_MM;
        for (name, value) in &paper.facts {
            self.text((LEFT_MM, y), name);
            self.text((FACT_MM, y), value);
            y += LINE_MM;
        }
    }

    /// Who writes, or to whom; where the next line would stand.
    fn party(&mut self, at: (f32, f32), lines: &[String]) -> f32 {
        let mut y = at.1;
        for (place, line) in lines.iter().enumerate() {
            for part in self.ruler.wrapped(line, VALUE_POINTS, PARTY_MM) {
                if place == 0 {
                    self.pen.strong((at.0, y), VALUE_POINTS, &part);
                } else {
                    self.text((at.0, y), &part);
                }
                y += LINE_MM;
            }
        }
        y
    }

    fn headings(&mut self, y: f32) {
        let mut x = LEFT_MM;
        for column in &self.paper.columns {
            let width = f32::from(column.width_mm);
            match column.side {
                Side::Left => self.pen.strong((x, y), VALUE_POINTS, &column.heading),
                Side::Right => self.right((x + width, y), Weight::Strong, &column.heading),
            }
            x += width;
        }
        self.pen.rule((LEFT_MM, y + 1.8), (WIDTH_MM, 0.3));
    }

    fn row(&mut self, y: f32, cells: &[Vec<String>]) {
        let mut x = LEFT_MM;
        for (column, lines) in self.paper.columns.iter().zip(cells) {
            let width = f32::from(column.width_mm);
            let mut line_y = y;
            for line in lines {
                match column.side {
                    Side::Left => self.text((x, line_y), line),
                    Side::Right => self.right((x + width, line_y), Weight::Plain, line),
                }
                line_y += LINE_MM;
            }
            x += width;
        }
    }

    fn foot(&mut self, y: f32) {
        let paper = self.paper;
        let mut y = y;
        if !paper.totals.is_empty() {
            self.pen.rule((LEFT_MM, y - LINE_MM + 1.0), (WIDTH_MM, 0.3));
            y += 1.4;
        }
        for (place, (name, value)) in (1..).zip(&paper.totals) {
            let weight = if place == paper.totals.len() { Weight::Strong } else { Weight::Plain };
            match weight {
                Weight::Strong => self.pen.strong((LEFT_MM, y), VALUE_POINTS, name),
                Weight::Plain => self.text((LEFT_MM, y), name),
            }
            self.right((LEFT_MM + WIDTH_MM, y), weight, value);
            y += LINE_MM * 1.4;
        }
        y += LINE_MM;
        for remark in &paper.remarks {
            for line in self.ruler.wrapped(remark, VALUE_POINTS, WIDTH_MM) {
                self.text((LEFT_MM, y), &line);
                y += LINE_MM;
            }
        }
    }

    fn text(&mut self, at: (f32, f32), text: &str) {
        let plain = self.pen.plain.clone();
        self.pen.write_whole(at, plain, VALUE_POINTS, text);
    }

    /// Text whose last letter ends at `at`.
    fn right(&mut self, at: (f32, f32), weight: Weight, text: &str) {
        let width = self.ruler.width(weight, VALUE_POINTS, text);
        let font = match weight {
            Weight::Plain => self.pen.plain.clone(),
            Weight::Strong => self.pen.strong.clone(),
        };
        self.pen.write_whole((at.0 - width, at.1), font, VALUE_POINTS, text);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Plain,
    Strong,
}

/// Measures text in the font of our pages.
struct Ruler<'f> {
    font: FontRef<'f>,
    plain: Location,
    strong: Location,
}

impl Ruler<'_> {
    fn new() -> anyhow::Result<Ruler<'static>> {
        let font = FontRef::new(FONT).context("the font")?;
        let at = |weight: f32| font.axes().location([("wght", weight)]);
        Ok(Ruler { plain: at(PLAIN), strong: at(STRONG), font })
    }

    /// How wide `text` is, in millimetres.
    fn width(&self, weight: Weight, points: f32, text: &str) -> f32 {
        let location = match weight {
            Weight::Plain => &self.plain,
            Weight::Strong => &self.strong,
        };
        let (letters, metrics) = (self.font.charmap(), self.font.glyph_metrics(Size::new(points), location));
        let advance = |letter: char| letters.map(letter).and_then(|glyph| metrics.advance_width(glyph));
        text.chars().filter_map(advance).sum::<f32>() / POINTS_PER_MM
    }

    /// `text` in lines of plain letters that are not wider than `width_mm`; a word that is wider is broken.
    fn wrapped(&self, text: &str, points: f32, width_mm: f32) -> Vec<String> {
        let fits = |line: &str| self.width(Weight::Plain, points, line) <= width_mm;
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last().map(String::as_str).unwrap_or_default();
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if fits(&longer) {
                lines.pop();
                lines.push(longer);
                continue;
            }
            if line.is_empty() {
                lines.pop();
            }
            let mut rest = String::new();
            for letter in word.chars() {
                rest.push(letter);
                if !fits(&rest) {
                    rest.pop();
                    lines.push(std::mem::take(&mut rest));
                    rest.push(letter);
                }
            }
            lines.push(rest);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::documents::sheet::tests::run;

    fn paper(rows: usize) -> Paper {
        let column = |heading: &str, width_mm, side| Column { heading: heading.to_owned(), width_mm, side };
        Paper {
            language: "pt-BR",
            title: "Extrato — novembro de 2026".to_owned(),
            logo: None,
            issuer: vec!["Aurora Digital Ltda.".to_owned(), "Av. Paulista, 1000 — São Paulo".to_owned()],
            receiver: vec!["João da Silva".to_owned(), "a@example.com".to_owned()],
            facts: vec![("Período".to_owned(), "1 a 30 de novembro".to_owned())],
            columns: vec![column("Movimentação", 120, Side::Left), column("Valor", 60, Side::Right)],
            rows: (1..=rows)
                .map(|n| vec![format!("Linha número {n} {}", "longa ".repeat(n % 40)), format!("−R$ {n},25")])
                .collect(),
            totals: vec![("Total".to_owned(), "R$ 1.234,56".to_owned())],
            remarks: vec!["Uma frase no fim.".to_owned()],
            page_words: ("Página".to_owned(), "de".to_owned()),
        }
    }

    #[test]
    fn every_row_is_there_on_as_many_pages_as_they_need() -> anyhow::Result<()> {
        for rows in [0_usize, 1, 30, 200] {
            let folder = tempfile::tempdir()?;
            let pdf = folder.path().join("paper.pdf");
            std::fs::write(&pdf, paper(rows).to_pdf()?)?;
            let text = run(Command::new("pdftotext").arg("-layout").arg(&pdf).arg("-"))?;
            for n in 1..=rows {
                assert!(text.contains(&format!("Linha número {n}")), "row {n} of {rows}\n{text}");
                assert!(text.contains(&format!("−R$ {n},25")), "amount {n} of {rows}\n{text}");
            }
            let pages = text.matches("Página").count();
            assert!(text.contains(&format!("Página {pages} de {pages}")), "{text}");
            assert!((pages > 1) == (rows >= 30), "{rows} rows on {pages} pages");
            for words in ["Total", "R$ 1.234,56", "Uma frase no fim.", "João da Silva"] {
                assert!(text.contains(words), "{words}: {text}");
            }
        }
        Ok(())
    }

    #[test]
    fn words_go_on_in_the_next_line_and_none_is_lost() -> anyhow::Result<()> {
        let ruler = Ruler::new()?;
        let text = format!("one two {} three", "x".repeat(200));
        let lines = ruler.wrapped(&text, VALUE_POINTS, 40.0);
        assert!(lines.len() > 3 && lines.iter().all(|line| !line.is_empty()), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        for line in &lines {
            assert!(ruler.width(Weight::Plain, VALUE_POINTS, line) <= 40.0, "{line}");
        }
        assert!(
            ruler.width(Weight::Strong, VALUE_POINTS, "amount")
                > ruler.width(Weight::Plain, VALUE_POINTS, "amount")
        );
        Ok(())
    }
}
