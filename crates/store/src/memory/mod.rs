//! A journal in memory that fails on command.
//!
//! Owns nothing that lasts: tests and simulations open it, crash their owner, and open it again. Its handles share their
//! contents, as handles of one file do, and nothing keeps two owners apart but compare-and-append.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use book::{Hash, JournalRow};

use crate::error::{AppendError, StoreError};
use crate::journal::{
    Appended, Journal, JournalDerived, JournalReader, ROW_BYTES_MAX, SNAPSHOTS_KEPT, SeenRow, Snapshot,
};

/// What goes wrong with one append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails and the row is not there: [`AppendError::NotWritten`].
    NotWritten,
    /// The row lands, but the answer is lost: [`AppendError::Unknown`].
    LandsUnanswered,
    /// Row and answer are lost: [`AppendError::Unknown`].
    LostUnanswered,
    /// The sync fails and the row is lost: [`AppendError::Sync`].
    SyncFails,
    /// The call does not return before [`MemoryJournal::release`]; then it goes on as if nothing had been.
    Hangs,
}

/// A journal in memory. Clones are further handles on the same contents.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    contents: Mutex<Contents>,
    released: Condvar,
}

#[derive(Debug, Default)]
struct Contents {
    rows: Vec<JournalRow>,
    snapshots: BTreeMap<u64, Snapshot>,
    runs: BTreeMap<i64, Vec<SeenRow>>,
    faults: VecDeque<Fault>,
    disk_full: bool,
    hanging: usize,
    releases: usize,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> MemoryJournal {
        MemoryJournal::default()
    }

    /// Lets one of the next appends go wrong: faults are used up in the order they were given, one per append.
    pub fn inject(&self, fault: Fault) {
        self.contents().faults.push_back(fault);
    }

    /// From now on, or no longer, nothing can be written: appends are [`AppendError::NotWritten`], the rest
    /// [`StoreError::DiskFull`].
    pub fn set_disk_full(&self, full: bool) {
        self.contents().disk_full = full;
    }

    /// How many appends hang.
    pub fn hanging(&self) -> usize {
        self.contents().hanging
    }

    /// Lets one hanging append, or the next that would hang, go on.
    pub fn release(&self) {
        self.contents().releases += 1;
        self.shared.released.notify_all();
    }

    /// Lets a test damage a row that is stored: `change` gets the row at `position`.
    pub fn damage(&self, position: u64, change: impl FnOnce(&mut JournalRow)) {
        let place = usize::try_from(position).unwrap_or(usize::MAX).wrapping_sub(1);
        if let Some(row) = self.contents().rows.get_mut(place) {
            change(row);
        }
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        // Every change below is one assignment: a panic elsewhere leaves nothing half done.
        self.shared.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn contents_with_space(&self) -> Result<MutexGuard<'_, Contents>, StoreError> {
        let contents = self.contents();
        if contents.disk_full { Err(StoreError::DiskFull) } else { Ok(contents) }
    }

    fn wait_for_release(&self) {
        let mut contents = self.contents();
        contents.hanging += 1;
        while contents.releases == 0 {
            contents = self.shared.released.wait(contents).unwrap_or_else(PoisonError::into_inner);
        }
        contents.releases -= 1;
        contents.hanging -= 1;
    }
}

impl Contents {
    fn last(&self) -> Option<(u64, Hash)> {
        self.rows.last().map(|row| (row.position, row.hash))
    }

    fn land(&mut self, row: &JournalRow) -> Result<Appended, AppendError> {
        let last = self.last().map_or(0, |(position, _)| position);
        if row.position == last + 1 {
            self.rows.push(row.clone());
            return Ok(Appended::Landed);
        }
        match self.rows.iter().rev().find(|there| there.position == row.position) {
            Some(there) if there.hash == row.hash => Ok(Appended::AlreadyOurs),
            Some(there) => Err(AppendError::Taken { hash: there.hash }),
            None => Err(AppendError::Gap { last }),
        }
    }
}

impl JournalReader for MemoryJournal {
    fn last(&mut self) -> Result<Option<(u64, Hash)>, StoreError> {
        Ok(self.contents().last())
    }

    fn read(&mut self, from: u64, rows_max: usize, bytes_max: usize) -> Result<Vec<JournalRow>, StoreError> {
        let contents = self.contents();
        let first = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        let mut rows: Vec<JournalRow> = Vec::new();
        let mut bytes = 0;
        for row in contents.rows.iter().skip(first).take(rows_max) {
            bytes += row.body.len();
            if bytes > bytes_max && !rows.is_empty() {
                break;
            }
            rows.push(row.clone());
        }
        Ok(rows)
    }

    fn newest_snapshot(&mut self) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.contents().snapshots.values().next_back().cloned())
    }

    fn run(&mut self, hour: i64) -> Result<Vec<SeenRow>, StoreError> {
        Ok(self.contents().runs.get(&hour).cloned().unwrap_or_default())
    }

    fn runs(&mut self) -> Result<Vec<i64>, StoreError> {
        Ok(self.contents().runs.keys().copied().collect())
    }
}

impl JournalDerived for MemoryJournal {
    fn put_snapshot(
        &mut self,
        position: u64,
        digest: u64,
        pieces: &mut dyn Iterator<Item = Vec<u8>>,
    ) -> Result<(), StoreError> {
        // Collected before the lock: the pieces may come from something slow, or panic.
        let body = pieces.flatten().collect();
        let mut contents = self.contents_with_space()?;
        contents.snapshots.insert(position, Snapshot { position, digest, body });
        while contents.snapshots.len() > SNAPSHOTS_KEPT {
            contents.snapshots.pop_first();
        }
        Ok(())
    }

    fn put_run(&mut self, hour: i64, rows: &[SeenRow]) -> Result<(), StoreError> {
        self.contents_with_space()?.runs.insert(hour, rows.to_vec());
        Ok(())
    }

    fn drop_runs_before(&mut self, hour: i64) -> Result<(), StoreError> {
        let mut contents = self.contents_with_space()?;
        contents.runs = contents.runs.split_off(&hour);
        Ok(())
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, row: &JournalRow) -> Result<Appended, AppendError> {
        if row.body.len() > ROW_BYTES_MAX {
            let error = StoreError::TooLarge { bytes: row.body.len(), max: ROW_BYTES_MAX };
            return Err(AppendError::NotWritten(error));
        }
        let fault = self.contents().faults.pop_front();
        let on_command = || StoreError::Database("a fault on command".into());
        match fault {
            Some(Fault::NotWritten) => return Err(AppendError::NotWritten(on_command())),
            Some(Fault::LostUnanswered) => return Err(AppendError::Unknown(on_command())),
            Some(Fault::SyncFails) => return Err(AppendError::Sync(on_command())),
            Some(Fault::Hangs) => self.wait_for_release(),
            Some(Fault::LandsUnanswered) | None => {}
        }
        let landed = self.contents_with_space().map_err(AppendError::NotWritten)?.land(row)?;
        if fault == Some(Fault::LandsUnanswered) {
            return Err(AppendError::Unknown(on_command()));
        }
        Ok(landed)
    }
}
