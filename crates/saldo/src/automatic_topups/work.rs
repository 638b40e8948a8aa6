//! The job: looks at wallets that may be topped up by themselves, again and again, and at charges of which nobody knows what became.
//!
//! It goes by how things stand, not by what happened: a balance that fell while the program was down is seen at its next start.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use money::{CustomerId, Timestamp, TopupId, WalletId};
use store::tables::automatic_topups::{AutomaticCharge, AutomaticState, AutomaticTopup};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::charge;
use crate::app::App;
use crate::problem::Problem;
use crate::providers::SEND_SECONDS_MAX;
use crate::{clock, freezing, notices, topups};

/// Calls to Stripe at the same time.
const CALLS_MAX: usize = 8;
/// Rows read at once.
const ROWS_MAX: u32 = 500;
/// Shortest pause between two looks, however much happens.
const PAUSE_MIN: Duration = Duration::from_millis(200);
/// Longest pause between two looks, however little happens.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// A charge that was written down less than this ago is still being made by whoever wrote it, in microseconds: the longest call, and a
/// minute for all that is beside it. Called *never made* before, it could be made all the same, beside the next one.
const CALL_LASTS: i64 = SEND_SECONDS_MAX.cast_signed() * Timestamp::SECOND + Timestamp::MINUTE;
/// How often what became of unknown charges is asked.
const RESOLVE_PAUSE: Duration = Duration::from_secs(30);

/// Pause before a link is made again that could not be made; doubled each time.
const LINK_PAUSE_MIN: Duration = Duration::from_secs(60);
/// Longest such pause.
const LINK_PAUSE_MAX: Duration = Duration::from_secs(6 * 3_600);

/// What is watched of a wallet.
struct Watched {
    wallet: WalletId,
    customer: CustomerId,
    /// Below this much available it is looked at, in steps of its unit.
    threshold: i64,
    /// Not before.
    from: Timestamp,
}

/// Works until the program ends.
pub async fn work(app: Arc<App>) {
    let calls = Arc::new(Semaphore::new(CALLS_MAX));
    let (mut landed, mut end) = (app.ledger.landed(), app.end_announced());
    let (mut watched, mut read_at, mut resolved_at) = (Vec::new(), None::<Instant>, None::<Instant>);
    let (mut is_told, mut put_off, started_at) = (true, PutOff::default(), clock::now());
    loop {
        if app.stripe.is_configured() {
            if is_told || read_at.is_none_or(|at| at.elapsed() >= PAUSE_MAX) {
                match watch(&app).await {
                    Ok(rows) => (watched, read_at) = (rows, Some(Instant::now())),
                    Err(problem) => warn(&problem, "what is topped up by itself is not known"),
                }
            }
            look(&app, &watched, &calls).await;
            if resolved_at.is_none_or(|at| at.elapsed() >= RESOLVE_PAUSE) {
                resolve(&app, started_at, &calls).await;
                resolved_at = Some(Instant::now());
            }
            if let Err(problem) = send_links(&app, &mut put_off).await {
                warn(&problem, "customers whose bank wants them have no link yet");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE_MIN) => {}
            _ = end.wait_for(|end| *end) => return,
        }
        is_told = tokio::select! {
            changed = landed.changed() => { if changed.is_err() { return; } false }
            () = app.automatic_news.notified() => true,
            () = tokio::time::sleep(PAUSE_MAX) => false,
            _ = end.wait_for(|end| *end) => return,
        };
    }
}

fn warn(problem: &Problem, what: &'static str) {
    tracing::warn!(code = problem.code, detail = problem.detail, "{what}");
}

/// The wallets that may be topped up, now or after a pause.
async fn watch(app: &Arc<App>) -> Result<Vec<Watched>, Problem> {
    if !app.config.automatic_topups.enabled {
        return Ok(Vec::new());
    }
    let mut watched = Vec::new();
    for state in [AutomaticState::On, AutomaticState::Paused] {
        let mut after = WalletId::from_u128(0);
        loop {
            let rows = app.read(move |reader| reader.automatic_topups_in(state, after, ROWS_MAX)).await?;
            let Some(last) = rows.last() else { break };
            after = last.wallet;
            watched.extend(rows.iter().map(|row| Watched {
                wallet: row.wallet,
                customer: row.customer,
                threshold: row.threshold,
                from: row.paused_until.max(row.capped_until).unwrap_or(Timestamp::EPOCH),
            }));
        }
    }
    Ok(watched)
}

/// Begins what is due.
async fn look(app: &Arc<App>, watched: &[Watched], calls: &Arc<Semaphore>) {
    let now = app.ledger.now();
    let is_low = |watched: &&Watched| {
        watched.from <= now
            && app
                .ledger
                .wallet(watched.wallet)
                .is_some_and(|known| !known.is_frozen && known.balance.available() < watched.threshold)
    };
    for Watched { wallet, customer, .. } in watched.iter().filter(is_low) {
        let wallet = *wallet;
        // The rest is looked at the next time.
        let Ok(permit) = Arc::clone(calls).try_acquire_owned() else { return };
        // Most of those that are low are being topped up: that is seen without writing.
        match app.read(move |reader| reader.automatic_charge_in_flight(wallet)).await {
            Ok(None) => {}
            Ok(Some(_)) => continue,
            Err(problem) => return warn(&problem, "what is under way is not known"),
        }
        match charge::begin(app, wallet).await {
            Ok(Some(charge)) => {
                app.live.notify(*customer);
                spawn(app, charge, permit);
            }
            // A cap may have been reached.
            Ok(None) => {
                app.live.notify(*customer);
                app.notice_news.notify_one();
            }
            Err(problem) => warn(&problem, "an automatic charge was not written down"),
        }
    }
}

