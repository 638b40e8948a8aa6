//! `/v1/meters`: what is counted, and what it costs from when.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use money::{MeterId, Timestamp, UnitPrice};
use serde::{Deserialize, Serialize};
use store::Reader;
use store::tables::catalog::{self, MeterAggregation, PriceTerms, PriceVersion, WindowAnchor};
use utoipa::ToSchema;

use super::Api;
use super::access::{By, CatalogRead, CatalogWrite};
use super::once::{Answer, Wish};
use super::request::{Body, IdempotencyKey};
use super::wire::{Amount, List, decimal_problem, read_time_if, read_unit, time};
use crate::audit::Change;
use crate::problem::Problem;
use crate::{clock, ids};

/// Most meters.
const METERS_MAX: usize = 1_000;
/// Longest slug and sum field, in bytes.
const WORD_BYTES_MAX: usize = 64;
/// Versions of a price that are listed.
const PRICES_LISTED_MAX: u32 = 200;
/// Length of an active window, in seconds.
const WINDOW_SECONDS: std::ops::RangeInclusive<u32> = 60..=86_400;

/// How a meter turns events into a quantity.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Aggregation {
    /// Each event counts one.
    Count,
    /// A number in the event's data is added.
    Sum,
    /// An event says that there was activity at its time.
    ActiveTime,
}

/// Where a window begins.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Anchor {
    /// At the first event outside of any window.
    FirstEvent,
    /// At a multiple of the window's length since the epoch.
    Clock,
}

/// What a meter costs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Price {
    /// So much for each one, posted once per hour.
    PerUnit {
        /// Zero or more, up to 12 decimal places, at most 9,223,372.
        price: Amount,
    },
    /// So much for each window with activity, however much.
    PerActiveWindow {
        /// The price of one window, zero or more.
        amount: Amount,
        /// Its length, 60 to 86,400 seconds.
        window_seconds: u32,
        /// Where it begins.
        anchor: Anchor,
    },
}

impl Price {
    fn read(&self) -> Result<PriceTerms, Problem> {
        let negative = |field: &str| {
            Problem::invalid(field, "amount_negative", format!("{field} must not be below zero."))
        };
        match self {
            Price::PerUnit { price } => {
                let unit = read_unit("price.price", &price.unit)?;
                let read = UnitPrice::parse(&price.amount, unit);
                let read = read.map_err(|error| decimal_problem("price.price", error))?;
                if read.e12() < 0 {
                    return Err(negative("price.price"));
                }
                Ok(PriceTerms::PerUnit(read))
            }
            Price::PerActiveWindow { amount, window_seconds, anchor } => {
                let amount = amount.read("price.amount")?;
                if amount.value() < 0 {
                    return Err(negative("price.amount"));
                }
                if !WINDOW_SECONDS.contains(window_seconds) {
                    let detail = "price.window_seconds must be from 60 to 86400.";
                    return Err(Problem::invalid("price.window_seconds", "invalid_window", detail));
                }
                let anchor = match anchor {
                    Anchor::FirstEvent => WindowAnchor::FirstEvent,
                    Anchor::Clock => WindowAnchor::Clock,
                };
                Ok(PriceTerms::PerActiveWindow { amount, window_seconds: *window_seconds, anchor })
            }
        }
    }

    fn new(terms: &PriceTerms) -> Price {
        match terms {
            PriceTerms::PerUnit(price) => Price::PerUnit {
                price: Amount { amount: price.to_decimal(), unit: price.unit().code().to_owned() },
            },
            PriceTerms::PerActiveWindow { amount, window_seconds, anchor } => Price::PerActiveWindow {
                amount: (*amount).into(),
                window_seconds: *window_seconds,
                anchor: match anchor {
                    WindowAnchor::FirstEvent => Anchor::FirstEvent,
                    WindowAnchor::Clock => Anchor::Clock,
                },
            },
        }
    }
}

/// What is counted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Meter {
    /// `mtr_…`
    id: String,
    /// What usage events say as `type`.
    slug: String,
    /// How events become a quantity.
    aggregation: Aggregation,
    /// The field of the event's data that is added, for a sum.
    sum_field: Option<String>,
    /// The price in force; none until one is made.
    price: Option<PriceOfMeter>,
    /// Since when, RFC 3339.
    created_at: String,
}

/// One version of a meter's price.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PriceOfMeter {
    /// Its number among the meter's prices, from 1.
    version: u32,
    /// What it costs.
    price: Price,
    /// From when new windows and uses cost this, RFC 3339.
    valid_from: String,
    /// When it was made, RFC 3339.
    created_at: String,
}

