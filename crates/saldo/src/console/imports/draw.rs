//! The pages of an import, whatever stands in the file.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use store::tables::imports::ImportRow;

use super::super::kept_files::CheckedFile;
use super::{Imported, Looked};
use crate::app::App;
use crate::look::page::{
    ColumnLine, ImportCheck, ImportLine, ImportPage, ImportProgress, ImportTable, WrongLine,
};
use crate::look::part::enrolment::{column_name, unreadable_words, value_of, why_words};
use crate::look::{Locale, Reader};
use crate::portal::{Fault, StaffIn, draw};
use crate::sheets::{FILE_BYTES_MAX, ROWS_MAX, Row, RowWrong, SheetColumn};

/// Things that are shown of all that is wrong with a file.
const WRONG_SHOWN: usize = 200;
/// Imports that are listed.
const IMPORTS_SHOWN: u32 = 10;
/// Characters that are shown of what stands in a column.
const VALUE_CHARS_MAX: usize = 60;

/// Where a file is chosen.
pub(super) async fn choose<K: Imported>(
    app: &Arc<App>,
    staff: &StaffIn,
    problem: Option<String>,
) -> Result<Response, Fault> {
    let imports = app.read(|tables| tables.imports(K::KIND, None, IMPORTS_SHOWN)).await?.rows;
    let reader = staff.visit.reader().clone();
    let columns = K::Column::ALL.iter().map(|column| ColumnLine {
        names: names(&reader, *column),
        is_required: column.is_required(),
        hint: K::hint(app, &reader, *column),
    });
    let [english, portuguese] = K::EXAMPLES.map(|(_, name)| name);
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ImportPage {
        frame: staff.visit.frame(app, Some(K::PLACE)),
        url: K::PLACE.url(),
        words: K::WORDS,
        examples: [english, portuguese],
        problem,
        columns: columns.collect(),
        rows_max: i64::try_from(ROWS_MAX).unwrap_or(i64::MAX),
        megabytes_max: u32::try_from(FILE_BYTES_MAX / (1024 * 1024)).unwrap_or(u32::MAX),
        imports: imports.iter().map(|import| line::<K>(app, &reader, import)).collect(),
        reader,
    };
    draw(status, &page)
}

/// What a column may be called, in the reader's language first.
fn names<C: SheetColumn>(reader: &Reader, column: C) -> Vec<&'static str> {
    let mut names = vec![column.name(), column.portuguese()];
    if reader.locale == Locale::PtBr {
        names.reverse();
    }
    names.dedup();
    names
}

fn line<K: Imported>(app: &App, reader: &Reader, import: &ImportRow) -> ImportLine {
    ImportLine {
        url: format!("{}/imports/{}", K::PLACE.url(), import.import_no),
        file_name: import.file_name.clone(),
        at: import.created_at,
        customers: import.customers.into(),
        brought: K::brought(app, reader, import),
        known: import.known.into(),
    }
}

/// What a file comes to.
pub(super) fn check<K: Imported>(
    app: &Arc<App>,
    staff: &StaffIn,
    check: &str,
    file: &CheckedFile,
    looked: &Looked<K>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let (sheet, checked) = (&looked.sheet, &looked.checked);
    let (wrong, counts) = (K::wrong(checked), K::counts(checked));
    let is_right = looked.is_right();
    let status = if is_right { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let heading = sheet.heading.iter().take(WRONG_SHOWN).map(|why| unreadable_words(&reader, why));
    let shown = wrong.iter().take(WRONG_SHOWN).map(|row| wrong_line(&reader, &sheet.rows, row));
    let may_take = K::needs(checked).is_none_or(|needed| staff.may(needed));
    let page = ImportCheck {
        frame: staff.visit.frame(app, Some(K::PLACE)),
        url: K::PLACE.url(),
        check: check.to_owned(),
        file_name: file.name.clone(),
        ask: looked.can_be_taken().then(|| K::ask(app, &reader, checked)),
        may_take,
        heading: heading.collect(),
        rows: i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX),
        known: counts.known.into(),
        known_text: K::WORDS.known_text,
        remembered: K::remembered(&reader, checked),
        is_latin1: sheet.is_latin1,
        wrong_count: u32::try_from(wrong.len() + sheet.heading.len()).unwrap_or(u32::MAX),
        wrong: shown.collect(),
        preview: if is_right { K::preview(app, &reader, checked) } else { ImportTable::default() },
        reader,
    };
    draw(status, &page)
}

fn wrong_line<C: SheetColumn>(reader: &Reader, rows: &[Row<C>], wrong: &RowWrong<C>) -> WrongLine {
    WrongLine {
        line: wrong.line,
        column: wrong.wrong.column.map(|column| column_name(reader, column)).unwrap_or_default(),
        value: value_of(rows, wrong).chars().take(VALUE_CHARS_MAX).collect(),
        words: why_words(reader, &wrong.wrong.why),
    }
}

/// How far the book is with a file.
pub(super) fn progress<K: Imported>(
    app: &App,
    staff: &StaffIn,
    import: &ImportRow,
    open: u32,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let all = i64::from(import.intents);
    let done = (all - i64::from(open)).max(0);
    let page = ImportProgress {
        frame: staff.visit.frame(app, Some(K::PLACE)),
        words: K::WORDS,
        place: K::PLACE,
        done,
        all,
        told: K::told(app, &reader, import, done),
        import: line::<K>(app, &reader, import),
        reader,
    };
    draw(StatusCode::OK, &page)
}
