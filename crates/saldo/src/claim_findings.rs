//! What a person is told of money of a payment that went back, or came back, while what it had bought stays: each step once, whatever he has
//! dealt with before.
//!
//! What went in all is absolute. Of it, what stood in the newest finding that somebody dealt with is dealt with; the open finding, at most
//! one, tells the rest.

use money::{Amount, Unit};
use serde_json::json;
use store::tables::bank::{Finding, FindingCode};
use store::tables::payments::Payment;
use store::{StoreError, Tx};

use crate::audit::{Author, Change};
use crate::findings::{Found, RESOLVED, Sum};
use crate::{clock, payments};

/// How a finding about money that went back was dealt with, as the audit log has it: it came back.
pub(crate) const CAME_BACK: &str = "came_back";

/// Tells that `gone` of a payment went back in all, in steps of its unit; `found` says it, of so much that is news and so much in all.
pub(crate) fn tell_gone(
    tx: &Tx<'_>,
    payment: &Payment,
    about: &str,
    gone: i64,
    found: impl FnOnce(Sum, Sum) -> Found,
) -> Result<(), StoreError> {
    let unit = payment.amount.unit();
    let (open, dealt_with) = known(tx, about)?;
    let [told, dealt_with] = [open.as_ref().or(dealt_with.as_ref()), dealt_with.as_ref()]
        .map(|finding| finding.map_or(0, |finding| in_all(finding, unit)));
    if gone == told {
        return Ok(());
    }
    let sum = |steps: i64| Sum::from(Amount::new(steps, unit));
    let name = payment.provider_payment.clone();
    match gone - dealt_with {
        0 if open.as_ref().is_some_and(tells_of_a_return) => {
            put(tx, payment, about, (open, found(sum(gone - told), sum(gone))))
        }
        0 => end(tx, payment, open, &Found::CardCameBack { payment: name, all: Some(sum(gone)) }),
        more @ 1.. => put(tx, payment, about, (open, found(sum(more), sum(gone)))),
        less => {
            let again = Found::CardCameBackLate { again: sum(-less), payment: name, all: sum(gone) };
            put(tx, payment, about, (open, again))
        }
    }
}

/// Tells, once, that a refund which nobody ordered here did not arrive; whether that is news. Its customer was told that somebody would
/// get in touch.
pub(crate) fn tell_refund_came_back(
    tx: &Tx<'_>,
    payment: &Payment,
    refund: &str,
    amount: Amount,
) -> Result<bool, StoreError> {
    let (open, dealt_with) = known(tx, refund)?;
    if open.is_some() || dealt_with.is_some() {
        return Ok(false);
    }
    let found = Found::RefundCameBack { amount: amount.into(), payment: payment.provider_payment.clone() };
    put(tx, payment, refund, (None, found))?;
    Ok(true)
}

/// What went back of a payment in all as it was told last, dealt with or not.
pub(crate) fn told(tx: &Tx<'_>, payment: &Payment, about: &str) -> Result<i64, StoreError> {
    let (open, dealt_with) = known(tx, about)?;
    Ok(open.or(dealt_with).map_or(0, |finding| in_all(&finding, payment.amount.unit())))
}

/// The finding about this that is open, and the newest that somebody dealt with.
fn known(tx: &Tx<'_>, about: &str) -> Result<(Option<Finding>, Option<Finding>), StoreError> {
    let code = FindingCode::CardGivenBack;
    Ok((tx.open_finding_about(code, about)?, tx.resolved_finding_about(code, about)?))
}

/// What went back in all, as a finding has it. Before findings told what was news, each told all.
fn in_all(finding: &Finding, unit: Unit) -> i64 {
    let all = match Found::read(finding) {
        Some(Found::CreditByHandStays { back, all, .. } | Found::CardGivenBack { back, all, .. }) => {
            all.unwrap_or(back)
        }
        Some(Found::CardCameBack { all: Some(all), .. } | Found::CardCameBackLate { all, .. }) => all,
        _ => return 0,
    };
    all.amount_in(unit).map_or(0, |all| all.value())
}

fn tells_of_a_return(finding: &Finding) -> bool {
    matches!(Found::read(finding), Some(Found::CardCameBackLate { .. }))
}

/// Has the open finding say this, or a new one.
fn put(
    tx: &Tx<'_>,
    payment: &Payment,
    about: &str,
    (open, found): (Option<Finding>, Found),
) -> Result<(), StoreError> {
    let finding = Finding { about: about.to_owned(), ..found.finding(Some(payment.customer), clock::now()) };
    match open {
        Some(Finding { finding_no, .. }) => tx.change_finding(&Finding { finding_no, ..finding }),
        None => tx.insert_finding(&finding),
    }
}

/// What had gone came back before anybody dealt with it: the finding says so and is over.
fn end(tx: &Tx<'_>, payment: &Payment, open: Option<Finding>, found: &Found) -> Result<(), StoreError> {
    let Some(Finding { finding_no, .. }) = open else { return Ok(()) };
    let at = clock::now();
    tx.change_finding(&Finding { finding_no, ..found.finding(Some(payment.customer), at) })?;
    if tx.resolve_finding(finding_no, at)? {
        let resolved =
            Change::new(RESOLVED, finding_no).about(payment.id).after_json(&json!({"how": CAME_BACK}));
        Author::named(payments::STRIPE).note(tx, &resolved)?;
    }
    Ok(())
}
