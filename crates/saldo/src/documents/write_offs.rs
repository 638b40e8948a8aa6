//! A boleto that will not be paid any more: what becomes of it at the bank, and of the credit that it was to pay.
//!
//! The pack says what becomes of the credit, unless whoever writes the boleto off says something else. The bank is told with the next
//! remittance, unless it never knew the title. What it tells by itself (a title that grew too old, say) changes the boleto alone: what
//! becomes of the credit is a person's to say, who finds it among the findings.

use std::sync::Arc;

use axum::http::StatusCode;
use book::TakeBack;
use engine::Outcome;
use money::{BoletoId, CustomerId, IntentId, InvoiceId, PurchaseId, Timestamp};
use serde_json::json;
use store::tables::boletos::{BoletoRow, BoletoState};
use store::tables::intents::Intent;
use store::tables::invoices::InvoiceState;
use store::tables::lines::OnWriteOff;
use store::views::PurchaseState;
use store::{Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::intents::{self, BillStep, Wish};
use crate::lines::{self, Purchased};
use crate::problem::Problem;
use crate::{clock, ids, settlements};

/// What the audit log calls the write-off of a boleto.
pub const WRITE_OFF: &str = "boleto.write_off";

/// What a write-off of a boleto would still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closable {
    /// Where the boleto goes; `None` if it stays, for the bank wrote it off already.
    pub to: Option<BoletoState>,
    /// What is owed for it.
    pub debt: Debt,
    /// What the packs say of the credit that was released; `None` if there is none, or several say different things.
    pub said: Option<OnWriteOff>,
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
    let (debt, said) = debt(tables, boleto)?;
    Ok((to.is_some() || debt != Debt::None).then_some(Closable { to, debt, said }))
}

