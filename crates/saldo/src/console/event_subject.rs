//! What an event of Stripe's is about, for people: whose money, how much, and where it stands here. Its words are Stripe's; what they name is
//! looked up in our tables, and what is not there is not said.

use money::{Amount, CustomerId, PaymentId, TopupId};
use serde_json::Value;
use store::tables::inbox::InboxEvent;
use store::{Reader as TablesReader, StoreError};
use stripe::minor_units;

use super::{payments, topups};
use crate::look::Reader;
use crate::look::page::listing::Fact;
use crate::payments::STRIPE;

/// What an event is about.
pub(super) struct EventSubject {
    customer: Option<(CustomerId, String)>,
    /// What was paid or is to be.
    amount: Amount,
    /// What goes back or is contested, if the event is about that.
    going_back: Option<Amount>,
    payment: Option<PaymentId>,
    topup: Option<TopupId>,
}

impl EventSubject {
    /// What is known here of what `event` names; `None` if nothing is.
    pub(super) fn find(
        tables: &TablesReader<'_>,
        event: &InboxEvent,
    ) -> Result<Option<EventSubject>, StoreError> {
        if event.provider != STRIPE {
            return Ok(None);
        }
        let Ok(told) = serde_json::from_slice::<Value>(&event.body) else { return Ok(None) };
        let object = &told["data"]["object"];
        let payment = match paid_by(object) {
            Some(intent) => tables.attempts_of(STRIPE, intent)?.pop(),
            None => None,
        };
        let topup = match named_topup(object).or(payment.as_ref().and_then(|payment| payment.topup)) {
            Some(id) => tables.topup(id)?,
            None => tables.topup_by_session(object["id"].as_str().unwrap_or_default())?,
        };
        let payment_of = payment.as_ref().map(|payment| (payment.customer, payment.amount));
        let topup_of = topup.as_ref().map(|topup| (topup.customer, topup.amount));
        let Some((customer, amount)) = payment_of.or(topup_of) else { return Ok(None) };
        Ok(Some(EventSubject {
            customer: tables.customer(customer)?.map(|known| (known.id, known.name)),
            amount,
            going_back: going_back(&told["data"]),
            payment: payment.map(|payment| payment.id),
            topup: topup.map(|topup| topup.id),
        }))
    }

    /// The same in a line: `$10.00 · Ana Lima`.
    pub(super) fn line(&self, reader: &Reader) -> String {
        let name = self.customer.as_ref().map(|(_, name)| name.clone());
        let amount = self.going_back.unwrap_or(self.amount);
        [Some(reader.money(amount)), name].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// The same as facts, each with its page.
    pub(super) fn facts(&self, reader: &Reader) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some((id, name)) = &self.customer {
            facts.push(Fact::linked(reader.t("customer"), name, format!("/console/customers/{id}")));
        }
        if let Some(id) = self.payment {
            facts.push(Fact::linked(reader.t("payment"), reader.money(self.amount), payments::url(id)));
        }
        if let Some(id) = self.topup {
            facts.push(Fact::linked(reader.t("topup"), reader.money(self.amount), topups::url(id)));
        }
        facts
    }
}

/// What a refund gives back or a dispute claims; of a charge, what has gone back since it was told of last.
fn going_back(told: &Value) -> Option<Amount> {
    let object = &told["object"];
    let amount = match object["object"].as_str()? {
        "refund" | "dispute" => object["amount"].as_i64()?,
        "charge" => {
            let before = told["previous_attributes"]["amount_refunded"].as_i64().unwrap_or(0);
            object["amount_refunded"].as_i64()?.checked_sub(before).filter(|back| *back > 0)?
        }
        _ => return None,
    };
    minor_units::to_shown_amount(amount, object["currency"].as_str()?).ok()
}

/// The payment intent that `object` is, or is about.
fn paid_by(object: &Value) -> Option<&str> {
    match object["object"].as_str() {
        Some("payment_intent") => object["id"].as_str(),
        _ => object["payment_intent"].as_str(),
    }
}

/// The top-up that `object` says it is for.
fn named_topup(object: &Value) -> Option<TopupId> {
    object["metadata"]["topup_id"].as_str()?.parse().ok()
}
