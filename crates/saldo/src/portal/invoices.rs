//! `/invoices`: the boletos of a customer, open and paid, and what the next invoice will collect. It does not ask how his lines stand: who
//! is blocked must be able to pay.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use book::PaidBy;
use jiff::civil::Date;
use money::{BoletoId, CustomerId, Timestamp};
use serde::Deserialize;
use store::tables::bank::FindingCode;
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::settlements::SettlementOutcome;
use store::{Reader as TablesReader, StoreError};

use super::boleto_pix;
use super::calendar::{day_bounds, day_of};
use super::form::Asked;
use super::line_seen::lines;
use super::monthly_invoices;
use super::own_credit::{self, Eyes};
use super::payment_list;
use super::purchases;
use super::shell::{Fault, draw};
use super::signed_in::SignedIn;
use super::trail::Trail;
use crate::app::{App, blocking};
use crate::billing;
use crate::documents::{self, Sheet};
use crate::look::page::{
    Boleto, BoletoStanding, Invoiced, Invoices, NextInvoiceLine, Received, UnpaidPurchase,
};
use crate::look::part::{PaymentList, Place, WaitingPurchase};
use crate::look::volume::volume;
use crate::look::{Locale, Reader};
use crate::pix;
use crate::problem::Problem;

/// Boletos of one page.
const ROWS: u32 = 20;
/// Payments that are shown beside those by card.
const RECEIVED_MAX: u32 = 50;
/// Purchases of one line that are looked through.
const PURCHASES_MAX: u32 = 100;

#[derive(Deserialize)]
pub(super) struct Wanted {
    boletos: Option<String>,
    payments: Option<String>,
}

/// `GET /invoices`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let trail = Trail::parse(wanted.boletos.as_deref());
    let (asked, reader, customer) = (Arc::clone(&app), signed.reader().clone(), signed.customer());
    let is_first = trail.is_first();
    let now = app.ledger.now();
    let turned = Trail::parse(wanted.payments.as_deref());
    let is_newest = turned.is_first();
    let request_id = signed.visit.request_id().to_owned();
    let read = app.read(move |tables| {
        let invoiced = read(&asked, tables, &reader, customer, &trail, now)?;
        Ok((invoiced, card_payments(&asked, tables, &reader, customer, (&turned, &request_id))?))
    });
    let (invoiced, payments) = read.await?;
    let live = match (is_first, is_newest && !payments.rows.is_empty()) {
        (true, true) => "invoices,card-payments",
        (true, false) => "invoices",
        (false, true) => "card-payments",
        (false, false) => "",
    };
    let frame = signed.frame(&app, Place::Invoices, live);
    let csrf = signed.who.session.csrf.0.clone();
    let reader = signed.reader().clone();
    draw(StatusCode::OK, &Invoices { reader, frame, invoiced, is_first, csrf, payments, is_newest })
}

/// Attempts to pay by card, as this page shows them.
pub(super) fn card_payments(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
    (trail, request_id): (&Trail, &str),
) -> Result<PaymentList, StoreError> {
    let list = payment_list::list(app, tables, reader, customer, (Place::Invoices, trail), request_id)?;
    Ok(PaymentList { caption_id: "card-payments", ..list })
}

/// `GET /boletos/{id}/pdf`: the same title each time it is asked for (*segunda via*).
pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let missing = || Problem::not_found("boleto");
    let id: BoletoId = id.parse().map_err(|_| missing())?;
    let customer = signed.customer();
    let asked = Arc::clone(&app);
    let sheet = app
        .read(move |tables| {
            let Some(row) = tables.boleto(id)?.filter(|row| row.customer == customer) else {
                return Ok(None);
            };
            let Some(bank) = &asked.config.bank else { return Ok(None) };
            let what = collected(&asked, tables, Locale::PtBr, &row)?;
            let pt_br = Reader::new(Locale::PtBr, asked.config.brand.time_zone.clone());
            let what =
                what.map_or_else(|| pt_br.t("boleto"), |what| pt_br.t1("data-credit", "quantity", what));
            let sheet = documents::sheet(tables, bank, &pt_br.zone, (&row, what))?;
            let logo = asked.config.brand().logo_png();
            Ok(sheet.map(|sheet| (sheet.map(|sheet| Sheet { logo, ..sheet }), row.our_number)))
        })
        .await?;
    let (sheet, our_number) = sheet.ok_or_else(missing)?;
    let drawn = blocking(move || sheet.and_then(|sheet| sheet.to_pdf()).map_err(|e| Problem::internal(&e)));
    let name = format!("inline; filename=\"boleto-{our_number}.pdf\"");
    let headers = [(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, drawn.await?).into_response())
}

