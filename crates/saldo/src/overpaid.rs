//! A customer's credit in money: what came beyond what was owed, kept for him until it goes to his next invoice or back to him.
//!
//! Owned here: where it is kept, what is left of it, and what becomes of it. Each movement is a row of a table and an intent of the same
//! name, written in one transaction, so that it is taken once however often it is tried. What came before that was so is written down
//! at a start, from the intents that booked it. Leaves to others: which money is too much
//! (`settlements`), and how much of it an invoice takes (`billing`).

use std::sync::Arc;

use axum::http::StatusCode;
use book::{OverpaidTo, PaidBy, Refusal, TakenBackCause};
use engine::Outcome;
use money::{
    Amount, BoletoId, CustomerId, GrantId, IntentId, InvoiceId, PurchaseId, Timestamp, Unit, WalletId,
};
use serde_json::json;
use store::tables::customers::Wallet;
use store::tables::intents::Intent;
use store::tables::overpaid::{Overpaid, OverpaidKind};
use store::tables::settlements::{Settlement, SettlementOutcome};
use store::{Reader as TablesReader, StoreError, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::customers::is_unprintable;
use crate::findings::{Found, RESOLVED};
use crate::intents::{self, Wish};
use crate::problem::Problem;
use crate::settlements::{self, Came, Owing};
use crate::{clock, ids};

/// Wallets of one customer that are looked through for one that counts money.
const WALLETS_MAX: u32 = 200;
/// Longest reason for which credit is given back, in characters.
const REASON_CHARS_MAX: usize = 200;
/// Intents whose movements are written down in one transaction.
const OLD_AT_ONCE: u32 = 200;
/// Settlements of one customer that are looked through for the one that an intent of old is of.
const SETTLEMENTS_MAX: u32 = 500;
/// Movements of one customer that are looked through for settlements that are told already.
const MOVES_MAX: u32 = 500;
/// A cent, in smallest steps.
const CENT: i64 = 10_000;

/// What money was too much of.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// How it came.
    pub by: PaidBy,
    /// When it was told.
    pub at: Timestamp,
    /// For what.
    pub what: Owing,
    /// With which boleto, if with one.
    pub boleto: Option<BoletoId>,
}

impl From<&Came> for Origin {
    fn from(came: &Came) -> Origin {
        Origin { by: came.by, at: came.at, what: came.what, boleto: came.boleto }
    }
}

/// Puts money into the customer's wallet of its unit, which is opened if there is none. Whoever holds the book sends the intents.
pub fn keep(
    tx: &Tx<'_>,
    customer: CustomerId,
    amount: Amount,
    from: &Origin,
) -> Result<Vec<Intent>, StoreError> {
    let now = clock::now();
    let known = money_wallet(tx, customer, amount.unit())?;
    let wallet = known.unwrap_or_else(|| WalletId::from_u128(ids::fresh()));
    let mut wishes = Vec::new();
    if known.is_none() {
        tx.insert_wallet(&Wallet { id: wallet, customer, unit: amount.unit(), created_at: now })?;
        wishes.push(Wish::OpenWallet { wallet, customer, unit: amount.unit() });
    }
    let grant = GrantId::from_u128(ids::fresh());
    wishes.push(Wish::Deposit { wallet, customer, grant, amount, by: from.by });
    // Open intents are sent again in the order of their ids, which grow: the wallet comes first.
    let intents: Vec<_> =
        wishes.iter().map(|wish| wish.intent(IntentId::from_u128(ids::fresh()), now)).collect();
    intents.iter().try_for_each(|intent| tx.insert_intent(intent))?;
    if let Some(deposit) = intents.last() {
        tx.insert_overpaid(&Overpaid {
            id: deposit.id,
            customer,
            wallet,
            kind: OverpaidKind::Came,
            amount,
            paid_by: from.by.code().to_owned(),
            purchase: from.what.purchase(),
            invoice: from.what.invoice(),
            boleto: from.boleto,
            reason: String::new(),
            at: from.at,
            refused_at: None,
            charged_on: None,
        })?;
    }
    Ok(intents)
}

