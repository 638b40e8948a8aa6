//! `/v1/wallets/{id}/entries`, `/explain` and `/usage`: what moved a wallet, what its balance is made of, what was used.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use money::{EntryId, Timestamp, Unit, WalletId};
use serde::{Deserialize, Serialize};
use store::views::{ChargedRow, EntryCursor, EntryRow, GrantState, UsageRow};
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::access::{By, CreditRead, UsageRead};
use super::grants::Grant;
use super::known_wallets;
use super::request::{Asked, Id, cursor, page_rows};
use super::wire::{Amount, Balance, List, quantity, read_time_if, time, time_if};
use super::{Api, wait_for_views};
use crate::problem::Problem;
use crate::sold::Sold;

/// Grants that an explanation looks through.
const GRANTS_MAX: usize = 10_000;
/// Grants read at once.
const GRANTS_PAGE: u32 = 1_000;
/// Most hours of usage in one answer: a leap year's.
const USAGE_HOURS_MAX: i64 = 366 * 24;
/// Hours of usage when nothing is said: 30 days.
const USAGE_HOURS: i64 = 30 * 24;

/// One movement of a wallet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Entry {
    /// `ent_…`
    id: String,
    /// When it became true, RFC 3339.
    at: String,
    /// `grant`, `expiry`, `charge`, `reversal`, `deduction`, `usage`, `refund`, `dispute`, or of credit that was overpaid
    /// `invoice` or `given_back`.
    kind: String,
    /// How `posted` changed by it.
    amount: Amount,
    /// `posted` after it.
    posted_after: Amount,
    /// What was used: the meter's slug.
    meter: Option<String>,
    /// How much was used, as decimal text.
    quantity: Option<String>,
    /// Beginning of the time paid for.
    from_at: Option<String>,
    /// End of the time paid for.
    to_at: Option<String>,
    /// The kind of charge.
    charge_kind: Option<String>,
    /// The payment behind it, `pay_…`.
    payment: Option<String>,
    /// The code of the reason or of the source.
    reason: Option<String>,
    /// The ledger account that gave.
    debit_account: Option<String>,
    /// The ledger account that took.
    credit_account: Option<String>,
}

impl Entry {
    fn new(row: EntryRow, unit: Unit, sold: &Sold) -> Entry {
        let (debit, credit) = row.debit_and_credit();
        let amount = |value| Amount::from(money::Amount::new(value, unit));
        Entry {
            id: row.id().to_string(),
            at: time(row.at),
            kind: row.kind.into_owned(),
            amount: amount(row.amount),
            posted_after: amount(row.posted_after),
            meter: row.meter_no.and_then(|no| sold.meter_slug(no)).map(str::to_owned),
            quantity: row.quantity.map(quantity),
            from_at: time_if(row.from_at),
            to_at: time_if(row.to_at),
            charge_kind: row.charge_kind_no.and_then(|no| sold.charge_kind_slug(no)).map(str::to_owned),
            payment: row.payment.map(|payment| payment.to_string()),
            reason: row.reason.map(std::borrow::Cow::into_owned),
            debit_account: Some(debit),
            credit_account: Some(credit),
        }
    }
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those of this month, as `2026-11`, in the operator's time zone.
    month: Option<String>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List what moved a wallet, newest first.
#[utoipa::path(get, path = "/v1/wallets/{id}/entries", tag = "wallets",
    params(("id" = String, Path, description = "`wal_…`"), Which),
    responses((status = 200, description = "A page of entries.", body = List<Entry>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<CreditRead>,
    Id(wallet): Id<WalletId>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Entry>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| {
        let id: EntryId = text.parse().ok()?;
        Some(EntryCursor { position: id.position(), ordinal: id.ordinal()? })
    })?;
    let (from_at, to_at) = match &which.month {
        Some(month) => month_range(month, &api.app.config.brand.time_zone)?,
        None => (Timestamp::from_micros(i64::MIN), Timestamp::MAX),
    };
    let wallet = known_wallets::settled(&api.app, wallet).await?;
    wait_for_views(&api).await;
    let look = move |reader: &Reader<'_>| reader.entries(wallet.no.0, from_at, to_at, before, rows);
    let page = api.app.read(look).await?;
    let next_cursor = page.next.map(|next| EntryId::at(next.position, next.ordinal).to_string());
    let sold = api.app.sold();
    let data = page.rows.into_iter().map(|row| Entry::new(row, wallet.unit, &sold)).collect();
    Ok(Json(List { data, next_cursor }))
}

/// The first instant of a month and of the next one.
fn month_range(month: &str, zone: &jiff::tz::TimeZone) -> Result<(Timestamp, Timestamp), Problem> {
    let wrong =
        || Problem::invalid("month", "invalid_month", "month must be a year and a month like 2026-11.");
    let (year, number) = month
        .split_once('-')
        .filter(|(year, number)| year.len() == 4 && number.len() == 2)
        .ok_or_else(wrong)?;
    let first = Date::new(year.parse().map_err(|_| wrong())?, number.parse().map_err(|_| wrong())?, 1);
    let first = first.map_err(|_| wrong())?;
    let next = first.last_of_month().tomorrow().map_err(|_| wrong())?;
    let instant = |date: Date| -> Result<Timestamp, Problem> {
        let start = date.to_zoned(zone.clone()).map_err(|_| wrong())?;
        Ok(Timestamp::from_micros(start.timestamp().as_microsecond()))
    };
    Ok((instant(first)?, instant(next)?))
}

/// What a balance is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Explanation {
    /// The balance that is explained.
    balance: Balance,
    /// The active grants that have something left; their sum minus `debt` is `posted`.
    grants: Vec<Grant>,
    /// What was used beyond all grants.
    debt: Amount,
    /// The open windows, whose sum is `pending`.
    windows: Vec<PendingWindow>,
}

