//! `/console/customers` and `/console/subscribers`: who pays, listed and found.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// A list of people. Its form sends `find` by GET.
#[derive(Template)]
#[template(path = "page/people.html")]
pub struct People {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// Where the list is.
    pub url: &'static str,
    /// The words of this list.
    pub words: PeopleWords,
    /// A sentence about how people come here by themselves.
    pub note: Option<String>,
    /// What was looked for; empty for all.
    pub find: String,
    /// Whether only some are listed.
    pub is_narrowed: bool,
    /// Whether new ones may be written down here.
    pub may_change: bool,
    /// The names of the columns behind the first.
    pub columns: Vec<String>,
    /// Those that are there.
    pub rows: Vec<PersonRow>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// The ids of a list's words.
#[derive(Clone, Copy, Debug)]
pub struct PeopleWords {
    /// Heading and menu.
    pub heading: &'static str,
    /// What stands under it.
    pub text: &'static str,
    /// Said when nobody is there.
    pub empty: &'static str,
    /// Said when nobody was found for `text`.
    pub none_found: &'static str,
    /// What may be looked for.
    pub find: &'static str,
    /// The link to the form of a new one.
    pub new: &'static str,
}

/// One of the list.
#[derive(Clone, Debug)]
pub struct PersonRow {
    /// Where his page is.
    pub url: String,
    /// The name.
    pub name: String,
    /// The e-mail.
    pub email: String,
    /// The further columns.
    pub cells: Vec<String>,
}
