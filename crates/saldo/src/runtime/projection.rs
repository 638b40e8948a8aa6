//! The thread that writes what the journal says into the views, behind the book and never ahead of the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use book::JournalRow;
use engine::{IntentDone, Portion, Projector};
use money::{CustomerId, Timestamp};
use store::{JournalReader, StoreError, Tables, Tx};
use tokio::sync::{Notify, watch};

use super::balance_news::BalanceNews;
use super::ledger::LandedAt;
use super::line_news::LineNews;
use super::live::Live;
use super::priority::stand_back;
use crate::{clock, notices, usage_jumps};

/// The name of the projector's cursor.
pub const CURSOR: &str = "views";
/// Pause after a failure before the next try.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What happens when an intent's command has been decided, in the transaction that says so, which is written at this time. It tells
/// whose pages show something else now.
pub type MarkDone =
    Box<dyn Fn(&Tx<'_>, &IntentDone, Timestamp) -> Result<Option<CustomerId>, StoreError> + Send>;

/// The projection's parts.
pub struct Projection {
    /// The journal, from which rows are read.
    pub journal: Box<dyn JournalReader>,
    /// Where the views are.
    pub tables: Arc<Tables>,
    /// What is durable.
    pub landed: watch::Receiver<LandedAt>,
    /// Who is told when something shows.
    pub live: Live,
    /// Who is told of lines that changed.
    pub line_news: Arc<LineNews>,
    /// Who is told of money wallets that may be low.
    pub balance_news: Arc<BalanceNews>,
    /// Told when notices were written down.
    pub notice_news: Arc<Notify>,
    /// Marks intents.
    pub intent_done: MarkDone,
    /// The newest projected row, for metrics and for those who wait.
    pub projected: watch::Sender<u64>,
    /// How often the views could not be brought up to date so far.
    pub failures: Arc<AtomicU64>,
    /// True since the last time that failed, until it succeeds.
    pub failing: Arc<AtomicBool>,
    /// Set when the program ends.
    pub ending: Arc<AtomicBool>,
}

impl Projection {
    /// Projects until the program ends and everything that landed has been projected.
    pub fn run(mut self, runtime: &tokio::runtime::Handle) {
        stand_back();
        let mut projector = None;
        let mut portion = Portion::default();
        loop {
            let target = self.landed.borrow_and_update().position;
            match self.catch_up(&mut projector, &mut portion, target) {
                Ok(()) => {
                    self.failing.store(false, Ordering::Release);
                    // Closed is told only after every row that landed has been seen: a program that ends, ends with its views
                    // up to date, and the next command on the folder finds what this one did.
                    if runtime.block_on(self.landed.changed()).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    // What it knows may be ahead of what was written: read it back.
                    projector = None;
                    self.failures.fetch_add(1, Ordering::Relaxed);
                    self.failing.store(true, Ordering::Release);
                    tracing::error!(
                        error = format!("{error:#}"),
                        "the views were not brought up to date; trying again"
                    );
                    if self.ending.load(Ordering::Acquire) {
                        return;
                    }
                    // The condition waited for is a healed disk: nobody tells of it.
                    runtime.block_on(async { tokio::time::sleep(RETRY_AFTER).await });
                }
            }
        }
    }

    /// Brings the views to row `target`.
    fn catch_up(
        &mut self,
        projector: &mut Option<Projector>,
        portion: &mut Portion,
        target: u64,
    ) -> anyhow::Result<()> {
        let mut position = self.tables.read(|reader| reader.cursor(CURSOR))?.position;
        if position >= target {
            self.projected.send_replace(position);
            return Ok(());
        }
        if projector.is_none() {
            *projector = Some(resume(&self.tables)?);
        }
        let Some(projector) = projector else { return Ok(()) };
        while position < target {
            let rows = self.journal.read(position + 1, Portion::ROWS_MAX, portion.bytes())?;
            let Some(last) = rows.last() else {
                anyhow::bail!("row {} has landed and cannot be read", position + 1);
            };
            let begun = Instant::now();
            let shown = self.write(projector, position, &rows)?;
            portion.took(begun.elapsed());
            position = last.position;
            self.projected.send_replace(position);
            self.live.notify_each(shown);
        }
        Ok(())
    }

    fn write(
        &self,
        projector: &mut Projector,
        from: u64,
        rows: &[JournalRow],
    ) -> anyhow::Result<Vec<CustomerId>> {
        let projection = projector.project(rows)?;
        let now = clock::now();
        let (mut shown, has_notices) = self.tables.write_views(|tx| {
            let (mut shown, mut has_notices) = (Vec::new(), false);
            let jumps = usage_jumps::measure(tx, &projection)?;
            tx.apply_views(&projection.changes)?;
            for done in &projection.intents_done {
                shown.extend((self.intent_done)(tx, done, now)?);
            }
            if let Some(last) = rows.last() {
                tx.move_cursor(CURSOR, from, last.position, &last.hash)?;
                usage_jumps::tell(tx, &jumps)?;
                has_notices = notices::write_down(tx, &projection, last, now)?;
            }
            Ok::<_, anyhow::Error>((shown, has_notices))
        })?;
        self.line_news.tell(projection.lines);
        self.balance_news.tell(&projection.changes);
        if has_notices {
            self.notice_news.notify_one();
        }
        shown.extend(projection.customers);
        Ok(shown)
    }
}

/// A projector that goes on where the views stand.
pub fn resume(tables: &Tables) -> Result<Projector, StoreError> {
    tables.read(|reader| Ok(Projector::resume(reader.all_wallets()?, reader.all_open_windows()?)))
}
