//! An invoice on paper: who is billed by whom, every line of it, and while it can be paid the slip for the bank at the foot of the last page.

use anyhow::Context as _;
use brazil::document::TaxId;
use brazil::print_day;
use krilla::Document;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use money::Amount;
use store::tables::invoices::{InvoiceRow, InvoiceState};
use store::{Reader as TablesReader, StoreError};

use super::sheet::{
    LEFT_MM, LINE_POINTS, PAGE_MM, POINTS_PER_MM, Pen, Picture, Sheet, VALUE_POINTS, WIDTH_MM, font,
};
use crate::app::App;
use crate::look::{Locale, Reader, format};
use crate::portal::calendar::day_of;
use crate::portal::monthly_invoices::{item, month_words};

/// Lines on one page; there is room for the slip below them.
const LINES_A_PAGE: usize = 14;
const LINE_MM: f32 = 5.6;
/// Where the lines begin.
const LINES_TOP_MM: f32 = 72.0;
/// Where the slip begins.
const SLIP_TOP_MM: f32 = 170.0;
/// How large the logo is at most, and where it begins: above all that is written.
const LOGO_MM: (f32, f32) = (40.0, 11.0);
const LOGO_TOP_MM: f32 = 7.0;
/// How wide an amount may be.
const SUM_MM: f32 = 32.0;

/// Everything that stands on it, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoicePaper {
    /// `Fatura 12 — dezembro de 2026`.
    pub title: String,
    /// The logo of who is paid, as PNG.
    pub logo: Option<Vec<u8>>,
    /// Who is paid: name and CNPJ, then his address.
    pub beneficiary: [String; 2],
    /// Who pays: name and CPF or CNPJ, then his address, a line each.
    pub payer: Vec<String>,
    /// When it was made, when it is due, and how it stands.
    pub facts: [(String, String); 3],
    /// What stands on it, with its amount.
    pub lines: Vec<(String, String)>,
    /// `R$ 104,80`.
    pub total: String,
    /// The boleto, while it can be paid.
    pub slip: Option<Sheet>,
}

impl InvoicePaper {
    /// The pages as PDF.
    pub fn to_pdf(&self) -> anyhow::Result<Vec<u8>> {
        let mut document = Document::new();
        document.set_metadata(Metadata::new().title(self.title.clone()).language("pt-BR".to_owned()));
        let (width, height) = (PAGE_MM.0 * POINTS_PER_MM, PAGE_MM.1 * POINTS_PER_MM);
        let logo = Picture::logo(self.logo.as_deref(), LOGO_MM)?;
        let pages: Vec<_> = self.lines.chunks(LINES_A_PAGE).collect();
        for (place, lines) in (1..).zip(&pages) {
            let settings = PageSettings::from_wh(width, height).context("a page")?;
            let mut page = document.start_page_with(settings);
            let (plain, strong) = (font(400.0)?, font(600.0)?);
            let mut pen = Pen { surface: page.surface(), plain, strong };
            if let Some(logo) = &logo {
                pen.picture_at_right(LOGO_TOP_MM, logo);
            }
            self.page(pen, lines, (place, pages.len()));
            page.finish();
        }
        document.finish().map_err(|error| anyhow::anyhow!("{error:?}"))
    }

    fn page(&self, mut pen: Pen<'_>, lines: &[(String, String)], (place, pages): (usize, usize)) {
        self.head(&mut pen, (place, pages));
        let below = self.rows(&mut pen, lines);
        if place == pages {
            pen.rule((LEFT_MM, below), (WIDTH_MM, 0.3));
            pen.strong((LEFT_MM, below + 6.0), LINE_POINTS, "Total");
            pen.strong((LEFT_MM + WIDTH_MM - SUM_MM, below + 6.0), LINE_POINTS, &self.total);
            if let Some(slip) = &self.slip {
                pen.cut(SLIP_TOP_MM - 6.0);
                slip.slip(&mut pen, SLIP_TOP_MM);
            }
        }
        pen.surface.finish();
    }

    fn head(&self, pen: &mut Pen<'_>, (place, pages): (usize, usize)) {
        pen.strong((LEFT_MM, 22.0), LINE_POINTS + 3.0, &self.title);
        if pages > 1 {
            pen.label((LEFT_MM + WIDTH_MM - SUM_MM, 22.0), &format!("Página {place} de {pages}"));
        }
        let plain = pen.plain.clone();
        let mut y = 30.0;
        for line in self.beneficiary.iter().chain(std::iter::once(&String::new())).chain(&self.payer) {
            pen.write((LEFT_MM, y), plain.clone(), VALUE_POINTS, line);
            y += 4.4;
        }
        let mut y = 44.0;
        for (label, value) in &self.facts {
            pen.label((LEFT_MM + WIDTH_MM - 50.0, y), label);
            pen.strong((LEFT_MM + WIDTH_MM - SUM_MM, y), VALUE_POINTS, value);
            y += 5.0;
        }
        pen.rule((LEFT_MM, LINES_TOP_MM - 6.0), (WIDTH_MM, 0.3));
    }

