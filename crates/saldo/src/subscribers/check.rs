//! What must be true of rows together and beside what the tables hold: documents, e-mails and access logins are somebody's alone.

use std::collections::HashMap;

use money::CustomerId;
use store::{Reader, StoreError};

use super::draft::{Column, Draft, Marks, Person, Plans, Subscription, Wrong};
use super::{Row, RowWrong, Sheet};
use crate::customers::owner_of_email;
use crate::sheets::{Why, without_what_the_heading_lacks, wrong_columns};

/// Somebody who is to become a customer, with the lines that are to be his.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// Who.
    pub person: Person,
    /// His lines, in the order of the file.
    pub subscriptions: Vec<Subscription>,
}

/// What rows come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Who is new, in the order of the file.
    pub newcomers: Vec<Newcomer>,
    /// Rows whose customer has this line already. They are left as they are.
    pub known: u32,
    /// What is wrong, in the order of the file.
    pub wrong: Vec<RowWrong>,
}

impl Checked {
    /// Lines that are new.
    pub fn lines(&self) -> usize {
        self.newcomers.iter().map(|newcomer| newcomer.subscriptions.len()).sum()
    }
}

/// Who said what first, in which line of the file.
#[derive(Default)]
struct Said {
    newcomers: HashMap<String, (usize, u64)>,
    emails: HashMap<String, (String, u64)>,
    logins: HashMap<String, u64>,
}

/// Checks rows: each by itself, beside the others, and beside what the tables hold.
pub fn check(reader: &Reader<'_>, rows: &[Row]) -> Result<Checked, StoreError> {
    let plans = Plans::new(reader.plans()?);
    let (mut checked, mut said) = (Checked::default(), Said::default());
    for row in rows {
        let wrong = check_row(reader, &plans, row, &mut checked, &mut said)?;
        checked.wrong.extend(wrong.into_iter().map(|wrong| RowWrong { line: row.line, wrong }));
    }
    Ok(checked)
}

/// Checks a file: its rows, without repeating for each what its heading lacks.
pub fn check_sheet(reader: &Reader<'_>, sheet: &Sheet) -> Result<Checked, StoreError> {
    let mut checked = check(reader, &sheet.rows)?;
    without_what_the_heading_lacks(sheet, &mut checked.wrong);
    Ok(checked)
}

/// Checks what is to be said of a customer who is there already.
pub fn check_person(
    reader: &Reader<'_>,
    customer: CustomerId,
    draft: &Draft,
) -> Result<Result<Person, Vec<Wrong>>, StoreError> {
    let mut wrong = Vec::new();
    let (person, marks) = (draft.person(&mut wrong), draft.marks());
    if let Some(document) = &marks.document
        && reader.payer_by_document(document)?.is_some_and(|payer| payer.customer != customer)
    {
        wrong.push(at(Column::Document, Why::AlreadyCustomer));
    }
    if let Some(email) = &marks.email
        && owner_of_email(reader, email)?.is_some_and(|owner| owner != customer)
    {
        wrong.push(at(Column::Email, Why::EmailTaken));
    }
    Ok(person.filter(|_| wrong.is_empty()).ok_or(wrong))
}

/// Checks one more line of a customer who is there already.
pub fn check_line(
    reader: &Reader<'_>,
    draft: &Draft,
) -> Result<Result<Subscription, Vec<Wrong>>, StoreError> {
    let mut wrong = Vec::new();
    let subscription = draft.subscription(&Plans::new(reader.plans()?), &mut wrong);
    if let Some(login) = &draft.marks().access_login
        && reader.line_by_access_login(login)?.is_some()
    {
        wrong.push(at(Column::AccessLogin, Why::LoginTaken));
    }
    Ok(subscription.filter(|_| wrong.is_empty()).ok_or(wrong))
}