/// What stands on the page to which `trail` leads.
pub(super) fn read(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
    trail: &Trail,
    now: Timestamp,
) -> Result<Invoiced, StoreError> {
    let before = trail.last().and_then(|id| id.parse::<BoletoId>().ok());
    let page = tables.boletos_of(customer, before, ROWS)?;
    // Those of invoices stand with their invoices.
    let alone = page.rows.iter().filter(|row| row.invoice.is_none());
    let mut boletos =
        alone.map(|row| boleto(app, tables, reader, row, now)).collect::<Result<Vec<_>, _>>()?;
    boletos.sort_by_key(|boleto| {
        let is_overdue = matches!(boleto.standing, BoletoStanding::Overdue | BoletoStanding::StillOwed);
        (!is_overdue, boleto.due.filter(|_| is_overdue))
    });
    let is_first = trail.is_first();
    let (_, next_due) = billing::next_month(tables, &app.config.billing, &reader.zone, now)?;
    Ok(Invoiced {
        overdue: if is_first { monthly_invoices::overdue(app, tables, customer, now)? } else { Vec::new() },
        trust_days: app.config.billing.trust_days,
        trust_until: billing::trusted_until(app, now),
        months: if is_first {
            monthly_invoices::read(app, tables, reader, customer, now)?
        } else {
            Vec::new()
        },
        next_due: day_bounds(&reader.zone, next_due).map(|bounds| bounds.from),
        received: if is_first { received(tables, reader, customer)? } else { Vec::new() },
        credit: if is_first { own_credit::read(tables, reader, customer, Eyes::Customer)? } else { None },
        boletos,
        unpaid: if is_first { unpaid(app, tables, reader, customer, now)? } else { Vec::new() },
        next: if is_first { next_invoice(app, tables, reader, customer)? } else { Vec::new() },
        brand: app.config.brand().name.clone(),
        newer_url: trail.newer_url("/invoices?", "boletos"),
        older_url: page.next.map(|next| trail.older_url("/invoices?", "boletos", &next.to_string())),
    })
}

/// What came by Pix, by boleto, or was told by staff; cards have a list of their own.
fn received(
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
) -> Result<Vec<Received>, StoreError> {
    let mut received = Vec::new();
    for row in tables.settlements_of_customer(customer, RECEIVED_MAX)? {
        // Written by us, so it is a way that we know; cards have a list of their own.
        let by = PaidBy::from_code(&row.paid_by).unwrap_or(PaidBy::Hand);
        if by == PaidBy::Card && row.outcome == SettlementOutcome::Paid {
            continue;
        }
        let what = match (row.purchase, row.invoice) {
            (Some(purchase), _) => tables
                .purchase(purchase)?
                .map(|bought| reader.t1("data-credit", "quantity", reader.volume(bought.quantity))),
            (None, Some(invoice)) => tables
                .invoice(invoice)?
                .map(|invoice| reader.t1("invoice-month-title", "number", invoice.number)),
            (None, None) => None,
        };
        received.push(Received {
            what: what.unwrap_or_default(),
            by,
            reference: row.reference,
            amount: row.amount,
            at: row.came_at,
            is_credit: row.outcome == SettlementOutcome::Credit,
        });
    }
    Ok(received)
}

