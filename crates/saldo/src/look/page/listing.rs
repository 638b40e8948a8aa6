//! Lists and sheets of the console: payments, top-ups, webhooks, requests for credit, and what was searched for.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// A list, narrowed by links above it.
#[derive(Template)]
#[template(path = "page/listing.html")]
pub struct Listing {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The page's heading.
    pub heading: String,
    /// What stands under it.
    pub text: String,
    /// The ways to narrow it: where each leads, its words, whether it is this one.
    pub views: Vec<(String, String, bool)>,
    /// What narrows it further, where the list can be.
    pub narrow: Option<Narrow>,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// What there is.
    pub rows: Vec<ListingRow>,
    /// What is said when there is nothing.
    pub empty: String,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// What narrows a list by what is typed, and what the list comes to.
#[derive(Clone, Debug)]
pub struct Narrow {
    /// The list's own address.
    pub url: String,
    /// How things stand that are shown, as the address has it.
    pub show: String,
    /// What can be typed.
    pub fields: Vec<NarrowField>,
    /// Whether anything was.
    pub is_narrow: bool,
    /// The same as a file.
    pub csv_url: String,
    /// What is shown comes to, a sentence for each unit.
    pub sums: Vec<String>,
}

/// A field by which a list is narrowed.
#[derive(Clone, Debug)]
pub struct NarrowField {
    /// Its name in the address.
    pub name: &'static str,
    /// What it asks for.
    pub label: String,
    /// The kind of field, as HTML has it: `text` or `date`.
    pub kind: &'static str,
    /// What was typed.
    pub value: String,
    /// What is wrong with that.
    pub wrong: Option<String>,
}

/// One line of a list. The first cell is `name`, which leads to `url`.
#[derive(Clone, Debug)]
pub struct ListingRow {
    /// Where it is told in full.
    pub url: String,
    /// What it is called.
    pub name: String,
    /// What stands under that.
    pub under: String,
    /// The further columns.
    pub cells: Vec<Cell>,
}

/// What stands in a column.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Words, and what stands under them.
    Words(String, String),
    /// An amount.
    Amount(String),
    /// How it stands, and why.
    Standing(Standing, String),
    /// It waits for the reader's yes.
    ToDecide(Standing, Decision),
}

/// What a reader may say to something that waits, from the list.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Where his yes is sent.
    pub approve_url: String,
    /// What the yes is to, as a screen reader says it: `Approve $60.00, Ana Lima`.
    pub label: String,
    /// Where it is told in full, and where one says no.
    pub see_url: String,
}

/// How something stands.
#[derive(Clone, Debug)]
pub struct Standing {
    tone: &'static str,
    /// The word.
    pub words: String,
}

impl Standing {
    /// A colour of the style sheet, and the word.
    pub fn new(tone: &'static str, words: String) -> Standing {
        Standing { tone, words }
    }

    /// Sign and colour as a class of the style sheet.
    pub fn tone(&self) -> &'static str {
        self.tone
    }
}

/// One thing, told in full, with what may be done about it.
#[derive(Template)]
#[template(path = "page/sheet.html")]
pub struct Sheet {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The page's heading.
    pub heading: String,
    /// What stands under it.
    pub text: String,
    /// How it stands.
    pub standing: Option<Standing>,
    /// Said once after a change.
    pub done: Option<String>,
    /// What went wrong, or waits for a person.
    pub alert: Option<String>,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// What belongs to it, under a heading each.
    pub lists: Vec<SheetList>,
    /// Links to what may be done elsewhere.
    pub links: Vec<(String, String)>,
    /// What may be done about it here.
    pub acts: Vec<SheetAct>,
    /// The bytes as they came, where they are kept.
    pub raw: Option<String>,
    /// The list that it stands in: address and name.
    pub back: (String, String),
}

impl Sheet {
    /// Whether something that came is still being worked on: its page looks again by itself.
    pub fn turns(&self) -> bool {
        self.raw.is_some() && self.standing.as_ref().is_some_and(|standing| standing.tone() == "wait")
    }
}

/// Something known.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
    /// Where that leads.
    pub url: Option<String>,
    /// Whether people copy it: an id.
    pub is_id: bool,
}

impl Fact {
    /// A fact without a link.
    pub fn new(label: String, value: impl Into<String>) -> Fact {
        Fact { label, value: value.into(), url: None, is_id: false }
    }

    /// An id, which people copy.
    pub fn id(label: String, value: impl Into<String>) -> Fact {
        Fact { is_id: true, ..Fact::new(label, value) }
    }

    /// A fact that leads somewhere.
    pub fn linked(label: String, value: impl Into<String>, url: impl Into<String>) -> Fact {
        Fact { label, value: value.into(), url: Some(url.into()), is_id: false }
    }
}

/// Lines under a heading.
#[derive(Clone, Debug)]
pub struct SheetList {
    /// The heading.
    pub heading: String,
    /// The lines.
    pub lines: Vec<SheetLine>,
}

/// One line under a heading.
#[derive(Clone, Debug)]
pub struct SheetLine {
    /// What it is.
    pub words: String,
    /// What stands under it.
    pub under: String,
    /// How it stands.
    pub standing: Option<Standing>,
    /// Where it leads.
    pub url: Option<String>,
}

/// A button that sends nothing but the page's token.
#[derive(Clone, Debug)]
pub struct SheetAct {
    /// Where it is sent.
    pub action: String,
    /// What it says.
    pub words: String,
    /// What it does, in a sentence.
    pub text: String,
    /// The button's class: `primary`, `danger` or nothing.
    pub tone: &'static str,
    /// What is to be typed with it, sent as `reason`: its label.
    pub reason: Option<String>,
}
