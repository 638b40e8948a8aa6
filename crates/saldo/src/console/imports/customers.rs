//! Customers with their opening balances by file.

use money::Amount;
use store::tables::imports::{ImportKind, ImportRow};
use store::{Reader as TablesReader, StoreError};

use super::{Counts, Imported, Taken, Writing};
use crate::app::App;
use crate::audit::Author;
use crate::customer_imports::{self, Checked, CustomerColumn, Newcomer, Sheet, Terms};
use crate::look::Reader;
use crate::look::page::{ImportAsk, ImportTable, ImportWords, PreviewCell};
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::problem::Problem;
use crate::sheets::RowWrong;

/// Customers that are shown of all that a file would make.
const PREVIEW_SHOWN: usize = 5;
/// Lines of the file that are named of those that only a row of before tells of.
const LINES_NAMED: usize = 20;

/// Files of customers.
pub(in super::super) struct Customers;

impl Imported for Customers {
    type Column = CustomerColumn;
    type Checked = Checked;

    const KIND: ImportKind = ImportKind::Customers;
    const PLACE: Place = Place::ConsoleCustomers;
    const WORDS: ImportWords = ImportWords {
        heading: "import-customers-heading",
        text: "import-customers-text",
        columns_text: "import-customers-columns",
        known_text: "import-customers-known",
        brought: &["opening-bought", "opening-promotional"],
        next: "import-customers-next",
    };
    const EXAMPLES: [(&'static str, &'static str); 2] = [
        (include_str!("../../../assets/customers-en.csv"), "customers.csv"),
        (include_str!("../../../assets/customers-pt-BR.csv"), "clientes.csv"),
    ];

    fn hint(app: &App, reader: &Reader, column: CustomerColumn) -> String {
        reader.t(match column {
            CustomerColumn::Name => "column-name-hint",
            CustomerColumn::Email => "column-email-hint",
            CustomerColumn::ExternalId => "column-external-id-hint",
            CustomerColumn::Balance => {
                return reader.t1("column-balance-hint", "unit", app.config.credit.unit.code());
            }
            CustomerColumn::Kind => "column-balance-kind-hint",
            CustomerColumn::Expires => "column-expires-hint",
            CustomerColumn::Language => {
                return reader.t1("column-customer-language-hint", "language", terms(app).language.tag());
            }
        })
    }

    fn check(app: &App, tables: &TablesReader<'_>, sheet: &Sheet) -> Result<Checked, StoreError> {
        customer_imports::check_sheet(tables, &app.hashes, &terms(app), sheet)
    }

    fn wrong(checked: &Checked) -> &[RowWrong<CustomerColumn>] {
        &checked.wrong
    }

    fn counts(checked: &Checked) -> Counts {
        Counts { newcomers: checked.newcomers.len(), known: checked.known }
    }

    fn remembered(reader: &Reader, checked: &Checked) -> Option<String> {
        let count = u32::try_from(checked.remembered.len()).ok().filter(|count| *count > 0)?;
        let mut lines: Vec<String> =
            checked.remembered.iter().take(LINES_NAMED).map(u64::to_string).collect();
        if checked.remembered.len() > LINES_NAMED {
            lines.push("…".to_owned());
        }
        Some(reader.tn_with("import-customers-remembered", count, [("lines", lines.join(", "))]))
    }

    fn needs(checked: &Checked) -> Option<Permission> {
        checked.sums.any().then_some(Permission::BringBalances)
    }

    fn ask(app: &App, reader: &Reader, checked: &Checked) -> ImportAsk {
        let count = checked.newcomers.len();
        let mut facts =
            vec![(reader.t("import-new-customers"), reader.number(i64::try_from(count).unwrap_or(i64::MAX)))];
        let sums = [
            ("opening-bought", checked.sums.bought),
            ("opening-promotional", checked.sums.promotional),
            ("opening-left-out", left_out(checked)),
        ];
        let brought = sums.into_iter().filter(|(_, sum)| sum.is_positive());
        facts.extend(brought.map(|(id, sum)| (reader.t(id), reader.money(sum))));
        let welcome = app.config.credit.welcome;
        let welcome = welcome
            .is_positive()
            .then(|| reader.t1("import-customers-welcome", "amount", reader.money(welcome)));
        ImportAsk {
            facts,
            text: reader.t("import-customers-ask"),
            welcome,
            button: reader.tn("import-customers-now", u32::try_from(count).unwrap_or(u32::MAX)),
            needs: Self::needs(checked).map(|_| reader.t("import-customers-needs")),
        }
    }

    fn preview(_app: &App, reader: &Reader, checked: &Checked) -> ImportTable {
        let rows = checked.newcomers.iter().take(PREVIEW_SHOWN).map(|newcomer| previewed(reader, newcomer));
        let columns = ["name", "customer-external-key", "language", "opening-balance", "credit-expires"];
        ImportTable { columns: columns.map(|id| reader.t(id)).to_vec(), rows: rows.collect() }
    }

    fn prepare(
        app: &App,
        checked: Checked,
        file_name: &str,
        taken: &Taken,
        author: Author,
    ) -> Result<Writing, Problem> {
        let taken = customer_imports::take(app, &checked, file_name, taken.welcome.is_some(), &author)?;
        Ok(Box::new(move |tx| Ok((taken.write(tx, &author)?, taken.intents()))))
    }

    fn announce(_app: &App) {}

    fn brought(app: &App, reader: &Reader, import: &ImportRow) -> Vec<String> {
        let unit = app.config.credit.unit;
        [import.bought, import.promotional].map(|sum| reader.money(Amount::new(sum, unit))).to_vec()
    }

    fn told(app: &App, reader: &Reader, import: &ImportRow, done: i64) -> String {
        let all = i64::from(import.intents);
        if done < all {
            return reader.t2(
                "import-decisions-done",
                "done",
                reader.number(done),
                "all",
                reader.number(all),
            );
        }
        let sum = Amount::new(import.bought.saturating_add(import.promotional), app.config.credit.unit);
        let customers = reader.number(i64::from(import.customers));
        reader.t2("import-customers-done", "customers", customers, "sum", reader.money(sum))
    }
}

/// By what rows are read here.
fn terms(app: &App) -> Terms {
    Terms {
        unit: app.config.credit.unit,
        zone: app.config.brand.time_zone.clone(),
        language: app.config.brand().language,
        now: app.ledger.now(),
    }
}

/// What rows that are here already would have brought.
fn left_out(checked: &Checked) -> Amount {
    let sums = &checked.left_out;
    Amount::new(sums.bought.value().saturating_add(sums.promotional.value()), sums.bought.unit())
}

fn previewed(reader: &Reader, newcomer: &Newcomer) -> Vec<PreviewCell> {
    let opening = newcomer.opening.map_or_else(
        || PreviewCell::number(String::new()),
        |opening| {
            let kind = if opening.is_bought { "opening-bought" } else { "opening-promotional" };
            PreviewCell::under(reader.money(opening.amount), reader.t(kind))
        },
    );
    let expires = newcomer.opening.and_then(|opening| opening.expires_at);
    vec![
        PreviewCell::under(newcomer.name.clone(), newcomer.email.clone().unwrap_or_default()),
        PreviewCell::words(newcomer.external_id.clone().unwrap_or_default()),
        PreviewCell::words(newcomer.locale.endonym().to_owned()),
        opening,
        PreviewCell::words(expires.map(|at| reader.date(at.plus(-1))).unwrap_or_default()),
    ]
}
