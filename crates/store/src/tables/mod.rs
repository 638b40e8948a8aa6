//! Views and reference tables, changed in transactions by one writer and read by several readers at once.
//!
//! One file per group of tables: the structs of its rows, and what may be asked ([`Reader`]) and changed ([`Tx`]). A reader
//! sees one moment for as long as its closure runs. Lists that people read come newest first, by cursor, so that nothing is
//! lost or doubled between two pages while rows are added.

pub mod access_codes;
pub mod answers;
pub mod audit;
pub mod automatic_topups;
pub mod bank;
pub mod boletos;
pub mod brand;
pub mod catalog;
pub mod claims;
pub mod credit_requests;
pub mod customers;
pub mod endpoints;
pub mod imports;
pub mod inbox;
pub mod intents;
pub mod invoices;
pub mod keys;
pub mod lines;
pub mod logins;
pub mod mail_wishes;
pub mod narrowed;
pub mod origins;
pub mod outbox;
pub mod overpaid;
pub mod payment_lists;
pub mod payments;
pub mod pix;
pub mod receipts;
pub mod reconciliation;
pub mod refund_orders;
pub mod services;
pub mod sessions;
pub mod settlements;
pub mod sign_ups;
pub mod staff;
pub mod standing;
pub mod subscribers;
pub mod topups;

mod opened;

use std::ops::Deref;

use crate::error::StoreError;
use crate::statement::{Connection, Many, Prepared};
use crate::stored::{Bind, Stored};

pub(crate) use opened::{Durability, Readers};
pub use opened::{READERS_MAX, Tables};

/// Most rows of one page of any list.
pub const PAGE_ROWS_MAX: u32 = 1_000;

/// The tables as they are at one moment.
pub struct Reader<'c> {
    connection: Connection<'c>,
}

/// A transaction that is open for writing: all of it becomes true, or nothing.
pub struct Tx<'c> {
    reader: Reader<'c>,
}

impl<'c> Deref for Tx<'c> {
    type Target = Reader<'c>;

    fn deref(&self) -> &Reader<'c> {
        &self.reader
    }
}

/// Some rows of a list, and where the next ones begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, C> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// What to ask for to get the next rows; `None` at the end of the list.
    pub next: Option<C>,
}

/// The cursor that is before everything in a list of ids, newest first.
const NEWEST: [u8; 16] = [0xff; 16];

/// The bytes of a cursor over ids, newest first.
fn before_bytes(before: Option<u128>) -> [u8; 16] {
    before.map_or(NEWEST, u128::to_be_bytes)
}

/// How many rows to ask for, so that one too many tells that there are more.
pub(crate) fn rows_to_ask(limit: u32) -> i64 {
    i64::from(limit.clamp(1, PAGE_ROWS_MAX)) + 1
}

/// The page of at most `limit` rows made of what [`rows_to_ask`] asked for.
pub(crate) fn page<T, C>(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> C) -> Page<T, C> {
    let limit = usize::try_from(limit.clamp(1, PAGE_ROWS_MAX)).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(cursor) } else { None };
    Page { rows, next }
}

impl<'c> Reader<'c> {
    pub(crate) fn new(connection: Connection<'c>) -> Reader<'c> {
        Reader { connection }
    }

    pub(crate) fn prepare(&self, sql: &str) -> Result<Prepared<'c>, StoreError> {
        self.connection.prepare(sql)
    }

    pub(crate) fn one<T: Stored>(&self, sql: &str, values: &[&dyn Bind]) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.prepare(sql)?.each(values, |columns| {
            found = Some(T::read_from(columns)?);
            Ok(false)
        })?;
        Ok(found)
    }

    pub(crate) fn all<T: Stored>(&self, sql: &str, values: &[&dyn Bind]) -> Result<Vec<T>, StoreError> {
        self.prepare(sql)?.all(values)
    }
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: Connection<'c>) -> Tx<'c> {
        Tx { reader: Reader { connection } }
    }

    /// A statement to be run for each of many rows.
    pub(crate) fn prepare_many(&self, sql: &str) -> Result<Many<'c>, StoreError> {
        self.reader.connection.prepare_many(sql)
    }

    /// Runs a statement for its effect; how many rows it changed.
    pub(crate) fn run(&self, sql: &str, values: &[&dyn Bind]) -> Result<usize, StoreError> {
        self.prepare(sql)?.run(values)
    }

    /// Runs a statement that must change one row, `what`.
    pub(crate) fn run_one(
        &self,
        sql: &str,
        values: &[&dyn Bind],
        what: impl Into<String>,
    ) -> Result<(), StoreError> {
        match self.run(sql, values)? {
            0 => Err(StoreError::Missing { what: what.into() }),
            _ => Ok(()),
        }
    }
}
