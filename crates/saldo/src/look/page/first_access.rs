//! `/first-access`.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// Lets a subscriber choose a password. Its form sends `document`, `code`, `password` and `password_again` to `/first-access`.
#[derive(Template)]
#[template(path = "page/first_access.html")]
pub struct FirstAccess {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu.
    pub frame: Frame,
    /// What was typed as document before, to be corrected.
    pub document: String,
    /// The fewest characters a password may have.
    pub length_min: u32,
    /// Why the last try failed.
    pub problem: Option<FirstAccessProblem>,
}

/// Why nobody was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstAccessProblem {
    /// A field was left empty.
    Empty,
    /// What was typed is nobody's CPF or CNPJ.
    BadDocument,
    /// Document and code do not belong together, or the code does not work any more; which of it is not told.
    Refused,
    /// The password has too few characters.
    TooShort,
    /// The two passwords differ.
    Different,
    /// The password is the subscriber's own CPF, CNPJ or e-mail.
    PasswordIsName,
    /// The password is a row of letters or digits.
    PasswordIsPattern,
    /// Too many tries; the next is allowed after so many minutes.
    TooMany {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
}

impl FirstAccess {
    /// The problem in the reader's words.
    pub fn problem_words(&self) -> Option<String> {
        let reader = &self.reader;
        Some(match self.problem? {
            FirstAccessProblem::Empty => reader.t("first-access-empty"),
            FirstAccessProblem::BadDocument => reader.t("first-access-bad-document"),
            FirstAccessProblem::Refused => reader.t1("first-access-refused", "brand", &self.frame.brand),
            FirstAccessProblem::TooShort => reader.tn("password-too-short", self.length_min),
            FirstAccessProblem::Different => reader.t("password-different"),
            FirstAccessProblem::PasswordIsName => reader.t("password-is-name"),
            FirstAccessProblem::PasswordIsPattern => reader.t("password-is-pattern"),
            FirstAccessProblem::TooMany { minutes } => reader.tn("sign-in-too-many", minutes),
        })
    }
}
