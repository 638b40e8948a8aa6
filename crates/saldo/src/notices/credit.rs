//! Tells customers that their credit is low, or that some of it expires soon.
//!
//! Low is told once each time a balance falls below its threshold, and not again until it has been above; within a day only if something
//! was added meanwhile, because what goes down and up by charges and their reversals would be told all day. What is known of each wallet
//! is compared with what the views show: of a wallet that nobody has seen before, or not by the threshold that is in force, only the side
//! is written down, so that neither an upgrade, nor views that are made again, nor another threshold tell anybody anything. Of a grant that expires its customer is told once, unless it was given for no
//! longer than that. Whether somebody wants to be told, and whether it still is so, is looked at when the mail is written.

use std::sync::Arc;
use std::time::Duration;

use money::{Amount, CustomerId, GrantId, Timestamp, Unit};
use serde::{Deserialize, Serialize};
use store::tables::mail_wishes::{BalanceTold, WatchedWallet};
use store::tables::outbox::{Notice as Stored, NoticeId};
use store::views::WalletRow;
use store::{StoreError, Tx};

use super::{facts, letters};
use crate::app::App;
use crate::config::Config;
use crate::look::mail::credit::{LowMail, expiring, low};
use crate::problem::Problem;

/// The kind of notices that credit is low.
pub(super) const LOW_BALANCE: &str = "low_balance";
/// The kind of notices that a grant expires.
pub(super) const GRANT_EXPIRING: &str = "grant_expiring";
/// How long nobody is told of another fall unless something was added meanwhile, by the book's clock, in microseconds.
const FALLS_EVERY: i64 = Timestamp::DAY;
/// The longest pause between two looks.
const PAUSE: Duration = Duration::from_secs(5);
/// Wallets looked at, and grants told of, in one transaction.
const AT_ONCE: u32 = 500;
/// How often it is looked for grants that expire, by the book's clock, in microseconds.
const EXPIRY_EVERY: i64 = Timestamp::HOUR;

/// What is stored of a notice that a grant expires.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expiring {
    grant: String,
}

/// Watches balances and grants until the program ends.
pub async fn keep_watched(app: Arc<App>) {
    // What happened before the start is no news: wallets are looked at as they are once the views have caught up.
    let landed = app.ledger.landed().borrow().position;
    while !app.is_ending() && !app.wait_projected(landed, PAUSE).await {}
    let mut seeded = false;
    let mut looked_for_expiry: Option<Timestamp> = None;
    while !app.is_ending() {
        if !seeded {
            seeded = said(look_at_all(&app).await, "balances");
        }
        let changed: Vec<u32> = app.balance_news.take().into_iter().collect();
        for some in changed.chunks(AT_ONCE as usize) {
            said(look_at(&app, some.to_vec()).await, "balances");
        }
        let now = app.ledger.now();
        if looked_for_expiry.is_none_or(|at| now.since(at) >= EXPIRY_EVERY)
            && said(tell_expiring(&app, now).await, "credit that expires")
        {
            looked_for_expiry = Some(now);
        }
        let _ = tokio::time::timeout(PAUSE, app.balance_news.told()).await;
    }
}

/// Whether it went well; what went wrong is in the log, and is tried again.
fn said(done: Result<(), Problem>, what: &str) -> bool {
    if let Err(problem) = &done {
        tracing::warn!(code = problem.code, detail = problem.detail, what, "customers were not told");
    }
    done.is_ok()
}

/// Looks at every wallet once: at the start nobody has told of any.
async fn look_at_all(app: &Arc<App>) -> Result<(), Problem> {
    let highest = app.read(|tables| tables.highest_low_balance()).await?;
    let default = app.config.notices.low_balance.map_or(0, |low| low.value());
    app.balance_news.watch(highest.unwrap_or_default().max(default));
    let unit = app.config.credit.unit;
    let mut after = None;
    loop {
        let rows = app.read(move |tables| tables.watched_wallets(unit, after, AT_ONCE)).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.wallet_no);
        settle(app, rows).await?;
    }
}

