//! The program's parts, put together: what every edge and every job holds.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use engine::{Limits, open_book};
use money::Timestamp;
use store::{JournalReader, Place, Reader, StoreError, Tables, Tx};
use tokio::sync::{Notify, watch};

use crate::api::RateLimits;
use crate::books::Books;
use crate::config::Config;
use crate::console::KeptFiles;
use crate::hashes::KeyedHashes;
use crate::keys::KnownKeys;
use crate::mode::{self, Mode};
use crate::month_end::MonthEnds;
use crate::nas::Nas;
use crate::portal::{DemoStrip, Doors, Followed};
use crate::problem::Problem;
use crate::providers::StripeClient;
use crate::receipts::Issuer;
use crate::runtime::{self, BalanceNews, KeptLease, Ledger, LedgerParts, LineNews, Live};
use crate::sold::Sold;
use crate::{brand, clock, ids, intents, overpaid, panics, private};

/// The journal's file in the data folder.
pub const JOURNAL_FILE: &str = "journal.db";
/// The tables' file in the data folder.
pub const TABLES_FILE: &str = "saldo.db";
/// How many locks top-ups of different customers share.
const CUSTOMER_LOCKS: usize = 64;
/// How many locks the status of different lines share.
const LINE_LOCKS: usize = 64;
/// Locks for reading payments again: top-ups share one by chance, and wait for each other.
const PAYMENT_LOCKS: usize = 256;
/// The setting that holds the currency of money wallets.
const UNIT_SETTING: &str = "credit_unit";
/// The setting that holds the installation's key, in hex.
const HASH_KEY_SETTING: &str = "hash_key";

/// Everything that edges and jobs need.
pub struct App {
    /// The settings.
    pub config: Config,
    /// The book.
    pub ledger: Ledger,
    /// Views and reference tables.
    pub tables: Arc<Tables>,
    /// Open pages.
    pub live: Live,
    /// Keyed hashes of this installation.
    pub hashes: KeyedHashes,
    /// Stripe.
    pub stripe: StripeClient,
    /// With which side of Stripe these books are kept; `None` if they never saw a key.
    pub mode: Option<Mode>,
    /// Position of the newest row in the views.
    pub projected: watch::Receiver<u64>,
    /// Failures of the projection so far.
    pub projection_failures: Arc<AtomicU64>,
    /// True while the views cannot be brought up to date.
    pub projection_failing: Arc<AtomicBool>,
    /// True while the server that keeps the books does not answer; files always do.
    pub database_away: Arc<AtomicBool>,
    /// API keys that were looked up lately.
    pub keys: KnownKeys,
    /// Told when the inbox has something new of Stripe.
    pub inbox_news: Notify,
    /// Told when the inbox has something new of Pix.
    pub pix_news: Notify,
    /// Told when a notice was written down.
    pub notice_news: Arc<Notify>,
    /// Told when a boleto was written.
    pub boleto_news: Notify,
    /// Told when a monthly run was begun.
    pub billing_news: Notify,
    /// Told when something that was owed was paid.
    pub settlement_news: Notify,
    /// Told when a customer changed what may be charged by itself.
    pub automatic_news: Notify,
    /// Told when somebody asks for a reconciliation.
    pub reconciliation_news: Notify,
    /// Told when messages to endpoints were written.
    pub message_news: watch::Sender<u64>,
    /// Told when a mail was written.
    pub mail_news: Notify,
    /// What the last verification of the books found.
    pub books: Books,
    /// Reports of months that were asked for.
    pub month_ends: MonthEnds,
    /// How often one may try at the doors.
    pub doors: Doors,
    /// Files of subscribers that were checked and not taken yet.
    pub kept_files: KeptFiles,
    /// Lines that changed and that nobody has looked at yet.
    pub line_news: Arc<LineNews>,
    /// Money wallets that may be low.
    pub balance_news: Arc<BalanceNews>,
    /// The edge to routers.
    pub nas: Nas,
    /// How often each API key may ask.
    pub(crate) rate_limits: RateLimits,
    /// Top-ups whose end is being asked for.
    pub followed: Followed,
    /// What a demo shows above every page; set by the demo before anything is served.
    pub demo_strip: OnceLock<DemoStrip>,
    journal_taken: Arc<AtomicBool>,
    end_announced: watch::Sender<bool>,
    sold: RwLock<Arc<Sold>>,
    reloading: tokio::sync::Mutex<()>,
    customer_locks: Vec<tokio::sync::Mutex<()>>,
    line_locks: Vec<tokio::sync::Mutex<()>>,
    payment_locks: Vec<tokio::sync::Mutex<()>>,
    place: Place,
    ending: Arc<AtomicBool>,
}

