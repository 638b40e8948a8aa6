//! Words for what is said about subscribers: the columns, and what can be wrong with what stands in them.

use brazil::document::DocumentError;

use crate::customer_imports::OPENING_UNITS_MAX;
use crate::look::Reader;
use crate::look::page::FieldProblem;
use crate::look::page::statement::field;
use crate::sheets::{FILE_BYTES_MAX, ROWS_MAX, Row, RowWrong, Sheet, SheetColumn, Unreadable, Why, Wrong};
use crate::subscribers::Column;

/// What a column is called on pages.
pub fn column_label(reader: &Reader, column: Column) -> String {
    reader.t(match column {
        Column::Name => "name",
        Column::Document => "subscriber-document",
        Column::Email => "subscriber-email",
        Column::Street => "subscriber-street",
        Column::District => "subscriber-district",
        Column::City => "subscriber-city",
        Column::State => "subscriber-state",
        Column::Postcode => "subscriber-postcode",
        Column::Plan => "plan",
        Column::AccessLogin => "access-login",
        Column::AnchorDay => "anchor-day",
        Column::Used => "used-before",
        Column::Outside => "outside-before",
        Column::Language => "language",
    })
}

/// What a column is for and how it is written.
pub fn column_hint(reader: &Reader, column: Column) -> String {
    reader.t(match column {
        Column::Name => "column-name-hint",
        Column::Document => "column-document-hint",
        Column::Email => "column-email-hint",
        Column::Street => "column-street-hint",
        Column::District => "column-district-hint",
        Column::City => "column-city-hint",
        Column::State => "column-state-hint",
        Column::Postcode => "column-postcode-hint",
        Column::Plan => "column-plan-hint",
        Column::AccessLogin => "column-access-login-hint",
        Column::AnchorDay => "column-anchor-day-hint",
        Column::Used => "column-used-hint",
        Column::Outside => "column-outside-hint",
        Column::Language => "column-language-hint",
    })
}

/// What is wrong, in words.
pub fn why_words(reader: &Reader, why: &Why) -> String {
    reader.t(match why {
        Why::Empty => "wrong-empty",
        Why::TooLong(bytes) => return reader.tn("wrong-too-long", u32::try_from(*bytes).unwrap_or(u32::MAX)),
        Why::LineBreak => "wrong-line-break",
        Why::Unprintable => "wrong-unprintable",
        Why::Document(error) => document_text(*error),
        Why::Email => "wrong-email",
        Why::AccessLogin => "wrong-login-blank",
        Why::State => "wrong-state",
        Why::Postcode => "wrong-postcode",
        Why::PlanUnknown => "wrong-plan",
        Why::Day => "wrong-day",
        Why::Size => "wrong-size",
        Why::NoUnit => "wrong-no-unit",
        Why::Negative => "wrong-negative",
        Why::OutsideMore => "wrong-outside",
        Why::Language => "wrong-language",
        Why::AlreadyCustomer => "wrong-already-customer",
        Why::EmailTaken => "wrong-email-taken",
        Why::LoginTaken => "wrong-login-taken",
        Why::Unmarked => "wrong-unmarked",
        Why::Money => "wrong-money",
        Why::MoneyAmbiguous => "wrong-money-ambiguous",
        Why::MoneyTooFine => "wrong-money-too-fine",
        Why::MoneyTooMuch => {
            return reader.t1("wrong-money-too-much", "most", reader.number(OPENING_UNITS_MAX));
        }
        Why::BalanceKind => "wrong-balance-kind",
        Why::Date => "credit-expires-no-day",
        Why::DateOver => "credit-expires-in-past",
        Why::Twice(line) => return reader.t1("wrong-twice", "line", line),
        Why::Differs(line) => return reader.t1("wrong-differs", "line", line),
        Why::Columns { found, expected } => {
            return reader.t2("wrong-columns", "found", found, "expected", expected);
        }
    })
}

