//! Long values beside the journal: snapshots and runs of seen keys, written in pieces.
//!
//! One transaction for a whole snapshot would keep the journal's writer waiting for it. So each piece has a transaction of its
//! own, under a head that does not count; the last transaction makes the head count and the older heads not. What does not
//! count is swept away before the next value is written, a few pieces at a time.

use crate::error::StoreError;
use crate::journal::{ROW_BYTES_MAX, SNAPSHOTS_KEPT, SeenRow, Snapshot};
use crate::stored::Value;
use crate::tables::{Reader, Tx};

/// Bytes of one seen key in a run: key, body and entry, big-endian.
const SEEN_BYTES: usize = 32;
/// Bytes of one piece of a run.
const RUN_PIECE_BYTES: usize = 1 << 20;
/// Pieces swept in one transaction.
const SWEEP_PIECES: i64 = 8;

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

/// Where values are written in pieces.
pub(crate) trait Pieces {
    /// Writes in a transaction of its own, taking turns with the journal's writer.
    fn write<T>(&mut self, change: impl FnMut(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError>;

    /// Reads what is there at one moment.
    fn read<T>(&mut self, look: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> Result<T, StoreError>;
}

pub(crate) fn put_snapshot(
    on: &mut impl Pieces,
    position: u64,
    digest: u64,
    pieces: &mut dyn Iterator<Item = Vec<u8>>,
) -> Result<(), StoreError> {
    let number = position.cast_signed();
    put(on, SNAPSHOT, number, digest.cast_signed(), pieces)?;
    let numbers = on.read(|reader| numbers(reader, SNAPSHOT))?;
    if let Some(oldest_kept) = numbers.iter().rev().nth(SNAPSHOTS_KEPT - 1) {
        on.write(|tx| tx.run(DROP_BEFORE, &[&SNAPSHOT, oldest_kept]))?;
    }
    sweep(on)
}

pub(crate) fn put_run(on: &mut impl Pieces, hour: i64, rows: &[SeenRow]) -> Result<(), StoreError> {
    let mut pieces = rows.chunks(RUN_PIECE_BYTES / SEEN_BYTES).map(encode_seen);
    put(on, RUN, hour, 0, &mut pieces)?;
    sweep(on)
}

pub(crate) fn drop_runs_before(on: &mut impl Pieces, hour: i64) -> Result<(), StoreError> {
    on.write(|tx| tx.run(DROP_BEFORE, &[&RUN, &hour]))?;
    sweep(on)
}

fn put(
    on: &mut impl Pieces,
    kind: &str,
    number: i64,
    digest: i64,
    pieces: &mut dyn Iterator<Item = Vec<u8>>,
) -> Result<(), StoreError> {
    // What an earlier try left behind does not count and would only take space.
    sweep(on)?;
    let id: Option<i64> = on.write(|tx| tx.one(INSERT_HEAD, &[&kind, &number, &digest]))?;
    let id = id.ok_or_else(|| StoreError::Missing { what: "the head of a value in pieces".to_owned() })?;
    for (ordinal, piece) in (0_i64..).zip(pieces) {
        if piece.len() > ROW_BYTES_MAX {
            return Err(StoreError::TooLarge { bytes: piece.len(), max: ROW_BYTES_MAX });
        }
        on.write(|tx| tx.run(INSERT_PIECE, &[&id, &ordinal, &piece]))?;
    }
    on.write(|tx| {
        tx.run(DROP_SAME, &[&kind, &number, &id])?;
        tx.run(MAKE_WHOLE, &[&id])
    })?;
    Ok(())
}

/// Deletes what does not count.
fn sweep(on: &mut impl Pieces) -> Result<(), StoreError> {
    loop {
        let swept = on.write(|tx| {
            let places: Vec<(i64, i64)> = tx.all(SELECT_SWEEPABLE, &[&SWEEP_PIECES])?;
            for (derived, ordinal) in &places {
                tx.run(DELETE_PIECE, &[derived, ordinal])?;
            }
            if places.is_empty() {
                tx.run(DELETE_HEADS, &[])?;
            }
            Ok(places.len())
        })?;
        if swept == 0 {
            return Ok(());
        }
    }
}

pub(crate) fn newest_snapshot(on: &mut impl Pieces) -> Result<Option<Snapshot>, StoreError> {
    // At one moment, so that the pieces are not swept between the head and the last of them.
    on.read(|reader| {
        let head: Option<(i64, (u64, u64))> = reader.one(SELECT_NEWEST, &[&SNAPSHOT])?;
        let Some((id, (position, digest))) = head else { return Ok(None) };
        Ok(Some(Snapshot { position, digest, body: all_pieces(reader, id)? }))
    })
}

pub(crate) fn run(on: &mut impl Pieces, hour: i64) -> Result<Vec<SeenRow>, StoreError> {
    on.read(|reader| {
        let Some(id) = reader.one(SELECT_AT, &[&RUN, &hour])? else { return Ok(Vec::new()) };
        decode_seen(&all_pieces(reader, id)?)
            .ok_or_else(|| StoreError::damaged(format!("the run of hour {hour}")))
    })
}

pub(crate) fn runs(on: &mut impl Pieces) -> Result<Vec<i64>, StoreError> {
    on.read(|reader| numbers(reader, RUN))
}

fn numbers(reader: &Reader<'_>, kind: &str) -> Result<Vec<i64>, StoreError> {
    reader.all(SELECT_NUMBERS, &[&kind])
}

fn all_pieces(reader: &Reader<'_>, id: i64) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    reader.prepare(SELECT_PIECES)?.each(&[&id], |columns| {
        match columns.next_value()? {
            Value::Bytes(piece) => bytes.extend_from_slice(piece),
            _ => return Err(columns.damaged("piece")),
        }
        Ok(true)
    })?;
    Ok(bytes)
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
