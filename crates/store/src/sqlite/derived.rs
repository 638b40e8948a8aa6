//! Long values beside the journal: snapshots and runs of seen keys, written in pieces.
//!
//! One transaction for a whole snapshot would keep the journal's writer waiting for it. So each piece has a transaction of its
//! own, under a head that does not count; the last transaction makes the head count and the older heads not. What does not
//! count is swept away before the next value is written, a few pieces at a time.

use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::error::StoreError;
use crate::journal::{ROW_BYTES_MAX, SNAPSHOTS_KEPT, SeenRow, Snapshot};

/// Bytes of one seen key in a run: key, body and entry, big-endian.
const SEEN_BYTES: usize = 32;
/// Bytes of one piece of a run.
const RUN_PIECE_BYTES: usize = 1 << 20;
/// Pieces swept in one transaction.
const SWEEP_PIECES: usize = 8;

const INSERT_HEAD: &str = "INSERT INTO derived (id, kind, number, digest, whole)
    SELECT coalesce(max(id), 0) + 1, $1, $2, $3, 0 FROM derived RETURNING id";
const INSERT_PIECE: &str = "INSERT INTO derived_piece (derived, ordinal, body) VALUES ($1, $2, $3)";
const MAKE_WHOLE: &str = "UPDATE derived SET whole = 1 WHERE id = $1";
const DROP_SAME: &str = "UPDATE derived SET whole = 0 WHERE kind = $1 AND number = $2 AND id <> $3";
const DROP_BEFORE: &str = "UPDATE derived SET whole = 0 WHERE kind = $1 AND number < $2";
const SELECT_NUMBERS: &str = "SELECT number FROM derived WHERE kind = $1 AND whole = 1 ORDER BY number";
const SELECT_NEWEST: &str = "SELECT id, number, digest FROM derived
    WHERE kind = $1 AND whole = 1 ORDER BY number DESC LIMIT 1";
const SELECT_AT: &str = "SELECT id FROM derived WHERE kind = $1 AND number = $2 AND whole = 1";
const SELECT_PIECES: &str = "SELECT body FROM derived_piece WHERE derived = $1 ORDER BY ordinal";
const SELECT_SWEEPABLE: &str = "SELECT p.derived, p.ordinal FROM derived d
    JOIN derived_piece p ON p.derived = d.id WHERE d.whole = 0 ORDER BY p.derived, p.ordinal LIMIT $1";
const DELETE_PIECE: &str = "DELETE FROM derived_piece WHERE derived = $1 AND ordinal = $2";
const DELETE_HEADS: &str = "DELETE FROM derived WHERE whole = 0";

const SNAPSHOT: &str = "snapshot";
const RUN: &str = "run";

/// A connection that writes values in pieces, taking turns with the journal's writer.
pub(super) struct Pieces<'a> {
    pub(super) connection: &'a Connection,
    /// Held by whoever writes: waiting here is fair, waiting for SQLite's own lock is not.
    pub(super) turn: &'a Mutex<()>,
}

