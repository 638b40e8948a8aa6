//! What people other than the seller do after a payment, done on demand: banks that send money back, payers who dispute, Stripe that
//! pays out. By [`Sandbox::act`] in a program, by the routes of [`crate::payments`] over HTTP.

use serde_json::{Map, Value};

use crate::api::error::ApiError;
use crate::disputes::{self, Ending, Opening};
use crate::payment::delayed::{self, Settled};
use crate::refunds::{self, Wish};
use crate::state::{Filter, Later, Origin, Work, text};
use crate::{Sandbox, balance, conversion, customers, later, payment};

/// Something done on demand. `payment` is a payment intent, `pi_…`; amounts are in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The seller refunds at Stripe's own pages, without our program.
    Refund {
        /// What was paid.
        payment: String,
        /// None for all that is left.
        amount: Option<i64>,
    },
    /// The same, and the payer's bank will send it back later.
    RefundSentBackLater {
        /// What was paid.
        payment: String,
        /// None for all that is left.
        amount: Option<i64>,
    },
    /// A refund on its way arrives.
    RefundArrives {
        /// `re_…`
        refund: String,
    },
    /// A refund is sent back by the payer's bank.
    RefundFails {
        /// `re_…`
        refund: String,
    },
    /// The payer disputes: the money is withdrawn.
    Dispute {
        /// What was paid.
        payment: String,
        /// None for all that was not refunded.
        amount: Option<i64>,
    },
    /// The payer's bank asks: nothing is withdrawn.
    Inquire {
        /// What was paid.
        payment: String,
    },
    /// The seller has answered and the bank is thinking.
    Review {
        /// `du_…`
        dispute: String,
    },
    /// An inquiry becomes a dispute.
    Escalate {
        /// `du_…`
        dispute: String,
    },
    /// A dispute ends.
    Close {
        /// `du_…`
        dispute: String,
        /// How.
        ending: DisputeEnding,
    },
    /// Money that is awaited (a boleto, a Pix, a card that seems to be on its way) comes, or does not.
    Settle {
        /// What is to be paid.
        payment: String,
        /// Which.
        outcome: Settlement,
    },
    /// The time of a payment page is over.
    Expire {
        /// `cs_…`
        session: String,
    },
    /// A coupon of the seller's makes an open checkout free: its payer is through, and nothing was paid.
    MakeFree {
        /// `cs_…`
        session: String,
    },
    /// The page of an open checkout asks for another currency, as a Stripe account does that converts prices by itself: whoever pays then
    /// pays in it.
    Convert {
        /// `cs_…`
        session: String,
        /// `usd`, `brl` or `eur`.
        currency: String,
    },
    /// The seller deletes a customer at Stripe: his saved cards are gone, and nothing can be sold to him any more.
    DeleteCustomer {
        /// `cus_…`
        customer: String,
    },
    /// A payout on its way does not arrive: its money is back in the balance.
    PayoutFails {
        /// `po_…`
        payout: String,
    },
    /// All that is in the balance of a currency is paid out.
    PayOut {
        /// `usd` or `brl`.
        currency: String,
    },
    /// Everything that would happen by itself later happens now: refunds that arrive or come back, disputes, late declines.
    Later,
}

/// How a dispute or an inquiry ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeEnding {
    /// A dispute: the money comes back.
    Won,
    /// A dispute: the money is gone.
    Lost,
    /// An inquiry: it came to nothing.
    WarningClosed,
    /// An inquiry: settled before it became a dispute.
    Prevented,
}

/// How awaited money ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// It comes.
    Succeeded,
    /// It does not.
    Failed,
}

/// Why something was not done: it does not fit where the payment, refund or dispute stands. Nothing has changed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ActRefused {
    /// The status with which the routes answer: 400, 404, or 500 when the sandbox itself is broken.
    pub status: u16,
    /// A sentence.
    pub message: String,
}

impl Sandbox {
    /// Does something on demand; returns what came of it, in Stripe's JSON.
    ///
    /// # Errors
    /// It does not fit, and nothing has changed.
    pub async fn act(&self, act: Act) -> Result<Value, ActRefused> {
        let provider = std::sync::Arc::clone(&self.provider);
        let acting = move || provider.act(&act);
        tokio::task::spawn_blocking(acting).await.unwrap_or_else(|panic| Err(broken(&panic)))
    }

    /// Everything that there is of a kind (`payment_intent`, `refund`, `dispute`, ...), newest first, past all faults.
    ///
    /// # Errors
    /// The sandbox's state cannot be read.
    pub async fn objects(&self, kind: &'static str) -> Result<Vec<Value>, ActRefused> {
        let provider = std::sync::Arc::clone(&self.provider);
        let read = move || provider.run(Origin::default(), |work| work.all(kind, &Filter::default()));
        let read = tokio::task::spawn_blocking(read).await.map_err(|panic| broken(&panic))?;
        read.map_err(|error| broken(&error))
    }
}

