//! `saldo verify` and `saldo rebuild-views`.

use std::path::Path;

use engine::{FINDINGS_MAX, Projector, Verified, Views, verify_journal};
use money::Amount;
use store::{JournalReader, StoreError, Tables};

use super::screen::Screen;
use super::{Outcome, folder};
use crate::runtime::CURSOR;

/// Rows projected in one transaction.
const ROWS_MAX: usize = 256;
/// Bytes of bodies projected in one transaction.
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
pub(super) fn verify(data: &Path, screen: &Screen) -> anyhow::Result<Outcome> {
    let (mut journal, tables) = folder::open_to_read(data)?;
    let seen = tables.read(|reader| {
        let views = Views { reader, cursor: CURSOR };
        verify_journal(&mut journal, Some(views), &mut |rows| screen.progress(format_args!("{rows} rows")))
    })?;
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
        "Keep this folder as it is, and restore the newest backup that verifies; see docs/operate/backup.md.",
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

/// Empties the views and fills them again from the journal.
pub(super) fn rebuild_views(data: &Path, screen: &Screen) -> anyhow::Result<()> {
    let (mut journal, tables) = folder::open_to_write(data)?;
    tables.write(|tx| tx.clear_views(CURSOR))?;
    let rows = fill_views(&mut journal, &tables, screen)?;
    screen.good(&format!("The views were made again from {rows} rows."));
    Ok(())
}

fn fill_views(journal: &mut dyn JournalReader, tables: &Tables, screen: &Screen) -> anyhow::Result<u64> {
    let mut projector = Projector::default();
    let mut position = 0;
    loop {
        let rows = journal.read(position + 1, ROWS_MAX, BYTES_MAX)?;
        let Some(last) = rows.last() else { break };
        let projection = projector.project(&rows)?;
        tables.write_views(|tx| {
            tx.apply_views(&projection.changes)?;
            tx.move_cursor(CURSOR, position, last.position, &last.hash)
        })?;
        position = last.position;
        screen.progress(format_args!("{position} rows"));
    }
    // The last transaction has not waited for the disk: this one does.
    tables.write(|_| Ok::<_, StoreError>(()))?;
    screen.progress_ends();
    Ok(position)
}
