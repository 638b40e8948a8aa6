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
    /// By what some of them are found; `None` for lists that are short.
    pub finder: Option<Finder>,
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

/// The form above a list that finds some of it: `find` and `status` to the list's own address.
#[derive(Clone, Debug)]
pub struct Finder {
    /// Where it is sent.
    pub url: String,
    /// What was typed.
    pub find: String,
    /// The statuses to choose from: code, words, whether it is the chosen one.
    pub statuses: Vec<(&'static str, String, bool)>,
}

impl Finder {
    /// Whether the whole list stands there.
    pub fn is_all(&self) -> bool {
        self.find.is_empty() && !self.statuses.iter().any(|(.., is_chosen)| *is_chosen)
    }
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
    /// What is done with it, said above its button.
    pub what_follows: Option<String>,
    /// All that was wrong with what was sent.
    pub problems: Vec<FieldProblem>,
}

/// What was wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name; of none that the form has, where it is about the form as a whole.
    pub field: String,
    /// What was wrong, in words.
    pub words: String,
    /// Where more about it stands: address and words.
    pub link: Option<(String, String)>,
}

impl FieldProblem {
    /// What was wrong with a field, in words.
    pub fn new(field: impl Into<String>, words: String) -> FieldProblem {
        FieldProblem { field: field.into(), words, link: None }
    }
}

impl OfferForm {
    /// What was wrong with this field.
    pub fn wrong_with(&self, field: &Field) -> Option<&str> {
        let found = self.problems.iter().find(|problem| problem.field == field.name);
        found.map(|problem| problem.words.as_str())
    }

    /// Where more stands about what was wrong with this field.
    pub fn link_of(&self, field: &Field) -> Option<&(String, String)> {
        self.problems.iter().find(|problem| problem.field == field.name)?.link.as_ref()
    }

    /// What was wrong, in the order of the fields: the label of each and the words. First what is about the form as a whole.
    pub fn summary(&self) -> Vec<(Option<&Field>, &str)> {
        let is_of = |problem: &&FieldProblem, field: &Field| problem.field == field.name;
        let whole =
            self.problems.iter().filter(|problem| !self.fields.iter().any(|field| is_of(problem, field)));
        let whole = whole.map(|problem| (None, problem.words.as_str()));
        let named = self.fields.iter().filter_map(|field| Some((Some(field), self.wrong_with(field)?)));
        whole.chain(named).collect()
    }

    /// Whether this is the first field that was wrong: the one to begin with.
    pub fn is_first_wrong(&self, field: &Field) -> bool {
        let first = self.fields.iter().find(|field| self.wrong_with(field).is_some());
        first.is_some_and(|first| first.name == field.name)
    }

    /// The ids of what describes this field: what was wrong, then its hint.
    pub fn described_by(&self, field: &Field) -> Option<String> {
        let problem = self.wrong_with(field).map(|_| format!("{}-problem", field.name));
        let hint = field.hint.as_ref().map(|_| format!("{}-hint", field.name));
        let ids: Vec<String> = problem.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
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
    /// What the form sends back as it is.
    Hidden(String),
    /// A line of text.
    Text(String),
    /// A line of text with suggestions: what is taken over, and the words for it.
    Suggested(String, Vec<(String, String)>),
    /// A day, as `2026-12-31`.
    Date(String),
    /// A secret, which is typed and never shown again.
    Secret,
    /// One of several: value, words, whether it is chosen.
    Choice(Vec<(String, String, bool)>),
    /// Any of several: name, words, whether it is ticked.
    Checks(Vec<(&'static str, String, bool)>),
}
