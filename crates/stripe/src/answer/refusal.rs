//! Why something failed: a call that Stripe refuses, an attempt that a bank declines.

use serde::Deserialize;

use super::{PaymentIntent, PaymentMethod};

open_enum! {
    /// What kind of error an answer tells.
    ErrorType {
        /// Stripe's own trouble.
        ApiError = "api_error",
        /// The card was refused.
        CardError = "card_error",
        /// An idempotency key was used for something else.
        IdempotencyError = "idempotency_error",
        /// The request was wrong.
        InvalidRequestError = "invalid_request_error",
    }
}

/// Why an attempt on a payment intent failed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentError {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: ErrorType,
    /// For instance `card_declined`.
    pub code: Option<String>,
    /// For instance `insufficient_funds`.
    pub decline_code: Option<String>,
    /// What may be done after a decline: `try_again_later`, `do_not_try_again`, `confirm_card_data`.
    pub advice_code: Option<String>,
    /// A sentence for the customer.
    pub message: Option<String>,
    /// The failed attempt, where there is one.
    pub charge: Option<String>,
    /// What was tried.
    pub payment_method: Option<PaymentMethod>,
}

/// The body of an answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ErrorBody {
    /// What is wrong.
    pub error: ErrorDetail,
}

/// What is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ErrorDetail {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: ErrorType,
    /// For instance `resource_missing`.
    pub code: Option<String>,
    /// Why a card was declined.
    pub decline_code: Option<String>,
    /// What may be done after a decline: `try_again_later`, `do_not_try_again`, `confirm_card_data`.
    pub advice_code: Option<String>,
    /// A sentence.
    pub message: Option<String>,
    /// The parameter it is about.
    pub param: Option<String>,
    /// The failed attempt, where one was made.
    pub charge: Option<String>,
    /// The intent that a card error leaves behind.
    pub payment_intent: Option<Box<PaymentIntent>>,
}

impl ErrorDetail {
    /// True when the bank wants the customer himself: nothing can be charged without him.
    #[must_use]
    pub fn wants_the_customer(&self) -> bool {
        let says = |code: &Option<String>| code.as_deref() == Some("authentication_required");
        says(&self.code) || says(&self.decline_code)
    }

    /// True when the same card must not be tried again.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.advice_code.as_deref() == Some("do_not_try_again")
    }
}