impl Meter {
    fn new(row: &catalog::Meter, price: Option<&PriceVersion>) -> Meter {
        Meter {
            id: row.id.to_string(),
            slug: row.slug.clone(),
            aggregation: match row.aggregation {
                MeterAggregation::Count => Aggregation::Count,
                MeterAggregation::Sum => Aggregation::Sum,
                MeterAggregation::ActiveTime => Aggregation::ActiveTime,
            },
            sum_field: row.sum_field.clone(),
            price: price.map(PriceOfMeter::new),
            created_at: time(row.created_at),
        }
    }
}

impl PriceOfMeter {
    fn new(row: &PriceVersion) -> PriceOfMeter {
        PriceOfMeter {
            version: row.version,
            price: Price::new(&row.terms),
            valid_from: time(row.valid_from),
            created_at: time(row.created_at),
        }
    }
}

/// What shall be counted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MeterWanted {
    /// A word of a-z, 0-9, `_`, `-` and `.`, beginning with a letter, at most 64 bytes; unique.
    slug: String,
    /// How events become a quantity. `active_time` goes with prices per active window and the other way round.
    aggregation: Aggregation,
    /// For a sum, and only for one: the field of the event's data that is added.
    sum_field: Option<String>,
    /// What it costs from now on.
    price: Price,
}

/// Make a meter with its first price.
#[utoipa::path(post, path = "/v1/meters", tag = "meters", request_body = MeterWanted,
    responses((status = 201, description = "The meter is made.", body = Meter)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    by: By<CatalogWrite>,
    key: IdempotencyKey,
    Body(wanted): Body<MeterWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/meters", key, &wanted)?;
    check_word("slug", &wanted.slug)?;
    let aggregation = match wanted.aggregation {
        Aggregation::Count => MeterAggregation::Count,
        Aggregation::Sum => MeterAggregation::Sum,
        Aggregation::ActiveTime => MeterAggregation::ActiveTime,
    };
    match (&wanted.sum_field, aggregation) {
        (Some(field), MeterAggregation::Sum) => check_field("sum_field", field)?,
        (None, MeterAggregation::Sum) => {
            let detail = "sum_field is missing: it names what is added.";
            return Err(Problem::invalid("sum_field", "missing_field", detail));
        }
        (Some(_), _) => {
            let detail = "sum_field goes with the aggregation sum only.";
            return Err(Problem::invalid("sum_field", "invalid_field", detail));
        }
        (None, _) => {}
    }
    let terms = wanted.price.read()?;
    check_fits(aggregation, &terms)?;
    let (now, valid_from) = (clock::now(), api.app.ledger.now());
    let meter = catalog::Meter {
        meter_no: 0,
        id: MeterId::from_u128(ids::fresh()),
        slug: wanted.slug,
        aggregation,
        sum_field: wanted.sum_field,
        created_at: now,
    };
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            if tx.meters()?.len() >= METERS_MAX {
                let detail = format!("There are {METERS_MAX} meters already.");
                return Err(Problem::invalid("slug", "too_many_meters", detail));
            }
            let meter_no = tx.insert_meter(&meter)?;
            let mut price = PriceVersion { meter_no, version: 0, terms, valid_from, created_at: now };
            price.version = tx.insert_price(&price)?;
            let made = Meter::new(&meter, Some(&price));
            by.author.note(tx, &Change::new("meter.create", &made.slug).after(&made)?)?;
            Ok(made)
        })
        .await?;
    api.app.reload_sold().await?;
    Ok(answer)
}

fn check_word(field: &str, word: &str) -> Result<(), Problem> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    let starts_well = word.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if starts_well && word.len() <= WORD_BYTES_MAX && word.bytes().all(plain) {
        return Ok(());
    }
    let detail = format!(
        "{field} must be a word of a-z, 0-9, _, - and . that begins with a letter, at most {WORD_BYTES_MAX} bytes."
    );
    Err(Problem::invalid(field, "invalid_word", detail))
}

fn check_field(field: &str, name: &str) -> Result<(), Problem> {
    if (1..=WORD_BYTES_MAX).contains(&name.len()) {
        return Ok(());
    }
    let detail = format!("{field} must have 1 to {WORD_BYTES_MAX} bytes.");
    Err(Problem::invalid(field, "invalid_field", detail))
}

fn check_fits(aggregation: MeterAggregation, terms: &PriceTerms) -> Result<(), Problem> {
    let by_time = matches!(terms, PriceTerms::PerActiveWindow { .. });
    if by_time == (aggregation == MeterAggregation::ActiveTime) {
        return Ok(());
    }
    let detail =
        "price.kind must be per_active_window for a meter of active time, and per_unit for the others.";
    Err(Problem::invalid("price.kind", "price_does_not_fit", detail))
}

