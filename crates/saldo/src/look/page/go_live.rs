//! `/console/go-live`: what is left before customers pay real money.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::Frame;

/// The page.
#[derive(Template)]
#[template(path = "page/go_live.html")]
pub struct GoLive {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The steps.
    pub steps: Vec<Step>,
    /// When staff last said that backups are taken and were tried.
    pub backup_at: Option<Timestamp>,
    /// Whether staff of this role may say so.
    pub may_change: bool,
}

/// One thing that is done or left.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Whether it is done.
    pub is_done: bool,
    /// The id of its name.
    pub text: &'static str,
    /// The id of what to do.
    pub hint: &'static str,
    /// Where it is done in the console.
    pub url: Option<&'static str>,
}

impl GoLive {
    /// How many steps are left.
    pub fn left(&self) -> u32 {
        u32::try_from(self.steps.iter().filter(|step| !step.is_done).count()).unwrap_or(u32::MAX)
    }
}
