//! Which steps of the story the visitor has done: read from what has become of his customer, never from what he pressed.

use money::CustomerId;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::topups::Topup;
use store::{Reader, StoreError};

use crate::look::page::DemoHome;

/// Rows of each kind that are looked through, newest first.
const ROWS_MAX: u32 = 200;

/// The steps, in the order of their texts.
pub(super) fn read(
    reader: &Reader<'_>,
    customer: CustomerId,
    wallet_no: u32,
) -> Result<[bool; DemoHome::STEPS], StoreError> {
    let logins = reader.logins_of(customer, None, ROWS_MAX)?.rows;
    let signed_in = logins.iter().any(|login| login.last_sign_in_at.is_some());
    let has_credit = !reader.grants(wallet_no, None, 1)?.rows.is_empty();
    let used = !reader.used_meters(wallet_no)?.is_empty();
    let posted_use = used && reader.open_windows(wallet_no, 1)?.is_empty();
    let topups = reader.topups_of(customer, None, ROWS_MAX)?.rows;
    let payments = reader.payments_of(customer, None, ROWS_MAX)?.rows;
    Ok(steps(signed_in, signed_in && has_credit, posted_use, &topups, &payments))
}

fn steps(
    signed_in: bool,
    saw_credit: bool,
    posted_use: bool,
    topups: &[Topup],
    newest_first: &[Payment],
) -> [bool; DemoHome::STEPS] {
    let oldest_first: Vec<&Payment> = newest_first.iter().rev().collect();
    let paid: Vec<&Payment> =
        oldest_first.iter().copied().filter(|payment| payment.status == PaymentStatus::Succeeded).collect();
    let first = paid.first().copied();
    let other_card = first.and_then(|first| {
        let card = |payment: &Payment| (payment.card_brand.clone(), payment.card_last4.clone());
        paid.iter().copied().find(|payment| card(payment) != card(first))
    });
    let is_credited = |payment: Option<&Payment>| payment.is_some_and(|it| it.credited_entry.is_some());
    let opened = topups.iter().any(|topup| topup.checkout_session.is_some());
    let shown = topups.iter().any(|topup| topup.result_shown_at.is_some());
    let opened_again = first.is_some_and(|first| {
        topups.iter().any(|topup| {
            topup.checkout_session.is_some()
                && first.topup != Some(topup.id)
                && topup.created_at > first.occurred_at
        })
    });
    let failed = newest_first.iter().any(|payment| payment.status == PaymentStatus::Failed);
    let changed_nothing = newest_first
        .iter()
        .filter(|payment| payment.status == PaymentStatus::Failed)
        .all(|payment| payment.credited_entry.is_none());
    [
        signed_in,
        saw_credit,
        posted_use,
        opened,
        first.is_some() && shown,
        first.is_some(),
        is_credited(first),
        opened_again,
        other_card.is_some(),
        other_card.is_some(),
        is_credited(other_card),
        failed,
        failed && changed_nothing,
    ]
}
