//! A boleto on paper: the payer's receipt and the slip for the bank (*ficha de compensação*), with the bar code drawn as bars.
//!
//! Measures are millimetres from the upper left corner, as FEBRABAN and the banks' manuals give them; points only at the pen.

use anyhow::Context as _;
use brazil::boleto::{Barcode, Element, Width, bars};
use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, Tag, TextDirection};

use crate::brand;

/// Inter, the Latin part of it: the font of our pages.
pub(super) const FONT: &[u8] = include_bytes!("../../fonts/inter.ttf");
pub(super) const POINTS_PER_MM: f32 = 72.0 / 25.4;
/// A4.
pub(super) const PAGE_MM: (f32, f32) = (210.0, 297.0);
pub(super) const LEFT_MM: f32 = 15.0;
pub(super) const WIDTH_MM: f32 = 180.0;
/// Where the right column of the slip begins.
const RIGHT_MM: f32 = 145.0;
const CELL_MM: f32 = 8.5;
/// FEBRABAN: 103 mm long, 13 mm high. The white at its left is what is beside `LEFT_MM`.
const BARS_MM: (f32, f32) = (103.0, 13.0);
/// A wide element, in narrow ones.
const WIDE: f32 = 3.0;
const THIN: f32 = 0.5;
/// How large the logo is at most, and where it begins.
const LOGO_MM: (f32, f32) = (40.0, 14.0);
const LOGO_TOP_MM: f32 = 15.0;
const LABEL_POINTS: f32 = 6.0;
pub(super) const VALUE_POINTS: f32 = 9.0;
pub(super) const LINE_POINTS: f32 = 12.5;
/// So large that the linha digitável ends inside the frame.
const DIGITS_POINTS: f32 = 10.0;
/// Longest text of one line, in characters; what is longer is cut.
const LINE_CHARS_MAX: usize = 95;

/// Everything that stands on it, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The logo of who is paid, as PNG; not on a slip that stands on another paper.
    pub logo: Option<Vec<u8>>,
    /// The bank's name.
    pub bank_name: String,
    /// The bank's number with its check digit: `001-9`.
    pub bank_code: String,
    /// What is drawn as bars and typed as digits.
    pub barcode: Barcode,
    /// Who is paid: name and CNPJ.
    pub beneficiary: String,
    /// His address in one line.
    pub beneficiary_address: String,
    /// *Agência / código do beneficiário*.
    pub account: String,
    /// Our number of the title.
    pub number: String,
    /// The bank's number of it.
    pub nosso_numero: String,
    /// The carteira.
    pub carteira: String,
    /// The day it was written.
    pub written_on: String,
    /// The day on which it is due.
    pub due_on: String,
    /// `R$ 24,90`.
    pub amount: String,
    /// What it is for.
    pub what: String,
    /// What is added after the due day, a line each.
    pub instructions: Vec<String>,
    /// Who pays: name and CPF or CNPJ.
    pub payer: String,
    /// His address, a line each.
    pub payer_address: Vec<String>,
}

impl Sheet {
    /// The page as PDF.
    pub fn to_pdf(&self) -> anyhow::Result<Vec<u8>> {
        let mut document = Document::new();
        document.set_metadata(
            Metadata::new().title(format!("Boleto {}", self.number)).language("pt-BR".to_owned()),
        );
        let (width, height) = (PAGE_MM.0 * POINTS_PER_MM, PAGE_MM.1 * POINTS_PER_MM);
        let settings = PageSettings::from_wh(width, height).context("a page")?;
        let mut page = document.start_page_with(settings);
        let (plain, strong) = (font(400.0)?, font(600.0)?);
        let logo = Picture::logo(self.logo.as_deref(), LOGO_MM)?;
        self.draw(Pen { surface: page.surface(), plain, strong }, logo.as_ref());
        page.finish();
        document.finish().map_err(|error| anyhow::anyhow!("{error:?}"))
    }

