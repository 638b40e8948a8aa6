//! What stands on an invoice: the fees of a customer's lines, what was bought on the next invoice, and corrections.

use std::sync::Arc;

use book::{BillItem, LineStatus, PaidBy, Refusal};
use money::{AdjustmentId, Amount, CustomerId, IntentId, InvoiceId, Timestamp, Unit};
use serde_json::json;
use store::tables::intents::Intent;
use store::tables::invoices::{
    AdjustmentRow, BillingRun, InvoiceLineKind, InvoiceLineRow, InvoiceRow, InvoiceState,
};
use store::tables::lines::{LineEntry, PlanRow};
use store::{Reader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::config::Bank;
use crate::customers::is_unprintable;
use crate::documents::{Collected, write_boleto};
use crate::intents::{BillStep, Wish};
use crate::problem::Problem;
use crate::settlements::{self, Owing};
use crate::sold::Sold;
use crate::{clock, ids, notices, overpaid};

/// Purchases of one line that one invoice collects; what is beyond waits for the next.
const PURCHASES_MAX: u32 = 500;
/// Corrections that one invoice collects; what is beyond waits for the next.
const ADJUSTMENTS_MAX: u32 = 100;
/// A cent, in smallest steps.
const CENT: i64 = 10_000;
/// Longest reason of a correction, in characters.
const REASON_CHARS_MAX: usize = 120;
/// The largest correction, in smallest steps: a million.
const ADJUSTMENT_MAX: i64 = 1_000_000_000_000;

/// What one invoice asks for.
pub(super) struct Made {
    /// What the book is to be asked.
    pub(super) intents: Vec<Intent>,
    /// Whether there is an invoice.
    pub(super) is_made: bool,
}

/// A line of the invoice being made, with what the book is told of it.
struct Drafted {
    entry: LineEntry,
    row: InvoiceLineRow,
    item: Option<BillItem>,
}

/// Makes a customer's invoice of a run, unless he has one for the month or owes nothing.
pub(super) fn make(
    tx: &Tx<'_>,
    sold: &Sold,
    bank: Option<&Bank>,
    (customer, run, opened_before): (CustomerId, &BillingRun, Timestamp),
    now: Timestamp,
) -> Result<Made, StoreError> {
    let nothing = Made { intents: Vec::new(), is_made: false };
    if tx.invoice_of_month(customer, &run.month)?.is_some() {
        return Ok(nothing);
    }
    let id = InvoiceId::from_u128(ids::fresh());
    let Some(draft) = draft(tx, sold, (customer, opened_before), id)? else { return Ok(nothing) };
    let Draft { lines: mut drafted, corrected, credit, total } = draft;
    let mut invoice = InvoiceRow {
        id,
        number: 0,
        customer,
        month: run.month.clone(),
        total,
        due_on: run.due_on.clone(),
        state: InvoiceState::Open,
        created_at: now,
        paid_at: None,
        paid_by: None,
    };
    invoice.number = tx.insert_invoice(&invoice)?;
    for Corrected { adjustment, amount } in &corrected {
        bear(tx, adjustment, id, *amount)?;
    }
    let mut intents = credit.book(tx, customer, id, now)?;
    for (place, line) in (1_u32..).zip(&mut drafted) {
        line.row.ordinal = place;
        tx.insert_invoice_line(&line.row)?;
        if let Some(item) = line.item {
            let billed = owed(&line.entry, item, line.row.amount);
            tx.insert_intent(&billed)?;
            intents.push(billed);
        }
    }
    match bank {
        // What corrections have made up for is paid at once.
        _ if total.value() == 0 => intents.extend(settlements::pay_invoice(tx, &invoice, PaidBy::Hand, now)?),
        Some(bank) => collect_by_boleto(tx, bank, &invoice, now)?,
        None => {}
    }
    notices::invoice_made(tx, &invoice)?;
    Ok(Made { intents, is_made: true })
}

/// An invoice that is not written down yet.
struct Draft {
    lines: Vec<Drafted>,
    corrected: Vec<Corrected>,
    credit: CreditTaken,
    total: Amount,
}

/// What a customer's invoice would come to if it were made now; `None` if he owes nothing.
pub(super) fn would_come_to(
    tables: &Reader<'_>,
    sold: &Sold,
    customer: CustomerId,
    opened_before: Timestamp,
) -> Result<Option<Amount>, StoreError> {
    let draft = draft(tables, sold, (customer, opened_before), InvoiceId::from_u128(0))?;
    Ok(draft.map(|draft| draft.total))
}

/// All that would stand on a customer's invoice; `None` if he owes nothing.
fn draft(
    tables: &Reader<'_>,
    sold: &Sold,
    (customer, opened_before): (CustomerId, Timestamp),
    id: InvoiceId,
) -> Result<Option<Draft>, StoreError> {
    let mut lines = collect(tables, sold, (customer, opened_before), id)?;
    let Some(unit) = lines.first().map(|first| first.row.amount.unit()) else { return Ok(None) };
    lines.retain(|line| {
        let same = line.row.amount.unit() == unit;
        if !same {
            tracing::error!(line = %line.row.line, "what is owed for this line is in another currency than the rest: it waits");
        }
        same
    });
    let corrected = correct(tables, customer, (id, unit), &mut lines)?;
    let credit = take_credit(tables, customer, (id, unit), &mut lines)?;
    let total: i64 = lines.iter().map(|line| line.row.amount.value()).sum();
    Ok(Some(Draft { lines, corrected, credit, total: Amount::new(total, unit) }))
}

/// Fees and purchases of all lines, fees first. However many lines there are: what an invoice passes over, no later one finds. A line
/// that was opened after the month, or whose plan had no fee then, pays none of it, should the month be run late.
fn collect(
    tables: &Reader<'_>,
    sold: &Sold,
    (customer, opened_before): (CustomerId, Timestamp),
    invoice: InvoiceId,
) -> Result<Vec<Drafted>, StoreError> {
    let (mut fees, mut purchases) = (Vec::new(), Vec::new());
    for entry in tables.every_line_of(customer)? {
        let Some(view) = tables.line_view(entry.id)? else { continue };
        let row = |kind, what: &str, amount| InvoiceLineRow {
            invoice,
            ordinal: 0,
            kind,
            line: entry.id,
            purchase: None,
            quantity: None,
            what: what.to_owned(),
            amount,
        };
        let plan = sold.plan(view.plan_no).filter(|plan| plan.fee.value() > 0);
        let had_fee = |plan: &&PlanRow| plan.fee_since.is_none_or(|since| since < opened_before);
        let plan = plan.filter(|_| view.opened_at < opened_before).filter(had_fee);
        if let Some(plan) = plan.filter(|_| view.status != LineStatus::Cancelled.code()) {
            let row = row(InvoiceLineKind::Fee, &plan.name, plan.fee);
            fees.push(Drafted { entry: entry.clone(), row, item: Some(BillItem::Fee) });
        }
        for bought in tables.purchases_to_invoice(view.wallet_no, PURCHASES_MAX)? {
            let row = InvoiceLineRow {
                purchase: Some(bought.purchase),
                quantity: Some(bought.quantity),
                ..row(InvoiceLineKind::Purchase, "", bought.price)
            };
            purchases.push(Drafted { entry: entry.clone(), row, item: None });
        }
    }
    fees.append(&mut purchases);
    Ok(fees)
}

/// A correction and how much of it an invoice bears.
struct Corrected {
    adjustment: AdjustmentRow,
    amount: i64,
}

/// Adds the corrections that wait, as far as the invoice is not below zero with them.
fn correct(
    tables: &Reader<'_>,
    customer: CustomerId,
    (invoice, unit): (InvoiceId, Unit),
    drafted: &mut Vec<Drafted>,
) -> Result<Vec<Corrected>, StoreError> {
    let Some(entry) = drafted.first().map(|line| line.entry.clone()) else { return Ok(Vec::new()) };
    let mut waiting = tables.adjustments_waiting(customer, ADJUSTMENTS_MAX)?;
    waiting.retain(|adjustment| adjustment.amount.unit() == unit);
    // What is added comes first, so that as much as possible can be taken off.
    waiting.sort_by_key(|adjustment| (adjustment.amount.value() < 0, adjustment.id));
    let mut corrected = Vec::new();
    for adjustment in waiting {
        let total: i64 = drafted.iter().map(|line| line.row.amount.value()).sum();
        let amount = adjustment.amount.value().max(-total);
        if amount == 0 {
            continue;
        }
        let row = InvoiceLineRow {
            invoice,
            ordinal: 0,
            kind: InvoiceLineKind::Adjustment,
            line: entry.id,
            purchase: None,
            quantity: None,
            what: adjustment.reason.clone(),
            amount: Amount::new(amount, unit),
        };
        drafted.push(Drafted { entry: entry.clone(), row, item: Some(BillItem::Adjustment) });
        corrected.push(Corrected { adjustment, amount });
    }
    Ok(corrected)
}

/// What an invoice takes of a customer's credit, and which credit it asks for again.
struct CreditTaken {
    taken: Amount,
    asked_again: Vec<IntentId>,
}

/// Takes the customer's credit off, as far as the invoice is not below zero with it. What an older invoice took off in vain comes first.
fn take_credit(
    tables: &Reader<'_>,
    customer: CustomerId,
    (invoice, unit): (InvoiceId, Unit),
    drafted: &mut Vec<Drafted>,
) -> Result<CreditTaken, StoreError> {
    let nothing = CreditTaken { taken: Amount::zero(unit), asked_again: Vec::new() };
    let Some(entry) = drafted.first().map(|line| line.entry.clone()) else { return Ok(nothing) };
    let mut asked_again = Vec::new();
    for vain in tables.overpaid_to_charge(customer, ADJUSTMENTS_MAX)? {
        if vain.amount.unit() == unit {
            drafted.push(credit_line(&entry, invoice, Amount::new(-vain.amount.value(), unit)));
            asked_again.push(vain.id);
        }
    }
    let total: i64 = drafted.iter().map(|line| line.row.amount.value()).sum();
    let taken = overpaid::left(tables, customer, unit)?.value().min(total);
    if taken > 0 {
        drafted.push(credit_line(&entry, invoice, Amount::new(-taken, unit)));
    }
    Ok(CreditTaken { taken: Amount::new(taken.max(0), unit), asked_again })
}

fn credit_line(entry: &LineEntry, invoice: InvoiceId, amount: Amount) -> Drafted {
    let row = InvoiceLineRow {
        invoice,
        ordinal: 0,
        kind: InvoiceLineKind::Credit,
        line: entry.id,
        purchase: None,
        quantity: None,
        what: String::new(),
        amount,
    };
    Drafted { entry: entry.clone(), row, item: Some(BillItem::Credit) }
}

impl CreditTaken {
    /// Writes down what the invoice took, which is there now; what the book is to be asked.
    fn book(
        self,
        tx: &Tx<'_>,
        customer: CustomerId,
        invoice: InvoiceId,
        now: Timestamp,
    ) -> Result<Vec<Intent>, StoreError> {
        for vain in self.asked_again {
            tx.charge_overpaid(vain, invoice)?;
        }
        if self.taken.value() == 0 {
            return Ok(Vec::new());
        }
        Ok(vec![overpaid::put_on_invoice(tx, customer, invoice, self.taken, now)?])
    }
}

/// Says that an invoice bears a correction; what is left of it goes on waiting.
fn bear(tx: &Tx<'_>, adjustment: &AdjustmentRow, invoice: InvoiceId, amount: i64) -> Result<(), StoreError> {
    tx.put_adjustment_on(adjustment.id, invoice, amount)?;
    let rest = adjustment.amount.value() - amount;
    if rest == 0 {
        return Ok(());
    }
    let (id, amount) = (AdjustmentId::from_u128(ids::fresh()), Amount::new(rest, adjustment.amount.unit()));
    tx.insert_adjustment(&AdjustmentRow { id, amount, ..adjustment.clone() })
}

fn owed(entry: &LineEntry, item: BillItem, amount: Amount) -> Intent {
    let step = BillStep::Owed(item);
    let wish = Wish::Bill { wallet: entry.wallet, customer: entry.customer, amount, step };
    wish.intent(IntentId::from_u128(ids::fresh()), clock::now())
}

fn collect_by_boleto(
    tx: &Tx<'_>,
    bank: &Bank,
    invoice: &InvoiceRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    let written = match invoice.due_on.parse() {
        Ok(due) => {
            let (customer, amount) = (invoice.customer, invoice.total);
            write_boleto(
                tx,
                bank,
                &Collected { customer, what: Owing::Invoice(invoice.id), amount, due },
                now,
            )?
        }
        Err(error) => Err(anyhow::Error::new(error)),
    };
    if let Err(error) = written {
        tracing::error!(invoice = %invoice.id, error = format!("{error:#}"), "an invoice has no boleto");
    }
    Ok(())
}

/// A correction that the next invoice is to bear.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// Its name: asked for again under it, it is the same.
    pub id: AdjustmentId,
    /// Whose.
    pub customer: CustomerId,
    /// How much, not zero; below zero it is taken off.
    pub amount: Amount,
    /// Why, as the customer reads it.
    pub reason: String,
}