/// An open window as part of `pending`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PendingWindow {
    /// The meter's slug.
    meter: String,
    /// Its beginning.
    opened_at: String,
    /// Its end.
    closes_at: String,
    /// What it will post as of now.
    pending: Amount,
}

/// Explain a balance: posted = what the grants have left − debt; pending = what the open windows will post.
#[utoipa::path(get, path = "/v1/wallets/{id}/explain", tag = "wallets",
    params(("id" = String, Path, description = "`wal_…`")),
    responses((status = 200, description = "The parts, all of the same moment.", body = Explanation)))]
pub(super) async fn explain(
    State(api): State<Arc<Api>>,
    _by: By<CreditRead>,
    Id(wallet): Id<WalletId>,
) -> Result<Json<Explanation>, Problem> {
    let no = known_wallets::settled(&api.app, wallet).await?.no.0;
    wait_for_views(&api).await;
    let look = move |reader: &Reader<'_>| {
        let windows = reader.open_windows(no, GRANTS_PAGE)?;
        Ok((reader.wallet_view_by_no(no)?, active_grants(reader, no)?, windows))
    };
    let (row, grants, windows) = api.app.read(look).await?;
    let row = row.ok_or_else(|| Problem::not_found("wallet"))?;
    let grants = grants.ok_or_else(|| {
        let detail = format!("This wallet has more than {GRANTS_MAX} grants: list them instead.");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_grants", detail)
    })?;
    let amount = |value| Amount::from(money::Amount::new(value, row.unit));
    let left: i64 = grants.iter().map(|grant| grant.remaining).sum();
    let sold = api.app.sold();
    let windows = windows.iter().map(|window| PendingWindow {
        meter: sold.meter_slug(window.meter_no).unwrap_or_default().to_owned(),
        opened_at: time(window.opened_at),
        closes_at: time(window.closes_at),
        pending: amount(window.pending),
    });
    let balance = book::Balance { posted: row.posted, pending: row.pending, held: row.held };
    Ok(Json(Explanation {
        balance: Balance::new(balance, row.unit),
        debt: amount(left - row.posted),
        windows: windows.collect(),
        grants: grants.iter().map(|grant| Grant::new(grant, row.unit)).collect(),
    }))
}

/// The grants that make up `posted`; `None` if there are more than an explanation looks through.
fn active_grants(reader: &Reader<'_>, no: u32) -> Result<Option<Vec<store::views::GrantRow>>, StoreError> {
    let mut active = Vec::new();
    let (mut before, mut looked) = (None, 0);
    loop {
        let page = reader.grants(no, before, GRANTS_PAGE)?;
        looked += page.rows.len();
        if looked > GRANTS_MAX {
            return Ok(None);
        }
        let counts = |row: &store::views::GrantRow| row.state != GrantState::Scheduled && row.remaining > 0;
        active.extend(page.rows.into_iter().filter(counts));
        match page.next {
            Some(next) => before = Some(next),
            None => return Ok(Some(active)),
        }
    }
}

/// Which usage.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichUsage {
    /// The meter's slug. Either this or `kind`.
    meter: Option<String>,
    /// What was charged for, as charges name it.
    kind: Option<String>,
    /// From the hour that holds this instant, RFC 3339; 30 days before `to`, if nothing is said.
    from: Option<String>,
    /// To the hour that holds this instant, which is the first left out; after the present hour, if nothing is said.
    to: Option<String>,
}