pub(super) fn boleto(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    row: &BoletoRow,
    now: Timestamp,
) -> Result<Boleto, StoreError> {
    let due: Option<Date> = row.due_on.parse().ok();
    let otherwise = boleto_pix::paid_otherwise(tables, row)?;
    let is_overdue = due.is_some_and(|due| due < day_of(&reader.zone, now));
    let is_still_owed = documents::is_still_owed(tables, row)?;
    let findings = tables.findings_of(row.id)?;
    let today = pix::owed_on(app.config.bank.as_ref(), row, day_of(&reader.zone, now));
    Ok(Boleto {
        id: row.id.to_string(),
        quantity: collected(app, tables, reader.locale, row)?.unwrap_or_default(),
        amount: row.amount,
        owed_today: (today != row.amount).then_some(today),
        due: due.and_then(|due| day_bounds(&reader.zone, due)).map(|bounds| bounds.from),
        standing: match row.state {
            _ if otherwise.is_some() => otherwise.unwrap_or(BoletoStanding::WrittenOff),
            BoletoState::Written | BoletoState::Sent => BoletoStanding::Registering,
            BoletoState::Rejected => BoletoStanding::Rejected,
            BoletoState::Open if is_overdue => BoletoStanding::Overdue,
            BoletoState::Open => BoletoStanding::Open,
            BoletoState::Paid => BoletoStanding::Paid { at: row.paid_at },
            BoletoState::ToWriteOff | BoletoState::WrittenOff if is_still_owed => BoletoStanding::StillOwed,
            BoletoState::ToWriteOff | BoletoState::WrittenOff => BoletoStanding::WrittenOff,
        },
        linha_digitavel: row.linha_digitavel.clone(),
        pix: boleto_pix::offered(app, tables, row, now)?,
        is_paid_twice: findings.iter().any(|finding| finding.code == FindingCode::PaidTwice),
    })
}

/// What a boleto collects, as `10,0 GB`, if it is known.
fn collected(
    app: &App,
    tables: &TablesReader<'_>,
    locale: Locale,
    row: &BoletoRow,
) -> Result<Option<String>, StoreError> {
    let purchase = match row.purchase {
        Some(id) => tables.purchase(id)?,
        None => None,
    };
    Ok(purchase.map(|bought| volume(locale, app.config.brand.data_unit, bought.quantity)))
}

/// The purchases that wait for a payment by card or Pix: at most one of each line, its newest. Boletos stand by themselves, and the next
/// invoice with what it collects.
fn unpaid(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Vec<UnpaidPurchase>, StoreError> {
    let mut unpaid = Vec::new();
    for line in lines(tables, &app.sold(), customer)? {
        let Some(row) = tables.purchases(line.row.wallet_no, 1)?.pop() else { continue };
        let waiting = purchases::waiting(tables, &row, now)?;
        let Some(waiting) = waiting.filter(WaitingPurchase::is_prompt) else { continue };
        unpaid.push(UnpaidPurchase {
            quantity: volume(reader.locale, app.config.brand.data_unit, row.quantity),
            line: line.name(),
            amount: row.price,
            bought_at: row.bought_at,
            waiting,
        });
    }
    unpaid.sort_by_key(|purchase| std::cmp::Reverse(purchase.bought_at));
    Ok(unpaid)
}

fn next_invoice(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
) -> Result<Vec<NextInvoiceLine>, StoreError> {
    let mut waiting = Vec::new();
    for line in tables.every_line_of(customer)? {
        let Some(view) = tables.line_view(line.id)? else { continue };
        for bought in tables.purchases_to_invoice(view.wallet_no, PURCHASES_MAX)? {
            waiting.push(NextInvoiceLine {
                quantity: volume(reader.locale, app.config.brand.data_unit, bought.quantity),
                amount: bought.price,
                bought_at: bought.bought_at,
            });
        }
    }
    waiting.sort_by_key(|line| std::cmp::Reverse(line.bought_at));
    Ok(waiting)
}
