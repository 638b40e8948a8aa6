//! `/statement`.

use core::fmt::Write;

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
    /// Link to the month as PDF.
    pub pdf_url: String,
    /// Its first and its last day, as forms write days: where the choice of other days begins.
    pub days: [String; 2],
    /// The field of the choice of other days that is wrong, and why.
    pub wrong_day: Option<(String, String)>,
}

impl Statement {
    /// The id of what is wrong with the days that a file was asked for, by the problem's code.
    pub fn wrong_day_text(code: &str) -> &'static str {
        match code {
            "period_too_long" => "days-too-many",
            "days_backwards" => "days-backwards",
            _ => "days-wrong",
        }
    }

    /// Whether this field of the choice of other days is wrong.
    fn is_wrong(&self, field: &str) -> bool {
        self.wrong_day.as_ref().is_some_and(|(wrong, _)| wrong == field)
    }
}

/// What stands on a statement on paper beside its movements.
pub struct StatementWords {
    /// What it is.
    pub title: String,
    /// What the period is called.
    pub period: String,
    /// What the time zone is called.
    pub zone: String,
    /// The headings of its table.
    pub headings: [String; 4],
    /// What the balance before is called.
    pub opening: String,
    /// What the balance after is called.
    pub closing: String,
}

impl StatementWords {
    /// In the reader's language.
    pub fn of(reader: &Reader) -> StatementWords {
        StatementWords {
            title: reader.t("statement-paper"),
            period: reader.t("period"),
            zone: reader.t("time-zone"),
            headings: ["date", "movement", "amount", "balance-after"].map(|id| reader.t(id)),
            opening: reader.t("statement-opening"),
            closing: reader.t("statement-closing"),
        }
    }
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

/// The first line of a statement as CSV (RFC 4180): headings in the reader's language, and in which zone the times are.
pub fn csv_head(reader: &Reader) -> String {
    let date = reader.t1("date-in-zone", "zone", reader.zone_name());
    let others = ["movement", "amount", "unit", "balance-after", "entry-id"].map(|id| field(&reader.t(id)));
    format!("{},{}\r\n", field(&date), others.join(","))
}

/// Further lines of a statement as CSV, in the order given: exact decimals with a point and times with their offset, for
/// programs; words in the reader's language, for people.
pub fn csv_lines(reader: &Reader, movements: &[Movement]) -> String {
    let mut text = String::new();
    for movement in movements {
        let cells = [
            reader.time_with_offset(movement.at),
            field(&movement.words(reader)),
            movement.amount.to_decimal(),
            movement.amount.unit().to_string(),
            movement.balance.to_decimal(),
            movement.id.clone(),
        ];
        // Writing into a string cannot fail.
        let _ = write!(text, "{}\r\n", cells.join(","));
    }
    text
}

/// Words as one field. A leading sign that a spreadsheet would take for a formula is disarmed.
pub fn field(words: &str) -> String {
    let disarm = if words.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{disarm}{}\"", words.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Locale;
    use crate::look::part::MovementKind;
    use jiff::tz::TimeZone;
    use money::{Amount, Timestamp, Unit};

    #[test]
    fn a_spreadsheet_reads_it_and_runs_nothing() {
        let movement = |reason: &str| Movement {
            id: "ent_1".to_owned(),
            at: Timestamp::EPOCH,
            kind: MovementKind::Charged { what: reason.to_owned() },
            amount: Amount::new(-250_000, Unit::USD),
            balance: Amount::new(24_750_000, Unit::USD),
        };
        let zone = TimeZone::get("America/Sao_Paulo").expect("time zones of the system");
        let reader = Reader::new(Locale::En, zone);
        let text = csv_head(&reader) + &csv_lines(&reader, &[movement("a \"b\", c")]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "\"Date (America/Sao_Paulo)\",\"Movement\",\"Amount\",\"Unit\",\"Balance\",\"Entry ID\""
        );
        assert_eq!(lines[1], "1969-12-31T21:00:00-03:00,\"Charge, a \"\"b\"\", c\",-0.25,USD,24.75,ent_1");
        assert_eq!(field("=1+1"), "\"'=1+1\"");
    }
}
