//! `/console/audit`: who changed what.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::Frame;

/// Changes, newest first. Its form asks `/console/audit` by `who`, `action`, `object`, `from` and `to`.
#[derive(Template)]
#[template(path = "page/audit.html")]
pub struct AuditPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Whom it concerns, as it was asked.
    pub customer: String,
    /// Whether nobody is called so.
    pub wrong_customer: bool,
    /// By whom, as it was asked.
    pub who: String,
    /// The names of all colleagues.
    pub colleagues: Vec<String>,
    /// What changes may be of: the beginning of the action's name, the words, whether it is asked for.
    pub kinds: Vec<(String, String, bool)>,
    /// On what, as it was asked.
    pub object: String,
    /// From which day on, as it was asked.
    pub from: String,
    /// Up to which day, as it was asked.
    pub to: String,
    /// Whether one of the days is none.
    pub wrong_days: bool,
    /// The same as a file.
    pub csv_url: String,
    /// What was found.
    pub lines: Vec<AuditLine>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// One change.
#[derive(Clone, Debug)]
pub struct AuditLine {
    /// Its number.
    pub no: u64,
    /// When.
    pub at: Timestamp,
    /// Who, by name where there is one.
    pub who: String,
    /// Who, as the log has it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// On whom, where that is somebody with a name.
    pub of_what: Option<String>,
    /// On what, as the log has it.
    pub object: String,
    /// The page about it.
    pub object_url: Option<String>,
    /// Id and name of whom it concerns, where that is not the object itself.
    pub customer: Option<(String, String)>,
    /// How it was before, as JSON.
    pub before: Option<String>,
    /// How it is after, as JSON.
    pub after: Option<String>,
    /// From where.
    pub ip: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
}
