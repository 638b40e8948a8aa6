//! `/forgotten-password`.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// Asks for a link to choose a new password. Its form sends `login` to `/forgotten-password`.
#[derive(Template)]
#[template(path = "page/forgotten_password.html")]
pub struct ForgottenPassword {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu.
    pub frame: Frame,
    /// Whether a link was asked for just now. The page says the same for a known and an unknown login.
    pub is_sent: bool,
}