/// Writes down what came before movements were kept. Whatever a version before this one booked has its intent, which is the truth of it; for
/// what it came is told by the settlement that fits, if one does. Done at each start: mostly there is nothing to do.
pub async fn write_down_old(app: &Arc<App>) -> Result<u32, Problem> {
    let (mut after, mut written) = (IntentId::from_u128(0), 0);
    loop {
        let (last, count) = app.write(move |tx| write_down_some(tx, after)).await?;
        written += count;
        match last {
            Some(last) => after = last,
            None => return Ok(written),
        }
    }
}

/// Some of it: the last intent that was looked at, and how many were written down.
fn write_down_some(tx: &Tx<'_>, after: IntentId) -> Result<(Option<IntentId>, u32), StoreError> {
    let intents = tx.deposits_unlisted(after, OLD_AT_ONCE)?;
    let mut written = 0;
    for intent in &intents {
        match Wish::from_json(&intent.payload) {
            Ok(Wish::Deposit { wallet, customer, amount, by, .. }) => {
                let from = origin_of_old(tx, customer, amount, by)?;
                tx.insert_overpaid(&Overpaid {
                    id: intent.id,
                    customer,
                    wallet,
                    kind: OverpaidKind::Came,
                    amount,
                    paid_by: by.code().to_owned(),
                    purchase: from.as_ref().and_then(|from| from.purchase),
                    invoice: from.as_ref().and_then(|from| from.invoice),
                    boleto: from.as_ref().and_then(|from| from.boleto),
                    reason: String::new(),
                    at: from.map_or(intent.created_at, |from| from.came_at),
                    refused_at: None,
                    charged_on: None,
                })?;
                written += 1;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(intent = %intent.id, %error, "a stored intent cannot be read"),
        }
    }
    Ok((intents.last().map(|intent| intent.id), written))
}

/// The settlement that left this credit: one that became credit as a whole, else one that paid more than this; none that another movement
/// tells of already.
fn origin_of_old(
    tx: &Tx<'_>,
    customer: CustomerId,
    amount: Amount,
    by: PaidBy,
) -> Result<Option<Settlement>, StoreError> {
    let mut came = tx.settlements_of_customer(customer, SETTLEMENTS_MAX)?;
    let told = tx.overpaid_of(customer, Timestamp::MAX, MOVES_MAX)?;
    came.retain(|came| came.paid_by == by.code() && came.amount.unit() == amount.unit());
    let is_told = |came: &Settlement| {
        let at = (came.purchase, came.invoice, came.boleto, came.came_at);
        let is_whole = came.outcome == SettlementOutcome::Credit;
        told.iter().any(|moved| {
            (moved.purchase, moved.invoice, moved.boleto, moved.at) == at
                && (moved.amount == came.amount) == is_whole
        })
    };
    came.retain(|came| !is_told(came));
    // The oldest first, as the intents are.
    came.reverse();
    let whole = |came: &&Settlement| came.outcome == SettlementOutcome::Credit && came.amount == amount;
    let more =
        |came: &&Settlement| came.outcome == SettlementOutcome::Paid && came.amount.value() > amount.value();
    Ok(came.iter().find(whole).or_else(|| came.iter().find(more)).cloned())
}

/// A customer's wallet that counts `unit`, the oldest if there are several.
fn money_wallet(tx: &Tx<'_>, customer: CustomerId, unit: Unit) -> Result<Option<WalletId>, StoreError> {
    let wallets = tx.wallets_of(customer, None, WALLETS_MAX)?.rows;
    Ok(wallets.into_iter().rfind(|wallet| wallet.unit == unit).map(|wallet| wallet.id))
}

/// What is left of a customer's credit, in whole cents.
pub fn left(tables: &TablesReader<'_>, customer: CustomerId, unit: Unit) -> Result<Amount, StoreError> {
    let left = tables.overpaid_left(customer, unit)?.max(0);
    Ok(Amount::new(left - left % CENT, unit))
}

/// Takes credit off an invoice that is being made; it must be left.
pub fn put_on_invoice(
    tx: &Tx<'_>,
    customer: CustomerId,
    invoice: InvoiceId,
    amount: Amount,
    at: Timestamp,
) -> Result<Intent, StoreError> {
    let Some(wallet) = money_wallet(tx, customer, amount.unit())? else {
        return Err(StoreError::Missing { what: format!("the wallet of what {customer} overpaid") });
    };
    let id = IntentId::from_u128(ids::fresh());
    tx.insert_overpaid(&Overpaid {
        id,
        customer,
        wallet,
        kind: OverpaidKind::Invoiced,
        amount: Amount::new(-amount.value(), amount.unit()),
        paid_by: String::new(),
        purchase: None,
        invoice: Some(invoice),
        boleto: None,
        reason: String::new(),
        at,
        refused_at: None,
        charged_on: None,
    })?;
    let intent =
        Wish::TakeOverpaid { wallet, customer, amount, to: OverpaidTo::Invoice }.intent(id, clock::now());
    tx.insert_intent(&intent)?;
    Ok(intent)
}

/// Takes credit back whose own payment was refunded or is disputed: as much of `amount` as is left. How much that is, and its intent.
pub fn take_back(
    tx: &Tx<'_>,
    deposit: &Overpaid,
    (cause, amount): (TakenBackCause, Amount),
    at: Timestamp,
) -> Result<(Amount, Option<Intent>), StoreError> {
    let (customer, wallet) = (deposit.customer, deposit.wallet);
    let there = left(tx, customer, amount.unit())?.value().min(amount.value());
    let taken = Amount::new(there.max(0), amount.unit());
    if taken.value() == 0 {
        return Ok((taken, None));
    }
    let id = IntentId::from_u128(ids::fresh());
    tx.insert_overpaid(&Overpaid {
        id,
        kind: OverpaidKind::GivenBack,
        amount: Amount::new(-taken.value(), taken.unit()),
        paid_by: PaidBy::Card.code().to_owned(),
        invoice: None,
        reason: String::new(),
        at,
        refused_at: None,
        charged_on: None,
        ..deposit.clone()
    })?;
    let intent = Wish::TakeOverpaid { wallet, customer, amount: taken, to: OverpaidTo::TakenBack(cause) }
        .intent(id, clock::now());
    tx.insert_intent(&intent)?;
    Ok((taken, Some(intent)))
}

/// Credit that staff give back.
#[derive(Clone, Debug)]
pub struct GivingBack {
    /// Its name: the same is given back once, however often it is sent.
    pub id: IntentId,
    /// Whose.
    pub customer: CustomerId,
    /// How much.
    pub amount: Amount,
    /// How it goes to him: by Pix, or by hand for all other ways.
    pub by: PaidBy,
    /// Why, and what proves it.
    pub reason: String,
    /// The finding that told of it, which is dealt with by that.
    pub finding: Option<u32>,
}

/// What the giving back of what a finding tells of is called: once, however many press its button.
pub fn of_finding(finding_no: u32) -> IntentId {
    let name = settlements::name(&[b"give_back", &finding_no.to_be_bytes()]);
    IntentId::from_u128(name.as_u128())
}

/// All that is wrong with giving so much back, for this reason.
pub fn wrong_with(giving: &GivingBack) -> Vec<Problem> {
    let mut wrong = Vec::new();
    if giving.amount.value() <= 0 || giving.amount.value() % CENT != 0 {
        let detail = "amount must be above zero, in whole cents.";
        wrong.push(Problem::invalid("amount", "invalid_amount", detail));
    }
    if !matches!(giving.by, PaidBy::Pix | PaidBy::Hand) {
        wrong.push(Problem::invalid("paid_by", "invalid_field", "paid_by must be pix or hand."));
    }
    let reason = giving.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.contains(is_unprintable) {
        let detail = format!("reason must have 1 to {REASON_CHARS_MAX} characters.");
        wrong.push(Problem::invalid("reason", "invalid_reason", detail));
    }
    wrong
}

/// Says that credit was given back by a way that this program does not see. No more than is left. The same again has been done;
/// other content under the same name is refused, and so is what the book refused.
pub async fn give_back(app: &Arc<App>, author: Author, giving: GivingBack) -> Result<(), Problem> {
    Problem::refuse_all(wrong_with(&giving))?;
    let at = app.ledger.now();
    let GivingBack { id, customer, amount, by, reason, finding } = giving;
    let reason = reason.trim().to_owned();
    let change = Change::new("credit.give_back", customer).after(&json!({
        "amount": amount.to_decimal(), "unit": amount.unit().code(), "paid_by": by.code(), "reason": reason,
    }))?;
    let write = move |tx: &Tx<'_>| {
        let there = left(tx, customer, amount.unit())?;
        if let Some(known) = tx.overpaid(id)? {
            let same = known.customer == customer
                && known.kind == OverpaidKind::GivenBack
                && known.amount == Amount::new(-amount.value(), amount.unit())
                && (&known.paid_by, &known.reason) == (&by.code().to_owned(), &reason);
            return match known.refused_at {
                None if !same && finding.is_some() => {
                    Err(given_back(Amount::new(-known.amount.value(), known.amount.unit())))
                }
                _ if !same => Err(Refusal::KeyReused.into()),
                Some(_) => Err(not_left(there)),
                None => Ok((None, there)),
            };
        }
        let Some(wallet) =
            money_wallet(tx, customer, amount.unit())?.filter(|_| amount.value() <= there.value())
        else {
            return Err(not_left(there));
        };
        tx.insert_overpaid(&Overpaid {
            id,
            customer,
            wallet,
            kind: OverpaidKind::GivenBack,
            amount: Amount::new(-amount.value(), amount.unit()),
            paid_by: by.code().to_owned(),
            purchase: None,
            invoice: None,
            boleto: None,
            reason: reason.clone(),
            at,
            refused_at: None,
            charged_on: None,
        })?;
        let to = OverpaidTo::GivenBack(by);
        let intent = Wish::TakeOverpaid { wallet, customer, amount, to }.intent(id, clock::now());
        tx.insert_intent(&intent)?;
        author.note(tx, &change)?;
        if let Some(no) = finding
            && tx.resolve_finding(no, at)?
        {
            let resolved = json!({"how": "given_back"});
            author.note(tx, &Change::new(RESOLVED, no).about(customer).after_json(&resolved))?;
        }
        Ok((Some(intent), there))
    };
    let (intent, there) = app.write_or_refuse(write).await?;
    let outcomes = intents::send(app, intent.as_slice()).await?;
    app.live.notify(customer);
    match outcomes.first() {
        Some(Outcome::Refused(_)) => Err(not_left(there)),
        _ => Ok(()),
    }
}

