//! Where the installation is, opened for one command.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use store::{Database, Journal, JournalReader, Place, Tables};

use crate::app::Running;
use crate::config::Config;
use crate::runtime::KeptLease;

/// The journal to be read, and the tables. Works beside a running server.
pub(super) fn open_to_read(config: &Config) -> anyhow::Result<(Box<dyn JournalReader>, Tables)> {
    let place = config.place();
    must_exist(&place)?;
    let journal = place.open_journal_reader().with_context(|| format!("opening {place}"))?;
    Ok((journal, open_tables(config)?))
}

/// The journal for a command alone. The fields end in this order.
pub(super) struct Alone {
    pub(super) journal: Box<dyn Journal>,
    pub(super) tables: Tables,
    _lease: Option<KeptLease>,
}

/// The journal and the tables for this command alone.
pub(super) fn open_to_write(config: &Config) -> anyhow::Result<Alone> {
    let place = config.place();
    must_exist(&place)?;
    let opened = place.open_journal().with_context(|| format!("opening {place}"))?;
    let lost = || tracing::error!("this command is not alone any more; do it again when it has ended");
    let lease = opened.lease.map(|lease| KeptLease::keep(lease, Arc::default(), lost)).transpose()?;
    Ok(Alone { journal: opened.journal, tables: open_tables(config)?, _lease: lease })
}

/// The tables of an installation that needs no migration. Works beside a running server.
pub(super) fn open_tables(config: &Config) -> anyhow::Result<Tables> {
    let place = config.place();
    must_exist(&place)?;
    if !place.pending(Database::Saldo)?.is_empty() {
        bail!("{place} was written by an older version; run `saldo migrate` first");
    }
    place.open_tables().with_context(|| format!("opening {place}"))
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

/// Refuses a place in which there is no installation, before anything is made there.
pub(super) fn must_exist(place: &Place) -> anyhow::Result<()> {
    if !place.has_journal().with_context(|| format!("opening {place}"))? {
        match place {
            Place::Folder(folder) => {
                bail!(
                    "{} holds no journal; is it the right data folder? See --data and server.data",
                    folder.display()
                );
            }
            Place::Server(server) => {
                bail!("{server} holds no journal; is it the right one? See database.url")
            }
        }
    }
    Ok(())
}
