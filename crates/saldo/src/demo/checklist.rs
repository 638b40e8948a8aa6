//! Which steps of the stories the visitor has done: read from what has become of the sample customers and which pages they were
//! shown, never from what was pressed.

use money::{CustomerId, Timestamp, WalletId};
use store::tables::automatic_topups::ChargeOutcome;
use store::tables::boletos::BoletoState;
use store::tables::credit_requests::CreditRequestState;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::topups::Topup;
use store::{Reader, StoreError};

use super::opened::Pages;
use super::provider::Subscriber;
use crate::look::page::Done;

/// Rows of each kind that are looked through, newest first.
const ROWS_MAX: u32 = 200;
/// Changes of staff that are looked through, newest first.
const CHANGES_MAX: u32 = 500;
/// Hours of use that are looked through.
const USE_HOURS: i64 = 365 * 24;

/// The steps of the provider's story, in the order of their texts.
pub(super) fn read_data(
    reader: &Reader<'_>,
    subscribers: &[Subscriber],
    opened: Pages,
) -> Result<[bool; Done::DATA_STEPS], StoreError> {
    let (mut was_slowed, mut is_restored, mut is_paid, mut was_trusted) = (false, false, false, false);
    for subscriber in subscribers {
        let Some(row) = reader.line_view(subscriber.line_id)? else { continue };
        if subscriber.has_plenty() {
            was_slowed = row.restricted_since.is_some() || row.restored_at.is_some();
        }
        was_trusted |=
            reader.overdue_line(subscriber.line_id)?.is_some_and(|known| known.trusted_cycle.is_some());
        let purchases = reader.purchases(row.wallet_no, ROWS_MAX)?;
        is_restored |= purchases.iter().any(|bought| bought.restored_at.is_some());
        let boletos = reader.boletos_of(subscriber.customer, None, ROWS_MAX)?.rows;
        is_paid |= boletos.iter().any(|boleto| boleto.state == BoletoState::Paid);
    }
    Ok([
        opened.at_zero,
        opened.blocked,
        opened.positive,
        was_slowed,
        opened.chosen,
        is_restored,
        opened.check,
        opened.invoices && is_paid,
        was_trusted,
    ])
}

/// The steps of the API company's story, in the order of their texts.
pub(super) fn read(
    reader: &Reader<'_>,
    customer: CustomerId,
    wallet_no: u32,
    now: Timestamp,
    opened: Pages,
) -> Result<[bool; Done::API_STEPS], StoreError> {
    let has_credit = !reader.grants(wallet_no, None, 1)?.rows.is_empty();
    let posted_use = has_posted_use(reader, wallet_no, now)?;
    let topups = reader.topups_of(customer, None, ROWS_MAX)?.rows;
    let payments = reader.payments_of(customer, None, ROWS_MAX)?.rows;
    // Only who is signed in is shown a page.
    let saw_credit = has_credit && (opened.billing || opened.recharge);
    Ok(steps(opened.billing && opened.recharge, saw_credit, posted_use, &topups, &payments))
}

/// The steps of those who help customers, in the order of their texts.
pub(super) fn read_staff(
    reader: &Reader<'_>,
    customer: CustomerId,
    wallet: WalletId,
) -> Result<[bool; Done::STAFF_STEPS], StoreError> {
    let payments = reader.payments_of(customer, None, ROWS_MAX)?.rows;
    let changes = reader.audit(None, CHANGES_MAX)?.rows;
    let was_done = |action: &str| changes.iter().any(|change| change.action == action);
    let requests = reader.credit_requests(None, None, ROWS_MAX)?.rows;
    let approved = requests.iter().any(|request| {
        let is_another = request.decided_by.is_some_and(|decided_by| decided_by != request.asked_by);
        is_another && matches!(request.state, CreditRequestState::Approved | CreditRequestState::Booked)
    });
    let charges = reader.automatic_charges_since(wallet, Timestamp::EPOCH, ROWS_MAX)?;
    Ok([
        payments.iter().any(|payment| payment.refunded > 0 && payment.dispute_state.is_none()),
        payments.iter().any(|payment| payment.dispute_state.is_some()),
        was_done("inbox.replay"),
        approved,
        was_done("customer.view_begin"),
        charges.iter().any(|charge| charge.outcome == ChargeOutcome::Paid),
    ])
}