fn given_back(given: Amount) -> Problem {
    let detail = format!("{} was given back of this already. Nothing was changed.", given.to_decimal());
    Problem {
        field: Some("amount".to_owned()),
        ..Problem::new(StatusCode::CONFLICT, "credit_given_back", detail)
    }
}

/// A purchase as a finding names it; empty if none is known.
pub fn purchase_name(purchase: Option<PurchaseId>) -> String {
    purchase.map(|purchase| purchase.to_string()).unwrap_or_default()
}

fn not_left(there: Amount) -> Problem {
    let detail = format!("amount is more than is left of this customer's credit: {}.", there.to_decimal());
    Problem {
        field: Some("amount".to_owned()),
        ..Problem::new(StatusCode::CONFLICT, "credit_not_left", detail)
    }
}

/// The book has less of it than the tables, for it was used otherwise: nothing was taken. An invoice that took it off is made up for by
/// the next one; of a card payment that went back a person is told.
pub async fn refused(app: &Arc<App>, id: IntentId) -> Result<(), Problem> {
    let at = app.ledger.now();
    app.write(move |tx| {
        tx.close_intent(id, clock::now())?;
        let is_refused = tx.refuse_overpaid(id, at)?;
        // Staff give back in other ways: by card it goes back by itself.
        let of_card =
            |row: &Overpaid| row.kind == OverpaidKind::GivenBack && row.paid_by == PaidBy::Card.code();
        if let Some(row) = tx.overpaid(id)?.filter(|row| is_refused && of_card(row)) {
            let missing = Amount::new(-row.amount.value(), row.amount.unit()).into();
            let found = Found::CreditUsedBefore { missing, purchase: purchase_name(row.purchase) };
            tx.insert_finding_once(&found.finding(Some(row.customer), at))?;
        }
        Ok(is_refused)
    })
    .await?;
    Ok(())
}
