//! `/console/plans`, `/console/packs` and `/console/lines`: lists of what is sold and to whom, and the forms that change it.

use askama::Template;

use crate::look::Reader;
use crate::look::part::Frame;

/// The list of plans, of packs, or of lines.
#[derive(Template)]
#[template(path = "page/offers.html")]
pub struct Offers {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The page's heading.
    pub heading: String,
    /// What stands under it.
    pub text: String,
    /// What is said when there are none.
    pub empty: String,
    /// The names of the columns after the first.
    pub columns: Vec<String>,
    /// What there is.
    pub rows: Vec<Offer>,
    /// Where one more is made, and the words for that.
    pub new_link: Option<(String, String)>,
    /// Said once after a change.
    pub saved: Option<String>,
    /// Link to newer ones.
    pub newer_url: Option<String>,
    /// Link to older ones.
    pub older_url: Option<String>,
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it is called.
    pub name: String,
    /// What stands under that.
    pub under: String,
    /// Where it is changed; `None` for those who may only look.
    pub url: Option<String>,
    /// The cells of the further columns.
    pub cells: Vec<String>,
}

/// A form with one field under the other, sent to `action`.
#[derive(Template)]
#[template(path = "page/offer_form.html")]
pub struct OfferForm {
    /// Through whose eyes.
    pub reader: Reader,
    /// What stands around it.
    pub frame: Frame,
    /// The page's heading.
    pub heading: String,
    /// Where it is sent.
    pub action: String,
    /// Where one goes without saving.
    pub back_url: String,
    /// The fields.
    pub fields: Vec<Field>,
    /// What was wrong with what was sent, in words, and with which field.
    pub problem: Option<(String, String)>,
}

impl OfferForm {
    /// Whether this field was wrong.
    pub fn is_wrong(&self, field: &Field) -> bool {
        self.problem.as_ref().is_some_and(|(name, _)| name == field.name)
    }
}

/// One field of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name when it is sent.
    pub name: &'static str,
    /// What stands above it.
    pub label: String,
    /// What stands below it.
    pub hint: Option<String>,
    /// What it is.
    pub kind: FieldKind,
}

/// What a field is.
#[derive(Clone, Debug)]
pub enum FieldKind {
    /// A line of text.
    Text(String),
    /// A secret, which is typed and never shown again.
    Secret,
    /// One of several: value, words, whether it is chosen.
    Choice(Vec<(String, String, bool)>),
    /// Any of several: name, words, whether it is ticked.
    Checks(Vec<(&'static str, String, bool)>),
}
