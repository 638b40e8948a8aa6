//! A boleto that will not be paid any more: what becomes of it at the bank, and of the credit that it was to pay.
//!
//! Staff decide both at once. The bank is told with the next remittance, unless it never knew the title. What it tells by itself
//! (a title that grew too old, say) changes the boleto alone: what becomes of the credit is a person's to say, who finds it
//! among the findings.

use std::sync::Arc;

use axum::http::StatusCode;
use book::TakeBack;
use money::{BoletoId, CustomerId, IntentId, InvoiceId, PurchaseId, Timestamp};
use serde_json::json;
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::intents::Intent;
use store::tables::invoices::InvoiceState;
use store::views::PurchaseState;
use store::{Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::intents::{self, BillStep, Wish};
use crate::lines::Purchased;
use crate::problem::Problem;
use crate::{clock, ids};

/// What a write-off of a boleto would still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closable {
    /// Where the boleto goes; `None` if it stays, for the bank wrote it off already.
    pub to: Option<BoletoState>,
    /// What is owed for it.
    pub debt: Debt,
}

/// What is owed for a boleto.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debt {
    /// Nothing.
    None,
    /// Credit that was released and is not paid, with or without more on the same invoice.
    Released,
    /// Credit that waits for the payment.
    Awaiting,
    /// What stands on an invoice without any credit.
    Billed,
}

/// What a write-off of this boleto would change; `None` if it is paid, or all of it is done.
pub fn closable(tables: &TablesReader<'_>, boleto: &BoletoRow) -> Result<Option<Closable>, StoreError> {
    if boleto.state == BoletoState::Paid {
        return Ok(None);
    }
    let to = written_off_to(boleto.state);
    let debt = debt(tables, boleto)?;
    Ok((to.is_some() || debt != Debt::None).then_some(Closable { to, debt }))
}

/// Where a boleto in this state goes when nobody is to pay it any more; `None` if it stays.
pub fn written_off_to(state: BoletoState) -> Option<BoletoState> {
    match state {
        // The bank never held it.
        BoletoState::Written | BoletoState::Rejected => Some(BoletoState::WrittenOff),
        BoletoState::Sent | BoletoState::Open => Some(BoletoState::ToWriteOff),
        BoletoState::Paid | BoletoState::ToWriteOff | BoletoState::WrittenOff => None,
    }
}

fn debt(tables: &TablesReader<'_>, boleto: &BoletoRow) -> Result<Debt, StoreError> {
    if let Some(purchase) = boleto.purchase {
        return debt_of_purchase(tables, purchase);
    }
    let invoice = boleto.invoice.map(|id| tables.invoice(id)).transpose()?.flatten();
    let Some(invoice) = invoice.filter(|invoice| invoice.state == InvoiceState::Open) else {
        return Ok(Debt::None);
    };
    for purchase in tables.invoice_lines(invoice.id)?.iter().filter_map(|line| line.purchase) {
        if debt_of_purchase(tables, purchase)? == Debt::Released {
            return Ok(Debt::Released);
        }
    }
    Ok(Debt::Billed)
}

fn debt_of_purchase(tables: &TablesReader<'_>, purchase: PurchaseId) -> Result<Debt, StoreError> {
    // An intent of the purchase's own name says that its payment is under way.
    if tables.intent(IntentId::from_u128(purchase.as_u128()))?.is_some() {
        return Ok(Debt::None);
    }
    Ok(match tables.purchase(purchase)?.map(|purchase| purchase.state) {
        Some(PurchaseState::Released) => Debt::Released,
        Some(PurchaseState::Awaiting) => Debt::Awaiting,
        _ => Debt::None,
    })
}

/// Writes a boleto off, and what is owed for it.
pub async fn write_off(
    app: &Arc<App>,
    author: Author,
    id: BoletoId,
    take_back: TakeBack,
) -> Result<(), Problem> {
    let now = clock::now();
    let (customer, intents) = app
        .write_or_refuse(move |tx| {
            let boleto = tx.boleto(id)?.ok_or_else(|| Problem::not_found("boleto"))?;
            let (to, intents) = close(tx, &boleto, take_back, now)?;
            let change = Change::new("boleto.write_off", id)
                .before(&json!({"state": boleto.state.word()}))?
                .after(&json!({"state": to.word(), "takes_back": take_back == TakeBack::Rest}))?;
            author.note(tx, &change)?;
            Ok((boleto.customer, intents))
        })
        .await?;
    intents::send(app, &intents).await?;
    app.live.notify(customer);
    Ok(())
}

/// The part of it that is in the tables: the state it has now, and what the book is to be asked.
fn close(
    tx: &Tx<'_>,
    boleto: &BoletoRow,
    take_back: TakeBack,
    now: Timestamp,
) -> Result<(BoletoState, Vec<Intent>), Problem> {
    let Some(Closable { to, debt }) = closable(tx, boleto)? else {
        let detail = "The boleto is paid or written off already. Nothing was changed.";
        return Err(Problem::new(StatusCode::CONFLICT, "boleto_closed", detail));
    };
    if let Some(to) = to {
        tx.set_boleto_state(boleto.id, to, None, None)?;
    }
    let wishes = match (debt, boleto.purchase, boleto.invoice) {
        (Debt::None, ..) | (_, None, None) => Vec::new(),
        (_, Some(purchase), _) => {
            of_purchase(tx, boleto.customer, purchase, take_back)?.into_iter().collect()
        }
        (_, None, Some(invoice)) => of_invoice(tx, boleto.customer, invoice, take_back)?,
    };
    let intents: Vec<Intent> =
        wishes.iter().map(|wish| wish.intent(IntentId::from_u128(ids::fresh()), now)).collect();
    intents.iter().try_for_each(|intent| tx.insert_intent(intent))?;
    Ok((to.unwrap_or(boleto.state), intents))
}

/// What the book is to be asked of a purchase; nothing if nothing is owed for it.
fn of_purchase(
    tx: &Tx<'_>,
    customer: CustomerId,
    purchase: PurchaseId,
    take_back: TakeBack,
) -> Result<Option<Wish>, Problem> {
    let take_back = match debt_of_purchase(tx, purchase)? {
        Debt::Released => Some(take_back),
        Debt::Awaiting => None,
        Debt::None | Debt::Billed => return Ok(None),
    };
    let owed = tx.owed(purchase)?.ok_or_else(|| Problem::not_found("purchase"))?;
    let purchased = serde_json::from_str::<Purchased>(&owed.payload).map_err(anyhow::Error::new);
    let (wallet, _) =
        purchased.and_then(|purchased| purchased.read()).map_err(|error| Problem::internal(&error))?;
    Ok(Some(Wish::WriteOff { wallet, customer, purchase, take_back }))
}

/// Writes an invoice off, and says what the book is to be asked of each of its lines.
fn of_invoice(
    tx: &Tx<'_>,
    customer: CustomerId,
    invoice: InvoiceId,
    take_back: TakeBack,
) -> Result<Vec<Wish>, Problem> {
    tx.set_invoice_state(invoice, InvoiceState::WrittenOff, None)?;
    let mut wishes = Vec::new();
    for line in tx.invoice_lines(invoice)? {
        match line.purchase {
            Some(purchase) => wishes.extend(of_purchase(tx, customer, purchase, take_back)?),
            None => {
                let wallet = tx.line(line.line)?.ok_or_else(|| Problem::not_found("line"))?.wallet;
                wishes.push(Wish::Bill { wallet, customer, amount: line.amount, step: BillStep::WrittenOff });
            }
        }
    }
    Ok(wishes)
}
