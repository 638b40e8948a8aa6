//! What a subscriber bought, what he was asked to pay, and the money that came for it, as lines of his timeline and of the payments.

use book::PaidBy;
use jiff::civil::Date;
use money::{CustomerId, PurchaseId, Timestamp};
use store::tables::boletos::BoletoRow;
use store::tables::invoices::{InvoiceRow, InvoiceState};
use store::tables::settlements::{Settlement, SettlementOutcome};
use store::views::{PurchaseRow, PurchaseState};
use store::{Reader as TablesReader, StoreError};

use crate::app::App;
use crate::look::Reader;
use crate::look::page::TimelineLine;
use crate::look::page::boletos::{self, state_text};
use crate::look::page::listing::Standing;
use crate::look::part::{Place, paid_by_text};
use crate::portal::calendar::{day_bounds, day_of};
use crate::portal::monthly_invoices::month_words;
use crate::settlements::paid_otherwise;

/// The newest `limit` of each kind before a moment.
pub(super) fn read(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
    (before, limit): (Timestamp, u32),
) -> Result<Vec<TimelineLine>, StoreError> {
    let mut lines = Vec::new();
    for line in tables.every_line_of(customer)? {
        let Some(view) = tables.line_view(line.id)? else { continue };
        let url = format!("{}/{}", Place::ConsoleLines.url(), line.id);
        let login = line.access_login.unwrap_or_default();
        let nothing = PurchaseId::from_u128(0);
        let bought = tables.purchases_before(view.wallet_no, Some((before, nothing)), limit)?.rows;
        lines.extend(bought.iter().map(|row| purchase(reader, row, &login, &url)));
    }
    for row in tables.boletos_of_purchases_before(customer, before, limit)? {
        lines.push(boleto(app, tables, reader, &row)?);
    }
    let invoices = tables.invoices_made_before(customer, before, limit)?;
    lines.extend(invoices.iter().map(|row| invoice(reader, row)));
    for row in tables.settlements_before(customer, before, limit)? {
        // Attempts by card are told with all that happened to them.
        if row.paid_by != PaidBy::Card.code() {
            lines.push(settlement(tables, reader, &row)?);
        }
    }
    Ok(lines)
}

fn purchase(reader: &Reader, row: &PurchaseRow, login: &str, url: &str) -> TimelineLine {
    let standing = match row.state {
        PurchaseState::Dropped => Some(("plain", "purchase-dropped")),
        PurchaseState::WrittenOff => Some(("plain", "purchase-written-off")),
        PurchaseState::Awaiting => Some(("wait", "purchase-waits")),
        PurchaseState::Released | PurchaseState::Paid => None,
    };
    TimelineLine {
        at: row.bought_at,
        words: reader.t2(
            "timeline-purchase",
            "quantity",
            reader.volume(row.quantity),
            "price",
            reader.money(row.price),
        ),
        under: format!("{} · {login}", reader.t(super::lines::charging_text(&row.charging))),
        sum: None,
        standing: standing.map(|(tone, text)| Standing::new(tone, reader.t(text))),
        url: Some(url.to_owned()),
        receipt_url: None,
    }
}

fn boleto(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    row: &BoletoRow,
) -> Result<TimelineLine, StoreError> {
    let due: Option<Date> = row.due_on.parse().ok();
    let is_overdue = due.is_some_and(|due| due < day_of(&reader.zone, app.ledger.now()));
    let standing = boletos::Standing {
        state: row.state,
        is_overdue,
        is_still_owed: crate::documents::is_still_owed(tables, row)?,
        paid_otherwise: paid_otherwise(tables, row)?.and_then(|paid| PaidBy::from_code(&paid.paid_by)),
    };
    let day = due.and_then(|due| day_bounds(&reader.zone, due)).map(|bounds| reader.date(bounds.from));
    Ok(TimelineLine {
        at: row.created_at,
        words: reader.t2(
            "timeline-boleto",
            "number",
            row.our_number.to_string(),
            "amount",
            reader.money(row.amount),
        ),
        under: day.map(|day| reader.t1("boleto-due", "day", day)).unwrap_or_default(),
        sum: None,
        standing: Some(Standing::new(standing.tone(), reader.t(standing.text_id()))),
        url: Some(format!("{}/{}", Place::ConsoleBoletos.url(), row.id)),
        receipt_url: None,
    })
}

fn invoice(reader: &Reader, row: &InvoiceRow) -> TimelineLine {
    let (tone, text) = match row.state {
        InvoiceState::Open => ("wait", state_text(store::tables::boletos::BoletoState::Open)),
        InvoiceState::Paid => ("good", "boleto-paid"),
        InvoiceState::WrittenOff => ("plain", "boleto-written-off"),
    };
    TimelineLine {
        at: row.created_at,
        words: reader.t2("timeline-invoice", "number", row.number, "amount", reader.money(row.total)),
        under: month_words(reader.locale, &row.month),
        sum: None,
        standing: Some(Standing::new(tone, reader.t(text))),
        url: Some(format!("/console/invoices/{}", row.id)),
        receipt_url: None,
    }
}

fn settlement(
    tables: &TablesReader<'_>,
    reader: &Reader,
    row: &Settlement,
) -> Result<TimelineLine, StoreError> {
    let (tone, text) = standing(row);
    let way = reader.t(way_text(row));
    Ok(TimelineLine {
        at: row.came_at,
        words: reader.t2("timeline-payment", "amount", reader.money(row.amount), "method", way),
        under: row.reference.clone(),
        sum: None,
        standing: Some(Standing::new(tone, reader.t(text))),
        url: url(tables, row)?,
        receipt_url: None,
    })
}

/// The id of how it was paid.
pub(super) fn way_text(row: &Settlement) -> &'static str {
    // Written by us, so it is a way that we know.
    paid_by_text(PaidBy::from_code(&row.paid_by).unwrap_or(PaidBy::Hand))
}

/// Colour and word of what became of it.
pub(super) fn standing(row: &Settlement) -> (&'static str, &'static str) {
    match row.outcome {
        SettlementOutcome::Paid => ("good", "boleto-paid"),
        SettlementOutcome::Credit => ("back", "settlement-credit"),
    }
}

/// What it was for: the invoice, the boleto or the line; `None` if nothing of that is there.
pub(super) fn url(tables: &TablesReader<'_>, row: &Settlement) -> Result<Option<String>, StoreError> {
    if let Some(invoice) = row.invoice {
        return Ok(Some(format!("/console/invoices/{invoice}")));
    }
    let Some(purchase) = row.purchase else { return Ok(None) };
    if let Some(boleto) = tables.boleto_of_purchase(purchase)? {
        return Ok(Some(format!("{}/{}", Place::ConsoleBoletos.url(), boleto.id)));
    }
    let Some(bought) = tables.purchase(purchase)? else { return Ok(None) };
    let line = tables.line_view_by_wallet(bought.wallet_no)?;
    Ok(line.map(|view| format!("{}/{}", Place::ConsoleLines.url(), view.line)))
}
