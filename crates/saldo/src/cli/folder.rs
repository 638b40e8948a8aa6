//! The data folder, opened for one command.

use std::path::Path;

use anyhow::{Context as _, bail};
use store::{Database, SqliteJournal, SqliteJournalReader, Tables};

use crate::app::{JOURNAL_FILE, Running, TABLES_FILE};
use crate::config::Config;

/// The journal to be read, and the tables. Works beside a running server.
pub(super) fn open_to_read(data: &Path) -> anyhow::Result<(SqliteJournalReader, Tables)> {
    must_exist(data)?;
    let journal_path = data.join(JOURNAL_FILE);
    let journal = SqliteJournalReader::open(&journal_path)
        .with_context(|| format!("opening {}", journal_path.display()))?;
    Ok((journal, open_tables(data)?))
}

/// The journal and the tables for this command alone.
pub(super) fn open_to_write(data: &Path) -> anyhow::Result<(SqliteJournal, Tables)> {
    must_exist(data)?;
    let journal_path = data.join(JOURNAL_FILE);
    let journal =
        SqliteJournal::open(&journal_path).with_context(|| format!("opening {}", journal_path.display()))?;
    Ok((journal, open_tables(data)?))
}

/// The tables of a folder that needs no migration. Works beside a running server.
pub(super) fn open_tables(data: &Path) -> anyhow::Result<Tables> {
    must_exist(data)?;
    let path = data.join(TABLES_FILE);
    if !store::pending(&path, Database::Saldo)?.is_empty() {
        bail!("{} was written by an older version; run `saldo migrate` first", path.display());
    }
    Tables::open(&path).with_context(|| format!("opening {}", path.display()))
}

/// Runs `work` on the whole program, without its listener.
pub(super) fn with_program<T>(
    config: Config,
    work: impl AsyncFnOnce(&Running) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = Running::start(config).await?;
        let done = work(&running).await;
        tokio::task::spawn_blocking(move || running.end()).await.context("ending")?;
        done
    })
}

fn must_exist(data: &Path) -> anyhow::Result<()> {
    if !data.join(JOURNAL_FILE).exists() {
        bail!("{} holds no journal; is it the right data folder? See --data and server.data", data.display());
    }
    Ok(())
}
