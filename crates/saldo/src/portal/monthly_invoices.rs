//! A customer's invoices of months, their PDF, and *Desbloqueio de confiança*.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use money::{CustomerId, InvoiceId, LineId, Timestamp};
use store::tables::invoices::{InvoiceLineKind, InvoiceLineRow, InvoiceRow, InvoiceState};
use store::{Reader as TablesReader, StoreError};

use super::calendar::{day_bounds, day_of};
use super::invoices;
use super::shell::Fault;
use super::signed_in::SignedIn;
use crate::app::{App, blocking};
use crate::billing::{self, Month, Trust};
use crate::documents;
use crate::look::page::{InvoiceItem, InvoiceStanding, MonthlyInvoice, OverdueNotice, TrustSeen};
use crate::look::part::Place;
use crate::look::volume::volume;
use crate::look::{Locale, Reader, format};
use crate::problem::Problem;

/// Invoices that are shown.
const SHOWN: u32 = 24;

/// `GET /invoices/{id}/pdf`
pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let missing = || Problem::not_found("invoice");
    let id: InvoiceId = id.parse().map_err(|_| missing())?;
    let customer = signed.customer();
    let paper = app
        .read(move |tables| match tables.invoice(id)? {
            Some(row) if row.customer == customer => Ok(Some(row)),
            _ => Ok(None),
        })
        .await?
        .ok_or_else(missing)?;
    Ok(paper_of(&app, paper).await?.into_response())
}

/// An invoice as PDF, for whoever may see it.
pub(crate) async fn paper_of(app: &Arc<App>, row: InvoiceRow) -> Result<impl IntoResponse + use<>, Problem> {
    let number = row.number;
    let asked = Arc::clone(app);
    let paper = app.read(move |tables| documents::invoice_paper(&asked, tables, &row)).await?;
    let drawn = blocking(move || paper.and_then(|paper| paper.to_pdf()).map_err(|e| Problem::internal(&e)));
    let name = format!("inline; filename=\"fatura-{number}.pdf\"");
    let headers = [(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, drawn.await?))
}

/// `POST /lines/{id}/trust`
pub(super) async fn trust(
    State(app): State<Arc<App>>,
    signed: SignedIn,
    Path(id): Path<String>,
    super::form::Posted(()): super::form::Posted<()>,
) -> Result<Response, Fault> {
    let line: LineId = id.parse().map_err(|_| Problem::not_found("line"))?;
    let author = signed.visit.author(&signed.who.session);
    billing::trust(&app, author, signed.customer(), line).await?;
    Ok(Redirect::to(Place::Invoices.url()).into_response())
}

/// The newest invoices of a customer.
pub(super) fn read(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Vec<MonthlyInvoice>, StoreError> {
    let rows = tables.invoices_of(customer, None, SHOWN)?.rows;
    let mut invoices =
        rows.iter().map(|row| seen(app, tables, reader, row, now)).collect::<Result<Vec<_>, _>>()?;
    // What is overdue comes first, the oldest of it on top; the rest stays newest first.
    invoices.sort_by_key(|invoice| {
        let is_overdue = invoice.standing == InvoiceStanding::Overdue;
        (!is_overdue, invoice.due.filter(|_| is_overdue))
    });
    Ok(invoices)
}

/// An invoice as `reader` sees it.
pub(crate) fn seen(
    app: &App,
    tables: &TablesReader<'_>,
    reader: &Reader,
    row: &InvoiceRow,
    now: Timestamp,
) -> Result<MonthlyInvoice, StoreError> {
    let due: Option<Date> = row.due_on.parse().ok();
    let is_overdue = due.is_some_and(|due| due < day_of(&reader.zone, now));
    let boleto = match tables.boleto_of_invoice(row.id)? {
        Some(boleto) => Some(invoices::boleto(app, tables, reader, &boleto, now)?),
        None => None,
    };
    let lines = tables.invoice_lines(row.id)?;
    Ok(MonthlyInvoice {
        id: row.id.to_string(),
        number: row.number,
        month: month_words(reader.locale, &row.month),
        total: row.total,
        due: due.and_then(|due| day_bounds(&reader.zone, due)).map(|bounds| bounds.from),
        standing: match row.state {
            InvoiceState::Paid => InvoiceStanding::Paid { at: row.paid_at },
            InvoiceState::WrittenOff => InvoiceStanding::WrittenOff,
            InvoiceState::Open if is_overdue => InvoiceStanding::Overdue,
            InvoiceState::Open => InvoiceStanding::Open,
        },
        items: lines.iter().map(|line| item(app, reader, line)).collect(),
        boleto,
    })
}

/// A line of an invoice in words.
pub(crate) fn item(app: &App, reader: &Reader, row: &InvoiceLineRow) -> InvoiceItem {
    let words = match row.kind {
        InvoiceLineKind::Fee => reader.t1("invoice-fee", "plan", &row.what),
        InvoiceLineKind::Purchase => {
            let quantity = volume(reader.locale, app.config.brand.data_unit, row.quantity.unwrap_or(0));
            reader.t1("data-credit", "quantity", quantity)
        }
        InvoiceLineKind::Adjustment => row.what.clone(),
        InvoiceLineKind::Credit if row.amount.value() < 0 => reader.t("invoice-credit"),
        InvoiceLineKind::Credit => reader.t("invoice-credit-again"),
    };
    InvoiceItem { words, amount: row.amount }
}

/// `2026-12` in words.
pub(crate) fn month_words(locale: Locale, month: &str) -> String {
    match Month::parse(month).map(Month::first_day) {
        Some(first) => format::month(locale, first.year(), first.month()),
        None => month.to_owned(),
    }
}

/// Lines of a customer that are blocked because something is overdue, or work on trust.
pub(super) fn overdue(
    app: &App,
    tables: &TablesReader<'_>,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Vec<OverdueNotice>, StoreError> {
    let sold = app.sold();
    let mut notices = Vec::new();
    for line in tables.every_line_of(customer)? {
        let trust = match billing::trust_of(tables, line.id, now)? {
            Trust::NotBlocked => continue,
            Trust::Possible => TrustSeen::Possible,
            Trust::Used => TrustSeen::Used,
            // Nothing is left to be paid.
            Trust::Until(_) if billing::overdue_now(app, tables, &line)?.is_empty() => continue,
            Trust::Until(until) => TrustSeen::Until(until),
        };
        let plan_no = tables.line_view(line.id)?.map(|view| view.plan_no);
        let plan = plan_no.and_then(|no| sold.plan(no)).map(|plan| plan.name.clone());
        let name = plan.into_iter().chain(line.access_login).collect::<Vec<_>>().join(" · ");
        notices.push(OverdueNotice { line: line.id.to_string(), name, trust });
    }
    Ok(notices)
}