/// Whether an hour with calls has ended.
fn has_posted_use(reader: &Reader<'_>, wallet_no: u32, now: Timestamp) -> Result<bool, StoreError> {
    for meter_no in reader.used_meters(wallet_no)? {
        let hours = reader.usage(wallet_no, meter_no, now.hour() - USE_HOURS, now.hour() + 1)?;
        if hours.iter().any(|hour| hour.posted > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn steps(
    opened_both: bool,
    saw_credit: bool,
    posted_use: bool,
    topups: &[Topup],
    newest_first: &[Payment],
) -> [bool; Done::API_STEPS] {
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
    let shown = first.is_some_and(|first| {
        topups.iter().any(|topup| first.topup == Some(topup.id) && topup.result_shown_at.is_some())
    });
    let opened_again = first.is_some_and(|first| {
        topups.iter().any(|topup| {
            // Ids grow with time, and by one clock.
            topup.checkout_session.is_some() && first.topup.is_some_and(|before| topup.id > before)
        })
    });
    let failed = newest_first.iter().any(|payment| payment.status == PaymentStatus::Failed);
    let changed_nothing = newest_first
        .iter()
        .filter(|payment| payment.status == PaymentStatus::Failed)
        .all(|payment| payment.credited_entry.is_none());
    [
        opened_both,
        saw_credit,
        posted_use,
        opened,
        shown,
        is_credited(first),
        is_credited(first),
        opened_again,
        other_card.is_some(),
        other_card.is_some(),
        is_credited(other_card),
        failed,
        failed && changed_nothing,
    ]
}

#[cfg(test)]
mod tests {
    use std::slice;

    use money::{Amount, EntryId, PaymentId, TopupId, Unit, WalletId};
    use store::tables::topups::TopupState;

    use super::*;

    fn topup(no: u128, at: i64) -> Topup {
        let at = Timestamp::from_seconds(at);
        Topup {
            id: TopupId::from_u128(no),
            customer: CustomerId::from_u128(1),
            wallet: WalletId::from_u128(1),
            amount: Amount::new(10_000_000, Unit::USD),
            state: TopupState::Open,
            idempotency_key: no.to_string(),
            checkout_session: Some(format!("cs_{no}")),
            checkout_url: None,
            checkout_expires_at: None,
            outcome_payment: None,
            result_shown_at: None,
            created_at: at,
            expires_at: at,
            updated_at: at,
            purchase: None,
            intent: None,
        }
    }

    fn payment(topup: &Topup, at: i64, last4: &str, status: PaymentStatus) -> Payment {
        let at = Timestamp::from_seconds(at);
        let credited = status == PaymentStatus::Succeeded;
        Payment {
            id: PaymentId::from_u128(u128::from(at.as_seconds().unsigned_abs())),
            customer: topup.customer,
            topup: Some(topup.id),
            provider: "stripe".to_owned(),
            provider_payment: format!("pi_{at}"),
            provider_charge: None,
            amount: topup.amount,
            method: Some("card".to_owned()),
            card_brand: Some("visa".to_owned()),
            card_last4: Some(last4.to_owned()),
            card_exp_month: None,
            card_exp_year: None,
            status,
            reason_code: None,
            reason: None,
            occurred_at: at,
            updated_at: at,
            credited_entry: credited.then_some(EntryId::at(1, 1)),
            refunded: 0,
            dispute_state: None,
            way_on: None,
            awaited_until: None,
        }
    }

    /// The numbers of the steps that are done.
    fn done(steps: [bool; Done::API_STEPS]) -> Vec<usize> {
        (1..).zip(steps).filter(|(_, is_done)| *is_done).map(|(no, _)| no).collect()
    }

    #[test]
    fn steps_tick_in_the_order_of_the_story() {
        let (mut first, second, third) = (topup(1, 10), topup(2, 20), topup(3, 30));
        assert!(done(steps(false, false, false, &[], &[])).is_empty());
        assert_eq!(done(steps(true, true, false, &[], &[])), [1, 2]);
        assert_eq!(done(steps(true, true, true, &[first.clone()], &[])), [1, 2, 3, 4]);
        let visa = payment(&first, 11, "4242", PaymentStatus::Succeeded);
        let other_popup = Topup { result_shown_at: Some(Timestamp::from_seconds(5)), ..topup(0, 4) };
        let unseen = steps(true, true, true, &[first.clone(), other_popup], slice::from_ref(&visa));
        assert_eq!(done(unseen), [1, 2, 3, 4, 6, 7], "the popup of this payment has not been shown");
        first.result_shown_at = Some(Timestamp::from_seconds(12));
        let paid = steps(true, true, true, &[first.clone()], slice::from_ref(&visa));
        assert_eq!(done(paid), [1, 2, 3, 4, 5, 6, 7]);
        let topups = [second.clone(), first.clone()];
        assert_eq!(done(steps(true, true, true, &topups, slice::from_ref(&visa))), [1, 2, 3, 4, 5, 6, 7, 8]);
        let same = payment(&second, 21, "4242", PaymentStatus::Succeeded);
        assert_eq!(done(steps(true, true, true, &topups, &[same, visa.clone()])).last(), Some(&8));
        let other = payment(&second, 21, "4444", PaymentStatus::Succeeded);
        let payments = [other.clone(), visa.clone()];
        assert_eq!(done(steps(true, true, true, &topups, &payments)).last(), Some(&11));
        let failed = payment(&third, 31, "0002", PaymentStatus::Failed);
        let all = steps(true, true, true, &[third, second, first], &[failed, other, visa]);
        assert_eq!(done(all).len(), Done::API_STEPS);
    }
}
