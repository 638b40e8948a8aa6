//! Money that came for what is owed, whoever tells of it: a bank's file, a Pix, Stripe, staff.
//!
//! The first payment of a purchase settles it: an intent that bears the purchase's own name, so that the book hears of one payment
//! however many tell of one. What comes beyond that, or for what is no more, becomes credit in the customer's money wallet, and a
//! person is told. Each settlement has a name that follows from what was told, so that it counts once.

use std::sync::Arc;

use book::{Awaiting, BillItem, PaidBy, Refusal};
use money::{
    Amount, BoletoId, CustomerId, GrantId, IntentId, InvoiceId, PurchaseId, SettlementId, Timestamp, WalletId,
};
use sha2::{Digest as _, Sha256};
use store::tables::bank::Finding;
use store::tables::boletos::BoletoRow;
use store::tables::intents::Intent;
use store::tables::invoices::{InvoiceRow, InvoiceState};
use store::tables::pix::PixState;
use store::tables::settlements::{Owed, Settlement, SettlementOutcome};
use store::{Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::findings::Found;
use crate::intents::{self, BillStep, Wish};
use crate::lines::Purchased;
use crate::overpaid::{self, Origin};
use crate::problem::Problem;
use crate::{clock, documents, ids, notices};

/// What is owed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owing {
    /// A purchase of its own.
    Purchase(PurchaseId),
    /// All that stands on an invoice.
    Invoice(InvoiceId),
}

impl Owing {
    /// The purchase, if it is one.
    pub fn purchase(self) -> Option<PurchaseId> {
        match self {
            Owing::Purchase(purchase) => Some(purchase),
            Owing::Invoice(_) => None,
        }
    }

    /// The invoice, if it is one.
    pub fn invoice(self) -> Option<InvoiceId> {
        match self {
            Owing::Purchase(_) => None,
            Owing::Invoice(invoice) => Some(invoice),
        }
    }
}

/// Money that came.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    /// Its name.
    pub id: SettlementId,
    /// What for.
    pub what: Owing,
    /// With which boleto, if with one.
    pub boleto: Option<BoletoId>,
    /// How.
    pub by: PaidBy,
    /// How much, in all.
    pub amount: Amount,
    /// What of it is fine and interest for paying late, in the steps of its unit.
    pub late_fee: i64,
    /// When it was told, by the book's clock.
    pub at: Timestamp,
}

/// What money that came led to.
#[derive(Debug)]
pub enum Settled {
    /// It pays what is owed: the book is to be asked so.
    Paid(Vec<Intent>),
    /// That was paid before: the book is to be asked for credit.
    Credit(Vec<Intent>),
    /// It was told before; nothing was changed.
    Known,
    /// Nothing is known of what it is for (yet).
    NotOwed,
}

/// The name of a settlement: it follows from what was told, a part each.
pub fn name(parts: &[&[u8]]) -> SettlementId {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let (first, _) = digest.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    SettlementId::from_u128(u128::from_be_bytes(*first))
}

/// Writes down what is owed for a purchase of `customer`, once.
pub fn owe(
    tx: &Tx<'_>,
    customer: CustomerId,
    purchase: PurchaseId,
    purchased: &Purchased,
    at: Timestamp,
) -> Result<(), StoreError> {
    // Strings and numbers only: writing JSON cannot fail.
    let payload = serde_json::to_string(purchased).unwrap_or_default();
    tx.put_owed(&Owed { purchase, customer, payload, created_at: at })
}

/// Takes money that came. Whoever holds the book sends the intents, or the next sweep does.
pub fn settle(tx: &Tx<'_>, came: &Came) -> Result<Settled, StoreError> {
    if tx.settlement(came.id)?.is_some() {
        return Ok(Settled::Known);
    }
    match came.what {
        Owing::Purchase(purchase) => settle_purchase(tx, came, purchase),
        Owing::Invoice(invoice) => settle_invoice(tx, came, invoice),
    }
}

fn settle_purchase(tx: &Tx<'_>, came: &Came, purchase: PurchaseId) -> Result<Settled, StoreError> {
    let Some(owed) = tx.owed(purchase)? else { return Ok(Settled::NotOwed) };
    let Some(paid) = pay(tx, &owed, came.by)? else {
        note(tx, came, owed.customer, SettlementOutcome::Credit)?;
        return overpaid::keep(tx, owed.customer, came.amount, &came.into()).map(Settled::Credit);
    };
    note(tx, came, owed.customer, SettlementOutcome::Paid)?;
    end_other_ways(tx, came)?;
    let mut intents = vec![paid.intent];
    intents.extend(book_surplus(tx, came, owed.customer, Some(paid.wallet), paid.price)?);
    Ok(Settled::Paid(intents))
}

