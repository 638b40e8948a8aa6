//! `/console/invoices/{id}`: what stands on an invoice, and money for it that came in another way.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use book::PaidBy;
use brazil::document::TaxId;
use money::InvoiceId;
use serde::Deserialize;
use serde_json::json;
use store::tables::invoices::{InvoiceRow, InvoiceState};

use crate::app::App;
use crate::audit::Change;
use crate::customers::is_unprintable;
use crate::intents;
use crate::look::page::ConsoleInvoice;
use crate::look::part::Place;
use crate::permissions::Permission;
use crate::portal::monthly_invoices::{paper_of, seen};
use crate::portal::{Fault, Posted, StaffIn, draw};
use crate::problem::Problem;
use crate::settlements::{self, Came, Owing, Settled};

/// What the audit log calls that staff told of a payment of an invoice.
pub(super) const SETTLED: &str = "invoice.settle";
/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 120;

#[derive(Deserialize)]
pub(super) struct Sent {
    reason: String,
}

/// `GET /console/invoices/{id}`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let row = find(&app, &id).await?;
    show(&app, &staff, row, None).await
}

/// `GET /console/invoices/{id}/pdf`
pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    staff.must(Permission::SeeCustomers)?;
    let row = find(&app, &id).await?;
    Ok(paper_of(&app, row).await?.into_response())
}

/// `POST /console/invoices/{id}/payment`: everything on it was paid, outside the bank and Pix.
pub(super) async fn settle(
    State(app): State<Arc<App>>,
    staff: StaffIn,
    Path(id): Path<String>,
    Posted(Sent { reason }): Posted<Sent>,
) -> Result<Response, Fault> {
    staff.must(Permission::SettleByHand)?;
    let row = find(&app, &id).await?;
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.contains(is_unprintable) {
        let words = staff.visit.reader().t("settle-needs-reason");
        return show(&app, &staff, row, Some(words)).await;
    }
    let author = staff.visit.author(&staff.who.session);
    let (invoice, at) = (row.id, app.ledger.now());
    let change = Change::new(SETTLED, invoice).after(&json!({"reason": reason}))?;
    let settled = app
        .write_or_refuse(move |tx| {
            let open = tx.invoice(invoice)?.filter(|row| row.state == InvoiceState::Open);
            let Some(row) = open else {
                let detail = "This invoice is not open any more. Nothing was changed.";
                return Err(Problem::new(StatusCode::CONFLICT, "invoice_not_open", detail));
            };
            author.note(tx, &change)?;
            let id = settlements::name(&[b"hand", &invoice.as_u128().to_be_bytes()]);
            let what = Owing::Invoice(invoice);
            let came = Came { id, what, boleto: None, by: PaidBy::Hand, amount: row.total, late_fee: 0, at };
            Ok(settlements::settle(tx, &came)?)
        })
        .await?;
    if let Settled::Paid(intents) | Settled::Credit(intents) = settled {
        intents::send(&app, &intents).await?;
    }
    app.live.notify(row.customer);
    Ok(Redirect::to(&format!("/console/invoices/{invoice}")).into_response())
}

async fn find(app: &Arc<App>, id: &str) -> Result<InvoiceRow, Problem> {
    let missing = || Problem::not_found("invoice");
    let id: InvoiceId = id.parse().map_err(|_| missing())?;
    app.read(move |tables| tables.invoice(id)).await?.ok_or_else(missing)
}

async fn show(
    app: &Arc<App>,
    staff: &StaffIn,
    row: InvoiceRow,
    problem: Option<String>,
) -> Result<Response, Fault> {
    let reader = staff.visit.reader().clone();
    let may_settle = row.state == InvoiceState::Open && staff.may(Permission::SettleByHand);
    let (asked, eyes, now, customer_id) = (Arc::clone(app), reader.clone(), app.ledger.now(), row.customer);
    let (invoice, customer) = app
        .read(move |tables| {
            let name = tables.customer(row.customer)?.map(|customer| customer.name).unwrap_or_default();
            let document = tables.payer(row.customer)?.map(|payer| payer.document).unwrap_or_default();
            let document = TaxId::parse(&document).map(|id| id.to_string()).unwrap_or(document);
            Ok((seen(&asked, tables, &eyes, &row, now)?, (name, document)))
        })
        .await?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = staff.visit.frame(app, Some(Place::ConsoleBilling));
    let customer_url = format!("/console/customers/{customer_id}");
    draw(status, &ConsoleInvoice { reader, frame, customer, customer_url, invoice, may_settle, problem })
}
