//! What Stripe answers and sends, as serde structs that hold only the fields we use.
//!
//! Unknown fields are ignored and unknown words kept as `Unknown`, because Stripe adds both within a version. What a field
//! means for credit is decided elsewhere.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Pairs that we attached to an object.
pub type Metadata = BTreeMap<String, String>;

macro_rules! open_enum {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(from = "String")]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// A word this version of ours does not know.
            Unknown(String),
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text),
                }
            }
        }

        impl $name {
            /// Stripe's word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }
    };
}

open_enum! {
    /// Where a checkout session stands.
    SessionStatus {
        /// The customer may pay.
        Open = "open",
        /// The customer has finished; see [`SessionPaymentStatus`].
        Complete = "complete",
        /// Nobody can pay any more.
        Expired = "expired",
    }
}

open_enum! {
    /// Whether a checkout session has been paid.
    SessionPaymentStatus {
        /// The money is there.
        Paid = "paid",
        /// Not yet, or never.
        Unpaid = "unpaid",
        /// Nothing was to pay.
        NoPaymentRequired = "no_payment_required",
    }
}

open_enum! {
    /// Where a payment intent stands.
    PaymentIntentStatus {
        /// No attempt yet, or the last one failed.
        RequiresPaymentMethod = "requires_payment_method",
        /// A method is chosen, not yet tried.
        RequiresConfirmation = "requires_confirmation",
        /// The customer has something to do, such as 3-D Secure.
        RequiresAction = "requires_action",
        /// The bank is working.
        Processing = "processing",
        /// Authorised, not captured.
        RequiresCapture = "requires_capture",
        /// Given up.
        Canceled = "canceled",
        /// Paid.
        Succeeded = "succeeded",
    }
}

open_enum! {
    /// How an attempt ended.
    ChargeStatus {
        /// Paid.
        Succeeded = "succeeded",
        /// Not yet known.
        Pending = "pending",
        /// Declined or failed.
        Failed = "failed",
    }
}

open_enum! {
    /// Whether a saved payment method may be shown to its customer again.
    AllowRedisplay {
        /// Wherever it fits.
        Always = "always",
        /// Only where the session's filters name `limited`.
        Limited = "limited",
        /// Nobody said.
        Unspecified = "unspecified",
    }
}

/// A related object: its id, or the object itself where `expand` asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Expandable<T> {
    /// Not expanded.
    Id(String),
    /// Expanded.
    Object(Box<T>),
}

/// What has an id of Stripe's.
pub trait Identified {
    /// Stripe's id.
    fn id(&self) -> &str;
}

impl<T: Identified> Expandable<T> {
    /// The id, expanded or not.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Object(object) => object.id(),
        }
    }

    /// The object, if it was expanded.
    #[must_use]
    pub fn object(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }
}

macro_rules! identified {
    ($($name:ident)+) => {
        $(impl Identified for $name {
            fn id(&self) -> &str {
                &self.id
            }
        })+
    };
}

identified! { Customer CheckoutSession PaymentIntent Charge PaymentMethod Event Refund Dispute BalanceTransaction Payout }

mod balance;
mod money_back;
mod refusal;

pub use balance::{BalanceTransaction, Payout, PayoutStatus};
pub use money_back::{Dispute, DisputeStatus, EvidenceDetails, Refund, RefundStatus};
pub use refusal::{ErrorBody, ErrorDetail, ErrorType, PaymentError};

/// `cus_…`: stands for one of our customers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Customer {
    /// Stripe's id.
    pub id: String,
    /// E-mail, where known.
    pub email: Option<String>,
    /// True when it was deleted at Stripe; nothing can be sold to it.
    #[serde(default)]
    pub deleted: bool,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: Metadata,
}

/// `cs_…`: one visit to the hosted page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckoutSession {
    /// Stripe's id.
    pub id: String,
    /// Where the customer pays; only while open.
    pub url: Option<String>,
    /// Where it stands.
    pub status: Option<SessionStatus>,
    /// Whether it is paid.
    pub payment_status: SessionPaymentStatus,
    /// The intent; Stripe may make it only when the customer first tries to pay.
    pub payment_intent: Option<Expandable<PaymentIntent>>,
    /// Who pays.
    pub customer: Option<Expandable<Customer>>,
    /// What we named the payer at creation.
    pub client_reference_id: Option<String>,
    /// What is to pay, in minor units.
    pub amount_total: Option<i64>,
    /// Lower-case currency code.
    pub currency: Option<String>,
    /// Seconds since the epoch.
    pub created: i64,
    /// Seconds since the epoch.
    pub expires_at: i64,
    /// Real money or not.
    pub livemode: bool,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: Metadata,
}