fn settle_invoice(tx: &Tx<'_>, came: &Came, id: InvoiceId) -> Result<Settled, StoreError> {
    let Some(invoice) = tx.invoice(id)? else { return Ok(Settled::NotOwed) };
    // What was written off and is paid all the same is nobody's debt any more: it is credit.
    if invoice.state != InvoiceState::Open {
        note(tx, came, invoice.customer, SettlementOutcome::Credit)?;
        return overpaid::keep(tx, invoice.customer, came.amount, &came.into()).map(Settled::Credit);
    }
    note(tx, came, invoice.customer, SettlementOutcome::Paid)?;
    end_other_ways(tx, came)?;
    let mut intents = pay_invoice(tx, &invoice, came.by, came.at)?;
    let line = tx.invoice_lines(invoice.id)?.first().map(|row| row.line);
    let wallet = match line {
        Some(line) => tx.line(line)?.map(|entry| entry.wallet),
        None => None,
    };
    intents.extend(book_surplus(tx, came, invoice.customer, wallet, invoice.total)?);
    Ok(Settled::Paid(intents))
}

/// What came beyond what was owed: fine and interest are the operator's, the rest is the customer's credit. No cent that came is lost.
fn book_surplus(
    tx: &Tx<'_>,
    came: &Came,
    customer: CustomerId,
    wallet: Option<WalletId>,
    owed: Amount,
) -> Result<Vec<Intent>, StoreError> {
    let unit = came.amount.unit();
    let surplus = came.amount.value().saturating_sub(owed.value()).max(0);
    let late_fee = came.late_fee.clamp(0, surplus);
    let mut intents = Vec::new();
    if let (Some(wallet), true) = (wallet, late_fee > 0) {
        let amount = Amount::new(late_fee, unit);
        for step in [BillStep::Owed(BillItem::LateFee), BillStep::Paid(came.by)] {
            let wish = Wish::Bill { wallet, customer, amount, step };
            intents.push(wish.intent(IntentId::from_u128(ids::fresh()), clock::now()));
        }
        intents.iter().try_for_each(|intent| tx.insert_intent(intent))?;
    }
    let booked = if intents.is_empty() { 0 } else { late_fee };
    if surplus > booked {
        let rest = Amount::new(surplus - booked, unit);
        intents.extend(overpaid::keep(tx, customer, rest, &came.into())?);
    }
    Ok(intents)
}

/// Says that an open invoice was paid, and what the book is to be asked for each line of it.
pub fn pay_invoice(
    tx: &Tx<'_>,
    invoice: &InvoiceRow,
    by: PaidBy,
    at: Timestamp,
) -> Result<Vec<Intent>, StoreError> {
    tx.set_invoice_state(invoice.id, InvoiceState::Paid, Some((at, by.code())))?;
    notices::invoice_paid(tx, invoice, at)?;
    let mut intents = Vec::new();
    for line in tx.invoice_lines(invoice.id)? {
        let owed = match line.purchase {
            Some(purchase) => tx.owed(purchase)?,
            None => None,
        };
        match (owed, tx.line(line.line)?) {
            (Some(owed), _) => match pay(tx, &owed, by)? {
                Some(paid) => intents.push(paid.intent),
                // It was paid alone, before its invoice was.
                None => {
                    let from = Origin { by, at, what: Owing::Invoice(invoice.id), boleto: None };
                    intents.extend(overpaid::keep(tx, invoice.customer, line.amount, &from)?);
                }
            },
            (None, Some(entry)) => {
                let wish = Wish::Bill {
                    wallet: entry.wallet,
                    customer: invoice.customer,
                    amount: line.amount,
                    step: BillStep::Paid(by),
                };
                let intent = wish.intent(IntentId::from_u128(ids::fresh()), clock::now());
                tx.insert_intent(&intent)?;
                intents.push(intent);
            }
            (None, None) => {
                tracing::error!(invoice = %invoice.id, line = %line.line, "an invoice names no line of ours");
            }
        }
    }
    Ok(intents)
}

/// A purchase whose payment is owed, or was, and the wallet of its line; `None` if nothing is known of it.
pub(crate) fn owed_purchase(
    tables: &TablesReader<'_>,
    purchase: PurchaseId,
) -> Result<Option<(WalletId, Awaiting)>, StoreError> {
    let Some(owed) = tables.owed(purchase)? else { return Ok(None) };
    Ok(serde_json::from_str::<Purchased>(&owed.payload).ok().and_then(|purchased| purchased.read().ok()))
}

/// A purchase that is being paid.
struct Paid {
    intent: Intent,
    wallet: WalletId,
    price: Amount,
}

/// The intent that pays a purchase; `None` if it was paid before, or cannot be read.
fn pay(tx: &Tx<'_>, owed: &Owed, by: PaidBy) -> Result<Option<Paid>, StoreError> {
    let id = intent_of(owed.purchase);
    if tx.intent(id)?.is_some() {
        return Ok(None);
    }
    let purchased = serde_json::from_str::<Purchased>(&owed.payload).map_err(anyhow::Error::new);
    let (wallet, purchase) = match purchased.and_then(|purchased| purchased.read()) {
        Ok(read) => read,
        Err(error) => {
            tracing::error!(purchase = %owed.purchase, %error, "what is owed cannot be read: the money becomes credit");
            return Ok(None);
        }
    };
    let (grant, price) = (GrantId::from_u128(ids::fresh()), purchase.price);
    let intent = Wish::Pay { wallet, customer: owed.customer, purchase, grant, by }.intent(id, clock::now());
    tx.insert_intent(&intent)?;
    Ok(Some(Paid { intent, wallet, price }))
}