/// A running program: its parts and its threads.
pub struct Running {
    /// The parts.
    pub app: Arc<App>,
    threads: Vec<JoinHandle<()>>,
    background: Vec<JoinHandle<()>>,
    // Kept until the journal has been closed.
    _lease: Option<KeptLease>,
}

impl Running {
    /// Opens the data folder, replays the journal, and starts the threads. Must be called from within the async runtime.
    pub async fn start(config: Config) -> anyhow::Result<Running> {
        panics::count();
        private::make_folder(&config.server.data)?;
        let handle = tokio::runtime::Handle::current();
        let running = tokio::task::spawn_blocking(move || start_threads(config, &handle))
            .await
            .context("starting")??;
        // Who had taken them is no more: a folder or database has one owner.
        let now = clock::now();
        let released = running.app.write(move |tx| {
            let events = tx.release_inbox(now)?;
            let told = tx.release_notices(now)? + tx.release_deliveries(now)?;
            Ok(events + told + tx.release_mails(now)?)
        });
        released.await.map_err(|problem| anyhow::anyhow!("taking work over: {}", problem.detail))?;
        overpaid::write_down_old(&running.app)
            .await
            .map_err(|problem| anyhow::anyhow!("writing down credit of old: {}", problem.detail))?;
        intents::resend(&running.app, Timestamp::MAX)
            .await
            .map_err(|problem| anyhow::anyhow!("sending open intents again: {}", problem.detail))?;
        Ok(running)
    }

    /// Ends the threads in order: the book answers everybody, the views catch up.
    pub fn end(self) {
        self.app.ending.store(true, Ordering::Release);
        self.app.ledger.end();
        join(self.threads);
        // The ledger's channel is closed now: whoever waits for the next row wakes up.
        join(self.background);
    }
}

fn join(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a thread of the ledger fell");
        }
    }
}

