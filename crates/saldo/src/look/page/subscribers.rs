//! `/console/subscribers` and below: who pays for lines, and the files by which many of them come at once.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::Frame;

/// The list of subscribers. Its form sends `find` by GET.
#[derive(Template)]
#[template(path = "page/subscribers.html")]
pub struct Subscribers {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// What was looked for; empty for all.
    pub find: String,
    /// Whether new ones may be written down here.
    pub may_change: bool,
    /// Those that are there.
    pub rows: Vec<Subscriber>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// One of the list.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Where his page is.
    pub url: String,
    /// The name.
    pub name: String,
    /// CPF or CNPJ as people write it.
    pub document: String,
    /// The e-mail.
    pub email: String,
    /// The city.
    pub city: String,
}

/// Where a file is chosen. Its form sends `file` to `/console/subscribers/import`, which checks it and writes nothing.
#[derive(Template)]
#[template(path = "page/import.html")]
pub struct ImportPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
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
    /// Lines that it made.
    pub lines: i64,
    /// Rows that were there already.
    pub known: i64,
}

/// What a file comes to. Its form sends `check` to `/console/subscribers/imports`, which takes the file.
#[derive(Template)]
#[template(path = "page/import_check.html")]
pub struct ImportCheck {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// What the file is called.
    pub file_name: String,
    /// The name under which the checked file is kept; `None` if it cannot be taken.
    pub check: Option<String>,
    /// What is wrong with the heading of the file.
    pub heading: Vec<String>,
    /// Rows that say something.
    pub rows: i64,
    /// Customers that are new.
    pub customers: i64,
    /// Lines that are new.
    pub lines: u32,
    /// Rows that are here already.
    pub known: i64,
    /// Whether it was read as Latin-1.
    pub is_latin1: bool,
    /// How many things are wrong, with the heading and with rows.
    pub wrong_count: u32,
    /// The first of them.
    pub wrong: Vec<WrongLine>,
    /// The first of who is new.
    pub preview: Vec<PreviewLine>,
}

impl ImportCheck {
    /// Lines that are new, to be written with the reader's grouping.
    pub fn line_number(&self) -> i64 {
        self.lines.into()
    }

    /// Whether more is wrong than is shown.
    pub fn has_more(&self) -> bool {
        u32::try_from(self.wrong.len() + self.heading.len()).is_ok_and(|shown| shown < self.wrong_count)
    }
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

/// One line that would be made.
#[derive(Clone, Debug)]
pub struct PreviewLine {
    /// The customer.
    pub name: String,
    /// CPF or CNPJ as people write it.
    pub document: String,
    /// The plan.
    pub plan: String,
    /// How the line authenticates.
    pub access_login: String,
    /// The day on which its cycles begin.
    pub anchor_day: u8,
    /// What it has used, in words.
    pub used: String,
}

/// A file that was taken, and how far the book is with it.
#[derive(Template)]
#[template(path = "page/import_progress.html")]
pub struct ImportProgress {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The file.
    pub import: ImportLine,
    /// Decisions that the book has taken for it.
    pub done: i64,
    /// Decisions that it takes in all.
    pub all: i64,
}

impl ImportProgress {
    /// Whether the book goes on with it.
    pub fn is_pending(&self) -> bool {
        self.done < self.all
    }

    /// Lines that are in service by now, roughly.
    pub fn lines_done(&self) -> i64 {
        self.import.lines * self.done / self.all.max(1)
    }
}
