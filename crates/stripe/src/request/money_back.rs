//! Calls about refunds and disputes.

use super::lists::{Created, Page};
use super::{IdempotencyKey, Request};
use crate::form::{Form, path_segment};

/// What a refund or a dispute is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid<'a> {
    /// One charge, `ch_…` or `py_…`.
    Charge(&'a str),
    /// The charge that paid an intent, `pi_…`.
    PaymentIntent(&'a str),
}

impl Paid<'_> {
    fn onto(self, form: Form) -> Form {
        match self {
            Paid::Charge(id) => form.with("charge", id),
            Paid::PaymentIntent(id) => form.with("payment_intent", id),
        }
    }
}

/// Why money is given back, in Stripe's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundReason {
    /// It was paid twice.
    Duplicate,
    /// Somebody else paid with the card. Stripe blocks card and e-mail.
    Fraudulent,
    /// The customer wished it.
    RequestedByCustomer,
}

impl RefundReason {
    /// Stripe's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RefundReason::Duplicate => "duplicate",
            RefundReason::Fraudulent => "fraudulent",
            RefundReason::RequestedByCustomer => "requested_by_customer",
        }
    }
}

/// What is to be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundParams<'a> {
    /// Of what.
    pub paid: Paid<'a>,
    /// In minor units; none for all that has not been given back.
    pub amount: Option<i64>,
    /// Why; none if none of Stripe's reasons fits.
    pub reason: Option<RefundReason>,
    /// (name, value) pairs of ours.
    pub metadata: &'a [(&'a str, &'a str)],
}

impl RefundParams<'_> {
    /// The call that makes the refund. A refund of more than is left is refused: `charge_already_refunded` when nothing is
    /// left, else an error about `amount`.
    #[must_use]
    pub fn request(&self, key: IdempotencyKey) -> Request {
        let mut form = self.paid.onto(Form::new());
        if let Some(amount) = self.amount {
            form = form.with("amount", amount.to_string());
        }
        if let Some(reason) = self.reason {
            form = form.with("reason", reason.as_str());
        }
        for (name, value) in self.metadata {
            form = form.with(format!("metadata[{name}]"), *value);
        }
        Request::post("/v1/refunds".into(), form, key)
    }
}

impl Request {
    /// Reads one refund.
    #[must_use]
    pub fn retrieve_refund(id: &str) -> Self {
        Self::get(format!("/v1/refunds/{}", path_segment(id)), Form::new())
    }

    /// Lists refunds, newest first: all of a time, or those of one payment.
    #[must_use]
    pub fn list_refunds(of: Option<Paid<'_>>, created: Created, page: Page<'_>) -> Self {
        Self::get("/v1/refunds".into(), page.onto(created.onto(narrowed(of))))
    }

    /// Reads one dispute.
    #[must_use]
    pub fn retrieve_dispute(id: &str) -> Self {
        Self::get(format!("/v1/disputes/{}", path_segment(id)), Form::new())
    }

    /// Lists disputes, newest first: all of a time, or those of one payment.
    #[must_use]
    pub fn list_disputes(of: Option<Paid<'_>>, created: Created, page: Page<'_>) -> Self {
        Self::get("/v1/disputes".into(), page.onto(created.onto(narrowed(of))))
    }
}

fn narrowed(to: Option<Paid<'_>>) -> Form {
    to.map_or_else(Form::new, |paid| paid.onto(Form::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    #[test]
    fn a_refund_names_what_it_gives_back() {
        let key = || IdempotencyKey::new("k-1").expect("a valid key");
        let part = RefundParams {
            paid: Paid::PaymentIntent("pi_1"),
            amount: Some(300),
            reason: Some(RefundReason::RequestedByCustomer),
            metadata: &[("refund", "r 1")],
        };
        let request = part.request(key());
        assert_eq!((request.method, request.path.as_str()), (Method::Post, "/v1/refunds"));
        let body = "payment_intent=pi_1&amount=300&reason=requested_by_customer&metadata[refund]=r%201";
        assert_eq!(request.body().as_deref(), Some(body));
        let whole = RefundParams { paid: Paid::Charge("ch_1"), amount: None, reason: None, metadata: &[] };
        assert_eq!(whole.request(key()).body().as_deref(), Some("charge=ch_1"));
    }

    #[test]
    fn what_went_back_is_read_by_id_and_by_payment() {
        let page = Page::default();
        for (request, target) in [
            (Request::retrieve_refund("re_1"), "/v1/refunds/re_1"),
            (Request::retrieve_dispute("du_1"), "/v1/disputes/du_1"),
            (
                Request::list_refunds(Some(Paid::Charge("ch_1")), Created::default(), page),
                "/v1/refunds?charge=ch_1&limit=100",
            ),
            (Request::list_refunds(None, Created::since(7), page), "/v1/refunds?created[gte]=7&limit=100"),
            (
                Request::list_disputes(Some(Paid::PaymentIntent("pi_1")), Created::default(), page),
                "/v1/disputes?payment_intent=pi_1&limit=100",
            ),
        ] {
            assert_eq!(request.path_and_query(), target);
            assert_eq!(request.idempotency_key, None);
        }
    }
}