fn start_threads(config: Config, handle: &tokio::runtime::Handle) -> anyhow::Result<Running> {
    let place = config.place();
    let opening = || format!("opening {place}");
    let opened = place.open_journal().with_context(opening)?;
    let (mut journal, derived) = (opened.journal, opened.derived);
    let end_announced = watch::Sender::new(false);
    let told = end_announced.clone();
    let journal_taken = Arc::new(AtomicBool::new(false));
    let taken = Arc::clone(&journal_taken);
    let lost = move || {
        taken.store(true, Ordering::Release);
        told.send_replace(true);
    };
    let database_away = Arc::new(AtomicBool::new(false));
    let away = Arc::clone(&database_away);
    let lease = opened.lease.map(|lease| KeptLease::keep(lease, away, lost)).transpose();
    let lease = lease.context("renewing the lease")?;
    let projector_reader = place.open_journal_reader()?;
    let tables = place.open_tables().with_context(opening)?;
    let tables = Arc::new(tables);
    let hashes = KeyedHashes::new(&hash_key(&tables)?);
    check_unit(&tables, config.credit.unit)?;
    let mode = mode::bind(&tables, &config.stripe.secret_key)?;

    let opened = open_book(&mut *journal).context("replaying the journal")?;
    tracing::info!(rows = opened.position, replayed = opened.replayed_rows, "the journal is replayed");
    if let Some(reason) = &opened.snapshot_ignored {
        tracing::warn!(reason, "the newest snapshot was passed over");
    }
    let book_now = clock::now().plus(opened.book.clock_offset());
    let sold = Arc::new(Sold::read(&tables, book_now, config.credit.lateness_max, &config.brand.time_zone)?);
    let live = Live::default();
    let (ledger, threads) = Ledger::start(LedgerParts {
        opened,
        runs: place.open_journal_reader()?,
        journal,
        catalog: Arc::clone(&sold.catalog),
        limits: Limits { clock_jump_max: config.server.clock_jump_max(), ..Limits::default() },
        live: live.clone(),
    })?;

    let ending = Arc::new(AtomicBool::new(false));
    let failures = Arc::new(AtomicU64::new(0));
    let failing = Arc::new(AtomicBool::new(false));
    let (projected_sender, projected) = watch::channel(0);
    let line_news = Arc::new(LineNews::default());
    let notice_news = Arc::new(Notify::new());
    let balance_news = Arc::new(BalanceNews::default());
    tables.read(|reader| brand::begin(reader, &config)).context("reading the brand")?;
    let issuer = Issuer::of(&config);
    let projection = runtime::Projection {
        line_news: Arc::clone(&line_news),
        balance_news: Arc::clone(&balance_news),
        notice_news: Arc::clone(&notice_news),
        journal: projector_reader,
        tables: Arc::clone(&tables),
        landed: ledger.landed(),
        live: live.clone(),
        intent_done: Box::new(move |tx, done, now| intents::done(tx, &issuer, done, now)),
        projected: projected_sender,
        failures: Arc::clone(&failures),
        failing: Arc::clone(&failing),
        ending: Arc::clone(&ending),
    };
    let (projecting, snapshotting) = (handle.clone(), handle.clone());
    let projector =
        std::thread::Builder::new().name("views".to_owned()).spawn(move || projection.run(&projecting))?;
    let (sealing, rows, end) = (ledger.clone(), config.server.snapshot_rows, Arc::clone(&ending));
    let snapshots = std::thread::Builder::new().name("snapshots".to_owned()).spawn(move || {
        runtime::make_snapshots(derived, &sealing, rows, &end, &snapshotting);
    })?;

    let stripe = StripeClient::new(&config.stripe.api_url, &config.stripe.secret_key)?;
    let rate_limits = RateLimits::new(&config.server);
    let app = App {
        config,
        ledger,
        tables,
        live,
        hashes,
        stripe,
        mode,
        projected,
        projection_failures: failures,
        projection_failing: failing,
        database_away,
        journal_taken,
        keys: KnownKeys::default(),
        inbox_news: Notify::new(),
        pix_news: Notify::new(),
        notice_news,
        boleto_news: Notify::new(),
        billing_news: Notify::new(),
        settlement_news: Notify::new(),
        automatic_news: Notify::new(),
        reconciliation_news: Notify::new(),
        message_news: watch::Sender::new(0),
        mail_news: Notify::new(),
        books: Books::default(),
        month_ends: MonthEnds::default(),
        doors: Doors::default(),
        kept_files: KeptFiles::default(),
        line_news,
        balance_news,
        nas: Nas::default(),
        rate_limits,
        followed: Followed::default(),
        demo_strip: OnceLock::new(),
        end_announced,
        sold: RwLock::new(sold),
        reloading: tokio::sync::Mutex::default(),
        customer_locks: (0..CUSTOMER_LOCKS).map(|_| tokio::sync::Mutex::default()).collect(),
        line_locks: (0..LINE_LOCKS).map(|_| tokio::sync::Mutex::default()).collect(),
        payment_locks: (0..PAYMENT_LOCKS).map(|_| tokio::sync::Mutex::default()).collect(),
        place,
        ending,
    };
    Ok(Running { app: Arc::new(app), threads, background: vec![projector, snapshots], _lease: lease })
}

/// Refuses to start with another currency than the one that the wallets here were opened in.
fn check_unit(tables: &Tables, unit: money::Unit) -> anyhow::Result<()> {
    let known = tables.write(|tx| -> anyhow::Result<String> {
        if let Some(known) = tx.setting(UNIT_SETTING)? {
            return Ok(serde_json::from_str(&known)?);
        }
        tx.put_setting(UNIT_SETTING, &serde_json::to_string(unit.code())?, clock::now())?;
        Ok(unit.code().to_owned())
    })?;
    if known != unit.code() {
        anyhow::bail!("credit.unit is {unit}, and the wallets of this installation were opened in {known}");
    }
    Ok(())
}

/// The installation's key for hashes; drawn at the first start.
pub(crate) fn hash_key(tables: &Tables) -> anyhow::Result<[u8; KeyedHashes::KEY_LEN]> {
    let text = tables.write(|tx| -> anyhow::Result<String> {
        if let Some(known) = tx.setting(HASH_KEY_SETTING)? {
            return Ok(serde_json::from_str(&known)?);
        }
        let drawn = hex::encode(ids::secret_bytes(KeyedHashes::KEY_LEN));
        tx.put_setting(HASH_KEY_SETTING, &serde_json::to_string(&drawn)?, clock::now())?;
        Ok(drawn)
    })?;
    let bytes = hex::decode(text).context("the setting hash_key")?;
    bytes.try_into().map_err(|_| anyhow::anyhow!("the setting hash_key has another length"))
}