    fn draw(&self, mut pen: Pen<'_>, logo: Option<&Picture>) {
        let mut top = LOGO_TOP_MM;
        if let Some(logo) = logo {
            pen.picture((LEFT_MM, top), logo);
            top += LOGO_MM.1 + 2.0;
        }
        self.receipt(&mut pen, top);
        pen.cut(118.0);
        self.slip(&mut pen, 125.0);
        pen.surface.finish();
    }

    /// *Recibo do pagador*.
    fn receipt(&self, pen: &mut Pen<'_>, top: f32) {
        self.head(pen, top);
        let y = top + 10.0;
        pen.cell((LEFT_MM, y), 130.0, "Beneficiário", &self.beneficiary);
        pen.cell((RIGHT_MM, y), 50.0, "Vencimento", &self.due_on);
        let y = y + CELL_MM;
        pen.cell((LEFT_MM, y), 130.0, "Endereço do beneficiário", &self.beneficiary_address);
        pen.cell((RIGHT_MM, y), 50.0, "Agência / Código do beneficiário", &self.account);
        let y = y + CELL_MM;
        pen.cell((LEFT_MM, y), 130.0, "Pagador", &self.payer);
        pen.cell((RIGHT_MM, y), 50.0, "Nosso número", &self.nosso_numero);
        let y = y + CELL_MM;
        pen.cell((LEFT_MM, y), 65.0, "Número do documento", &self.number);
        pen.cell((LEFT_MM + 65.0, y), 65.0, "Data do documento", &self.written_on);
        pen.cell((RIGHT_MM, y), 50.0, "Valor do documento", &self.amount);
        let y = y + CELL_MM;
        pen.cell((LEFT_MM, y), WIDTH_MM, "Demonstrativo", &self.what);
        pen.label((LEFT_MM, y + CELL_MM + 4.0), "Recibo do pagador — autenticação mecânica");
    }

    /// *Ficha de compensação*.
    pub(super) fn slip(&self, pen: &mut Pen<'_>, top: f32) {
        self.head(pen, top);
        let y = top + 10.0;
        pen.cell(
            (LEFT_MM, y),
            130.0,
            "Local de pagamento",
            "Pagável em qualquer banco até o vencimento e depois dele",
        );
        pen.cell((RIGHT_MM, y), 50.0, "Vencimento", &self.due_on);
        let y = y + CELL_MM;
        pen.cell((LEFT_MM, y), 130.0, "Beneficiário", &self.beneficiary);
        pen.cell((RIGHT_MM, y), 50.0, "Agência / Código do beneficiário", &self.account);
        let y = y + CELL_MM;
        for (n, (label, value)) in [
            ("Data do documento", self.written_on.as_str()),
            ("Número do documento", &self.number),
            ("Espécie doc.", "DS"),
            ("Aceite", "N"),
            ("Data do processamento", &self.written_on),
        ]
        .into_iter()
        .enumerate()
        {
            pen.cell((LEFT_MM + COLUMNS_MM[n], y), COLUMNS_MM[n + 1] - COLUMNS_MM[n], label, value);
        }
        pen.cell((RIGHT_MM, y), 50.0, "Nosso número", &self.nosso_numero);
        let y = y + CELL_MM;
        for (n, (label, value)) in [
            ("Uso do banco", ""),
            ("Carteira", self.carteira.as_str()),
            ("Espécie", "R$"),
            ("Quantidade", ""),
            ("Valor", ""),
        ]
        .into_iter()
        .enumerate()
        {
            pen.cell((LEFT_MM + COLUMNS_MM[n], y), COLUMNS_MM[n + 1] - COLUMNS_MM[n], label, value);
        }
        pen.cell((RIGHT_MM, y), 50.0, "(=) Valor do documento", &self.amount);
        let y = y + CELL_MM;
        self.instructed(pen, y);
        let y = y + 4.0 * CELL_MM;
        pen.frame((LEFT_MM, y), (WIDTH_MM, 18.0));
        pen.label((LEFT_MM + 1.0, y + 2.6), "Pagador");
        pen.lines((LEFT_MM + 1.0, y + 6.6), std::iter::once(&self.payer).chain(&self.payer_address));
        let y = y + 18.0;
        pen.label((RIGHT_MM - 22.0, y + 3.5), "Autenticação mecânica — Ficha de compensação");
        pen.bars((LEFT_MM, y + 6.0), &self.barcode);
    }