    /// The lines of one page; where the next would stand.
    fn rows(&self, pen: &mut Pen<'_>, lines: &[(String, String)]) -> f32 {
        let plain = pen.plain.clone();
        let mut y = LINES_TOP_MM;
        for (words, amount) in lines {
            pen.write((LEFT_MM, y), plain.clone(), VALUE_POINTS, words);
            pen.write((LEFT_MM + WIDTH_MM - SUM_MM, y), plain.clone(), VALUE_POINTS, amount);
            y += LINE_MM;
        }
        y
    }
}

/// An invoice on paper; an error within if it cannot be drawn.
pub fn invoice_paper(
    app: &App,
    tables: &TablesReader<'_>,
    row: &InvoiceRow,
) -> Result<anyhow::Result<InvoicePaper>, StoreError> {
    let pt_br = Reader::new(Locale::PtBr, app.config.brand.time_zone.clone());
    let title = format!("Fatura {} — {}", row.number, month_words(Locale::PtBr, &row.month));
    let lines = tables.invoice_lines(row.id)?.iter().map(|line| item(app, &pt_br, line)).collect::<Vec<_>>();
    let slip = match (&app.config.bank, tables.boleto_of_invoice(row.id)?) {
        (Some(bank), Some(boleto)) => super::sheet(tables, bank, &pt_br.zone, (&boleto, title.clone()))?,
        _ => None,
    };
    let (payer, customer) = (tables.payer(row.customer)?, tables.customer(row.customer)?);
    let money = |amount: Amount| format::money(Locale::PtBr, amount);
    let drawn = || -> anyhow::Result<InvoicePaper> {
        let brand = &app.config.brand().name;
        let beneficiary = match &app.config.bank {
            Some(bank) => [format!("{} — {}", bank.company_name, bank.document), bank.address.clone()],
            None => [brand.clone(), String::new()],
        };
        let name = customer.map(|customer| customer.name).unwrap_or_default();
        let payer = match &payer {
            Some(payer) => vec![
                format!("{name} — {}", TaxId::parse(&payer.document)?),
                format!("{} — {}", payer.street, payer.district),
                format!("{} {} {}", super::boletos::cep(&payer.postcode), payer.city, payer.state),
            ],
            None => vec![name],
        };
        let standing = match row.state {
            InvoiceState::Open => "Em aberto",
            InvoiceState::Paid => "Paga",
            InvoiceState::WrittenOff => "Baixada",
        };
        Ok(InvoicePaper {
            title,
            logo: app.config.brand().logo_png(),
            beneficiary,
            payer,
            facts: [
                ("Emissão".to_owned(), print_day(day_of(&pt_br.zone, row.created_at))),
                ("Vencimento".to_owned(), print_day(row.due_on.parse()?)),
                ("Situação".to_owned(), standing.to_owned()),
            ],
            lines: lines.into_iter().map(|line| (line.words, money(line.amount))).collect(),
            total: money(row.total),
            slip: slip.transpose()?,
        })
    };
    Ok(drawn())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::InvoicePaper;
    use crate::documents::sheet::tests::{logo, pictures_on, run, sample};

    /// Many lines go on further pages, none is lost, and a scanner reads the slip on the last.
    #[test]
    fn every_line_is_there_and_the_slip_can_be_scanned() -> anyhow::Result<()> {
        let slip = sample(77, jiff::civil::date(2026, 12, 10), 10_480)?;
        for count in [1_usize, 14, 15, 40] {
            let paper = InvoicePaper {
                title: "Fatura 12 — dezembro de 2026".to_owned(),
                logo: (count % 2 == 0).then(logo),
                beneficiary: ["Aurora Digital Ltda.".to_owned(), "Av. Paulista, 1000".to_owned()],
                payer: vec!["João da Silva — 529.982.247-25".to_owned(), "Rua São João, 12".to_owned()],
                facts: [("Emissão", "01/12/2026"), ("Vencimento", "10/12/2026"), ("Situação", "Em aberto")]
                    .map(|(label, value)| (label.to_owned(), value.to_owned())),
                lines: (1..=count).map(|n| (format!("Crédito número {n}"), format!("R$ {n},00"))).collect(),
                total: "R$ 104,80".to_owned(),
                slip: Some(slip.clone()),
            };
            let folder = tempfile::tempdir()?;
            let pdf = folder.path().join("fatura.pdf");
            std::fs::write(&pdf, paper.to_pdf()?)?;
            let drawn = if paper.logo.is_some() { count.div_ceil(super::LINES_A_PAGE) } else { 0 };
            assert_eq!(pictures_on(&pdf)?, drawn, "the logo stands on each page");
            let text = run(Command::new("pdftotext").arg("-layout").arg(&pdf).arg("-"))?;
            for n in 1..=count {
                assert!(text.contains(&format!("Crédito número {n}")), "line {n} of {count}\n{text}");
            }
            assert!(text.contains("Total") && text.contains(&slip.barcode.linha_digitavel().to_string()));
            let last = (count.div_ceil(super::LINES_A_PAGE)).to_string();
            let picture = folder.path().join("fatura");
            run(Command::new("pdftoppm")
                .args(["-r", "300", "-png", "-singlefile", "-f", &last])
                .arg(&pdf)
                .arg(&picture))?;
            let mut scan = Command::new("zbarimg");
            scan.args(["-q", "--raw", "-S*.disable", "-Si25.enable"]).arg(picture.with_extension("png"));
            assert_eq!(run(&mut scan)?.trim(), slip.barcode.digits());
        }
        Ok(())
    }
}
