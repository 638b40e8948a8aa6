//! What was typed, column by column, and what can be wrong with it by itself.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use brazil::document::DocumentError;

use super::SheetColumn;
use crate::customers::is_unprintable;

/// What was typed about one person: a row of a file, or a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft<C>(Vec<String>, PhantomData<C>);

impl<C: SheetColumn> Default for Draft<C> {
    fn default() -> Draft<C> {
        Draft(vec![String::new(); C::ALL.len()], PhantomData)
    }
}

impl<C: SheetColumn> Index<C> for Draft<C> {
    type Output = String;

    fn index(&self, column: C) -> &String {
        &self.0[place(column)]
    }
}

impl<C: SheetColumn> IndexMut<C> for Draft<C> {
    fn index_mut(&mut self, column: C) -> &mut String {
        &mut self.0[place(column)]
    }
}

/// Where a column stands among all. Each stands there: a test of each kind of file holds it.
fn place<C: SheetColumn>(column: C) -> usize {
    C::ALL.iter().position(|known| *known == column).unwrap_or(0)
}

/// What is wrong, and with which column; with none, with the row as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong<C> {
    /// The column.
    pub column: Option<C>,
    /// What is wrong.
    pub why: Why,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nothing was said.
    Empty,
    /// Longer than so many bytes.
    TooLong(usize),
    /// A line break, as behind a quotation mark that is not closed.
    LineBreak,
    /// Control characters, or such as turn the direction of the text.
    Unprintable,
    /// No CPF or CNPJ.
    Document(DocumentError),
    /// No address.
    Email,
    /// A blank, or a mark that nobody sees, in an access login.
    AccessLogin,
    /// No state.
    State,
    /// No *CEP*.
    Postcode,
    /// No plan has this name.
    PlanUnknown,
    /// No day of a month.
    Day,
    /// No amount of data.
    Size,
    /// A number of nobody knows what: 60 may be gigabytes or bytes.
    NoUnit,
    /// Less than nothing.
    Negative,
    /// More outside than was used at all.
    OutsideMore,
    /// A language that is not spoken.
    Language,
    /// Somebody is a customer with this document already.
    AlreadyCustomer,
    /// Somebody else has this e-mail.
    EmailTaken,
    /// Another line authenticates so.
    LoginTaken,
    /// Neither an e-mail nor an id of the operator: nothing tells whether he is here already.
    Unmarked,
    /// No amount of money.
    Money,
    /// A point or a comma that may be either a decimal mark or one between thousands.
    MoneyAmbiguous,
    /// Finer than the unit counts.
    MoneyTooFine,
    /// More than one may begin with.
    MoneyTooMuch,
    /// Neither bought nor promotional.
    BalanceKind,
    /// No day, as 2026-12-31.
    Date,
    /// A day that is over.
    DateOver,
    /// The row in this line of the file has it, too.
    Twice(u64),
    /// The row in this line of the file says something else of the same customer.
    Differs(u64),
    /// The row has another number of columns than the heading.
    Columns {
        /// How many it has.
        found: usize,
        /// How many the heading has.
        expected: usize,
    },
}

impl<C: SheetColumn> Draft<C> {
    /// A column's text without the blanks around it, with what every text may not be.
    pub(crate) fn text(&self, column: C, wrong: &mut Vec<Wrong<C>>) -> &str {
        let text = self[column].trim();
        let why = if text.is_empty() && column.is_required() {
            Some(Why::Empty)
        } else if text.contains(['\n', '\r']) {
            Some(Why::LineBreak)
        } else if text.contains(is_unprintable) {
            Some(Why::Unprintable)
        } else if text.len() > column.bytes_max() {
            Some(Why::TooLong(column.bytes_max()))
        } else {
            None
        };
        wrong.extend(why.map(|why| Wrong { column: Some(column), why }));
        text
    }

    /// A column read by `read`; `None` if it is wrong, or empty where it may be.
    pub(crate) fn read<T>(
        &self,
        column: C,
        wrong: &mut Vec<Wrong<C>>,
        read: impl FnOnce(&str) -> Result<T, Why>,
    ) -> Option<T> {
        let before = wrong.len();
        let text = self.text(column, wrong);
        if text.is_empty() || wrong.len() > before {
            return None;
        }
        match read(text) {
            Ok(value) => Some(value),
            Err(why) => {
                wrong.push(Wrong { column: Some(column), why });
                None
            }
        }
    }
}
