//! Proving a journal: every row follows from the one before, every decision leaves what it says, all accounts sum to zero, and
//! whatever was derived from the journal is what the journal says.
//!
//! Only reads, so it may run beside a live book. Nothing is believed before it was checked: a row that was changed is
//! looked at but not replayed, and what would follow from it is not judged.

use std::collections::BTreeMap;

use book::{
    Account, Book, Decision, EntryRef, GENESIS, Hash, JournalRow, Record, SeenKey, WalletNo, chain_hash,
    read_batch, transfers,
};
use money::Unit;
use store::{JournalReader, Reader, Snapshot, StoreError, Tables};

use crate::finding::Finding;
use crate::projector::Projector;

/// Findings after which the search ends: what is broken so often needs no longer list.
pub const FINDINGS_MAX: usize = 50;
/// Rows read, and projected in one transaction, at once.
const ROWS_MAX: usize = 256;
/// Bytes of bodies read at once.
const BYTES_MAX: usize = 16 << 20;

/// Views to be compared with the journal. They may go on while the journal is replayed: they are looked at once it is, as they are at
/// one moment.
#[derive(Clone, Copy)]
pub struct Views<'t> {
    /// The tables.
    pub tables: &'t Tables,
    /// The name of the cursor that says up to which row they have come.
    pub cursor: &'t str,
}

/// What a verification saw.
#[derive(Debug, Default)]
pub struct Verified {
    /// Rows that were read.
    pub rows: u64,
    /// Decisions that were replayed.
    pub decisions: u64,
    /// Wallets at the end of the replay.
    pub wallets: u64,
    /// Position of the last row.
    pub last_position: u64,
    /// The hash of the last row: it stands for all before it.
    pub last_hash: Hash,
    /// What all wallets of a unit hold together, in smallest steps.
    pub posted: Vec<(Unit, i128)>,
    /// The row of the snapshot that equals the replay.
    pub snapshot: Option<u64>,
    /// The row up to which the views equal a rebuild.
    pub views: Option<u64>,
    /// What is wrong, in the order in which it was found; nothing in a sound installation.
    pub findings: Vec<Finding>,
}

/// Replays the whole journal from its first row and compares everything with it. `tell` hears how many rows have been read.
///
/// # Errors
/// The store cannot be read. Damage is no error: it is found and told.
pub fn verify_journal(
    journal: &mut dyn JournalReader,
    views: Option<Views<'_>>,
    tell: &mut dyn FnMut(u64),
) -> Result<Verified, StoreError> {
    let snapshot = journal.newest_snapshot()?;
    let mut replay = Replay::new(snapshot, views)?;
    let mut next = 1;
    loop {
        let rows = journal.read(next, ROWS_MAX, BYTES_MAX)?;
        let Some(last) = rows.last() else { break };
        next = last.position + 1;
        for (place, row) in rows.iter().enumerate() {
            let follower = match rows.get(place + 1) {
                Some(follower) => Some(follower.clone()),
                None => journal.read(next, 1, 1)?.pop(),
            };
            replay.row(row, follower.as_ref());
            replay.compare_snapshot(journal, row.position)?;
            if replay.seen.findings.len() >= FINDINGS_MAX {
                return Ok(replay.seen);
            }
        }
        replay.project(&rows)?;
        tell(replay.seen.rows);
    }
    replay.finish(journal)
}

/// A verification under way.
struct Replay<'t> {
    book: Book,
    hash: Hash,
    /// False from the first damage on: what follows from it is not judged.
    is_sound: bool,
    posted: BTreeMap<Unit, i128>,
    snapshot: Option<Snapshot>,
    views: Option<Rebuild<'t>>,
    seen: Verified,
}

/// The views made again in a temporary file, beside those that are there.
struct Rebuild<'t> {
    found: Views<'t>,
    tables: Tables,
    projector: Projector,
    /// The row up to which they are to be made.
    until: u64,
    /// The hash that the views say this row has.
    until_hash: Hash,
}