/// `pi_…`: one amount to collect, through one or more attempts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentIntent {
    /// Stripe's id.
    pub id: String,
    /// Where it stands.
    pub status: PaymentIntentStatus,
    /// What is to pay, in minor units.
    pub amount: i64,
    /// What was paid, in minor units.
    #[serde(default)]
    pub amount_received: i64,
    /// Lower-case currency code.
    pub currency: String,
    /// Who pays.
    pub customer: Option<Expandable<Customer>>,
    /// The newest attempt.
    pub latest_charge: Option<Expandable<Charge>>,
    /// Why the last attempt failed; gone once one succeeded.
    pub last_payment_error: Option<PaymentError>,
    /// The method of the last attempt.
    pub payment_method: Option<Expandable<PaymentMethod>>,
    /// What the customer has still to do, while the status is `requires_action`.
    pub next_action: Option<NextAction>,
    /// Seconds since the epoch.
    pub created: i64,
    /// Real money or not.
    pub livemode: bool,
    /// Ours.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: Metadata,
}

/// What a customer has still to do for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NextAction {
    /// `boleto_display_details`, `pix_display_qr_code`, `redirect_to_url`, `use_stripe_sdk`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Only for a boleto.
    pub boleto_display_details: Option<BoletoToPay>,
    /// Only for a Pix.
    pub pix_display_qr_code: Option<PixToPay>,
}

/// A boleto that Stripe has issued.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BoletoToPay {
    /// Where the customer reads it.
    pub hosted_voucher_url: Option<String>,
    /// Its linha digitável.
    pub number: Option<String>,
    /// Seconds since the epoch.
    pub expires_at: Option<i64>,
}

/// A Pix that Stripe has asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PixToPay {
    /// Where the customer reads it.
    pub hosted_instructions_url: Option<String>,
    /// Its BR Code.
    pub data: Option<String>,
    /// Seconds since the epoch.
    pub expires_at: Option<i64>,
}

impl NextAction {
    /// A page of Stripe's on which the customer can go on, where there is one.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        let boleto =
            self.boleto_display_details.as_ref().and_then(|boleto| boleto.hosted_voucher_url.as_deref());
        boleto.or_else(|| self.pix_display_qr_code.as_ref()?.hosted_instructions_url.as_deref())
    }

    /// Until when what is shown to the customer can be paid, in seconds since the epoch.
    #[must_use]
    pub fn until(&self) -> Option<i64> {
        let boleto = self.boleto_display_details.as_ref().and_then(|boleto| boleto.expires_at);
        boleto.or_else(|| self.pix_display_qr_code.as_ref()?.expires_at)
    }

    /// The customer was shown what he pays elsewhere: a voucher, a code, a bank account. The attempt is made and its money awaited;
    /// any other action, such as 3-D Secure, comes before there is an attempt.
    #[must_use]
    pub fn awaits_money(&self) -> bool {
        self.kind.contains("_display_") || self.kind.starts_with("display_")
    }
}

/// `ch_…` or `py_…`: one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Charge {
    /// Stripe's id.
    pub id: String,
    /// Tried amount, in minor units.
    pub amount: i64,
    /// Lower-case currency code.
    pub currency: String,
    /// How it ended.
    pub status: ChargeStatus,
    /// Seconds since the epoch.
    pub created: i64,
    /// The intent it belongs to.
    pub payment_intent: Option<Expandable<PaymentIntent>>,
    /// Who paid.
    pub customer: Option<Expandable<Customer>>,
    /// What was used.
    pub payment_method_details: Option<PaymentMethodDetails>,
    /// For instance `card_declined`, `expired_card`.
    pub failure_code: Option<String>,
    /// A sentence for the customer.
    pub failure_message: Option<String>,
    /// What the bank and Stripe's rules said.
    pub outcome: Option<Outcome>,
    /// What was given back of it so far, all refunds together that have not failed, in minor units.
    #[serde(default)]
    pub amount_refunded: i64,
    /// True once all of it was given back.
    #[serde(default)]
    pub refunded: bool,
    /// True once its payer disputed it, whatever became of that.
    #[serde(default)]
    pub disputed: bool,
    /// What it did to Stripe's balance, with the fee; comes a moment after the charge.
    pub balance_transaction: Option<Expandable<BalanceTransaction>>,
    /// Real money or not.
    pub livemode: bool,
    /// Ours, copied from the intent.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: Metadata,
}

