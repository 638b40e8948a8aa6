//! Files of people: read as spreadsheets write them, row by row and column by column.
//!
//! What stands in a file is said by a [`SheetColumn`]; subscribers and customers have one each. What must be true of rows together, and
//! what is made of them, is decided by those who own them.

mod draft;
mod read;

pub use draft::{Draft, Why, Wrong};
pub use read::{FILE_BYTES_MAX, ROWS_MAX, Row, Sheet, Unreadable, read};

/// One thing that is said about somebody: a column of a file, a field of a form.
pub trait SheetColumn: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// All of them, in the order in which they are documented.
    const ALL: &'static [Self];

    /// What a file may call it: in English, in Portuguese, and what other programs write; small letters without accents.
    fn names(self) -> &'static [&'static str];

    /// Whether something must be said.
    fn is_required(self) -> bool;

    /// The most bytes.
    fn bytes_max(self) -> usize;

    /// What it is called in forms and in messages.
    fn name(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }

    /// What it is called in Portuguese, which may be the same.
    fn portuguese(self) -> &'static str {
        self.names().get(1).copied().unwrap_or_else(|| self.name())
    }

    /// What a cell says under this heading.
    fn cell(self, _heading: &str, written: &str) -> String {
        written.to_owned()
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowWrong<C> {
    /// The line of the file in which the row begins.
    pub line: u64,
    /// What is wrong.
    pub wrong: Wrong<C>,
}

/// What is wrong with a row whose columns are not as many as the heading's.
pub fn wrong_columns<C: SheetColumn>(row: &Row<C>) -> Option<Wrong<C>> {
    let (found, expected) = row.columns?;
    // A quotation mark that is not closed swallows the rows behind it: that is worth more to know than their columns.
    let broken = C::ALL.iter().copied().find(|column| row.draft[*column].contains('\n'));
    Some(match broken {
        Some(column) => Wrong { column: Some(column), why: Why::LineBreak },
        None => Wrong { column: None, why: Why::Columns { found, expected } },
    })
}

/// Leaves out what is wrong with each row only because the heading lacks its column.
pub fn without_what_the_heading_lacks<C: SheetColumn>(sheet: &Sheet<C>, wrong: &mut Vec<RowWrong<C>>) {
    let is_missing = |column| sheet.heading.contains(&Unreadable::ColumnMissing(column));
    wrong.retain(|row| row.wrong.why != Why::Empty || !row.wrong.column.is_some_and(is_missing));
}