impl<'t> Replay<'t> {
    fn new(snapshot: Option<Snapshot>, views: Option<Views<'t>>) -> Result<Self, StoreError> {
        let views = match views {
            Some(found) => {
                let cursor = found.tables.read(|reader| reader.cursor(found.cursor))?;
                Some(Rebuild {
                    found,
                    tables: Tables::open_temporary()?,
                    projector: Projector::default(),
                    until: cursor.position,
                    until_hash: cursor.hash,
                })
            }
            None => None,
        };
        Ok(Replay {
            book: Book::new(),
            hash: GENESIS,
            is_sound: true,
            posted: BTreeMap::new(),
            snapshot,
            views,
            seen: Verified::default(),
        })
    }

    /// Checks one row, and replays it if it is as it was written. `follower` is the row behind it: its hash tells
    /// whether the contents or the hash of a row that does not fit were changed.
    fn row(&mut self, row: &JournalRow, follower: Option<&JournalRow>) {
        let expected = self.seen.last_position + 1;
        let mut hash = row.hash;
        if row.position != expected {
            self.seen.findings.push(Finding::Missing { from: expected, until: row.position - 1 });
            self.is_sound = false;
        } else if !self.follows(row) {
            hash = self.damaged(row, follower);
        }
        if self.is_sound {
            self.replay(row);
        }
        self.seen.rows += 1;
        self.seen.last_position = row.position;
        self.hash = hash;
        self.seen.last_hash = hash;
        if let Some(views) = self.views.as_ref().filter(|views| views.until == row.position)
            && views.until_hash != hash
        {
            self.seen.findings.push(Finding::ViewsOfAnotherRow { position: row.position });
        }
    }

    fn follows(&self, row: &JournalRow) -> bool {
        chain_hash(&self.hash, row.position, row.epoch, &row.body) == row.hash
    }

    /// Says what is wrong with a row that does not follow; the hash with which the chain goes on.
    fn damaged(&mut self, row: &JournalRow, follower: Option<&JournalRow>) -> Hash {
        let position = row.position;
        let computed = chain_hash(&self.hash, position, row.epoch, &row.body);
        let leads_on = |hash: &Hash| {
            follower.is_some_and(|next| chain_hash(hash, next.position, next.epoch, &next.body) == next.hash)
        };
        if leads_on(&computed) {
            // The row behind it was chained to what the contents still say: only the stored hash is wrong.
            self.seen.findings.push(Finding::HashChanged { position });
            return computed;
        }
        let (ordinal, what) = self.first_odd_decision(row);
        self.seen.findings.push(Finding::RowChanged { position, ordinal, what });
        self.is_sound = false;
        row.hash
    }

    /// The first decision of a changed row that cannot be read or does not add up, and why.
    fn first_odd_decision(&self, row: &JournalRow) -> (Option<u32>, String) {
        let mut posted: BTreeMap<WalletNo, i64> = BTreeMap::new();
        for (ordinal, decision) in (0..).zip(read_batch(row)) {
            let (entry, decision) = match decision {
                Ok(read) => read,
                Err(error) => return (Some(ordinal), error.to_string()),
            };
            let Some(no) = decision.record.wallet() else { continue };
            let before = posted.get(&no).copied().or_else(|| Some(self.book.wallet(no)?.balance.posted));
            let Some(after) = decision.record.balance().map(|balance| balance.posted) else { continue };
            if let Some(before) = before {
                let unit = self.book.wallet(no).map_or(Unit::USD, |wallet| wallet.unit);
                if before.checked_add(moved(&decision.record, no, unit)) != Some(after) {
                    let what = "the balance that it leaves is not the one before it and what it moves";
                    return (Some(entry.ordinal()), what.to_owned());
                }
            }
            posted.insert(no, after);
        }
        (None, "every decision in it can be read and adds up".to_owned())
    }

