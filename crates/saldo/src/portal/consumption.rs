//! `/consumption`: what a line used, by day, against its allowance.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use money::Timestamp;
use serde::Deserialize;
use store::{Reader as TablesReader, StoreError};

use super::form::Asked;
use super::line_check::traffic_name;
use super::line_seen::{Line, lines};
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use crate::app::App;
use crate::look::Reader;
use crate::look::chart::{Chart, Room};
use crate::look::page::{Consumed, Consumption};
use crate::look::part::Place;
use crate::sold::Sold;

#[derive(Deserialize)]
pub(super) struct Wish {
    line: Option<String>,
}

/// `GET /consumption`: the line that was asked for, else the oldest.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wish): Asked<Wish>,
) -> Result<Response, Fault> {
    let (now, sold, reader, customer) =
        (app.ledger.now(), app.sold(), signed.reader().clone(), signed.customer());
    let (lines, consumed, id) = app
        .read(move |tables| {
            let lines = lines(tables, &sold, customer)?;
            let chosen = chosen(&lines, wish.line.as_deref());
            let consumed = chosen.map(|line| consumed(tables, &sold, &reader, line, now)).transpose()?;
            let id = chosen.map_or_else(String::new, |line| line.entry.id.to_string());
            Ok((lines.iter().map(|line| line.choice(chosen)).collect(), consumed, id))
        })
        .await?;
    let live = if consumed.is_some() { format!("consumption&line={id}") } else { String::new() };
    let frame = signed.frame(&app, Place::Consumption, &live);
    draw(StatusCode::OK, &Consumption { reader: signed.reader().clone(), frame, lines, consumed })
}

/// What the line of this name, else the oldest, used.
pub(super) fn read(
    tables: &TablesReader<'_>,
    sold: &Sold,
    signed: &SignedIn,
    line: &str,
    now: Timestamp,
) -> Result<Option<Consumed>, StoreError> {
    let lines = lines(tables, sold, signed.customer())?;
    chosen(&lines, Some(line)).map(|line| consumed(tables, sold, signed.reader(), line, now)).transpose()
}

fn chosen<'l>(lines: &'l [Line], wish: Option<&str>) -> Option<&'l Line> {
    let asked = lines.iter().find(|line| Some(line.entry.id.to_string().as_str()) == wish);
    asked.or(lines.first())
}

fn consumed(
    tables: &TablesReader<'_>,
    sold: &Sold,
    reader: &Reader,
    line: &Line,
    now: Timestamp,
) -> Result<Consumed, StoreError> {
    let days = line.days(tables, reader, now, |total, outside| total - outside)?;
    let mut sums: BTreeMap<u32, i64> = BTreeMap::new();
    for (_, traffic_no, bytes) in line.zero_rated(tables, reader)? {
        *sums.entry(traffic_no).or_default() += bytes;
    }
    let zero_rated = sums.into_iter().map(|(no, bytes)| (traffic_name(sold, reader, no), bytes)).collect();
    Ok(Consumed {
        figures: line.figures(&line.purchases(tables)?, now),
        outside: line.cycle.outside,
        zero_rated,
        chart: Chart::data_by_day(reader, Room::Full, &days),
    })
}
