//! `/demo/mails` and `/console/mails`: mails that went out.

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
    /// Whether the mail server has taken it.
    pub is_sent: bool,
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
