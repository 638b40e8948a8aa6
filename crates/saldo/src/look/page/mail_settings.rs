//! `/console/mail`: how mails leave, every mail as it would be written, and a test.

use askama::Template;
use money::Timestamp;

use crate::look::mail::Mail;
use crate::look::part::Frame;
use crate::look::{Locale, Reader};

/// The page.
#[derive(Template)]
#[template(path = "page/mail_settings.html")]
pub struct MailSettings {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The server, `None` if mails are kept.
    pub server: Option<String>,
    /// How the connection to it is protected.
    pub security: &'static str,
    /// With which name one signs in there; empty for none.
    pub username: String,
    /// The sender.
    pub from: String,
    /// When the server last took a test.
    pub tested_at: Option<Timestamp>,
    /// To whom a test goes, for those who may send one.
    pub test_to: Option<String>,
    /// What became of the test that was just sent.
    pub test: Option<TestTold>,
    /// The language of the samples.
    pub language: Locale,
    /// Every mail.
    pub samples: Vec<Mail>,
}

/// What became of a test.
#[derive(Clone, Debug)]
pub struct TestTold {
    /// Whether the server took it.
    pub is_good: bool,
    /// What happened, in words.
    pub words: String,
    /// What the server said.
    pub answer: Option<String>,
}

impl MailSettings {
    /// The languages, and whether each is shown.
    pub fn languages(&self) -> [(Locale, bool); 2] {
        Locale::ALL.map(|locale| (locale, locale == self.language))
    }
}
