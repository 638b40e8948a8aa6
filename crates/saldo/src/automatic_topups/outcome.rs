//! What became of an automatic charge, and what follows from it, in the transaction in which it is written down.

use money::{Timestamp, TopupId};
use store::tables::automatic_topups::{
    AutomaticCharge, AutomaticReason, AutomaticState, AutomaticTopup, ChargeOutcome,
};
use store::tables::topups::{Topup, TopupState};
use store::{StoreError, Tx};
use stripe::answer::{PaymentIntent, PaymentIntentStatus};

use super::decision::{After, Decline, after, read_decline};
use crate::config::AutomaticTopups as Limits;
use crate::{clock, notices};

/// The code of a charge that needed its customer and got another word from the provider.
const WANTS_CUSTOMER: &str = "authentication_required";

/// What a payment intent says of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    payment: Option<String>,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Paid,
    Declined { code: String, decline: Decline },
    Withdrawn,
    NotYet,
}

impl Told {
    /// Reads an intent.
    pub fn of(intent: &PaymentIntent) -> Told {
        let declined = || {
            let error = intent.last_payment_error.as_ref()?;
            Some(What::declined(
                error.code.as_deref(),
                error.decline_code.as_deref(),
                error.advice_code.as_deref(),
            ))
        };
        let what = match intent.status {
            PaymentIntentStatus::Succeeded => What::Paid,
            PaymentIntentStatus::Canceled => declined().unwrap_or(What::Withdrawn),
            PaymentIntentStatus::RequiresPaymentMethod => declined().unwrap_or(What::NotYet),
            // Nobody stands there who could do anything.
            PaymentIntentStatus::RequiresAction => What::declined(Some(WANTS_CUSTOMER), None, None),
            _ => What::NotYet,
        };
        Told { payment: Some(intent.id.clone()), what }
    }

    /// The provider refused before there was an intent.
    pub(super) fn refused(code: Option<&str>, decline_code: Option<&str>, advice: Option<&str>) -> Told {
        Told { payment: None, what: What::declined(code, decline_code, advice) }
    }

    /// It was never made.
    pub(super) fn never_made() -> Told {
        Told { payment: None, what: What::Withdrawn }
    }

    /// Whether an intent is left behind that must not be paid any more.
    pub(super) fn is_declined(&self) -> bool {
        matches!(self.what, What::Declined { .. })
    }
}

impl What {
    fn declined(code: Option<&str>, decline_code: Option<&str>, advice: Option<&str>) -> What {
        let said = decline_code.or(code).unwrap_or("declined").to_owned();
        What::Declined { code: said, decline: read_decline(code, decline_code, advice) }
    }
}

/// Writes down what became of the charge that `topup` is, if it is one. Told twice, it has consequences once.
pub fn note(
    tx: &Tx<'_>,
    limits: &Limits,
    topup: &Topup,
    told: &Told,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(charge) = tx.automatic_charge(topup.id)? else { return Ok(()) };
    let payment = told.payment.clone().or_else(|| charge.provider_payment.clone());
    let charge = AutomaticCharge { provider_payment: payment, ..charge };
    let is_over = charge.settled_at.is_some();
    match &told.what {
        // The money is there, whatever was said before. It is over when its credit is there, too.
        What::Paid if charge.outcome != ChargeOutcome::Paid => paid(tx, charge),
        What::Declined { code, decline } if !is_over => {
            let charge = AutomaticCharge {
                outcome: ChargeOutcome::Declined,
                code: Some(code.clone()),
                settled_at: Some(clock::now()),
                ..charge
            };
            declined(tx, limits, &charge, *decline, at)
        }
        What::Withdrawn if !is_over => {
            tx.put_automatic_charge(&AutomaticCharge {
                outcome: ChargeOutcome::Abandoned,
                settled_at: Some(clock::now()),
                ..charge.clone()
            })?;
            end(tx, charge.topup)
        }
        _ => tx.put_automatic_charge(&charge),
    }
}

fn paid(tx: &Tx<'_>, charge: AutomaticCharge) -> Result<(), StoreError> {
    if let Some(row) = tx.automatic_topup(charge.wallet)? {
        tx.put_automatic_topup(&AutomaticTopup { declines: 0, ..row })?;
    }
    tx.put_automatic_charge(&AutomaticCharge { outcome: ChargeOutcome::Paid, code: None, ..charge })
}

fn declined(
    tx: &Tx<'_>,
    limits: &Limits,
    charge: &AutomaticCharge,
    decline: Decline,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.put_automatic_charge(charge)?;
    end(tx, charge.topup)?;
    let Some(row) = tx.automatic_topup(charge.wallet)? else { return Ok(()) };
    // Who has turned it off meanwhile, or chosen another card, is not concerned.
    let runs = matches!(row.state, AutomaticState::On | AutomaticState::Paused);
    if !runs || row.payment_method != charge.payment_method {
        return Ok(());
    }
    let declines = row.declines.saturating_add(1);
    let row = AutomaticTopup { declines, ..row };
    match after(decline, declines, limits.declines_max, limits.first_pause_minutes) {
        After::Stop(reason) => stop(tx, row, reason, Some(charge), at),
        After::Pause { minutes } => {
            let until = at.plus(i64::from(minutes).saturating_mul(Timestamp::MINUTE));
            let row = AutomaticTopup {
                state: AutomaticState::Paused,
                reason: Some(AutomaticReason::Declined),
                paused_until: Some(until),
                changed_at: at,
                ..row
            };
            tx.put_automatic_topup(&row)?;
            notices::automatic_paused(tx, &row, charge, at)
        }
    }
}

/// Stops until the customer says that it may go on, and tells him. The link that a bank's wish needs comes later, with its mail.
pub(super) fn stop(
    tx: &Tx<'_>,
    row: AutomaticTopup,
    reason: AutomaticReason,
    charge: Option<&AutomaticCharge>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = AutomaticTopup {
        state: AutomaticState::Stopped,
        reason: Some(reason),
        paused_until: None,
        link_topup: None,
        changed_at: at,
        ..row
    };
    tx.put_automatic_topup(&row)?;
    if reason == AutomaticReason::AuthenticationRequired {
        return Ok(());
    }
    notices::automatic_stopped(tx, &row, charge, at)
}

/// The top-up of a charge that will not be paid.
fn end(tx: &Tx<'_>, topup: TopupId) -> Result<(), StoreError> {
    tx.move_topup(topup, TopupState::Charging, TopupState::Failed, None, clock::now()).map(|_| ())
}

/// The credit of a top-up is there: if it was an automatic charge, the next one may come.
pub fn credited(tx: &Tx<'_>, topup: TopupId) -> Result<(), StoreError> {
    let Some(charge) = tx.automatic_charge(topup)? else { return Ok(()) };
    tx.put_automatic_charge(&AutomaticCharge {
        outcome: ChargeOutcome::Paid,
        settled_at: Some(charge.settled_at.unwrap_or_else(clock::now)),
        ..charge
    })
}