/// What is wrong with a form, each with the field that it is about: the first of each field.
pub fn field_problems<C: SheetColumn>(reader: &Reader, wrong: &[Wrong<C>]) -> Vec<FieldProblem> {
    let mut problems: Vec<FieldProblem> = Vec::new();
    for wrong in wrong {
        let field = wrong.column.map(C::name).unwrap_or_default();
        if problems.iter().all(|known| known.field != field) {
            problems.push(FieldProblem::new(field, why_words(reader, &wrong.why)));
        }
    }
    problems
}

/// What is wrong with a row of a file, in one line.
pub fn row_words<C: SheetColumn>(reader: &Reader, row: &RowWrong<C>) -> String {
    let words = why_words(reader, &row.wrong.why);
    let column = row.wrong.column.map(|column| column_name(reader, column)).unwrap_or_default();
    let values = [("line", row.line.to_string()), ("column", column), ("words", words)];
    reader.with("wrong-row", values)
}

/// A column as the reader's files call it.
pub fn column_name<C: SheetColumn>(reader: &Reader, column: C) -> String {
    let is_portuguese = reader.locale == crate::look::Locale::PtBr;
    if is_portuguese { column.portuguese() } else { column.name() }.to_owned()
}

/// What stands in the column that is wrong.
pub fn value_of<'r, C: SheetColumn>(rows: &'r [Row<C>], wrong: &RowWrong<C>) -> &'r str {
    let row = rows.binary_search_by_key(&wrong.line, |row| row.line).ok().map(|index| &rows[index]);
    row.zip(wrong.wrong.column).map_or("", |(row, column)| &row.draft[column])
}

/// All that is wrong with the rows of a file, as a file. What strangers wrote is disarmed, so that no spreadsheet runs it.
pub fn wrong_csv<C: SheetColumn>(reader: &Reader, sheet: &Sheet<C>, wrong: &[RowWrong<C>]) -> String {
    let head = ["file-line", "file-column", "file-value", "file-wrong"].map(|id| field(&reader.t(id)));
    let mut text = head.join(",") + "\r\n";
    for row in wrong {
        let column = row.wrong.column.map(|column| column_name(reader, column)).unwrap_or_default();
        let value = value_of(&sheet.rows, row);
        let cells = [field(&column), field(value), field(&why_words(reader, &row.wrong.why))];
        text.push_str(&format!("{},{}\r\n", row.line, cells.join(",")));
    }
    text
}

/// Why a file cannot be read.
pub fn unreadable_words<C: SheetColumn>(reader: &Reader, why: &Unreadable<C>) -> String {
    reader.t(match why {
        Unreadable::Empty => "file-empty",
        Unreadable::NoRows => "file-no-rows",
        Unreadable::TooLong => {
            let megabytes = u32::try_from(FILE_BYTES_MAX / (1024 * 1024)).unwrap_or(u32::MAX);
            return reader.tn("file-too-long", megabytes);
        }
        Unreadable::TooManyRows => {
            let rows = i64::try_from(ROWS_MAX).unwrap_or(i64::MAX);
            return reader.t1("file-too-many-rows", "rows", reader.number(rows));
        }
        Unreadable::NotText => "file-not-text",
        Unreadable::ColumnUnknown(name) => return reader.t1("file-column-unknown", "column", name),
        Unreadable::ColumnMissing(column) => {
            return reader.t1("file-column-missing", "column", column_name(reader, *column));
        }
        Unreadable::ColumnTwice(column) => {
            return reader.t1("file-column-twice", "column", column_name(reader, *column));
        }
    })
}

fn document_text(error: DocumentError) -> &'static str {
    match error {
        DocumentError::Empty => "wrong-empty",
        DocumentError::Character => "wrong-document-character",
        DocumentError::Length => "wrong-document-length",
        DocumentError::Repeated => "wrong-document-repeated",
        DocumentError::CheckDigits => "wrong-document-digits",
    }
}
