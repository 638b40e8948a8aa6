//! `/console/stripe`: with which side of Stripe the books are kept, what Stripe must know of us, and what a look at everything found.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// The page.
#[derive(Template)]
#[template(path = "page/stripe_settings.html")]
pub struct StripeSettings {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The id of what is said of the mode.
    pub mode: &'static str,
    /// Whether there is a key.
    pub has_key: bool,
    /// How many signing secrets are set.
    pub secret_count: usize,
    /// The version that is spoken.
    pub version: &'static str,
    /// The address that Stripe must tell of events.
    pub endpoint_url: String,
    /// The events it must tell of.
    pub events: Vec<&'static str>,
    /// Whether staff of this role may have everything looked at.
    pub may_check: bool,
    /// What was found, if it was just looked.
    pub checks: Vec<CheckSeen>,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct CheckSeen {
    /// What.
    pub label: String,
    /// The tone of its chip.
    pub tone: &'static str,
    /// The id of the chip's word.
    pub verdict: &'static str,
    /// What was found.
    pub words: String,
}
