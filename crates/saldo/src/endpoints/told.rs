//! What endpoints are told of: the kinds, and the facts of each as JSON. A kind's facts are only ever added to.

use std::str::FromStr;

use book::{Awaiting, EntryRef};
use money::{Amount, BoletoId, InvoiceId, PaymentId, Unit};
use serde_json::{Value, json};
use store::tables::claims::ClaimCause;
use store::tables::outbox::Notice;
use store::{Reader, StoreError};

use crate::notices::{self, Claimed, Fact};
use crate::sold::Sold;

/// Every kind with what it tells.
pub const KINDS: [(&str, &str); 15] = [
    ("credit.added", "a payment was credited"),
    ("payment.failed", "an attempt to pay failed"),
    ("payment.refunded", "a refund of a payment was made, has succeeded or has failed"),
    ("payment.disputed", "a dispute of a payment was opened, or stands otherwise"),
    (
        "balance.low",
        "credit fell below its threshold, or a line has used 50 or 80 % of its allowance or pack",
    ),
    ("balance.exhausted", "nothing is left in a wallet or of a line's allowance or pack"),
    ("purchase.created", "a pack was bought for a line"),
    ("purchase.released", "its credit was released"),
    ("line.enabled", "a line was enabled"),
    ("line.blocked", "a line was blocked"),
    ("line.cancelled", "a line was cancelled"),
    ("invoice.created", "an invoice was made"),
    ("invoice.paid", "an invoice was paid"),
    ("boleto.registered", "a boleto can be paid"),
    ("boleto.overdue", "a boleto's due day is over and it is not paid"),
];

/// A share of what there was at which nothing is left, in percent.
const ALL_OF_IT: u8 = 100;

/// What one notice tells.
pub(super) struct Told {
    pub(super) kind: &'static str,
    pub(super) facts: Value,
}

/// What a notice tells to endpoints; `None` if nothing.
pub(super) fn told(tables: &Reader<'_>, sold: &Sold, notice: &Notice) -> Result<Option<Told>, StoreError> {
    let telling = Telling { tables, sold, notice };
    match notices::fact(notice) {
        Ok(Some(fact)) => telling.of(&fact),
        Ok(None) => Ok(None),
        Err(error) => {
            tracing::error!(kind = notice.id.kind, %error, "a notice cannot be read: no endpoint is told");
            Ok(None)
        }
    }
}

struct Telling<'t, 'c> {
    tables: &'t Reader<'c>,
    sold: &'t Sold,
    notice: &'t Notice,
}

impl Telling<'_, '_> {
    fn of(&self, fact: &Fact) -> Result<Option<Told>, StoreError> {
        let told = |kind, facts| Ok(Some(Told { kind, facts }));
        match fact {
            Fact::CreditAdded { payment, amount, posted } => told(
                "credit.added",
                json!({
                    "customer": self.customer(), "wallet": self.wallet(), "payment": payment,
                    "amount": written(*amount), "balance": written(*posted), "entry": self.entry(),
                }),
            ),
            Fact::Exhausted { available } => told(
                "balance.exhausted",
                json!({
                    "customer": self.customer(), "wallet": self.wallet(), "line": null,
                    "available": written(*available), "entry": self.entry(),
                }),
            ),
            Fact::Low { available, threshold } => told(
                "balance.low",
                json!({
                    "customer": self.customer(), "wallet": self.wallet(), "line": null,
                    "available": written(*available), "threshold": written(*threshold), "entry": null,
                }),
            ),
            Fact::Usage { percent, of_pack, left } => {
                let kind = if *percent == ALL_OF_IT { "balance.exhausted" } else { "balance.low" };
                let facts = json!({
                    "customer": self.customer(), "wallet": self.wallet(), "line": self.line()?,
                    "available": written(Amount::new(*left, Unit::BYTE)), "percent_used": percent,
                    "of": if *of_pack { "pack" } else { "allowance" }, "entry": self.entry(),
                });
                told(kind, facts)
            }
            Fact::Purchased(purchase) => told("purchase.created", self.purchase(purchase)?),
            Fact::PurchaseReleased(purchase) => told("purchase.released", self.purchase(purchase)?),
            Fact::LineStatus(status) => {
                let kind = match status.as_str() {
                    "blocked" => "line.blocked",
                    "cancelled" => "line.cancelled",
                    _ => "line.enabled",
                };
                told(kind, json!({"customer": self.customer(), "line": self.line()?, "entry": self.entry()}))
            }
            Fact::PaymentFailed(id) => self.payment("payment.failed", id),
            Fact::PaymentClaimed(claimed) => self.claimed(claimed),
            Fact::InvoiceMade(id) => self.invoice("invoice.created", id),
            Fact::InvoicePaid(id) => self.invoice("invoice.paid", id),
            Fact::BoletoRegistered(id) => self.boleto("boleto.registered", id),
            Fact::BoletoOverdue(id) => self.boleto("boleto.overdue", id),
        }
    }

