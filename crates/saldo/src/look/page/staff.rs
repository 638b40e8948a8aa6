//! `/console/staff`: who signs in to the console, and who is invited to.

use askama::Template;
use money::Timestamp;

use crate::look::Reader;
use crate::look::part::Frame;

/// All staff and all invitations.
#[derive(Template)]
#[template(path = "page/staff.html")]
pub struct StaffPage {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Said once after a change.
    pub saved: Option<String>,
    /// Why a change was not made.
    pub refused: Option<String>,
    /// Who signs in.
    pub rows: Vec<StaffListed>,
    /// Who is invited.
    pub invitations: Vec<InvitationListed>,
}

/// One of staff. Its forms go to `{url}/role`, `/disabling`, `/enabling` and `/signing-out`.
#[derive(Clone, Debug)]
pub struct StaffListed {
    /// What stands before what is done.
    pub url: String,
    /// Whether it is the reader himself.
    pub is_me: bool,
    /// The name.
    pub name: String,
    /// What he signs in with.
    pub email: String,
    /// The role in words.
    pub role: String,
    /// Each role: its value, its words, whether it is his.
    pub roles: Vec<(String, String, bool)>,
    /// Since when.
    pub since: Timestamp,
    /// Since when he is let in no more.
    pub disabled_at: Option<Timestamp>,
}

/// One who is invited. Its forms go to `{url}/sending` and `/withdrawal`.
#[derive(Clone, Debug)]
pub struct InvitationListed {
    /// What stands before what is done.
    pub url: String,
    /// The name.
    pub name: String,
    /// Where the invitation went.
    pub email: String,
    /// The role in words.
    pub role: String,
    /// Whether the link still works.
    pub works: bool,
    /// Until when it does.
    pub until: Timestamp,
}
