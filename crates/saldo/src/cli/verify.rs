//! `saldo verify` and `saldo rebuild-views`.

use engine::{FINDINGS_MAX, Projector, Verified, Views, verify_journal};
use money::Amount;
use store::{JournalReader, Tables};

use super::screen::Screen;
use super::{Outcome, folder};
use crate::config::Config;
use crate::runtime::CURSOR;

/// Rows read at once.
const ROWS_MAX: usize = 256;
/// Bytes of bodies read at once.
const BYTES_MAX: usize = 4 << 20;

pub(super) const HELP: &str = "\
Checks that every row of the journal follows from the one before it (SHA-256), that every decision leaves the balance that it
says, that all accounts of a unit sum to zero after each of them, that the newest snapshot equals the replay, and that the
views equal a rebuild. What is wrong is named by its place. Exit code 3 says that something was found.

Examples:
  saldo verify                                    the configured folder, also while it is served
  saldo verify --data /backup/saldo-2026-11-22    a backup, where it lies
  saldo verify || mail -s 'Saldo: look' you@example.com < /dev/null";

pub(super) const REBUILD_HELP: &str = "\
Views are what pages and lists read; the journal alone is the truth. Do this when `verify` names a view.

Example:
  systemctl stop saldo && saldo rebuild-views && saldo verify && systemctl start saldo";

/// Verifies the folder and tells what was seen.
pub(super) fn verify(config: &Config, screen: &Screen) -> anyhow::Result<Outcome> {
    let (mut journal, tables) = folder::open_to_read(config)?;
    let views = Views { tables: &tables, cursor: CURSOR };
    let mut told = |rows| screen.progress(format_args!("{rows} rows"));
    let seen = verify_journal(&mut *journal, Some(views), &mut told)?;
    screen.progress_ends();
    tell(&seen, screen);
    if seen.findings.is_empty() {
        screen.good("Everything adds up.");
        return Ok(Outcome::Done);
    }
    for finding in &seen.findings {
        screen.bad(&format!("{finding}."));
    }
    if seen.findings.len() >= FINDINGS_MAX {
        screen.bad(&format!("The search ended after {FINDINGS_MAX} findings."));
    }
    screen.line(
        "Keep everything as it is, and restore the newest backup that verifies; see docs/operate/backup.md.",
    );
    Ok(Outcome::Damage)
}

fn tell(seen: &Verified, screen: &Screen) {
    let Verified { rows, decisions, wallets, last_position, last_hash, .. } = seen;
    screen.pair("journal", format_args!("{rows} rows, {decisions} decisions, {wallets} wallets"));
    screen.pair("last row", format_args!("{last_position}, hash {}", hex::encode(last_hash)));
    for (unit, posted) in &seen.posted {
        let posted = i64::try_from(*posted).map(|value| Amount::new(value, *unit).to_string());
        let posted = posted.unwrap_or_else(|_| "more than can be printed".to_owned());
        screen.pair("wallets hold", posted);
    }
    match seen.snapshot {
        Some(row) => screen.pair("snapshot", format_args!("of row {row}, equals the replay")),
        None => screen.pair("snapshot", "there is none yet; the journal alone is the truth"),
    }
    match seen.views {
        Some(row) if row < *last_position => {
            let behind = last_position - row;
            screen.pair("views", format_args!("of row {row}, {behind} rows behind, equal a rebuild so far"));
        }
        Some(row) => screen.pair("views", format_args!("of row {row}, equal a rebuild")),
        None => screen.pair("views", "were not found equal"),
    }
}

/// Makes the views again from the journal, in one transaction: whatever interrupts it leaves those that were there.
pub(super) fn rebuild_views(config: &Config, screen: &Screen) -> anyhow::Result<()> {
    let mut alone = folder::open_to_write(config)?;
    let rows = make_again(&mut *alone.journal, &alone.tables, &mut |rows| {
        screen.progress(format_args!("{rows} rows"));
    })?;
    screen.progress_ends();
    screen.good(&format!("The views were made again from {rows} rows."));
    Ok(())
}

/// Empties the views and fills them again; how many rows the journal has.
fn make_again(
    journal: &mut dyn JournalReader,
    tables: &Tables,
    tell: &mut dyn FnMut(u64),
) -> anyhow::Result<u64> {
    tables.write(|tx| {
        tx.clear_views(CURSOR)?;
        let mut projector = Projector::default();
        let mut position = 0;
        loop {
            let rows = journal.read(position + 1, ROWS_MAX, BYTES_MAX)?;
            let Some(last) = rows.last() else { return Ok(position) };
            tx.apply_views(&projector.project(&rows)?.changes)?;
            tx.move_cursor(CURSOR, position, last.position, &last.hash)?;
            position = last.position;
            tell(position);
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use book::{Hash, JournalRow};
    use store::{SeenRow, Snapshot, SqliteJournalReader, StoreError};

    use super::*;
    use std::path::Path;

    use crate::app::{JOURNAL_FILE, Running, TABLES_FILE};
    use crate::customers::{self, NewCustomer};

    /// A journal that cannot be read from some row on, as when the disk fails or the program is ended there.
    struct Broken {
        journal: SqliteJournalReader,
        from: u64,
    }

    impl JournalReader for Broken {
        fn last(&mut self) -> Result<Option<(u64, Hash)>, StoreError> {
            self.journal.last()
        }

        fn read(&mut self, from: u64, _: usize, bytes_max: usize) -> Result<Vec<JournalRow>, StoreError> {
            if from >= self.from { Err(StoreError::Busy) } else { self.journal.read(from, 1, bytes_max) }
        }

        fn newest_snapshot(&mut self) -> Result<Option<Snapshot>, StoreError> {
            self.journal.newest_snapshot()
        }

        fn run(&mut self, hour: i64) -> Result<Vec<SeenRow>, StoreError> {
            self.journal.run(hour)
        }

        fn runs(&mut self) -> Result<Vec<i64>, StoreError> {
            self.journal.runs()
        }
    }

    async fn installation(data: &Path) {
        let mut config = Config::embedded().expect("settings");
        config.server.data = data.to_owned();
        let running = Running::start(config).await.expect("a start");
        for name in ["Ana", "Bia", "Caio"] {
            let new = NewCustomer { name: name.to_owned(), ..NewCustomer::default() };
            customers::create(&running.app, new).await.expect("a customer");
        }
        tokio::task::spawn_blocking(move || running.end()).await.expect("an end");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_rebuild_that_is_interrupted_leaves_the_views_that_were_there() {
        let folder = tempfile::tempdir().expect("a folder");
        installation(folder.path()).await;
        let tables = Tables::open(&folder.path().join(TABLES_FILE)).expect("the tables");
        let journal = || SqliteJournalReader::open(&folder.path().join(JOURNAL_FILE)).expect("the journal");
        let (rows, _) = journal().last().expect("a journal").expect("rows");
        let is_whole = || {
            let views = Views { tables: &tables, cursor: CURSOR };
            let seen = verify_journal(&mut journal(), Some(views), &mut |_| {}).expect("it can be read");
            seen.findings.is_empty() && seen.views == Some(rows)
        };
        assert!(is_whole());
        for from in 1..=rows {
            let mut broken = Broken { journal: journal(), from };
            assert!(make_again(&mut broken, &tables, &mut |_| {}).is_err(), "row {from}");
            assert!(is_whole(), "interrupted at row {from}");
        }
        assert_eq!(make_again(&mut journal(), &tables, &mut |_| {}).expect("a rebuild"), rows);
        assert!(is_whole());
    }
}
