//! Subscribers with their lines by file.

use store::tables::imports::{ImportKind, ImportRow};
use store::{Reader as TablesReader, StoreError};

use super::super::subscribers::spoken_document;
use super::{Counts, Imported, Taken, Writing};
use crate::app::App;
use crate::audit::Author;
use crate::clock;
use crate::look::Reader;
use crate::look::page::{ImportAsk, ImportTable, ImportWords, PreviewCell};
use crate::look::part::Place;
use crate::look::part::enrolment::column_hint;
use crate::permissions::Permission;
use crate::problem::Problem;
use crate::subscribers::{self, Checked, Column, RowWrong, Sheet};

/// Lines that are shown of all that a file would make.
const PREVIEW_SHOWN: usize = 5;

/// Files of subscribers.
pub(in super::super) struct Subscribers;

impl Imported for Subscribers {
    type Column = Column;
    type Checked = Checked;

    const KIND: ImportKind = ImportKind::Subscribers;
    const PLACE: Place = Place::ConsoleSubscribers;
    const WORDS: ImportWords = ImportWords {
        heading: "import-heading",
        text: "import-text",
        columns_text: "import-columns-text",
        known_text: "import-known-text",
        brought: &["lines"],
        next: "import-next",
    };
    const EXAMPLES: [(&'static str, &'static str); 2] = [
        (include_str!("../../../assets/subscribers-en.csv"), "subscribers.csv"),
        (include_str!("../../../assets/subscribers-pt-BR.csv"), "assinantes.csv"),
    ];

    fn hint(_app: &App, reader: &Reader, column: Column) -> String {
        column_hint(reader, column)
    }

    fn check(_app: &App, tables: &TablesReader<'_>, sheet: &Sheet) -> Result<Checked, StoreError> {
        subscribers::check_sheet(tables, sheet)
    }

    fn wrong(checked: &Checked) -> &[RowWrong] {
        &checked.wrong
    }

    fn counts(checked: &Checked) -> Counts {
        Counts { newcomers: checked.newcomers.len(), known: checked.known }
    }

    fn needs(_checked: &Checked) -> Option<Permission> {
        None
    }

    fn ask(_app: &App, reader: &Reader, checked: &Checked) -> ImportAsk {
        let number = |count: usize| reader.number(i64::try_from(count).unwrap_or(i64::MAX));
        ImportAsk {
            facts: vec![
                (reader.t("import-new-customers"), number(checked.newcomers.len())),
                (reader.t("import-new-lines"), number(checked.lines())),
            ],
            text: reader.t("import-ask"),
            welcome: None,
            button: reader.tn("import-now", u32::try_from(checked.lines()).unwrap_or(u32::MAX)),
            needs: None,
        }
    }

    fn preview(app: &App, reader: &Reader, checked: &Checked) -> ImportTable {
        let sold = app.sold();
        let lines = checked.newcomers.iter().flat_map(|newcomer| {
            newcomer.subscriptions.iter().map(move |subscription| (&newcomer.person, subscription))
        });
        let rows = lines.take(PREVIEW_SHOWN).map(|(person, subscription)| {
            let plan = sold.plan(subscription.plan_no).map(|plan| plan.name.clone()).unwrap_or_default();
            vec![
                PreviewCell::under(person.name.clone(), spoken_document(&person.document)),
                PreviewCell::words(plan),
                PreviewCell::words(subscription.access_login.clone()),
                PreviewCell::number(subscription.anchor_day.to_string()),
                PreviewCell::number(reader.volume(subscription.used)),
            ]
        });
        let columns = ["name", "plan", "access-login", "anchor-day", "used-before"];
        ImportTable { columns: columns.map(|id| reader.t(id)).to_vec(), rows: rows.collect() }
    }

    fn prepare(
        _app: &App,
        checked: Checked,
        file_name: &str,
        _taken: &Taken,
        author: Author,
    ) -> Result<Writing, Problem> {
        let (now, name) = (clock::now(), file_name.to_owned());
        Ok(Box::new(move |tx| subscribers::import(tx, &checked, &name, &author, now)))
    }

    fn announce(app: &App) {
        app.nas.lines_added();
    }

    fn brought(_app: &App, reader: &Reader, import: &ImportRow) -> Vec<String> {
        vec![reader.number(i64::from(import.lines))]
    }

    fn told(_app: &App, reader: &Reader, import: &ImportRow, done: i64) -> String {
        let (lines, all) = (i64::from(import.lines), i64::from(import.intents));
        if done < all {
            let done = reader.number(lines * done / all.max(1));
            return reader.t2("import-lines-done", "done", done, "all", reader.number(lines));
        }
        let customers = reader.number(i64::from(import.customers));
        reader.t2("import-done-text", "customers", customers, "lines", reader.number(lines))
    }
}