impl App {
    /// Reads from the tables, away from the async threads.
    pub async fn read<T, F>(self: &Arc<Self>, look: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Reader<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let tables = Arc::clone(&self.tables);
        blocking(move || tables.read(look).map_err(Problem::from)).await
    }

    /// Changes the tables in one durable transaction, away from the async threads.
    pub async fn write<T, F>(self: &Arc<Self>, change: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let tables = Arc::clone(&self.tables);
        blocking(move || tables.write(change).map_err(Problem::from)).await
    }

    /// As [`App::write`], for changes that may refuse.
    pub async fn write_or_refuse<T, F>(self: &Arc<Self>, change: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&Tx<'_>) -> Result<T, Problem> + Send + 'static,
    {
        let tables = Arc::clone(&self.tables);
        blocking(move || tables.write(change)).await
    }

    /// What is sold now.
    pub fn sold(&self) -> Arc<Sold> {
        Arc::clone(&self.sold.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the catalog again and has the book decide with it from now on.
    pub async fn reload_sold(self: &Arc<Self>) -> Result<(), Problem> {
        // One after the other: what was read first must not be put in force last.
        let _one_at_a_time = self.reloading.lock().await;
        let app = Arc::clone(self);
        let read = move || {
            let (late, zone) = (app.config.credit.lateness_max, &app.config.brand.time_zone);
            Sold::read(&app.tables, app.ledger.now(), late, zone).map_err(Problem::from)
        };
        let sold = Arc::new(blocking(read).await?);
        self.ledger.set_catalog(Arc::clone(&sold.catalog))?;
        *self.sold.write().unwrap_or_else(PoisonError::into_inner) = sold;
        Ok(())
    }

    /// Waits until the views show row `position`, at most `patience`; whether they do.
    pub async fn wait_projected(&self, position: u64, patience: Duration) -> bool {
        let mut projected = self.projected.clone();
        tokio::time::timeout(patience, projected.wait_for(|row| *row >= position))
            .await
            .is_ok_and(|seen| seen.is_ok())
    }

    /// The lock under which things of one customer are done one after the other.
    #[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
    pub fn customer_lock(&self, customer: money::CustomerId) -> &tokio::sync::Mutex<()> {
        &self.customer_locks[(customer.as_u128() as usize) % CUSTOMER_LOCKS]
    }

    /// Held while a line's status is changed and what is known of why: what staff say of it and what falls due come one after the other.
    #[allow(clippy::cast_possible_truncation, reason = "the low bits of the id, which are random")]
    pub fn line_lock(&self, line: money::LineId) -> &tokio::sync::Mutex<()> {
        &self.line_locks[(line.as_u128() as usize) % LINE_LOCKS]
    }

    /// Held while the payments of a top-up are read again: what was read first must not be written last.
    #[allow(clippy::cast_possible_truncation, reason = "any of its bits will do")]
    pub fn payment_lock(&self, topup: money::TopupId) -> &tokio::sync::Mutex<()> {
        &self.payment_locks[(topup.as_u128() as usize) % PAYMENT_LOCKS]
    }

    /// Another reader of the journal: to render a first answer again, to verify.
    pub fn journal_reader(&self) -> Result<Box<dyn JournalReader>, StoreError> {
        self.place.open_journal_reader()
    }

    /// Says that the program is about to end: the listener takes no more connections and open pages are let go.
    pub fn announce_end(&self) {
        self.end_announced.send_replace(true);
    }

    /// Becomes true when the program is about to end, while the book still answers.
    pub fn end_announced(&self) -> watch::Receiver<bool> {
        self.end_announced.subscribe()
    }

    /// True once the ledger has ended by itself, or another has taken its journal over: nothing more is written here.
    pub fn has_lost_journal(&self) -> bool {
        self.journal_taken.load(Ordering::Acquire) || self.ledger.status().stopped.load(Ordering::Acquire)
    }

    /// True once the program ends: jobs stop.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }
}

/// Runs `work` on a thread that may block.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => Err(panics::problem()),
        Err(error) => Err(Problem::internal(&anyhow::Error::new(error))),
    }
}
