//! One line of 240 characters, written and read by position.

use jiff::civil::{Date, Time};

use crate::ascii::bank_text;
use crate::boleto::BankCode;
use crate::centavos::Centavos;
use crate::cnab::error::CnabError;

/// Characters of a line.
pub(super) const LINE_LEN: usize = 240;

/// A line being written: blank where nothing was put. All positions are FEBRABAN's, from 1, both ends included.
pub(super) struct Record([u8; LINE_LEN]);

impl Record {
    /// A line of `bank`, in batch `batch` (0 in the file's header, 9999 in its trailer), of record kind `kind`.
    pub(super) fn new(bank: BankCode, batch: u64, kind: u64) -> Record {
        Record([b' '; LINE_LEN]).exact(1, 3, bank.digits()).number(4, 7, batch).number(8, 8, kind)
    }

    /// Text without accents, cut at the field's end.
    pub(super) fn text(self, from: usize, to: usize, text: &str) -> Record {
        self.put(from, &bank_text(text, to + 1 - from))
    }

    /// Text that another line had in a field of the same length; a character that is not ASCII becomes a blank.
    pub(super) fn text_as_it_was(self, from: usize, text: &str) -> Record {
        let ascii: String = text.chars().map(|c| if c.is_ascii() { c } else { ' ' }).collect();
        self.put(from, &ascii)
    }

    /// Digits or letters that are known to fit, at the left.
    pub(super) fn exact(self, from: usize, to: usize, text: &str) -> Record {
        assert!(text.len() <= to + 1 - from && text.is_ascii(), "{text:?} does not fit {from}-{to}");
        self.put(from, text)
    }

    /// Digits or letters that are known to fit, at the right, with zeros before them.
    pub(super) fn zero_filled(self, from: usize, to: usize, text: &str) -> Record {
        let len = to + 1 - from;
        self.exact(from, to, &format!("{text:0>len$}"))
    }

    /// A number that is known to fit.
    pub(super) fn number(self, from: usize, to: usize, number: u64) -> Record {
        self.zero_filled(from, to, &number.to_string())
    }

    pub(super) fn zeros(self, from: usize, to: usize) -> Record {
        self.number(from, to, 0)
    }

    /// An amount with two decimals.
    pub(super) fn amount(self, from: usize, to: usize, amount: Centavos) -> Record {
        self.number(from, to, amount.count())
    }

    /// A day as `ddmmaaaa`, or zeros.
    pub(super) fn day(self, from: usize, day: Option<Date>) -> Record {
        let text = day.map(|day| format!("{:02}{:02}{:04}", day.day(), day.month(), day.year()));
        self.zero_filled(from, from + 7, &text.unwrap_or_default())
    }

    /// A time of day as `hhmmss`.
    pub(super) fn time(self, from: usize, time: Time) -> Record {
        let text = format!("{:02}{:02}{:02}", time.hour(), time.minute(), time.second());
        self.exact(from, from + 5, &text)
    }

    /// Appends the line to `file`.
    pub(super) fn end(self, file: &mut String) {
        file.extend(self.0.iter().map(|byte| char::from(*byte)));
        file.push_str("\r\n");
    }

    fn put(mut self, from: usize, text: &str) -> Record {
        self.0[from - 1..from - 1 + text.len()].copy_from_slice(text.as_bytes());
        self
    }
}

/// A line that was read, filled up with the blanks that it may have lost.
pub(super) struct Line {
    /// Counted from 1, blank lines too.
    pub(super) number: usize,
    characters: Vec<char>,
}

impl Line {
    /// `text` without its line end, at most [`LINE_LEN`] characters besides blanks at its end.
    pub(super) fn new(number: usize, text: &str) -> Result<Line, CnabError> {
        let mut characters: Vec<char> = text.trim_end().chars().collect();
        if characters.len() > LINE_LEN {
            return Err(CnabError::LineTooLong { line: number });
        }
        characters.resize(LINE_LEN, ' ');
        Ok(Line { number, characters })
    }

    /// The character at `column`.
    pub(super) fn at(&self, column: usize) -> char {
        self.characters[column - 1]
    }

    /// Everything from `from` to `to`, blanks too.
    pub(super) fn raw(&self, from: usize, to: usize) -> String {
        self.characters[from - 1..to].iter().collect()
    }

    /// The text from `from` to `to` without blanks around it.
    pub(super) fn text(&self, from: usize, to: usize) -> String {
        self.raw(from, to).trim().to_owned()
    }

    /// A number; blanks before it are zeros, and so is a field of blanks: that is how some banks write "none".
    pub(super) fn number(&self, from: usize, to: usize, field: &'static str) -> Result<u64, CnabError> {
        let raw = self.raw(from, to);
        let digits = raw.trim_start();
        if digits.is_empty() {
            return Ok(0);
        }
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| is_number).ok_or_else(|| self.wrong(from, to, field))
    }

    /// An amount with two decimals; blanks are nothing.
    pub(super) fn amount(&self, from: usize, to: usize, field: &'static str) -> Result<Centavos, CnabError> {
        Centavos::new(self.number(from, to, field)?).map_err(|_| self.wrong(from, to, field))
    }

    /// A day as `ddmmaaaa`; none if it is zeros or blanks.
    pub(super) fn day(&self, from: usize, field: &'static str) -> Result<Option<Date>, CnabError> {
        let to = from + 7;
        let number = self.number(from, to, field)?;
        if number == 0 {
            return Ok(None);
        }
        let year = i16::try_from(number % 10_000).ok();
        let month = i8::try_from(number / 10_000 % 100).ok();
        let day = i8::try_from(number / 1_000_000).ok();
        let date = year.zip(month).zip(day).and_then(|((year, month), day)| Date::new(year, month, day).ok());
        date.map(Some).ok_or_else(|| self.wrong(from, to, field))
    }

    /// What stands from `from` to `to` is not what `field` can be.
    pub(super) fn wrong(&self, from: usize, to: usize, field: &'static str) -> CnabError {
        CnabError::Field { line: self.number, column: from, field, found: self.raw(from, to) }
    }

    /// What stands at `column` is not `wanted`.
    pub(super) fn out_of_order(&self, column: usize, wanted: &'static str) -> CnabError {
        CnabError::Order { line: self.number, column, found: self.at(column), wanted }
    }
}
