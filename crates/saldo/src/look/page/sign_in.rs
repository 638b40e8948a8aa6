//! `/sign-in` and `/console/sign-in`.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// The sign-in page. Its form sends `login`, `password` and `next` to [`SignIn::action_url`].
#[derive(Template)]
#[template(path = "page/sign_in.html")]
pub struct SignIn {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu.
    pub frame: Frame,
    /// Whether staff signs in here and not a customer.
    pub is_staff: bool,
    /// Whether people may become customers by themselves.
    pub may_sign_up: bool,
    /// What was typed as login before, to be corrected.
    pub login: String,
    /// Why the last try failed.
    pub problem: Option<SignInProblem>,
    /// Path to go to after signing in; empty for the first page.
    pub next: String,
}

/// Why signing in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// Login and password do not belong together; which of them is wrong is not told.
    WrongPair,
    /// What was typed can be no CPF and no CNPJ, and is no e-mail.
    Mistyped,
    /// A field was left empty.
    Empty,
    /// Too many tries; the next is allowed after so many minutes.
    TooMany {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
    /// The session ended, because of time or because somebody signed out elsewhere.
    SessionEnded,
}

impl SignIn {
    /// Where the form goes.
    pub fn action_url(&self) -> &'static str {
        if self.is_staff { "/console/sign-in" } else { "/sign-in" }
    }

    /// The problem in the reader's words.
    pub fn problem_words(&self) -> Option<String> {
        let reader = &self.reader;
        Some(match self.problem? {
            SignInProblem::WrongPair => reader.t("sign-in-wrong-pair"),
            SignInProblem::Mistyped => reader.t("sign-in-mistyped"),
            SignInProblem::Empty => reader.t("sign-in-empty"),
            SignInProblem::TooMany { minutes } => reader.tn("sign-in-too-many", minutes),
            SignInProblem::SessionEnded => reader.t("sign-in-session-ended"),
        })
    }
}
