//! Entries of a statement in plain words.

use money::Amount;
use store::tables::catalog::PriceTerms;
use store::views::EntryRow;
use store::{Reader as TablesReader, StoreError};

use super::figures;
use super::payment_list::method;
use crate::look::Reader;
use crate::look::part::{GrantSource, LineMovement, Movement, MovementKind};
use crate::sold::Sold;

/// The movements that these entries are.
pub(crate) fn movements(
    tables: &TablesReader<'_>,
    sold: &Sold,
    reader: &Reader,
    unit: money::Unit,
    rows: &[EntryRow],
) -> Result<Vec<Movement>, StoreError> {
    let movement = |row: &EntryRow| {
        Ok(Movement {
            id: row.id().to_string(),
            at: row.at,
            kind: kind(tables, sold, reader, row)?,
            amount: Amount::new(row.amount, unit),
            balance: Amount::new(row.posted_after, unit),
        })
    };
    rows.iter().map(movement).collect()
}

fn kind(
    tables: &TablesReader<'_>,
    sold: &Sold,
    reader: &Reader,
    row: &EntryRow,
) -> Result<MovementKind, StoreError> {
    let reason = row.reason.as_deref().unwrap_or_default();
    let charged_for =
        || row.charge_kind_no.and_then(|no| sold.charge_kind_slug(no)).map(spoken).unwrap_or_default();
    Ok(match row.kind.as_ref() {
        "grant" if reason == "purchased" => topped_up(tables, reader, row)?,
        "grant" if reason == "promotional" => MovementKind::Granted(GrantSource::Promotional),
        "grant" if reason == "overpaid" => MovementKind::Granted(GrantSource::Overpaid),
        "grant" | "deduction" => MovementKind::Adjusted { reason: reason.to_owned() },
        "invoice" => MovementKind::Invoiced,
        "given_back" => MovementKind::GivenBack,
        "expiry" => MovementKind::Expired(expired_source(tables, row)?),
        "reversal" => MovementKind::Reversed { what: charged_for() },
        "refund" | "dispute" => MovementKind::TakenBack {
            disputed: row.kind == "dispute",
            method: match row.payment {
                Some(id) => tables.payment(id)?.map(|payment| method(reader, &payment)),
                None => None,
            },
        },
        "usage" => used(sold, row),
        "allowance" => MovementKind::Line(LineMovement::Allowance),
        "pack" => MovementKind::Line(LineMovement::Pack),
        "traffic" if row.amount > 0 => MovementKind::Line(LineMovement::ZeroRated),
        "traffic" => MovementKind::Line(LineMovement::Traffic),
        "forgiven" => MovementKind::Line(LineMovement::Forgiven),
        "write_off" => MovementKind::Line(LineMovement::WrittenOff),
        _ => MovementKind::Charged { what: charged_for() },
    })
}

fn topped_up(tables: &TablesReader<'_>, reader: &Reader, row: &EntryRow) -> Result<MovementKind, StoreError> {
    let payment = row.payment.map(|id| tables.payment(id)).transpose()?.flatten();
    let charge = payment.as_ref().and_then(|payment| payment.topup);
    let charge = charge.map(|topup| tables.automatic_charge(topup)).transpose()?.flatten();
    let method = payment.map(|payment| method(reader, &payment));
    Ok(MovementKind::ToppedUp { method, is_automatic: charge.is_some() })
}

/// Where the grant came from that expired.
fn expired_source(tables: &TablesReader<'_>, row: &EntryRow) -> Result<GrantSource, StoreError> {
    let Some(grant_no) = row.grant_no else { return Ok(GrantSource::Promotional) };
    let found = tables.grants(row.wallet_no, grant_no.checked_add(1), 1)?.rows;
    let found = found.first().filter(|grant| grant.grant_no == grant_no);
    Ok(found.map_or(GrantSource::Promotional, figures::source))
}

fn used(sold: &Sold, row: &EntryRow) -> MovementKind {
    let meter_no = row.meter_no.unwrap_or_default();
    let terms = sold.price(meter_no).map(|price| &price.terms);
    let is_by_window = matches!(terms, Some(PriceTerms::PerActiveWindow { .. }));
    match (is_by_window, row.from_at, row.to_at) {
        (true, Some(from), Some(until)) => MovementKind::ActiveTime { from, until },
        _ => MovementKind::Used {
            meter: sold.meter_slug(meter_no).map(spoken).unwrap_or_default(),
            quantity: row.quantity.unwrap_or(money::Quantity::ZERO),
        },
    }
}

/// The operator's name of a meter or of what is charged for, as a reader takes it: `image_render` is *Image render*.
pub(super) fn spoken(slug: &str) -> String {
    let words = slug.replace(['_', '-', '.'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
