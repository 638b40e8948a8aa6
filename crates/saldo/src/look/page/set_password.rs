//! `/set-password`, where the links of the invitation and of the forgotten password lead.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// Lets somebody choose a password. Its form sends `token`, `password` and `password_again` to `action`.
#[derive(Template)]
#[template(path = "page/set_password.html")]
pub struct SetPassword {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu.
    pub frame: Frame,
    /// Where the form is sent.
    pub action: &'static str,
    /// The secret of the link, sent back by the form.
    pub token: String,
    /// Whose password it is, shown and given to password managers.
    pub login: String,
    /// Whether this is somebody's first password.
    pub is_invitation: bool,
    /// Whether it is staff's: they have an e-mail address and no document.
    pub is_staff: bool,
    /// The fewest characters a password may have.
    pub length_min: u32,
    /// Why the last try failed.
    pub problem: Option<PasswordProblem>,
}

/// Why a password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Shorter than the fewest characters.
    TooShort,
    /// The two fields differ.
    Different,
    /// It is its owner's own CPF, CNPJ or e-mail.
    IsName,
    /// It is a row of letters or digits.
    IsPattern,
}

impl PasswordProblem {
    /// In the reader's words.
    pub fn words(self, reader: &Reader, length_min: u32) -> String {
        match self {
            PasswordProblem::TooShort => reader.tn("password-too-short", length_min),
            PasswordProblem::Different => reader.t("password-different"),
            PasswordProblem::IsName => reader.t("password-is-name"),
            PasswordProblem::IsPattern => reader.t("password-is-pattern"),
        }
    }
}

impl SetPassword {
    /// What the name is that one signs in with.
    pub fn login_label(&self) -> &'static str {
        if self.is_staff { "staff-email" } else { "login" }
    }

    /// Why one is here for the first time.
    pub fn invited_text(&self) -> &'static str {
        if self.is_staff { "set-password-invited-staff" } else { "set-password-invited" }
    }

    /// The problem in the reader's words.
    pub fn problem_words(&self) -> Option<String> {
        Some(self.problem?.words(&self.reader, self.length_min))
    }
}