/// Checks one row. What clashes is told beside what is wrong by itself, so that a file is put right in one go.
fn check_row(
    reader: &Reader<'_>,
    plans: &Plans,
    row: &Row,
    checked: &mut Checked,
    said: &mut Said,
) -> Result<Vec<Wrong>, StoreError> {
    if let Some(columns) = wrong_columns(row) {
        return Ok(vec![columns]);
    }
    let mut wrong = Vec::new();
    let (person, subscription) = (row.draft.person(&mut wrong), row.draft.subscription(plans, &mut wrong));
    let marks = row.draft.marks();
    if let Some(login) = &marks.access_login {
        match said.logins.get(login) {
            Some(line) => wrong.push(at(Column::AccessLogin, Why::Twice(*line))),
            None => drop(said.logins.insert(login.clone(), row.line)),
        }
    }
    let known = known_line(reader, &marks, &mut wrong)?;
    if !known {
        check_email(reader, &marks, row.line, said, &mut wrong)?;
    }
    let Some(person) = person else { return Ok(wrong) };
    let newcomer = match said.newcomers.get(&person.document) {
        Some((index, line)) => {
            let first = &checked.newcomers[*index].person;
            wrong.extend(difference(first, &person).map(|column| at(column, Why::Differs(*line))));
            *index
        }
        None if known => usize::MAX,
        None => {
            said.newcomers.insert(person.document.clone(), (checked.newcomers.len(), row.line));
            checked.newcomers.push(Newcomer { person, subscriptions: Vec::new() });
            checked.newcomers.len() - 1
        }
    };
    match (subscription, checked.newcomers.get_mut(newcomer)) {
        _ if !wrong.is_empty() => {}
        (Some(subscription), Some(newcomer)) if !known => newcomer.subscriptions.push(subscription),
        _ => checked.known += u32::from(known),
    }
    Ok(wrong)
}

/// Whether this very line is this customer's already. A document or an access login that is somebody's is wrong otherwise.
fn known_line(reader: &Reader<'_>, marks: &Marks, wrong: &mut Vec<Wrong>) -> Result<bool, StoreError> {
    let payer = match &marks.document {
        Some(document) => reader.payer_by_document(document)?,
        None => None,
    };
    let line = match &marks.access_login {
        Some(login) => reader.line_by_access_login(login)?,
        None => None,
    };
    match (payer, line) {
        (Some(payer), Some(line)) if payer.customer == line.customer => return Ok(true),
        (_, Some(_)) => wrong.push(at(Column::AccessLogin, Why::LoginTaken)),
        (Some(_), None) => wrong.push(at(Column::Document, Why::AlreadyCustomer)),
        (None, None) => {}
    }
    Ok(false)
}

/// Whether the e-mail is somebody else's, here or in the file. Whose it is in the file, the documents tell.
fn check_email(
    reader: &Reader<'_>,
    marks: &Marks,
    line: u64,
    said: &mut Said,
    wrong: &mut Vec<Wrong>,
) -> Result<(), StoreError> {
    let Some(email) = &marks.email else { return Ok(()) };
    match (said.emails.get(email), &marks.document) {
        (Some((known, first)), Some(document)) if known != document => {
            wrong.push(at(Column::Email, Why::Twice(*first)));
        }
        (Some(_), _) => {}
        (None, _) if owner_of_email(reader, email)?.is_some() => {
            wrong.push(at(Column::Email, Why::EmailTaken));
        }
        (None, Some(document)) => drop(said.emails.insert(email.clone(), (document.clone(), line))),
        (None, None) => {}
    }
    Ok(())
}

/// The first column in which two rows of one customer differ.
fn difference(first: &Person, other: &Person) -> Option<Column> {
    let (a, b) = (&first.address, &other.address);
    let columns = [
        (Column::Name, first.name == other.name),
        (Column::Email, first.email == other.email),
        (Column::Street, a.street == b.street),
        (Column::District, a.district == b.district),
        (Column::City, a.city == b.city),
        (Column::State, a.state == b.state),
        (Column::Postcode, a.postcode == b.postcode),
        (Column::Language, first.locale == other.locale),
    ];
    columns.into_iter().find(|(_, is_equal)| !is_equal).map(|(column, _)| column)
}

fn at(column: Column, why: Why) -> Wrong {
    Wrong { column: Some(column), why }
}
