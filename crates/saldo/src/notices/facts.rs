//! How facts stand in notices: their kinds, and the JSON that each carries by value.

use book::Awaiting;
use engine::News;
use money::{Amount, Unit, WalletId};
use serde::{Deserialize, Serialize};
use store::tables::outbox::Notice as Stored;

use super::money_facts::Claimed;
use super::{credit, money_facts, owed, usage};
use crate::lines::Purchased;

/// The kind of [`News::CreditAdded`].
pub(super) const CREDIT_ADDED: &str = "credit_added";
/// The kind of [`News::Purchased`].
pub(super) const PURCHASED: &str = "purchased";
/// The kind of [`News::Released`].
pub(super) const PURCHASE_RELEASED: &str = "purchase_released";
/// The kind of [`News::LineStatusSet`].
pub(super) const LINE_STATUS: &str = "line_status";
/// The kind of [`News::Exhausted`].
pub(super) const EXHAUSTED: &str = "exhausted";

/// What is stored of [`News::CreditAdded`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditAdded {
    payment: String,
    amount: String,
    posted: String,
    unit: String,
}

/// What is stored of [`News::LineStatusSet`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineStatusSet {
    status: String,
}

/// What is stored of [`News::Exhausted`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exhausted {
    available: String,
    unit: String,
}

/// What is stored of credit that fell below its threshold. What was stored before there were webhooks of it is empty.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Low {
    available: Option<String>,
    threshold: Option<String>,
    unit: Option<String>,
}

/// The payload of a notice that what is available in a wallet of money has fallen below its threshold.
pub(super) fn low(available: Amount, threshold: Amount) -> String {
    json(&Low {
        available: Some(available.to_decimal()),
        threshold: Some(threshold.to_decimal()),
        unit: Some(available.unit().code().to_owned()),
    })
}

/// What a notice tells, read from what was stored of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// A payment was credited.
    CreditAdded {
        /// The payment, `pay_…`.
        payment: String,
        /// How much it bought.
        amount: Amount,
        /// What the wallet holds after it.
        posted: Amount,
    },
    /// A pack was bought for a line.
    Purchased(Awaiting),
    /// Its credit was released.
    PurchaseReleased(Awaiting),
    /// A line has this status now.
    LineStatus(String),
    /// Nothing is available any more in a wallet of money.
    Exhausted {
        /// What is available: zero, or less.
        available: Amount,
    },
    /// What is available in a wallet of money has fallen below its threshold.
    Low {
        /// What was available then.
        available: Amount,
        /// The threshold.
        threshold: Amount,
    },
    /// A share of what a line had to use was reached.
    Usage {
        /// The share, in percent.
        percent: u8,
        /// Whether that was a pack's, else the cycle's.
        of_pack: bool,
        /// Bytes.
        left: i64,
    },
    /// An attempt to pay failed, `pay_…`.
    PaymentFailed(String),
    /// A refund or a dispute of a payment stands so now.
    PaymentClaimed(Claimed),
    /// An invoice was made, `inv_…`.
    InvoiceMade(String),
    /// An invoice was paid, `inv_…`.
    InvoicePaid(String),
    /// A bank has registered a boleto, `bol_…`.
    BoletoRegistered(String),
    /// A boleto's due day is over, `bol_…`.
    BoletoOverdue(String),
}

/// Kind, wallet and payload of a notice.
pub(super) fn stored(news: &News) -> (&'static str, WalletId, String) {
    match news {
        News::CreditAdded { wallet, payment, amount, posted } => {
            let payload = CreditAdded {
                payment: payment.to_string(),
                amount: amount.to_decimal(),
                posted: posted.to_decimal(),
                unit: amount.unit().code().to_owned(),
            };
            (CREDIT_ADDED, *wallet, json(&payload))
        }
        News::Purchased { wallet, purchase } => (PURCHASED, *wallet, json(&Purchased::of(*wallet, purchase))),
        News::Released { wallet, purchase } => {
            (PURCHASE_RELEASED, *wallet, json(&Purchased::of(*wallet, purchase)))
        }
        News::LineStatusSet { wallet, status } => {
            (LINE_STATUS, *wallet, json(&LineStatusSet { status: status.code().to_owned() }))
        }
        News::Exhausted { wallet, available } => {
            let unit = available.unit().code().to_owned();
            (EXHAUSTED, *wallet, json(&Exhausted { available: available.to_decimal(), unit }))
        }
    }
}

pub(super) fn json(payload: &impl Serialize) -> String {
    // Strings and numbers only: writing JSON cannot fail.
    serde_json::to_string(payload).unwrap_or_default()
}

/// What a notice tells; `None` of what is only for mails. An error says why it cannot be read.
pub(crate) fn fact(notice: &Stored) -> anyhow::Result<Option<Fact>> {
    let text = &notice.payload;
    let purchase = || -> anyhow::Result<Awaiting> {
        let (_, purchase) = serde_json::from_str::<Purchased>(text)?.read()?;
        Ok(purchase)
    };
    let named = || owed::named_in(notice).map_err(anyhow::Error::msg);
    Ok(Some(match notice.id.kind.as_str() {
        CREDIT_ADDED => {
            let CreditAdded { payment, amount, posted, unit } = serde_json::from_str(text)?;
            Fact::CreditAdded { payment, amount: read(&amount, &unit)?, posted: read(&posted, &unit)? }
        }
        PURCHASED => Fact::Purchased(purchase()?),
        PURCHASE_RELEASED => Fact::PurchaseReleased(purchase()?),
        LINE_STATUS => Fact::LineStatus(serde_json::from_str::<LineStatusSet>(text)?.status),
        EXHAUSTED => {
            let Exhausted { available, unit } = serde_json::from_str(text)?;
            Fact::Exhausted { available: read(&available, &unit)? }
        }
        credit::LOW_BALANCE => match serde_json::from_str(text)? {
            Low { available: Some(available), threshold: Some(threshold), unit: Some(unit) } => {
                Fact::Low { available: read(&available, &unit)?, threshold: read(&threshold, &unit)? }
            }
            Low { .. } => return Ok(None),
        },
        usage::USAGE => {
            let usage::Payload { percent, of_pack, left, .. } = serde_json::from_str(text)?;
            Fact::Usage { percent, of_pack, left }
        }
        money_facts::PAYMENT_FAILED => Fact::PaymentFailed(named()?),
        money_facts::PAYMENT_CLAIMED => Fact::PaymentClaimed(serde_json::from_str(text)?),
        money_facts::INVOICE_PAID => Fact::InvoicePaid(named()?),
        owed::INVOICE_MADE => Fact::InvoiceMade(named()?),
        owed::BOLETO_REGISTERED => Fact::BoletoRegistered(named()?),
        owed::BOLETO_OVERDUE => Fact::BoletoOverdue(named()?),
        _ => return Ok(None),
    }))
}

pub(super) fn read(amount: &str, unit: &str) -> anyhow::Result<Amount> {
    // A payment may have come in a currency that no book has.
    let known = Unit::known(unit).map_or_else(|| Unit::new(unit, Unit::USD.decimals()), Ok);
    Ok(Amount::parse(amount, known?)?)
}
