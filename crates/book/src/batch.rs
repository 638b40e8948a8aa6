//! A batch of decisions: what one row of the journal holds.
//!
//! Body: version byte, the time of the first decision, and the decisions one behind the other until the end.

use money::Timestamp;
use thiserror::Error;

use crate::codec::{CodecError, Reader, Write};
use crate::decision::{Decision, EntryRef};
use crate::journal::{Hash, JournalRow, chain_hash};
use crate::record::{read_decision, write_decision};

/// The layout of a batch's body.
const BATCH_VERSION: u8 = 1;

/// A batch while it is built: decisions are encoded straight into the body.
#[derive(Debug)]
pub struct BatchBuilder {
    position: u64,
    epoch: u64,
    previous: Hash,
    body: Vec<u8>,
    count: u32,
    last_at: Timestamp,
}

impl BatchBuilder {
    /// An empty batch for `position`, to stand behind the row whose hash is `previous`.
    pub fn new(position: u64, epoch: u64, previous: Hash) -> BatchBuilder {
        BatchBuilder { position, epoch, previous, body: Vec::new(), count: 0, last_at: Timestamp::EPOCH }
    }

    /// Where the next decision will stand.
    pub fn next_entry(&self) -> EntryRef {
        EntryRef::new(self.position, self.count)
    }

    /// How many decisions it holds.
    pub fn len(&self) -> u32 {
        self.count
    }

    /// True while it holds none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes so far.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    /// True when no further decision fits (see [`EntryRef::BATCH_LEN_MAX`]; some are left for what falls due).
    pub fn is_full(&self) -> bool {
        self.count >= EntryRef::BATCH_LEN_MAX / 2
    }

    /// Encodes one more decision and says where it stands.
    pub fn push(&mut self, decision: &Decision) -> EntryRef {
        if self.count == 0 {
            self.body.byte(BATCH_VERSION);
            self.body.time(decision.at);
            self.last_at = decision.at;
        }
        let entry = self.next_entry();
        write_decision(&mut self.body, decision, self.last_at);
        self.last_at = decision.at;
        self.count += 1;
        entry
    }

    /// The finished row; the builder goes on with the batch behind it.
    pub fn seal_and_continue(&mut self) -> JournalRow {
        let empty = BatchBuilder::new(self.position + 1, self.epoch, self.previous);
        let row = std::mem::replace(self, empty).seal();
        self.previous = row.hash;
        row
    }

    /// The finished row.
    pub fn seal(self) -> JournalRow {
        let hash = chain_hash(&self.previous, self.position, self.epoch, &self.body);
        JournalRow { position: self.position, epoch: self.epoch, hash, body: self.body }
    }
}

/// Why a row of the journal cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BatchError {
    /// The row's hash is not that of its content behind the row before: something was changed or is missing.
    #[error("row {position} does not follow from the row before it: it, or one before it, was changed")]
    Chain {
        /// Of the first row that does not fit.
        position: u64,
    },
    /// The body is not one that this version writes.
    #[error("row {position}, decision {ordinal}: {source}")]
    Body {
        /// Of the row.
        position: u64,
        /// Of the decision in it.
        ordinal: u32,
        /// What is wrong with the bytes.
        source: CodecError,
    },
}

/// Reads the decisions of a row in order. The chain is checked by [`check_chain`].
pub fn read_batch(row: &JournalRow) -> impl Iterator<Item = Result<(EntryRef, Decision), BatchError>> {
    BatchReader {
        position: row.position,
        reader: Reader::new(&row.body),
        ordinal: 0,
        last_at: None,
        failed: false,
    }
}

/// Says whether `row` follows the row with the hash `previous`.
pub fn check_chain(previous: &Hash, row: &JournalRow) -> Result<(), BatchError> {
    if chain_hash(previous, row.position, row.epoch, &row.body) == row.hash {
        Ok(())
    } else {
        Err(BatchError::Chain { position: row.position })
    }
}

struct BatchReader<'a> {
    position: u64,
    reader: Reader<'a>,
    ordinal: u32,
    last_at: Option<Timestamp>,
    failed: bool,
}

impl BatchReader<'_> {
    fn start(&mut self) -> Result<Timestamp, CodecError> {
        match self.reader.byte()? {
            BATCH_VERSION => self.reader.time(),
            other => Err(CodecError::Tag(other)),
        }
    }

    fn decision(&mut self) -> Result<Decision, CodecError> {
        let previous = match self.last_at {
            Some(at) => at,
            None => self.start()?,
        };
        let decision = read_decision(&mut self.reader, previous)?;
        self.last_at = Some(decision.at);
        Ok(decision)
    }
}

impl Iterator for BatchReader<'_> {
    type Item = Result<(EntryRef, Decision), BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || (self.reader.is_empty() && self.ordinal > 0) {
            return None;
        }
        let (position, ordinal) = (self.position, self.ordinal);
        let result = self.decision().map_err(|source| BatchError::Body { position, ordinal, source });
        self.failed = result.is_err();
        self.ordinal += 1;
        Some(result.map(|decision| (EntryRef::new(position, ordinal), decision)))
    }
}