    fn replay(&mut self, row: &JournalRow) {
        for (ordinal, decision) in (0..).zip(read_batch(row)) {
            let (entry, decision) = match decision {
                Ok(read) => read,
                Err(error) => {
                    let what = error.to_string();
                    self.found(Finding::Unreadable { position: row.position, ordinal, what });
                    return;
                }
            };
            if !names_what_is_there(&self.book, &decision.record) {
                let what = "it names a wallet, grant or window that is not there".to_owned();
                self.found(Finding::Unreadable { position: row.position, ordinal, what });
                return;
            }
            self.decision(entry, &decision);
            if !self.is_sound {
                return;
            }
        }
    }

    fn decision(&mut self, entry: EntryRef, decision: &Decision) {
        let (position, ordinal) = (entry.position(), entry.ordinal());
        let wallet = decision.record.wallet();
        let before = wallet.and_then(|no| self.book.wallet(no)).map_or(0, |wallet| wallet.balance.posted);
        self.book.replay(entry, decision);
        self.seen.decisions += 1;
        let Some(no) = wallet else { return };
        let Some((unit, after)) = self.book.wallet(no).map(|wallet| (wallet.unit, wallet.balance.posted))
        else {
            return;
        };
        *self.posted.entry(unit).or_default() += i128::from(after) - i128::from(before);
        if !self.book.wallet_adds_up(no) {
            self.found(Finding::Balance { position, ordinal, wallet_no: no.0 });
        }
        let others: i128 =
            self.book.accounts().filter(|(_, of, _)| *of == unit).map(|(_, _, total)| total).sum();
        let off_by = others + self.posted.get(&unit).copied().unwrap_or_default();
        if off_by != 0 {
            self.found(Finding::Sum { position, ordinal, unit, off_by });
        }
    }

    /// Writes a finding down; nothing that follows is judged.
    fn found(&mut self, finding: Finding) {
        self.seen.findings.push(finding);
        self.is_sound = false;
    }

    fn compare_snapshot(&mut self, journal: &mut dyn JournalReader, position: u64) -> Result<(), StoreError> {
        self.book.take_touched();
        if !self.is_sound {
            return Ok(());
        }
        let Some(snapshot) = self.snapshot.take_if(|snapshot| snapshot.position == position) else {
            return Ok(());
        };
        let what = match Book::from_snapshot(&snapshot.body) {
            Err(error) => Some(error.to_string()),
            Ok(_) if snapshot.digest != self.book.digest() => Some("its digest is another".to_owned()),
            Ok(book) => match same_with_runs(journal, book, position, &self.book)? {
                true => None,
                false => Some("it restores another book".to_owned()),
            },
        };
        match what {
            Some(what) => self.seen.findings.push(Finding::Snapshot { position, what }),
            None => self.seen.snapshot = Some(position),
        }
        Ok(())
    }

    fn project(&mut self, rows: &[JournalRow]) -> Result<(), StoreError> {
        match &mut self.views {
            Some(rebuild) if self.is_sound => rebuild.project(rows),
            _ => Ok(()),
        }
    }

    fn finish(mut self, journal: &mut dyn JournalReader) -> Result<Verified, StoreError> {
        let last = self.seen.last_position;
        if let Some(snapshot) = self.snapshot.take().filter(|snapshot| snapshot.position > last) {
            let behind = snapshot.position;
            self.seen.findings.push(Finding::EndsEarly { last, behind, what: "a snapshot" });
        }
        if let Some(rebuild) = self.views.take() {
            let views = rebuild.found;
            views.tables.read(|found| self.compare_views(journal, rebuild, found))?;
        }
        self.seen.wallets = self.book.wallets().count() as u64;
        self.seen.posted = std::mem::take(&mut self.posted).into_iter().collect();
        Ok(self.seen)
    }

