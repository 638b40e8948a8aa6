//! `/sign-up` and below.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// Where somebody signs up. Its form sends `name`, `email`, `password` and, where there are terms, `terms` to `/sign-up`.
#[derive(Template)]
#[template(path = "page/sign_up.html")]
pub struct SignUpPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu.
    pub frame: Frame,
    /// The name that was typed.
    pub name: String,
    /// The e-mail that was typed.
    pub email: String,
    /// Whether the terms were agreed to.
    pub has_agreed: bool,
    /// Where the operator's terms stand.
    pub terms_url: Option<String>,
    /// The credit with which everybody begins.
    pub welcome: Option<String>,
    /// The fewest characters a password may have.
    pub length_min: u32,
    /// The field to begin with.
    pub first_wrong: SignUpField,
    /// All that was wrong.
    pub problems: Vec<SignUpProblem>,
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpField {
    /// The name.
    Name,
    /// The e-mail.
    Email,
    /// The password.
    Password,
    /// The terms.
    Terms,
}

/// Why nobody was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpProblem {
    /// The name is empty, too long, or cannot be printed.
    BadName,
    /// The e-mail is no address.
    BadEmail,
    /// The password has too few characters.
    PasswordTooShort,
    /// The password is the name or the e-mail.
    PasswordIsName,
    /// The password is a row of letters or digits.
    PasswordIsPattern,
    /// The terms were not agreed to.
    TermsNotAgreed,
    /// The password is not the one that was chosen.
    WrongPassword,
    /// Too many tries; the next is allowed after so many minutes.
    TooMany {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
}

impl SignUpProblem {
    /// The field that it is about.
    pub fn field(&self) -> Option<SignUpField> {
        match self {
            SignUpProblem::BadName => Some(SignUpField::Name),
            SignUpProblem::BadEmail => Some(SignUpField::Email),
            SignUpProblem::PasswordTooShort
            | SignUpProblem::PasswordIsName
            | SignUpProblem::PasswordIsPattern
            | SignUpProblem::WrongPassword => Some(SignUpField::Password),
            SignUpProblem::TermsNotAgreed => Some(SignUpField::Terms),
            SignUpProblem::TooMany { .. } => None,
        }
    }

    /// In the reader's words.
    pub fn words(&self, reader: &Reader, length_min: u32) -> String {
        match self {
            SignUpProblem::BadName => reader.t("sign-up-bad-name"),
            SignUpProblem::BadEmail => reader.t("wrong-email"),
            SignUpProblem::PasswordTooShort => reader.tn("password-too-short", length_min),
            SignUpProblem::PasswordIsName => reader.t("sign-up-password-is-name"),
            SignUpProblem::PasswordIsPattern => reader.t("password-is-pattern"),
            SignUpProblem::TermsNotAgreed => reader.t("sign-up-terms-needed"),
            SignUpProblem::WrongPassword => reader.t("sign-up-wrong-password"),
            SignUpProblem::TooMany { minutes } => reader.tn("sign-in-too-many", *minutes),
        }
    }
}

impl SignUpPage {
    /// What was wrong with a field.
    pub fn wrong_with(&self, field: SignUpField) -> Option<String> {
        let problem = self.problems.iter().find(|problem| problem.field() == Some(field))?;
        Some(problem.words(&self.reader, self.length_min))
    }

    /// What was wrong with no field in particular.
    pub fn wrong(&self) -> Option<String> {
        let problem = self.problems.iter().find(|problem| problem.field().is_none())?;
        Some(problem.words(&self.reader, self.length_min))
    }

    /// Whether the form begins with this field.
    pub fn begins_with(&self, field: SignUpField) -> bool {
        self.first_wrong == field
    }
}

/// Said after signing up. Its form sends `page` to `/sign-up/mails`.
#[derive(Template)]
#[template(path = "page/sign_up_waiting.html")]
pub struct SignUpWaiting {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu.
    pub frame: Frame,
    /// The secret of this page.
    pub page: String,
    /// Whether the mail was asked for again just now.
    pub is_sent_again: bool,
}

/// Where the link of the mail leads. Its form sends `token` and `password` to `/sign-up/confirmation`.
#[derive(Template)]
#[template(path = "page/sign_up_confirmation.html")]
pub struct SignUpConfirmation {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu.
    pub frame: Frame,
    /// How far it has come.
    pub waits: SignUpStep,
}

/// How far a confirmation has come.
#[derive(Clone, Debug)]
pub enum SignUpStep {
    /// It waits for the password that was chosen.
    ForPassword {
        /// The secret of the link.
        token: String,
        /// Whose it is.
        email: String,
        /// Why the last try failed.
        problem: Option<SignUpProblem>,
    },
    /// The link was used or is too old.
    Gone,
    /// The e-mail is a customer's already.
    Known,
}

impl SignUpConfirmation {
    /// Why the last try failed, in the reader's words.
    pub fn words_of(&self, problem: &Option<SignUpProblem>) -> Option<String> {
        problem.as_ref().map(|problem| problem.words(&self.reader, 0))
    }
}
