//! `/demo/mails` and `/console/mails`: mails that went out, or would have.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::Frame;

/// The list of mails that went out, newest first.
#[derive(Template)]
#[template(path = "page/mails.html")]
pub struct Mails {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Whether mails stay here because there is no mail server.
    pub are_kept: bool,
    /// The mails.
    pub rows: Vec<MailRow>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// One mail of the list.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// When it was written.
    pub at: Timestamp,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Where it is read.
    pub url: String,
    /// What has become of it.
    pub state: MailState,
}

/// What has become of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// The mail server has taken it.
    Sent,
    /// It will be handed over, or tried again.
    Waiting,
    /// It was tried often enough: a person must look.
    Stuck,
    /// There is no mail server: it is read here.
    Kept,
}

impl MailState {
    /// The id of its text.
    pub fn text_id(self) -> &'static str {
        match self {
            MailState::Sent => "mail-sent",
            MailState::Waiting => "mail-waiting",
            MailState::Stuck => "mail-stuck",
            MailState::Kept => "mail-kept",
        }
    }
}

/// One mail.
#[derive(Template)]
#[template(path = "page/mail.html")]
pub struct MailPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The mail's line of the list.
    pub row: MailRow,
    /// Its text; lines that begin with `http` become links.
    pub body: String,
    /// Where the list is.
    pub list_url: String,
}
