//! `/console/routers`: the devices that hold subscribers' sessions.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::Frame;

/// All routers.
#[derive(Template)]
#[template(path = "page/routers.html")]
pub struct Routers {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Said once after a change.
    pub saved: Option<String>,
    /// Said once after one could not be removed.
    pub in_use: Option<String>,
    /// The port at which reports are taken; `None` if none are.
    pub listens_at: Option<u16>,
    /// Where one more is added; `None` for those who may only look.
    pub new_url: Option<String>,
    /// The routers.
    pub rows: Vec<RouterListed>,
}

/// One router.
#[derive(Clone, Debug)]
pub struct RouterListed {
    /// What people call it.
    pub name: String,
    /// The address that its packets come from.
    pub address: String,
    /// Where it takes changes.
    pub coa_port: u16,
    /// Where it is changed; `None` for those who may only look.
    pub url: Option<String>,
    /// When it last reported.
    pub last_seen_at: Option<Timestamp>,
    /// Since when it is silent, if it is.
    pub silent_since: Option<Timestamp>,
    /// Sessions that are open at it.
    pub open: u32,
    /// Sessions that wait for it to confirm a change.
    pub unconfirmed: u32,
}