    fn instructed(&self, pen: &mut Pen<'_>, y: f32) {
        pen.frame((LEFT_MM, y), (130.0, 4.0 * CELL_MM));
        pen.label((LEFT_MM + 1.0, y + 2.6), "Instruções (texto de responsabilidade do beneficiário)");
        pen.lines((LEFT_MM + 1.0, y + 7.0), std::iter::once(&self.what).chain(&self.instructions));
        let mut y = y;
        for label in
            ["(-) Desconto / Abatimento", "(-) Outras deduções", "(+) Mora / Multa", "(=) Valor cobrado"]
        {
            pen.cell((RIGHT_MM, y), 50.0, label, "");
            y += CELL_MM;
        }
    }

    /// The bank and the linha digitável.
    fn head(&self, pen: &mut Pen<'_>, top: f32) {
        pen.strong((LEFT_MM, top + 7.0), LINE_POINTS, &self.bank_name);
        pen.rule((LEFT_MM + 46.0, top + 2.0), (0.3, 7.0));
        pen.strong((LEFT_MM + 48.0, top + 7.0), LINE_POINTS + 1.5, &self.bank_code);
        pen.rule((LEFT_MM + 64.0, top + 2.0), (0.3, 7.0));
        pen.strong((LEFT_MM + 67.0, top + 7.0), DIGITS_POINTS, &self.barcode.linha_digitavel().to_string());
    }
}

/// Where the columns of the slip's narrow cells begin, and where the last one ends.
const COLUMNS_MM: [f32; 6] = [0.0, 30.0, 62.0, 82.0, 96.0, 130.0];

/// A picture, and how large it is drawn.
#[derive(Clone)]
pub(super) struct Picture {
    image: Image,
    size_mm: (f32, f32),
}

impl Picture {
    /// A logo, as large as it can be within `most_mm`.
    #[allow(clippy::cast_precision_loss, reason = "a logo has few pixels")]
    pub(super) fn logo(png: Option<&[u8]>, most_mm: (f32, f32)) -> anyhow::Result<Option<Self>> {
        let Some(png) = png else { return Ok(None) };
        let pixels = brand::pixels(png).context("the logo")?;
        let (width, height) = (pixels.width as f32, pixels.height as f32);
        let scale = (most_mm.0 / width).min(most_mm.1 / height);
        let image = Image::from_rgba8(pixels.rgba, pixels.width, pixels.height);
        Ok(Some(Self { image, size_mm: (width * scale, height * scale) }))
    }
}

/// What draws on a page, in millimetres.
pub(super) struct Pen<'p> {
    pub(super) surface: Surface<'p>,
    pub(super) plain: Font,
    pub(super) strong: Font,
}