fn spawn(app: &Arc<App>, charge: AutomaticCharge, permit: OwnedSemaphorePermit) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        if let Err(problem) = charge::call(&app, &charge).await {
            warn(&problem, "it is not known yet what became of an automatic charge");
        }
        drop(permit);
    });
}

/// Asks what became of charges that nobody makes any more: those of a program before this one, and those that were written down long ago.
async fn resolve(app: &Arc<App>, started_at: Timestamp, calls: &Arc<Semaphore>) {
    let until = clock::now().plus(-CALL_LASTS).max(started_at);
    let mut after = TopupId::from_u128(0);
    loop {
        let unknown = app.read(move |reader| reader.automatic_charges_unknown(until, after, ROWS_MAX)).await;
        let rows = match unknown {
            Ok(rows) => rows,
            Err(problem) => return warn(&problem, "unknown charges were not read"),
        };
        let Some(last) = rows.last() else { return };
        after = last.topup;
        for charge in rows {
            let Ok(permit) = Arc::clone(calls).acquire_owned().await else { return };
            if let Err(problem) = charge::resolve(app, &charge).await {
                warn(&problem, "it is not known yet what became of an automatic charge");
            }
            drop(permit);
        }
    }
}

/// Wallets for which no link could be made: until when that is not tried again, and after how long a pause.
#[derive(Default)]
struct PutOff(HashMap<WalletId, (Instant, Duration)>);

impl PutOff {
    fn is_due(&self, wallet: WalletId, now: Instant) -> bool {
        self.0.get(&wallet).is_none_or(|(until, _)| *until <= now)
    }

    /// It could not be made once more.
    fn put_off(&mut self, wallet: WalletId, now: Instant) {
        let last = self.0.get(&wallet).map(|(_, pause)| *pause);
        let pause = last.map_or(LINK_PAUSE_MIN, |pause| (pause * 2).min(LINK_PAUSE_MAX));
        self.0.insert(wallet, (now + pause, pause));
    }

    /// Forgets all others: they have a link, or need none any more.
    fn keep_only(&mut self, wallets: &HashSet<WalletId>) {
        self.0.retain(|wallet, _| wallets.contains(wallet));
    }
}

/// Opens a page for those whose bank wants them, and sends its address.
async fn send_links(app: &Arc<App>, put_off: &mut PutOff) -> Result<(), Problem> {
    let rows = app.read(|reader| reader.automatic_topups_without_link(ROWS_MAX)).await?;
    put_off.keep_only(&rows.iter().map(|row| row.wallet).collect());
    for row in rows {
        // Nothing is paid into a frozen wallet now; the link is sent when it is thawed.
        if freezing::is_frozen(app, row.wallet) || !put_off.is_due(row.wallet, Instant::now()) {
            continue;
        }
        // One for whom no page can be opened keeps the others from none; each try leaves a top-up behind, so there are ever fewer.
        if let Err(problem) = send_link(app, &row).await {
            warn(&problem, "a customer whose bank wants him has no link yet");
            put_off.put_off(row.wallet, Instant::now());
        }
    }
    Ok(())
}

async fn send_link(app: &Arc<App>, row: &AutomaticTopup) -> Result<(), Problem> {
    let wallet = row.wallet;
    let newest =
        app.read(move |reader| reader.automatic_charges_since(wallet, Timestamp::EPOCH, 1)).await?.pop();
    let amount = newest.map_or(row.amount_of(row.amount), |charge| charge.amount);
    let topup = topups::begin_for_bank(app, row.customer, wallet, amount).await?;
    let at = app.ledger.now();
    app.write(move |tx| {
        let Some(row) = tx.automatic_topup(wallet)? else { return Ok(()) };
        // The customer was quicker.
        if row.state != AutomaticState::Stopped || row.link_topup.is_some() {
            return Ok(());
        }
        let row = AutomaticTopup { link_topup: Some(topup.id), ..row };
        tx.put_automatic_topup(&row)?;
        notices::automatic_link(tx, &row, &topup, at)
    })
    .await?;
    app.notice_news.notify_one();
    app.live.notify(row.customer);
    Ok(())
}

#[cfg(test)]
mod tests {
    use stripe::retry::{self, Outcome, Verdict};

    use super::*;
    use crate::providers::TRY_SECONDS_MAX;

    #[test]
    fn no_charge_is_called_never_made_while_its_call_may_still_be_repeated() {
        let busy = Outcome::Answer { status: 503, should_retry: None, retry_after: Some("60") };
        let (mut milliseconds, mut attempt) = (TRY_SECONDS_MAX * 1_000, 1);
        while let Verdict::Retry { after_ms } = retry::after(busy, attempt, 0) {
            milliseconds += after_ms + TRY_SECONDS_MAX * 1_000;
            attempt += 1;
        }
        assert!(milliseconds.cast_signed() * 1_000 < CALL_LASTS, "{milliseconds} ms");
    }

    #[test]
    fn a_link_that_cannot_be_made_is_tried_ever_more_seldom() {
        let (wallet, other) = (WalletId::from_u128(1), WalletId::from_u128(2));
        let (mut put_off, begin) = (PutOff::default(), Instant::now());
        let day = Duration::from_secs(24 * 3_600);
        let (mut tries, mut now) = (0, begin);
        while now < begin + day {
            if put_off.is_due(wallet, now) {
                tries += 1;
                put_off.put_off(wallet, now);
            }
            assert!(put_off.is_due(other, now), "the others do not wait");
            now += Duration::from_secs(5);
        }
        assert!((5..=13).contains(&tries), "{tries} tries in a day");
        put_off.keep_only(&HashSet::from([other]));
        assert!(put_off.is_due(wallet, now));
    }
}
