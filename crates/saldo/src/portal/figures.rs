//! What a wallet holds and what was used of it, as the pages draw it.
//!
//! Figures come from the book's published balances, what they are made of from the views, and both by the book's clock.

use engine::PublishedWallet;
use money::{Amount, Timestamp, Unit, WalletId};
use store::views::{ChargedHour, GrantRow, GrantState, UsageRow};
use store::{Reader as TablesReader, StoreError};

use super::calendar::Bounds;
use crate::app::App;
use crate::look::chart::Span;
use crate::look::page::NextExpiry;
use crate::look::part::{Balance, Grant, GrantSource};
use crate::problem::Problem;

/// Grants of a wallet that are looked through, newest first.
const GRANTS_MAX: u32 = 1_000;
/// The days whose use tells the pace.
const PACE_DAYS: i64 = 7;

/// The wallet as of the newest durable batch that touched it.
pub(super) fn published(app: &App, wallet: WalletId) -> Result<PublishedWallet, Problem> {
    app.ledger.wallet(wallet).ok_or_else(|| {
        let detail = "The wallet is not open yet. Nothing was changed; please try again.";
        Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail).retry_after(1)
    })
}

/// The grants with something left, in the order in which they burn.
pub(crate) fn grants(reader: &TablesReader<'_>, wallet_no: u32) -> Result<Vec<GrantRow>, StoreError> {
    let mut rows = reader.grants(wallet_no, None, GRANTS_MAX)?.rows;
    rows.retain(|row| row.remaining > 0 && row.state == GrantState::Active);
    rows.sort_by_key(|row| {
        let lasts = row.expires_at.unwrap_or(Timestamp::MAX);
        (
            row.priority,
            lasts,
            matches!(source(row), GrantSource::Purchased | GrantSource::Overpaid),
            row.grant_no,
        )
    });
    Ok(rows)
}

/// The balance card.
pub(crate) fn balance(wallet: &PublishedWallet, grants: &[GrantRow], now: Timestamp) -> Balance {
    let amount = |value| Amount::new(value, wallet.unit);
    let open = wallet.windows.iter().filter(|window| window.pending > 0);
    Balance {
        posted: amount(wallet.balance.posted),
        available: amount(wallet.balance.available()),
        pending: amount(wallet.balance.pending),
        held: amount(wallet.balance.held),
        is_frozen: wallet.is_frozen,
        now,
        window_closes_at: open.map(|window| window.closes_at).min(),
        debt: amount(wallet.debt),
        grants: parts(grants, wallet.unit),
        is_for_staff: false,
    }
}

/// What is left, by source and expiry.
fn parts(grants: &[GrantRow], unit: Unit) -> Vec<Grant> {
    let mut parts: Vec<Grant> = Vec::new();
    for row in grants {
        let remaining = Amount::new(row.remaining, unit);
        let same = |part: &&mut Grant| part.source == source(row) && part.expires_at == row.expires_at;
        match parts.iter_mut().find(same) {
            Some(part) => part.remaining = plus(part.remaining, row.remaining),
            None => parts.push(Grant { source: source(row), remaining, expires_at: row.expires_at }),
        }
    }
    parts
}

/// What lapses next.
pub(super) fn next_expiry(grants: &[GrantRow], unit: Unit) -> Option<NextExpiry> {
    let at = grants.iter().filter_map(|row| row.expires_at).min()?;
    let lapsing = || grants.iter().filter(|row| row.expires_at == Some(at));
    let remaining = lapsing().fold(Amount::zero(unit), |sum, row| plus(sum, row.remaining));
    lapsing().next().map(|row| NextExpiry { source: source(row), remaining, at })
}

/// Where a grant came from.
pub(crate) fn source(row: &GrantRow) -> GrantSource {
    match row.source.as_ref() {
        "purchased" => GrantSource::Purchased,
        "adjustment" => GrantSource::Adjustment,
        "overpaid" => GrantSource::Overpaid,
        "reinstated" => GrantSource::Reinstated,
        _ => GrantSource::Promotional,
    }
}