async fn look_at(app: &Arc<App>, wallets: Vec<u32>) -> Result<(), Problem> {
    let unit = app.config.credit.unit;
    let rows = app
        .read(move |tables| {
            let rows = wallets.iter().map(|wallet_no| tables.watched_wallet(unit, *wallet_no));
            rows.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    settle(app, rows).await
}

/// Writes down which wallets have crossed their thresholds, and tells of those that fell below.
async fn settle(app: &Arc<App>, rows: Vec<WatchedWallet>) -> Result<(), Problem> {
    let default = app.config.notices.low_balance.map_or(0, |low| low.value());
    rows.iter().for_each(|row| app.balance_news.set_low(row.wallet_no, is_low(row, default)));
    let crossed: Vec<u32> =
        rows.iter().filter(|row| !is_written(row, default)).map(|row| row.wallet_no).collect();
    if crossed.is_empty() {
        return Ok(());
    }
    let (unit, now) = (app.config.credit.unit, app.ledger.now());
    let told = app
        .write(move |tx| {
            let mut told = 0;
            for wallet_no in &crossed {
                // It may have moved since.
                let Some(row) = tx.watched_wallet(unit, *wallet_no)? else { continue };
                told += usize::from(cross(tx, (&row, unit), default, now)?);
            }
            Ok(told)
        })
        .await?;
    if told > 0 {
        app.notice_news.notify_one();
    }
    Ok(())
}

/// On which side of its threshold a wallet was seen last; whether that is below it.
fn side(row: &WatchedWallet) -> Option<bool> {
    row.is_low.map(|is_low| is_low > 0)
}

fn threshold(row: &WatchedWallet, default: i64) -> i64 {
    row.low_balance.unwrap_or(default)
}

fn is_low(row: &WatchedWallet, default: i64) -> bool {
    row.available < threshold(row, default)
}

/// Whether a wallet is known to be where it is, by the threshold in force.
fn is_written(row: &WatchedWallet, default: i64) -> bool {
    side(row) == Some(is_low(row, default)) && row.threshold == Some(threshold(row, default))
}

/// What is to be known of a wallet of which nobody is told.
fn seen(row: &WatchedWallet, default: i64, now: Timestamp) -> BalanceTold {
    BalanceTold {
        wallet_no: row.wallet_no,
        is_low: u8::from(is_low(row, default)),
        falls: row.falls.unwrap_or_default(),
        low_since: now,
        threshold: Some(threshold(row, default)),
        told_at: row.told_at,
    }
}

/// Writes down on which side of its threshold a wallet is; whether anybody is to be told.
fn cross(
    tx: &Tx<'_>,
    (row, unit): (&WatchedWallet, Unit),
    default: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if is_written(row, default) {
        return Ok(false);
    }
    let seen = seen(row, default, now);
    // Another threshold is no fall, whoever has set it: the customer, or the operator in the configuration.
    let has_fallen = side(row) == Some(false) && seen.is_low > 0 && row.threshold == seen.threshold;
    if !has_fallen || !may_be_told(tx, row, now)? {
        return tx.put_balance_told(&seen).map(|()| false);
    }
    let falls = seen.falls + 1;
    tx.put_balance_told(&BalanceTold { falls, told_at: Some(now), ..seen })?;
    let id = NoticeId { position: u64::from(row.wallet_no), ordinal: falls, kind: LOW_BALANCE.to_owned() };
    let payload = facts::low(Amount::new(row.available, unit), Amount::new(threshold(row, default), unit));
    tx.insert_notice(&Stored {
        customer: Some(row.customer),
        wallet: Some(row.wallet),
        ..notice(id, payload, now)
    })
}

/// Whether a fall is news: none was told within the last day, or something was added since.
fn may_be_told(tx: &Tx<'_>, row: &WatchedWallet, now: Timestamp) -> Result<bool, StoreError> {
    match row.told_at {
        Some(told_at) if now.since(told_at) < FALLS_EVERY => tx.was_added_to(row.wallet_no, told_at),
        _ => Ok(true),
    }
}

/// Another threshold is no fall: on which side of it the customer's wallets are is written down, and nobody is told. Which of them are
/// below it.
pub(crate) fn set_thresholds(
    tx: &Tx<'_>,
    config: &Config,
    (customer, now): (CustomerId, Timestamp),
) -> Result<Vec<(u32, bool)>, StoreError> {
    let default = config.notices.low_balance.map_or(0, |low| low.value());
    let rows = tx.watched_wallets_of(customer, config.credit.unit, AT_ONCE)?;
    let sides = rows.iter().map(|row| {
        tx.put_balance_told(&seen(row, default, now))?;
        Ok((row.wallet_no, is_low(row, default)))
    });
    sides.collect()
}

async fn tell_expiring(app: &Arc<App>, now: Timestamp) -> Result<(), Problem> {
    let Some(before) = app.config.notices.expiry_before else { return Ok(()) };
    let unit = app.config.credit.unit;
    loop {
        let told = app
            .write(move |tx| {
                let span = (now, now.plus(before));
                let grants = tx.expiring_grants(span, unit, before, GRANT_EXPIRING, AT_ONCE)?;
                for grant in &grants {
                    let id =
                        NoticeId { position: grant.grant_key, ordinal: 0, kind: GRANT_EXPIRING.to_owned() };
                    let payload = Expiring { grant: grant.grant.to_string() };
                    // Strings only: writing JSON cannot fail.
                    let payload = serde_json::to_string(&payload).unwrap_or_default();
                    let (customer, wallet) = (Some(grant.customer), Some(grant.wallet));
                    tx.insert_notice(&Stored { customer, wallet, ..notice(id, payload, now) })?;
                }
                Ok(grants.len())
            })
            .await?;
        if told == 0 {
            return Ok(());
        }
        app.notice_news.notify_one();
    }
}

fn notice(id: NoticeId, payload: String, now: Timestamp) -> Stored {
    Stored {
        id,
        customer: None,
        wallet: None,
        payload,
        created_at: now,
        delivered_at: None,
        attempts: 0,
        next_attempt_at: Some(crate::clock::now()),
        last_error: None,
    }
}

/// Writes the mails of a notice, if it is wanted and still so; an error says why the notice cannot be read.
pub(super) fn mail(tx: &Tx<'_>, config: &Config, stored: &Stored) -> Result<Result<(), String>, StoreError> {
    let customer = stored.customer.map(|id| tx.customer(id)).transpose()?.flatten();
    let Some(customer) = customer else { return Ok(Ok(())) };
    let wish = tx.mail_wish(customer.id)?;
    let reader = letters::reader(config, &customer);
    let urls = ["recharge", "mail-wishes"].map(|page| format!("{}/{page}", config.server.public_url));
    let (brand, name) = (&config.brand().name, &customer.name);
    let letter = if stored.id.kind == LOW_BALANCE {
        if wish.is_told_low == 0 {
            return Ok(Ok(()));
        }
        let unit = config.credit.unit;
        let Ok(wallet_no) = u32::try_from(stored.id.position) else {
            return Ok(Err("it names no wallet".to_owned()));
        };
        // It may have been recharged meanwhile.
        let row = tx.watched_wallet(unit, wallet_no)?.filter(|row| side(row) == Some(true));
        let Some(row) = row else { return Ok(Ok(())) };
        let default = config.notices.low_balance.map_or(0, |low| low.value());
        low(
            &reader,
            &LowMail {
                brand,
                name,
                available: Amount::new(row.available, unit),
                threshold: Amount::new(threshold(&row, default), unit),
                recharge_url: &urls[0],
                wishes_url: &urls[1],
            },
        )
    } else {
        if wish.is_told_expiry == 0 {
            return Ok(Ok(()));
        }
        let grant = match read(&stored.payload) {
            Ok(grant) => tx.grant(grant)?,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let Some((grant, expires_at)) = grant.and_then(|grant| grant.expires_at.map(|at| (grant, at))) else {
            return Ok(Ok(()));
        };
        if grant.remaining == 0 {
            return Ok(Ok(()));
        }
        let Some(WalletRow { unit, .. }) = tx.wallet_view_by_no(grant.wallet_no)? else { return Ok(Ok(())) };
        expiring(&reader, (brand, name), Amount::new(grant.remaining, unit), expires_at, [&urls[0], &urls[1]])
    };
    let recipients = letters::recipients(tx, &customer)?;
    letters::post(tx, stored, &customer, &recipients, &letter).map(Ok)
}

fn read(payload: &str) -> anyhow::Result<GrantId> {
    let Expiring { grant } = serde_json::from_str(payload)?;
    Ok(grant.parse()?)
}
