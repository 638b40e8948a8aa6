//! `…/import` and below, of customers and of subscribers: the files by which many people come at once.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::{Frame, Place};

/// The ids of the words that differ between kinds of people.
#[derive(Clone, Copy, Debug)]
pub struct ImportWords {
    /// Heading of the page where a file is chosen.
    pub heading: &'static str,
    /// What stands under it.
    pub text: &'static str,
    /// What there is to know of all columns.
    pub columns_text: &'static str,
    /// What becomes of rows that are here already.
    pub known_text: &'static str,
    /// What a file brings beside customers.
    pub brought: &'static [&'static str],
    /// What may be done when it is taken.
    pub next: &'static str,
}

/// Where a file is chosen. Its form sends `file` to `{url}/checks`, which checks it and writes nothing.
#[derive(Template)]
#[template(path = "page/import.html")]
pub struct ImportPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Where the list of these people is.
    pub url: &'static str,
    /// The words of this kind.
    pub words: ImportWords,
    /// The names of the examples in English and in Portuguese.
    pub examples: [&'static str; 2],
    /// Why the file could not be read, or where the one that was checked has gone.
    pub problem: Option<String>,
    /// The columns that a file may have.
    pub columns: Vec<ColumnLine>,
    /// The most rows of a file.
    pub rows_max: i64,
    /// The longest file, in MB.
    pub megabytes_max: u32,
    /// Files that were taken lately.
    pub imports: Vec<ImportLine>,
}

/// A column that a file may have.
#[derive(Clone, Debug)]
pub struct ColumnLine {
    /// Its names, the reader's own first.
    pub names: Vec<&'static str>,
    /// Whether it must be there.
    pub is_required: bool,
    /// What stands in it.
    pub hint: String,
}

/// A file that was taken.
#[derive(Clone, Debug)]
pub struct ImportLine {
    /// Its page.
    pub url: String,
    /// What it was called.
    pub file_name: String,
    /// When.
    pub at: Timestamp,
    /// Customers that it made.
    pub customers: i64,
    /// What it brought beside them, as [`ImportWords::brought`] names it.
    pub brought: Vec<String>,
    /// Rows that were there already.
    pub known: i64,
}

/// What a file comes to. Its form sends `check` and `welcome` to `{url}/imports`, which takes the file.
#[derive(Template)]
#[template(path = "page/import_check.html")]
pub struct ImportCheck {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Where the list of these people is.
    pub url: &'static str,
    /// The name under which the checked file is kept.
    pub check: String,
    /// What the file is called.
    pub file_name: String,
    /// What is asked before it is taken; `None` if it cannot be.
    pub ask: Option<ImportAsk>,
    /// Whether whoever looks at it may take it.
    pub may_take: bool,
    /// What is wrong with the heading of the file.
    pub heading: Vec<String>,
    /// Rows that say something.
    pub rows: i64,
    /// Rows that are here already.
    pub known: i64,
    /// What becomes of those.
    pub known_text: &'static str,
    /// Which of them are of nobody who is here now, in words.
    pub remembered: Option<String>,
    /// Whether it was read as Latin-1.
    pub is_latin1: bool,
    /// How many things are wrong, with the heading and with rows.
    pub wrong_count: u32,
    /// The first of them.
    pub wrong: Vec<WrongLine>,
    /// The first of who is new.
    pub preview: ImportTable,
}

impl ImportCheck {
    /// What is asked of whoever may take it.
    pub fn offered(&self) -> Option<&ImportAsk> {
        self.ask.as_ref().filter(|_| self.may_take)
    }

    /// Who may take it, told to those who may not.
    pub fn not_offered(&self) -> Option<&str> {
        self.ask.as_ref().filter(|_| !self.may_take)?.needs.as_deref()
    }

    /// Whether more is wrong than is shown.
    pub fn has_more(&self) -> bool {
        u32::try_from(self.wrong.len() + self.heading.len()).is_ok_and(|shown| shown < self.wrong_count)
    }
}

/// What is asked before a file is taken.
#[derive(Clone, Debug)]
pub struct ImportAsk {
    /// What it brings: what, and how much.
    pub facts: Vec<(String, String)>,
    /// What happens with it.
    pub text: String,
    /// The words of the box by which all get the welcome credit, where there is one.
    pub welcome: Option<String>,
    /// The button.
    pub button: String,
    /// Who may take it, where not everybody may who writes people down.
    pub needs: Option<String>,
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct WrongLine {
    /// The line of the file.
    pub line: u64,
    /// The column; empty if it is about the whole row.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is wrong.
    pub words: String,
}

/// The first of what would be made.
#[derive(Clone, Debug, Default)]
pub struct ImportTable {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, a cell for each column.
    pub rows: Vec<Vec<PreviewCell>>,
}

/// What stands in one of its cells.
#[derive(Clone, Debug)]
pub struct PreviewCell {
    /// The words.
    pub words: String,
    /// What stands under them.
    pub under: String,
    /// Whether it is a number.
    pub is_number: bool,
}

impl PreviewCell {
    /// Words alone.
    pub fn words(words: String) -> PreviewCell {
        PreviewCell { words, under: String::new(), is_number: false }
    }

    /// Words with others under them.
    pub fn under(words: String, under: String) -> PreviewCell {
        PreviewCell { words, under, is_number: false }
    }

    /// A number.
    pub fn number(words: String) -> PreviewCell {
        PreviewCell { words, under: String::new(), is_number: true }
    }
}

/// A file that was taken, and how far the book is with it.
#[derive(Template)]
#[template(path = "page/import_progress.html")]
pub struct ImportProgress {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The words of this kind.
    pub words: ImportWords,
    /// The list of these people.
    pub place: Place,
    /// The file.
    pub import: ImportLine,
    /// Decisions that the book has taken for it.
    pub done: i64,
    /// Decisions that it takes in all.
    pub all: i64,
    /// How far it is, or what it came to.
    pub told: String,
}

impl ImportProgress {
    /// Whether the book goes on with it.
    pub fn is_pending(&self) -> bool {
        self.done < self.all
    }
}
