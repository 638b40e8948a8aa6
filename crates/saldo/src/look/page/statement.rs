//! `/statement`.

use askama::Template;

use crate::look::part::{Frame, Movement};
use crate::look::{Reader, format};

/// Every movement with the balance after it. Its form asks for `/statement?month=2026-11`.
#[derive(Template)]
#[template(path = "page/statement.html")]
pub struct Statement {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The months that may be chosen, newest first, the shown one among them.
    pub months: Vec<Month>,
    /// The month shown.
    pub chosen: Month,
    /// Its movements, newest first.
    pub movements: Vec<Movement>,
    /// Link to newer movements of the month.
    pub newer_url: Option<String>,
    /// Link to older movements of the month.
    pub older_url: Option<String>,
    /// Link to the month as CSV.
    pub csv_url: String,
}

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    /// Four digits.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// As in addresses: `2026-11`.
    pub fn value(&self) -> String {
        format!("{:04}-{:02}", self.year, self.month)
    }

    /// As people read it: `November 2026`.
    pub fn words(&self, reader: &Reader) -> String {
        format::month(reader.locale, self.year, self.month)
    }
}