/// Has the customer's next invoice bear a correction. The same one again, under its name, is borne once; another one under a name that
/// is known is refused.
pub async fn adjust(app: &Arc<App>, author: Author, wanted: Adjustment) -> Result<AdjustmentId, Problem> {
    let Adjustment { id, customer, amount, reason } = wanted;
    let reason = reason.trim().to_owned();
    Problem::refuse_all(wrong_with_adjustment(amount, &reason))?;
    if app.read(move |tables| tables.payer(customer)).await?.is_none() {
        return Err(Problem::not_found("customer"));
    }
    let row = AdjustmentRow { id, customer, amount, reason, created_at: app.ledger.now(), invoice: None };
    let change = Change::new("adjustment.create", id).after(&json!({
        "customer": customer.to_string(), "amount": amount.to_decimal(), "unit": amount.unit().code(),
        "reason": row.reason,
    }))?;
    app.write_or_refuse(move |tx| {
        if let Some(known) = tx.adjustment(id)? {
            // The form was sent twice.
            let is_the_same = (known.customer, known.amount, known.reason.as_str())
                == (row.customer, row.amount, row.reason.as_str());
            return if is_the_same { Ok(()) } else { Err(Refusal::KeyReused.into()) };
        }
        tx.insert_adjustment(&row)?;
        Ok(author.note(tx, &change)?)
    })
    .await?;
    Ok(id)
}

