//! `/v1/boletos`: what banks collect, for purchases and for invoices.

use std::sync::{Arc, mpsc};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use money::{BoletoId, CustomerId};
use serde::{Deserialize, Serialize};
use store::tables::boletos::{self, BoletoRow};
use store::{Reader, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::access::{By, InvoicesRead, InvoicesWrite};
use super::once::{Answer, Wish};
use super::packs::OnWriteOff;
use super::request::{Asked, Body, Id, IdempotencyKey, cursor, id, page_rows};
use super::wire::{Amount, List, time, time_if};
use crate::documents;
use crate::problem::Problem;

/// What became of a boleto.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BoletoState {
    /// It is written; the bank does not know it yet.
    Written,
    /// It was sent to the bank.
    Sent,
    /// The bank refused it.
    Rejected,
    /// The bank has registered it: it is payable.
    Open,
    /// It was paid.
    Paid,
    /// It was given up; the bank is still to be told.
    ToWriteOff,
    /// It will not be paid any more.
    WrittenOff,
}

impl From<BoletoState> for boletos::BoletoState {
    fn from(state: BoletoState) -> boletos::BoletoState {
        match state {
            BoletoState::Written => boletos::BoletoState::Written,
            BoletoState::Sent => boletos::BoletoState::Sent,
            BoletoState::Rejected => boletos::BoletoState::Rejected,
            BoletoState::Open => boletos::BoletoState::Open,
            BoletoState::Paid => boletos::BoletoState::Paid,
            BoletoState::ToWriteOff => boletos::BoletoState::ToWriteOff,
            BoletoState::WrittenOff => boletos::BoletoState::WrittenOff,
        }
    }
}

impl From<boletos::BoletoState> for BoletoState {
    fn from(state: boletos::BoletoState) -> BoletoState {
        match state {
            boletos::BoletoState::Written => BoletoState::Written,
            boletos::BoletoState::Sent => BoletoState::Sent,
            boletos::BoletoState::Rejected => BoletoState::Rejected,
            boletos::BoletoState::Open => BoletoState::Open,
            boletos::BoletoState::Paid => BoletoState::Paid,
            boletos::BoletoState::ToWriteOff => BoletoState::ToWriteOff,
            boletos::BoletoState::WrittenOff => BoletoState::WrittenOff,
        }
    }
}

/// A title at a bank.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Boleto {
    /// `bol_…`
    id: String,
    /// Who owes it, `cus_…`.
    customer: String,
    /// The purchase that it collects, `pur_…`.
    purchase: Option<String>,
    /// The invoice that it collects, `inv_…`.
    invoice: Option<String>,
    /// *Nosso número*, without the bank's digits around it.
    nosso_numero: u64,
    /// 47 digits with dots and blanks, as people type them.
    linha_digitavel: String,
    /// The 44 digits of its bars.
    barcode: String,
    /// What is owed.
    amount: Amount,
    /// The due day.
    #[schema(example = "2026-11-26")]
    due_on: String,
    /// What became of it. It can be paid when it is `open`.
    state: BoletoState,
    /// When it was written, RFC 3339.
    created_at: String,
    /// When the bank registered it.
    registered_at: Option<String>,
    /// When it was paid.
    paid_at: Option<String>,
    /// What was paid.
    paid_amount: Option<Amount>,
    /// Whether it was written off and what it was to pay is owed all the same: no bank takes the money any more, a Pix or staff do.
    still_owed: bool,
}

impl Boleto {
    fn read(reader: &Reader<'_>, row: BoletoRow) -> Result<Boleto, StoreError> {
        let still_owed = documents::is_still_owed(reader, &row)?;
        let paid = row.paid_amount.map(|value| money::Amount::new(value, row.amount.unit()));
        Ok(Boleto {
            id: row.id.to_string(),
            customer: row.customer.to_string(),
            purchase: row.purchase.map(|purchase| purchase.to_string()),
            invoice: row.invoice.map(|invoice| invoice.to_string()),
            nosso_numero: row.our_number,
            linha_digitavel: row.linha_digitavel,
            barcode: row.barcode,
            amount: row.amount.into(),
            due_on: row.due_on,
            state: row.state.into(),
            created_at: time(row.created_at),
            registered_at: time_if(row.registered_at),
            paid_at: time_if(row.paid_at),
            paid_amount: paid.map(Amount::from),
            still_owed,
        })
    }
}

