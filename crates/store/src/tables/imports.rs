//! Files of subscribers and of customers that were taken.

use money::{IntentId, Timestamp};

use super::{Page, Reader, Tx, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::{row, words};

const NEXT_NO: &str = "SELECT coalesce(max(import_no), 0) + 1 FROM imports";
const INSERT: &str = "INSERT INTO imports (import_no, file_name, actor, created_at, customers, lines, known,
    intents, first_intent, last_intent, kind, bought, promotional)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const SELECT: &str = "SELECT import_no, file_name, actor, created_at, customers, lines, known, intents,
    first_intent, last_intent, kind, bought, promotional FROM imports WHERE kind = $1 AND import_no = $2";
const ALL: &str = "SELECT import_no, file_name, actor, created_at, customers, lines, known, intents,
    first_intent, last_intent, kind, bought, promotional FROM imports
    WHERE kind = $1 AND import_no < $2 ORDER BY import_no DESC LIMIT $3";
const INSERT_MARK: &str = "INSERT INTO import_marks (mark, import_no) VALUES ($1, $2)";
const MARKED: &str = "SELECT import_no FROM import_marks WHERE mark = $1";
const OPEN_BETWEEN: &str = "SELECT count(*) FROM intents WHERE done_at IS NULL AND id >= $1 AND id <= $2";

words! {
    /// Who stands in a file.
    pub enum ImportKind {
        /// Subscribers with their lines.
        Subscribers = "subscribers",
        /// Customers with their opening balances.
        Customers = "customers",
    }
}

row! {
    /// A file that was taken, with what it brought.
    pub struct ImportRow {
        /// Its number, from 1 without gaps over all kinds.
        pub import_no: u32,
        /// What the file was called.
        pub file_name: String,
        /// Who took it, as the audit log names him.
        pub actor: String,
        /// When.
        pub created_at: Timestamp,
        /// Customers that it made.
        pub customers: u32,
        /// Lines that it made.
        pub lines: u32,
        /// Rows whose lines were there already.
        pub known: u32,
        /// Intents that its lines wait for.
        pub intents: u32,
        /// The first of them.
        pub first_intent: IntentId,
        /// The last of them.
        pub last_intent: IntentId,
        /// Who stood in it.
        pub kind: ImportKind,
        /// What of opening balances had been bought, in steps of the money wallets' unit.
        pub bought: i64,
        /// What of them had been given.
        pub promotional: i64,
    }
}

impl Reader<'_> {
    /// The import of this kind with this number.
    pub fn import(&self, kind: ImportKind, import_no: u32) -> Result<Option<ImportRow>, StoreError> {
        self.one(SELECT, &[&kind, &import_no])
    }

    /// All imports of a kind, newest first; the cursor is the number of the last one seen.
    pub fn imports(
        &self,
        kind: ImportKind,
        before: Option<u32>,
        limit: u32,
    ) -> Result<Page<ImportRow, u32>, StoreError> {
        let before = before.map_or(i64::MAX, i64::from);
        let rows = self.all(ALL, &[&kind, &before, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &ImportRow| row.import_no))
    }

    /// The file in which a row was taken that this mark stands for.
    pub fn import_of_mark(&self, mark: u128) -> Result<Option<u32>, StoreError> {
        self.one(MARKED, &[&&mark.to_be_bytes()[..]])
    }

    /// How many intents of an import the book has not confirmed. Ones that others wrote in the very same moment are counted too.
    pub fn open_intents_of(&self, import: &ImportRow) -> Result<u32, StoreError> {
        Ok(self.one(OPEN_BETWEEN, &[&import.first_intent, &import.last_intent])?.unwrap_or(0))
    }
}

impl Tx<'_> {
    /// Writes down an import under the next number, whatever number it carries, and returns that.
    pub fn insert_import(&self, import: &ImportRow) -> Result<u32, StoreError> {
        let import_no = self.one(NEXT_NO, &[])?.unwrap_or(1);
        self.run(INSERT, &[&ImportRow { import_no, ..import.clone() }])?;
        Ok(import_no)
    }

    /// Writes down that a row that this mark stands for was taken; a conflict if one was before.
    pub fn insert_import_mark(&self, mark: u128, import_no: u32) -> Result<(), StoreError> {
        self.run(INSERT_MARK, &[&&mark.to_be_bytes()[..], &import_no]).map(|_| ())
    }
}
