//! `/v1/invoices`: what customers owe for a month, as the monthly run made it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use money::{CustomerId, InvoiceId};
use serde::{Deserialize, Serialize};
use store::tables::invoices::{InvoiceLineRow, InvoiceRow};
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, InvoicesRead};
use super::request::{Asked, Id, cursor, id, page_rows};
use super::wire::{Amount, List, time, time_if};
use crate::documents;
use crate::problem::Problem;

/// What a customer owes for a month.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Invoice {
    /// `inv_…`
    id: String,
    /// Its number, from 1 without gaps.
    number: u64,
    /// Who owes it, `cus_…`.
    customer: String,
    /// For which month.
    #[schema(example = "2026-12")]
    month: String,
    /// All that stands on it.
    total: Amount,
    /// The due day.
    #[schema(example = "2026-12-10")]
    due_on: String,
    /// `open`, `paid` or `written_off`.
    state: String,
    /// What stands on it, in order.
    lines: Vec<InvoiceLine>,
    /// The boleto that collects it, `bol_…`.
    boleto: Option<String>,
    /// Whether its boleto was written off and it is owed all the same.
    still_owed: bool,
    /// When it was made, RFC 3339.
    created_at: String,
    /// When it was paid.
    paid_at: Option<String>,
    /// How it was paid: `boleto`, `pix`, `card` or `hand`.
    paid_by: Option<String>,
}

/// One line of an invoice.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvoiceLine {
    /// `fee`, `purchase`, `adjustment` or `credit`.
    kind: String,
    /// For which line of the customer, `line_…`.
    line: String,
    /// Which purchase, `pur_…`.
    purchase: Option<String>,
    /// Bytes of the purchase.
    quantity: Option<Amount>,
    /// The plan's name, or the reason of a correction.
    what: String,
    /// How much; below zero it is taken off.
    amount: Amount,
}

impl From<InvoiceLineRow> for InvoiceLine {
    fn from(row: InvoiceLineRow) -> InvoiceLine {
        InvoiceLine {
            kind: row.kind.word().to_owned(),
            line: row.line.to_string(),
            purchase: row.purchase.map(|purchase| purchase.to_string()),
            quantity: row.quantity.map(Amount::of_bytes),
            what: row.what,
            amount: row.amount.into(),
        }
    }
}

impl Invoice {
    fn read(reader: &Reader<'_>, row: InvoiceRow) -> Result<Invoice, StoreError> {
        let lines = reader.invoice_lines(row.id)?.into_iter().map(InvoiceLine::from).collect();
        let boleto = reader.boleto_of_invoice(row.id)?;
        let still_owed = match &boleto {
            Some(boleto) => documents::is_still_owed(reader, boleto)?,
            None => false,
        };
        Ok(Invoice {
            id: row.id.to_string(),
            number: row.number,
            customer: row.customer.to_string(),
            month: row.month,
            total: row.total.into(),
            due_on: row.due_on,
            state: row.state.word().to_owned(),
            lines,
            boleto: boleto.map(|boleto| boleto.id.to_string()),
            still_owed,
            created_at: time(row.created_at),
            paid_at: time_if(row.paid_at),
            paid_by: row.paid_by,
        })
    }
}

/// Which invoices.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only this customer's, `cus_…`.
    customer: Option<String>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List invoices, newest first.
#[utoipa::path(get, path = "/v1/invoices", tag = "invoices", params(Which),
    responses((status = 200, description = "A page of invoices.", body = List<Invoice>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<InvoicesRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Invoice>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| text.parse().ok())?;
    let customer = which.customer.map(|text| id::<CustomerId>("customer", &text)).transpose()?;
    let look = move |reader: &Reader<'_>| {
        let page = match customer {
            Some(customer) => reader.invoices_of(customer, before, rows)?,
            None => reader.invoices(before, rows)?,
        };
        let data = page.rows.into_iter().map(|row| Invoice::read(reader, row)).collect::<Result<_, _>>()?;
        Ok(List { data, next_cursor: page.next.map(|id: InvoiceId| id.to_string()) })
    };
    Ok(Json(api.app.read(look).await?))
}

/// Read an invoice.
#[utoipa::path(get, path = "/v1/invoices/{id}", tag = "invoices", params(("id" = String, Path, description = "`inv_…`")),
    responses((status = 200, description = "The invoice.", body = Invoice)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<InvoicesRead>,
    Id(id): Id<InvoiceId>,
) -> Result<Json<Invoice>, Problem> {
    let look = move |reader: &Reader<'_>| {
        let row = reader.invoice(id)?;
        row.map(|row| Invoice::read(reader, row)).transpose()
    };
    api.app.read(look).await?.map(Json).ok_or_else(|| Problem::not_found("invoice"))
}