/// Which boletos.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only this customer's, `cus_…`.
    customer: Option<String>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<BoletoState>,
    /// Rows wanted, 1 to 200; 50 if nothing is said.
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List boletos, newest first.
#[utoipa::path(get, path = "/v1/boletos", tag = "boletos", params(Which),
    responses((status = 200, description = "A page of boletos.", body = List<Boleto>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    _by: By<InvoicesRead>,
    Asked(which): Asked<Which>,
) -> Result<Json<List<Boleto>>, Problem> {
    let rows = page_rows(which.limit)?;
    let before = cursor(which.cursor.as_deref(), |text| text.parse().ok())?;
    let customer = which.customer.map(|text| id::<CustomerId>("customer", &text)).transpose()?;
    let state = which.state.map(boletos::BoletoState::from);
    let look = move |reader: &Reader<'_>| {
        let page = reader.boletos_page(customer, state, before, rows)?;
        let data = page.rows.into_iter().map(|row| Boleto::read(reader, row)).collect::<Result<_, _>>()?;
        Ok(List { data, next_cursor: page.next.map(|id| id.to_string()) })
    };
    Ok(Json(api.app.read(look).await?))
}

/// Read a boleto.
#[utoipa::path(get, path = "/v1/boletos/{id}", tag = "boletos", params(("id" = String, Path, description = "`bol_…`")),
    responses((status = 200, description = "The boleto.", body = Boleto)))]
pub(super) async fn get(
    State(api): State<Arc<Api>>,
    _by: By<InvoicesRead>,
    Id(id): Id<BoletoId>,
) -> Result<Json<Boleto>, Problem> {
    let look = move |reader: &Reader<'_>| {
        let row = reader.boleto(id)?;
        row.map(|row| Boleto::read(reader, row)).transpose()
    };
    api.app.read(look).await?.map(Json).ok_or_else(|| Problem::not_found("boleto"))
}

/// What becomes of what a boleto was to pay.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WriteOffWanted {
    /// What becomes of credit that was released; as its pack says, if nothing is said. It must be said where an invoice has packs that say
    /// different things. Where there is no credit, what the invoice bills is written off, unless it is `keep_debt`.
    on_write_off: Option<OnWriteOff>,
}

/// Write a boleto off. The bank is told with the next remittance, unless it never knew it. Credit that waits for the payment is not
/// released any more.
#[utoipa::path(post, path = "/v1/boletos/{id}/write-off", tag = "boletos", request_body = WriteOffWanted,
    params(("id" = String, Path, description = "`bol_…`")),
    responses((status = 200, description = "The boleto as it is now.", body = Boleto),
        (status = 409, description = "`boleto_closed`: it is paid or written off already, and nothing is owed for it.")))]
pub(super) async fn write_off(
    State(api): State<Arc<Api>>,
    by: By<InvoicesWrite>,
    key: IdempotencyKey,
    Id(id): Id<BoletoId>,
    Body(wanted): Body<WriteOffWanted>,
) -> Result<Answer, Problem> {
    let wish = Wish::new(by.key.id, "POST /v1/boletos/{id}/write-off", key, &(id.to_string(), &wanted))?;
    let (chosen, now) = (wanted.on_write_off.map(Into::into), api.app.ledger.now());
    // What a transaction said that was tried again counts for nothing: the last one was kept.
    let (tell, told) = mpsc::channel();
    let answer = wish
        .write(&api, StatusCode::OK, move |tx| {
            let written = documents::write_off_in(tx, &by.author, id, chosen, now)?;
            let answer = Boleto::read(tx, written.boleto.clone())?;
            tell.send(written).map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
            Ok(answer)
        })
        .await?;
    if let Some(written) = told.try_iter().last().filter(|_| answer.first) {
        documents::finish_write_off(&api.app, &written).await?;
    }
    Ok(answer)
}