impl Charge {
    /// Why the bank declined, for instance `insufficient_funds`; none when it did not. A charge tells it as the outcome's reason.
    #[must_use]
    pub fn decline_code(&self) -> Option<&str> {
        match self.failure_code.as_deref() {
            Some("card_declined") => self.outcome.as_ref()?.reason.as_deref(),
            _ => None,
        }
    }

    /// The card that was used, if it was a card.
    #[must_use]
    pub fn card(&self) -> Option<&Card> {
        self.payment_method_details.as_ref()?.card.as_ref()
    }
}

/// What the bank and Stripe's rules said of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Outcome {
    /// `authorized`, `issuer_declined`, `blocked`, `invalid`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// A decline code, or the name of a rule.
    pub reason: Option<String>,
    /// A sentence for the seller, not for the customer.
    pub seller_message: Option<String>,
}

/// What was used to pay.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentMethodDetails {
    /// `card`, `boleto`, `pix`, `link`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Only for cards.
    pub card: Option<Card>,
}

/// What is shown of a card.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Card {
    /// Stripe's brand code; see [`crate::card`].
    #[serde(default, deserialize_with = "null_is_default")]
    pub brand: String,
    /// Last four digits.
    #[serde(default, deserialize_with = "null_is_default")]
    pub last4: String,
    /// 1 to 12.
    pub exp_month: u8,
    /// Four digits.
    pub exp_year: u16,
    /// Equal for equal card numbers.
    pub fingerprint: Option<String>,
    /// The wallet around it, such as Apple Pay.
    pub wallet: Option<Wallet>,
}

/// A wallet around a card.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Wallet {
    /// `apple_pay`, `google_pay`, `link`, …
    #[serde(rename = "type")]
    pub kind: String,
}

/// `pm_…`: a card or another method.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentMethod {
    /// Stripe's id.
    pub id: String,
    /// `card`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Only for cards.
    pub card: Option<Card>,
    /// Whose it is; none once detached.
    pub customer: Option<Expandable<Customer>>,
    /// Whether it is shown again.
    pub allow_redisplay: Option<AllowRedisplay>,
    /// Seconds since the epoch.
    pub created: i64,
}

/// `evt_…`: something happened. Kept raw inside; read with [`Event::object`].
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    /// Stripe's id: the same event sent twice has the same one.
    pub id: String,
    /// For instance `checkout.session.completed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version in which the object inside is written.
    pub api_version: Option<String>,
    /// Seconds since the epoch.
    pub created: i64,
    /// Real money or not.
    pub livemode: bool,
    /// What it happened to.
    pub data: EventData,
}

/// Where Stripe sends events.
#[derive(Debug, Clone, Deserialize)]
pub struct WebhookEndpoint {
    /// The address that is told.
    pub url: String,
    /// `enabled` or `disabled`.
    pub status: String,
    /// The kinds of events it is told of; `*` for all.
    pub enabled_events: Vec<String>,
    /// The version in which it is told; the account's own if `None`.
    pub api_version: Option<String>,
}

/// The object of an event.
#[derive(Debug, Clone, Deserialize)]
pub struct EventData {
    /// As sent, byte by byte.
    pub object: Box<RawValue>,
}

impl Event {
    /// Reads the object inside, as it was when the event happened.
    ///
    /// # Errors
    /// It is not of that kind.
    pub fn object<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.data.object.get())
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct List<T> {
    /// The items, newest first.
    pub data: Vec<T>,
    /// True when older ones exist: ask again with `starting_after` the last id.
    pub has_more: bool,
}

/// Stripe writes `null` where it has nothing to say.
fn null_is_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests;