impl Pieces<'_> {
    pub(super) fn put_snapshot(
        &self,
        position: u64,
        digest: u64,
        pieces: &mut dyn Iterator<Item = Vec<u8>>,
    ) -> Result<(), StoreError> {
        let number = position.cast_signed();
        self.put(SNAPSHOT, number, digest.cast_signed(), pieces)?;
        let numbers = numbers(self.connection, SNAPSHOT)?;
        if let Some(oldest_kept) = numbers.iter().rev().nth(SNAPSHOTS_KEPT - 1) {
            self.in_turn(|tx| {
                Ok(tx.prepare_cached(DROP_BEFORE)?.execute(params![SNAPSHOT, oldest_kept])?)
            })?;
        }
        self.sweep()
    }

    pub(super) fn put_run(&self, hour: i64, rows: &[SeenRow]) -> Result<(), StoreError> {
        let mut pieces = rows.chunks(RUN_PIECE_BYTES / SEEN_BYTES).map(encode_seen);
        self.put(RUN, hour, 0, &mut pieces)?;
        self.sweep()
    }

    pub(super) fn drop_runs_before(&self, hour: i64) -> Result<(), StoreError> {
        self.in_turn(|tx| Ok(tx.prepare_cached(DROP_BEFORE)?.execute(params![RUN, hour])?))?;
        self.sweep()
    }

    fn put(
        &self,
        kind: &str,
        number: i64,
        digest: i64,
        pieces: &mut dyn Iterator<Item = Vec<u8>>,
    ) -> Result<(), StoreError> {
        // What an earlier try left behind does not count and would only take space.
        self.sweep()?;
        let id: i64 = self.in_turn(|tx| {
            Ok(tx.prepare_cached(INSERT_HEAD)?.query_one(params![kind, number, digest], |row| row.get(0))?)
        })?;
        for (ordinal, piece) in (0_i64..).zip(pieces) {
            if piece.len() > ROW_BYTES_MAX {
                return Err(StoreError::TooLarge { bytes: piece.len(), max: ROW_BYTES_MAX });
            }
            self.in_turn(|tx| Ok(tx.prepare_cached(INSERT_PIECE)?.execute(params![id, ordinal, piece])?))?;
        }
        self.in_turn(|tx| {
            tx.prepare_cached(DROP_SAME)?.execute(params![kind, number, id])?;
            Ok(tx.prepare_cached(MAKE_WHOLE)?.execute([id])?)
        })?;
        Ok(())
    }

    /// Deletes what does not count.
    fn sweep(&self) -> Result<(), StoreError> {
        loop {
            let swept = self.in_turn(|tx| {
                let limit = i64::try_from(SWEEP_PIECES).unwrap_or(i64::MAX);
                let mut statement = tx.prepare_cached(SELECT_SWEEPABLE)?;
                let places: Vec<(i64, i64)> = statement
                    .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect::<Result<_, _>>()?;
                for (derived, ordinal) in &places {
                    tx.prepare_cached(DELETE_PIECE)?.execute([derived, ordinal])?;
                }
                if places.is_empty() {
                    tx.prepare_cached(DELETE_HEADS)?.execute([])?;
                }
                Ok(places.len())
            })?;
            if swept == 0 {
                return Ok(());
            }
        }
    }

    fn in_turn<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = Transaction::new_unchecked(self.connection, TransactionBehavior::Immediate)?;
        let written = write(&tx)?;
        tx.commit()?;
        Ok(written)
    }
}

pub(super) fn newest_snapshot(connection: &Connection) -> Result<Option<Snapshot>, StoreError> {
    // One transaction, so that the pieces are not swept between the head and the last of them.
    let tx = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    let head: Option<(i64, i64, i64)> = tx
        .prepare_cached(SELECT_NEWEST)?
        .query_row([SNAPSHOT], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((id, position, digest)) = head else { return Ok(None) };
    let mut body = Vec::new();
    each_piece(&tx, id, |piece| body.extend_from_slice(piece))?;
    tx.commit()?;
    let (position, digest) = (position.cast_unsigned(), digest.cast_unsigned());
    Ok(Some(Snapshot { position, digest, body }))
}

pub(super) fn run(connection: &Connection, hour: i64) -> Result<Vec<SeenRow>, StoreError> {
    let tx = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
    let head: Option<i64> =
        tx.prepare_cached(SELECT_AT)?.query_row(params![RUN, hour], |row| row.get(0)).optional()?;
    let Some(id) = head else { return Ok(Vec::new()) };
    let mut bytes = Vec::new();
    each_piece(&tx, id, |piece| bytes.extend_from_slice(piece))?;
    tx.commit()?;
    decode_seen(&bytes).ok_or_else(|| StoreError::damaged(format!("the run of hour {hour}")))
}

pub(super) fn runs(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    numbers(connection, RUN)
}

fn numbers(connection: &Connection, kind: &str) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(SELECT_NUMBERS)?;
    let numbers = statement.query_map([kind], |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

fn each_piece(connection: &Connection, id: i64, mut take: impl FnMut(&[u8])) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(SELECT_PIECES)?;
    let mut rows = statement.query([id])?;
    while let Some(row) = rows.next()? {
        take(row.get_ref(0)?.as_blob().map_err(|error| StoreError::damaged(format!("a piece ({error})")))?);
    }
    Ok(())
}

fn encode_seen(rows: &[SeenRow]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(rows.len() * SEEN_BYTES);
    for row in rows {
        bytes.extend_from_slice(&row.key.to_be_bytes());
        bytes.extend_from_slice(&row.body.to_be_bytes());
        bytes.extend_from_slice(&row.entry.to_be_bytes());
    }
    bytes
}

fn decode_seen(bytes: &[u8]) -> Option<Vec<SeenRow>> {
    let (rows, rest) = bytes.as_chunks::<SEEN_BYTES>();
    if !rest.is_empty() {
        return None;
    }
    rows.iter()
        .map(|row| {
            Some(SeenRow {
                key: u128::from_be_bytes(row[..16].try_into().ok()?),
                body: u64::from_be_bytes(row[16..24].try_into().ok()?),
                entry: u64::from_be_bytes(row[24..].try_into().ok()?),
            })
        })
        .collect()
}