/// What was used in one hour.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Usage {
    /// The hour's beginning, RFC 3339.
    hour: String,
    /// How much, as decimal text; of charges, how many.
    quantity: String,
    /// How many events; of charges, how many.
    events: i64,
    /// What of it has been posted; of charges, what they took less what was given back in this hour.
    posted: Amount,
    /// What of it open windows will post.
    pending: Amount,
}

/// What is asked about, by its number.
enum Asking {
    Meter(u32),
    Charges(u32),
}

fn asking(which: &WhichUsage, sold: &Sold) -> Result<Asking, Problem> {
    match (&which.meter, &which.kind) {
        (Some(slug), None) => sold
            .meter(slug)
            .map(|meter| Asking::Meter(meter.meter_no))
            .ok_or_else(|| Problem::invalid("meter", "meter_unknown", "meter is not the slug of a meter.")),
        (None, Some(slug)) => sold.charge_kind(slug).map(Asking::Charges).ok_or_else(|| {
            Problem::invalid("kind", "kind_unknown", "kind is nothing that was ever charged for.")
        }),
        _ => Err(Problem::invalid("meter", "meter_missing", "Either meter or kind must be given.")),
    }
}

/// List what a wallet used by hour, of a meter or of one kind of charges, oldest first. Hours without use are left out; at most 366
/// days at once.
#[utoipa::path(get, path = "/v1/wallets/{id}/usage", tag = "usage",
    params(("id" = String, Path, description = "`wal_…`"), WhichUsage),
    responses((status = 200, description = "The hours with use.", body = List<Usage>)))]
pub(super) async fn usage(
    State(api): State<Arc<Api>>,
    _by: By<UsageRead>,
    Id(wallet): Id<WalletId>,
    Asked(which): Asked<WhichUsage>,
) -> Result<Json<List<Usage>>, Problem> {
    let asking = asking(&which, &api.app.sold())?;
    let to = read_time_if("to", which.to.as_deref())?.map(Timestamp::hour);
    let to = to.unwrap_or(api.app.ledger.now().hour() + 1);
    let from = read_time_if("from", which.from.as_deref())?.map(Timestamp::hour).unwrap_or(to - USAGE_HOURS);
    if !(0..=USAGE_HOURS_MAX).contains(&(to - from)) {
        let detail = "from must not be after to, nor more than 366 days before it.";
        return Err(Problem::invalid("from", "invalid_range", detail));
    }
    let wallet = known_wallets::settled(&api.app, wallet).await?;
    wait_for_views(&api).await;
    let (no, unit) = (wallet.no.0, wallet.unit);
    let look = move |reader: &Reader<'_>| {
        Ok(match asking {
            Asking::Meter(meter_no) => {
                reader.usage(no, meter_no, from, to)?.iter().map(|row| metered(row, unit)).collect()
            }
            Asking::Charges(kind_no) => {
                reader.charged(no, kind_no, from, to)?.iter().map(|row| charged(row, unit)).collect()
            }
        })
    };
    Ok(Json(List { data: api.app.read(look).await?, next_cursor: None }))
}

fn metered(row: &UsageRow, unit: Unit) -> Usage {
    Usage {
        hour: hour(row.hour),
        quantity: quantity(row.quantity),
        events: row.events,
        posted: money::Amount::new(row.posted, unit).into(),
        pending: money::Amount::new(row.pending, unit).into(),
    }
}

fn charged(row: &ChargedRow, unit: Unit) -> Usage {
    Usage {
        hour: hour(row.hour),
        quantity: row.charges.to_string(),
        events: row.charges,
        posted: money::Amount::new(row.charged.saturating_sub(row.reversed), unit).into(),
        pending: money::Amount::zero(unit).into(),
    }
}

/// The beginning of an hour since the epoch.
fn hour(hour: i64) -> String {
    time(Timestamp::from_micros(hour.saturating_mul(Timestamp::HOUR)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_in_the_operators_zone() {
        let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").expect("a zone");
        let range = month_range("2026-12", &zone).map(|(from, to)| (from.to_string(), to.to_string()));
        let expected = ("2026-12-01T03:00:00Z".to_owned(), "2027-01-01T03:00:00Z".to_owned());
        assert_eq!(range.ok(), Some(expected));
        for wrong in ["2026-13", "2026-1", "26-01", "2026", "2026-00", "", "2026-1x", "-026-01"] {
            assert!(month_range(wrong, &zone).is_err(), "{wrong}");
        }
    }
}
