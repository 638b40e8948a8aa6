//! `saldo migrate`.

use std::path::Path;

use anyhow::Context as _;
use store::{Database, SqliteJournal};

use super::screen::Screen;
use crate::app::{JOURNAL_FILE, TABLES_FILE};
use crate::private;

pub(super) const HELP: &str = "\
Example:
  saldo migrate --data /var/lib/saldo/data    says what was applied; again, and there is nothing to apply";

/// Applies what both databases lack, and says what that was.
pub(super) fn run(data: &Path, screen: &Screen) -> anyhow::Result<()> {
    private::make_folder(data)?;
    let (journal, tables) = (data.join(JOURNAL_FILE), data.join(TABLES_FILE));
    let mut applied = store::pending(&journal, Database::Journal)?;
    // Taken before anything is changed, and kept: nobody serves this folder meanwhile.
    let _alone = SqliteJournal::open(&journal).with_context(|| format!("opening {}", journal.display()))?;
    applied.extend(store::migrate(&tables, Database::Saldo)?);
    for migration in &applied {
        screen.line(format_args!("applied {}", migration.file));
    }
    screen.good(match applied.len() {
        0 => "There was nothing to apply.",
        _ => "The databases are up to date.",
    });
    Ok(())
}
