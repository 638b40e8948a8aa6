//! What must be true of rows together and beside what the tables hold.

use std::collections::HashMap;

use money::Amount;
use store::{Reader, StoreError};

use super::Sheet;
use super::draft::{CustomerColumn as Column, Marks, Person, Terms, marks, person};
use crate::customers::{Opening, owner_of_email};
use crate::hashes::KeyedHashes;
use crate::look::Locale;
use crate::sheets::{Row, RowWrong, Why, Wrong, without_what_the_heading_lacks, wrong_columns};

/// Somebody who is to become a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// His name.
    pub name: String,
    /// His e-mail, in small letters.
    pub email: Option<String>,
    /// What the operator calls him.
    pub external_id: Option<String>,
    /// The language of his pages and mails.
    pub locale: Locale,
    /// What he brings, if anything.
    pub opening: Option<Opening>,
}

/// What rows come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Who is new, in the order of the file.
    pub newcomers: Vec<Newcomer>,
    /// Rows whose customer is here already, or that were taken before. They are left as they are, and nothing is added to their credit.
    pub known: u32,
    /// In which lines of the file those are of whom nobody of their e-mail or id is here, and only a row that was taken before tells.
    pub remembered: Vec<u64>,
    /// What the rows of those would bring.
    pub left_out: Sums,
    /// What is wrong, in the order of the file.
    pub wrong: Vec<RowWrong<Column>>,
    /// What the newcomers bring.
    pub sums: Sums,
}

/// Opening balances together. A file's limits keep both countable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// What had been bought.
    pub bought: Amount,
    /// What had been given.
    pub promotional: Amount,
}

impl Sums {
    fn zero(terms: &Terms) -> Sums {
        Sums { bought: Amount::zero(terms.unit), promotional: Amount::zero(terms.unit) }
    }

    /// Whether there is anything.
    pub fn any(&self) -> bool {
        self.bought.is_positive() || self.promotional.is_positive()
    }

    fn add(&mut self, opening: Option<Opening>) {
        let Some(opening) = opening else { return };
        let sum = if opening.is_bought { &mut self.bought } else { &mut self.promotional };
        *sum = Amount::new(sum.value().saturating_add(opening.amount.value()), sum.unit());
    }
}

/// Who said what first, in which line of the file.
#[derive(Default)]
struct Said {
    emails: HashMap<String, u64>,
    external_ids: HashMap<String, u64>,
}

/// What rows are looked up in: the tables, and what in them stands for marks of rows that were taken.
struct Here<'r> {
    reader: &'r Reader<'r>,
    hashes: &'r KeyedHashes,
}

impl Newcomer {
    /// By what his row is known again, whatever becomes of his e-mail and of the operator's id: keyed hashes.
    pub(super) fn marks(&self, hashes: &KeyedHashes) -> Vec<u128> {
        hashed(hashes, self.email.as_deref(), self.external_id.as_deref())
    }
}

fn hashed(hashes: &KeyedHashes, email: Option<&str>, external_id: Option<&str>) -> Vec<u128> {
    let named = [("email", email), ("external_id", external_id)];
    let given = named.into_iter().filter_map(|(name, mark)| Some((name, mark?)));
    given.map(|(name, mark)| hashes.hash128("customers_file", &[name.as_bytes(), mark.as_bytes()])).collect()
}

/// Checks a file: its rows by themselves, beside each other, and beside what the tables hold.
pub fn check_sheet(
    reader: &Reader<'_>,
    hashes: &KeyedHashes,
    terms: &Terms,
    sheet: &Sheet,
) -> Result<Checked, StoreError> {
    let here = Here { reader, hashes };
    let mut checked = Checked {
        newcomers: Vec::new(),
        known: 0,
        remembered: Vec::new(),
        left_out: Sums::zero(terms),
        wrong: Vec::new(),
        sums: Sums::zero(terms),
    };
    let mut said = Said::default();
    for row in &sheet.rows {
        let wrong = check_row(&here, terms, row, &mut checked, &mut said)?;
        checked.wrong.extend(wrong.into_iter().map(|wrong| RowWrong { line: row.line, wrong }));
    }
    without_what_the_heading_lacks(sheet, &mut checked.wrong);
    Ok(checked)
}

/// Checks one row. What clashes is told beside what is wrong by itself, so that a file is put right in one go.
fn check_row(
    here: &Here<'_>,
    terms: &Terms,
    row: &Row<Column>,
    checked: &mut Checked,
    said: &mut Said,
) -> Result<Vec<Wrong<Column>>, StoreError> {
    if let Some(columns) = wrong_columns(row) {
        return Ok(vec![columns]);
    }
    let mut wrong = Vec::new();
    let person = person(terms, &row.draft, &mut wrong);
    let marks = marks(&row.draft, &mut wrong);
    let firsts = [
        (Column::Email, &marks.email, &mut said.emails),
        (Column::ExternalId, &marks.external_id, &mut said.external_ids),
    ];
    for (column, mark, said) in firsts {
        let Some(mark) = mark else { continue };
        match said.get(mark) {
            Some(line) => wrong.push(at(column, Why::Twice(*line))),
            None => drop(said.insert(mark.clone(), row.line)),
        }
    }
    let known = known(here, &marks, &mut wrong)?;
    let Some(Person { name, locale, opening }) = person.filter(|_| wrong.is_empty()) else {
        return Ok(wrong);
    };
    if let Some(known) = known {
        checked.known += 1;
        checked.left_out.add(opening);
        if known == Known::Remembered {
            checked.remembered.push(row.line);
        }
    } else {
        checked.sums.add(opening);
        let Marks { email, external_id } = marks;
        checked.newcomers.push(Newcomer { name, email, external_id, locale, opening });
    }
    Ok(wrong)
}

/// Why a row makes nobody new.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Its customer is here.
    Here,
    /// A row with its e-mail or id was taken before, and nobody here has either of them now.
    Remembered,
}

/// Why this row makes nobody new; `None` if it does. An e-mail or id that is another's is wrong.
fn known(
    here: &Here<'_>,
    marks: &Marks,
    wrong: &mut Vec<Wrong<Column>>,
) -> Result<Option<Known>, StoreError> {
    let Here { reader, hashes } = here;
    let by_id = match &marks.external_id {
        Some(id) => reader.customer_by_external_key(id)?,
        None => None,
    };
    let by_email = match &marks.email {
        Some(email) => owner_of_email(reader, email)?,
        None => None,
    };
    match (by_id, by_email) {
        (None, None) => {
            // His e-mail was corrected since, or he is gone: what he brought was brought.
            let marks = hashed(hashes, marks.email.as_deref(), marks.external_id.as_deref());
            let taken = marks.into_iter().map(|mark| reader.import_of_mark(mark));
            let is_taken = taken.collect::<Result<Vec<_>, _>>()?.iter().any(Option::is_some);
            Ok(is_taken.then_some(Known::Remembered))
        }
        (Some(_), None) => Ok(Some(Known::Here)),
        (Some(known), Some(owner)) if known.id == owner => Ok(Some(Known::Here)),
        (None, Some(_)) if marks.external_id.is_none() => Ok(Some(Known::Here)),
        (_, Some(_)) => {
            wrong.push(at(Column::Email, Why::EmailTaken));
            Ok(None)
        }
    }
}

fn at(column: Column, why: Why) -> Wrong<Column> {
    Wrong { column: Some(column), why }
}
