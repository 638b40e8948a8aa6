//! Creating a hosted checkout session that sells one amount of credit by card.
//!
//! A returning customer sees the previous card only if all of this holds (Stripe, "Prefilling saved cards in Checkout"): the
//! session names the customer, the card was saved, and `allow_redisplay_filters` names how it was saved. Hence the two
//! ways of [`CardSaving`].

use crate::form::Form;
use crate::minor_units::MinorAmount;
use crate::request::{IdempotencyKey, Request};

/// Whether the card of this payment is kept for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardSaving {
    /// Saved without asking, and shown again: `setup_future_usage` saves it as `limited`, which the filters then name.
    /// The page that leads here must say so.
    Always,
    /// Stripe's page shows an unticked box; a ticked one saves the card as `always`, which is shown by default.
    Ask,
}

/// What a checkout session is created from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSessionParams<'a> {
    /// Stripe's id of the customer, `cus_…`.
    pub customer: &'a str,
    /// Our name for whoever pays, echoed in events.
    pub client_reference_id: &'a str,
    /// (name, value) pairs put on the session and on its payment intent, because Stripe copies neither to the other.
    pub metadata: &'a [(&'a str, &'a str)],
    /// The line the customer reads.
    pub product_name: &'a str,
    /// What is paid.
    pub amount: MinorAmount,
    /// Whether the card is kept.
    pub saving: CardSaving,
    /// Seconds since the epoch; 30 minutes to 24 hours from now.
    pub expires_at: i64,
    /// Where the customer returns after paying; `{CHECKOUT_SESSION_ID}` is replaced by Stripe.
    pub success_url: &'a str,
    /// Where *Back* leads.
    pub cancel_url: &'a str,
    /// A language of Stripe's page such as `pt-BR`; none lets the browser decide.
    pub locale: Option<&'a str>,
}

impl CheckoutSessionParams<'_> {
    /// The call that creates the session.
    #[must_use]
    pub fn request(&self, key: IdempotencyKey) -> Request {
        let mut form = Form::new()
            .with("mode", "payment")
            .with("customer", self.customer)
            .with("client_reference_id", self.client_reference_id)
            .with("line_items[0][quantity]", "1")
            .with("line_items[0][price_data][currency]", self.amount.currency().code())
            .with("line_items[0][price_data][unit_amount]", self.amount.minor_units().to_string())
            .with("line_items[0][price_data][product_data][name]", self.product_name)
            .with("payment_intent_data[description]", self.product_name)
            // Otherwise Stripe may show and settle another currency than the one that is credited.
            .with("adaptive_pricing[enabled]", "false")
            .with("expires_at", self.expires_at.to_string())
            .with("success_url", self.success_url)
            .with("cancel_url", self.cancel_url)
            .with("saved_payment_method_options[payment_method_remove]", "enabled");
        form = match self.saving {
            CardSaving::Always => form
                .with("payment_method_options[card][setup_future_usage]", "off_session")
                .with("saved_payment_method_options[allow_redisplay_filters][0]", "always")
                .with("saved_payment_method_options[allow_redisplay_filters][1]", "limited"),
            CardSaving::Ask => form.with("saved_payment_method_options[payment_method_save]", "enabled"),
        };
        for (name, value) in self.metadata {
            form = form
                .with(format!("metadata[{name}]"), *value)
                .with(format!("payment_intent_data[metadata][{name}]"), *value);
        }
        if let Some(locale) = self.locale {
            form = form.with("locale", locale);
        }
        Request::post("/v1/checkout/sessions".into(), form, key)
    }
}

impl Request {
    /// Opens a page that nobody is led to, of nobody in particular: to be closed at once, so that Stripe tells of that.
    #[must_use]
    pub fn create_trial_session(
        amount: MinorAmount,
        expires_at: i64,
        public_url: &str,
        key: IdempotencyKey,
    ) -> Self {
        let form = Form::new()
            .with("mode", "payment")
            .with("line_items[0][quantity]", "1")
            .with("line_items[0][price_data][currency]", amount.currency().code())
            .with("line_items[0][price_data][unit_amount]", amount.minor_units().to_string())
            .with("line_items[0][price_data][product_data][name]", "Saldo doctor: nobody pays this")
            .with("metadata[purpose]", "saldo_doctor")
            .with("success_url", public_url)
            .with("expires_at", expires_at.to_string());
        Self::post("/v1/checkout/sessions".into(), form, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::minor_units::Currency;

    fn fields(saving: CardSaving, locale: Option<&str>) -> Form {
        let params = CheckoutSessionParams {
            customer: "cus_1",
            client_reference_id: "acct",
            metadata: &[("topup", "top_1")],
            product_name: "Credit",
            amount: MinorAmount::new(1_000, Currency::Usd).expect("a price"),
            saving,
            expires_at: 1_800_000_000,
            success_url: "https://a.example/?s={CHECKOUT_SESSION_ID}",
            cancel_url: "https://a.example/back",
            locale,
        };
        let request = params.request(IdempotencyKey::new("k").expect("a key"));
        assert_eq!(request.path, "/v1/checkout/sessions");
        request.form
    }

    #[test]
    fn saving_without_asking_names_both_ways_a_card_may_be_shown_again() {
        let form = fields(CardSaving::Always, Some("pt-BR"));
        for (name, value) in [
            ("mode", Some("payment")),
            ("customer", Some("cus_1")),
            ("client_reference_id", Some("acct")),
            ("metadata[topup]", Some("top_1")),
            ("payment_intent_data[metadata][topup]", Some("top_1")),
            ("line_items[0][price_data][currency]", Some("usd")),
            ("line_items[0][price_data][unit_amount]", Some("1000")),
            ("payment_method_options[card][setup_future_usage]", Some("off_session")),
            ("saved_payment_method_options[allow_redisplay_filters][0]", Some("always")),
            ("saved_payment_method_options[allow_redisplay_filters][1]", Some("limited")),
            ("saved_payment_method_options[payment_method_remove]", Some("enabled")),
            ("saved_payment_method_options[payment_method_save]", None),
            ("adaptive_pricing[enabled]", Some("false")),
            ("locale", Some("pt-BR")),
            ("payment_method_types[0]", None),
        ] {
            assert_eq!(form.get(name), value, "{name}");
        }
    }

    #[test]
    fn asking_saves_nothing_by_itself() {
        let form = fields(CardSaving::Ask, None);
        for (name, value) in [
            ("payment_method_options[card][setup_future_usage]", None),
            ("saved_payment_method_options[payment_method_save]", Some("enabled")),
            ("saved_payment_method_options[allow_redisplay_filters][0]", None),
            ("locale", None),
        ] {
            assert_eq!(form.get(name), value, "{name}");
        }
    }
}