impl Pen<'_> {
    /// A framed field with its name in small.
    fn cell(&mut self, at: (f32, f32), width: f32, label: &str, value: &str) {
        self.frame(at, (width, CELL_MM));
        self.label((at.0 + 1.0, at.1 + 2.6), label);
        let font = self.plain.clone();
        self.write((at.0 + 1.0, at.1 + 6.8), font, VALUE_POINTS, value);
    }

    pub(super) fn label(&mut self, at: (f32, f32), text: &str) {
        let font = self.plain.clone();
        self.write(at, font, LABEL_POINTS, text);
    }

    pub(super) fn strong(&mut self, at: (f32, f32), points: f32, text: &str) {
        let font = self.strong.clone();
        self.write(at, font, points, text);
    }

    fn lines<'l>(&mut self, at: (f32, f32), lines: impl Iterator<Item = &'l String>) {
        let mut y = at.1;
        for line in lines {
            let font = self.plain.clone();
            self.write((at.0, y), font, VALUE_POINTS, line);
            y += 4.2;
        }
    }

    /// A picture at the right edge of what is written on, its upper side at `y`.
    pub(super) fn picture_at_right(&mut self, y: f32, picture: &Picture) {
        self.picture((LEFT_MM + WIDTH_MM - picture.size_mm.0, y), picture);
    }

    /// A picture whose upper left corner stands on `at`.
    fn picture(&mut self, at: (f32, f32), Picture { image, size_mm: (width, height) }: &Picture) {
        let Some(size) = Size::from_wh(width * POINTS_PER_MM, height * POINTS_PER_MM) else { return };
        self.surface.push_transform(&Transform::from_translate(at.0 * POINTS_PER_MM, at.1 * POINTS_PER_MM));
        self.surface.draw_image(image.clone(), size);
        self.surface.pop();
    }

    /// Text whose first letter stands on `at`.
    pub(super) fn write(&mut self, at: (f32, f32), font: Font, points: f32, text: &str) {
        let text: String = text.chars().take(LINE_CHARS_MAX).collect();
        self.write_whole(at, font, points, &text);
    }

    /// As [`Pen::write`], for text that was measured.
    pub(super) fn write_whole(&mut self, at: (f32, f32), font: Font, points: f32, text: &str) {
        self.ink();
        let at = Point::from_xy(at.0 * POINTS_PER_MM, at.1 * POINTS_PER_MM);
        self.surface.draw_text(at, font, points, text, false, TextDirection::Auto);
    }

    fn ink(&mut self) {
        self.surface.set_stroke(None);
        let fill = Fill { paint: luma::Color::new(0).into(), opacity: NormalizedF32::ONE, ..Fill::default() };
        self.surface.set_fill(Some(fill));
    }

    /// A filled rectangle.
    pub(super) fn rule(&mut self, at: (f32, f32), size: (f32, f32)) {
        self.ink();
        self.rectangle(at, size);
    }

    pub(super) fn frame(&mut self, at: (f32, f32), size: (f32, f32)) {
        self.surface.set_fill(None);
        let stroke = Stroke { paint: luma::Color::new(0).into(), width: THIN, ..Stroke::default() };
        self.surface.set_stroke(Some(stroke));
        self.rectangle(at, size);
    }

    fn rectangle(&mut self, at: (f32, f32), size: (f32, f32)) {
        let [x, y, width, height] = [at.0, at.1, size.0, size.1].map(|mm| mm * POINTS_PER_MM);
        let mut path = PathBuilder::new();
        // Ours are all of a size and a place: they are rectangles, and paths.
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    /// Where the page is cut.
    pub(super) fn cut(&mut self, y: f32) {
        let mut x = LEFT_MM;
        while x < LEFT_MM + WIDTH_MM {
            self.rule((x, y), (2.0, 0.15));
            x += 4.0;
        }
    }

    fn bars(&mut self, at: (f32, f32), barcode: &Barcode) {
        let elements = bars(barcode);
        let whole: f32 = elements.iter().map(|element| units(*element)).sum();
        let narrow = BARS_MM.0 / whole;
        let mut x = at.0;
        for element in elements {
            let width = units(element) * narrow;
            if matches!(element, Element::Bar(_)) {
                self.rule((x, at.1), (width, BARS_MM.1));
            }
            x += width;
        }
    }
}

fn units(element: Element) -> f32 {
    match element {
        Element::Bar(Width::Narrow) | Element::Space(Width::Narrow) => 1.0,
        Element::Bar(Width::Wide) | Element::Space(Width::Wide) => WIDE,
    }
}

