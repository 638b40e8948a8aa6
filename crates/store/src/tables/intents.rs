//! Changes of tables that a command to the book completes. Written in the transaction of the change; open ones are sent again
//! at the start, under the same id; only what was read back from the journal marks them done.

use money::{EntryId, IntentId, Timestamp};

use super::{Page, Reader, Tx, page, rows_to_ask};
use crate::error::StoreError;
use crate::stored::row;

const INSERT: &str = "INSERT INTO intents (id, kind, payload, created_at, done_at, entry)
    VALUES ($1, $2, $3, $4, $5, $6)";
const SELECT: &str = "SELECT id, kind, payload, created_at, done_at, entry FROM intents WHERE id = $1";
const OPEN: &str = "SELECT id, kind, payload, created_at, done_at, entry FROM intents
    WHERE done_at IS NULL AND id > $1 ORDER BY id LIMIT $2";
const DEPOSITS_UNLISTED: &str =
    "SELECT i.id, i.kind, i.payload, i.created_at, i.done_at, i.entry FROM intents i
    WHERE i.kind = 'deposit' AND NOT EXISTS (SELECT 1 FROM overpaid o WHERE o.id = i.id) AND i.id > $1
    ORDER BY i.id LIMIT $2";
const CLOSE: &str = "UPDATE intents SET done_at = $1 WHERE id = $2 AND done_at IS NULL";
const DONE: &str = "UPDATE intents SET done_at = $1, entry = $2 WHERE id = $3 AND done_at IS NULL";

row! {
    /// A change that a command to the book completes.
    pub struct Intent {
        /// Its name, and the command's key.
        pub id: IntentId,
        /// What is to be done, as a short word.
        pub kind: String,
        /// All that the command needs, as JSON.
        pub payload: String,
        /// When it was written.
        pub created_at: Timestamp,
        /// When the journal was seen to have it.
        pub done_at: Option<Timestamp>,
        /// The entry that did it.
        pub entry: Option<EntryId>,
    }
}

impl Reader<'_> {
    /// The intent of this name.
    pub fn intent(&self, id: IntentId) -> Result<Option<Intent>, StoreError> {
        self.one(SELECT, &[&id])
    }

    /// Intents that are not done, oldest first.
    pub fn open_intents(
        &self,
        after: Option<IntentId>,
        limit: u32,
    ) -> Result<Page<Intent, IntentId>, StoreError> {
        let after = after.unwrap_or(IntentId::from_u128(0));
        let rows = self.all(OPEN, &[&after, &rows_to_ask(limit)])?;
        Ok(page(rows, limit, |row: &Intent| row.id))
    }

    /// The first `limit` intents after `after` that made money a customer's credit and that no movement of it tells of, oldest first.
    pub fn deposits_unlisted(&self, after: IntentId, limit: u32) -> Result<Vec<Intent>, StoreError> {
        self.all(DEPOSITS_UNLISTED, &[&after, &limit])
    }
}

impl Tx<'_> {
    /// Writes down an intent.
    pub fn insert_intent(&self, intent: &Intent) -> Result<(), StoreError> {
        self.run(INSERT, &[intent])?;
        Ok(())
    }

    /// Marks an intent done by `entry`; whether it was open.
    pub fn intent_done(&self, id: IntentId, entry: EntryId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(DONE, &[&at, &entry, &id])? > 0)
    }

    /// Closes an intent that the book refuses, so that it is not sent any more; whether it was open.
    pub fn close_intent(&self, id: IntentId, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.run(CLOSE, &[&at, &id])? > 0)
    }
}
