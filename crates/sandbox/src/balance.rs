//! The seller's balance: what charges, refunds, disputes and payouts do to it, Stripe's fees, and paying it out.
//!
//! Each movement is a balance transaction of its own and is never changed; the sum of their `net` is the balance.

use serde_json::{Value, json};

use crate::api::error::ApiError;
use crate::ids::new_id;
use crate::state::{Work, text};

/// How long a charge's money waits before it can be paid out, in seconds.
const AVAILABLE_AFTER_SECONDS: i64 = 2 * 24 * 3_600;
/// What a bank charges for a dispute, in minor units: of the dollar, of the real.
const DISPUTE_FEE_USD: i64 = 1_500;
const DISPUTE_FEE_BRL: i64 = 5_500;

/// One movement of the balance.
pub(crate) struct Movement<'a> {
    /// What moved it: a charge, refund, dispute or payout.
    pub(crate) source: &'a Value,
    pub(crate) kind: &'static str,
    pub(crate) category: &'static str,
    /// Signed, in minor units.
    pub(crate) amount: i64,
    /// What Stripe keeps, in minor units.
    pub(crate) fee: i64,
    /// A sentence.
    pub(crate) description: String,
    /// True when the money is there at once.
    pub(crate) at_once: bool,
}

/// Writes a movement down.
pub(crate) fn record(work: &Work<'_>, movement: &Movement<'_>) -> rusqlite::Result<Value> {
    let (currency, fee) = (text(movement.source, "currency"), movement.fee);
    let details = json!([{
        "amount": fee, "application": null, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee",
    }]);
    let available_on = work.now() + if movement.at_once { 0 } else { AVAILABLE_AFTER_SECONDS };
    let transaction = json!({
        "id": new_id("txn_3", 23), "object": "balance_transaction", "amount": movement.amount, "available_on": available_on,
        "balance_type": "payments", "created": work.now(), "currency": currency, "description": movement.description,
        "exchange_rate": null, "fee": fee, "fee_details": if fee == 0 { json!([]) } else { details },
        "net": movement.amount - fee, "reporting_category": movement.category, "source": movement.source["id"],
        "status": if movement.at_once { "available" } else { "pending" }, "type": movement.kind,
    });
    work.insert(&transaction)?;
    Ok(transaction)
}

/// Books a paid charge with its fee; the charge then names the transaction.
pub(crate) fn record_charge(work: &Work<'_>, charge: &mut Value, at_once: bool) -> rusqlite::Result<()> {
    let amount = charge["amount"].as_i64().unwrap_or_default();
    let transaction = record(
        work,
        &Movement {
            source: charge,
            kind: if is_card(charge) { "charge" } else { "payment" },
            category: "charge",
            amount,
            fee: fee(charge, amount),
            description: text(charge, "description").to_owned(),
            at_once,
        },
    )?;
    charge["balance_transaction"] = transaction["id"].clone();
    work.update(charge)
}

/// True when a charge was paid by card; what else there is has other words for its movements.
pub(crate) fn is_card(charge: &Value) -> bool {
    text(&charge["payment_method_details"], "type") == "card"
}

/// What Stripe keeps of a charge; rounded half up.
fn fee(charge: &Value, amount: i64) -> i64 {
    let share = |ten_thousandths: i64| (amount * ten_thousandths + 5_000).div_euclid(10_000);
    match (text(&charge["payment_method_details"], "type"), text(charge, "currency")) {
        ("boleto", _) => 345,
        ("pix", _) => share(119),
        (_, "brl") => share(399) + 39,
        _ => share(290) + 30,
    }
}

/// What is charged for a dispute.
pub(crate) fn dispute_fee(currency: &str) -> i64 {
    if currency == "brl" { DISPUTE_FEE_BRL } else { DISPUTE_FEE_USD }
}

/// Pays out all that has not been paid out in a currency; none when that is not more than zero.
pub(crate) fn pay_out(work: &Work<'_>, currency: &str) -> rusqlite::Result<Option<Value>> {
    let items = work.not_paid_out(currency)?;
    let amount: i64 = items.iter().filter_map(|item| item["net"].as_i64()).sum();
    if amount <= 0 {
        return Ok(None);
    }
    let mut payout = json!({
        "id": new_id("po_1", 23), "object": "payout", "amount": amount, "application_fee": null, "application_fee_amount": null,
        "arrival_date": work.now(), "automatic": true, "balance_transaction": null, "created": work.now(), "currency": currency,
        "description": "STRIPE PAYOUT", "destination": "ba_1SandboxBankAccount00000", "failure_balance_transaction": null,
        "failure_code": null, "failure_message": null, "livemode": false, "metadata": {}, "method": "standard",
        "original_payout": null, "payout_method": null, "reconciliation_status": "in_progress", "reversed_by": null,
        "source_type": "card", "statement_descriptor": null, "status": "in_transit",
        "trace_id": { "status": "pending", "value": null }, "type": "bank_account",
    });
    let transaction = record(
        work,
        &Movement {
            source: &payout,
            kind: "payout",
            category: "payout",
            amount: -amount,
            fee: 0,
            description: "STRIPE PAYOUT".to_owned(),
            at_once: true,
        },
    )?;
    payout["balance_transaction"] = transaction["id"].clone();
    work.insert(&payout)?;
    let id = text(&payout, "id").to_owned();
    for mut item in items {
        item["status"] = json!("available");
        work.update(&item)?;
        work.keep_payout_item(&id, text(&item, "id"))?;
    }
    work.keep_payout_item(&id, text(&transaction, "id"))?;
    work.emit("payout.created", &payout)?;
    payout["status"] = json!("paid");
    work.update(&payout)?;
    work.emit("payout.paid", &payout)?;
    payout["reconciliation_status"] = json!("completed");
    work.update(&payout)?;
    work.emit("payout.reconciliation_completed", &payout)?;
    Ok(Some(payout))
}

/// A payout does not arrive at its bank: what it had taken is in the balance again, and goes with the next one.
pub(crate) fn fail_payout(work: &Work<'_>, mut payout: Value) -> Result<Value, ApiError> {
    if text(&payout, "status") == "failed" {
        return Err(ApiError::invalid(format!("{} has failed already.", text(&payout, "id"))));
    }
    let amount = payout["amount"].as_i64().unwrap_or_default();
    let transaction = record(
        work,
        &Movement {
            source: &payout,
            kind: "payout_failure",
            category: "payout_reversal",
            amount,
            fee: 0,
            description: "REFUND FOR FAILED PAYOUT".to_owned(),
            at_once: true,
        },
    )?;
    payout["failure_balance_transaction"] = transaction["id"].clone();
    payout["failure_code"] = json!("account_closed");
    payout["failure_message"] = json!("The bank account has been closed.");
    payout["status"] = json!("failed");
    work.update(&payout)?;
    work.emit("payout.failed", &payout)?;
    Ok(payout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees() {
        for (kind, currency, amount, expected) in [
            ("card", "usd", 1_000, 59),
            ("card", "usd", 2_550, 104),
            ("card", "usd", 99_999_999, 2_900_030),
            ("card", "brl", 2_490, 138),
            ("boleto", "brl", 2_490, 345),
            ("pix", "brl", 2_490, 30),
        ] {
            let charge = json!({ "currency": currency, "payment_method_details": { "type": kind } });
            assert_eq!(fee(&charge, amount), expected, "{kind} {currency} {amount}");
        }
    }
}