    fn customer(&self) -> Option<String> {
        self.notice.customer.map(|id| id.to_string())
    }

    fn wallet(&self) -> Option<String> {
        self.notice.wallet.map(|id| id.to_string())
    }

    /// The entry of the journal that the notice is named after.
    fn entry(&self) -> String {
        EntryRef::new(self.notice.id.position, self.notice.id.ordinal).id().to_string()
    }

    /// The line on the notice's wallet.
    fn line(&self) -> Result<Option<String>, StoreError> {
        let Some(wallet) = self.notice.wallet else { return Ok(None) };
        Ok(self.tables.line_of_wallet(wallet)?.map(|line| line.id.to_string()))
    }

    fn purchase(&self, purchase: &Awaiting) -> Result<Value, StoreError> {
        let pack = self.sold.pack(purchase.pack.0).map(|pack| pack.id.to_string());
        Ok(json!({
            "customer": self.customer(), "line": self.line()?, "purchase": purchase.purchase.to_string(),
            "pack": pack, "quantity": written(Amount::new(purchase.quantity, Unit::BYTE)),
            "price": written(purchase.price), "charging": purchase.charging.code(), "entry": self.entry(),
        }))
    }

    fn payment(&self, kind: &'static str, id: &str) -> Result<Option<Told>, StoreError> {
        let Some(payment) = found(id, |id: PaymentId| self.tables.payment(id))? else { return Ok(None) };
        let card =
            payment.card_brand.as_ref().map(|brand| json!({"brand": brand, "last_four": payment.card_last4}));
        let facts = json!({
            "customer": payment.customer.to_string(), "payment": payment.id.to_string(),
            "topup": payment.topup.map(|topup| topup.to_string()), "amount": written(payment.amount),
            "status": payment.status.word(), "method": payment.method, "card": card,
            "reason_code": payment.reason_code, "reason": payment.reason,
            "occurred_at": payment.occurred_at.to_string(),
        });
        Ok(Some(Told { kind, facts }))
    }

    fn claimed(&self, claimed: &Claimed) -> Result<Option<Told>, StoreError> {
        let Ok(amount) = claimed.amount() else { return Ok(None) };
        let payment = found(&claimed.payment, |id: PaymentId| self.tables.payment(id))?;
        let is_dispute = claimed.cause == ClaimCause::Dispute.word();
        let mut claim = json!({
            "id": claimed.provider_id, "state": claimed.state, "amount": written(amount), "reason": claimed.reason,
        });
        if is_dispute {
            claim["respond_by"] = json!(claimed.due_at);
        }
        let mut facts = json!({
            "customer": self.customer(), "payment": claimed.payment,
            "topup": payment.as_ref().and_then(|payment| payment.topup).map(|topup| topup.to_string()),
            "amount": payment.map(|payment| written(payment.amount)),
        });
        let (kind, name) =
            if is_dispute { ("payment.disputed", "dispute") } else { ("payment.refunded", "refund") };
        facts[name] = claim;
        Ok(Some(Told { kind, facts }))
    }

    fn invoice(&self, kind: &'static str, id: &str) -> Result<Option<Told>, StoreError> {
        let Some(invoice) = found(id, |id: InvoiceId| self.tables.invoice(id))? else { return Ok(None) };
        let facts = json!({
            "customer": invoice.customer.to_string(), "invoice": invoice.id.to_string(),
            "number": invoice.number, "month": invoice.month, "total": written(invoice.total),
            "due_on": invoice.due_on, "paid_at": invoice.paid_at.map(|at| at.to_string()),
            "paid_by": invoice.paid_by,
        });
        Ok(Some(Told { kind, facts }))
    }

    fn boleto(&self, kind: &'static str, id: &str) -> Result<Option<Told>, StoreError> {
        let Some(boleto) = found(id, |id: BoletoId| self.tables.boleto(id))? else { return Ok(None) };
        let facts = json!({
            "customer": boleto.customer.to_string(), "boleto": boleto.id.to_string(),
            "purchase": boleto.purchase.map(|id| id.to_string()),
            "invoice": boleto.invoice.map(|id| id.to_string()), "amount": written(boleto.amount),
            "due_on": boleto.due_on, "linha_digitavel": boleto.linha_digitavel,
        });
        Ok(Some(Told { kind, facts }))
    }
}

/// What has this id; `None` if the text is none, or nothing has it.
fn found<I: FromStr, T>(
    id: &str,
    look: impl FnOnce(I) -> Result<Option<T>, StoreError>,
) -> Result<Option<T>, StoreError> {
    id.parse().map_or(Ok(None), look)
}

/// As the API writes amounts.
fn written(amount: Amount) -> Value {
    json!({"amount": amount.to_decimal(), "unit": amount.unit().code()})
}