/// List all meters with their prices in force, oldest first.
#[utoipa::path(get, path = "/v1/meters", tag = "meters",
    responses((status = 200, description = "All meters.", body = List<Meter>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<CatalogRead>,
) -> Result<Json<List<Meter>>, Problem> {
    let now = api.app.ledger.now();
    let look = move |reader: &Reader<'_>| Ok((reader.meters()?, reader.prices_in_force(now)?));
    let (meters, prices) = api.app.read(look).await?;
    let price = |no| prices.iter().find(|price| price.meter_no == no);
    let data = meters.iter().map(|row| Meter::new(row, price(row.meter_no))).collect();
    Ok(Json(List { data, next_cursor: None }))
}

/// Read a meter by its slug.
#[utoipa::path(get, path = "/v1/meters/{slug}", tag = "meters", params(("slug" = String, Path, description = "The meter's slug")),
    responses((status = 200, description = "The meter.", body = Meter)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<CatalogRead>,
    Path(slug): Path<String>,
) -> Result<Json<Meter>, Problem> {
    let now = api.app.ledger.now();
    let look = move |reader: &Reader<'_>| Ok((reader.meter_by_slug(&slug)?, reader.prices_in_force(now)?));
    let (meter, prices) = api.app.read(look).await?;
    let meter = meter.ok_or_else(|| Problem::not_found("meter"))?;
    Ok(Json(Meter::new(&meter, prices.iter().find(|price| price.meter_no == meter.meter_no))))
}

/// What a meter shall cost.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceWanted {
    /// What it costs.
    price: Price,
    /// From when, RFC 3339, not in the past; now, if nothing is said. Open windows keep the price that they opened with.
    valid_from: Option<String>,
}

/// Make a new price for a meter.
#[utoipa::path(post, path = "/v1/meters/{slug}/prices", tag = "meters", request_body = PriceWanted,
    params(("slug" = String, Path, description = "The meter's slug")),
    responses((status = 201, description = "The price is made.", body = PriceOfMeter)))]
pub(super) async fn create_price(
    State(api): State<Arc<Api>>,
    by: By<CatalogWrite>,
    key: IdempotencyKey,
    Path(slug): Path<String>,
    Body(wanted): Body<PriceWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/meters/{slug}/prices", key, &(&slug, &wanted))?;
    let terms = wanted.price.read()?;
    let said = read_time_if("valid_from", wanted.valid_from.as_deref())?;
    let (now, book_now) = (clock::now(), api.app.ledger.now());
    let answer = wish
        .write(&api, StatusCode::CREATED, move |tx| {
            let meter = tx.meter_by_slug(&slug)?.ok_or_else(|| Problem::not_found("meter"))?;
            check_fits(meter.aggregation, &terms)?;
            let valid_from = check_valid_from(said, book_now)?;
            let meter_no = meter.meter_no;
            let mut price = PriceVersion { meter_no, version: 0, terms, valid_from, created_at: now };
            price.version = tx.insert_price(&price)?;
            let made = PriceOfMeter::new(&price);
            by.author.note(tx, &Change::new("price.create", &slug).after(&made)?)?;
            Ok(made)
        })
        .await?;
    api.app.reload_sold().await?;
    Ok(answer)
}

fn check_valid_from(said: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Problem> {
    match said {
        Some(from) if from < now => {
            let detail = format!("valid_from must not be before now, {now}.");
            Err(Problem::invalid("valid_from", "valid_from_past", detail))
        }
        said => Ok(said.unwrap_or(now)),
    }
}

/// List a meter's prices, newest first: at most 200.
#[utoipa::path(get, path = "/v1/meters/{slug}/prices", tag = "meters",
    params(("slug" = String, Path, description = "The meter's slug")),
    responses((status = 200, description = "The prices.", body = List<PriceOfMeter>)))]
pub(super) async fn list_prices(
    State(api): State<Arc<Api>>,
    _by: By<CatalogRead>,
    Path(slug): Path<String>,
) -> Result<Json<List<PriceOfMeter>>, Problem> {
    let look = move |reader: &Reader<'_>| {
        let meter = reader.meter_by_slug(&slug)?;
        meter.map(|meter| reader.prices_of(meter.meter_no, PRICES_LISTED_MAX)).transpose()
    };
    let prices = api.app.read(look).await?.ok_or_else(|| Problem::not_found("meter"))?;
    Ok(Json(List { data: prices.iter().map(PriceOfMeter::new).collect(), next_cursor: None }))
}