fn note(
    tx: &Tx<'_>,
    came: &Came,
    customer: CustomerId,
    outcome: SettlementOutcome,
) -> Result<(), StoreError> {
    tx.insert_settlement(&Settlement {
        id: came.id,
        customer,
        purchase: came.what.purchase(),
        boleto: came.boleto,
        paid_by: came.by.code().to_owned(),
        amount: came.amount,
        outcome,
        came_at: came.at,
        invoice: came.what.invoice(),
        reference: String::new(),
    })
}

/// Whether something was paid for it, whatever the book said to that, or it is not owed any more.
pub fn is_settled(tables: &TablesReader<'_>, what: Owing) -> Result<bool, StoreError> {
    match what {
        Owing::Purchase(purchase) => Ok(tables.intent(intent_of(purchase))?.is_some()),
        Owing::Invoice(id) => {
            Ok(tables.invoice(id)?.is_none_or(|invoice| invoice.state != InvoiceState::Open))
        }
    }
}

/// What paid it: the settlement that was not for what had been paid already.
pub fn paid(tables: &TablesReader<'_>, what: Owing) -> Result<Option<Settlement>, StoreError> {
    let came = match what {
        Owing::Purchase(purchase) => tables.settlements_of_purchase(purchase)?,
        Owing::Invoice(invoice) => tables.settlements_of_invoice(invoice)?,
    };
    Ok(came.into_iter().find(|known| known.outcome == SettlementOutcome::Paid))
}

/// What paid that which a boleto was to collect, if not the boleto itself.
pub fn paid_otherwise(
    tables: &TablesReader<'_>,
    boleto: &BoletoRow,
) -> Result<Option<Settlement>, StoreError> {
    let paid = match (boleto.purchase, boleto.invoice) {
        (Some(purchase), _) => paid(tables, Owing::Purchase(purchase))?,
        (None, Some(invoice)) => paid(tables, Owing::Invoice(invoice))?,
        (None, None) => None,
    };
    Ok(paid.filter(|paid| paid.boleto != Some(boleto.id)))
}

/// The purchase's own name: it is paid once, by whatever comes first.
pub(crate) fn intent_of(purchase: PurchaseId) -> IntentId {
    IntentId::from_u128(purchase.as_u128())
}

/// It is paid: nobody is asked for it any more. What a bank holds, the next remittance tells it to write off.
fn end_other_ways(tx: &Tx<'_>, came: &Came) -> Result<(), StoreError> {
    tx.end_pix_of(came.what.purchase(), came.what.invoice(), PixState::Cancelled)?;
    let boleto = match came.what {
        Owing::Purchase(purchase) => tx.boleto_of_purchase(purchase)?,
        Owing::Invoice(invoice) => tx.boleto_of_invoice(invoice)?,
    };
    let Some(row) = boleto.filter(|row| came.boleto != Some(row.id)) else { return Ok(()) };
    match documents::written_off_to(row.state) {
        Some(to) => tx.set_boleto_state(row.id, to, None, None),
        None => Ok(()),
    }
}

/// The book did not take a payment, for the line is no more: what was paid becomes credit, and a person is told. Done once, however
/// often the refusal is heard.
pub async fn payment_refused(app: &Arc<App>, intent: IntentId, refusal: &Refusal) -> Result<(), Problem> {
    let (purchase, now) = (PurchaseId::from_u128(intent.as_u128()), app.ledger.now());
    let refusal = refusal.code().to_owned();
    let intents = app
        .write(move |tx| {
            // Looked for first: closed without it, the payment would be forgotten.
            let Some(paid) = paid(tx, Owing::Purchase(purchase))? else {
                tracing::error!(%purchase, refusal, "a payment that the book refuses has no settlement");
                return Ok(Vec::new());
            };
            if !tx.close_intent(intent, clock::now())? {
                return Ok(Vec::new());
            }
            tx.set_settlement_outcome(paid.id, SettlementOutcome::Credit)?;
            // What came beyond the price was booked when it came.
            let price = owed_purchase(tx, purchase)?;
            let amount = price.map_or(paid.amount, |(_, purchase)| purchase.price);
            let found = Found::NotBooked { refusal: refusal.clone(), paid: amount.into() };
            tx.insert_finding(&Finding { boleto: paid.boleto, ..found.finding(Some(paid.customer), now) })?;
            // Written by us, so it is a way that we know.
            let by = PaidBy::from_code(&paid.paid_by).unwrap_or(PaidBy::Hand);
            let from = Origin { by, at: paid.came_at, what: Owing::Purchase(purchase), boleto: paid.boleto };
            let deposited = overpaid::keep(tx, paid.customer, amount, &from)?;
            // A payment page that waited for the purchase waits for the credit.
            if let (Some(topup), Some(last)) = (tx.topup_by_intent(intent)?, deposited.last()) {
                tx.set_topup_intent(topup.id, last.id)?;
            }
            Ok(deposited)
        })
        .await?;
    intents::send(app, &intents).await?;
    Ok(())
}