/// All that is wrong with a correction of so much, for this reason.
pub(crate) fn wrong_with_adjustment(amount: Amount, reason: &str) -> Vec<Problem> {
    let mut wrong = Vec::new();
    if amount.value() == 0 || amount.value().saturating_abs() > ADJUSTMENT_MAX {
        let detail = "amount must not be zero, and at most 1,000,000.00 in either direction.";
        wrong.push(Problem::invalid("amount", "invalid_amount", detail));
    } else if amount.value() % CENT != 0 {
        let detail = "amount must be in whole cents: a boleto takes nothing smaller.";
        wrong.push(Problem::invalid("amount", "amount_over_precise", detail));
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.contains(is_unprintable) {
        let detail = format!(
            "reason must have 1 to {REASON_CHARS_MAX} characters: the customer reads it on his invoice."
        );
        wrong.push(Problem::invalid("reason", "invalid_reason", detail));
    }
    wrong
}

/// Takes back a correction that stands on no invoice yet.
pub async fn withdraw(app: &Arc<App>, author: Author, id: AdjustmentId) -> Result<(), Problem> {
    let was_there = app
        .write(move |tx| {
            let Some(known) = tx.adjustment(id)? else { return Ok(false) };
            let change = Change::new("adjustment.delete", id).about(known.customer);
            let was_there = tx.delete_adjustment(id)?;
            if was_there {
                author.note(tx, &change)?;
            }
            Ok(was_there)
        })
        .await?;
    if was_there { Ok(()) } else { Err(Problem::not_found("adjustment")) }
}
