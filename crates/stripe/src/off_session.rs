//! Charging a saved card while its owner is away, as automatic top-up does.
//!
//! A decline is an answer of its own: 402 with a `card_error` that tells code, decline code, advice and the intent that stays
//! behind ([`crate::answer::ErrorDetail`]). `authentication_required` has no way through without the customer: he pays on the
//! hosted page instead, and the intent left behind is cancelled.

use crate::form::Form;
use crate::minor_units::MinorAmount;
use crate::{IdempotencyKey, Request};

/// What is charged, to whom, with which card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffSessionPayment<'a> {
    /// Stripe's id of the customer, `cus_…`.
    pub customer: &'a str,
    /// The saved card, `pm_…`.
    pub payment_method: &'a str,
    /// How much.
    pub amount: MinorAmount,
    /// The line the customer reads on a receipt.
    pub description: &'a str,
    /// (name, value) pairs, by which the intent is found again when Stripe has forgotten the idempotency key.
    pub metadata: &'a [(&'a str, &'a str)],
}

impl OffSessionPayment<'_> {
    /// The call that makes the intent and tries the card at once; the charge comes inside the answer.
    #[must_use]
    pub fn request(&self, key: IdempotencyKey) -> Request {
        let mut form = Form::new()
            .with("amount", self.amount.minor_units().to_string())
            .with("currency", self.amount.currency().code())
            .with("customer", self.customer)
            .with("payment_method", self.payment_method)
            .with("off_session", "true")
            .with("confirm", "true")
            .with("description", self.description)
            .with("expand[0]", "latest_charge");
        for (name, value) in self.metadata {
            form = form.with(format!("metadata[{name}]"), *value);
        }
        Request::post("/v1/payment_intents".into(), form, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::minor_units::Currency;

    #[test]
    fn a_saved_card_is_charged_in_one_call() {
        let payment = OffSessionPayment {
            customer: "cus_1",
            payment_method: "pm_1",
            amount: MinorAmount::new(2_000, Currency::Brl).expect("a price"),
            description: "Credit",
            metadata: &[("topup", "top_1")],
        };
        let request = payment.request(IdempotencyKey::new("top_1").expect("a key"));
        assert_eq!(request.path, "/v1/payment_intents");
        assert_eq!(
            request.body().as_deref(),
            Some(
                "amount=2000&currency=brl&customer=cus_1&payment_method=pm_1&off_session=true&confirm=true&description=Credit\
                 &expand[0]=latest_charge&metadata[topup]=top_1"
            )
        );
    }
}