/// Whether a boleto is written off and what it was to pay is owed all the same: somebody chose to keep the debt, or the bank wrote it off by
/// itself and nobody has said what becomes of it. It can be paid by Pix or told by hand, and counts as any other debt until then.
pub fn is_still_owed(tables: &TablesReader<'_>, boleto: &BoletoRow) -> Result<bool, StoreError> {
    if !matches!(boleto.state, BoletoState::ToWriteOff | BoletoState::WrittenOff) {
        return Ok(false);
    }
    Ok(matches!(debt(tables, boleto)?.0, Debt::Released | Debt::Billed))
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

fn debt(tables: &TablesReader<'_>, boleto: &BoletoRow) -> Result<(Debt, Option<OnWriteOff>), StoreError> {
    if let Some(purchase) = boleto.purchase {
        let debt = debt_of_purchase(tables, purchase)?;
        let released = if debt == Debt::Released { vec![purchase] } else { Vec::new() };
        return Ok((debt, said(tables, &released)?));
    }
    let invoice = boleto.invoice.map(|id| tables.invoice(id)).transpose()?.flatten();
    let Some(invoice) = invoice.filter(|invoice| invoice.state == InvoiceState::Open) else {
        return Ok((Debt::None, None));
    };
    let mut released = Vec::new();
    for purchase in tables.invoice_lines(invoice.id)?.iter().filter_map(|line| line.purchase) {
        if debt_of_purchase(tables, purchase)? == Debt::Released {
            released.push(purchase);
        }
    }
    let debt = if released.is_empty() { Debt::Billed } else { Debt::Released };
    Ok((debt, said(tables, &released)?))
}

/// What the packs of these purchases say, if all of them say the same.
fn said(tables: &TablesReader<'_>, released: &[PurchaseId]) -> Result<Option<OnWriteOff>, StoreError> {
    let mut all = Vec::new();
    for purchase in released {
        all.extend(tables.purchase(*purchase)?.map(|purchase| purchase.pack_no));
    }
    if all.is_empty() {
        return Ok(None);
    }
    let packs = tables.packs()?;
    let mut words = packs.iter().filter(|pack| all.contains(&pack.pack_no)).map(|pack| pack.on_write_off);
    let first = words.next();
    Ok(first.filter(|first| words.all(|word| word == *first)))
}

fn debt_of_purchase(tables: &TablesReader<'_>, purchase: PurchaseId) -> Result<Debt, StoreError> {
    // An intent of the purchase's own name says that its payment is under way; this one, that its write-off is.
    for under_way in [IntentId::from_u128(purchase.as_u128()), write_off_intent(purchase)] {
        if tables.intent(under_way)?.is_some() {
            return Ok(Debt::None);
        }
    }
    Ok(match tables.purchase(purchase)?.map(|purchase| purchase.state) {
        Some(PurchaseState::Released) => Debt::Released,
        Some(PurchaseState::Awaiting) => Debt::Awaiting,
        _ => Debt::None,
    })
}

/// Writes a boleto off, and what is owed for it: as `chosen`, or as the pack says.
pub async fn write_off(
    app: &Arc<App>,
    author: Author,
    id: BoletoId,
    chosen: Option<OnWriteOff>,
) -> Result<(), Problem> {
    let at = app.ledger.now();
    let written = app.write_or_refuse(move |tx| write_off_in(tx, &author, id, chosen, at)).await?;
    finish_write_off(app, &written).await
}

/// A boleto that was written off in the tables.
#[derive(Clone, Debug)]
pub(crate) struct WrittenOff {
    /// The boleto as it is now.
    pub(crate) boleto: BoletoRow,
    /// What becomes of what is owed for it; `None` where there was nothing to decide.
    pub(crate) rule: Option<OnWriteOff>,
    /// What the book is still to be asked.
    intents: Vec<Intent>,
}

impl WrittenOff {
    /// Whether something is still to be booked.
    pub(crate) fn asks_book(&self) -> bool {
        !self.intents.is_empty()
    }
}

/// As [`write_off`], in a transaction of the caller's, who sees to it that it is finished. `at` is the book's time.
pub(crate) fn write_off_in(
    tx: &Tx<'_>,
    author: &Author,
    id: BoletoId,
    chosen: Option<OnWriteOff>,
    at: Timestamp,
) -> Result<WrittenOff, Problem> {
    let boleto = tx.boleto(id)?.ok_or_else(|| Problem::not_found("boleto"))?;
    let closable = closable(tx, &boleto)?.ok_or_else(closed)?;
    let rule = rule(closable, chosen)?;
    let intents = close(tx, &boleto, closable, rule, clock::now())?;
    let state = closable.to.unwrap_or(boleto.state);
    let change = Change::new(WRITE_OFF, id).before(&json!({"state": boleto.state.word()}))?.after(
        &json!({"state": state.word(), "on_write_off": rule.map(OnWriteOff::word), "at": at.to_string()}),
    )?;
    author.note(tx, &change)?;
    Ok(WrittenOff { boleto: BoletoRow { state, ..boleto }, rule, intents })
}

/// Asks the book for what is left of a write-off.
pub(crate) async fn finish_write_off(app: &Arc<App>, written: &WrittenOff) -> Result<(), Problem> {
    let outcomes = intents::send(app, &written.intents).await?;
    if let Some(Outcome::Decided { entry, .. } | Outcome::Repeated { entry }) = outcomes.last() {
        app.wait_projected(entry.position(), lines::SHOW_PATIENCE).await;
    }
    app.live.notify(written.boleto.customer);
    Ok(())
}

fn closed() -> Problem {
    let detail = "The boleto is paid or written off already. Nothing was changed.";
    Problem::new(StatusCode::CONFLICT, "boleto_closed", detail)
}

/// What becomes of what is owed; `None` where there is no credit to decide upon and nothing was chosen.
fn rule(closable: Closable, chosen: Option<OnWriteOff>) -> Result<Option<OnWriteOff>, Problem> {
    let rule = chosen.or(closable.said);
    match (closable.debt, rule) {
        (Debt::Released, None) => {
            let detail = "on_write_off must be take_back, keep_debt or leave: the packs of this invoice say different things.";
            Err(Problem::invalid("on_write_off", "on_write_off_missing", detail))
        }
        // Nothing is left to change: the boleto is closed, and the debt stays as it is.
        (_, Some(OnWriteOff::KeepDebt)) if closable.to.is_none() => Err(closed()),
        (Debt::Released | Debt::Billed, rule) => Ok(rule),
        (Debt::None | Debt::Awaiting, _) => Ok(None),
    }
}

/// The part of it that is in the tables, and what the book is to be asked.
fn close(
    tx: &Tx<'_>,
    boleto: &BoletoRow,
    Closable { to, debt, .. }: Closable,
    rule: Option<OnWriteOff>,
    now: Timestamp,
) -> Result<Vec<Intent>, Problem> {
    if let Some(to) = to {
        tx.set_boleto_state(boleto.id, to, None, None)?;
    }
    let take_back = match rule {
        Some(OnWriteOff::KeepDebt) => return Ok(Vec::new()),
        Some(OnWriteOff::TakeBack) => TakeBack::Rest,
        Some(OnWriteOff::Leave) | None => TakeBack::Nothing,
    };
    let wishes = match (debt, boleto.purchase, boleto.invoice) {
        (Debt::None, ..) | (_, None, None) => Vec::new(),
        (_, Some(purchase), _) => {
            of_purchase(tx, boleto.customer, purchase, take_back)?.into_iter().collect()
        }
        (_, None, Some(invoice)) => of_invoice(tx, boleto.customer, invoice, take_back)?,
    };
    let named = |wish: &Wish| match wish {
        Wish::WriteOff { purchase, .. } => write_off_intent(*purchase),
        _ => IntentId::from_u128(ids::fresh()),
    };
    let intents: Vec<Intent> = wishes.iter().map(|wish| wish.intent(named(wish), now)).collect();
    intents.iter().try_for_each(|intent| tx.insert_intent(intent))?;
    Ok(intents)
}

/// What the write-off of a purchase is called: two that come at the same moment are one.
fn write_off_intent(purchase: PurchaseId) -> IntentId {
    let name = settlements::name(&[b"write_off", &purchase.as_u128().to_be_bytes()]);
    IntentId::from_u128(name.as_u128())
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