impl crate::provider::Provider {
    /// Does `act` as one piece of work.
    pub(crate) fn act(&self, act: &Act) -> Result<Value, ActRefused> {
        self.run(Origin::default(), |work| perform(work, act)).map_err(ActRefused::from)
    }
}

impl From<ApiError> for ActRefused {
    fn from(error: ApiError) -> Self {
        let body = error.body();
        Self { status: error.status.as_u16(), message: text(&body["error"], "message").to_owned() }
    }
}

fn broken(error: &dyn std::error::Error) -> ActRefused {
    tracing::error!(%error, "the sandbox could not do what was asked");
    ActRefused { status: 500, message: "The sandbox could not keep or read its state.".to_owned() }
}

fn perform(work: &Work<'_>, act: &Act) -> Result<Value, ApiError> {
    match act {
        Act::Refund { payment, amount } => {
            let wish = Wish { amount: *amount, reason: None, metadata: Map::new() };
            refunds::refund(work, charge_of(work, payment)?, wish)
        }
        Act::RefundSentBackLater { payment, amount } => {
            let wish = Wish { amount: *amount, reason: None, metadata: Map::new() };
            let refund = refunds::refund(work, charge_of(work, payment)?, wish)?;
            work.plan(text(&refund, "id"), Later::RefundFails, later::DELAY_MS)?;
            Ok(refund)
        }
        Act::RefundArrives { refund } => Ok(refunds::succeed(work, object(work, "refund", refund)?)?),
        Act::RefundFails { refund } => {
            Ok(refunds::fail(work, object(work, "refund", refund)?, "expired_or_canceled_card")?)
        }
        Act::Dispute { payment, amount } => {
            disputes::open(work, charge_of(work, payment)?, Opening::Dispute, "fraudulent", *amount)
        }
        Act::Inquire { payment } => {
            disputes::open(work, charge_of(work, payment)?, Opening::Inquiry, "fraudulent", None)
        }
        Act::Review { dispute } => disputes::review(work, object(work, "dispute", dispute)?),
        Act::Escalate { dispute } => disputes::escalate(work, object(work, "dispute", dispute)?),
        Act::Close { dispute, ending } => {
            let ending = match ending {
                DisputeEnding::Won => Ending::Won,
                DisputeEnding::Lost => Ending::Lost,
                DisputeEnding::WarningClosed => Ending::WarningClosed,
                DisputeEnding::Prevented => Ending::Prevented,
            };
            disputes::close(work, object(work, "dispute", dispute)?, ending)
        }
        Act::Settle { payment, outcome } => {
            let intent = object(work, "payment_intent", payment)?;
            if !delayed::is_awaited(work, &intent)? {
                return Err(ApiError::invalid(format!("No money is awaited for {payment}.")));
            }
            let settled = match outcome {
                Settlement::Succeeded => Settled::Succeeded,
                Settlement::Failed => Settled::Failed,
            };
            Ok(delayed::settle(work, intent, settled)?)
        }
        Act::Expire { session } => {
            let session = object(work, "checkout.session", session)?;
            match text(&session, "status") {
                "open" => Ok(payment::expire_session(work, session)?),
                status => Err(ApiError::invalid(format!("This payment page is not open; it is {status}."))),
            }
        }
        Act::MakeFree { session } => {
            let session = object(work, "checkout.session", session)?;
            match text(&session, "status") {
                "open" => Ok(payment::make_free(work, session)?),
                status => Err(ApiError::invalid(format!("A checkout that is {status} cannot be made free."))),
            }
        }
        Act::Convert { session, currency } => {
            let session = object(work, "checkout.session", session)?;
            conversion::convert(work, session, currency)
        }
        Act::DeleteCustomer { customer } => customers::delete(work, customer),
        Act::PayoutFails { payout } => balance::fail_payout(work, object(work, "payout", payout)?),
        Act::PayOut { currency } => balance::pay_out(work, currency)?
            .ok_or_else(|| ApiError::invalid("The balance of this currency holds nothing to pay out.")),
        Act::Later => Ok(serde_json::json!({ "happened": later::happen(work, i64::MAX)? })),
    }
}

fn object(work: &Work<'_>, kind: &str, id: &str) -> Result<Value, ApiError> {
    work.get(kind, id)?.ok_or_else(|| ApiError::no_such(kind, id))
}

/// The charge that paid an intent.
fn charge_of(work: &Work<'_>, payment: &str) -> Result<Value, ApiError> {
    let intent = object(work, "payment_intent", payment)?;
    let unpaid = || ApiError::invalid(format!("{payment} is not paid."));
    work.get("charge", text(&intent, "latest_charge"))?.ok_or_else(unpaid)
}
