//! `/forgotten-password`.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// Asks for a link to choose a new password. Its form sends `login` to `/forgotten-password`, that of staff to
/// `/console/forgotten-password`.
#[derive(Template)]
#[template(path = "page/forgotten_password.html")]
pub struct ForgottenPassword {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it; without menu.
    pub frame: Frame,
    /// Whether a link was asked for just now. The page says the same for a known and an unknown login.
    pub is_sent: bool,
    /// Whether it stands at the console's door.
    pub is_staff: bool,
}

impl ForgottenPassword {
    /// Where the form is sent.
    pub fn action(&self) -> &'static str {
        if self.is_staff { "/console/forgotten-password" } else { "/forgotten-password" }
    }

    /// Where one signs in.
    pub fn sign_in_url(&self) -> &'static str {
        if self.is_staff { "/console/sign-in" } else { "/sign-in" }
    }
}