pub(super) fn font(weight: f32) -> anyhow::Result<Font> {
    Font::new_variable(FONT.into(), 0, &[(Tag::new(b"wght"), weight)]).context("the font")
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use std::path::Path;
    use std::process::Command;

    use brazil::Centavos;
    use brazil::boleto::TitleNumber;
    use jiff::civil::{Date, date};

    use super::Sheet;
    use crate::config::Bank;

    /// Rasterises the page with poppler and reads the bars with zbar, as a bank's scanner would.
    #[test]
    fn a_scanner_reads_the_bar_code() -> anyhow::Result<()> {
        for (sequence, day, centavos) in [
            (1, date(2026, 12, 10), 2_490),
            (9_999_999, date(2049, 10, 14), 99_999_999),
            (42, date(2027, 1, 1), 1),
        ] {
            let mut sheet = sample(sequence, day, centavos)?;
            sheet.logo = (sequence != 1).then(logo);
            let barcode = sheet.barcode.clone();
            let folder = tempfile::tempdir()?;
            let pdf = folder.path().join("boleto.pdf");
            std::fs::write(&pdf, sheet.to_pdf()?)?;
            assert_eq!(pictures_on(&pdf)?, usize::from(sheet.logo.is_some()), "the logo stands on it");
            let picture = folder.path().join("boleto");
            let mut draw = Command::new("pdftoppm");
            run(draw.args(["-r", "300", "-png", "-singlefile"]).arg(&pdf).arg(&picture))?;
            let mut scan = Command::new("zbarimg");
            scan.args(["-q", "--raw", "-S*.disable", "-Si25.enable"]).arg(picture.with_extension("png"));
            assert_eq!(run(&mut scan)?.trim(), barcode.digits());
            let mut read = Command::new("pdftotext");
            let text = run(read.arg("-layout").arg(&pdf).arg("-"))?;
            for shown in
                [barcode.linha_digitavel().to_string(), sheet.due_on, sheet.payer, sheet.nosso_numero]
            {
                assert!(text.contains(&shown), "{shown} is not in\n{text}");
            }
        }
        Ok(())
    }

    /// A boleto over so much.
    pub(in crate::documents) fn sample(sequence: u64, day: Date, centavos: u64) -> anyhow::Result<Sheet> {
        let bank = Bank::sample()?;
        let amount = Centavos::new(centavos)?;
        let barcode = bank.account.barcode(TitleNumber::new(sequence), day, amount)?;
        Ok(Sheet {
            logo: None,
            bank_name: bank.account.bank_name().to_owned(),
            bank_code: bank.account.bank().printed(),
            barcode: barcode.clone(),
            beneficiary: format!("{} — CNPJ {}", bank.company_name, bank.document),
            beneficiary_address: bank.address.clone(),
            account: bank.account.printed(),
            number: sequence.to_string(),
            nosso_numero: bank.account.nosso_numero(TitleNumber::new(sequence))?.printed().to_owned(),
            carteira: bank.account.carteira().to_owned(),
            written_on: "22/11/2026".to_owned(),
            due_on: brazil::print_day(day),
            amount: "R$ 24,90".to_owned(),
            what: "Crédito de 10,0 GB".to_owned(),
            instructions: vec!["Após o vencimento: multa de 2,00 %".to_owned()],
            payer: "João da Silva — CPF 529.982.247-25".to_owned(),
            payer_address: vec!["Rua São João, 12 — Centro".to_owned(), "01310-100 São Paulo SP".to_owned()],
        })
    }

    /// A logo as it is kept: dark and light in turn, twice as wide as high.
    pub(in crate::documents) fn logo() -> Vec<u8> {
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, 128, 64);
        encoder.set_color(png::ColorType::Rgb);
        let rows = (0..64_u8).flat_map(|y| (0..128_u8).flat_map(move |x| [x * 2, y * 4, 90]));
        let mut writer = encoder.write_header().expect("a head");
        writer.write_image_data(&rows.collect::<Vec<_>>()).expect("pixels");
        writer.finish().expect("an end");
        png
    }

    /// How many pictures poppler finds on the pages.
    pub(in crate::documents) fn pictures_on(pdf: &Path) -> anyhow::Result<usize> {
        let listed = run(Command::new("pdfimages").arg("-list").arg(pdf))?;
        // Two lines of headings; a picture's transparency is not one of its own.
        Ok(listed.lines().skip(2).filter(|line| line.contains(" image ")).count())
    }

    pub(in crate::documents) fn run(command: &mut Command) -> anyhow::Result<String> {
        let done = command
            .output()
            .map_err(|error| anyhow::anyhow!("{command:?}: {error}; `cargo xtask test` installs it"))?;
        anyhow::ensure!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8(done.stdout)?)
    }
}