    /// Compares the views as they are at this moment with those that were made again.
    fn compare_views(
        &mut self,
        journal: &mut dyn JournalReader,
        mut rebuild: Rebuild<'_>,
        found: &Reader<'_>,
    ) -> Result<(), StoreError> {
        let now = found.cursor(rebuild.found.cursor)?;
        while self.is_sound && rebuild.until < now.position {
            // They have come further since the beginning: so do the others, by rows that are checked like all.
            let rows = journal.read(rebuild.until + 1, ROWS_MAX, BYTES_MAX)?;
            let Some(last) = rows.last() else { break };
            let checked = self.seen.last_position;
            for row in rows.iter().filter(|row| row.position > checked) {
                self.row(row, None);
                self.book.take_touched();
            }
            rebuild.until = last.position.min(now.position);
            if let Some(row) = rows.iter().find(|row| row.position == now.position && row.hash != now.hash) {
                self.found(Finding::ViewsOfAnotherRow { position: row.position });
            }
            if self.is_sound {
                rebuild.project(&rows)?;
            }
        }
        let last = self.seen.last_position;
        if now.position > last {
            self.seen.findings.push(Finding::EndsEarly { last, behind: now.position, what: "the views" });
        } else if self.is_sound && rebuild.until == now.position {
            match rebuild.tables.read(|rebuilt| found.first_difference(rebuilt))? {
                Some(difference) => self.seen.findings.push(Finding::View(difference)),
                None => self.seen.views = Some(now.position),
            }
        }
        Ok(())
    }
}

impl Rebuild<'_> {
    /// Writes what `rows` say, up to the row wanted.
    fn project(&mut self, rows: &[JournalRow]) -> Result<(), StoreError> {
        let until = self.until;
        let rows = rows.iter().take_while(|row| row.position <= until);
        // Every row was read to its end before: the replay was sound.
        let Ok(projection) = self.projector.project(rows) else { return Ok(()) };
        self.tables.write_views(|tx| tx.apply_views(&projection.changes))
    }
}

/// Whether a book that was restored from a snapshot, with the keys that lie beside it in runs, is the replayed one.
fn same_with_runs(
    journal: &mut dyn JournalReader,
    mut restored: Book,
    position: u64,
    replayed: &Book,
) -> Result<bool, StoreError> {
    for hour in restored.hours_on_disk() {
        // A run may know of later rows, too: those keys were not there yet.
        let keys = journal.run(hour)?.into_iter().map(|row| SeenKey {
            key: row.key,
            body: row.body,
            entry: EntryRef::from_u64(row.entry),
        });
        restored.unseal(hour, keys.filter(|seen| seen.entry.position() <= position));
    }
    Ok(restored.to_snapshot() == replayed.to_snapshot())
}

/// How much `record` adds to what is posted in its wallet.
fn moved(record: &Record, no: WalletNo, unit: Unit) -> i64 {
    let mine = Account::Wallet(no);
    transfers(record, unit).map(|moved| if moved.credit == mine { moved.amount } else { -moved.amount }).sum()
}

/// Whether a decision can be replayed: all that it names by number is there.
fn names_what_is_there(book: &Book, record: &Record) -> bool {
    let Some(no) = record.wallet() else { return true };
    let Some(wallet) = book.wallet(no) else {
        let next = u32::try_from(book.wallets().count()).ok();
        return matches!(record, Record::WalletOpened { .. }) && next == Some(no.0);
    };
    let is_grant = |grant_no: u32| (grant_no as usize) < wallet.grants.len();
    let are_grants = |burns: &book::Burns| burns.iter().all(|(grant_no, _)| is_grant(grant_no));
    match record {
        Record::WalletOpened { .. } => false,
        Record::GrantAdded(added) => added.grant_no as usize == wallet.grants.len(),
        Record::GrantEffective { grant_no, .. } | Record::GrantExpired { grant_no, .. } => {
            is_grant(*grant_no)
        }
        Record::Charged { burns, .. }
        | Record::Deducted { burns, .. }
        | Record::OverpaidTaken { burns, .. } => are_grants(burns),
        Record::Reversed { restored, .. } => are_grants(restored),
        Record::WindowOpened(opened) => are_grants(&opened.reserved),
        Record::WindowAccrued { window_no, reserved, .. } => {
            wallet.windows.contains_key(window_no) && are_grants(reserved)
        }
        Record::UsagePosted(posted) => are_grants(&posted.burns),
        _ => true,
    }
}