/// What a wallet used in some hours: what meters counted, and what was charged for directly.
pub(super) struct HoursUsed {
    /// By meter and hour.
    pub(super) metered: Vec<UsageRow>,
    /// By hour.
    pub(super) charged: Vec<ChargedHour>,
}

/// What a wallet used in the hours that begin within `bounds`.
pub(super) fn usage(
    reader: &TablesReader<'_>,
    wallet_no: u32,
    bounds: Bounds,
) -> Result<HoursUsed, StoreError> {
    let hours = hours_within(bounds);
    let mut metered = Vec::new();
    for meter_no in reader.used_meters(wallet_no)? {
        metered.extend(reader.usage(wallet_no, meter_no, hours.start, hours.end)?);
    }
    Ok(HoursUsed { metered, charged: reader.charged_by_hour(wallet_no, hours.start, hours.end)? })
}

/// The hours of a day, each with what was used in it; what open windows will take counts, and is not settled.
pub(super) fn hours(used: &HoursUsed, bounds: Bounds, unit: Unit, now: Timestamp) -> Vec<Span> {
    let at = |hour: i64| Timestamp::from_micros(hour.saturating_mul(Timestamp::HOUR));
    hours_within(bounds)
        .map(|hour| span(used, Bounds { from: at(hour), until: at(hour + 1) }, unit, now))
        .collect()
}

/// What was used within `bounds`.
pub(super) fn span(used: &HoursUsed, bounds: Bounds, unit: Unit, now: Timestamp) -> Span {
    let within = hours_within(bounds);
    let metered = || used.metered.iter().filter(|row| within.contains(&row.hour));
    let charged = used.charged.iter().filter(|row| within.contains(&row.hour));
    Span {
        from: bounds.from,
        until: bounds.until,
        amount: metered().map(spent).chain(charged.map(|row| row.amount)).fold(Amount::zero(unit), plus),
        is_over: now >= bounds.until,
        is_settled: metered().all(|row| row.pending == 0),
    }
}

/// What a meter's use of an hour costs, settled or not.
pub(super) fn spent(row: &UsageRow) -> i64 {
    row.posted.saturating_add(row.pending)
}

/// How many days `available` lasts at the pace of the last days; `None` if nothing was used in them, or nothing is left.
pub(super) fn days_left(
    reader: &TablesReader<'_>,
    wallet_no: u32,
    available: i64,
    now: Timestamp,
) -> Result<Option<u32>, StoreError> {
    let bounds = Bounds { from: now.plus(-PACE_DAYS * Timestamp::DAY), until: now.plus(Timestamp::HOUR) };
    let HoursUsed { metered, charged } = usage(reader, wallet_no, bounds)?;
    let metered = metered.iter().map(|row| (row.hour, row.posted));
    let rows: Vec<(i64, i64)> = metered.chain(charged.iter().map(|row| (row.hour, row.amount))).collect();
    let used: i128 = rows.iter().map(|(_, amount)| i128::from(*amount)).sum();
    let Some(first) = rows.iter().filter(|(_, amount)| *amount > 0).map(|(hour, _)| *hour).min() else {
        return Ok(None);
    };
    // Who began to use two days ago has a pace of two days, not of seven; of one at least.
    let since = now.since(Timestamp::from_micros(first.saturating_mul(Timestamp::HOUR))).max(Timestamp::DAY);
    if used <= 0 || available <= 0 {
        return Ok(None);
    }
    let lasts = i128::from(available) * i128::from(since) / used / i128::from(Timestamp::DAY);
    Ok(Some(u32::try_from(lasts).unwrap_or(u32::MAX)))
}

/// The hours since the epoch that begin within `bounds`.
pub(super) fn hours_within(bounds: Bounds) -> std::ops::Range<i64> {
    first_hour(bounds.from)..first_hour(bounds.until)
}

/// The first hour since the epoch that begins at `at` or after it.
fn first_hour(at: Timestamp) -> i64 {
    at.hour() + i64::from(at.as_micros().rem_euclid(Timestamp::HOUR) != 0)
}

/// A sum for people, which stays at the end of what can be counted.
pub(super) fn plus(sum: Amount, value: i64) -> Amount {
    Amount::new(sum.value().saturating_add(value), sum.unit())
}
